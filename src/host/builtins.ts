// Host functions that need no chain: `gas`, `grow_heap` (GP 0.8.0), `log` (JIP-1). Inner machines are in inner.ts.

import { Access, PAGE_SIZE } from '../blob/address-space.ts'
import type { Vm } from '../engine/engine.ts'
import { HostAction, type HostFunction } from '../engine/engine.ts'
import type { HostVersion } from './names.ts'
import { readBytes, registerNumber } from './registers.ts'
import type { HostHandler } from './registry.ts'
import { HostResult } from './results.ts'

/** gas (0): r7 is what is left after paying for the call. */
export const gasCall: HostFunction = vm => {
  vm.regs[7] = vm.gas
}

/** The heap of grow_heap in pages: first, end now, one past the last possible (GP 0.8.0 B.6). */
function heapPages(vm: Vm): { readonly first: number; readonly end: number; readonly limit: number } {
  const { layout, profile } = vm.program
  if (layout.growHeap === undefined) return { first: 0, end: 0, limit: 0 } // a plain program has no heap
  const { first, limitCorrected, limitReleased } = layout.growHeap
  const limit = profile.growHeap === 'corrected' ? limitCorrected : limitReleased
  let writable = 0
  for (const { page, count, access } of vm.memory.pages()) {
    if (access !== Access.Write) continue
    writable += Math.max(0, Math.min(page + count, limit) - Math.max(page, first))
  }
  return { first, end: first + writable, limit }
}

/** New pages asked for; 0 for a query and for more than there can be. */
function newPages(vm: Vm): number {
  const { end, limit } = heapPages(vm)
  const wanted = registerNumber(vm, 7)
  return wanted <= end || wanted > limit ? 0 : wanted - end
}

const growPrice = (pages: number): number => 275 + 121 * pages

/**
 * grow_heap (GP 0.8.0, 1): r7 is the wanted end page; afterwards the end page of the heap. As released, a growth that
 * cannot be paid leaves the gas alone; corrected (pull request #533) it takes all, as every host call.
 */
export const growHeapCall: HostHandler = {
  price: vm => {
    const pages = newPages(vm)
    return pages > 0 && vm.program.profile.growHeap === 'released' ? 0 : growPrice(pages)
  },
  call: (vm: Vm) => {
    const { first, end } = heapPages(vm)
    const pages = newPages(vm)
    if (pages === 0) {
      vm.regs[7] = BigInt(end)
      return HostAction.Continue
    }
    if (vm.program.profile.growHeap === 'released') {
      if (vm.gas < BigInt(growPrice(pages))) return HostAction.OutOfGas
      vm.chargeGas(growPrice(pages))
    }
    const wanted = end + pages
    for (let page = first; page < wanted; page++) {
      if (vm.memory.access(page) === Access.Write) continue
      vm.memory.protect(page, 1, Access.Write)
      vm.memory.zero(page, 1)
    }
    vm.heapEnd = wanted * PAGE_SIZE
    vm.regs[7] = BigInt(wanted)
    return HostAction.Continue
  },
}

/** This is one message of a guest (JIP-1). */
export interface LogMessage {
  /** 0 fatal, 1 warning, 2 important, 3 helpful, 4 pedantic; other values as they come. */
  readonly level: number
  readonly target: string | undefined
  readonly message: string
}

/**
 * log (JIP-1, 100): hands messages to `sink`. Always answers WHAT, so that programs do the same where it does not exist;
 * a range that is not readable logs nothing.
 */
export function logCall(sink: (message: LogMessage, vm: Vm) => void): HostFunction {
  const text = new TextDecoder()
  return vm => {
    const at = registerNumber(vm, 8)
    const length = registerNumber(vm, 9)
    const target = at === 0 && length === 0 ? undefined : readBytes(vm, at, length)
    const message = readBytes(vm, registerNumber(vm, 10), registerNumber(vm, 11))
    if (message !== undefined && (target !== undefined || (at === 0 && length === 0))) {
      const level = registerNumber(vm, 7)
      sink({ level, target: target && text.decode(target), message: text.decode(message) }, vm)
    }
    vm.regs[7] = HostResult.WHAT
  }
}

/** The calls that every invocation of a version offers and that need no chain. */
export function builtinCalls(
  version: HostVersion,
  sink: (message: LogMessage, vm: Vm) => void,
): Record<string, HostHandler> {
  const calls: Record<string, HostHandler> = { gas: gasCall, log: logCall(sink) }
  if (version !== 'gp-0.7.2') calls.grow_heap = growHeapCall
  return calls
}
