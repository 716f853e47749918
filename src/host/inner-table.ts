// Inner machines for clients that have their own host calls: create, read, write, pages, invoke, expunge, as functions with
// arguments. Not the calls of the paper, whose arguments are registers and memory of an outer machine: inner.ts.

import { BlobError } from '../blob/error.ts'
import { createEngine } from '../engine/create.ts'
import type { Engine, EngineKind } from '../engine/engine.ts'
import type { Exit } from '../engine/exit.ts'
import { OK } from '../engine/memory.ts'
import { type Profile, type ProfileName, profile as resolveProfile } from '../program/profile.ts'
import { loadProgram, type Program } from '../program/program.ts'
import { Inner, Residents } from './inner-machine.ts'
import { endOfInvoke, setPages, startInvoke } from './inner-rules.ts'

/** These are the options of `createInnerTable`. */
export interface InnerTableOptions {
  /** The engine that runs the machines; default `auto`. */
  readonly engine?: EngineKind | undefined
  /** These are their rules; the default is `gp-0.7.2`. */
  readonly profile?: Profile | ProfileName | undefined
}

/** What `pages` does, by the numbers of the call (GP B.8): take away; zeros, readable; zeros, writable; keep, readable; keep, writable. */
export type PagesMode = 0 | 1 | 2 | 3 | 4

/** How an inner machine stopped, what it stopped for, and what is left of its gas. */
export interface InnerStop {
  readonly exit: Exit
  /** The page that faulted, or the index of the host call as a 64-bit value; else 0. */
  readonly arg: bigint
  /** It is within 0…2^64 - 1. */
  readonly gas: bigint
}

/** A table of machines by number, the smallest free one first (GP B.8). Numbers and addresses may be numbers or bigints. */
export interface InnerTable {
  /** How many there are. */
  readonly size: number
  /** A new machine of a program blob, without memory; its number, or undefined where the bytes are no program. */
  create(code: Uint8Array, pc: number | bigint): number | undefined
  /** Whether there is a machine of that number. */
  has(machine: number | bigint): boolean
  /** Copies out of a machine; nothing is copied unless all of it is readable. */
  read(machine: number | bigint, address: number | bigint, into: Uint8Array): 'ok' | 'no-machine' | 'out-of-bounds'
  /** Copies into a machine; nothing is copied unless all of it is writable. */
  write(machine: number | bigint, address: number | bigint, bytes: Uint8Array): 'ok' | 'no-machine' | 'out-of-bounds'
  /** Whether a range of a machine is readable. */
  readable(machine: number | bigint, address: number | bigint, length: number | bigint): boolean
  /** Whether a range of a machine is writable. */
  writable(machine: number | bigint, address: number | bigint, length: number | bigint): boolean
  /**
   * Sets rights of pages, and zeroes them or not. Invalid: another mode, pages below 16 or from 2^20 - 1 on, and pages to be kept
   * that are not there.
   */
  pages(
    machine: number | bigint,
    first: number | bigint,
    count: number | bigint,
    mode: PagesMode,
  ): 'ok' | 'no-machine' | 'invalid'
  /**
   * Runs a machine with gas and 13 registers until it stops; the registers hold its own then. Undefined when there is none.
   *
   * @throws RangeError when the gas is not within 0…2^64 - 1 or there are not 13 registers.
   */
  invoke(machine: number | bigint, gas: bigint, regs: BigUint64Array): InnerStop | undefined
  /** Ends a machine; its pc, or undefined when there is none. */
  expunge(machine: number | bigint): bigint | undefined
  /** Ends all machines. */
  dispose(): void
}

const MAX_U64 = 2n ** 64n - 1n
const NOWHERE = 2 ** 33

/** A machine's number or an address as a JavaScript number. Nothing is beyond 2^32, so all numbers there are one. */
function numberOf(value: number | bigint): number {
  if (typeof value === 'number') return value
  return value >= 0n && value <= 0xffffffffn ? Number(value) : NOWHERE
}

class Table implements InnerTable {
  readonly #engine: Engine
  readonly #profile: Profile
  readonly #machines = new Map<number, Inner>()
  readonly #residents = new Residents()
  /** No number below this one is free. */
  #lowest = 0

  constructor(options: InnerTableOptions) {
    this.#engine = createEngine({ kind: options.engine ?? 'auto' })
    this.#profile = resolveProfile(options.profile)
  }

  get size(): number {
    return this.#machines.size
  }

