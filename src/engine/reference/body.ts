// The body of a reference machine, with its state in plain fields. It is never optimised, because every other engine is compared with
// it. The machine that the host has is in ../vm/machine.ts.

import { PAGE_SIZE, type Region } from '../../blob/address-space.ts'
import { takeStack } from '../../core/stack.ts'
import type { Program } from '../../program/program.ts'
import { type RunningTally, Tally } from '../../program/tally.ts'
import { checkCharge } from '../check.ts'
import type { EngineKind, StartOptions, Vm } from '../engine.ts'
import type { Exit } from '../exit.ts'
import type { HostCallSite } from '../host-call.ts'
import type { Memory } from '../memory.ts'
import { narrowFor } from '../narrow-registers.ts'
import type { Start } from '../start.ts'
import type { Body } from '../vm/body.ts'
import { Machine } from '../vm/machine.ts'
import { PagedMemory } from './paged-memory.ts'
import { runReference } from './run.ts'
import type { MachineState } from './state.ts'

/** Makes a reference machine. */
export function createReferenceVm(program: Program, options: StartOptions, maxMemory: number): Vm {
  return new Machine(program, options, site => new ReferenceBody(program, site, maxMemory))
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

class ReferenceBody implements Body {
  readonly kind: EngineKind = 'reference'
  readonly stats: undefined
  isClosed = false
  hasEnded = false
  /** It is not used: the run loop asks the machine for its tracer. */
  isTraced = false
  readonly #site: HostCallSite
  readonly #memory: PagedMemory
  readonly #regs = new BigUint64Array(13)
  readonly #regs32 = new Uint32Array(this.#regs.buffer)
  readonly #state: Mutable<MachineState>

  constructor(program: Program, site: HostCallSite, maxMemory: number) {
    this.#site = site
    this.#memory = new PagedMemory(maxMemory)
    this.#state = {
      program,
      regs: this.#regs,
      memory: this.#memory,
      heapLimit: 0,
      pc: 0,
      gas: 0n,
      drains: program.profile.outOfGas === 'drain',
      charged: false,
      heapEnd: 0,
      exitArg: 0,
      tally: undefined,
      isOver: undefined,
    }
  }

  /** The state. Throws if the machine has been disposed of. */
  get #alive(): Mutable<MachineState> {
    if (this.isClosed) throw new TypeError('vm: used after dispose()')
    return this.#state
  }

  get regs(): BigUint64Array {
    this.#alive
    return this.#regs
  }

  get regs32(): Uint32Array {
    this.#alive
    return this.#regs32
  }

  get memory(): Memory {
    this.#alive
    return this.#memory
  }

  get pc(): number {
    return this.#alive.pc
  }

  set pc(pc: number) {
    this.#alive.pc = pc
  }

  get gas(): bigint {
    return this.#alive.gas
  }

  set gas(gas: bigint) {
    this.#alive.gas = gas
  }

  get charged(): boolean {
    return this.#alive.charged
  }

  set charged(charged: boolean) {
    this.#alive.charged = charged
  }

  get heapEnd(): number {
    return this.#alive.heapEnd
  }

  set heapEnd(address: number) {
    this.#alive.heapEnd = address
  }

  get heapLimit(): number {
    return Math.min(this.#alive.heapLimit, 0xffffffff)
  }

  set heapLimit(address: number) {
    this.#alive.heapLimit = address
  }

  get exitArg(): number {
    return this.#alive.exitArg
  }

  set exitArg(value: number) {
    this.#alive.exitArg = value
  }

  charge(amount: number | bigint): boolean {
    const state = this.#alive
    const price = checkCharge(amount)
    const isPaid = state.gas >= price
    state.gas = isPaid ? state.gas - price : 0n
    return isPaid
  }

  clear(): void {
    this.#memory.clear()
  }

  map({ address, length, access, data }: Region): void {
    this.#memory.protect(address / PAGE_SIZE, length / PAGE_SIZE, access)
    this.#memory.load(address, data)
  }

  start({ pc, gas, regs, heapEnd, heapLimit }: Start): void {
    for (let i = 0; i < 13; i++) this.#regs[i] = regs[i]!
    Object.assign(this.#state, { pc, gas, heapEnd, heapLimit })
  }

  begin(what: string): void {
    takeStack(what, false)
    // biome-ignore lint/suspicious/noConfusingLabels: the build of the interpreter alone drops it (scripts/build-library.mjs)
    WHOLE: narrowFor(this.#state.program, this.#regs32)
  }

  bind(): () => void {
    const state = this.#state
    const { drains } = state
    state.drains = false
    return () => {
      state.drains = drains
    }
  }

  run(limit: number): Exit {
    return runReference(this.#state, this.#site, limit)
  }

  drain(): void {
    const state = this.#state
    state.tally?.take(state.pc, state.gas)
    state.gas = 0n
  }

  end(): void {}

  switchTo(kind: EngineKind): void {
    if (kind !== 'reference') throw new RangeError(`kind: a reference machine cannot go on as ${kind}`)
  }

  startTally(): RunningTally {
    this.#state.tally ??= new Tally(this.#state.program)
    const { executed, paid, more } = this.#state.tally
    return {
      gas: undefined,
      counts: () => ({ executed: executed.slice(), paid: paid.slice(), more: more.slice() }),
    }
  }

  close(): void {
    this.isClosed = true
    this.#memory.close()
  }
}
