// The body of a machine on the core. Registers, gas, pc and memory are in its cell, where the core and compiled code work on them.
// The machine that the host has is in ../vm/machine.ts.

import type { Region } from '../../blob/address-space.ts'
import type { Cell, CellUser } from '../../core/cell.ts'
import { AT_VM, HostAnswer, Unfinished } from '../../core/contract.gen.ts'
import { takeStack } from '../../core/stack.ts'
import {
  BUSY,
  CHARGED,
  EXIT,
  EXIT_ARG,
  GAS_HIGH,
  GAS_LOW,
  HEAP_END,
  HEAP_LIMIT,
  PC,
  STACK,
  TRACE,
} from '../../core/words.ts'
import type { Program } from '../../program/program.ts'
import type { RunningTally } from '../../program/tally.ts'
import type { Allowance } from '../allowance.ts'
import type { Care } from '../care.ts'
import type { CodeStats, EngineKind } from '../engine.ts'
import { Exit } from '../exit.ts'
import { type HostCallSite, Pending, performBoundedCall, performHostCall } from '../host-call.ts'
import { Residence, type Resident } from '../machine/residence.ts'
import { WindowMemory } from '../machine/window-memory.ts'
import { noRoom } from '../max-memory.ts'
import type { Memory } from '../memory.ts'
import { narrowFor } from '../narrow-registers.ts'
import { traceWithin } from '../portions.ts'
import type { Start } from '../start.ts'
import type { Body } from '../vm/body.ts'
import { bindCell, chargeSlowly } from './bound-cell.ts'
import type { CoreSettings, OtherEngines } from './other-engines.ts'
import { createEventReader, type EventReader } from './trace-event.ts'

/** What pvm_resume returns when there is no memory (PVM_NO_MEMORY of core/pvm.h). */
const NO_MEMORY = -3
const ABORTED = -5

/** The body of a machine on the core. */
export class CoreBody implements Body, CellUser, Resident {
  readonly program: Program
  readonly #site: HostCallSite
  readonly #care: Care
  #kind: EngineKind
  readonly #others: OtherEngines | undefined
  readonly #home: Residence
  readonly life: object = {}
  readonly #memory: WindowMemory
  /** The cell, while something runs in it. Then it stays the same. */
  #active: Cell | undefined
  /** The index of the host call that is being made, or was made last. */
  #index = 0
  #tracerError: { readonly error: unknown } | undefined
  #event: EventReader | undefined
  /** Whether a host function has stopped the machine in a way that the core does not know. */
  #paused = false

  constructor(program: Program, site: HostCallSite, { kind, maxMemory, others }: CoreSettings) {
    this.program = program
    this.#site = site
    this.#care = site.care
    this.#kind = kind
    this.#others = others
    this.#home = new Residence(program, maxMemory, site.care)
    this.#memory = new WindowMemory(this.#home, this)
  }

  prepare(cell: Cell): void {
    this.#others?.attach(cell, this.program, this.#kind)
  }

  /** The cell that it is in. If it is in none, it comes back into one. */
  get cell(): Cell {
    return this.#active ?? this.#home.cell ?? this.#home.enter(this)
  }

  /** Moves it into a cell with so many bytes for counts. `set` prepares the counts there. */
  recell(counts: number, set: (cell: Cell) => void): void {
    this.#home.moveTo(this, counts, set)
  }

  get kind(): EngineKind {
    return this.#kind
  }

  get regs(): BigUint64Array {
    return this.#home.registers(this.cell)
  }

  get regs32(): Uint32Array {
    return this.#home.halves(this.cell)
  }

  get memory(): Memory {
    if (this.isClosed) throw new TypeError('vm: used after dispose()')
    return this.#memory
  }

  get pc(): number {
    return this.cell.u32[PC]!
  }

  set pc(pc: number) {
    this.cell.u32[PC] = pc
  }

  get gas(): bigint {
    return this.cell.gas[0]!
  }

  set gas(gas: bigint) {
    this.cell.gas[0] = gas
  }

