// Which host function answers which number: what a machine's `host` option takes. Not the functions.
import type { HostEntry, HostFunction, HostPrice, HostTable } from '../engine/engine.ts'
import { knownOptions, ownOptions } from '../isa/own-options.ts'
import { type Profile, type ProfileName, profile as resolveProfile } from '../program/profile.ts'
import { hostPrice, unknownPrice } from './gas.ts'
import { HOST_CALL_NAMES, hostCallName, hostCallNumber } from './names.ts'
import { HostResult } from './results.ts'

/** A host function stands alone or with a price of its own. */
export type HostHandler = HostFunction | { readonly price?: HostPrice; readonly call: HostFunction }

/** Host functions by number or by name (`HOST_CALL_NAMES`), the numbers being those of the profile's version. */
export type HostHandlers = Readonly<Record<string | number, HostHandler>>

/** These are the options of `createHost`. */
export interface HostOptions {
  /** The rules: numbers and prices; default `gp-0.7.2`. It has to be the profile of the program. */
  readonly profile?: Profile | ProfileName
  /**
   * What a number without function does: `what` charges the price of an unknown call, sets r7 to WHAT and goes on, as
   * the protocol has it; `exit` returns `Exit.Host` from `run`. Default: `what`, but `exit` where the profile's host
   * calls are `free`.
   */
  readonly unknown?: 'what' | 'exit'
}

function answerWhat(vm: Parameters<HostFunction>[0]): void {
  vm.regs[7] = HostResult.WHAT
}

function resolveIndex(key: string, version: Profile['hostCalls']): number {
  if (/^-?\d+$/.test(key)) {
    const index = Number(key)
    if (index < -(2 ** 31) || index >= 2 ** 31) throw new RangeError(`handlers: ${key} is no index, it has 32 bits`)
    return index
  }
  if (version === 'free') throw new RangeError(`handlers: ${key} is a name, and the profile has no host-call numbers`)
  const number = hostCallNumber(key, version)
  if (number !== undefined) return number
  const known = HOST_CALL_NAMES.some(name => name === key)
  throw new RangeError(`handlers: ${known ? `${version} has no ${key}` : `there is no host call ${key}`}`)
}

/**
 * Puts host functions together for a machine's `host` option. Prices are the profile's unless given.
 *
 * @example createHost({ gas: gasCall, 7: vm => { vm.regs[7] = 0n } }, { profile: 'gp-0.8.0' })
 * @throws RangeError for a name the profile's version does not have, or a number given twice.
 */
export function createHost(handlers: HostHandlers = {}, options: HostOptions = {}): HostTable {
  const { profile, unknown: asked } = knownOptions(options, ['profile', 'unknown'])
  const { hostCalls: version } = resolveProfile(profile)
  const entries = new Map<number, HostEntry>()
  for (const [key, handler] of Object.entries(handlers)) {
    const index = resolveIndex(key, version)
    if (entries.has(index)) throw new RangeError(`handlers: ${key} is number ${index}, which is given already`)
    const name = (version === 'free' ? undefined : hostCallName(index, version)) ?? `host call ${index}`
    const call = typeof handler === 'function' ? handler : handler.call
    if (typeof call !== 'function') throw new TypeError(`handlers: ${key} is no function`)
    const price = (typeof handler === 'function' ? undefined : ownOptions(handler).price) ?? hostPrice(index, version)
    entries.set(index, { name, price, call })
  }
  const policy = asked ?? (version === 'free' ? 'exit' : 'what')
  const unknown = policy === 'exit' ? undefined : { name: 'unknown', price: unknownPrice(version), call: answerWhat }
  // The numbers in use are small: an array, so that a call costs no hashing.
  const small = new Array<HostEntry | undefined>(128).fill(unknown)
  for (const [index, entry] of entries) if (index >>> 0 < 128) small[index] = entry
  return {
    version,
    entry: index => (index >>> 0 < 128 ? small[index] : (entries.get(index) ?? unknown)),
  }
}
