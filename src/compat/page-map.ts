// How debuggers say what memory a plain program has: pages of any length, contents, no heap. Not a standard program's layout.

import { Access, PAGE_SIZE } from '../blob/address-space.ts'
import type { Mapping, MemoryChunk, StartOptions, Vm } from '../engine/engine.ts'

/** A range that is to be mapped. The pages that it begins and ends in are mapped whole. */
export interface PageEntry {
  readonly address: number
  readonly length: number
  readonly access: Access
}

/** Where the heap of a plain program ends at most, and where it begins if nothing is mapped. */
const LAST = 2 ** 32 - 1
const LOWEST = 2 ** 16

function checkRange(name: string, address: number, length: number): void {
  const isRange = Number.isInteger(address) && Number.isInteger(length) && address >= 0 && length >= 0
  if (!isRange || address + length > 2 ** 32) throw new RangeError(`${name}: ${length} bytes at ${address}`)
}

/**
 * Pages and heap for `instantiate`. If a page is named twice, the first range decides. The heap begins behind the last writable byte
 * and the last byte with contents.
 *
 * @throws RangeError naming what is not within 2^32.
 */
export function plainMemory(
  entries: readonly PageEntry[],
  chunks: readonly MemoryChunk[],
): Required<Pick<StartOptions, 'pages' | 'heap'>> {
  let start = LOWEST
  const pages: Mapping[] = []
  for (const { address, length, access } of entries) {
    checkRange('pageMap', address, length)
    if (access === Access.Write) start = Math.max(start, address + length)
    if (length === 0) continue
    const first = Math.floor(address / PAGE_SIZE) * PAGE_SIZE
    pages.unshift({ address: first, length: Math.ceil((address + length - first) / PAGE_SIZE) * PAGE_SIZE, access })
  }
  for (const { address, bytes } of chunks) {
    checkRange('memory', address, bytes.length)
    start = Math.max(start, address + bytes.length)
  }
  return { pages, heap: { start: Math.min(start, LAST), limit: LAST } }
}

/** Puts contents into the pages there are. False when some of it lies outside of them; that is left out. */
export function loadContents(vm: Vm, chunks: readonly MemoryChunk[]): boolean {
  let isAll = true
  for (const { address, bytes } of chunks) {
    for (let done = 0; done < bytes.length; ) {
      const count = Math.min(PAGE_SIZE - ((address + done) % PAGE_SIZE), bytes.length - done)
      if (vm.memory.load(address + done, bytes.subarray(done, done + count)) !== 0) isAll = false
      done += count
    }
  }
  return isAll
}

/** Reads without regard to rights: what is not mapped is zero. @throws RangeError beyond 2^32. */
export function readOrZero(vm: Vm, address: number, length: number): Uint8Array {
  checkRange('memory', address, length)
  const into = new Uint8Array(length)
  if (vm.memory.read(address, into) === 0) return into
  for (let done = 0; done < length; ) {
    const count = Math.min(PAGE_SIZE - ((address + done) % PAGE_SIZE), length - done)
    vm.memory.read(address + done, into.subarray(done, done + count))
    done += count
  }
  return into
}

/** Everything that is not zero, in runs. */
export function nonZero(vm: Vm): MemoryChunk[] {
  const runs: MemoryChunk[] = []
  for (const { page, count } of vm.memory.pages()) {
    const base = page * PAGE_SIZE
    let start = -1
    const bytes = new Uint8Array(PAGE_SIZE)
    const before: number[] = []
    for (let i = 0; i < count; i++) {
      vm.memory.read(base + i * PAGE_SIZE, bytes)
      for (let k = 0; k < PAGE_SIZE; k++) {
        const byte = bytes[k]!
        if (byte !== 0) {
          if (start < 0) start = base + i * PAGE_SIZE + k
          before.push(byte)
        } else if (start >= 0) {
          runs.push({ address: start, bytes: Uint8Array.from(before) })
          before.length = 0
          start = -1
        }
      }
    }
    if (start >= 0) runs.push({ address: start, bytes: Uint8Array.from(before) })
  }
  return runs
}
