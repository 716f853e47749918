// The reference machine as a Vm: the oracle of every other engine. Never optimised, and never the fast path of anything.
import { PAGE_SIZE } from '../../program/layout.ts'
import type { Program } from '../../program/program.ts'
import { Allowance } from '../allowance.ts'
import { checkAddress, checkCharge, checkCount, checkGas, checkGasGiven, checkTracer } from '../check.ts'
import type { EngineKind, StartOptions, Vm } from '../engine.ts'
import { Exit } from '../exit.ts'
import { type HostCallError, type HostCallSite, Pending, resumeLate } from '../host-call.ts'
import { shareInner } from '../inner-state.ts'
import { takeStack } from '../machine/stack.ts'
import { type Memory, OOB } from '../memory.ts'
import { narrowFor } from '../narrow-registers.ts'
import { runInPortions } from '../portions.ts'
import { ResourceError } from '../resource-error.ts'
import { AsyncTurns, refuseMeanwhile, runInSlices, unanswered } from '../run-async.ts'
import { type RunAsyncOptions, type RunOptions, resolveRun } from '../run-options.ts'
import { resolveStart } from '../start.ts'
import { shareTally, Tally } from '../tally.ts'
import type { Tracer } from '../tracing.ts'
import { VmFace } from '../vm-face.ts'
import { PagedMemory } from './paged-memory.ts'
import { runReference } from './run.ts'
import type { MachineState } from './state.ts'

