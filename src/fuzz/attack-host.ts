// The host of a case that attacks: functions that do what a host may do and no friendly one does. What a call does stands in
// its index, so that a program says itself what its host is. Not the programs: attacks.ts; not the usual host: reactions.ts.

import { Access, PAGE_SIZE } from '../blob/address-space.ts'
import { compile } from '../engine/auto.ts'
import { createEngine } from '../engine/create.ts'
import type { Vm } from '../engine/engine.ts'
import { HostAction, type HostTable } from '../engine/engine.ts'
import { createProgram } from '../program/program.ts'
import type { HostLog } from './host-log.ts'
import { digestCall } from './host-log.ts'
import { enginePlace } from './places.ts'
import { Random } from './random.ts'
import { memoryDigest } from './reactions.ts'
import { innerParts, THROWN } from './thrown.ts'

/** Indices of these calls begin here: `ATTACK_CALL + 64 * action + variant`. */
export const ATTACK_CALL = 0x1000

/** What a call does; the variant (0…63) says how. */
export const Attack = {
  /** gas := near 2^63. Programs with these end by themselves, however much gas they have. */
  GasHuge: 0,
  /** This sets gas around 2^31, 2^32 or the slice's size. */
  GasWide: 1,
  /** This sets gas to the variant. */
  GasLittle: 2,
  /** This makes gas negative. */
  GasNegative: 3,
  /** This adds 50 or more to gas. */
  GasMore: 4,
  /** This zeroes pages around r7. */
  Zero: 5,
  /** This gives pages around r7 other rights. */
  Protect: 6,
  /** This sets heapEnd to something. */
  HeapEnd: 7,
  /** Makes another machine, runs it, and drops it. */
  Inner: 8,
  /** This compiles the machine's program. */
  Compile: 9,
  /** This puts a digest of exit, exitArg, paperPc, charged and heapEnd into r8. */
  Look: 10,
  /** Throws something. */
  Throw: 11,
  /** Answers what is no HostAction. */
  Answer: 12,
  /** Halt, Panic, Stop, OutOfGas. */
  End: 13,
  /** Writes pc: the same, or where r7 points. */
  Jump: 14,
  /** Sets a tracer that goes away after some events. */
  Trace: 15,
  /** Reads and writes memory through the host's functions, at r7 and at the engine's places. */
  Access: 16,
  /** Uses the machine as a host function must not. */
  Misuse: 17,
  /** A tracer that throws after some events. */
  TracerThrows: 18,
} as const
export type Attack = (typeof Attack)[keyof typeof Attack]

/** Index of a call. */
export function attackCall(action: Attack, variant: number): number {
  return ATTACK_CALL + 64 * action + variant
}

/** Thrown by tracers of cases: comes out of `run` on every engine alike. */
export class TracerFault extends Error {
  override readonly name = 'TracerFault'
}

/** Calls of one start at most; then the machine halts, whatever gas it has been given. */
const CALLS = 400

const TOP = 2n ** 63n - 1n
const BELOW_TOP = [
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  10,
  15,
  20,
  30,
  40,
  64,
  100,
  127,
  200,
  255,
  500,
  1000,
  2 ** 16,
  2 ** 31,
  2 ** 32,
]
const WIDE = [2 ** 31, 2 ** 32, 2 ** 33, 2 ** 31 - 2, 2 ** 32 - 2, 500_000, 500_010, 2 ** 53]

function setGas(vm: Vm, action: number, variant: number): void {
  if (action === Attack.GasHuge) vm.gas = TOP - BigInt(BELOW_TOP[variant % BELOW_TOP.length]!)
  else if (action === Attack.GasWide) vm.gas = BigInt(WIDE[variant % 8]! + (variant >> 3) - 4)
  else if (action === Attack.GasLittle) vm.gas = BigInt(variant)
  else if (action === Attack.GasNegative) vm.gas = [-1n, -2n, -(2n ** 31n), -(2n ** 32n), -(2n ** 63n)][variant % 5]!
  else vm.gas += BigInt(50 + 37 * variant)
}

/** This picks a page at r7 or beside it, and how many; all of them are legal. */
function pagesAt(vm: Vm, variant: number): { page: number; count: number } {
  const page = Math.min(Math.max((vm.regs32[14]! >>> 12) + (variant & 3) - 1, 16), 2 ** 20 - 1)
  return { page, count: Math.min(1 + ((variant >> 2) & 3), 2 ** 20 - page) }
}

/** Machines that each machine's host functions have dropped without disposing of them, and how many those may be. */
const dropped = new WeakMap<Vm, number>()
const MOST_DROPPED = 4

function runInner(vm: Vm, variant: number): void {
  const program = createProgram({
    container: { kind: 'raw', parts: innerParts(vm.program, variant) },
    profile: vm.program.profile,
  })
  const gas = BigInt(variant * 40)
  const pages = [{ address: 0x20000, length: 2 * PAGE_SIZE, access: Access.Write }]
  const inner = createEngine({ kind: vm.kind }).instantiate(program, {
    gas,
    pages,
    ...((variant & 1) === 0 ? {} : { regs: vm.regs }),
  })
  const exit = inner.run()
  vm.regs32[16] = exit ^ inner.pc ^ Number(BigInt.asIntN(32, inner.gas)) ^ (inner.memory.readU32(0x20000) | 0)
  // Some are dropped as they are; hundreds in a loop would make the collector the slowest part of a campaign.
  const count = dropped.get(vm) ?? 0
  if ((variant & 2) === 0 || count === MOST_DROPPED) inner.dispose()
  else {
    dropped.set(vm, count + 1)
    inner.reset()
  }
}

