// A machine as clients with interfaces of their own keep one: it is started again and again, with whatever bytes come, and
// nobody disposes of it. Not one of those interfaces: those are its neighbours.

import { Access, PAGE_COUNT, PAGE_SIZE } from '../blob/address-space.ts'
import { BlobError } from '../blob/error.ts'
import { checkAddress } from '../engine/check.ts'
import { createEngine } from '../engine/create.ts'
import type { Engine, EngineKind, StartOptions, Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import { type Profile, type ProfileName, profile } from '../program/profile.ts'
import { loadProgram, type Program } from '../program/program.ts'
import { WideGas } from './wide-gas.ts'

/** What every adapter may be given. */
export interface ClientOptions {
  /** This is the engine under it; the default is `auto`. */
  readonly engine?: EngineKind | undefined
  /** The rules; default `gp-0.7.2` with a panic where read-only pages are written to, as the clients' own engines do. */
  readonly profile?: Profile | ProfileName | undefined
}

/** The state that clients call OK: not run yet, or in the middle of it. */
export const STATUS_OK = 255

/** What runs where there is no program. */
const TRAP: Uint8Array = Uint8Array.of(0, 0, 1, 0, 1)

/** The rules under which clients' engines and ours agree. */
export function clientProfile(given: Profile | ProfileName | undefined): Profile {
  return given === undefined ? profile('gp-0.7.2', { readOnlyStore: 'panic' }) : profile(given)
}

/** A client has one machine at a time. */
export class ClientMachine {
  readonly profile: Profile
  readonly gas: WideGas = new WideGas()
  readonly #engine: Engine
  #vm: Vm | undefined
  /** Its bytes were no program: it panics before anything is paid (GP A.1). */
  #broken = false
  #status: number = STATUS_OK

  constructor(options: ClientOptions = {}) {
    this.#engine = createEngine({ kind: options.engine ?? 'auto' })
    this.profile = clientProfile(options.profile)
  }

  /** The machine that is on now. @throws TypeError before the first start. */
  get vm(): Vm {
    if (this.#vm === undefined) throw new TypeError('vm: nothing has been loaded yet')
    return this.#vm
  }

  get isLoaded(): boolean {
    return this.#vm !== undefined
  }

  /** 255 until it stops, then the exit. */
  get status(): number {
    return this.#status
  }

  /** Loads bytes of a kind; those that are no program give a machine that panics at once. */
  load(bytes: Uint8Array, kind: 'jam' | 'standard' | 'raw'): Program | undefined {
    try {
      return loadProgram(bytes, { profile: this.profile, kind })
    } catch (error) {
      if (error instanceof BlobError) return undefined
      throw error
    }
  }

  /** A new machine in place of the last one. Without a program it panics when it is run. */
  start(program: Program | undefined, options: Omit<StartOptions, 'gas'>, gas: bigint): Vm {
    const { memory, args, ...rest } = options
    const vm =
      program === undefined
        ? this.#engine.instantiate(loadProgram(TRAP, { profile: this.profile, kind: 'raw' }), rest)
        : this.#engine.instantiate(program, options)
    // Clients keep one machine and drop it whole: the one before has nobody else who would give its memory back.
    this.#vm?.dispose()
    this.#vm = vm
    this.#broken = program === undefined
    this.#status = STATUS_OK
    this.gas.attach(vm, gas)
    return vm
  }

  /** Runs to the next exit. */
  run(): number {
    this.#status = this.#broken ? Exit.Panic : this.vm.run()
    return this.#status
  }

  /** At most `count` instructions; 255 when there is more to do. */
  step(count: number): number {
    const exit = this.#broken ? Exit.Panic : this.vm.step(count)
    this.#status = exit === Exit.Step ? STATUS_OK : exit
    return this.#status
  }

  /** Makes the machine go on at `pc`, whatever it stopped for. */
  jump(pc: number): void {
    this.vm.pc = pc
    this.#status = STATUS_OK
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#vm?.dispose()
    this.#vm = undefined
    this.#status = STATUS_OK
    this.gas.detach()
  }

  /** The page that was touched, or the host call asked for; undefined after other exits. */
  get exitArg(): number | undefined {
    const status = this.#status
    return status === Exit.PageFault || status === Exit.Host ? this.vm.exitArg >>> 0 : undefined
  }

  /**
   * The start of the first page of a range that does not have these rights. It is 0 for what lies at or beyond 2^32.
   *
   * @throws RangeError, TypeError when the address is none.
   */
  firstWithout(access: 1 | 3, address: number, length: number): number {
    checkAddress('address', address)
    const { memory } = this.vm
    const first = Math.floor(address / PAGE_SIZE)
    const end = Math.ceil((address + length) / PAGE_SIZE)
    for (let page = first; page < end; page++) {
      if (page >= PAGE_COUNT) return 0
      const rights = memory.access(page)
      if (rights === Access.None || (access === Access.Write && rights !== Access.Write)) return page * PAGE_SIZE
    }
    return first * PAGE_SIZE
  }
}
