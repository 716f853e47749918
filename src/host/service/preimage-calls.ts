// Host calls on preimages and their requests: query, solicit, forget, provide (GP B.7). Not lookup: account-calls.ts.
import type { Vm } from '../../engine/engine.ts'
import { HostAction, type HostFunction } from '../../engine/engine.ts'
import { blake2b } from '../../hash/blake2b.ts'
import { done, readBytes, registerNumber } from '../registers.ts'
import { HostResult } from '../results.ts'
import { keyOf } from './account.ts'
import type { Context } from './context.ts'

/** A preimage is shorter. */
const MOST_LENGTH = 2 ** 32

/** query, solicit, forget, provide. */
export function preimageCalls(context: Context): Record<'query' | 'solicit' | 'forget' | 'provide', HostFunction> {
  const { slot, chain } = context
  const { constants } = chain
  const refusesFirst = chain.version !== 'gp-0.7.2'
  /** This answers whether y < t − D, with a sign (GP B.7). */
  const isOld = (until: number): boolean => until < slot - constants.preimageExpungePeriod

  /** The hash at r7 and the length in r8; or how the call ends (0.8.0: before any look at memory). */
  function subject(vm: Vm): { readonly hash: Uint8Array; readonly length: number } | HostAction {
    const length = registerNumber(vm, 8)
    if (refusesFirst && length >= MOST_LENGTH) return done(vm, HostResult.HUH)
    const hash = readBytes(vm, registerNumber(vm, 7), 32)
    return hash === undefined ? HostAction.Panic : { hash, length }
  }

  return {
    query: vm => {
      const asked = subject(vm)
      if (typeof asked === 'number') return asked
      const slots = context.own.request(asked.hash, asked.length)
      if (slots === undefined) {
        vm.regs[8] = 0n
        return done(vm, HostResult.NONE)
      }
      const [x = 0, y = 0, w = 0] = slots.map(BigInt) as bigint[]
      vm.regs[8] = BigInt(y) + (BigInt(w) << 32n)
      return done(vm, BigInt(slots.length) + (BigInt(x) << 32n))
    },

    solicit: vm => {
      const asked = subject(vm)
      if (typeof asked === 'number') return asked
      const { hash, length } = asked
      const slots = context.own.request(hash, length)
      if (slots !== undefined && slots.length !== 2) return done(vm, HostResult.HUH)
      if (length >= MOST_LENGTH) return done(vm, HostResult.FULL) // no state has such a request, whatever its deposit
      const changed = context.own.clone()
      changed.setRequest(hash, length, slots === undefined ? [] : [...slots, slot])
      if (changed.balance < changed.threshold(constants)) return done(vm, HostResult.FULL)
      context.x.accounts.set(context.self, changed)
      return done(vm, HostResult.OK)
    },

    forget: vm => {
      const asked = subject(vm)
      if (typeof asked === 'number') return asked
      const { hash, length } = asked
      const slots = context.own.request(hash, length)
      if (slots === undefined || (slots.length > 1 && !isOld(slots[1]!))) return done(vm, HostResult.HUH)
      const { edited } = context
      if (slots.length === 1) edited.setRequest(hash, length, [slots[0]!, slot])
      else if (slots.length === 3) edited.setRequest(hash, length, [slots[2]!, slot])
      else {
        edited.setRequest(hash, length, undefined)
        edited.setPreimage(hash, undefined)
      }
      return done(vm, HostResult.OK)
    },

    provide: vm => {
      const length = registerNumber(vm, 9)
      if (refusesFirst && length >= MOST_LENGTH) return done(vm, HostResult.HUH)
      const data = readBytes(vm, registerNumber(vm, 8), length)
      if (data === undefined) return HostAction.Panic
      const service = context.idOf(vm.regs[7]!)
      const account = service === undefined ? undefined : context.x.accounts.get(service)
      if (service === undefined || account === undefined) return done(vm, HostResult.WHO)
      const hash = blake2b(data)
      const slots = account.request(hash, data.length)
      const name = `${service}:${keyOf(hash)}`
      if (slots === undefined || slots.length !== 0 || context.x.provisions.has(name)) return done(vm, HostResult.HUH)
      context.x.provisions.set(name, { service, data, hash })
      return done(vm, HostResult.OK)
    },
  }
}
