// coulis under the debugger of the field (pvm-debugger): its synchronous interpreter and its asynchronous adapter. Not its
// worker's protocol: debugger-protocol.ts; not a debugger.

import { Access, PAGE_SIZE } from '../blob/address-space.ts'
import { checkAddress } from '../engine/check.ts'
import type { StartOptions, Vm } from '../engine/engine.ts'
import { OK } from '../engine/memory.ts'
import { loadProgram, type Program } from '../program/program.ts'
import { ClientMachine, type ClientOptions, STATUS_OK } from './client-machine.ts'
import { plainMemory, readOrZero } from './page-map.ts'
import { gasOf } from './wide-gas.ts'

/** How a plain program starts; of a service only pc and gas are taken. */
export interface DebuggerStart {
  readonly pc: number
  readonly gas: bigint
  readonly registers: readonly bigint[]
  readonly pageMap: readonly { readonly address: number; readonly length: number; readonly isWritable: boolean }[]
  readonly memoryChunks: readonly { readonly address: number; readonly data: Uint8Array }[]
}

/** A service is loaded in place of a plain program. */
export interface DebuggerContext {
  readonly spiProgram?: { readonly program: Uint8Array; readonly hasMetadata: boolean } | undefined
  readonly spiArgs?: Uint8Array | undefined
}

/** These are the bounds of `runUntil`. */
export interface RunUntilOptions {
  /** Instructions at most; default no bound. */
  readonly maxSteps?: number | undefined
  /** Milliseconds after which it pauses; default no bound. */
  readonly maxMs?: number | undefined
}

/** The names of states. */
export type DebuggerStatus = 'ok' | 'halt' | 'panic' | 'fault' | 'host' | 'out_of_gas'

const STATUS_NAMES: readonly DebuggerStatus[] = ['halt', 'panic', 'fault', 'host', 'out_of_gas']

/** The name of a state. */
export function statusName(status: number): DebuggerStatus {
  return STATUS_NAMES[status] ?? 'ok'
}

const NOT_LOADED = 'program: nothing has been loaded yet'
const BYTES = 104
/** Instructions between two looks at the clock. */
const LOOK = 4096

/** What `load` was given, kept for `reset`. */
interface Loaded {
  readonly program: Program
  readonly options: Omit<StartOptions, 'gas'>
  readonly gas: bigint
}

/** A machine that is stepped. Whatever is written acts at once; what is not mapped reads as zeros. */
export class DebuggerPvm {
  readonly #machine: ClientMachine
  #loaded: Loaded | undefined

  constructor(options: ClientOptions = {}) {
    this.#machine = new ClientMachine(options)
  }

  #vm(): Vm {
    if (!this.#machine.isLoaded) throw new TypeError(NOT_LOADED)
    return this.#machine.vm
  }

  /** The machine underneath, until the next load or reset. @throws TypeError before the first one. */
  get vm(): Vm {
    return this.#vm()
  }

  /**
   * Loads a plain program, or the service of the context.
   *
   * @throws BlobError when the bytes are no program; RangeError, TypeError naming what is wrong in the start, memory that is to
   * have contents and is not mapped among it. The machine before is then still there.
   */
  load(program: Uint8Array, start: DebuggerStart, context: DebuggerContext = {}): void {
    const { profile } = this.#machine
    const gas = gasOf('gas', start.gas)
    const { spiProgram, spiArgs = new Uint8Array(0) } = context
    if (spiProgram !== undefined) {
      const kind = spiProgram.hasMetadata ? 'jam' : 'standard'
      const loaded = loadProgram(spiProgram.program, { profile, kind })
      this.#start({ program: loaded, options: { entry: start.pc, args: spiArgs.slice() }, gas })
      return
    }
    const entries = start.pageMap.map(({ address, length, isWritable }) => ({
      address,
      length,
      access: isWritable ? Access.Write : Access.Read,
    }))
    const memory = start.memoryChunks.map(({ address, data }) => ({ address, bytes: data.slice() }))
    const regs = start.registers.map((value, i) => {
      if (typeof value !== 'bigint') throw new TypeError(`registers: register ${i} is no bigint`)
      return BigInt.asUintN(64, value)
    })
    const options = { entry: start.pc, regs, memory, ...plainMemory(entries, memory) }
    this.#start({ program: loadProgram(program, { profile, kind: 'raw' }), options, gas })
  }

