// Imported functions that keep something: storage, immutable data, events. Not balances.
import { ContractFailure, ReturnCode } from './failure.ts'
import { dataWords, type Handler, type HostCall } from './host-call.ts'
import { CONTRACT_LIMITS, type ContractCallName, SENTINEL } from './interface.ts'
import { storageKey } from './state.ts'
import { hexOf } from './text.ts'

/** This names a place in storage. */
interface Slot {
  readonly key: string
  readonly transient: boolean
  /** This is how a place is written in the log. */
  readonly words: string
}

const TRANSIENT = 1

function slotOf(call: HostCall, length: number): Slot {
  const flags = call.u32(0)
  if ((flags & ~TRANSIENT) !== 0) {
    throw new ContractFailure('invalid-storage-flags', `${call.name}: flags ${flags}, only 1 for transient is known`)
  }
  const fixed = length === SENTINEL
  if (!fixed && length > CONTRACT_LIMITS.storageKeyBytes) {
    const most = CONTRACT_LIMITS.storageKeyBytes
    throw new ContractFailure('decoding-failed', `${call.name}: a key of ${length} bytes, at most ${most}`)
  }
  const bytes = call.read(call.u32(1), fixed ? 32 : length)
  const transient = flags === TRANSIENT
  return { key: storageKey(bytes, fixed), transient, words: `${transient ? 'transient ' : ''}${hexOf(bytes)}` }
}

function read(call: HostCall, slot: Slot): Uint8Array | undefined {
  return call.frame.world.state.read(call.frame.address, slot.key, slot.transient)
}

/** Writes or removes; answers with the old length, all ones where there was nothing. */
function write(call: HostCall, slot: Slot, value: Uint8Array | undefined): number {
  if (value !== undefined && value.length > CONTRACT_LIMITS.payloadBytes) {
    const most = CONTRACT_LIMITS.payloadBytes
    throw new ContractFailure('value-too-large', `${call.name}: ${value.length} bytes, at most ${most}`)
  }
  const before = call.frame.world.state.write(call.frame.address, slot.key, value, slot.transient)
  const now = value === undefined ? 'nothing' : dataWords(value)
  if (call.logged) call.say(`${slot.words} := ${now}, before ${before === undefined ? 'nothing' : dataWords(before)}`)
  return before?.length ?? SENTINEL
}

/** A value's length is the guest's: nothing is read that would be refused. */
function payload(call: HostCall, address: number, length: number): Uint8Array {
  if (length <= CONTRACT_LIMITS.payloadBytes) return call.read(address, length)
  const most = CONTRACT_LIMITS.payloadBytes
  throw new ContractFailure('value-too-large', `${call.name}: ${length} bytes, at most ${most}`)
}

function found(call: HostCall, slot: Slot, value: Uint8Array | undefined): number {
  if (value !== undefined) call.writeOutput(call.u32(3), call.u32(4), value, false)
  if (call.logged) call.say(`${slot.words} → ${value === undefined ? 'nothing' : dataWords(value)}`)
  return value === undefined ? ReturnCode.KeyNotFound : ReturnCode.Success
}

type Names =
  | 'clear_storage'
  | 'contains_storage'
  | 'deposit_event'
  | 'get_immutable_data'
  | 'get_storage'
  | 'get_storage_or_zero'
  | 'set_immutable_data'
  | 'set_storage'
  | 'set_storage_or_clear'
  | 'take_storage'

export const STORAGE_CALLS: Readonly<Record<Names & ContractCallName, Handler>> = {
  set_storage: call => {
    const slot = slotOf(call, call.u32(2))
    return write(call, slot, payload(call, call.u32(3), call.u32(4)))
  },
  set_storage_or_clear: call => {
    const slot = slotOf(call, SENTINEL)
    const value = call.read(call.u32(2), 32)
    return write(call, slot, value.some(byte => byte !== 0) ? value : undefined)
  },
  clear_storage: call => write(call, slotOf(call, call.u32(2)), undefined),
  get_storage: call => {
    const slot = slotOf(call, call.u32(2))
    return found(call, slot, read(call, slot))
  },
  get_storage_or_zero: call => {
    const slot = slotOf(call, SENTINEL)
    const value = new Uint8Array(32)
    value.set((read(call, slot) ?? value).subarray(0, 32))
    call.write(call.u32(2), value)
    if (call.logged) call.say(`${slot.words} → ${hexOf(value)}`)
    return undefined
  },
  contains_storage: call => {
    const slot = slotOf(call, call.u32(2))
    const value = read(call, slot)
    if (call.logged) call.say(`${slot.words} → ${value === undefined ? 'no' : dataWords(value)}`)
    return value?.length ?? SENTINEL
  },
  take_storage: call => {
    const slot = slotOf(call, call.u32(2))
    const value = read(call, slot)
    if (value !== undefined) call.frame.world.state.write(call.frame.address, slot.key, undefined, slot.transient)
    return found(call, slot, value)
  },
  set_immutable_data: call => {
    const [address, length] = [call.u32(0), call.u32(1)]
    const { entry } = call.frame.given
    const { state } = call.frame.world
    if (length > CONTRACT_LIMITS.immutableBytes) {
      const most = CONTRACT_LIMITS.immutableBytes
      throw new ContractFailure('out-of-bounds', `set_immutable_data: ${length} bytes, at most ${most}`)
    }
    if (entry !== 'deploy' || length === 0 || state.account(call.frame.address).immutable !== undefined) {
      throw new ContractFailure('immutable-access', 'set_immutable_data: once, in the constructor, and not empty')
    }
    const data = call.read(address, length)
    state.set(call.frame.address, 'immutable', data)
    if (call.logged) call.say(dataWords(data))
    return undefined
  },
  get_immutable_data: call => {
    const { entry, codeAddress } = call.frame.given
    const data = call.frame.world.state.accounts.get(codeAddress)?.immutable
    if (entry !== 'call' || data === undefined) {
      throw new ContractFailure(
        'immutable-access',
        'get_immutable_data: not in the constructor, and only where there is some',
      )
    }
    call.writeOutput(call.u32(0), call.u32(1), data, false)
    if (call.logged) call.say(`→ ${dataWords(data)}`)
    return undefined
  },
  deposit_event: call => {
    const [at, count] = [call.u32(0), call.u32(1)]
    if (count > CONTRACT_LIMITS.topics) {
      throw new ContractFailure('too-many-topics', `deposit_event: ${count}, at most ${CONTRACT_LIMITS.topics}`)
    }
    const bytes = call.read(at, count * 32)
    const topics = Array.from({ length: count }, (_, i) => hexOf(bytes.subarray(32 * i, 32 * i + 32)))
    const data = payload(call, call.u32(2), call.u32(3))
    call.frame.world.state.emit({ address: call.frame.address, topics, data })
    if (call.logged) call.say(`topics ${topics.length === 0 ? 'none' : topics.join(' ')}, ${dataWords(data)}`)
    return undefined
  },
}
