// Where the areas of a `.polkavm` file go in memory.
import { Access, alignTo, HALT_ADDRESS, type MemoryLayout, type Region, ZONE_SIZE, zoneAlign } from './address-space.ts'
import { BlobError } from './error.ts'
import type { PolkavmFile } from './polkavm.ts'

/**
 * The memory layout of a `.polkavm` file. It is that of a standard program, with two differences: the heap starts at the very end of the
 * read-write data, and the stack is where a standard program has its arguments. Sizes are whole pages of the host.
 *
 * @throws BlobError `bad-layout` when the areas do not fit the address space.
 */
export function polkavmLayout(file: PolkavmFile, pageSize: number): MemoryLayout {
  const { readOnly, readWrite, readOnlySize, readWriteSize, stackSize } = file
  const readWriteStart = 2 * ZONE_SIZE + zoneAlign(readOnlySize)
  const stackTop = HALT_ADDRESS - ZONE_SIZE
  const stackZone = stackTop - zoneAlign(stackSize)
  const lowest = readWriteStart + zoneAlign(readWriteSize) + ZONE_SIZE
  if (lowest > stackZone)
    throw new BlobError('bad-layout', 0, `a stack that starts at or above ${lowest}`, `${stackZone}`)
  const none = new Uint8Array(0)
  const stack = alignTo(stackSize, pageSize)
  const regions: Region[] = [
    { address: ZONE_SIZE, length: alignTo(readOnlySize, pageSize), access: Access.Read, data: readOnly },
    { address: readWriteStart, length: alignTo(readWriteSize, pageSize), access: Access.Write, data: readWrite },
    { address: stackTop - stack, length: stack, access: Access.Write, data: none },
  ]
  return {
    regions: regions.filter(region => region.length > 0),
    heapStart: readWriteStart + readWriteSize,
    heapLimit: stackZone - ZONE_SIZE,
    growHeap: undefined,
    argumentsAddress: 0,
    argumentsLimit: 0,
    stackTop,
  }
}