  #start(loaded: Loaded): void {
    this.#machine.start(loaded.program, loaded.options, loaded.gas)
    this.#loaded = loaded
  }

  /** Back to the start. @throws TypeError when nothing has been loaded. */
  reset(): void {
    if (this.#loaded === undefined) throw new TypeError(NOT_LOADED)
    this.#start(this.#loaded)
  }

  /** At most `count` instructions. A host call that it stopped for is taken as answered. */
  step(count: number): { finished: boolean } {
    this.#vm()
    return { finished: this.#machine.step(count) !== STATUS_OK }
  }

  /**
   * Runs until an instruction of `breakpoints` comes next, the machine stops, or a bound is reached. The instruction it is at is
   * executed first, so that a run goes on from a breakpoint.
   */
  runUntil(breakpoints: Iterable<number>, options: RunUntilOptions = {}): { finished: boolean; steps: number } {
    const vm = this.#vm()
    const { maxSteps = Number.POSITIVE_INFINITY, maxMs = Number.POSITIVE_INFINITY } = options
    for (const [name, value] of [
      ['maxSteps', maxSteps],
      ['maxMs', maxMs],
    ] as const) {
      if (!(value >= 0)) throw new RangeError(`${name}: ${value} is less than 0`)
    }
    const stops = new Set(breakpoints)
    const until = performance.now() + maxMs
    for (let steps = 0; ; steps++) {
      if (steps >= maxSteps || (steps % LOOK === LOOK - 1 && performance.now() >= until))
        return { finished: false, steps }
      if (this.#machine.step(1) !== STATUS_OK) return { finished: true, steps }
      if (stops.has(vm.pc)) return { finished: false, steps: steps + 1 }
    }
  }

  /** 255 in the middle of a run, 0 halt, 1 panic, 2 page fault, 3 host call, 4 out of gas. */
  getStatus(): number {
    return this.#machine.status
  }

  getPc(): number {
    return this.#machine.isLoaded ? this.#machine.vm.pc : 0
  }

  /** Makes the machine go on there, whatever it stopped for. */
  setPc(pc: number): void {
    this.#vm()
    this.#machine.jump(pc)
  }

  /** It is within 0…2^64 - 1. */
  getGas(): bigint {
    return this.#machine.gas.get()
  }

  setGas(gas: bigint): void {
    this.#vm()
    this.#machine.gas.set(gasOf('gas', gas))
  }

  /** The caller gets a copy of 104 bytes. */
  getRegisters(): Uint8Array {
    return this.#machine.isLoaded ? new Uint8Array(this.#machine.vm.regs.slice().buffer) : new Uint8Array(BYTES)
  }

  /** @throws RangeError when it is not 104 bytes. */
  setRegisters(data: Uint8Array): void {
    if (data.length !== BYTES) throw new RangeError(`data: ${data.length} bytes, not ${BYTES}`)
    this.#vm().regs.set(new BigUint64Array(data.slice().buffer))
  }

  /** A copy; zeros where nothing is mapped, and beyond 2^32. */
  getMemory(address: number, length: number): Uint8Array {
    const inside = Math.max(0, Math.min(length, 2 ** 32 - address))
    if (inside === length) return readOrZero(this.#vm(), address, length)
    const into = new Uint8Array(length)
    into.set(readOrZero(this.#vm(), address, inside))
    return into
  }

  /** Writes whatever the rights. @throws RangeError where nothing is mapped; then nothing is written. */
  setMemory(address: number, data: Uint8Array): void {
    checkAddress('address', address)
    if (data.length > 0 && this.#vm().memory.load(address, data) !== OK) {
      const last = address + data.length - 1
      throw new RangeError(`address: not all pages from ${pageText(address)} to ${pageText(last)} are mapped`)
    }
  }

  /** The host call's index or the page that faulted; 0 after other exits. */
  getExitArg(): number {
    return this.#machine.exitArg ?? 0
  }

  /** Gives the memory back. It may be loaded again. */
  shutdown(): void {
    this.#machine.dispose()
    this.#loaded = undefined
  }
}

function pageText(address: number): string {
  return `0x${(Math.floor(address / PAGE_SIZE) * PAGE_SIZE).toString(16)}`
}

/** What a step of the adapter ends with. */
export interface DebuggerStep {
  status: DebuggerStatus
  pc: number
  gas: bigint
  /** The index of the host call. */
  exitArg?: number
}

/** The same machine by promises, under a name, as the debugger's sessions hold it. */
export class DebuggerAdapter {
  readonly pvmId: string
  readonly pvmName: string
  /** This is the machine itself. */
  readonly pvm: DebuggerPvm

  constructor(options: ClientOptions & { readonly id?: string; readonly name?: string } = {}) {
    const { id = 'coulis', name = 'coulis', ...rest } = options
    this.pvmId = id
    this.pvmName = name
    this.pvm = new DebuggerPvm(rest)
  }

  async load(program: Uint8Array, start: DebuggerStart, context?: DebuggerContext): Promise<void> {
    this.pvm.load(program, start, context)
  }

  async reset(): Promise<void> {
    this.pvm.reset()
  }

  async step(count: number): Promise<DebuggerStep> {
    this.pvm.step(count)
    return this.#stopped()
  }

  /** See `DebuggerPvm.runUntil`. */
  async runUntil(breakpoints: Iterable<number>, options?: RunUntilOptions): Promise<DebuggerStep> {
    this.pvm.runUntil(breakpoints, options)
    return this.#stopped()
  }

  #stopped(): DebuggerStep {
    const { pvm } = this
    const stopped: DebuggerStep = { status: statusName(pvm.getStatus()), pc: pvm.getPc(), gas: pvm.getGas() }
    if (stopped.status === 'host') stopped.exitArg = pvm.getExitArg()
    return stopped
  }

  async getState(): Promise<{ pc: number; gas: bigint; status: DebuggerStatus; registers: bigint[] }> {
    const { pvm } = this
    const registers = [...new BigUint64Array(pvm.getRegisters().buffer)]
    return { pc: pvm.getPc(), gas: pvm.getGas(), status: statusName(pvm.getStatus()), registers }
  }

  async getMemory(address: number, length: number): Promise<Uint8Array> {
    return this.pvm.getMemory(address, length)
  }

  /** Some registers by number. @throws RangeError when there is no such register; then none is written. */
  async setRegisters(registers: ReadonlyMap<number, bigint>): Promise<void> {
    const { regs } = this.pvm.vm
    for (const index of registers.keys()) {
      if (!Number.isInteger(index) || index < 0 || index > 12)
        throw new RangeError(`registers: ${index} is not within 0…12`)
    }
    for (const [index, value] of registers) regs[index] = value
  }

  async setPc(pc: number): Promise<void> {
    this.pvm.setPc(pc)
  }

  async setGas(gas: bigint): Promise<void> {
    this.pvm.setGas(gas)
  }

  async setMemory(address: number, data: Uint8Array): Promise<void> {
    this.pvm.setMemory(address, data)
  }

  async shutdown(): Promise<void> {
    this.pvm.shutdown()
  }
}
