// The pipeline gas model computed without stepping through every cycle: what programs are charged with.
// Not the definition: pipeline.ts is, and tests hold this file to it block by block.
//
// Why it may skip cycles. Nothing that matters is a state, everything is a time: an entry is done `latency` cycles after
// it started, its units are free from then on, it may retire one cycle later, and in order. So
//   cost = max(last counter - 3, 1) = max(max over entries (started + latency) - 1, 1),
// and nothing has to be followed beyond the last start. Between two cycles in which something can be decoded or start,
// the clock jumps. A register is owned by at most one entry (a decode takes it from all others, a move copies the
// ownership), so 13 numbers stand for the sets of the paper. Work is linear in the instructions of a block: each visited
// cycle decodes or starts something, or ends a wait for one entry, and looks at no more than 32 entries.
import { operandsOf, prefixAt } from '../isa/decode.ts'
import { extendedId } from '../isa/extended.ts'
import { createOperands, type Format } from '../isa/format.ts'
import type { Letter } from '../isa/semantics.ts'
import { type InstructionSet, instructionSet } from '../isa/set.ts'
import { INSTRUCTIONS, instructionNamed, TRAP_ID } from '../isa/table.ts'
import { MAX_SKIP } from './code-map.ts'
import type { CostInput } from './cost-input.ts'
import { CHEAP_BRANCH_CYCLES, costRows } from './pipeline-rows.ts'

const ROB = 32
const NEVER = 0x7fffffff
const REBASE = 0x3fffffff
/** In every instruction set. */
const TRAP_OPCODE = 0

// Flags of a packed row. Bits 0-7 latency, 8-10 slots if overlapping, 11-13 slots else.
const BRANCH = 1 << 14
const OVERLAP = 1 << 15
const FIRST_OVERLAP = 1 << 16
const FRONT_END = 1 << 17
const TERMINATOR = 1 << 18
const ALUS = 19 // two bits: how many
const MULTIPLIER = 1 << 21
const DIVIDER = 1 << 22
// Where registers stand: low nibble, high nibble of the first operand byte, or the second operand byte.
const LOW = 1
const HIGH = 2
const THIRD = 3
const SOURCE_1 = 23 // two bits each
const SOURCE_2 = 25
const DESTINATION = 27
const READS_DESTINATION = 1 << 29

function position(format: Format, letter: Letter | undefined): number {
  if (letter === undefined) return 0
  if (format === 'reg_reg') return letter === 'D' ? LOW : HIGH
  return letter === 'A' ? LOW : letter === 'B' ? HIGH : THIRD
}

let packed: Int32Array | undefined

/** The register an operand position names, -1 for none. */
function operand(position: number, low: number, high: number, third: number): number {
  return position === LOW ? low : position === HIGH ? high : position === THIRD ? third : -1
}

/** All cost rows as numbers, by instruction id. */
function packedRows(): Int32Array {
  packed ??= Int32Array.from(costRows(), (row, id) => {
    const { format, terminator, name } = INSTRUCTIONS[id]!
    const [alu, load, store, multiply, divide] = row.units as [number, number, number, number, number]
    // Four ALUs, four load and four store units: whoever takes a load or store unit takes an ALU for as long, so the
    // former never run out first and need not be counted. A table that breaks this must not be costed here.
    if (load + store > alu) throw new SyntaxError(`cost of ${name}: a load or store unit without an ALU`)
    return (
      row.cycles |
      (row.slots << 8) |
      (row.slotsApart << 11) |
      (row.branch ? BRANCH : 0) |
      (row.slotRule === 'overlap' ? OVERLAP : 0) |
      (row.slotRule === 'first-overlap' ? FIRST_OVERLAP : 0) |
      (row.frontEnd ? FRONT_END : 0) |
      (terminator ? TERMINATOR : 0) |
      (alu << ALUS) |
      (multiply > 0 ? MULTIPLIER : 0) |
      (divide > 0 ? DIVIDER : 0) |
      (position(format, row.sources[0]) << SOURCE_1) |
      (position(format, row.sources[1]) << SOURCE_2) |
      (position(format, row.destination) << DESTINATION) |
      (row.readsDestination ? READS_DESTINATION : 0)
    )
  })
  return packed
}

// State of one simulation, reused for every block. Entries are numbered in program order; the last 64 are kept, at
// number mod 64. An entry waits only for entries less than 32 before it, and starts before 32 have followed it.
const NO_DEPENDENCY = 64
const doneAt = new Int32Array(65)
const latency = new Int32Array(64)
const resources = new Int32Array(64)
const dependencies = [new Int32Array(64), new Int32Array(64), new Int32Array(64)] as const
const owner = new Int32Array(13)
const waiting = new Int32Array(ROB)
const aluFree = new Int32Array(4)
const operands = createOperands()

