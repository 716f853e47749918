// A machine on the C core. Not the core and not its memory: machine/ has those. Registers, gas, pc and memory live in
// the cell; what is here is what the host needs around them.
import { PAGE_SIZE } from '../../program/layout.ts'
import type { Program } from '../../program/program.ts'
import { Allowance, type GasCounter } from '../allowance.ts'
import { checkAddress, checkCount, checkGas, checkGasGiven, checkTracer } from '../check.ts'
import { type CodeStats, ENGINE_KINDS, type EngineKind, type HostTable, type StartOptions, type Vm } from '../engine.ts'
import { Exit } from '../exit.ts'
import {
  type HostCallError,
  type HostCallSite,
  Pending,
  performBoundedCall,
  performHostCall,
  resumeLate,
} from '../host-call.ts'
import type { LateAnswer } from '../late-answer.ts'
import type { Cell, CellUser } from '../machine/cell.ts'
import { AT_VM, HostAnswer, Unfinished } from '../machine/contract.gen.ts'
import { Residence, type Resident } from '../machine/residence.ts'
import { takeStack } from '../machine/stack.ts'
import { WindowMemory } from '../machine/window-memory.ts'
import { type Memory, OOB } from '../memory.ts'
import { narrowFor } from '../narrow-registers.ts'
import { runInPortions, traceWithin } from '../portions.ts'
import { ResourceError } from '../resource-error.ts'
import { AsyncTurns, refuseMeanwhile, runInSlices, unanswered } from '../run-async.ts'
import { type RunAsyncOptions, type RunOptions, resolveRun } from '../run-options.ts'
import { resolveStart, type Start } from '../start.ts'
import { SINGLE_STEPS, stepsByGas } from '../steps.ts'
import type { Tracer } from '../tracing.ts'
import { VmFace } from '../vm-face.ts'
import { bindCell, CellCounter, chargeSlowly } from './bound-cell.ts'
import { shareCore } from './inner-access.ts'
import type { CoreVmSettings, OtherEngines } from './other-engines.ts'
import { createEventReader, type EventReader } from './trace-event.ts'
import { BUSY, CHARGED, EXIT, EXIT_ARG, GAS_HIGH, GAS_LOW, HEAP_END, HEAP_LIMIT, PC, STACK, TRACE } from './words.ts'

/** What pvm_resume returns beside exits. */
const NO_MEMORY = -3
const ABORTED = -5

/** A machine on the core. Hold the machine itself, not only its views: one that is collected gives its memory to others. */
export class CoreVm extends VmFace implements Vm, HostCallSite, CellUser, Resident {
  readonly program: Program
  #kind: EngineKind
  readonly #others: OtherEngines | undefined
  readonly #home: Residence
  readonly life: object = {}
  readonly #memory: WindowMemory
  #regs: BigUint64Array | undefined
  #halves: Uint32Array | undefined
  #startGas = 0n
  /** The machine was started without gas, and given none since. */
  #gasMissing = false
  #exit: Exit | undefined
  /** Halted or panicked, until pc is written. */
  #ended = false
  #running = false
  /** Of the host call that is being made, or was last. */
  #index = 0
  #tracer: Tracer | undefined
  #tracerError: { readonly error: unknown } | undefined
  #event: EventReader | undefined
  #throwHostErrors = true
  // The host-call site, see host-call.ts.
  readonly vm: Vm = this
  host: HostTable | undefined
  overdrawn = false
  pending: Pending = Pending.None
  disposeRequested = false
  thrown: HostCallError | undefined
  paid = 0n
  allowance: Allowance | undefined
  late: LateAnswer | undefined
  /** Stopped by a host function in a way the core does not know. */
  #paused = false
  #turns: AsyncTurns | undefined
  /** The bare gas counter. */
  readonly counter: GasCounter

