// How the reference machine accesses guest memory (GP A.8): loads, stores, sbrk, memset, and what makes them fail. The memory itself
// is that of the state, usually paged-memory.ts.
import { Access, alignTo, PAGE_SIZE } from '../../blob/address-space.ts'
import { Exit } from '../exit.ts'
import { OOB } from '../memory.ts'
import type { MachineState } from './state.ts'

/** How many bytes an access has. */
export type Width = 1 | 2 | 4 | 8

const ADDRESSES = 2 ** 32

/** The address that a sum stands for. Addresses count modulo 2^32 (GP A.8). */
export function addressOf(sum: bigint): number {
  return Number(BigInt.asUintN(32, sum))
}

/** The first byte of the access whose page lacks the right, in the order of the access. Undefined when there is none. */
function firstBad(state: MachineState, address: number, width: Width, right: Access): number | undefined {
  for (let i = 0; i < width; i++) {
    const at = (address + i) % ADDRESSES
    if ((state.memory.access(Math.floor(at / PAGE_SIZE)) & right) !== right) return at
  }
  return undefined
}

/** How the machine stops at an access to a byte that lacks the right (GP A.8, A.9). */
function fail(state: MachineState, bad: number, right: Access): Exit {
  const { profile } = state.program
  if (bad < profile.panicBelow) return Exit.Panic
  if (profile.inaccessible === 'panic') return Exit.Panic
  const readOnly = right === Access.Write && state.memory.access(Math.floor(bad / PAGE_SIZE)) === Access.Read
  if (readOnly && profile.readOnlyStore === 'panic') return Exit.Panic
  state.exitArg = Math.floor(bad / PAGE_SIZE) * PAGE_SIZE
  return Exit.PageFault
}

function readWhole(state: MachineState, address: number, width: Width): bigint {
  const { memory } = state
  switch (width) {
    case 1:
      return BigInt(memory.readU8(address))
    case 2:
      return BigInt(memory.readU16(address))
    case 4:
      return BigInt(memory.readU32(address))
    case 8:
      return memory.readU64(address)
  }
}

/** load(n, a): returns the value, which is a bigint, or the exit, which is a number. */
export function load(state: MachineState, address: number, width: Width): bigint | Exit {
  const whole = readWhole(state, address, width)
  if (whole !== BigInt(OOB)) return whole
  const bad = firstBad(state, address, width, Access.Read)
  if (bad !== undefined) return fail(state, bad, Access.Read)
  let value = 0n // all bytes are accessible, but the range goes past 2^32 and on at 0
  for (let i = width - 1; i >= 0; i--) {
    value = (value << 8n) | BigInt(state.memory.readU8((address + i) % ADDRESSES))
  }
  return value
}

function writeWhole(state: MachineState, address: number, width: Width, value: bigint): number {
  const { memory } = state
  switch (width) {
    case 1:
      return memory.writeU8(address, Number(BigInt.asUintN(8, value)))
    case 2:
      return memory.writeU16(address, Number(BigInt.asUintN(16, value)))
    case 4:
      return memory.writeU32(address, Number(BigInt.asUintN(32, value)))
    case 8:
      return memory.writeU64(address, value)
  }
}

/** store(n, a, v): writes everything, or nothing if not everything can be written. */
export function store(state: MachineState, address: number, width: Width, value: bigint): Exit | undefined {
  if (writeWhole(state, address, width, value) !== OOB) return undefined
  const bad = firstBad(state, address, width, Access.Write)
  if (bad !== undefined) return fail(state, bad, Access.Write)
  for (let i = 0; i < width; i++) {
    state.memory.writeU8((address + i) % ADDRESSES, Number((value >> BigInt(8 * i)) & 0xffn))
  }
  return undefined
}

/** sbrk: moves the end of the heap, and returns the value for the destination register. GP 0.8.0 has no sbrk. */
export function growHeap(state: MachineState, size: bigint): bigint {
  const { sbrkWidth, sbrkResult, pageSize } = state.program.profile
  const narrow = sbrkWidth === '32-bit'
  const bytes = narrow && size >= 2n ** 32n ? 0n : size
  const answer = (end: number): bigint => BigInt.asUintN(64, BigInt.asIntN(narrow ? 32 : 64, BigInt(end)))
  const old = state.heapEnd
  if (bytes === 0n) return answer(old)
  if (BigInt(old) + bytes > BigInt(state.heapLimit)) return 0n
  const end = old + Number(bytes)
  // Whole pages are mapped, as large as the profile says, but nothing behind the limit. The page of the old end keeps its contents.
  const last = Math.min(alignTo(end, pageSize), alignTo(state.heapLimit, PAGE_SIZE)) / PAGE_SIZE
  const first = alignTo(old, PAGE_SIZE) / PAGE_SIZE
  const fresh = alignTo(old, pageSize) / PAGE_SIZE
  if (last > first) state.memory.protect(first, last - first, Access.Write)
  if (last > fresh) state.memory.zero(fresh, last - fresh)
  state.heapEnd = end
  return answer(sbrkResult === 'old' ? old : end)
}

const A0 = 7
const A1 = 8
const A2 = 9

/** After so many bytes of a memset the clock is looked at. */
const LOOK_BYTES = 1024n

/**
 * memset (PolkaVM): sets bytes from address r7 on to the low byte of r8. How many is in the low 32 bits of r9. Each byte costs 1 gas.
 * r7 and r9 say how far it came, so it can stop at any byte and go on at the same pc. A byte that cannot be stored costs nothing.
 * The upper half of r9 is cleared in any case, as PolkaVM does.
 */
export function fillMemory(state: MachineState): Exit | undefined {
  const { regs, program } = state
  const bits = program.profile.memsetAddress === '32-bit' ? 32 : 64
  regs[A0] = BigInt.asUintN(bits, regs[A0]!)
  regs[A2] = BigInt.asUintN(32, regs[A2]!)
  const length = regs[A2]!
  for (let left = length; left > 0n; left--) {
    if (state.gas < 1n) return Exit.OutOfGas
    if (left % LOOK_BYTES === 0n && left < length && state.isOver?.() === true) return Exit.Paused
    const failure = store(state, addressOf(regs[A0]!), 1, regs[A1]!)
    if (failure !== undefined) return failure
    state.gas -= 1n
    regs[A0] = BigInt.asUintN(bits, regs[A0]! + 1n)
    regs[A2] = left - 1n
  }
  return undefined
}
