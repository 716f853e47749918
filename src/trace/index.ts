// `coulis/trace`: recorded runs and instruction logs. Not a place for code.

export { TraceError, type TraceErrorCode } from './error.ts'
export { type HostListener, observeHost } from './observe.ts'
export { parseTrace } from './parse.ts'
export { createRecorder, type Recorder, type RecordOptions } from './record.ts'
export {
  describeDifference,
  type FieldDifference,
  type Replay,
  type ReplayDifference,
  type ReplayOptions,
  replay,
} from './replay.ts'
export { stepTracer, textTracer, type WriteLine } from './steps.ts'
export {
  formatTrace,
  type Trace,
  type TraceBytes,
  type TraceCall,
  type TraceEnd,
  type TraceRegister,
  type TraceState,
} from './trace.ts'
