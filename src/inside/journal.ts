// What each host call of a run did, so that the run can be made again without its host. Not the run: history.ts, and not a file:
// trace/record.ts writes those.
import type { Vm } from '../engine/engine.ts'
import { HostAction, type HostEntry, type HostTable } from '../engine/engine.ts'
import { isPromise } from '../engine/late-answer.ts'
import { JournalMemory, type MemoryEffects, redoMemory } from './journal-memory.ts'

/** A host call and everything it changed. */
export interface CallRecord {
  /** As `exitArg` has it: low 32 bits, signed. */
  readonly index: number
  /** This is the name of the host function. It is undefined where nobody answered. */
  readonly name: string | undefined
  /** This is the address of the `ecalli`. */
  readonly pc: number
  /** This is the gas before its price and behind it. */
  readonly gasBefore: bigint
  readonly gasAfter: bigint
  /** Registers that were changed, with what they hold behind the call. */
  readonly registers: readonly { readonly register: number; readonly value: bigint }[]
  readonly memory: MemoryEffects
  /** Where it jumped to; undefined: the machine goes on behind the `ecalli`. */
  readonly next: number | undefined
  readonly charged: boolean
  readonly heapEnd: number
  /** Took more gas than there was. */
  readonly overdrawn: boolean
  readonly outcome: HostAction
  /** This is what its function threw. */
  readonly error: unknown
}

/** Who says what a host call does the first time. */
export interface CallSource {
  /** Whose numbers and prices it has. */
  readonly version?: HostTable['version']
  /**
   * How the call number `at` is made, or undefined where nobody answers.
   *
   * @param at calls before it.
   */
  entry(index: number, at: number): HostEntry | undefined
  /** It is as that of a host. */
  readonly snapshot?: HostTable['snapshot']
  readonly restore?: HostTable['restore']
}

/** Whether two calls changed the same registers and took the same gas: what a host answers. */
export function isSameAnswer(a: CallRecord, b: CallRecord | undefined): boolean {
  return (
    a.index === b?.index &&
    a.gasAfter === b.gasAfter &&
    a.registers.length === b.registers.length &&
    a.registers.every(
      ({ register, value }, i) => register === b.registers[i]!.register && value === b.registers[i]!.value,
    )
  )
}

/** What is left of the gas that was used when what calls took is not counted. */
export function gasByInstructions(calls: readonly CallRecord[], used: bigint): bigint {
  return calls.reduce((left, { gasBefore, gasAfter }) => left - (gasBefore - gasAfter), used)
}

/** Told of every call that is made, the first time and again. True: stop as soon as that can be. */
export type CallListener = (record: CallRecord) => void

const NOTHING: MemoryEffects = { rights: [], writes: [] }

/** The machine as a host function sees it: what it writes is noted. */
class Watched {
  readonly memory: JournalMemory
  readonly face: Vm
  next: number | undefined
  overdrawn = false

  constructor(vm: Vm) {
    const memory = new JournalMemory(vm.memory)
    this.memory = memory
    const chargeGas = (amount: number | bigint): boolean => {
      const paid = vm.chargeGas(amount)
      if (!paid) this.overdrawn = true
      return paid
    }
    this.face = new Proxy(vm, {
      get(target, key) {
        if (key === 'memory') return memory
        if (key === 'chargeGas') return chargeGas
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
      set: (target, key, value) => {
        Reflect.set(target, key, value, target)
        if (key === 'pc') this.next = target.pc
        if (key === 'gas') this.overdrawn = target.gas < 0n
        return true
      },
    })
  }
}

/** The host calls of a run, in order. Answers as a host: those that are known from what they did, new ones by their source. */
export class Journal implements HostTable {
  readonly calls: CallRecord[] = []
  /** Calls that the machine has behind it. */
  at = 0
  listener: CallListener | undefined
  /** Asked behind every call: true stops the machine there, as far as it goes on at all. */
  stopper: ((record: CallRecord) => boolean) | undefined
  /** Whether it did, at the last call. */
  hasStopped = false
  /** Nothing is asked of anybody: behind the last known call nobody answers. `counting`: the last one stops as it did. */
  frozen: false | true | 'counting' = false
  readonly version?: NonNullable<HostTable['version']>
  readonly #source: CallSource
  readonly #entries = new Map<number, HostEntry>()
  /** Of the call that is being made: its first state. */
  #open: { readonly index: number; readonly name: string; readonly pc: number; readonly gas: bigint } | undefined

  constructor(source: CallSource) {
    this.#source = source
    if (source.version !== undefined) this.version = source.version
  }

  /** What the host keeps for itself by now; undefined where it does not say. */
  hostState(): unknown {
    return this.#source.snapshot?.()
  }

  /** Makes the host what it was then. Where it was not said what, it stays as it is. */
  restoreHost(state: unknown): void {
    if (state !== undefined) this.#source.restore?.(state)
  }

  /** Notes that the machine was put to where it has so many calls behind it. */
  rewind(at: number): void {
    this.at = at
    this.#open = undefined
  }

