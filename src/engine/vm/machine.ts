// The machine as the host has it, the same for every engine: options, bounds, exits, host errors, promises. Its state is kept by a
// body (body.ts), which also executes instructions. A host cannot reach the body or anything else of an engine through the machine.
import { ResourceError } from '../../core/resource-error.ts'
import type { Program } from '../../program/program.ts'
import { Allowance } from '../allowance.ts'
import { checkAddress, checkCount, checkGas, checkGasGiven, checkTracer } from '../check.ts'
import { type CodeStats, ENGINE_KINDS, type EngineKind, type StartOptions, type Vm } from '../engine.ts'
import { Exit } from '../exit.ts'
import { VmFace } from '../face.ts'
import { type HostCallSite, Pending, resumeLate } from '../host-call.ts'
import { type Memory, OOB } from '../memory.ts'
import { runInPortions } from '../portions.ts'
import { AsyncTurns, refuseMeanwhile, runInSlices, unanswered } from '../run-async.ts'
import { type RunAsyncOptions, type RunOptions, resolveRun } from '../run-options.ts'
import { resolveStart, type Start } from '../start.ts'
import { SINGLE_STEPS, stepsByGas } from '../steps.ts'
import type { Tracer } from '../tracing.ts'
import type { Body } from './body.ts'
import { CallSite } from './call-site.ts'
import type { InnerState, Surroundings } from './inner-state.ts'

/** The limit of instructions of a run without a limit. */
const NO_LIMIT = Number.POSITIVE_INFINITY

/** What other parts of the package can get at in a machine, and its host cannot. */
interface MachineAccess {
  /** The body of a machine, whatever it is doing. Undefined if it is no machine of this package. */
  bodyOf(vm: object): Body | undefined
  /**
   * The body of a machine that is at rest.
   *
   * @throws TypeError when the machine runs, waits for a promise, or is disposed of.
   */
  restingBody(vm: object, what: string): Body | undefined
  readInner(vm: Vm, what: string): InnerState & Surroundings
  writeInner(vm: Vm, state: InnerState): void
}

/** Access to all machines. The class sets it, because only the class sees its private fields. */
export let machineAccess: MachineAccess

/** A machine. Hold the machine itself, not only views of it: a machine that is collected gives its memory to others. */
export class Machine extends VmFace implements Vm {
  readonly program: Program
  readonly #body: Body
  readonly #site: CallSite
  // The registers of the body, which stay the same. They are kept because host functions ask for them often (0.6 ns,
  // bench/micro/host-call.mjs).
  #regs: BigUint64Array | undefined
  #halves: Uint32Array | undefined
  #memory: Memory | undefined
  #startGas = 0n
  /** Whether the machine was started without gas, and has been given none since. */
  #gasMissing = false
  #exit: Exit | undefined
  /** Whether it has halted or panicked, and pc has not been written since. */
  #ended = false
  #running = false
  #tracer: Tracer | undefined
  #throwHostErrors = true
  #turns: AsyncTurns | undefined

