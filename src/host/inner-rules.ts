// What `pages` and `invoke` do to an inner machine (GP B.8). inner.ts is for the calls of the paper, inner-table.ts for hosts with calls
// of their own; both do this.

import { Access, PAGE_COUNT, PAGE_SIZE } from '../blob/address-space.ts'
import type { Vm } from '../engine/engine.ts'
import { Exit, hostIndex64 } from '../engine/exit.ts'

/** The most gas that a machine counts. */
const MAX_GAS = 2n ** 63n - 1n

/** What `pages` does to the rights and contents of pages, by mode. */
const PAGE_MODES = [
  { access: Access.None, keeps: false },
  { access: Access.Read, keeps: false },
  { access: Access.Write, keeps: false },
  { access: Access.Read, keeps: true },
  { access: Access.Write, keeps: true },
] as const

/** `pages`: answers whether there is such a mode and it takes these pages. Nothing changes where it does not. */
export function setPages({ memory }: Vm, first: number, count: number, mode: number): boolean {
  const change = PAGE_MODES[mode]
  if (change === undefined || first < 16 || first + count >= PAGE_COUNT) return false
  if (change.keeps) {
    if (!memory.readable(first * PAGE_SIZE, count * PAGE_SIZE)) return false
  } else memory.zero(first, count)
  memory.protect(first, count, change.access)
  return true
}

/** The part of the gas that a machine does not count. It exists only where gas costs the caller nothing (0.7.2), and cannot be used up. */
export function uncountedGas(limit: bigint): bigint {
  return limit > MAX_GAS ? limit - MAX_GAS : 0n
}

/** Puts a machine where its next `invoke` starts. The registers are the caller's to set. */
export function startInvoke(vm: Vm, pc: bigint, charged: boolean, limit: bigint): void {
  vm.pc = pc > 0xffffffffn ? 0xffffffff : Number(pc)
  vm.charged = charged
  vm.gas = limit - uncountedGas(limit)
}

/** How a machine stopped that was to start at `pc` with so much gas: what is left, what it stopped for, and where the next `invoke` starts. */
export function endOfInvoke(
  vm: Vm,
  exit: Exit,
  pc: bigint,
  limit: bigint,
): { left: bigint; arg: bigint; next: bigint } {
  const left = vm.gas > 0n ? vm.gas + uncountedGas(limit) : 0n
  if (exit === Exit.Host) return { left, arg: hostIndex64(vm.exitArg), next: BigInt(vm.program.next(vm.pc)) }
  const arg = exit === Exit.PageFault ? BigInt(vm.exitArg) : 0n
  return { left, arg, next: exit === Exit.OutOfGas && pc > 0xffffffffn ? pc : BigInt(vm.paperPc) }
}