  /** Forgets all calls that the machine does not have behind it. */
  cut(): void {
    this.calls.length = this.at
  }

  entry(index: number): HostEntry | undefined {
    const known = this.calls[this.at]
    // Nobody answered, and somebody outside did or did not do what the host could have done: that is in a checkpoint.
    if (known === undefined && (this.frozen || this.#source.entry(index, this.at) === undefined)) return undefined
    let entry = this.#entries.get(index)
    if (entry === undefined) {
      entry = {
        name: `host call ${index}`,
        price: (vm, at) => this.#price(vm, at),
        call: (vm, at) => this.#call(vm, at),
      }
      this.#entries.set(index, entry)
    }
    return entry
  }

  /** Behind a run that stopped: a call that could not be paid is one of the calls as well. */
  addUnpaid(vm: Vm): void {
    const open = this.#open
    this.#open = undefined
    if (open !== undefined) this.#push({ ...this.#record(vm, open), gasAfter: 0n, outcome: HostAction.OutOfGas })
  }

  /** Behind a run that stopped at a call that nobody answers. */
  addUnanswered(vm: Vm): void {
    this.#push(this.#record(vm, { index: vm.exitArg, name: undefined, pc: vm.pc, gas: vm.gas }))
  }

  #record(
    vm: Vm,
    { index, name, pc, gas }: { index: number; name: string | undefined; pc: number; gas: bigint },
  ): CallRecord {
    return {
      index,
      name,
      pc,
      gasBefore: gas,
      gasAfter: gas,
      registers: [],
      memory: NOTHING,
      next: undefined,
      charged: vm.charged,
      heapEnd: vm.heapEnd,
      overdrawn: false,
      outcome: HostAction.Continue,
      error: undefined,
    }
  }

  #push(record: CallRecord): void {
    this.calls.push(record)
    this.at = this.calls.length
    this.listener?.(record)
  }

  #price(vm: Vm, index: number): number | bigint {
    if (this.at < this.calls.length) return 0 // it is in what the call does
    const { name, price } = this.#source.entry(index, this.at)!
    this.#open = { index, name, pc: vm.pc, gas: vm.gas }
    return typeof price === 'number' ? price : price(vm, index)
  }

  #call(vm: Vm, index: number): HostAction {
    const known = this.calls[this.at]
    if (known === undefined) return this.#make(vm, index)
    this.at += 1
    redo(vm, known)
    this.listener?.(known)
    const isLast = this.frozen === 'counting' && this.at === this.calls.length
    return this.#asked(known, known.outcome === HostAction.Stop && !isLast ? HostAction.Continue : known.outcome)
  }

  /** Makes a call for the first time. */
  #make(vm: Vm, index: number): HostAction {
    const open = this.#open!
    this.#open = undefined
    const before = Array.from(vm.regs)
    const watched = new Watched(vm)
    let outcome: unknown
    let failure: { readonly error: unknown } | undefined
    try {
      outcome = this.#source.entry(index, this.at)!.call(watched.face, index) ?? HostAction.Continue
      if (isPromise(outcome)) {
        throw new TypeError(`${open.name} returned a promise: a history needs host functions that answer at once`)
      }
    } catch (error) {
      failure = { error }
    }
    const isAction = typeof outcome === 'number' && outcome >= 0 && outcome <= HostAction.Again
    if (failure === undefined && !isAction) {
      failure = { error: new TypeError(`${open.name} returned no HostAction`) }
    }
    const action = failure === undefined ? (outcome as HostAction) : HostAction.Panic
    if (action === HostAction.Again || vm.isDisposed) return action // it is made again, or never
    const registers = before.flatMap((old, register) => {
      const value = vm.regs[register]!
      return value === old ? [] : [{ register, value }]
    })
    this.#push({
      ...this.#record(vm, open),
      gasAfter: vm.gas,
      registers,
      memory: watched.memory.effects(),
      next: watched.next,
      charged: vm.charged,
      heapEnd: vm.heapEnd,
      overdrawn: watched.overdrawn,
      outcome: action,
      error: failure?.error,
    })
    if (failure !== undefined) throw failure.error
    return this.#asked(this.calls.at(-1)!, action)
  }

  #asked(record: CallRecord, action: HostAction): HostAction {
    this.hasStopped = this.stopper?.(record) === true && action === HostAction.Continue && !record.overdrawn
    return this.hasStopped ? HostAction.Stop : action
  }
}

/** What a call did, done again. */
function redo(vm: Vm, { registers, memory, next, charged, heapEnd, gasAfter, overdrawn }: CallRecord): void {
  redoMemory(vm.memory, memory)
  for (const { register, value } of registers) vm.regs[register] = value
  if (next !== undefined) vm.pc = next
  if (vm.charged !== charged) vm.charged = charged
  if (vm.heapEnd !== heapEnd) vm.heapEnd = heapEnd
  const gas = overdrawn ? -1n : gasAfter
  if (vm.gas !== gas) vm.gas = gas
}
