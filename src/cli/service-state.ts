// States and blocks of `coulis service` as JSON: small files that people write. Not the vectors' form: conform/accumulate.ts.
import { dirname, resolve } from 'node:path'
import {
  bigintOf,
  bytesOf,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  parseJson,
  VectorError,
} from '../conform/json.ts'
import { blake2b } from '../hash/blake2b.ts'
import { Account, countsOf } from '../host/service/account.ts'
import { Accounts } from '../host/service/accounts.ts'
import type { BlockState } from '../host/service/block.ts'
import { MapStore } from '../host/service/map-store.ts'
import { emptyState, type ServiceHost } from '../host/service/service-host.ts'
import type { Provision } from '../host/service/state.ts'
import { hexFromBytes as digits } from '../trace/hex.ts'
import { CliError } from './errors.ts'
import { readBytes } from './files.ts'

const hex = (bytes: Uint8Array): string => `0x${digits(bytes)}`

/** A work item of a block: given to refine first, or its result as it is. */
export interface BlockItem {
  readonly service: number
  readonly gas: bigint
  readonly refineGas: bigint
  readonly payload: Uint8Array | undefined
  readonly result: Uint8Array | undefined
}

/** This is a block of a script. */
export interface ScriptBlock {
  readonly slot: number
  readonly entropy: Uint8Array
  readonly items: readonly BlockItem[]
  readonly preimages: readonly Provision[]
}

/** Reads a JSON file. */
export function readJson(file: string): JsonObject {
  try {
    return objectOf(parseJson(new TextDecoder().decode(readBytes(file))), 'the file')
  } catch (error) {
    throw error instanceof CliError ? error : new CliError((error as Error).message, { file })
  }
}

/** Bytes: 0x…, a list of numbers, or `@file`, from the folder of the file it stands in. */
function bytesIn(value: unknown, what: string, file: string): Uint8Array {
  if (typeof value === 'string' && value.startsWith('@')) return readBytes(resolve(dirname(file), value.slice(1)))
  return bytesOf(value, what)
}

/** This reads a number of 32 bits, such as an id or a timeslot. */
function wordOf(value: unknown, what: string): number {
  const number = numberOf(value, what)
  if (number >= 2 ** 32) throw new VectorError(`${what}: expected a number below 2^32, found ${number}`)
  return number
}

/** This reads an amount of 64 bits, such as a balance or gas. */
function amountOf(value: unknown, what: string): bigint {
  const amount = bigintOf(value, what)
  if (BigInt.asUintN(64, amount) !== amount) throw new VectorError(`${what}: expected 0…2^64 - 1, found ${amount}`)
  return amount
}

function hashOf(value: unknown, what: string): Uint8Array {
  const hash = bytesOf(value, what)
  if (hash.length !== 32) throw new VectorError(`${what}: expected 32 bytes, found ${hash.length}`)
  return hash
}

function accountOf(service: JsonObject, what: string, file: string): Account {
  const amount = (name: string, none: bigint): bigint =>
    service[name] === undefined ? none : amountOf(service[name], `${what}.${name}`)
  const number = (name: string): number => (service[name] === undefined ? 0 : wordOf(service[name], `${what}.${name}`))
  const code = service.code === undefined ? undefined : bytesIn(service.code, `${what}.code`, file)
  const preimages = listOf(service.preimages ?? [], `${what}.preimages`).map(data =>
    bytesIn(data, `${what}.preimages`, file),
  )
  if (code !== undefined) preimages.push(code)
  const requests = listOf(service.requests ?? [], `${what}.requests`).map((entry, k) => {
    const at = `${what}.requests[${k}]`
    const request = objectOf(entry, at)
    const slots = listOf(request.slots ?? [], `${at}.slots`).map(slot => wordOf(slot, `${at}.slots`))
    return [hashOf(request.hash, `${at}.hash`), wordOf(request.length, `${at}.length`), slots] as const
  })
  for (const data of preimages) {
    const hash = blake2b(data)
    const isListed = requests.some(([known, length]) => length === data.length && hex(known) === hex(hash))
    if (!isListed) requests.push([hash, data.length, [0]])
  }
  const storage = Object.entries(objectOf(service.storage ?? {}, `${what}.storage`)).map(
    ([key, value]) => [bytesOf(key, `${what}.storage`), bytesIn(value, `${what}.storage.${key}`, file)] as const,
  )
  const counts = countsOf(
    storage,
    requests.map(([, length]) => length),
  )
  return new Account(
    {
      codeHash:
        code !== undefined
          ? blake2b(code)
          : service.codeHash === undefined
            ? new Uint8Array(32)
            : hashOf(service.codeHash, `${what}.codeHash`),
      balance: amount('balance', 10n ** 12n),
      minItemGas: amount('minItemGas', 0n),
      minMemoGas: amount('minMemoGas', 0n),
      octets: amount('octets', counts.octets),
      items: service.items === undefined ? counts.items : number('items'),
      gratis: amount('gratis', 0n),
      created: number('created'),
      lastAccumulation: number('lastAccumulation'),
      parent: number('parent'),
    },
    new MapStore({ storage, preimages: preimages.map(data => [blake2b(data), data]), requests }),
  )
}

