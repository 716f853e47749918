// The public surface of coulis. Not a place for code: every name is defined in the folder it belongs to.

export { Access, type MemoryLayout } from './blob/address-space.ts'
export { type Assembled, type AssembleOptions, assemble } from './blob/assembly.ts'
export { type Container, describeFormat, encodeContainer, type FormatInfo, parseContainer } from './blob/container.ts'
export { BLOB_KINDS, type BlobKind, detectBlob } from './blob/detect.ts'
export {
  type Disassemblable,
  type DisassembleOptions,
  disassemble,
  formatListing,
  type ListingOptions,
  listCode,
} from './blob/disassembly.ts'
export { BlobError, type BlobErrorCode } from './blob/error.ts'
export type { ProgramParts } from './blob/raw.ts'
export type { WasmModule } from './core/code-generation.ts'
export { useCore } from './core/core.ts'
export { type Resource, ResourceError } from './core/resource-error.ts'
export {
  type CompileAheadOptions,
  compile,
  compileAsync,
  exportHeat,
  heatRefusal,
  type TierPolicy,
  tierPolicy,
} from './engine/auto.ts'
export { guestAddress } from './engine/check.ts'
export { copyMemory, createMemory } from './engine/copy-memory.ts'
export { availableEngines, createEngine, type EngineOptions, type EngineStatus, engineStatus } from './engine/create.ts'
export {
  type CodeStats,
  ENGINE_KINDS,
  type Engine,
  type EngineKind,
  HostAction,
  type HostEntry,
  type HostFunction,
  type HostPrice,
  type HostTable,
  type Mapping,
  type MemoryChunk,
  type StartOptions,
  type Vm,
} from './engine/engine.ts'
export { Exit, exitName, hostIndex64 } from './engine/exit.ts'
export type { VmStatus, VmSummary } from './engine/face.ts'
export { HostCallError } from './engine/host-call-error.ts'
export { type EngineLimits, engineLimits } from './engine/machine/limits.ts'
export { type Memory, type MemoryResult, OK, OOB, type PageRange } from './engine/memory.ts'
export type { RunAsyncOptions, RunOptions, RunSignal } from './engine/run-options.ts'
export { type EngineStats, engineStats } from './engine/stats.ts'
export type { TraceEvent, Tracer } from './engine/tracing.ts'
export { AssemblyError, type AssemblyErrorCode } from './isa/assembly-error.ts'
export type { CodeLine } from './isa/disassembler.ts'
export {
  type Encoding,
  INSTRUCTION_SETS,
  type InstructionSet,
  type InstructionSetName,
  instructionSet,
} from './isa/set.ts'
export { callExport, type ExportCall } from './program/call.ts'
export type { CodeMap } from './program/code-map.ts'
export {
  type ChartOptions,
  type CriticalStep,
  criticalPath,
  type PipelineTimeline,
  pipelineTimeline,
  renderTimeline,
} from './program/pipeline-chart.ts'
export { type GasModel, PROFILE_NAMES, type Profile, type ProfileName, profile } from './program/profile.ts'
export { type CodeParts, type LoadOptions, loadProgram, type Program, type ProgramSource } from './program/program.ts'
export { type FunctionSymbol, type SourceLine, type Symbols, symbolsOf, symbolsOfText } from './program/symbols.ts'
