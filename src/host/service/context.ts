// What an accumulation works on: the dimension x, and y, its copy at the last checkpoint (GP B.7). Not the calls that change it.
import { Writer } from '../../blob/writer.ts'
import { blake2b } from '../../hash/blake2b.ts'
import type { Account } from './account.ts'
import type { Accounts } from './accounts.ts'
import { Appended } from './appended.ts'
import type { Chain } from './chain.ts'
import { Layers } from './layers.ts'
import type { Provision, ServiceState, Transfer } from './state.ts'

/** This is one of the two dimensions. */
export interface Dimension {
  accounts: Accounts
  privileges: Omit<ServiceState, 'accounts'>
  nextFreeId: number
  transfers: Appended<Transfer>
  /** These stand by service and hash. */
  provisions: Layers<string, Required<Provision>>
  yielded: Uint8Array | undefined
}

/** The first id that the registrar does not give out, and how many of these there are (GP B.7). */
const FIRST_ID = 2 ** 16
const ID_COUNT = 2 ** 32 - 2 ** 16 - 2 ** 8
/** How far an id is from the one given out before it. */
const ID_STEP = 42

/** The first id from a candidate on that no account has (GP B.7, check). */
function check(accounts: Accounts, candidate: number): number {
  let id = candidate
  while (accounts.get(id) !== undefined) id = FIRST_ID + ((id - FIRST_ID + 1) % ID_COUNT)
  return id
}

/** This is the context of one accumulation. */
export class Context {
  readonly chain: Chain
  readonly self: number
  readonly slot: number
  /** These are the accounts as the invocation found them. */
  readonly #initial: Accounts
  x: Dimension
  y: Dimension

  constructor(chain: Chain, state: ServiceState, self: number, slot: number, entropy: Uint8Array) {
    this.chain = chain
    this.self = self
    this.slot = slot
    this.#initial = state.accounts.fork()
    const seed = blake2b(new Writer().varint(self).bytes(entropy).varint(slot).toBytes())
    const start = new DataView(seed.buffer, seed.byteOffset).getUint32(0, true)
    this.x = {
      accounts: state.accounts.fork(),
      privileges: state,
      nextFreeId: check(this.#initial, FIRST_ID + (start % ID_COUNT)),
      transfers: new Appended(),
      provisions: new Layers(),
      yielded: undefined,
    }
    this.y = this.#copy()
  }

  #copy(x: Dimension = this.x): Dimension {
    return {
      ...x,
      accounts: x.accounts.fork(),
      transfers: x.transfers.fork(),
      provisions: x.provisions.fork(),
    }
  }

  /** Makes y a copy of what x is now. */
  checkpoint(): void {
    this.y = this.#copy()
  }

  /** Both dimensions as they are now. Nothing changes y: it is replaced. */
  snapshot(): Pick<Context, 'x' | 'y'> {
    return { x: this.#copy(), y: this.y }
  }

  /** Makes both what they were. */
  restore({ x, y }: Pick<Context, 'x' | 'y'>): void {
    this.x = this.#copy(x)
    this.y = y
  }

  /** Moves on to the next free id, because a new service has got this one. */
  advance(): void {
    const next = FIRST_ID + ((this.x.nextFreeId - FIRST_ID + ID_STEP) % ID_COUNT)
    this.x.nextFreeId = check(this.#initial, next)
  }

  get own(): Account {
    return this.x.accounts.get(this.self)!
  }

  /** The own account, to be changed. */
  get edited(): Account {
    return this.x.accounts.edit(this.self)
  }

  /** The account with the number in a register: 2^64 - 1 is the service itself, 2^32 and more is none. */
  account(id: bigint): Account | undefined {
    const number = this.idOf(id)
    return number === undefined ? undefined : this.x.accounts.get(number)
  }

  /** The account with the number in a register, where no number means the service itself. */
  other(id: bigint): { readonly id: number; readonly account: Account } | undefined {
    const account = id < 2n ** 32n ? this.x.accounts.get(Number(id)) : undefined
    return account && { id: Number(id), account }
  }

  /** The id in a register, where 2^64 - 1 is the service itself; undefined where it is none. */
  idOf(id: bigint): number | undefined {
    if (id === 2n ** 64n - 1n) return this.self
    return id < 2n ** 32n ? Number(id) : undefined
  }
}