  charge(amount: number | bigint): boolean {
    const { u32, gas } = this.#active ?? this.cell
    // In the usual case the lower half pays all, and no bigint is needed. This is small so that V8 inlines it into every host call, and
    // compares numbers of 32 bits, which V8 knows not to be fractions.
    if (typeof amount === 'number') {
      const low = u32[GAS_LOW]!
      const whole = amount >>> 0
      if (whole === amount && whole <= low && (u32[GAS_HIGH]! | 0) >= 0) {
        u32[GAS_LOW] = low - whole
        return true
      }
    }
    return chargeSlowly(gas, amount)
  }

  get charged(): boolean {
    return this.cell.u32[CHARGED] !== 0
  }

  set charged(charged: boolean) {
    this.cell.u32[CHARGED] = charged ? 1 : 0
  }

  get heapEnd(): number {
    return this.cell.u32[HEAP_END]!
  }

  set heapEnd(address: number) {
    this.cell.u32[HEAP_END] = address
  }

  get heapLimit(): number {
    return this.cell.u32[HEAP_LIMIT]!
  }

  set heapLimit(address: number) {
    this.cell.u32[HEAP_LIMIT] = address
  }

  get exitArg(): number {
    const { cell } = this
    return cell.user !== undefined && this.#kind !== 'reference' ? this.#index : cell.i32[EXIT_ARG]!
  }

  set exitArg(value: number) {
    this.cell.u32[EXIT_ARG] = value
  }

  get stats(): CodeStats | undefined {
    const { cell } = this
    return this.#kind === 'auto' || this.#kind === 'recompiler' ? this.#others?.stats(cell) : undefined
  }

  get isClosed(): boolean {
    return this.#home.isClosed
  }

  set isTraced(isTraced: boolean) {
    this.cell.u32[TRACE] = isTraced ? 1 : 0
  }

  set hasEnded(hasEnded: boolean) {
    this.#home.hasEnded = hasEnded
  }

  clear(): void {
    const { core } = this.cell
    this.#home.forgetPages()
    core.pvm_reset(AT_VM)
  }

  map(region: Region): void {
    this.#memory.map(region)
  }

  start({ pc, gas, regs, heapEnd, heapLimit }: Start): void {
    const { cell } = this
    for (let i = 0; i < 13; i++) cell.regs[i] = regs[i]!
    this.#home.show()
    cell.u32[PC] = pc
    cell.gas[0] = gas
    cell.u32[HEAP_END] = heapEnd
    cell.u32[HEAP_LIMIT] = Math.min(heapLimit, 0xffffffff)
  }

  // The methods of CellUser, which the core calls while it runs.

  onEcalli(index: number, pc: number, next: number): number {
    this.#index = index
    const site = this.#site
    const care = this.#care
    if (care.bits !== 0) return this.#callWithCare(index, pc, next)
    const exit = performHostCall(site, index, pc, next)
    return exit === undefined && care.bits === 0 ? HostAnswer.Continue : this.#answer(exit)
  }

