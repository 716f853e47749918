// The reference machine as a Vm: the oracle of every other engine. Never optimised, and never the fast path of anything.
import { PAGE_SIZE } from '../../program/layout.ts'
import type { Program } from '../../program/program.ts'
import { checkAddress, checkCharge, checkCount, checkGas, checkTracer } from '../check.ts'
import type { EngineKind, StartOptions, Vm } from '../engine.ts'
import { Exit } from '../exit.ts'
import { type HostCallError, type HostCallSite, Pending } from '../host-call.ts'
import { takeStack } from '../machine/stack.ts'
import { type Memory, OOB } from '../memory.ts'
import { ResourceError } from '../resource-error.ts'
import { resolveStart } from '../start.ts'
import type { Tracer } from '../tracing.ts'
import { PagedMemory } from './paged-memory.ts'
import { runReference } from './run.ts'
import type { MachineState } from './state.ts'

/** Makes a reference machine. */
export function createReferenceVm(program: Program, options: StartOptions = {}): Vm {
  return new ReferenceVm(program, options)
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

class ReferenceVm implements Vm {
  readonly program: Program
  readonly kind: EngineKind = 'reference'
  readonly #memory = new PagedMemory()
  readonly #regs = new BigUint64Array(13)
  readonly #regs32 = new Uint32Array(this.#regs.buffer)
  readonly #state: Mutable<MachineState>
  readonly #site: Mutable<HostCallSite>
  #startGas = 0n
  #exit: Exit | undefined
  /** Halted or panicked, until pc is written. */
  #ended = false
  #running = false
  #disposed = false
  #tracer: Tracer | undefined
  #throwHostErrors = true

  constructor(program: Program, options: StartOptions) {
    this.program = program
    const state = {
      program,
      regs: this.#regs,
      memory: this.#memory,
      heapLimit: 0,
      pc: 0,
      gas: 0n,
      charged: false,
      heapEnd: 0,
      exitArg: 0,
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

  get exit(): Exit | undefined {
    this.#alive()
    return this.#exit
  }

  get exitArg(): number {
    this.#alive()
    return this.#state.exitArg
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

  run(): Exit {
    return this.#run('run', Number.POSITIVE_INFINITY)
  }

  step(count = 1): Exit {
    return this.#run('step', checkCount(count))
  }

  #run(what: string, limit: number): Exit {
    this.#idle(what)
    if (this.#ended) return this.#exit!
    takeStack(what, false)
    this.#running = true
    this.#site.thrown = undefined
    try {
      const exit = runReference(this.#state, this.#site, limit)
      this.#exit = exit
      this.#ended = exit === Exit.Halt || exit === Exit.Panic
      if (exit !== Exit.PageFault && exit !== Exit.Host && exit !== Exit.Break) this.#state.exitArg = 0
      const thrown: HostCallError | undefined = this.#thrown()
      if (thrown !== undefined && (this.#throwHostErrors || ResourceError.is(thrown.cause))) throw thrown
      return exit
    } finally {
      this.#running = false
      if (this.#site.disposeRequested) this.dispose()
    }
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
    this.#state.charged = false
    this.#state.heapEnd = start.heapEnd
    this.#state.heapLimit = start.heapLimit
    this.#state.exitArg = 0
    this.#site.host = start.host
    this.#site.pending = Pending.None
    this.#site.overdrawn = start.gas < 0n
    this.#site.thrown = undefined
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
    this.#memory.close()
  }
}