  #of(machine: number | bigint): Inner | undefined {
    return this.#machines.get(numberOf(machine))
  }

  has(machine: number | bigint): boolean {
    return this.#of(machine) !== undefined
  }

  create(code: Uint8Array, pc: number | bigint): number | undefined {
    const start = BigInt(pc)
    if (start < 0n || start > MAX_U64) throw new RangeError(`pc: ${pc} is not within 0…2^64 - 1`)
    const program = this.#load(code, start)
    if (program === undefined) return undefined
    while (this.#machines.has(this.#lowest)) this.#lowest += 1
    this.#machines.set(this.#lowest, new Inner(this.#engine, program, start, this.#residents))
    return this.#lowest
  }

  /** GP 0.8.0 and later also want an instruction at the start (GP 0.8.0 A.2). */
  #load(code: Uint8Array, pc: bigint): Program | undefined {
    try {
      const program = loadProgram(code, { kind: 'raw', profile: this.#profile })
      const { hostCalls } = this.#profile
      const isStart = (hostCalls !== 'gp-0.8.0' && hostCalls !== 'gp-main') || program.isInstruction(numberOf(pc))
      return isStart ? program : undefined
    } catch (error) {
      if (error instanceof BlobError) return undefined
      throw error
    }
  }

  read(machine: number | bigint, address: number | bigint, into: Uint8Array): 'ok' | 'no-machine' | 'out-of-bounds' {
    const inner = this.#of(machine)
    if (inner === undefined) return 'no-machine'
    return into.length === 0 || inner.vm.memory.read(numberOf(address), into) === OK ? 'ok' : 'out-of-bounds'
  }

  write(machine: number | bigint, address: number | bigint, bytes: Uint8Array): 'ok' | 'no-machine' | 'out-of-bounds' {
    const inner = this.#of(machine)
    if (inner === undefined) return 'no-machine'
    return bytes.length === 0 || inner.vm.memory.write(numberOf(address), bytes) === OK ? 'ok' : 'out-of-bounds'
  }

  readable(machine: number | bigint, address: number | bigint, length: number | bigint): boolean {
    const inner = this.#of(machine)
    return (
      inner !== undefined && (numberOf(length) === 0 || inner.vm.memory.readable(numberOf(address), numberOf(length)))
    )
  }

  writable(machine: number | bigint, address: number | bigint, length: number | bigint): boolean {
    const inner = this.#of(machine)
    return (
      inner !== undefined && (numberOf(length) === 0 || inner.vm.memory.writable(numberOf(address), numberOf(length)))
    )
  }

  pages(
    machine: number | bigint,
    firstPage: number | bigint,
    pageCount: number | bigint,
    mode: PagesMode,
  ): 'ok' | 'no-machine' | 'invalid' {
    const inner = this.#of(machine)
    if (inner === undefined) return 'no-machine'
    return setPages(inner.vm, numberOf(firstPage), numberOf(pageCount), mode) ? 'ok' : 'invalid'
  }

  invoke(machine: number | bigint, gas: bigint, regs: BigUint64Array): InnerStop | undefined {
    if (typeof gas !== 'bigint') throw new TypeError('gas: expected a bigint')
    if (gas < 0n || gas > MAX_U64) throw new RangeError(`gas: ${gas} is not within 0…2^64 - 1`)
    if (regs.length !== 13) throw new RangeError(`regs: ${regs.length} values for 13 registers`)
    const inner = this.#of(machine)
    if (inner === undefined) return undefined
    const { vm } = inner
    startInvoke(vm, inner.pc, inner.charged, gas)
    vm.regs.set(regs)
    const exit = vm.run()
    regs.set(vm.regs)
    const { left, arg, next } = endOfInvoke(vm, exit, inner.pc, gas)
    inner.pc = next
    inner.charged = vm.charged
    return { exit, arg, gas: left }
  }

  expunge(machine: number | bigint): bigint | undefined {
    const number = numberOf(machine)
    const inner = this.#machines.get(number)
    if (inner === undefined) return undefined
    inner.dispose()
    this.#machines.delete(number)
    this.#lowest = Math.min(this.#lowest, number)
    return inner.pc
  }

  dispose(): void {
    for (const inner of this.#machines.values()) inner.dispose()
    this.#machines.clear()
    this.#lowest = 0
  }
}

/**
 * An empty table of inner machines. Machines get memory of their own when something touches them.
 *
 * @example const table = createInnerTable(); const n = table.create(code, 0)
 * @throws RangeError when the engine does not work here, or there is no such profile.
 */
export function createInnerTable(options: InnerTableOptions = {}): InnerTable {
  return new Table(options)
}
