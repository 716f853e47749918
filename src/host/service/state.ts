// What accumulation may change of a chain's state (GP 12, the partial state), and what it produces. Not the rules.
import type { Accounts } from './accounts.ts'

/** Who may do what (GP 9.4, χ). */
export interface Privileges {
  readonly manager: number
  /** By core, this says who assigns its authorizer queue. */
  readonly assigners: readonly number[]
  /** This says who designates the validators. */
  readonly delegator: number
  /** Who gives out small ids. */
  readonly registrar: number
  /** Services that run in every block, with the gas they get for nothing. */
  readonly always: ReadonlyMap<number, bigint>
}

/** The partial state S (GP 12.3). Nothing in it is changed in place but `accounts`, which is forked first. */
export interface ServiceState extends Privileges {
  readonly accounts: Accounts
  /** These are the keys of the validators of the epoch after next, encoded, with 336 bytes each (ι). */
  readonly staging: Uint8Array
  /** By core: the encoded authorizer queue, 80 hashes of 32 bytes (φ). */
  readonly authQueues: readonly Uint8Array[]
}

/** A transfer is deferred until its receiver is accumulated (GP 12.5). */
export interface Transfer {
  readonly from: number
  readonly to: number
  readonly amount: bigint
  /** It has 128 bytes. */
  readonly memo: Uint8Array
  readonly gas: bigint
}

/** How a work item failed (GP 11.1). */
export type WorkError = 'out-of-gas' | 'panic' | 'bad-exports' | 'oversize' | 'bad' | 'big'

/** What came out of a work item. */
export type WorkResult = Uint8Array | WorkError

/** A work item's result, as accumulate sees it (GP 12.3). All hashes have 32 bytes. */
export interface Operand {
  readonly packageHash: Uint8Array
  readonly exportsRoot: Uint8Array
  readonly authorizerHash: Uint8Array
  readonly payloadHash: Uint8Array
  /** This is the gas for the accumulation of the item. */
  readonly gas: bigint
  readonly result: WorkResult
  readonly authTrace: Uint8Array
}

/** What a service is accumulated with: transfers to it first, then operands. */
export type AccumulateInput = Transfer | Operand

/** A preimage that a service has for another one, or for itself. */
export interface Provision {
  readonly service: number
  readonly data: Uint8Array
  /** The hash of `data`, 32 bytes, where it is known: then it is trusted, and not taken again. */
  readonly hash?: Uint8Array
}
