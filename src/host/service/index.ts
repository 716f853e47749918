// The public surface of `coulis/service`: is-authorized, refine and accumulate with every host call. Not a place for code.

export { blake2b } from '../../hash/blake2b.ts'
export {
  Account,
  type AccountChange,
  type AccountRecord,
  type AccountStore,
  type Deposits,
  isAvailable,
  lookUpAt,
} from './account.ts'
export { type AccountSource, Accounts } from './accounts.ts'
export type { AccumulateOutcome, AccumulateRequest, AccumulateResult } from './accumulate.ts'
export type {
  Block,
  BlockResult,
  BlockState,
  SequenceRequest,
  SequenceResult,
  ServiceStatistics,
} from './block.ts'
export type { ChainOptions } from './chain.ts'
export { encodeAccumulateArguments, encodeInfo, encodeInput, encodeRecord, encodeSequence } from './encoding.ts'
export { type AccountContents, MapStore } from './map-store.ts'
export {
  authorizerHash,
  encodeContext,
  encodeItem,
  encodeItemSummary,
  encodePackage,
  type ImportReference,
  packageHash,
  plainPackage,
  type RefinementContext,
  type WorkItem,
  type WorkPackage,
} from './package.ts'
export {
  type Accumulatable,
  type Accumulated,
  accumulatable,
  advanceQueue,
  type ReadyEntry,
  type ReadyQueue,
} from './ready-queue.ts'
export { type AuthorizeRequest, type PackageRun, type RefineRequest, type RefineRun, SEGMENT } from './refine.ts'
export { readReport } from './report-encoding.ts'
export type { Digest, RoundRequest, RoundResult, WorkReport, Yield } from './round.ts'
export { createServiceHost, emptyState, type ServiceHost } from './service-host.ts'
export type {
  AccumulateInput,
  Operand,
  Privileges,
  Provision,
  ServiceState,
  Transfer,
  WorkError,
  WorkResult,
} from './state.ts'
export {
  accountsOf,
  componentKey,
  preimageKey,
  recordKey,
  requestKey,
  type StateSource,
  serviceOfKey,
  stateChange,
  storageKey,
} from './state-key.ts'