const UNLIKELY_ID = instructionNamed('unlikely')!.id

/** b: a branch is cheap if a successor's byte is `trap` or `unlikely`; bytes outside the code are 0, which is trap. */
function branchIsCheap(code: Uint8Array, set: InstructionSet, pc: number, skip: number, format: Format): boolean {
  const unlikely = set.opcodes[UNLIKELY_ID]!
  const next = code[pc + 1 + skip] ?? 0
  if (next === TRAP_OPCODE || next === unlikely) return true
  operandsOf(set, format, code, pc, skip, operands)
  const target = code[operands.target] ?? 0
  return target === TRAP_OPCODE || target === unlikely
}

/** skip(pc) (GP A.3) from four bytes of the mask at once: 24 bits after at most 7 others. */
function fastSkip(bitmask: Uint8Array, length: number, pc: number): number {
  const at = (pc + 1) >>> 3
  const bits =
    ((bitmask[at] ?? 0) |
      ((bitmask[at + 1] ?? 0) << 8) |
      ((bitmask[at + 2] ?? 0) << 16) |
      ((bitmask[at + 3] ?? 0) << 24)) >>>
    ((pc + 1) & 7)
  const low = (bits & 0xffffff) | (1 << MAX_SKIP)
  const skip = 31 - Math.clz32(low & -low)
  return skip < length - pc - 1 ? skip : length - pc - 1
}

/** The slot of the entry that computes register `r` and is not done at `now`. */
function dependency(r: number, tail: number, now: number): number {
  const number = owner[r]!
  return number > tail - 64 && doneAt[number & 63]! > now ? number & 63 : NO_DEPENDENCY
}

/** Index of an ALU that is free at `now` and is not `but`, or -1. */
function freeAlu(now: number, but: number): number {
  for (let i = 0; i < 4; i++) if (aluFree[i]! <= now && i !== but) return i
  return -1
}

/** The first cycle after `now` in which an ALU becomes free. */
function nextAlu(now: number): number {
  let next = NEVER
  for (let i = 0; i < 4; i++) if (aluFree[i]! > now && aluFree[i]! < next) next = aluFree[i]!
  return next
}

/** Makes cycle `now` cycle 0, so that times stay small integers however long a block is. */
function rebase(now: number): void {
  for (let i = 0; i < 64; i++) {
    // Two cycles past is retired if all before it are; further past is no different.
    if (doneAt[i] !== NEVER) doneAt[i] = doneAt[i]! - now > -2 ? doneAt[i]! - now : -2
  }
  for (let i = 0; i < 4; i++) aluFree[i] = aluFree[i]! > now ? aluFree[i]! - now : 0
}

/**
 * The price of the block that starts at `start`; the implicit trap's where no instruction starts there.
 *
 * @param rebaseAt the cycle from which on times are moved back to 0, for tests.
 */
