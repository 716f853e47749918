// What is wrong with an instruction that stopped a machine: the access, the jump, the payment. Found by looking at the state
// again, by the rules of the paper. Not the words for it: reason-text.ts.

import { Access, HALT_ADDRESS, PAGE_SIZE, ZONE_SIZE } from '../blob/address-space.ts'
import type { Vm } from '../engine/engine.ts'
import type { Profile } from '../program/profile.ts'
import { addressAt, type DecodedAt } from './instruction-at.ts'

/** An access to memory that was refused (GP A.8, A.9). */
export interface FailedAccess {
  readonly kind: 'load' | 'store'
  /** This is the first byte of the access. */
  readonly address: number
  /** This is its width in bytes: 1, 2, 4 or 8. */
  readonly width: number
  /** The first byte, in the order of the access, whose page lacks the right. Behind 2^32 - 1 comes 0. */
  readonly failing: number
  /** What the page of that byte may be used for. */
  readonly rights: 'none' | 'read' | 'write'
  readonly why: 'zone' | 'not-mapped' | 'read-only'
}

/** A jump that leads nowhere (GP A.17, A.18). */
export interface FailedJump {
  /** The address of an indirect jump; undefined for other jumps, and where the jump has overwritten it. */
  readonly address: number | undefined
  /** The code offset it leads to; undefined where the address leads to none. May be negative or behind the code. */
  readonly target: number | undefined
  readonly why:
    | 'outside'
    | 'no-instruction'
    | 'no-block'
    | 'address-0'
    | 'address-odd'
    | 'address-behind-table'
    | 'address-lost'
}

/** Gas that was not there. */
export interface MissingGas {
  /** What had to be paid: one instruction, the block at pc, a host call, a byte of `memset`. */
  readonly for: 'instruction' | 'block' | 'host-call' | 'byte'
  /** In gas; undefined for host calls, whose host knows the price. */
  readonly price: bigint | undefined
  /** What was left for it, where that is known, else what is: 0 under rules that empty the counter (GP 0.7.2). */
  readonly left: bigint
}

const ADDRESSES = 2 ** 32
const RIGHTS = { [Access.None]: 'none', [Access.Read]: 'read', [Access.Write]: 'write' } as const
/** The counter of bytes that `memset` has left, and where it is. */
const MEMSET_ADDRESS = 7

/** Every access below this address panics. */
export function zoneOf({ inaccessible, panicBelow }: Profile): number {
  return inaccessible === 'panic' ? ZONE_SIZE : panicBelow
}

function accessOf(vm: Vm, kind: 'load' | 'store', address: number, width: number): FailedAccess | undefined {
  const right = kind === 'store' ? Access.Write : Access.Read
  for (let i = 0; i < width; i++) {
    const failing = (address + i) % ADDRESSES
    const access = vm.memory.access(Math.floor(failing / PAGE_SIZE))
    if ((access & right) === right) continue
    const why = failing < zoneOf(vm.program.profile) ? 'zone' : access === Access.None ? 'not-mapped' : 'read-only'
    return { kind, address, width, failing, rights: RIGHTS[access as keyof typeof RIGHTS], why }
  }
  return undefined
}

/** Why the access of a load, a store or `memset` cannot be made; undefined when it can, or when there is none. */
export function failedAccess(vm: Vm, at: DecodedAt): FailedAccess | undefined {
  const { name, kind } = at.instruction
  if (kind === 'memset') return accessOf(vm, 'store', Number(BigInt.asUintN(32, vm.regs[MEMSET_ADDRESS]!)), 1)
  if (kind !== 'load' && kind !== 'store') return undefined
  return accessOf(vm, kind, addressAt(at, vm)!, Number(/(8|16|32|64)$/.exec(name)![1]) / 8)
}

function targetOf({ program }: Vm, target: number, address?: number): FailedJump | undefined {
  if (program.isBlockStart(target)) return undefined
  if (target < 0 || target >= program.code.length) return { address, target, why: 'outside' }
  return { address, target, why: program.isInstruction(target) ? 'no-block' : 'no-instruction' }
}

function indirect(vm: Vm, address: number | undefined): FailedJump | undefined {
  const { jumpTable, jumpTableLength } = vm.program
  if (address === undefined) return { address, target: undefined, why: 'address-lost' }
  if (address === HALT_ADDRESS) return undefined
  if (address === 0) return { address, target: undefined, why: 'address-0' }
  if (address % 2 !== 0) return { address, target: undefined, why: 'address-odd' }
  if (address > 2 * jumpTableLength) return { address, target: undefined, why: 'address-behind-table' }
  return targetOf(vm, jumpTable[address / 2 - 1] ?? 0, address) // entries of size 0 are all 0
}

/** Why a jump, a branch or the end of a block leads nowhere; undefined when it leads somewhere. */
export function failedJump(vm: Vm, at: DecodedAt): FailedJump | undefined {
  const { program, pc } = vm
  const { instruction, operands } = at
  switch (instruction.kind) {
    case 'jump':
      return targetOf(vm, operands.target)
    case 'branch': // GP 0.8.0 A.17: both successors count, taken or not
      return (
        targetOf(vm, operands.target) ??
        (program.profile.branchCheck === 'both' ? targetOf(vm, program.next(pc)) : undefined)
      )
    case 'fallthrough':
      return program.profile.branchCheck === 'both' ? targetOf(vm, program.next(pc)) : undefined
    case 'djump':
      return indirect(vm, addressAt(at, vm))
    default:
      return undefined
  }
}

/**
 * What could not be paid at pc.
 *
 * @param before gas before the price of the host call at pc, where that was asked for and could not be paid.
 */
export function missingGas(vm: Vm, at: DecodedAt | undefined, before: bigint | undefined): MissingGas {
  const { program, pc, charged } = vm
  const left = vm.gas > 0n ? vm.gas : 0n
  const perInstruction = program.profile.gasModel === 'instruction'
  if (before !== undefined) return { for: 'host-call', price: undefined, left: before }
  if (charged && at?.instruction.kind === 'memset') return { for: 'byte', price: 1n, left }
  if (charged) return { for: 'host-call', price: undefined, left }
  if (perInstruction) return { for: 'instruction', price: 1n, left }
  return { for: 'block', price: BigInt(program.costAt(pc)), left }
}
