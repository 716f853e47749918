// All accounts, copied on write: a fork shares with its origin what neither has changed. Not one account: account.ts.
import type { Account } from './account.ts'

/** Where accounts come from that nobody has changed yet. */
export interface AccountSource {
  get(id: number): Account | undefined
}

/** Accounts by service id. */
export class Accounts implements AccountSource {
  readonly #source: AccountSource
  /** Those that differ from the source's; undefined where one was removed. */
  readonly #changed: Map<number, Account | undefined>
  /** Of them, those that nobody else has. */
  readonly #editable = new Set<number>()

  constructor(
    source: AccountSource | ReadonlyMap<number, Account>,
    changed: Iterable<[number, Account | undefined]> = [],
  ) {
    this.#source = source
    this.#changed = new Map(changed)
  }

  get(id: number): Account | undefined {
    return this.#changed.has(id) ? this.#changed.get(id) : this.#source.get(id)
  }

  /** The account, to be changed here only; there has to be one. */
  edit(id: number): Account {
    const account = this.get(id)!
    if (this.#editable.has(id)) return account
    const own = account.clone()
    this.set(id, own)
    return own
  }

  /** Puts an account in that is not used elsewhere. */
  set(id: number, account: Account): void {
    this.#changed.set(id, account)
    this.#editable.add(id)
  }

  remove(id: number): void {
    this.#changed.set(id, undefined)
    this.#editable.delete(id)
  }

  /** The same accounts: what is changed in one is not in the other. */
  fork(): Accounts {
    this.#editable.clear()
    return new Accounts(this.#source, this.#changed)
  }

  /** What differs from the source: accounts, and ids of which there is none any more. */
  get changed(): Iterable<readonly [id: number, account: Account | undefined]> {
    return this.#changed
  }
}
