// Numbers that break things: edges of widths, signs, pages and the address space. Not uniformly random on purpose.
import type { Random } from './random.ts'

const SMALL = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65]
const EDGES = [
  0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffff, 0x800000, 0xffffff, 0x7fffffff, -0x80000000,
]

/** This draws a signed 32-bit number: small, at the edge of a width, or anything. */
export function edge32(random: Random): number {
  const roll = random.below(16)
  if (roll < 6) return random.pick(SMALL)
  if (roll < 9) return -random.pick(SMALL)
  if (roll < 11) return random.pick(EDGES) | 0
  if (roll < 13) return -random.pick(EDGES) | 0
  if (roll < 14) return (1 << random.below(32)) | 0
  return random.next() | 0
}

/** Fills the two halves (low first) of a 64-bit register at `at`. */
export function edge64(random: Random, halves: Uint32Array, at: number): void {
  const low = edge32(random)
  halves[at] = low
  switch (random.below(6)) {
    case 0:
      halves[at + 1] = 0
      break
    case 1:
      halves[at + 1] = edge32(random)
      break
    case 2:
      halves[at] = 0
      halves[at + 1] = 0x80000000 // the least signed number
      break
    default:
      halves[at + 1] = low < 0 ? 0xffffffff : 0
  }
}

/**
 * Pages that programs are given: neighbours with other rights, the first legal page, the top of the address space, what
 * lies in the middle of nowhere, and in the areas of a standard program (GP A.7).
 */
export const PAGE_PALETTE: readonly number[] = [
  0x10, 0x11, 0x12, 0x1f, 0x20, 0x21, 0x22, 0x30, 0x31, 0x7ff, 0x800, 0x40000, 0x7ffff, 0x80000, 0xfdfff, 0xfeffd,
  0xfeffe, 0xfefff, 0xff000, 0xffffe, 0xfffff,
]

/** This draws an address at the border of a page, inside it, or a little beyond. It is unsigned and has 32 bits. */
export function addressNear(random: Random, page: number): number {
  const base = page * 4096
  switch (random.below(6)) {
    case 0:
      return (base + random.below(9) - 8) >>> 0
    case 1:
      return (base + 4096 - random.below(9)) >>> 0
    case 2:
      return (base + random.below(16)) >>> 0
    default:
      return (base + random.below(4088)) >>> 0
  }
}
