// Host calls on services: new, upgrade, transfer, eject (GP B.7). Not those on what a service holds.

import { ResourceError } from '../../core/resource-error.ts'
import { HostAction, type HostFunction } from '../../engine/engine.ts'
import { done, readBytes, registerNumber } from '../registers.ts'
import { HostResult } from '../results.ts'
import { Account } from './account.ts'
import type { Context } from './context.ts'

/** Below are the ids that the registrar gives out. */
const FIRST_OPEN_ID = 2n ** 16n
/** Transfers that an accumulation makes at most before its host has too little memory: half a GB. One costs 10 gas or more. */
const MOST_TRANSFERS = 2 ** 21
/** Octets that an account holds with an empty request only. */
const LEAST_OCTETS = 81n
/** Items of an account that holds a single request. */
const LAST_ITEMS = 2

/** The code hash by which a service names who may eject it: E4(ejector), then zeros. */
function isEjector(codeHash: Uint8Array, ejector: number): boolean {
  return codeHash.every((byte, k) => byte === (k < 4 ? (ejector >>> (8 * k)) & 0xff : 0))
}

/** These are the calls new, upgrade, transfer and eject. */
export function serviceCalls(context: Context): Record<'new' | 'upgrade' | 'transfer' | 'eject', HostFunction> {
  const { self, slot } = context
  const { constants } = context.chain

  return {
    new: vm => {
      const codeHash = readBytes(vm, registerNumber(vm, 7), 32)
      const length = registerNumber(vm, 8)
      if (codeHash === undefined || length >= 2 ** 32) return HostAction.Panic
      const [minItemGas, minMemoGas, gratis, wanted] = [vm.regs[9]!, vm.regs[10]!, vm.regs[11]!, vm.regs[12]!]
      const { privileges, accounts } = context.x
      if (gratis !== 0n && self !== privileges.manager) return done(vm, HostResult.HUH)
      const record = {
        codeHash,
        balance: 0n,
        minItemGas,
        minMemoGas,
        gratis,
        created: slot,
        lastAccumulation: 0,
        parent: self,
      }
      // The counters begin at zero: setting the request counts it.
      const account = new Account({ ...record, items: 0, octets: 0n })
      account.setRequest(codeHash, length, [])
      account.balance = account.threshold(constants)
      const { own } = context
      if (own.balance - account.balance < own.threshold(constants)) return done(vm, HostResult.CASH)
      const isSmall = self === privileges.registrar && wanted < FIRST_OPEN_ID
      const id = isSmall ? Number(wanted) : context.x.nextFreeId
      if (isSmall && accounts.get(id) !== undefined) return done(vm, HostResult.FULL)
      context.edited.balance -= account.balance
      accounts.set(id, account)
      if (!isSmall) context.advance()
      return done(vm, BigInt(id))
    },

    upgrade: vm => {
      const codeHash = readBytes(vm, registerNumber(vm, 7), 32)
      if (codeHash === undefined) return HostAction.Panic
      const { edited } = context
      edited.codeHash = codeHash
      edited.minItemGas = vm.regs[8]!
      edited.minMemoGas = vm.regs[9]!
      return done(vm, HostResult.OK)
    },

    transfer: vm => {
      const [dest, amount, gas] = [vm.regs[7]!, vm.regs[8]!, vm.regs[9]!]
      const memo = readBytes(vm, registerNumber(vm, 10), constants.memoSize)
      if (memo === undefined) return HostAction.Panic
      const receiver = context.other(dest)
      if (receiver === undefined) return done(vm, HostResult.WHO)
      if (gas < receiver.account.minMemoGas) return done(vm, HostResult.LOW)
      const { own } = context
      if (own.balance - amount < own.threshold(constants)) return done(vm, HostResult.CASH)
      if (context.x.transfers.length >= MOST_TRANSFERS) {
        throw new ResourceError('memory', `service ${self}: more than ${MOST_TRANSFERS} transfers in one accumulation`)
      }
      if (vm.gas < gas) {
        vm.chargeGas(vm.gas)
        return HostAction.OutOfGas
      }
      vm.chargeGas(gas)
      context.edited.balance -= amount
      context.x.transfers.push({ from: self, to: receiver.id, amount, memo, gas })
      return done(vm, HostResult.OK)
    },

    eject: vm => {
      const hash = readBytes(vm, registerNumber(vm, 8), 32)
      if (hash === undefined) return HostAction.Panic
      const named = context.other(vm.regs[7]!)
      if (named === undefined || named.id === self) return done(vm, HostResult.WHO)
      const { id, account } = named
      if (!isEjector(account.codeHash, self)) return done(vm, HostResult.WHO)
      const octets = account.octets > LEAST_OCTETS ? account.octets : LEAST_OCTETS
      const slots = account.items === LAST_ITEMS ? account.request(hash, Number(octets - LEAST_OCTETS)) : undefined
      if (slots === undefined || slots.length !== 2) return done(vm, HostResult.HUH)
      if (slots[1]! >= slot - constants.preimageExpungePeriod) return done(vm, HostResult.HUH)
      context.x.accounts.remove(id)
      context.edited.balance += account.balance
      return done(vm, HostResult.OK)
    },
  }
}
