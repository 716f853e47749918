// What answers a service's host calls on the page: a stub of a node, with a state that people write as JSON. Not the calls' rules:
// coulis/host.
import type { HostTable, Profile } from 'coulis'
import { createJamStub, type InvocationName, type JamStubOptions } from 'coulis/host'
import type { StorageView } from '../protocol.ts'

const FIELDS = ['service', 'slot', 'balance', 'entropy', 'storage', 'preimages', 'inputs'] as const
const MOST_STATE = 2 ** 20
const MOST_LISTED = 500

/** A write to storage: from this number of host calls on. */
interface Stored {
  readonly calls: number
  readonly key: string
  readonly value: Uint8Array | undefined
}

/** A host, and what it holds. */
export interface Surroundings {
  readonly host: HostTable
  /** The storage behind so many host calls. */
  storageAt(calls: number): StorageView
}

function bytesOf(value: unknown, what: string): Uint8Array {
  if (typeof value !== 'string') throw new RangeError(`state: ${what}: expected text, or bytes as 0x…`)
  if (!value.startsWith('0x')) return new TextEncoder().encode(value)
  if (!/^0x([0-9a-f]{2})*$/i.test(value)) throw new RangeError(`state: ${what}: ${value} is not two hex digits a byte`)
  return Uint8Array.from(value.slice(2).match(/../g) ?? [], pair => Number.parseInt(pair, 16))
}

function numberOf(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value
  throw new RangeError(`state: ${what}: ${String(value)} is not a number of 32 bits`)
}

function amountOf(value: unknown, what: string): bigint {
  if (
    (typeof value === 'number' && Number.isSafeInteger(value)) ||
    (typeof value === 'string' && /^\d{1,20}$/.test(value))
  ) {
    const amount = BigInt(value)
    if (amount >= 0n && amount < 2n ** 64n) return amount
  }
  throw new RangeError(`state: ${what}: ${String(value)} is not a number of 64 bits`)
}

function listOf(value: unknown, what: string): Uint8Array[] {
  if (!Array.isArray(value)) throw new RangeError(`state: ${what}: expected a list`)
  return value.map((entry, i) => bytesOf(entry, `${what}[${i}]`))
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new RangeError(`state: ${what}: expected an object`)
}

function parsed(text: string): Record<string, unknown> {
  if (text.length > MOST_STATE) throw new RangeError(`state: ${text.length} characters, ${MOST_STATE} at most`)
  try {
    return objectOf(JSON.parse(text), 'as a whole')
  } catch (error) {
    if (error instanceof RangeError) throw error
    throw new RangeError(`state: no JSON: ${(error as Error).message}`)
  }
}

/**
 * The stub's options from JSON.
 *
 * @param hashed the hash that a preimage is found by.
 * @throws RangeError naming what is wrong.
 */
export function stateOf(text: string | undefined, hashed: (data: Uint8Array) => Uint8Array): JamStubOptions {
  if (text === undefined || text.trim() === '') return {}
  const json = parsed(text)
  const unknown = Object.keys(json).find(name => !FIELDS.some(field => field === name))
  if (unknown !== undefined) throw new RangeError(`state: ${unknown} is none of ${FIELDS.join(', ')}`)
  const { service, slot, balance, entropy, storage, preimages, inputs } = json
  const hash = entropy === undefined ? undefined : bytesOf(entropy, 'entropy')
  if (hash !== undefined && hash.length !== 32) throw new RangeError(`state: entropy: ${hash.length} bytes, 32 wanted`)
  return {
    ...(service !== undefined && { service: numberOf(service, 'service') }),
    ...(slot !== undefined && { slot: numberOf(slot, 'slot') }),
    ...(balance !== undefined && { balance: amountOf(balance, 'balance'), gratis: 0n }),
    ...(hash && { entropy: hash }),
    ...(storage !== undefined && {
      storage: Object.entries(objectOf(storage, 'storage')).map(
        ([key, value]) => [bytesOf(key, 'storage'), bytesOf(value, `storage.${key}`)] as const,
      ),
    }),
    ...(preimages !== undefined && {
      preimages: listOf(preimages, 'preimages').map(data => [hashed(data), data] as const),
    }),
    ...(inputs !== undefined && { inputs: listOf(inputs, 'inputs') }),
  }
}

/** Bytes as text where they are nothing else, as hex otherwise. */
function shown(bytes: Uint8Array): string {
  const part = bytes.subarray(0, 128)
  const isText = part.length > 0 && part.every(byte => byte >= 32 && byte < 127)
  const text = isText
    ? JSON.stringify(String.fromCharCode(...part))
    : `0x${[...part].map(byte => byte.toString(16).padStart(2, '0')).join('')}`
  return bytes.length > part.length ? `${text}… ${bytes.length.toLocaleString('en-US')} bytes` : text
}

const bytesOfDigits = (digits: string): Uint8Array =>
  Uint8Array.from(digits.match(/../g) ?? [], pair => Number.parseInt(pair, 16))

/** A stub that remembers when its storage was changed. */
export function surroundings(
  profile: Profile,
  invocation: InvocationName | undefined,
  state: JamStubOptions,
): Surroundings {
  const stub = createJamStub({ ...state, profile, ...(invocation && { invocation }) })
  const first = new Map(stub.storage)
  const stored: Stored[] = []
  let last = new Map(first)
  let calls = 0
  const note = (): void => {
    for (const [key, value] of stub.storage) if (last.get(key) !== value) stored.push({ calls, key, value })
    for (const key of last.keys()) if (!stub.storage.has(key)) stored.push({ calls, key, value: undefined })
    last = new Map(stub.storage)
  }
  const host: HostTable = {
    ...(stub.host.version && { version: stub.host.version }),
    entry(index) {
      const entry = stub.host.entry(index)
      if (entry === undefined) return undefined
      const call: typeof entry.call = (vm, at) => {
        calls += 1
        const outcome = entry.call(vm, at)
        if (entry.name === 'write') note()
        return outcome
      }
      return { ...entry, call }
    },
  }
  const storageAt = (count: number): StorageView => {
    const now = new Map(first)
    for (const { calls: at, key, value } of stored) {
      if (at > count) break
      if (value === undefined) now.delete(key)
      else now.set(key, value)
    }
    const keys = [...new Set([...first.keys(), ...now.keys()])].sort()
    const entries = keys.slice(0, MOST_LISTED).map(key => ({
      key: shown(bytesOfDigits(key)),
      value: now.has(key) ? shown(now.get(key)!) : 'removed',
      isChanged: now.get(key) !== first.get(key),
    }))
    return { entries, more: Math.max(0, keys.length - MOST_LISTED) }
  }
  return { host, storageAt }
}
