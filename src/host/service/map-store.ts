// What an account holds, in plain maps. Not the state of a node by its 31-byte keys: state-key.ts.
import { type AccountStore, keyOf } from './account.ts'

/** What goes into a `MapStore`. */
export interface AccountContents {
  readonly storage?: Iterable<readonly [key: Uint8Array, value: Uint8Array]>
  readonly preimages?: Iterable<readonly [hash: Uint8Array, preimage: Uint8Array]>
  readonly requests?: Iterable<readonly [hash: Uint8Array, length: number, slots: readonly number[]]>
}

/** This holds storage, preimages and requests of an account in maps. */
export class MapStore implements AccountStore {
  readonly #storage = new Map<string, Uint8Array>()
  readonly #preimages = new Map<string, Uint8Array>()
  readonly #requests = new Map<string, readonly number[]>()

  constructor({ storage = [], preimages = [], requests = [] }: AccountContents = {}) {
    for (const [key, value] of storage) this.#storage.set(keyOf(key), value.slice())
    for (const [hash, preimage] of preimages) this.#preimages.set(keyOf(hash), preimage.slice())
    for (const [hash, length, slots] of requests) this.#requests.set(`${length}:${keyOf(hash)}`, [...slots])
  }

  storage(key: Uint8Array): Uint8Array | undefined {
    return this.#storage.get(keyOf(key))
  }

  preimage(hash: Uint8Array): Uint8Array | undefined {
    return this.#preimages.get(keyOf(hash))
  }

  request(hash: Uint8Array, length: number): readonly number[] | undefined {
    return this.#requests.get(`${length}:${keyOf(hash)}`)
  }
}
