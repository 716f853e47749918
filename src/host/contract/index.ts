// What `coulis/host` has for contracts. Not the functions they import: those are in the chain.

export { keccak256 } from '../../hash/keccak.ts'
export {
  type ContractCallOptions,
  ContractChain,
  type ContractChainOptions,
  type ContractResult,
  createContractChain,
  type DeployOptions,
  type PreparedContractCall,
} from './chain.ts'
export { ContractFailure, type ContractFailureCode } from './failure.ts'
export type { ContractBlock, ContractLogLine, Precompile } from './frame.ts'
export { CONTRACT_CALLS, CONTRACT_LIMITS, type ContractCallName } from './interface.ts'
export { CODE_LIMITS, type CodeCheck, type CodeIssue, type CodeLimit, checkContractCode } from './limits.ts'
export type { ContractAccount, ContractEvent } from './state.ts'
export type { BytesLike, Hex } from './text.ts'
