// The option `maxMemory`: how much memory of a guest may hold something at a time.
import { ResourceError } from '../core/resource-error.ts'

/** 512 MiB. Few guests want more, and that many bytes outside of the window fit into the memory of a cell. */
export const DEFAULT_MAX_MEMORY = 0x20000000

/** What is thrown where a machine has no room for what it was to hold. */
export function noRoom(what: string, maxMemory: number): ResourceError {
  return new ResourceError('memory', `${what}: no room for more pages (maxMemory is ${maxMemory} bytes)`)
}

/** Checks the option `maxMemory`, in bytes. Whole pages count. */
export function resolveMaxMemory(bytes: unknown = DEFAULT_MAX_MEMORY): number {
  if (typeof bytes !== 'number') throw new TypeError('maxMemory: expected a number of bytes')
  if (!Number.isInteger(bytes) || bytes < 4096 || bytes > 2 ** 32) {
    throw new RangeError(`maxMemory: ${bytes} is not within 4096…2^32`)
  }
  return bytes
}
