// What a host does with a machine in a fuzz case: at an exit, and inside a host function. The same numbers make the same
// changes on every engine. Not the comparison.

import { Access, PAGE_SIZE } from '../blob/address-space.ts'
import type { Vm } from '../engine/engine.ts'
import { HostAction, type HostTable } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import { digestCall, type HostLog } from './host-log.ts'
import type { Random } from './random.ts'
import { addressNear, edge32, edge64, PAGE_PALETTE } from './values.ts'

/** Host calls with this bit change rights around the address in r7. */
export const RIGHTS_CALL = 64

/** This gives the page of r7, or a neighbour of it, other rights. */
function changeRights(vm: Vm, random: Random): void {
  const page = (vm.regs32[14]! >>> 12) + random.below(3) - 1
  const access = random.pick([Access.None, Access.Read, Access.Write])
  if (page >= 16 && page < 2 ** 20) vm.memory.protect(page, 1, access)
}

/** A change a host may make at any time: registers, memory, rights, gas. */
function meddle(vm: Vm, random: Random): void {
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      edge64(random, vm.regs32, 2 * random.below(13))
      break
    case 3: {
      const bytes = new Uint8Array(random.below(20)).fill(random.below(256))
      vm.memory.write(addressNear(random, random.pick(PAGE_PALETTE)), bytes)
      break
    }
    case 4: {
      // A page from the palette, or one a register points into: rights that compiled code may have looked up before.
      const page = random.chance(30) ? random.pick(PAGE_PALETTE) : vm.regs32[2 * random.below(13)]! >>> 12
      if (page >= 16) vm.memory.protect(page, 1, random.pick([Access.None, Access.Read, Access.Write]))
      break
    }
    case 5:
      vm.chargeGas(random.below(100))
      break
    case 6:
      vm.gas += BigInt(random.below(50))
      break
    case 7: {
      const address = addressNear(random, random.pick(PAGE_PALETTE))
      vm.regs32[14] = vm.memory.readU32(address)
      vm.memory.writeU16(address, edge32(random))
      break
    }
    default:
  }
}

/** Whether to go on after an exit, having changed the machine so that it can. */
export function react(vm: Vm, exit: Exit, random: Random): boolean {
  switch (exit) {
    case Exit.Step:
    case Exit.Paused:
      return true
    case Exit.Host:
      vm.regs32[14] = random.next()
      vm.regs32[15] = 0
      meddle(vm, random)
      return true
    case Exit.Break:
      meddle(vm, random)
      return true
    case Exit.PageFault:
      if (random.chance(30)) return false
      vm.memory.protect(vm.exitArg / PAGE_SIZE, 1, random.chance(80) ? Access.Write : Access.Read)
      return true
    case Exit.OutOfGas:
      if (random.chance(60)) return false
      vm.gas = BigInt(random.below(200))
      return true
    default:
      return false
  }
}

/** Whether to go on after something of the case was thrown out of `run`: a machine that has panicked says so again. */
export function reactToThrow(vm: Vm, random: Random): boolean {
  if (random.chance(30)) vm.gas = BigInt(random.below(200))
  return random.chance(70)
}

/** What of the memory is looked at in a host call: so many calls, pages at a time, and words of them. */
const LOOKS = 200
const PAGES_LOOKED_AT = 8

/** Rights of all pages and contents of the first ones, as the host function sees them. */
export function memoryDigest({ memory }: Vm, before: number): number {
  let h = before
  let left = PAGES_LOOKED_AT
  for (const { page, count, access } of memory.pages()) {
    h = Math.imul(h ^ page ^ (access << 24), 0x01000193)
    h = Math.imul(h ^ count, 0x01000193)
    for (let i = 0; i < count && left > 0; i++, left--) {
      const bytes = memory.view((page + i) * PAGE_SIZE, PAGE_SIZE)!
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, PAGE_SIZE / 4)
      for (let k = 0; k < words.length; k++) if (words[k] !== 0) h = Math.imul(h ^ words[k]! ^ (k << 20), 0x01000193)
    }
  }
  return h
}

/** Host functions that meddle, charge, refuse, stop, jump; some indices have none. `random` is the machine's own. */
export function fuzzHost(salt: number, random: Random, log: HostLog): HostTable {
  return {
    entry(index) {
      if (((index ^ salt) & 3) === 0) return undefined
      return {
        name: 'fuzz',
        price: (index ^ salt) & 4 ? 0 : (vm, i) => (vm.regs32[14]! ^ i) & 63,
        call(vm) {
          digestCall(vm, index, log)
          if (log.memory !== undefined && log.sinceStart <= LOOKS) log.memory = memoryDigest(vm, log.memory)
          random.reseed(salt, log.sinceStart)
          if (index > 0 && index < 128 && (index & RIGHTS_CALL) !== 0) changeRights(vm, random)
          else meddle(vm, random)
          const roll = random.below(100)
          if (roll < 2) vm.pc = random.below(256)
          if (roll < 90) return HostAction.Continue
          if (roll < 95) return HostAction.Stop
          if (roll < 97) return HostAction.OutOfGas
          return roll < 98 ? HostAction.Halt : HostAction.Panic
        },
      }
    },
  }
}