  #callWithCare(index: number, pc: number, next: number): number {
    const site = this.#site
    this.#home.show()
    return this.#answer(
      site.allowance === undefined ? performHostCall(site, index, pc, next) : performBoundedCall(site, index, pc, next),
    )
  }

  /** What the core hears of a call. The host function may have got registers or pages apart from the cell only now. */
  #answer(exit: Exit | undefined): number {
    this.#home.take()
    return exit === undefined ? HostAnswer.Continue : exit === Exit.Paused ? this.#pause() : HostAnswer.Stopped + exit
  }

  /** Tells the core to stop. The core does not know pauses, so it gets another exit. */
  #pause(): number {
    this.#paused = true
    return HostAnswer.Stopped + Exit.Break
  }

  get sliceGas(): number {
    return this.#site.allowance?.sliceGas ?? Number.POSITIVE_INFINITY
  }

  onSpent(gas: number): void {
    this.#site.allowance?.endSlice(gas)
  }

  onLeft(): boolean {
    return this.#site.allowance?.look() ?? false
  }

  get remainingMs(): number {
    return this.#site.allowance?.msLeft ?? Number.POSITIVE_INFINITY
  }

  onTrace(): number {
    this.#event ??= createEventReader()
    const event = this.#event(this.#home.cell!)
    this.#home.show()
    const { allowance, vm } = this.#site
    try {
      const { tracer } = vm
      if (tracer !== undefined) traceWithin(allowance, event, tracer)
      this.#home.take()
      return 0
    } catch (error) {
      // The ecalli has been paid, but its host call has not been made yet.
      if (event.instruction.name === 'ecalli') this.#site.pending = Pending.Call
      this.#tracerError = { error } // it is thrown later, because it must not go through the frames of the core
      return 1
    }
  }

  begin(what: string): void {
    const { cell } = this
    cell.u32[STACK] = takeStack(what, this.#kind === 'auto' || this.#kind === 'recompiler')
    this.#home.use()
    // biome-ignore lint/suspicious/noConfusingLabels: the build of the interpreter alone drops it (scripts/build-library.mjs)
    WHOLE: narrowFor(this.program, this.#home.own32 ?? cell.regs32)
    this.#index = 0
    this.#tracerError = undefined
    cell.user = this
    this.#active = cell
  }

  bind(allowance: Allowance): () => void {
    return bindCell(this.cell, allowance)
  }

  end(): void {
    this.#home.cell!.user = undefined
    this.#active = undefined
  }

  drain(): void {
    const { cell } = this
    cell.tally?.plain.take(cell.u32[PC]!, cell.gas[0]!)
    cell.gas[0] = 0n
  }

  run(limit: number): Exit {
    const { cell } = this
    if (this.#kind === 'reference') return this.#others!.runSlowly(cell, this.#site, limit)
    const early = this.#resume(cell)
    if (early !== undefined) return early
    const { u32 } = cell
    u32[EXIT] = Unfinished.Running
    u32[BUSY] = 0
    this.#paused = false
    const code = this.#enter(cell, limit)
    if (code === ABORTED) {
      u32[EXIT_ARG] = 0 // the exit has no argument
      throw this.#tracerError!.error
    }
    if (code === NO_MEMORY) throw noRoom('a machine', this.#home.maxMemory)
    return this.#paused ? Exit.Paused : (code as Exit)
  }

  /** Does what a stop at an `ecalli` has left to do. Returns undefined when the machine can go on. */
  #resume(cell: Cell): Exit | undefined {
    const site = this.#site
    const { pending } = site
    if (pending === Pending.None) return undefined
    site.pending = Pending.None
    const pc = cell.u32[PC]!
    const next = this.program.next(pc)
    cell.u32[PC] = next
    if (pending === Pending.Skip) return undefined
    const index = this.program.operandsAt(pc, 'imm').x
    cell.i32[EXIT_ARG] = index
    this.#index = index
    return performBoundedCall(site, index, pc, next)
  }

  /** Lets the core run. Returns what pvm_resume or pvm_step returns. */
  #enter(cell: Cell, limit: number): number {
    const { core } = cell
    this.#home.take()
    try {
      if (limit === Number.POSITIVE_INFINITY) return core.pvm_resume(AT_VM)
      let code: number = Exit.Step
      for (let left = limit; left > 0 && code === Exit.Step; left -= 0xffffffff) {
        code = core.pvm_step(AT_VM, Math.min(left, 0xffffffff))
      }
      return code
    } catch (error) {
      cell.recover() // only an overflow of the host's stack gets here
      throw error
    } finally {
      this.#home.show()
    }
  }

  switchTo(kind: EngineKind): void {
    const refusal = this.#others === undefined ? 'this is the interpreter alone' : this.#others.refusal(kind)
    if (kind !== this.#kind && refusal !== undefined)
      throw new RangeError(`kind: ${kind} does not work here: ${refusal}`)
    this.#others?.attach(this.cell, this.program, kind)
    this.#kind = kind
  }

  startTally(): RunningTally {
    return this.#others!.startTally(this) // nobody asks for this in the entry `coulis/interpreter`, which has no other engines
  }

  close(): void {
    this.#home.close()
  }
}
