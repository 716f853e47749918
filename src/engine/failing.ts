// Where a range of guest memory lacks a right. This one function serves all memories, because it needs nothing but their rights.
import { type Access, PAGE_SIZE } from '../blob/address-space.ts'
import { checkAccess, checkRange } from './check.ts'

const ADDRESSES = 2 ** 32

/** `Memory.failing` of a memory whose pages have these rights. */
export function failingAddress(
  accessOf: (page: number) => Access,
  address: number,
  length: number,
  access: Access,
): number | undefined {
  checkRange(address, length)
  checkAccess(access)
  for (let at = address; at < address + length; at = (Math.floor(at / PAGE_SIZE) + 1) * PAGE_SIZE) {
    if (at >= ADDRESSES) return ADDRESSES
    if ((accessOf(Math.floor(at / PAGE_SIZE)) & access) !== access) return at
  }
  return undefined
}
