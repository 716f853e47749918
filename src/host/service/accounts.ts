// All accounts, copied on write: a fork shares with its origin what neither has changed. Not one account: account.ts.
import type { Account } from './account.ts'
import { Layers } from './layers.ts'

/** Where accounts come from that nobody has changed yet. */
export interface AccountSource {
  get(id: number): Account | undefined
}

/** These are accounts by service id. */
export class Accounts implements AccountSource {
  readonly #source: AccountSource
  /** The accounts that differ from the source's. An account is undefined here if it was removed. */
  #changed = new Layers<number, Account | undefined>()
  /** The ids of changed accounts that no fork shares. They may be changed in place. */
  #editable: Set<number> | undefined

  constructor(
    source: AccountSource | ReadonlyMap<number, Account>,
    changed: Iterable<[number, Account | undefined]> = [],
  ) {
    this.#source = source
    for (const [id, account] of changed) this.#changed.set(id, account)
  }

  get(id: number): Account | undefined {
    return this.#changed.get(id) ?? (this.#changed.has(id) ? undefined : this.#source.get(id))
  }

  /** An account that may be changed: no fork sees the changes. There has to be one of that id. */
  edit(id: number): Account {
    const account = this.get(id)!
    if (this.#editable?.has(id)) return account
    const own = account.clone()
    this.set(id, own)
    return own
  }

  /** Puts an account in that is not used elsewhere. */
  set(id: number, account: Account): void {
    this.#changed.set(id, account)
    this.#editable ??= new Set()
    this.#editable.add(id)
  }

  remove(id: number): void {
    this.#changed.set(id, undefined)
    this.#editable?.delete(id)
  }

  /** The same accounts: what is changed in one is not in the other. */
  fork(): Accounts {
    const copy = new Accounts(this.#source)
    copy.#changed = this.#changed.fork()
    this.#editable = undefined
    return copy
  }

  /** All that differs from accounts that these were forked off, and perhaps more. */
  changedSince(before: Accounts): Iterable<readonly [id: number, account: Account | undefined]> {
    return this.#changed.entries(before.#changed)
  }

  /** What differs from the source: accounts, and ids of which there is none any more. */
  get changed(): Iterable<readonly [id: number, account: Account | undefined]> {
    return this.#changed.entries()
  }
}
