// Where an attacker aims: guest addresses whose place in a machine's memory means something to the engine. Derived from the
// layout, so that they move with it. Not what programs do there: attacks.ts.

import { PAGE_SIZE } from '../blob/address-space.ts'
import {
  AT_ARENA,
  AT_FRAMES,
  AT_RIGHTS,
  AT_VM,
  AT_WINDOW,
  MEMORY_SIZE,
  ROTATION,
  VM,
  WINDOW_END,
} from '../core/contract.gen.ts'
import type { Random } from './random.ts'

/** The core's constants and stack lie here, AT_DATA of the contract. */
const AT_DATA = 0x10000

/** There is one byte of rights for each physical page of the address space. */
const RIGHTS_SIZE = 2 ** 20

/** This is the guest address of a place in the machine's memory, modulo 2^32. */
export function guestAddressOf(physical: number): number {
  return (physical - ROTATION) >>> 0
}

/** The place 0, which the engine may take for "nowhere". */
export const PLACE_ZERO: number = guestAddressOf(0)

/** Guest addresses of the engine's own words and tables, of the window's ends, of the memory's end. */
export const ENGINE_PLACES: readonly number[] = [
  AT_VM,
  AT_VM + VM.gas,
  AT_VM + VM.rules,
  AT_VM + VM.hot,
  AT_DATA,
  AT_FRAMES,
  AT_FRAMES + 4 * (AT_WINDOW / PAGE_SIZE),
  AT_RIGHTS,
  AT_RIGHTS + AT_WINDOW / PAGE_SIZE,
  AT_RIGHTS + RIGHTS_SIZE,
  AT_ARENA,
  AT_WINDOW,
  WINDOW_END,
  MEMORY_SIZE,
  0x80000000,
  0xfffff000,
].map(guestAddressOf)

/** Pages at both sides of the window's ends, around place 0, and far outside of the window. All are legal for a guest. */
export const FAR_PAGES: readonly number[] = [
  PLACE_ZERO / PAGE_SIZE,
  PLACE_ZERO / PAGE_SIZE - 1,
  guestAddressOf(AT_WINDOW) / PAGE_SIZE,
  guestAddressOf(AT_WINDOW) / PAGE_SIZE - 1,
  guestAddressOf(WINDOW_END) / PAGE_SIZE - 1,
  guestAddressOf(WINDOW_END) / PAGE_SIZE,
  guestAddressOf(MEMORY_SIZE) / PAGE_SIZE,
  0x20000,
  0x7ffff,
]

/** This picks an address in the engine's own parts or beside them, often place 0 exactly. It is unsigned and has 32 bits. */
export function enginePlace(random: Random): number {
  const place = random.chance(45) ? PLACE_ZERO : random.pick(ENGINE_PLACES)
  const aside = random.chance(60) ? 0 : random.pick([-8, -4, -2, -1, 1, 2, 4, 8, 64, 4088, 4095, -4096, 4096])
  return (place + aside) >>> 0
}
