// Whether two machines are in the same state: everything a program or a host can see. Not how they got there.

import { PAGE_SIZE } from '../blob/address-space.ts'
import type { Vm } from '../engine/engine.ts'
import { type Exit, exitName } from '../engine/exit.ts'
import type { Memory } from '../engine/memory.ts'

/** More pages than this are compared at both ends of their run only: an sbrk of gigabytes has a million. */
const PAGES_PER_RUN = 12

function name(exit: Exit | undefined): string {
  return exit === undefined ? 'none' : exitName(exit)
}

function hex(halves: Uint32Array, register: number): string {
  const high = halves[2 * register + 1]!.toString(16)
  return `0x${high}${halves[2 * register]!.toString(16).padStart(8, '0')}`
}

function pageDifference(a: Uint8Array, b: Uint8Array): number {
  const x = new Int32Array(a.buffer, a.byteOffset, a.length >> 2)
  const y = new Int32Array(b.buffer, b.byteOffset, b.length >> 2)
  for (let i = 0; i < x.length; i++) {
    if (x[i] !== y[i]) {
      for (let k = 4 * i; ; k++) if (a[k] !== b[k]) return k
    }
  }
  return -1
}

/** What differs in rights or contents of two memories, or undefined. */
export function memoryDifference(a: Memory, b: Memory): string | undefined {
  const left = a.pages()
  const right = b.pages()
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const x = left[i]
    const y = right[i]
    if (x?.page !== y?.page || x?.count !== y?.count || x?.access !== y?.access) {
      return `rights: pages ${JSON.stringify(x ?? null)} and ${JSON.stringify(y ?? null)}`
    }
  }
  for (const { page, count } of left) {
    for (let i = 0; i < count; i++) {
      if (i === PAGES_PER_RUN && count > 2 * PAGES_PER_RUN) i = count - PAGES_PER_RUN
      const address = (page + i) * PAGE_SIZE
      const x = a.view(address, PAGE_SIZE)
      const y = b.view(address, PAGE_SIZE)
      if (x === undefined || y === undefined) return `view of page 0x${(page + i).toString(16)}: undefined`
      const at = pageDifference(x, y)
      if (at >= 0) return `memory at 0x${(address + at).toString(16)}: ${x[at]} and ${y[at]}`
    }
  }
  return undefined
}

/** What differs between two machines, `a` and `b` in this order, or undefined. `deep` compares memory too. */
export function difference(a: Vm, b: Vm, deep: boolean): string | undefined {
  if (a.exit !== b.exit) return `exit: ${name(a.exit)} and ${name(b.exit)}`
  if (a.exitArg !== b.exitArg) return `exitArg: ${a.exitArg} and ${b.exitArg}`
  if (a.pc !== b.pc) return `pc: ${a.pc} and ${b.pc}`
  if (a.gas !== b.gas) return `gas: ${a.gas} and ${b.gas}`
  const x = a.regs32
  const y = b.regs32
  for (let i = 0; i < 26; i++) {
    if (x[i] !== y[i]) return `r${i >> 1}: ${hex(x, i >> 1)} and ${hex(y, i >> 1)}`
  }
  if (a.charged !== b.charged) return `charged: ${a.charged} and ${b.charged}`
  if (a.heapEnd !== b.heapEnd) return `heapEnd: ${a.heapEnd} and ${b.heapEnd}`
  return deep ? memoryDifference(a.memory, b.memory) : undefined
}