function look(vm: Vm): void {
  const { exit, exitArg, paperPc, charged, heapEnd, gasUsed } = vm
  let h = Math.imul((exit ?? 99) ^ exitArg, 0x01000193)
  h = Math.imul(h ^ paperPc ^ (charged ? 1 : 2), 0x01000193)
  vm.regs32[16] = h ^ heapEnd ^ Number(BigInt.asIntN(32, gasUsed))
}

/** A write of pc is a jump, also to where the machine would have gone on (engine.ts). */
function jump(vm: Vm, variant: number): void {
  const by = variant % 4 === 1 ? variant >> 2 : 0
  vm.pc = variant % 4 === 0 ? vm.regs32[14]! : vm.pc + by
}

function access(vm: Vm, random: Random, variant: number): void {
  const { memory, regs32 } = vm
  const at = variant % 3 === 0 ? enginePlace(random) : (regs32[14]! + variant - 32) >>> 0
  let h = memory.readU8(at) ^ memory.readU16(at) ^ memory.readU32(at) ^ Number(BigInt.asIntN(32, memory.readU64(at)))
  h ^= memory.writeU8(at, variant) ^ memory.writeU32(at, h) ^ memory.writeU64(at, BigInt(variant) << 50n)
  const bytes = new Uint8Array(variant)
  h ^= memory.read(at, bytes) ^ memory.write(at, bytes) ^ (memory.readable(at, variant) ? 4 : 8)
  regs32[16] = h ^ (memory.view(at, variant)?.length ?? 99) ^ (at >>> 12 < 2 ** 20 ? memory.access(at >>> 12) : 0)
}

/** Each has to throw a TypeError or RangeError and leave the machine alone. */
function misuse(vm: Vm, variant: number): void {
  const uses: readonly (() => unknown)[] = [
    () => vm.run(),
    () => vm.step(3),
    () => vm.reset(),
    () => vm.switchTo('interpreter'),
    () => {
      vm.gas = 2n ** 63n
    },
    () => {
      vm.pc = 2 ** 32
    },
    () => vm.chargeGas(-1),
    () => vm.memory.protect(2 ** 20, 1, Access.Write),
  ]
  try {
    uses[variant % uses.length]!()
  } catch (error) {
    vm.regs32[16] = error instanceof TypeError ? 1 : error instanceof RangeError ? 2 : 3
  }
}

/** A tracer for so many events; then it is gone, or throws first. */
function trace(vm: Vm, events: number, throws: boolean, log: HostLog): void {
  let left = events
  vm.tracer = ({ pc }) => {
    log.digest = Math.imul(log.digest ^ pc, 0x01000193)
    if (left-- > 0) return
    vm.tracer = undefined
    if (throws) throw new TracerFault('a tracer of the case')
  }
}

function act(vm: Vm, action: number, variant: number, log: HostLog, random: Random): unknown {
  switch (action) {
    case Attack.Zero: {
      const { page, count } = pagesAt(vm, variant)
      vm.memory.zero(page, count)
      return undefined
    }
    case Attack.Protect: {
      const { page, count } = pagesAt(vm, variant)
      vm.memory.protect(page, count, [Access.None, Access.Read, Access.Write, Access.Read][variant >> 4]!)
      return undefined
    }
    case Attack.HeapEnd:
      vm.heapEnd =
        variant < 32 ? (vm.heapEnd + 256 * (variant - 16)) >>> 0 : random.pick([0, 0xffffffff, 0x50000, vm.regs32[14]!])
      return undefined
    case Attack.Inner:
      runInner(vm, variant)
      return undefined
    case Attack.Compile:
      compile(vm.program)
      return undefined
    case Attack.Look:
      look(vm)
      return undefined
    case Attack.Throw:
      throw THROWN[variant % THROWN.length]!()
    case Attack.Answer:
      return [Number.NaN, -1, 5, 2 ** 32, '0', null, {}, 1n, true, () => 0][variant % 10]
    case Attack.End:
      return [HostAction.Stop, HostAction.Stop, HostAction.Halt, HostAction.Panic, HostAction.OutOfGas][variant % 5]
    case Attack.Jump:
      jump(vm, variant)
      return undefined
    case Attack.Trace:
      trace(vm, variant, false, log)
      return undefined
    case Attack.TracerThrows:
      trace(vm, variant, true, log)
      return undefined
    case Attack.Access:
      access(vm, random, variant)
      return undefined
    case Attack.Misuse:
      misuse(vm, variant)
      return undefined
    default:
      setGas(vm, action, variant)
      return undefined
  }
}

/** The host functions of one machine; indices that are none of these have no function. */
export function attackHost(salt: number, log: HostLog): HostTable {
  const random = new Random(salt)
  return {
    entry(index) {
      const action = (index - ATTACK_CALL) >> 6
      const variant = index & 63
      if (index < ATTACK_CALL || action > Attack.TracerThrows) return undefined
      return {
        name: 'attack',
        price: (variant & 1) === 0 ? 0 : vm => (vm.regs32[14]! ^ variant) & 7,
        call(vm) {
          digestCall(vm, index, log)
          if (log.memory !== undefined && log.sinceStart <= 20) log.memory = memoryDigest(vm, log.memory)
          if (log.sinceStart > CALLS) return HostAction.Halt
          random.reseed(salt, log.sinceStart)
          return act(vm, action, variant, log, random) as HostAction | undefined
        },
      }
    },
  }
}