/** What is known of a state by name: for writing it again, because accounts do not list what they hold. */
export interface LoadedState {
  readonly state: BlockState
  readonly json: JsonObject
}

/** Reads a state. */
export function readState(file: string, host: ServiceHost): LoadedState {
  const json = readJson(file)
  try {
    const services = Object.entries(objectOf(json.services ?? {}, 'services')).map(
      ([id, service]): [number, Account] => [
        wordOf(id, 'services'),
        accountOf(objectOf(service, `services.${id}`), `services.${id}`, file),
      ],
    )
    const privileges = objectOf(json.privileges ?? {}, 'privileges')
    const id = (name: string): number => (privileges[name] === undefined ? 0 : wordOf(privileges[name], name))
    const empty = emptyState(host.constants)
    const always = Object.entries(objectOf(privileges.always ?? {}, 'always'))
    const state: BlockState = {
      ...empty,
      slot: json.slot === undefined ? 0 : wordOf(json.slot, 'slot'),
      manager: id('manager'),
      delegator: id('delegator'),
      registrar: id('registrar'),
      assigners: empty.assigners.map((none, core) => {
        const given = privileges.assigners === undefined ? undefined : listOf(privileges.assigners, 'assigners')[core]
        return given === undefined ? none : wordOf(given, 'assigners')
      }),
      always: new Map(always.map(([service, gas]) => [wordOf(service, 'always'), amountOf(gas, 'always')])),
      accounts: new Accounts(new Map(services)),
    }
    return { state, json }
  } catch (error) {
    throw error instanceof CliError ? error : new CliError((error as Error).message, { file })
  }
}

/** The files that the codes of a state come from, as far as it names any. */
export function codeFilesOf({ json }: LoadedState, file: string): string[] {
  const services = Object.values(objectOf(json.services ?? {}, 'services'))
  const codes = services.map(service => objectOf(service, 'services').code)
  const named = codes.filter((code): code is string => typeof code === 'string' && code.startsWith('@'))
  return [...new Set(named.map(code => resolve(dirname(file), code.slice(1))))]
}

