// An ecalli trace: everything a program sees from outside, host call by host call, and how to write it down as text.
// Not its reading (parse.ts), its verification (replay.ts) nor its making (record.ts).
import { hexFromBytes } from './hex.ts'

/** Bytes the host read or wrote. */
export interface TraceBytes {
  /** Line of the record, from 1. */
  readonly line: number
  readonly address: number
  readonly bytes: Uint8Array
}

/** A register the host set. */
export interface TraceRegister {
  readonly line: number
  readonly register: number
  readonly value: bigint
}

/** pc, gas and the 13 registers at one moment. */
export interface TraceState {
  readonly line: number
  readonly pc: number
  readonly gas: bigint
  readonly regs: BigUint64Array
}

/** One host call: the state at the `ecalli` and what the host did. Gas is before the host call's own price. */
export interface TraceCall extends TraceState {
  /** Host-call index as the program wrote it. */
  readonly index: bigint
  readonly reads: readonly TraceBytes[]
  readonly writes: readonly TraceBytes[]
  readonly registers: readonly TraceRegister[]
  /** Gas behind the call, an absolute value; undefined where it did not change. */
  readonly gasAfter: bigint | undefined
}

/** How the run ended. */
export interface TraceEnd extends TraceState {
  readonly kind: 'HALT' | 'PANIC' | 'OOG'
  /** The argument of PANIC: an implementation detail of whoever recorded it, shown and not compared. */
  readonly argument: bigint | undefined
}

/** This is a recorded run. */
export interface Trace {
  /** The program as the chain stores it: metadata prefix and standard program, or a plain blob. Traces of one program share it. */
  readonly program: Uint8Array
  /** Memory contents before the start; for a standard program its arguments. */
  readonly initial: readonly TraceBytes[]
  readonly start: TraceState
  readonly calls: readonly TraceCall[]
  readonly end: TraceEnd
}

/** Registers as traces write them: ` rNN=0x…` for those that are not 0. */
export function formatRegisters(regs: BigUint64Array): string {
  let text = ''
  for (let i = 0; i < 13; i++) {
    const value = regs[i]!
    if (value !== 0n) text += ` r${String(i).padStart(2, '0')}=0x${value.toString(16)}`
  }
  return text
}

/** pc, gas and registers as traces write them. */
export function formatState(state: { pc: number; gas: bigint; regs: BigUint64Array }): string {
  return `pc=${state.pc} gas=${state.gas}${formatRegisters(state.regs)}`
}

/** A `memread` or `memwrite` record. */
export function formatBytes(keyword: 'memread' | 'memwrite', address: number, bytes: Uint8Array): string {
  const arrow = keyword === 'memread' ? '->' : '<-'
  return `${keyword} 0x${address.toString(16).padStart(8, '0')} len=${bytes.length} ${arrow} 0x${hexFromBytes(bytes)}`
}

/** This is a `setreg` record. */
export function formatSetRegister(register: number, value: bigint): string {
  return `setreg r${String(register).padStart(2, '0')} <- 0x${value.toString(16)}`
}

/** The records of one host call, one per line. */
export function formatCall(call: TraceCall): string[] {
  return [
    `ecalli=${call.index} ${formatState(call)}`,
    ...call.reads.map(({ address, bytes }) => formatBytes('memread', address, bytes)),
    ...call.writes.map(({ address, bytes }) => formatBytes('memwrite', address, bytes)),
    ...call.registers.map(({ register, value }) => formatSetRegister(register, value)),
    ...(call.gasAfter === undefined ? [] : [`setgas <- ${call.gasAfter}`]),
  ]
}

/** This is the end record. */
export function formatEnd(end: TraceEnd): string {
  const word = end.kind === 'PANIC' ? `PANIC=${end.argument ?? 0}` : end.kind
  return `${word} ${formatState(end)}`
}

/** The trace as text, in the order and spelling of the recorded files; ends with a newline. */
export function formatTrace(trace: Trace): string {
  const lines = [
    `program 0x${hexFromBytes(trace.program)}`,
    ...trace.initial.map(({ address, bytes }) => formatBytes('memwrite', address, bytes)),
    `start ${formatState(trace.start)}`,
    ...trace.calls.flatMap(formatCall),
    formatEnd(trace.end),
  ]
  return lines.join('\n') + '\n'
}
