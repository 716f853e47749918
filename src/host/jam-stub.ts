// A service's surroundings in memory: storage, preimages, balance, inputs; enough to run `accumulate` of a real service.
// Not a node: one service, no other accounts, no transfers, no validation of what a service is given.
import { Writer } from '../blob/writer.ts'
import type { Vm } from '../engine/engine.ts'
import { HostAction, type HostFunction, type HostTable } from '../engine/host-call.ts'
import { ownOptions } from '../isa/own-options.ts'
import { type Profile, type ProfileName, profile as resolveProfile } from '../program/profile.ts'
import { gasCall, growHeapCall, type LogMessage, logCall } from './builtins.ts'
import { encodeConstants, FULL_CHAIN, type ProtocolConstants } from './constants.ts'
import type { HostVersion } from './names.ts'
import { answer, readBytes, registerNumber } from './registers.ts'
import { createHost, type HostHandlers } from './registry.ts'
import { HostResult } from './results.ts'

/** What the service finds; everything is optional. */
export interface JamStubOptions {
  /** The profile of the program; default `gp-0.7.2`. */
  readonly profile?: Profile | ProfileName
  /** The service's id; default 0. */
  readonly service?: number
  readonly slot?: number
  readonly codeHash?: Uint8Array
  /** Default 2^64 - 1. */
  readonly balance?: bigint
  /** What the service need not deposit; default 2^64 - 1, no deposit at all. */
  readonly gratis?: bigint
  readonly minAccumulateGas?: bigint
  readonly minMemoGas?: bigint
  /** Items and octets of the account beside its storage, such as preimages. */
  readonly otherItems?: number
  readonly otherOctets?: bigint
  /** 32 bytes; default zeros. */
  readonly entropy?: Uint8Array
  /** Encoded accumulate inputs, one by one. */
  readonly inputs?: readonly Uint8Array[]
  readonly storage?: Iterable<readonly [key: Uint8Array, value: Uint8Array]>
  /** Preimages by their hash. */
  readonly preimages?: Iterable<readonly [hash: Uint8Array, preimage: Uint8Array]>
  readonly constants?: Partial<ProtocolConstants>
  /** Called for each log message. */
  readonly onLog?: (message: LogMessage) => void
  /** Host functions that replace or complete those here. */
  readonly handlers?: HostHandlers
}

/** A stub and what the service did to it. */
export interface JamStub {
  /** For a machine's `host` option. */
  readonly host: HostTable
  /** Storage by key in hex. */
  readonly storage: ReadonlyMap<string, Uint8Array>
  /** What `checkpoint` kept, undefined before the first. */
  readonly checkpoint: ReadonlyMap<string, Uint8Array> | undefined
  /** What the service yielded. */
  readonly yielded: Uint8Array | undefined
  readonly logs: readonly LogMessage[]
}

const SELF = 2n ** 64n - 1n

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

function hexMap(entries: Iterable<readonly [Uint8Array, Uint8Array]> = []): Map<string, Uint8Array> {
  const map = new Map<string, Uint8Array>()
  for (const [key, value] of entries) map.set(hex(key), value.slice())
  return map
}

function encodeSequence(items: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer().varint(items.length)
  for (const item of items) writer.bytes(item)
  return writer.toBytes()
}

