// Where an account is in a chain's state: keys of 31 bytes and their values (GP D.1). Not the trie over them.
import { Reader } from '../../blob/reader.ts'
import { Writer } from '../../blob/writer.ts'
import { blake2b } from '../../hash/blake2b.ts'
import { Account, type AccountChange, type AccountStore, keyOf } from './account.ts'
import type { AccountSource } from './accounts.ts'

/** A key has so many bytes. */
export const STATE_KEY: number = 31
/** What stands in front of the hash, for storage and preimages; requests have their length there. */
const STORAGE = 2 ** 32 - 1
const PREIMAGE = 2 ** 32 - 2
/** First byte of a record's key. */
const RECORD = 255

/** C(i) is the key of a component of the state, such as 12 for the privileges. */
export function componentKey(index: number): Uint8Array {
  const key = new Uint8Array(STATE_KEY)
  key[0] = index
  return key
}

/** C(255, s): key of a service's record. */
export function recordKey(service: number): Uint8Array {
  const key = componentKey(RECORD)
  for (let k = 0; k < 4; k++) key[1 + 2 * k] = (service >>> (8 * k)) & 0xff
  return key
}

function itemKey(service: number, tag: number, bytes: Uint8Array): Uint8Array {
  const hash = blake2b(new Writer().uint(tag, 4).bytes(bytes).toBytes())
  const key = new Uint8Array(STATE_KEY)
  for (let k = 0; k < 4; k++) {
    key[2 * k] = (service >>> (8 * k)) & 0xff
    key[2 * k + 1] = hash[k]!
  }
  key.set(hash.subarray(4, STATE_KEY - 4), 8)
  return key
}

/** This makes the key of a storage entry. */
export function storageKey(service: number, key: Uint8Array): Uint8Array {
  return itemKey(service, STORAGE, key)
}

/** This makes the key of a preimage. */
export function preimageKey(service: number, hash: Uint8Array): Uint8Array {
  return itemKey(service, PREIMAGE, hash)
}

/** This makes the key of a request. */
export function requestKey(service: number, hash: Uint8Array, length: number): Uint8Array {
  return itemKey(service, length, hash)
}

/** The service that a key is of, where it is a record's or an item's key; undefined where it is a component's. */
export function serviceOfKey(key: Uint8Array): number | undefined {
  // An item of a service whose number ends in 255 begins like a record: what tells them apart are a record's zeros.
  if (key[0] === RECORD && key.every((byte, k) => byte === 0 || k === 0 || (k < 8 && k % 2 === 1)))
    return numberAt(key, 1)
  return key.subarray(1).every(byte => byte === 0) ? undefined : numberAt(key, 0)
}

function numberAt(key: Uint8Array, at: number): number {
  return (key[at]! | (key[at + 2]! << 8) | (key[at + 4]! << 16) | (key[at + 6]! << 24)) >>> 0
}

/** Key and value that a change of an account comes to; undefined removes. */
export function stateChange(
  service: number,
  change: AccountChange,
): { readonly key: Uint8Array; readonly value: Uint8Array | undefined } {
  switch (change.kind) {
    case 'storage':
      return { key: storageKey(service, change.key), value: change.value }
    case 'preimage':
      return { key: preimageKey(service, change.hash), value: change.value }
    case 'request': {
      const { hash, length, slots } = change
      const key = requestKey(service, hash, length)
      if (slots === undefined) return { key, value: undefined }
      const writer = new Writer().varint(slots.length)
      for (const slot of slots) writer.uint(slot, 4)
      return { key, value: writer.toBytes() }
    }
  }
}

/** A state is reached by its keys: in a node's trie, or in a map of it. */
export interface StateSource {
  get(key: Uint8Array): Uint8Array | undefined
}

function readSlots(bytes: Uint8Array): number[] {
  const reader = new Reader(bytes)
  const slots = Array.from({ length: reader.varint('timeslots', 3) }, () => reader.uint(4, 'timeslot'))
  reader.expectEnd('a request')
  return slots
}

class KeyedStore implements AccountStore {
  readonly #source: StateSource
  readonly #service: number

  constructor(source: StateSource, service: number) {
    this.#source = source
    this.#service = service
  }

  storage(key: Uint8Array): Uint8Array | undefined {
    return this.#source.get(storageKey(this.#service, key))
  }

  preimage(hash: Uint8Array): Uint8Array | undefined {
    return this.#source.get(preimageKey(this.#service, hash))
  }

  request(hash: Uint8Array, length: number): readonly number[] | undefined {
    if (length >= 2 ** 32) return undefined
    const bytes = this.#source.get(requestKey(this.#service, hash, length))
    return bytes === undefined ? undefined : readSlots(bytes)
  }
}

function readRecord(bytes: Uint8Array): ConstructorParameters<typeof Account>[0] {
  const reader = new Reader(bytes)
  reader.uint(1, 'version')
  const record = {
    codeHash: reader.take(32, 'code hash').slice(),
    balance: reader.uint64('balance'),
    minItemGas: reader.uint64('gas of an item'),
    minMemoGas: reader.uint64('gas of a transfer'),
    octets: reader.uint64('octets'),
    gratis: reader.uint64('gratis'),
    items: reader.uint(4, 'items'),
    created: reader.uint(4, 'slot of creation'),
    lastAccumulation: reader.uint(4, 'slot of the last accumulation'),
    parent: reader.uint(4, 'parent'),
  }
  reader.expectEnd('a record')
  return record
}

/** The accounts of a state that is given by its keys. An account that was read once is kept. @throws BlobError for a bad record. */
export function accountsOf(source: StateSource): AccountSource {
  const known = new Map<number, Account>()
  return {
    get: id => {
      const kept = known.get(id)
      if (kept !== undefined) return kept
      const bytes = source.get(recordKey(id))
      if (bytes === undefined) return undefined // not kept: guests may ask for as many ids as they like
      const account = new Account(readRecord(bytes), new KeyedStore(source, id))
      known.set(id, account)
      return account
    },
  }
}

/** This keeps a state in a map, by the keys as strings. */
export function stateMap(entries: ReadonlyMap<string, Uint8Array>): StateSource {
  return { get: key => entries.get(keyOf(key)) }
}
