// The state of a chain of contracts in memory: accounts, storage, code, events, with changes that can be undone. Not the
// execution: frame.ts.

import { keccak256 } from '../../hash/keccak.ts'
import type { Program } from '../../program/program.ts'
import { type Hex, hexOf } from './text.ts'

/** An account may have code or none. */
export interface ContractAccount {
  balance: bigint
  /** Contracts that it has made; a contract starts at 1. */
  nonce: bigint
  /** Undefined where there is no contract. */
  codeHash: Hex | undefined
  /** Its keys are made by `storageKey`. */
  readonly storage: Map<string, Uint8Array>
  immutable: Uint8Array | undefined
}

/** Code that was uploaded. */
export interface ContractCode {
  readonly hash: Hex
  readonly bytes: Uint8Array
  readonly program: Program
}

/** An event of a contract that was not undone. */
export interface ContractEvent {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Uint8Array
}

/** Such a key names a slot: keys of fixed and of variable length are different even with the same bytes. */
export function storageKey(key: Uint8Array, fixed: boolean): string {
  return fixed ? hexOf(key) : `var ${hexOf(key)}`
}

/** The hash of no code, which accounts without a contract have. */
export const EMPTY_HASH: Hex = hexOf(keccak256(new Uint8Array(0)))

/** All that contracts see and change, and what undoes it. */
export class ContractState {
  readonly accounts: Map<Hex, ContractAccount> = new Map()
  readonly codes: Map<Hex, ContractCode> = new Map()
  readonly events: ContractEvent[] = []
  /** By address and key; gone when the outermost call is over. */
  readonly transient: Map<string, Uint8Array> = new Map()
  readonly #undo: (() => void)[] = []

  /** Where `rollback` goes back to. */
  mark(): number {
    return this.#undo.length
  }

  /** Undoes all changes since the mark, the last one first. */
  rollback(mark: number): void {
    while (this.#undo.length > mark) this.#undo.pop()!()
  }

  /** The outermost call is over: nothing can be undone any more. */
  commit(): void {
    this.#undo.length = 0
    this.transient.clear()
  }

  account(address: Hex): ContractAccount {
    const known = this.accounts.get(address)
    if (known !== undefined) return known
    const account = { balance: 0n, nonce: 0n, codeHash: undefined, storage: new Map(), immutable: undefined }
    this.accounts.set(address, account)
    this.#undo.push(() => this.accounts.delete(address))
    return account
  }

  /** The contract's code, if there is one. */
  codeOf(address: Hex): ContractCode | undefined {
    const hash = this.accounts.get(address)?.codeHash
    return hash === undefined ? undefined : this.codes.get(hash)
  }

  set<K extends 'balance' | 'nonce' | 'codeHash' | 'immutable'>(address: Hex, key: K, value: ContractAccount[K]): void {
    const account = this.account(address)
    const before = account[key]
    account[key] = value
    this.#undo.push(() => {
      account[key] = before
    })
  }

  /** Moves balance; false where the sender does not have it, or the receiver would have more than 256 bits can hold. */
  transfer(from: Hex, to: Hex, value: bigint): boolean {
    if (value === 0n) return true
    const has = this.accounts.get(from)?.balance ?? 0n
    if (has < value || (from !== to && (this.accounts.get(to)?.balance ?? 0n) + value >= 2n ** 256n)) return false
    this.set(from, 'balance', has - value)
    this.set(to, 'balance', this.account(to).balance + value)
    return true
  }

  /** Storage of one contract; undefined removes. @returns what was there. */
  write(address: Hex, key: string, value: Uint8Array | undefined, transient: boolean): Uint8Array | undefined {
    const map: Map<string, Uint8Array> = transient ? this.transient : this.account(address).storage
    const place = transient ? `${address} ${key}` : key
    const before = map.get(place)
    if (value === undefined) map.delete(place)
    else map.set(place, value)
    this.#undo.push(() => {
      if (before === undefined) map.delete(place)
      else map.set(place, before)
    })
    return before
  }

  read(address: Hex, key: string, transient: boolean): Uint8Array | undefined {
    return transient ? this.transient.get(`${address} ${key}`) : this.accounts.get(address)?.storage.get(key)
  }

  emit(event: ContractEvent): void {
    this.events.push(event)
    this.#undo.push(() => this.events.pop())
  }

  /** Takes contract and storage away; the balance has gone before. */
  remove(address: Hex): void {
    const account = this.account(address)
    this.accounts.delete(address)
    this.#undo.push(() => this.accounts.set(address, account))
  }
}
