// The public surface of `coulis/interpreter`: programs and one engine, small. Not a place for code. scripts/build-library.mjs makes one
// file of it, with a core that lacks the passes of the recompiler. Only the classes of errors are those of the other entries.

export { Access, type MemoryLayout } from './blob/address-space.ts'
export { BLOB_KINDS, type BlobKind, detectBlob } from './blob/detect.ts'
export { BlobError, type BlobErrorCode } from './blob/error.ts'
export { useCore } from './core/core.ts'
export { type Resource, ResourceError } from './core/resource-error.ts'
export type { Engine, Mapping, MemoryChunk, StartOptions, Vm } from './engine/engine.ts'
export { HostAction, type HostEntry, type HostFunction, type HostPrice, type HostTable } from './engine/engine.ts'
export { Exit, exitName, hostIndex64 } from './engine/exit.ts'
export { HostCallError } from './engine/host-call-error.ts'
export { createEngine, type InterpreterOptions } from './engine/interpreter/engine.ts'
export { type Memory, type MemoryResult, OK, OOB, type PageRange } from './engine/memory.ts'
export { callExport, type ExportCall } from './program/call.ts'
export { type GasModel, PROFILE_NAMES, type Profile, type ProfileName, profile } from './program/profile.ts'
export { type LoadOptions, loadProgram, type Program } from './program/program.ts'