/** Makes a reference machine. */
export function createReferenceVm(program: Program, options: StartOptions, maxMemory: number): Vm {
  return new ReferenceVm(program, options, maxMemory)
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

class ReferenceVm extends VmFace implements Vm {
  readonly program: Program
  readonly kind: EngineKind = 'reference'
  readonly #memory: PagedMemory
  readonly #regs = new BigUint64Array(13)
  readonly #regs32 = new Uint32Array(this.#regs.buffer)
  readonly #state: Mutable<MachineState>
  readonly #site: Mutable<HostCallSite>
  #startGas = 0n
  /** The machine was started without gas, and given none since. */
  #gasMissing = false
  #exit: Exit | undefined
  /** Halted or panicked, until pc is written. */
  #ended = false
  #running = false
  #disposed = false
  #tracer: Tracer | undefined
  #throwHostErrors = true
  #turns: AsyncTurns | undefined

  static {
    shareInner({
      has: vm => #startGas in vm,
      read(machine, what) {
        const vm = machine as ReferenceVm
        vm.#idle(what)
        return {
          startGas: vm.#startGas,
          gasMissing: vm.#gasMissing,
          exit: vm.#exit,
          exitArg: vm.#state.exitArg,
          ended: vm.#ended,
          pending: vm.#site.pending,
          overdrawn: vm.#site.overdrawn,
          heapLimit: Math.min(vm.#state.heapLimit, 0xffffffff),
          host: vm.#site.host,
          hostErrors: vm.#throwHostErrors ? 'throw' : 'panic',
          thrown: vm.#site.thrown,
        }
      },
      write(machine, state) {
        const vm = machine as ReferenceVm
        vm.#idle('restore')
        vm.#startGas = state.startGas
        vm.#gasMissing = state.gasMissing
        vm.#exit = state.exit
        vm.#state.exitArg = state.exitArg
        vm.#ended = state.ended
        vm.#site.pending = state.pending
        vm.#site.overdrawn = state.overdrawn
        vm.#state.heapLimit = state.heapLimit
        vm.#site.thrown = undefined
      },
    })
  }

  static {
    shareTally({
      has: vm => #startGas in vm,
      start(machine) {
        const vm = machine as ReferenceVm
        vm.#idle('count')
        vm.#state.tally ??= new Tally(vm.program)
        const { executed, paid, more } = vm.#state.tally
        return {
          gas: undefined,
          counts: () => ({ executed: executed.slice(), paid: paid.slice(), more: more.slice() }),
        }
      },
    })
  }

  constructor(program: Program, options: StartOptions, maxMemory: number) {
    super()
    this.#memory = new PagedMemory(maxMemory)
    this.program = program
    const state: Mutable<MachineState> = {
      program,
      regs: this.#regs,
      memory: this.#memory,
      heapLimit: 0,
      pc: 0,
      gas: 0n,
      drains: false,
      charged: false,
      heapEnd: 0,
      exitArg: 0,
      tally: undefined,
    }
    this.#state = state
    this.#site = {
      vm: this,
      host: undefined,
      movePc: pc => {
        state.pc = pc
      },
      overdrawn: false,
      pending: Pending.None,
      disposeRequested: false,
      paid: 0n,
      allowance: undefined,
      late: undefined,
      thrown: undefined,
    }
    this.reset(options)
  }

  #alive(): void {
    if (this.#disposed) throw new TypeError('vm: used after dispose()')
  }

  #idle(what: string): void {
    this.#alive()
    if (this.#running) throw new TypeError(`vm: ${what}() from inside its own host function or tracer`)
    refuseMeanwhile(what, this.#turns, this.#site.late)
  }

  get regs(): BigUint64Array {
    this.#alive()
    return this.#regs
  }

  get regs32(): Uint32Array {
    this.#alive()
    return this.#regs32
  }

  get memory(): Memory {
    this.#alive()
    return this.#memory
  }

  get pc(): number {
    this.#alive()
    return this.#state.pc
  }

  set pc(pc: number) {
    this.#alive()
    this.#state.pc = checkAddress('pc', pc)
    this.#state.charged = false
    this.#site.pending = Pending.None
    this.#ended = false
  }

  get paperPc(): number {
    return this.#ended ? 0 : this.pc
  }

  get gas(): bigint {
    this.#alive()
    return this.#state.gas
  }

  set gas(gas: bigint) {
    this.#alive()
    this.#state.gas = checkGas(gas)
    this.#gasMissing = false
    this.#site.overdrawn = gas < 0n
  }

  get gasUsed(): bigint {
    const left = this.gas > 0n ? this.gas : 0n
    return left > this.#startGas ? 0n : this.#startGas - left
  }

  chargeGas(amount: number | bigint): boolean {
    this.#alive()
    const charge = checkCharge(amount)
    if (this.#state.gas < charge) {
      this.#state.gas = 0n
      this.#site.overdrawn = true
      return false
    }
    this.#state.gas -= charge
    return true
  }

  get charged(): boolean {
    this.#alive()
    return this.#state.charged
  }

  set charged(charged: boolean) {
    this.#alive()
    this.#state.charged = charged && this.program.profile.gasModel !== 'instruction'
  }

  get heapEnd(): number {
    this.#alive()
    return this.#state.heapEnd
  }

  set heapEnd(address: number) {
    this.#alive()
    this.#state.heapEnd = checkAddress('heapEnd', address)
  }

  get isDisposed(): boolean {
    return this.#disposed
  }

  get exit(): Exit | undefined {
    this.#alive()
    return this.#exit
  }

  get exitArg(): number {
    this.#alive()
    return this.#site.late?.index ?? this.#state.exitArg
  }

  get stats(): undefined {
    this.#alive()
    return undefined
  }

  get hostError(): unknown {
    this.#alive()
    return this.#site.thrown?.cause
  }

  get tracer(): Tracer | undefined {
    this.#alive()
    return this.#tracer
  }

  set tracer(tracer: Tracer | undefined) {
    this.#alive()
    checkTracer(tracer)
    this.#tracer = tracer
  }

  #thrown(): HostCallError | undefined {
    return this.#site.thrown
  }

  run(options?: RunOptions): Exit {
    if (options === undefined) return this.#run('run', Number.POSITIVE_INFINITY)
    const { maxGas, maxMs } = resolveRun(options)
    const until = maxMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + maxMs
    return this.#run('run', Number.POSITIVE_INFINITY, new Allowance(this.#state, { maxGas, until }))
  }

  step(count = 1): Exit {
    return this.#run('step', checkCount(count))
  }

  async runAsync(options: RunAsyncOptions = {}): Promise<Exit> {
    this.#idle('runAsync')
    this.#turns ??= new AsyncTurns()
    const state = this.#state
    const site = this.#site
    const machine = {
      counter: state,
      get late() {
        return site.late
      },
      slice: (allowance: Allowance): Exit => this.#run('runAsync', Number.POSITIVE_INFINITY, allowance),
    }
    return runInSlices(machine, this.#turns, options)
  }

  get remainingMs(): number {
    return this.#site.allowance?.msLeft ?? Number.POSITIVE_INFINITY
  }

  #run(what: string, limit: number, allowance?: Allowance): Exit {
    this.#idle(what)
    if (this.#ended) return this.#exit!
    if (this.#gasMissing) checkGasGiven(this.#state.gas)
    takeStack(what, false)
    this.#running = true
    this.#site.thrown = undefined
    this.#site.allowance = allowance
    // biome-ignore lint/suspicious/noConfusingLabels: the build of the interpreter alone drops it (scripts/build-library.mjs)
    WHOLE: narrowFor(this.program, this.#regs32)
    try {
      return this.#finish(what, this.#within(limit, allowance))
    } catch (error) {
      // A tracer threw: the machine has not stopped for anything.
      if (this.#site.thrown === undefined && this.#site.late === undefined) this.#state.exitArg = 0
      throw error
    } finally {
      this.#running = false
      this.#site.allowance = undefined
      if (this.#site.disposeRequested) this.dispose()
    }
  }

  #within(limit: number, allowance: Allowance | undefined): Exit {
    const { late } = this.#site
    const early = late === undefined ? undefined : resumeLate(this.#site, late)
    if (early !== undefined) return early
    const state = this.#state
    const drains = this.program.profile.outOfGas === 'drain'
    state.drains = drains && allowance === undefined
    if (allowance === undefined) return runReference(state, this.#site, limit)
    const go = (): Exit => runReference(state, this.#site, limit)
    return runInPortions(this.#site, allowance, go, () => {
      if (!drains) return
      state.tally?.take(state.pc, state.gas)
      state.gas = 0n
    })
  }

  #finish(what: string, exit: Exit): Exit {
    this.#exit = exit
    this.#ended = exit === Exit.Halt || exit === Exit.Panic
    if (exit !== Exit.PageFault && exit !== Exit.Host && exit !== Exit.Break) this.#state.exitArg = 0
    const thrown: HostCallError | undefined = this.#thrown()
    if (thrown !== undefined && (this.#throwHostErrors || ResourceError.is(thrown.cause))) throw thrown
    if (this.#site.late === undefined) return exit
    this.#exit = Exit.Paused
    if (this.#turns?.inSlice !== true) throw unanswered(what, this.#site.late)
    return Exit.Paused
  }

  reset(options: StartOptions = {}): void {
    this.#idle('reset')
    const start = resolveStart(this.program, options)
    const memory = this.#memory
    memory.clear()
    for (const { address, length, access, data } of start.regions) {
      memory.protect(address / PAGE_SIZE, length / PAGE_SIZE, access)
      memory.load(address, data)
    }
    for (const { address, bytes } of start.memory) {
      if (memory.load(address, bytes) === OOB) {
        throw new RangeError(`memory: ${bytes.length} bytes at ${address} are not all mapped`)
      }
    }
    for (let i = 0; i < 13; i++) this.#regs[i] = start.regs[i]!
    this.#state.pc = start.pc
    this.#state.gas = this.#startGas = start.gas
    this.#gasMissing = start.gasMissing
    this.#state.charged = false
    this.#state.heapEnd = start.heapEnd
    this.#state.heapLimit = start.heapLimit
    this.#state.exitArg = 0
    this.#site.host = start.host
    this.#site.pending = Pending.None
    this.#site.overdrawn = start.gas < 0n
    this.#site.thrown = undefined
    this.#site.late = undefined
    this.#throwHostErrors = start.hostErrors === 'throw'
    this.#exit = undefined
    this.#ended = false
  }

  switchTo(kind: EngineKind): void {
    this.#idle('switchTo')
    if (kind !== 'reference') throw new RangeError(`kind: a reference machine cannot go on as ${kind}`)
  }

  dispose(): void {
    if (this.#disposed) return
    if (this.#running) {
      this.#site.disposeRequested = true
      return
    }
    this.#disposed = true
    this.#site.late = undefined
    this.#turns?.dispose()
    this.#memory.close()
  }
}
