// Host calls on accounts: lookup, read, write, info (GP B.7). Not those on preimages: preimage-calls.ts.
import { HostAction, type HostFunction } from '../../engine/engine.ts'
import { answer, done, readBytes, registerNumber } from '../registers.ts'
import { HostResult } from '../results.ts'
import { thresholdOf } from './account.ts'
import type { Context } from './context.ts'
import { encodeInfo } from './encoding.ts'

/** lookup, read, write, info. */
export function accountCalls(context: Context): Record<'lookup' | 'read' | 'write' | 'info', HostFunction> {
  const deposits = context.chain.constants
  return {
    lookup: vm => {
      const hash = readBytes(vm, registerNumber(vm, 8), 32)
      if (hash === undefined) return HostAction.Panic
      return answer(vm, context.account(vm.regs[7]!)?.preimage(hash), { at: 9, offset: 10, length: 11 })
    },

    read: vm => {
      const key = readBytes(vm, registerNumber(vm, 8), registerNumber(vm, 9))
      if (key === undefined) return HostAction.Panic
      return answer(vm, context.account(vm.regs[7]!)?.storage(key), { at: 10, offset: 11, length: 12 })
    },

    write: vm => {
      const key = readBytes(vm, registerNumber(vm, 7), registerNumber(vm, 8))
      const [at, length] = [registerNumber(vm, 9), registerNumber(vm, 10)]
      if (key === undefined || !vm.memory.readable(at, length)) return HostAction.Panic
      const { own } = context
      const old = own.storage(key)
      const counts = own.countsWith(key, length === 0 ? undefined : length, old?.length)
      // The value is read when it is known that it is stored: it may be as long as the guest's memory.
      if (thresholdOf({ ...counts, gratis: own.gratis }, deposits) > own.balance) return done(vm, HostResult.FULL)
      context.edited.setStorage(key, length === 0 ? undefined : readBytes(vm, at, length), old)
      return done(vm, old === undefined ? HostResult.NONE : BigInt(old.length))
    },

    info: vm => {
      const account = context.account(vm.regs[7]!)
      const data = account === undefined ? undefined : encodeInfo(account, deposits)
      return answer(vm, data, { at: 8, offset: 9, length: 10 })
    },
  }
}
