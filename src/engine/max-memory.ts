// How much memory a guest may have anything in: the option, checked, and its default. Not how engines keep to it: machine/ and
// reference/paged-memory.ts.

/** 512 MiB: machines whose guests want more are rare, and a cell has that many bytes of address space. */
export const DEFAULT_MAX_MEMORY = 0x20000000

/** The option `maxMemory`, in bytes; whole pages count. */
export function resolveMaxMemory(bytes: unknown = DEFAULT_MAX_MEMORY): number {
  if (typeof bytes !== 'number') throw new TypeError('maxMemory: expected a number of bytes')
  if (!Number.isInteger(bytes) || bytes < 4096 || bytes > 2 ** 32) {
    throw new RangeError(`maxMemory: ${bytes} is not within 4096…2^32`)
  }
  return bytes
}