  static {
    // biome-ignore lint/suspicious/noConfusingLabels: the build of the interpreter alone drops it (scripts/build-library.mjs)
    WHOLE: shareCore<CoreVm>({
      has: vm => #startGas in vm,
      cellOf: (vm, what) => vm.#idle(what),
      throwsErrors: vm => vm.#throwHostErrors,
      read: vm => [vm.#startGas, vm.#gasMissing, vm.#exit, vm.#ended],
      recell: (vm, counts, set) => vm.#home.moveTo(vm, counts, set),
      write: (vm, given) => void ([vm.#startGas, vm.#gasMissing, vm.#exit, vm.#ended] = given),
    })
  }

  constructor(program: Program, options: StartOptions, { kind, maxMemory, others }: CoreVmSettings) {
    super()
    this.program = program
    this.#kind = kind
    this.#others = others
    this.counter = new CellCounter(() => this.#alive())
    const start = resolveStart(program, options)
    this.#home = new Residence(program, maxMemory)
    this.#memory = new WindowMemory(this.#home, this)
    try {
      this.#start(this.#home.enter(this), start)
    } catch (error) {
      this.#home.close() // nobody has the machine
      throw error
    }
  }

  prepare(cell: Cell): void {
    this.#others?.attach(cell, this.program, this.#kind)
  }

  #alive(): Cell {
    return this.#home.cell ?? this.#home.enter(this)
  }

  #idle(what: string): Cell {
    const cell = this.#alive()
    if (this.#running) throw new TypeError(`vm: ${what}() from inside its own host function or tracer`)
    if (this.#turns !== undefined || this.late !== undefined) refuseMeanwhile(what, this.#turns, this.late)
    return cell
  }

  /** The machine's body, for the engines that work on it. */
  get cell(): Cell {
    return this.#alive()
  }

  get kind(): EngineKind {
    return this.#kind
  }

  get regs(): BigUint64Array {
    this.#regs ??= this.#home.registers(this.#alive()) // the same as long as the machine lives
    return this.#regs
  }

  get regs32(): Uint32Array {
    this.#halves ??= this.#home.halves(this.#alive())
    return this.#halves
  }

  get memory(): Memory {
    this.#alive()
    return this.#memory
  }

  get pc(): number {
    return this.#alive().u32[PC]!
  }

  set pc(pc: number) {
    const { u32 } = this.#alive()
    u32[PC] = checkAddress('pc', pc)
    u32[CHARGED] = 0
    this.pending = Pending.None
    this.#ended = false
  }

  get paperPc(): number {
    return this.#ended ? 0 : this.pc
  }

  get gas(): bigint {
    return this.#alive().gas[0]!
  }

  set gas(gas: bigint) {
    this.#alive().gas[0] = checkGas(gas)
    this.#gasMissing = false
    this.overdrawn = gas < 0n
  }

  get gasUsed(): bigint {
    const left = this.gas > 0n ? this.gas : 0n
    return left > this.#startGas ? 0n : this.#startGas - left
  }

  chargeGas(amount: number | bigint): boolean {
    const { u32, i32 } = this.#alive()
    const low = u32[GAS_LOW]!
    // The usual case without a bigint: the lower half pays it all. Small, so that V8 takes it into every host call.
    if (typeof amount === 'number' && amount >= 0 && amount <= low && amount === amount >>> 0 && i32[GAS_HIGH]! >= 0) {
      u32[GAS_LOW] = low - amount
      return true
    }
    const isPaid = chargeSlowly(this.#alive().gas, amount)
    if (!isPaid) this.overdrawn = true
    return isPaid
  }

  get charged(): boolean {
    return this.#alive().u32[CHARGED] !== 0
  }

  set charged(charged: boolean) {
    this.#alive().u32[CHARGED] = charged && this.program.profile.gasModel !== 'instruction' ? 1 : 0
  }

  get heapEnd(): number {
    return this.#alive().u32[HEAP_END]!
  }

  set heapEnd(address: number) {
    this.#alive().u32[HEAP_END] = checkAddress('heapEnd', address)
  }

  get isDisposed(): boolean {
    return this.#home.isClosed
  }

  get exit(): Exit | undefined {
    this.#alive()
    return this.#exit
  }

  get exitArg(): number {
    const cell = this.#alive()
    if (this.late !== undefined) return this.late.index
    return this.#running && this.#kind !== 'reference' ? this.#index : this.#exitArgOf(cell)
  }

  /** A page address is unsigned, a host index signed. */
  #exitArgOf(cell: Cell): number {
    return this.#exit === Exit.PageFault ? cell.u32[EXIT_ARG]! : cell.i32[EXIT_ARG]!
  }

  get stats(): CodeStats | undefined {
    const cell = this.#alive()
    return this.#kind === 'auto' || this.#kind === 'recompiler' ? this.#others?.stats(cell) : undefined
  }

  get hostError(): unknown {
    this.#alive()
    return this.thrown?.cause
  }

  get tracer(): Tracer | undefined {
    this.#alive()
    return this.#tracer
  }

  set tracer(tracer: Tracer | undefined) {
    checkTracer(tracer)
    this.#alive().u32[TRACE] = tracer === undefined ? 0 : 1
    this.#tracer = tracer
  }

  // Called by performHostCall only, so there is a cell.
  movePc(pc: number): void {
    this.#home.cell!.u32[PC] = pc
  }

  onEcalli(index: number, pc: number, next: number): number {
    this.#index = index
    const home = this.#home
    if (home.isApart) home.show()
    const exit =
      this.allowance === undefined ? performHostCall(this, index, pc, next) : performBoundedCall(this, index, pc, next)
    if (home.isApart) home.take()
    return exit === undefined ? HostAnswer.Continue : exit === Exit.Paused ? this.#pause() : HostAnswer.Stopped + exit
  }

  /** A stop that the core does not know of, as one that it knows. */
  #pause(): number {
    this.#paused = true
    return HostAnswer.Stopped + Exit.Break
  }

  onShort(): boolean {
    return this.allowance?.refill() === true
  }

  onLeft(): void {
    this.allowance?.look()
  }

  get remainingMs(): number {
    return this.allowance?.msLeft ?? Number.POSITIVE_INFINITY
  }

  onTrace(): number {
    this.#event ??= createEventReader()
    const event = this.#event(this.#home.cell!)
    this.#home.show()
    try {
      if (this.#tracer !== undefined) traceWithin(this.allowance, event, this.#tracer)
      this.#home.take()
      return 0
    } catch (error) {
      // The ecalli is paid, its call is still to be made.
      if (event.instruction.name === 'ecalli') this.pending = Pending.Call
      this.#tracerError = { error } // must not unwind the core's frames
      return 1
    }
  }

  run(options?: RunOptions): Exit {
    if (options === undefined) return this.#run('run', -1)
    const { maxGas, maxMs } = resolveRun(options)
    const until = maxMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + maxMs
    return this.#run('run', -1, new Allowance(this.counter, { maxGas, until }))
  }

  step(count = 1): Exit {
    const limit = checkCount(count)
    const isSingle = limit <= SINGLE_STEPS || this.#tracer !== undefined || !stepsByGas(this.program)
    if (isSingle) return this.#run('step', limit)
    return this.#run('step', -1, new Allowance(this.counter, { steps: limit }))
  }

  async runAsync(options: RunAsyncOptions = {}): Promise<Exit> {
    this.#idle('runAsync')
    this.#turns ??= new AsyncTurns()
    return runInSlices(this, this.#turns, options)
  }

  slice(allowance: Allowance): Exit {
    return this.#run('runAsync', -1, allowance)
  }

  /** @param limit instructions, -1 for no limit */
  #run(what: string, limit: number, allowance?: Allowance): Exit {
    const cell = this.#idle(what)
    if (this.#ended) return this.#exit!
    if (this.#gasMissing) checkGasGiven(cell.gas[0]!)
    cell.u32[STACK] = takeStack(what, this.#kind === 'auto' || this.#kind === 'recompiler')
    this.#running = true
    this.#home.use()
    // biome-ignore lint/suspicious/noConfusingLabels: the build of the interpreter alone drops it (scripts/build-library.mjs)
    WHOLE: narrowFor(this.program, this.#home.own32 ?? cell.regs32)
    this.#index = 0
    this.thrown = undefined
    this.#tracerError = undefined
    cell.user = this
    this.allowance = allowance
    try {
      return this.#finish(cell, what, this.#within(cell, limit, allowance))
    } finally {
      this.#running = false
      this.allowance = undefined
      cell.user = undefined
      if (this.disposeRequested) this.dispose()
    }
  }

  #within(cell: Cell, limit: number, allowance: Allowance | undefined): Exit {
    const early = this.late === undefined ? undefined : resumeLate(this, this.late)
    if (early !== undefined) return early
    if (allowance === undefined) return this.#go(cell, limit)
    const unbound = bindCell(cell, allowance)
    const drain = (): void => {
      if (this.program.profile.outOfGas !== 'drain') return
      cell.tally?.plain.take(cell.u32[PC]!, cell.gas[0]!)
      cell.gas[0] = 0n
    }
    try {
      return runInPortions(this, allowance, () => this.#go(cell, limit), drain)
    } finally {
      unbound()
    }
  }

  /** What a stop at an `ecalli` left to do; undefined when there is nothing in the way. */
  #resume(cell: Cell): Exit | undefined {
    const { pending, program } = this
    if (pending === Pending.None) return undefined
    this.pending = Pending.None
    const pc = cell.u32[PC]!
    const next = program.next(pc)
    if (pending === Pending.Skip) {
      cell.u32[PC] = next
      return undefined
    }
    const index = program.operandsAt(pc, 'imm').x
    cell.i32[EXIT_ARG] = index
    this.#index = index
    cell.u32[PC] = next
    return performBoundedCall(this, index, pc, next)
  }

  #go(cell: Cell, limit: number): Exit {
    if (this.#kind === 'reference') return this.#runSlowly(cell, limit)
    const early = this.#resume(cell)
    if (early !== undefined) return early
    const { u32 } = cell
    u32[EXIT] = Unfinished.Running
    u32[BUSY] = 0
    this.#paused = false
    const code = this.#enter(cell, limit)
    if (code === ABORTED) {
      cell.u32[EXIT_ARG] = 0 // the machine has not stopped for anything
      throw this.#tracerError!.error
    }
    if (code === NO_MEMORY) throw new ResourceError('memory', 'a machine: no more memory for its pages')
    return this.#paused ? Exit.Paused : (code as Exit)
  }

  /** Lets the core run; what pvm_resume or pvm_step returns. */
  #enter(cell: Cell, limit: number): number {
    const { core } = cell
    this.#home.take()
    try {
      if (limit < 0) return core.pvm_resume(AT_VM)
      let code: number = Exit.Step
      for (let left = limit; left > 0 && code === Exit.Step; left -= 0xffffffff) {
        code = core.pvm_step(AT_VM, Math.min(left, 0xffffffff))
      }
      return code
    } catch (error) {
      cell.recover() // only an overflow of the host's stack comes through here
      throw error
    } finally {
      this.#home.show()
    }
  }

  #finish(cell: Cell, what: string, exit: Exit): Exit {
    this.#exit = exit
    this.#ended = this.#home.hasEnded = exit === Exit.Halt || exit === Exit.Panic
    if (exit !== Exit.PageFault && exit !== Exit.Host && exit !== Exit.Break) cell.u32[EXIT_ARG] = 0
    if (this.thrown !== undefined && (this.#throwHostErrors || ResourceError.is(this.thrown.cause))) throw this.thrown
    if (this.late === undefined) return exit
    this.#exit = Exit.Paused
    if (this.#turns?.inSlice !== true) throw unanswered(what, this.late)
    return Exit.Paused
  }

  /** The reference machine on this machine's state. */
  #runSlowly(cell: Cell, limit: number): Exit {
    return this.#others!.runSlowly(cell, this, limit < 0 ? Number.POSITIVE_INFINITY : limit)
  }

  #start(cell: Cell, start: Start): void {
    const memory = this.#memory
    const { u32, regs } = cell
    for (const { address, length, access, data } of start.regions) {
      memory.protect(address / PAGE_SIZE, length / PAGE_SIZE, access)
      memory.load(address, data)
    }
    for (const { address, bytes } of start.memory) {
      if (memory.load(address, bytes) === OOB) {
        throw new RangeError(`memory: ${bytes.length} bytes at ${address} are not all mapped`)
      }
    }
    for (let i = 0; i < 13; i++) regs[i] = start.regs[i]!
    this.#home.show()
    u32[PC] = start.pc
    cell.gas[0] = this.#startGas = start.gas
    this.#gasMissing = start.gasMissing
    u32[CHARGED] = 0
    u32[HEAP_END] = start.heapEnd
    u32[HEAP_LIMIT] = Math.min(start.heapLimit, 0xffffffff)
    u32[EXIT_ARG] = 0
    u32[TRACE] = this.#tracer === undefined ? 0 : 1
    this.host = start.host
    this.pending = Pending.None
    this.overdrawn = start.gas < 0n
    this.thrown = undefined
    this.late = undefined
    this.#throwHostErrors = start.hostErrors === 'throw'
    this.#exit = undefined
    this.#ended = this.#home.hasEnded = false
  }

  reset(options: StartOptions = {}): void {
    this.#idle('reset')
    const start = resolveStart(this.program, options)
    const cell = this.#alive() // only now: options may have used other machines
    this.#home.forgetPages()
    cell.core.pvm_reset(AT_VM)
    this.#start(cell, start)
  }

  switchTo(kind: EngineKind): void {
    const cell = this.#idle('switchTo')
    if (!ENGINE_KINDS.includes(kind) || (this.#others === undefined && kind !== 'interpreter')) {
      throw new RangeError(`kind: this machine cannot go on as ${kind}`)
    }
    const refusal = this.#others?.refusal(kind)
    if (refusal !== undefined) throw new RangeError(`kind: ${kind} does not work here: ${refusal}`)
    this.#others?.attach(cell, this.program, kind)
    this.#kind = kind
  }

  dispose(): void {
    if (this.#home.isClosed) return
    if (this.#running) {
      this.disposeRequested = true
      return
    }
    this.late = undefined
    this.#turns?.dispose()
    this.#memory.close()
    this.#regs = this.#halves = undefined
    this.#home.close()
  }
}
