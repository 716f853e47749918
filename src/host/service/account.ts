// A service account (GP 9): its record, and what it holds behind a small interface, with changes kept beside that. Not the map
// of all accounts: accounts.ts. Not the encodings: encoding.ts.

import { blake2b } from '../../hash/blake2b.ts'
import { checkAmount, checkBytes, checkNumber } from './check-value.ts'
import { Layers } from './layers.ts'

/** What an account holds, as it was before any change. A node puts its own trie behind this. */
export interface AccountStore {
  /** The value of a storage key; undefined where there is none. */
  storage(key: Uint8Array): Uint8Array | undefined
  /** This finds the preimage of a hash of 32 bytes. */
  preimage(hash: Uint8Array): Uint8Array | undefined
  /** The timeslots of the request for a preimage of that hash and length: none to three; undefined where there is no request. */
  request(hash: Uint8Array, length: number): readonly number[] | undefined
}

/** A change of what an account holds; undefined removes. */
export type AccountChange =
  | { readonly kind: 'storage'; readonly key: Uint8Array; readonly value: Uint8Array | undefined }
  | { readonly kind: 'preimage'; readonly hash: Uint8Array; readonly value: Uint8Array | undefined }
  | {
      readonly kind: 'request'
      readonly hash: Uint8Array
      readonly length: number
      readonly slots: readonly number[] | undefined
    }

/** The record of an account (GP 9.3), without what it holds. */
export interface AccountRecord {
  /** This is the hash of the code's preimage; it has 32 bytes. */
  codeHash: Uint8Array
  balance: bigint
  /** Least gas of a work item's accumulation, and of a transfer to the service. */
  minItemGas: bigint
  minMemoGas: bigint
  /** Octets and items that the deposit is for: counters, changed with each change. */
  octets: bigint
  items: number
  /** Deposit that the service need not have. */
  gratis: bigint
  /** These are timeslots, and the service that created it. */
  created: number
  lastAccumulation: number
  parent: number
}

/** These numbers make a deposit (GP 9.8). They are protocol constants. */
export interface Deposits {
  readonly baseDeposit: number
  readonly itemDeposit: number
  readonly byteDeposit: number
}

/**
 * What an entry adds to an account's counters (GP 9.8). Storage adds these octets to those of its key and value. A request adds these
 * octets to its length, and these items.
 */
const STORAGE_OCTETS = 34n
const REQUEST_OCTETS = 81n
const REQUEST_ITEMS = 2

/** This counts items and octets of storage entries, keys first, and of requests for preimages of these lengths (GP 9.8). */
export function countsOf(
  storage: readonly (readonly [key: Uint8Array, value: Uint8Array])[],
  requests: readonly number[],
): Pick<AccountRecord, 'items' | 'octets'> {
  let octets = 0n
  for (const [key, value] of storage) octets += STORAGE_OCTETS + BigInt(key.length + value.length)
  for (const length of requests) octets += REQUEST_OCTETS + BigInt(length)
  return { items: storage.length + REQUEST_ITEMS * requests.length, octets }
}

/** Most bytes of a key that stand for themselves: they are given to a function as its arguments. */
const SHORT = 256

/**
 * Bytes as a string, for keys of maps: one character for each, in their order. Of more than 256 it is length and hash: a guest's
 * key may be as long as its memory.
 */
export function keyOf(bytes: Uint8Array): string {
  if (bytes.length > SHORT) return `${bytes.length} bytes, ${keyOf(blake2b(bytes, 64))}, ${' '.repeat(SHORT)}`
  return String.fromCharCode.apply(undefined, bytes as unknown as number[])
}

function checkRecord(record: AccountRecord): void {
  checkBytes('codeHash', record.codeHash, 32)
  for (const name of ['balance', 'minItemGas', 'minMemoGas', 'octets', 'gratis'] as const)
    checkAmount(name, record[name])
  for (const name of ['items', 'created', 'lastAccumulation', 'parent'] as const) checkNumber(name, record[name])
}

const NOTHING: AccountStore = { storage: () => undefined, preimage: () => undefined, request: () => undefined }

/** An account that can be changed; copies share what they have not changed. */
export class Account implements AccountRecord {
  codeHash: Uint8Array
  balance: bigint
  minItemGas: bigint
  minMemoGas: bigint
  octets: bigint
  items: number
  gratis: bigint
  created: number
  lastAccumulation: number
  parent: number
  readonly store: AccountStore
  #changes = new Layers<string, AccountChange>()

