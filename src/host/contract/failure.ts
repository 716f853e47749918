// Why a contract's call failed: an error of its own making, which its caller sees as a code. Not misuse of the API.

/** What is wrong. The same words as the errors of pallet-revive, where it has one. */
export type ContractFailureCode =
  | 'call-data-too-large'
  | 'code-not-found'
  | 'contract-trapped'
  | 'decoding-failed'
  | 'duplicate-contract'
  | 'immutable-access'
  | 'input-forwarded'
  | 'invalid-call-flags'
  | 'invalid-storage-flags'
  | 'max-call-depth'
  | 'no-such-call'
  | 'out-of-bounds'
  | 'out-of-gas'
  | 'reentrance-denied'
  | 'return-data-too-large'
  | 'state-change-denied'
  | 'stopped'
  | 'terminated-while-on-stack'
  | 'too-many-topics'
  | 'transfer-failed'
  | 'unsupported-precompile'
  | 'value-too-large'

/** A contract failed: all that it changed is undone. Thrown inside host functions only, never to those who call contracts. */
export class ContractFailure extends Error {
  override readonly name = 'ContractFailure'
  readonly code: ContractFailureCode

  constructor(code: ContractFailureCode, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}

/** Codes that `call`, `delegate_call`, `instantiate` and `get_storage` answer with (pallet-revive-uapi, ReturnErrorCode). */
export const ReturnCode = {
  Success: 0,
  CalleeTrapped: 1,
  CalleeReverted: 2,
  KeyNotFound: 3,
  TransferFailed: 4,
  OutOfResources: 5,
  DuplicateContractAddress: 11,
} as const

/** The name of a code in words, for logs. */
export function returnCodeName(code: number): string {
  const name = Object.entries(ReturnCode).find(([, value]) => value === code)?.[0]
  return name === undefined ? `code ${code}` : name.replace(/(?!^)[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
}

/**
 * What the caller of a failed call gets; undefined where it fails as well.
 *
 * @param ran whether the callee had started: before, most failures are the caller's own.
 */
export function returnCodeOf(code: ContractFailureCode, ran: boolean): number | undefined {
  if (code === 'transfer-failed') return ReturnCode.TransferFailed
  if (code === 'duplicate-contract') return ReturnCode.DuplicateContractAddress
  if (code === 'unsupported-precompile' || !ran) return undefined
  return code === 'out-of-gas' ? ReturnCode.OutOfResources : ReturnCode.CalleeTrapped
}