/** Reads the blocks of a script. */
export function readBlocks(file: string): ScriptBlock[] {
  const json = readJson(file)
  try {
    return listOf(json.blocks, 'blocks').map((entry, k) => {
      const at = `blocks[${k}]`
      const block = objectOf(entry, at)
      return {
        slot: wordOf(block.slot, `${at}.slot`),
        entropy: block.entropy === undefined ? new Uint8Array(32) : hashOf(block.entropy, `${at}.entropy`),
        items: listOf(block.items ?? [], `${at}.items`).map((value, i) => {
          const item = objectOf(value, `${at}.items[${i}]`)
          const bytes = (name: string): Uint8Array | undefined =>
            item[name] === undefined ? undefined : bytesIn(item[name], `${at}.items[${i}].${name}`, file)
          const gas = (name: string): bigint => amountOf(item[name] ?? 10_000_000, `${at}.items[${i}].${name}`)
          const both = { payload: bytes('payload'), result: bytes('result') }
          if ((both.payload === undefined) === (both.result === undefined)) {
            throw new CliError(`${at}.items[${i}]: either payload, for refine, or result`, { file })
          }
          return {
            service: wordOf(item.service, `${at}.items[${i}].service`),
            gas: gas('gas'),
            refineGas: gas('refineGas'),
            ...both,
          }
        }),
        preimages: listOf(block.preimages ?? [], `${at}.preimages`).map((value, i) => {
          const preimage = objectOf(value, `${at}.preimages[${i}]`)
          const what = `${at}.preimages[${i}]`
          return {
            service: wordOf(preimage.service, `${what}.service`),
            data: bytesIn(preimage.data, `${what}.data`, file),
          }
        }),
      }
    })
  } catch (error) {
    throw error instanceof CliError ? error : new CliError((error as Error).message, { file })
  }
}

const record = ({
  codeHash,
  balance,
  minItemGas,
  minMemoGas,
  octets,
  items,
  gratis,
  created,
  lastAccumulation,
  parent,
}: Account) => ({
  codeHash: hex(codeHash),
  balance: String(balance),
  minItemGas: String(minItemGas),
  minMemoGas: String(minMemoGas),
  octets: String(octets),
  items,
  gratis: String(gratis),
  created,
  lastAccumulation,
  parent,
})

/** The state as JSON again: what was read, with what changed. */
export function writeState({ json, state }: LoadedState, file: string): JsonObject {
  const services: Record<string, unknown> = { ...objectOf(json.services ?? {}, 'services') }
  for (const [id, account] of state.accounts.changed) {
    if (account === undefined) {
      delete services[id]
      continue
    }
    const before = account.isNew ? {} : objectOf(services[id] ?? {}, `services.${id}`)
    const storage: Record<string, string> = {}
    for (const [key, value] of Object.entries(objectOf(before.storage ?? {}, 'storage'))) {
      storage[hex(bytesOf(key, 'storage'))] = hex(bytesIn(value, 'storage', file))
    }
    const preimages = new Map<string, string>()
    const given = [...listOf(before.preimages ?? [], 'preimages'), ...(before.code === undefined ? [] : [before.code])]
    for (const data of given) {
      const bytes = bytesIn(data, 'preimages', file)
      preimages.set(hex(blake2b(bytes)), hex(bytes))
    }
    const requests = new Map<string, { hash: string; length: number; slots: readonly number[] }>()
    for (const data of preimages.values()) {
      const bytes = bytesOf(data, 'preimages')
      const hash = blake2b(bytes)
      requests.set(`${hex(hash)}:${bytes.length}`, { hash: hex(hash), length: bytes.length, slots: [0] })
    }
    for (const entry of listOf(before.requests ?? [], 'requests')) {
      const request = objectOf(entry, 'requests')
      const [hash, length] = [hex(bytesOf(request.hash, 'hash')), numberOf(request.length, 'length')]
      requests.set(`${hash}:${length}`, { hash, length, slots: (request.slots ?? []) as readonly number[] })
    }
    for (const change of account.changes) {
      if (change.kind === 'storage') {
        if (change.value === undefined) delete storage[hex(change.key)]
        else storage[hex(change.key)] = hex(change.value)
      } else if (change.kind === 'preimage') {
        if (change.value === undefined) preimages.delete(hex(change.hash))
        else preimages.set(hex(change.hash), hex(change.value))
      } else {
        const { hash, length, slots } = change
        const key = `${hex(hash)}:${length}`
        if (slots === undefined) requests.delete(key)
        else requests.set(key, { hash: hex(hash), length, slots })
      }
    }
    services[id] = { ...record(account), storage, preimages: [...preimages.values()], requests: [...requests.values()] }
  }
  const { slot, manager, assigners, delegator, registrar, always } = state
  const free = Object.fromEntries([...always].map(([id, gas]) => [id, String(gas)]))
  return { slot, privileges: { manager, assigners, delegator, registrar, always: free }, services }
}
