// `coulis/inside`: why machines stopped, their state as a value, where their gas goes. Not a place for code.

export type { Guard } from '../engine/guard.ts'
export type { Pending } from '../engine/host-call.ts'
export type { TraceMachine } from '../trace/replay.ts'
export { callStack, type StackFrame } from './call-stack.ts'
export { createHistory, type HistoryOptions } from './create-history.ts'
export type { FailedAccess, FailedJump, MissingGas } from './failures.ts'
export type { HostStop, ReasonKind } from './finding.ts'
export { findFunctionRanges } from './functions.ts'
export { countGas, type GasCounter, type GasCounts } from './gas-counts.ts'
export { type FunctionCost, flatProfile, gasByFunction } from './gas-report.ts'
export { History, type HistoryEnd } from './history.ts'
export { HistoryError } from './history-error.ts'
export {
  bisect,
  type LogEntry,
  lastWrite,
  logAt,
  type Moment,
  type Origin,
  type Parting,
  type Write,
  writeChain,
} from './history-search.ts'
export { type HostCallCost, type WatchedGas, watchHostGas } from './host-gas.ts'
export type { InstructionAt, RegisterValue } from './instruction-at.ts'
export type { CallRecord } from './journal.ts'
export type { BytesEffect, MemoryEffects } from './journal-memory.ts'
export { type LastCall, type WatchedHost, watchHost } from './last-call.ts'
export { formatPlace, type Place, placeOf } from './place.ts'
export type { Probe, Sighting, Sought } from './probe.ts'
export { type CallNode, createProfiler, type GasProfile, type Profiler, type ProfilerOptions } from './profile.ts'
export { cpuProfileJson, foldedStacks, lcovOf, speedscopeJson } from './profile-files.ts'
export { pprofBytes } from './profile-pprof.ts'
export { type ExitReason, type ExplainOptions, explainExit, explainHostError } from './reason.ts'
export { historyOfTrace, type TraceDeparture, type TraceHistory, type TraceHistoryOptions } from './recorded.ts'
export { type Breakpoint, type BreakpointOptions, Session, type Stop, type WatchAccess } from './session.ts'
export { changedPages, type ForkOptions, fork, restore, type Snapshot, snapshot } from './snapshot.ts'
export { decodeSnapshot, encodeSnapshot } from './state-file.ts'
export { decodeSymbols, encodeSymbols, SymbolsError, type SymbolsErrorCode } from './symbols-file.ts'
export type { Watched } from './watch.ts'