  /** @throws TypeError, RangeError naming a field of the record that is wrong. */
  constructor(record: AccountRecord, store: AccountStore = NOTHING) {
    if (!(record instanceof Account)) checkRecord(record)
    this.codeHash = record.codeHash
    this.balance = record.balance
    this.minItemGas = record.minItemGas
    this.minMemoGas = record.minMemoGas
    this.octets = record.octets
    this.items = record.items
    this.gratis = record.gratis
    this.created = record.created
    this.lastAccumulation = record.lastAccumulation
    this.parent = record.parent
    this.store = store
  }

  /** A copy: what is changed in one is not in the other. */
  clone(): Account {
    const copy = new Account(this, this.store)
    copy.#changes = this.#changes.fork()
    return copy
  }

  /**
   * Whether it holds nothing but its changes: it was created. Where the state has something under its id, that is of another
   * account, which was removed before.
   */
  get isNew(): boolean {
    return this.store === NOTHING
  }

  /** What was changed beside the record, each once. */
  get changes(): Iterable<AccountChange> {
    return this.#changes.entries().values()
  }

  storage(key: Uint8Array): Uint8Array | undefined {
    const change = this.#changes.get(`s${keyOf(key)}`)
    return change?.kind === 'storage' ? change.value : this.store.storage(key)
  }

  preimage(hash: Uint8Array): Uint8Array | undefined {
    const change = this.#changes.get(`p${keyOf(hash)}`)
    return change?.kind === 'preimage' ? change.value : this.store.preimage(hash)
  }

  request(hash: Uint8Array, length: number): readonly number[] | undefined {
    const change = this.#changes.get(`r${length}:${keyOf(hash)}`)
    return change?.kind === 'request' ? change.slots : this.store.request(hash, length)
  }

  /**
   * Items and octets as they are when a storage entry is set to so many bytes, or removed (GP 9.8). `old` is the number it has now;
   * undefined: there is none.
   */
  countsWith(
    key: Uint8Array,
    length: number | undefined,
    old: number | undefined,
  ): Pick<AccountRecord, 'items' | 'octets'> {
    const octets = (bytes: number | undefined): bigint =>
      bytes === undefined ? 0n : STORAGE_OCTETS + BigInt(key.length + bytes)
    return {
      items: this.items + (length === undefined ? 0 : 1) - (old === undefined ? 0 : 1),
      octets: this.octets + octets(length) - octets(old),
    }
  }

  /** Sets or removes a storage entry; items and octets follow (GP 9.8). `old` is what it was. */
  setStorage(key: Uint8Array, value: Uint8Array | undefined, old: Uint8Array | undefined = this.storage(key)): void {
    const { items, octets } = this.countsWith(key, value?.length, old?.length)
    this.items = items
    this.octets = octets
    this.#changes.set(`s${keyOf(key)}`, { kind: 'storage', key, value })
  }

  setPreimage(hash: Uint8Array, value: Uint8Array | undefined): void {
    this.#changes.set(`p${keyOf(hash)}`, { kind: 'preimage', hash, value })
  }

  /** Sets or removes a request; items and octets follow (GP 9.8). */
  setRequest(hash: Uint8Array, length: number, slots: readonly number[] | undefined): void {
    const change = (slots === undefined ? 0 : 1) - (this.request(hash, length) === undefined ? 0 : 1)
    this.items += change * REQUEST_ITEMS
    this.octets += BigInt(change) * (REQUEST_OCTETS + BigInt(length))
    this.#changes.set(`r${length}:${keyOf(hash)}`, { kind: 'request', hash, length, slots })
  }

  /** The balance that the account has to have (GP 9.8). */
  threshold(deposits: Deposits): bigint {
    return thresholdOf(this, deposits)
  }
}

/** The balance that so many items and octets need, less what is given for nothing (GP 9.8). */
export function thresholdOf(
  { items, octets, gratis }: Pick<AccountRecord, 'items' | 'octets' | 'gratis'>,
  { baseDeposit, itemDeposit, byteDeposit }: Deposits,
): bigint {
  const deposit = BigInt(baseDeposit) + BigInt(itemDeposit) * BigInt(items) + BigInt(byteDeposit) * octets - gratis
  return deposit > 0n ? deposit : 0n
}

/** Whether a preimage with that request is available at a timeslot (GP 9.7). */
export function isAvailable(slots: readonly number[] | undefined, at: number): boolean {
  if (slots === undefined || slots.length === 0) return false
  const [from, until = Number.POSITIVE_INFINITY, again = Number.POSITIVE_INFINITY] = slots
  return (from! <= at && at < until) || again <= at
}

/** The preimage of a hash as it was available at a timeslot: the historical lookup (GP 9.7). */
export function lookUpAt(account: Account, at: number, hash: Uint8Array): Uint8Array | undefined {
  const preimage = account.preimage(hash)
  return preimage !== undefined && isAvailable(account.request(hash, preimage.length), at) ? preimage : undefined
}