/** Makes a stub. @throws RangeError when the profile has no host calls of its own. */
export function createJamStub(given: JamStubOptions = {}): JamStub {
  const options = ownOptions(given)
  const profile = resolveProfile(options.profile)
  if (profile.hostCalls === 'free') throw new RangeError(`profile: ${profile.name} has no host calls`)
  const version: HostVersion = profile.hostCalls
  const { service = 0, inputs = [], entropy = new Uint8Array(32), gratis = SELF, balance = SELF } = options
  const constants = { ...FULL_CHAIN, ...options.constants }
  const storage = hexMap(options.storage)
  const preimages = hexMap(options.preimages)
  const logs: LogMessage[] = []
  let checkpoint: ReadonlyMap<string, Uint8Array> | undefined
  let yielded: Uint8Array | undefined

  const isSelf = (id: bigint): boolean => id === SELF || id === BigInt(service)

  /** Items, octets and the balance they need (GP 9.8). */
  function account(): { readonly items: number; readonly octets: bigint; readonly threshold: bigint } {
    let octets = options.otherOctets ?? 0n
    for (const [key, value] of storage) octets += BigInt(34 + key.length / 2 + value.length)
    const items = (options.otherItems ?? 0) + storage.size
    const deposit =
      BigInt(constants.baseDeposit) +
      BigInt(constants.itemDeposit) * BigInt(items) +
      BigInt(constants.byteDeposit) * octets
    return { items, octets, threshold: deposit > gratis ? deposit - gratis : 0n }
  }

  function fetched(selector: number, index: number): Uint8Array | undefined {
    switch (selector) {
      case 0:
        return encodeConstants(version, constants)
      case 1:
        return entropy
      case 14:
        return encodeSequence(inputs)
      case 15:
        return inputs[index]
      default:
        return undefined
    }
  }

  const fetch: HostFunction = vm =>
    answer(vm, fetched(registerNumber(vm, 10), registerNumber(vm, 11)), { at: 7, offset: 8, length: 9 })

  const lookup: HostFunction = vm => {
    const hash = readBytes(vm, registerNumber(vm, 8), 32)
    if (hash === undefined) return HostAction.Panic
    const data = isSelf(vm.regs[7]!) ? preimages.get(hex(hash)) : undefined
    return answer(vm, data, { at: 9, offset: 10, length: 11 })
  }

  const read: HostFunction = vm => {
    const key = readBytes(vm, registerNumber(vm, 8), registerNumber(vm, 9))
    if (key === undefined) return HostAction.Panic
    const data = isSelf(vm.regs[7]!) ? storage.get(hex(key)) : undefined
    return answer(vm, data, { at: 10, offset: 11, length: 12 })
  }

  const write: HostFunction = vm => {
    const key = readBytes(vm, registerNumber(vm, 7), registerNumber(vm, 8))
    const value = readBytes(vm, registerNumber(vm, 9), registerNumber(vm, 10))
    if (key === undefined || value === undefined) return HostAction.Panic
    const name = hex(key)
    const old = storage.get(name)
    if (value.length === 0) storage.delete(name)
    else storage.set(name, value)
    if (account().threshold > balance) {
      if (old === undefined) storage.delete(name)
      else storage.set(name, old)
      vm.regs[7] = HostResult.FULL
    } else vm.regs[7] = old === undefined ? HostResult.NONE : BigInt(old.length)
    return HostAction.Continue
  }

  function encodeInfo(): Uint8Array {
    const { items, octets, threshold } = account()
    return new Writer()
      .bytes(options.codeHash ?? new Uint8Array(32))
      .uint(balance, 8)
      .uint(threshold, 8)
      .uint(options.minAccumulateGas ?? 0n, 8)
      .uint(options.minMemoGas ?? 0n, 8)
      .uint(octets, 8)
      .uint(items, 4)
      .uint(gratis, 8)
      .uint(0, 4) // created in slot
      .uint(options.slot ?? 0, 4) // last accumulated in slot
      .uint(0, 4) // parent service
      .toBytes()
  }

  const info: HostFunction = vm =>
    answer(vm, isSelf(vm.regs[7]!) ? encodeInfo() : undefined, { at: 8, offset: 9, length: 10 })

  const keep: HostFunction = (vm: Vm) => {
    checkpoint = new Map(storage)
    vm.regs[7] = vm.gas
  }

  const yieldHash: HostFunction = vm => {
    const hash = readBytes(vm, registerNumber(vm, 7), 32)
    if (hash === undefined) return HostAction.Panic
    yielded = hash
    vm.regs[7] = HostResult.OK
    return HostAction.Continue
  }

  const log = logCall(message => {
    logs.push(message)
    options.onLog?.(message)
  })

  const handlers: Record<string, HostHandlers[string]> = { gas: gasCall, fetch, lookup, read, write, info, log }
  handlers.checkpoint = keep
  handlers.yield = yieldHash
  if (version === 'gp-0.8.0') handlers.grow_heap = growHeapCall
  return {
    host: createHost({ ...handlers, ...options.handlers }, { profile }),
    storage,
    get checkpoint() {
      return checkpoint
    },
    get yielded() {
      return yielded
    },
    logs,
  }
}
