// Memory without a machine, and copies of memory. A client may build memory before its machine, clone that of a machine, or move it.
import { PAGE_SIZE } from '../blob/address-space.ts'
import { resolveMaxMemory } from './max-memory.ts'
import type { Memory } from './memory.ts'
import { PagedMemory } from './reference/paged-memory.ts'

/**
 * Makes memory that belongs to no machine: pages, rights, contents. `copyMemory` gives it to a machine.
 *
 * @throws RangeError or TypeError for a wrong `maxMemory` (bytes; default 512 MiB).
 * @example const memory = createMemory(); memory.protect(0x20, 1, Access.Write); copyMemory(memory, vm.memory)
 */
export function createMemory(options: { readonly maxMemory?: number } = {}): Memory {
  return new PagedMemory(resolveMaxMemory(options.maxMemory))
}

/**
 * Makes the memory `to` a copy of the memory `from`: the same pages with the same rights and contents, and no others. It takes time
 * in proportion to what was written in both.
 *
 * @throws ResourceError when the target has no room for it.
 * @example copyMemory(vm.memory, other.memory) // what a clone of vm starts with, besides its registers, pc and gas
 */
export function copyMemory(from: Memory, to: Memory): void {
  if (from === to) return
  const page = new Uint8Array(PAGE_SIZE)
  for (const { page: first, count } of to.pages()) to.protect(first, count, 0)
  for (const { page: first, count, access } of from.pages()) to.protect(first, count, access)
  for (const number of from.written()) {
    const address = number * PAGE_SIZE
    if (from.access(number) === 0) continue
    from.read(address, page)
    to.load(address, page)
  }
}
