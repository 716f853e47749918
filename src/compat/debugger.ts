// The entry coulis/debugger: the machine, its promised form, the worker's protocol. Not a place for code.
export type { ClientOptions } from './client-machine.ts'
export {
  DebuggerAdapter,
  type DebuggerContext,
  DebuggerPvm,
  type DebuggerStart,
  type DebuggerStatus,
  type DebuggerStep,
  type RunUntilOptions,
  statusName,
} from './debugger-machine.ts'
export {
  createCommandHandler,
  type SerializedStart,
  serveWorker,
  type WorkerPayload,
  type WorkerRequest,
  type WorkerResponse,
  type WorkerScope,
} from './debugger-protocol.ts'
