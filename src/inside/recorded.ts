// A recorded trace as a history: the record answers host calls. Not the comparison of all of it: trace/replay.ts.
import { checkOptions, knownOptions } from '../engine/check.ts'
import type { Vm } from '../engine/engine.ts'
import { HostAction, type HostEntry } from '../engine/engine.ts'
import { hostIndex64 } from '../engine/exit.ts'
import {
  compareState,
  endedByHost,
  type FieldDifference,
  instantiateTrace,
  type TraceMachine,
} from '../trace/replay.ts'
import type { Trace, TraceCall } from '../trace/trace.ts'
import { History } from './history.ts'
import type { CallSource } from './journal.ts'

/** These are the options of `historyOfTrace`: what the record is run on. */
export interface TraceHistoryOptions extends TraceMachine {
  /** Bytes of memory contents that checkpoints may hold; default 128 MiB. */
  readonly maxBytes?: number
  /** Executes each stretch on the engine that is given; default: short ones are interpreted. */
  readonly ownEngine?: boolean
  /** The name of a host call by its index, low 32 bits, signed; default: its number. */
  readonly hostName?: (index: number) => string | undefined
}

/** Where a run is first not what its record says. */
export interface TraceDeparture {
  /** So many host calls were made before. */
  readonly call: number
  /** Line of the record. */
  readonly line: number
  readonly fields: readonly FieldDifference[]
}

const OPTIONS = ['engine', 'profile', 'program', 'maxBytes', 'ownEngine', 'hostName'] as const

/** The record's host: does what it says for as long as the program makes the same calls. */
class RecordedHost implements CallSource {
  readonly #trace: Trace
  readonly #hostName: TraceHistoryOptions['hostName']
  departure: TraceDeparture | undefined

  constructor(trace: Trace, hostName: TraceHistoryOptions['hostName']) {
    this.#trace = trace
    this.#hostName = hostName
  }

  entry(index: number, at: number): HostEntry | undefined {
    const call = this.#trace.calls[at]
    const wide = hostIndex64(index)
    if (call === undefined || (call.index !== wide && call.index !== BigInt.asUintN(32, wide))) return undefined
    const name = this.#hostName?.(index) ?? `host call ${wide}`
    return { name, price: 0, call: vm => this.#answer(vm, call, at) }
  }

  #answer(vm: Vm, call: TraceCall, at: number): HostAction {
    // Inside of a host function pc is behind the ecalli already.
    const fields = compareState({ ...call, pc: vm.pc }, vm, vm.gas)
    if (fields.length > 0) this.departure ??= { call: at, line: call.line, fields }
    for (const { address, bytes } of call.writes) vm.memory.load(address, bytes)
    for (const { register, value } of call.registers) vm.regs[register] = value
    // What it took, not what was left: another program comes with other gas.
    if (call.gasAfter !== undefined) vm.gas = BigInt.asIntN(64, vm.gas + call.gasAfter - call.gas)
    const { calls, end } = this.#trace
    if (at !== calls.length - 1 || !endedByHost(call, end)) return HostAction.Continue
    if (end.kind === 'HALT') return HostAction.Halt
    if (end.kind === 'PANIC') return HostAction.Panic
    vm.gas = 0n
    return HostAction.OutOfGas
  }
}

/** A recorded run to go through in both directions. */
export interface TraceHistory {
  readonly history: History
  /** Where the run first came to a host call otherwise than recorded; undefined while it did not. */
  departure(): TraceDeparture | undefined
}

/**
 * A recorded run, on any engine, to go through in both directions. Host calls are answered by the record, in its order; where the
 * program makes another call than the one recorded (option `program`), nobody answers and the run stops.
 *
 * @throws BlobError when the recorded program cannot be loaded, TraceError when its arguments make no sense.
 * @throws RangeError or TypeError naming the option that is wrong.
 * @example const { history } = historyOfTrace(parseTrace(text), { engine: createEngine() })
 */
export function historyOfTrace(trace: Trace, options: TraceHistoryOptions): TraceHistory {
  checkOptions(options)
  const { maxBytes, ownEngine, hostName, ...machine } = knownOptions(options, OPTIONS)
  const source = new RecordedHost(trace, hostName)
  const history = new History(host => instantiateTrace(trace, machine, host), source, maxBytes, ownEngine)
  return { history, departure: () => source.departure }
}