export function pipelineCost(input: CostInput, start: number, rebaseAt: number = REBASE): number {
  const { code, bitmask } = input.parts
  const { length } = code
  const { instruction } = input.map
  const set = instructionSet(input.profile.instructionSet)
  const extended = set.encoding === 'extended'
  const readsDestination = input.profile.cmovReadsDestination ? READS_DESTINATION : 0
  const rows = packedRows()
  const [first, second, third] = dependencies
  owner.fill(-64)
  aluFree.fill(0)
  let multiplierFree = 0
  let dividerFree = 0
  let now = 0
  let last = 0
  let passed = 0 // cycles before cycle 0, see rebase
  let head = 0 // at most the oldest live entry
  let tail = 0 // number of the next entry
  let waitingCount = 0
  // The instruction to decode next.
  let pc = start
  let row = 0
  let skip = 0
  let slotsNeeded = 0
  let low = 0
  let high = 0
  let byte2 = 0
  let fetched = false
  let open = true

  for (;;) {
    // Start what can start, oldest first; what was decoded in this cycle is not in the list yet.
    let next = NEVER
    let starts = 5
    let kept = 0
    for (let i = 0; i < waitingCount; i++) {
      const entry = waiting[i]!
      let ready = doneAt[first[entry]!]!
      if (doneAt[second[entry]!]! > ready) ready = doneAt[second[entry]!]!
      if (doneAt[third[entry]!]! > ready) ready = doneAt[third[entry]!]!
      let alu = -1
      let alu2 = -1
      if (ready <= now) {
        const need = resources[entry]!
        if (starts === 0) ready = now + 1
        else if ((need & MULTIPLIER) !== 0 && multiplierFree > now) ready = multiplierFree
        else if ((need & DIVIDER) !== 0 && dividerFree > now) ready = dividerFree
        else {
          const alus = (need >>> ALUS) & 3
          if (alus > 0 && (alu = freeAlu(now, -1)) < 0) ready = nextAlu(now)
          else if (alus > 1 && (alu2 = freeAlu(now, alu)) < 0) ready = nextAlu(now)
        }
      }
      if (ready > now) {
        if (ready < next) next = ready
        waiting[kept++] = entry
        continue
      }
      const done = now + latency[entry]!
      doneAt[entry] = done
      if (done > last) last = done
      starts -= 1
      if (alu >= 0) aluFree[alu] = done
      if (alu2 >= 0) aluFree[alu2] = done
      if ((resources[entry]! & MULTIPLIER) !== 0) multiplierFree = done
      if ((resources[entry]! & DIVIDER) !== 0) dividerFree = done
    }
    waitingCount = kept

    // Decode what fits into this cycle.
    let slots = 4
    while (open) {
      if (!fetched) {
        fetched = true
        const defined = instruction[pc] === 1
        if (defined) skip = fastSkip(bitmask, length, pc)
        const id = !defined ? TRAP_ID : extended ? extendedId(code, pc, skip + 1) : set.costIds[code[pc]!]!
        row = rows[id]!
        if (defined) {
          const at = pc + prefixAt(set, code, pc)
          const byte1 = code[at + 1] ?? 0
          low = (byte1 & 15) > 12 ? 12 : byte1 & 15
          high = byte1 >>> 4 > 12 ? 12 : byte1 >>> 4
          byte2 = code[at + 2] ?? 0
          if (extended) byte2 &= 15
          if (byte2 > 12) byte2 = 12
          if ((row & BRANCH) !== 0 && branchIsCheap(code, set, pc, skip, INSTRUCTIONS[id]!.format))
            row = (row & ~0xff) | CHEAP_BRANCH_CYCLES
        }
        slotsNeeded = (row >>> 11) & 7
        if ((row & (OVERLAP | FIRST_OVERLAP)) !== 0) {
          const d = operand((row >>> DESTINATION) & 3, low, high, byte2)
          if (
            d === operand((row >>> SOURCE_1) & 3, low, high, byte2) ||
            ((row & OVERLAP) !== 0 && d === operand((row >>> SOURCE_2) & 3, low, high, byte2))
          ) {
            slotsNeeded = (row >>> 8) & 7
          }
        }
      }
      if (slotsNeeded > slots) {
        next = now + 1
        break
      }
      if (tail - head >= ROB) {
        // Retired by now: done two cycles ago, and all before it too.
        while (head < tail && doneAt[head & 63]! < now - 1) head += 1
        if (tail - head >= ROB) {
          const retired = doneAt[head & 63]!
          if (retired !== NEVER && retired + 2 < next) next = retired + 2
          break
        }
      }
      slots -= slotsNeeded
      const d = operand((row >>> DESTINATION) & 3, low, high, byte2)
      const s1 = operand((row >>> SOURCE_1) & 3, low, high, byte2)
      if ((row & FRONT_END) !== 0) {
        owner[d] = owner[s1]!
      } else {
        const s2 = operand((row >>> SOURCE_2) & 3, low, high, byte2)
        const entry = tail & 63
        first[entry] = s1 < 0 ? NO_DEPENDENCY : dependency(s1, tail, now)
        second[entry] = s2 < 0 ? NO_DEPENDENCY : dependency(s2, tail, now)
        third[entry] = (row & readsDestination) === 0 ? NO_DEPENDENCY : dependency(d, tail, now)
        if (d >= 0) owner[d] = tail
        doneAt[entry] = NEVER
        latency[entry] = row & 0xff
        resources[entry] = row
        waiting[waitingCount++] = entry
        tail += 1
        next = now + 1
      }
      pc += 1 + skip
      fetched = false
      open = (row & TERMINATOR) === 0
    }
    if (waitingCount === 0 && !open) return passed + last - 1 > 1 ? passed + last - 1 : 1
    now = next
    if (now > rebaseAt) {
      rebase(now)
      multiplierFree -= now
      dividerFree -= now
      last -= now
      passed += now
      now = 0
    }
  }
}