  static {
    // biome-ignore lint/suspicious/noConfusingLabels: the build of the interpreter alone drops it (scripts/build-library.mjs)
    WHOLE: machineAccess = {
      bodyOf: vm => (#body in vm ? vm.#body : undefined),
      restingBody(vm, what) {
        if (!(#body in vm)) return undefined
        vm.#idle(what)
        return vm.#body
      },
      readInner(machine, what) {
        const vm = machine as Machine
        vm.#idle(what)
        const { pending, care, host, thrown } = vm.#site
        return {
          startGas: vm.#startGas,
          gasMissing: vm.#gasMissing,
          exit: vm.#exit,
          exitArg: vm.#signedArg,
          ended: vm.#ended,
          pending,
          overdrawn: care.overdrawn,
          heapLimit: vm.#body.heapLimit,
          host,
          hostErrors: vm.#throwHostErrors ? 'throw' : 'panic',
          thrown,
        }
      },
      writeInner(machine, state) {
        const vm = machine as Machine
        vm.#idle('restore')
        vm.#startGas = state.startGas
        vm.#gasMissing = state.gasMissing
        vm.#exit = state.exit
        vm.#ended = state.ended
        vm.#body.exitArg = state.exitArg
        vm.#body.heapLimit = state.heapLimit
        vm.#site.pending = state.pending
        vm.#site.care.overdrawn = state.overdrawn
        vm.#site.thrown = undefined
      },
    }
  }

  /** @param createBody makes the body, whose host calls go to the site. */
  constructor(program: Program, options: StartOptions, createBody: (site: HostCallSite) => Body) {
    super()
    this.program = program
    const start = resolveStart(program, options)
    this.#site = new CallSite(this)
    this.#body = createBody(this.#site)
    this.#site.place = this.#body
    try {
      this.#start(start)
    } catch (error) {
      this.#body.close() // nobody will ever have this machine
      throw error
    }
  }

  #alive(): void {
    if (this.#body.isClosed) throw new TypeError('vm: used after dispose()')
  }

  #idle(what: string): void {
    this.#alive()
    if (this.#running) throw new TypeError(`vm: ${what}() from inside its own host function or tracer`)
    const { late } = this.#site
    if (this.#turns !== undefined || late !== undefined) refuseMeanwhile(what, this.#turns, late)
  }

  get kind(): EngineKind {
    return this.#body.kind
  }

  get regs(): BigUint64Array {
    this.#regs ??= this.#body.regs
    return this.#regs
  }

  get regs32(): Uint32Array {
    this.#halves ??= this.#body.regs32
    return this.#halves
  }

  get memory(): Memory {
    this.#memory ??= this.#body.memory
    return this.#memory
  }

  get pc(): number {
    return this.#body.pc
  }

  set pc(pc: number) {
    this.#alive()
    this.#body.pc = checkAddress('pc', pc)
    this.#body.charged = false
    this.#site.pending = Pending.None
    this.#ended = false
  }

  get paperPc(): number {
    return this.#ended ? 0 : this.pc
  }

  get gas(): bigint {
    return this.#body.gas
  }

  set gas(gas: bigint) {
    this.#alive()
    this.#body.gas = checkGas(gas)
    this.#gasMissing = false
    this.#site.care.overdrawn = gas < 0n
  }

  get gasUsed(): bigint {
    const left = this.gas > 0n ? this.gas : 0n
    return left > this.#startGas ? 0n : this.#startGas - left
  }

  chargeGas(amount: number | bigint): boolean {
    if (this.#body.charge(amount)) return true
    this.#site.care.overdrawn = true
    return false
  }

  get charged(): boolean {
    return this.#body.charged
  }

  set charged(charged: boolean) {
    this.#body.charged = charged && (this.program.profile.gasModel !== 'instruction' || this.#canHaveBegun)
  }

  /** Whether a memset stands at pc that may have stopped in the middle. Not while something runs: compiled code does not ask. */
  get #canHaveBegun(): boolean {
    return !this.#running && this.program.instructionAt(this.pc)?.kind === 'memset'
  }

  get heapEnd(): number {
    return this.#body.heapEnd
  }

  set heapEnd(address: number) {
    this.#alive()
    this.#body.heapEnd = checkAddress('heapEnd', address)
  }

  get isDisposed(): boolean {
    return this.#body.isClosed
  }

  get exit(): Exit | undefined {
    this.#alive()
    return this.#exit
  }

  get exitArg(): number {
    this.#alive()
    return this.#site.late?.index ?? this.#signedArg
  }

  /** The argument of the exit. A page address is unsigned, a host index is signed. While the machine runs it is an index. */
  get #signedArg(): number {
    const arg = this.#body.exitArg
    return this.#exit === Exit.PageFault && !this.#running ? arg >>> 0 : arg | 0
  }

  get stats(): CodeStats | undefined {
    this.#alive()
    return this.#body.stats
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
    this.#body.isTraced = tracer !== undefined
  }

  get remainingMs(): number {
    return this.#site.allowance?.msLeft ?? Number.POSITIVE_INFINITY
  }

  run(options?: RunOptions): Exit {
    if (options === undefined) return this.#run('run', NO_LIMIT)
    const { maxGas, maxMs } = resolveRun(options)
    const until = maxMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + maxMs
    return this.#run('run', NO_LIMIT, new Allowance(this.#body, { maxGas, until }))
  }

  step(count = 1): Exit {
    const limit = checkCount(count)
    const isPlain = limit <= SINGLE_STEPS || this.#tracer !== undefined || this.kind === 'reference'
    if (isPlain || !stepsByGas(this.program)) return this.#run('step', limit)
    return this.#run('step', NO_LIMIT, new Allowance(this.#body, { steps: limit }))
  }

  async runAsync(options: RunAsyncOptions = {}): Promise<Exit> {
    this.#idle('runAsync')
    this.#turns ??= new AsyncTurns()
    const slice = (allowance: Allowance): Exit => this.#run('runAsync', NO_LIMIT, allowance)
    return runInSlices({ counter: this.#body, site: this.#site, slice }, this.#turns, options)
  }

  #run(what: string, limit: number, allowance?: Allowance): Exit {
    this.#idle(what)
    if (this.#ended) return this.#exit!
    const body = this.#body
    const site = this.#site
    if (this.#gasMissing) checkGasGiven(body.gas)
    body.begin(what)
    this.#running = true
    site.thrown = undefined
    site.allowance = allowance
    try {
      return this.#finish(what, this.#within(limit, allowance))
    } finally {
      this.#running = false
      site.allowance = undefined
      body.end()
      if (site.care.disposeRequested) this.dispose()
    }
  }

  #within(limit: number, allowance: Allowance | undefined): Exit {
    const site = this.#site
    const early = site.late === undefined ? undefined : resumeLate(site, site.late)
    if (early !== undefined) return early
    return allowance === undefined ? this.#body.run(limit) : this.#portions(limit, allowance)
  }

  /** Makes a run with bounds. This is another function because its closures would cost every run without bounds 56 bytes of heap. */
  #portions(limit: number, allowance: Allowance): Exit {
    const site = this.#site
    const body = this.#body
    const drain = (): void => {
      if (this.program.profile.outOfGas === 'drain') body.drain()
    }
    const unbind = body.bind(allowance)
    try {
      return runInPortions(site, allowance, () => body.run(limit), drain)
    } finally {
      unbind()
    }
  }

  #finish(what: string, exit: Exit): Exit {
    const { thrown, late } = this.#site
    this.#exit = exit
    this.#ended = this.#body.hasEnded = exit === Exit.Halt || exit === Exit.Panic
    if (exit !== Exit.PageFault && exit !== Exit.Host && exit !== Exit.Break) this.#body.exitArg = 0
    if (thrown !== undefined && (this.#throwHostErrors || ResourceError.is(thrown.cause))) throw thrown
    if (late === undefined) return exit
    this.#exit = Exit.Paused
    if (this.#turns?.inSlice !== true) throw unanswered(what, late)
    return Exit.Paused
  }

  #start(start: Start): void {
    const body = this.#body
    for (const region of start.regions) body.map(region)
    body.start(start)
    body.charged = false
    body.exitArg = 0
    body.isTraced = this.#tracer !== undefined
    this.#site.restart(start.host, start.gas < 0n)
    this.#startGas = start.gas
    this.#gasMissing = start.gasMissing
    this.#throwHostErrors = start.hostErrors === 'throw'
    this.#exit = undefined
    this.#ended = body.hasEnded = false
    for (const { address, bytes } of start.memory) {
      if (body.memory.load(address, bytes) === OOB) {
        throw new RangeError(`memory: ${bytes.length} bytes at ${address} are not all mapped`)
      }
    }
  }

  reset(options: StartOptions = {}): void {
    this.#idle('reset')
    const start = resolveStart(this.program, options)
    this.#body.clear()
    this.#start(start)
  }

  switchTo(kind: EngineKind): void {
    this.#idle('switchTo')
    if (!ENGINE_KINDS.includes(kind)) throw new RangeError(`kind: this machine cannot go on as ${kind}`)
    this.#body.switchTo(kind)
  }

  dispose(): void {
    if (this.#body.isClosed) return
    if (this.#running) {
      this.#site.care.disposeRequested = true
      return
    }
    this.#site.late = undefined
    this.#turns?.dispose()
    this.#regs = this.#halves = this.#memory = undefined
    this.#body.close()
  }
}
