// What PolkaVM changed from 0.35 to 0.37, as programs: the same file under the rules of each, and what both say. Files with a bitmask,
// because that both read. Not the comparison: scripts/polkavm-versions.mjs asks PolkaVM, versions.test.ts the engines.

import { assemble } from '../../src/blob/assembly.ts'
import { BlobError } from '../../src/blob/error.ts'
import { encodePolkavm } from '../../src/blob/polkavm.ts'
import type { ProgramParts } from '../../src/blob/raw.ts'
import { ENGINE_KINDS, type EngineKind } from '../../src/engine/engine.ts'
import { Random } from '../../src/fuzz/random.ts'
import { edge64 } from '../../src/fuzz/values.ts'
import { type InstructionSetName, instructionSet } from '../../src/isa/set.ts'
import { instructionNamed } from '../../src/isa/table.ts'
import type { Profile } from '../../src/program/profile.ts'
import { loadProgram } from '../../src/program/program.ts'
import { lineOf, type NarrowCase, outcomeOf } from '../narrow/cases.ts'

export { ENGINE_KINDS, lineOf }

/** Instruction sets of today's PolkaVM by version byte, of those that have a bitmask in both versions. */
export const SETS = ['revive-v1-strict', 'latest32'] as const

const NO_JUMPS = { jumpTable: new Uint32Array(0), jumpTableLength: 0, jumpTableEntrySize: 0 }

/** A file of code with a bitmask. */
export function fileOfCode(version: number, parts: ProgramParts): Uint8Array {
  const nothing = new Uint8Array(0)
  return encodePolkavm({
    ...{ version, parts, imports: [], exports: [], sections: [] },
    ...{ readOnly: nothing, readOnlySize: 0, readWrite: nothing, readWriteSize: 4096, stackSize: 4096 },
  })
}

/** A third register above 15 is r12 in the Gray Paper and its low half in PolkaVM: that is no change between the versions. */
function sayRegisters(code: Uint8Array, bitmask: Uint8Array, version: 0 | 1): void {
  const { byOpcode } = instructionSet(SETS[version])
  for (let pc = 0; pc + 2 < code.length; pc++) {
    const isMarked = (bitmask[pc >>> 3]! & (1 << (pc & 7))) !== 0
    if (isMarked && byOpcode[code[pc]!]?.format === 'reg_reg_reg') code[pc + 2]! &= 15
  }
}

/** Bytes and bits that no compiler writes, with a jump table: to find what the versions do not agree on. */
export function hostileCase(index: number): NarrowCase {
  const random = new Random('versions', index)
  const version = random.pick([0, 1] as const)
  const length = random.pick([1, 3, 8, 20, 40, 100])
  const code = Uint8Array.from({ length }, () => (random.chance(30) ? random.below(12) : random.below(256)))
  const bitmask = new Uint8Array(Math.ceil(length / 8))
  const gap = random.pick([1, 2, 3, 5, 12, 24, 40, 70])
  const marks: number[] = []
  for (let pc = random.chance(90) ? 0 : random.below(40); pc < length; pc += random.between(1, gap)) marks.push(pc)
  for (const pc of marks) bitmask[pc >>> 3]! |= 1 << (pc & 7)
  sayRegisters(code, bitmask, version)
  const somewhere = (): number =>
    marks.length > 0 && random.chance(50) ? random.pick(marks) : random.below(length + 2)
  const jumpTable = Uint32Array.from({ length: 4 }, somewhere)
  const regs = new Uint32Array(26)
  const parts = { code, bitmask, jumpTable, jumpTableLength: 4, jumpTableEntrySize: 1 }
  for (let r = 0; r < 13; r++) {
    if (r < 3) regs[2 * r] = 0x20000 + random.below(4096)
    else if (r < 5) regs[2 * r] = 2 * random.below(5)
    else edge64(random, regs, 2 * r)
  }
  return {
    full: random.chance(30),
    gas: BigInt(random.below(300)),
    pc: random.chance(60) ? 0 : somewhere(),
    regs: [...new BigUint64Array(regs.buffer)],
    file: fileOfCode(version, parts),
  }
}

/** One thing that PolkaVM changed, or mended, from 0.35 to 0.37. */
export interface Row {
  readonly name: string
  /**
   * `rule`: the profiles `polkavm` and `polkavm-0.37` have its two forms. `mended`: the recompiler of 0.35 does not do what its
   * interpreter does, 0.37 does what that interpreter does, and so do both profiles. `same`: thought to have changed, and has not.
   */
  readonly kind: 'rule' | 'mended' | 'same'
  /** The field of a profile, or the instruction set, that says which form it is. */
  readonly rule?: keyof Profile
  readonly older: NarrowCase
  /** Where 0.37 needs another file of the same program. */
  readonly newer?: NarrowCase
}

const REGISTERS: readonly bigint[] = [0xffff0000n, ...new Array<bigint>(12).fill(0n)]

function caseOfFile(file: Uint8Array, changes: Partial<NarrowCase> = {}): NarrowCase {
  return { full: false, gas: 100n, pc: 0, regs: REGISTERS, file, ...changes }
}

/** Registers to start with, beside the address that ends a program in r0. */
function regsWith(values: Readonly<Record<number, bigint>>): bigint[] {
  return REGISTERS.map((value, r) => values[r] ?? value)
}

function fileOfText(set: InstructionSetName, text: string): Uint8Array {
  return assemble(`.isa ${set}\n.format polkavm\n.rw_size 4096\n.stack 4096\n${text}`).bytes
}

function textRow(text: string, changes?: Partial<NarrowCase>): NarrowCase {
  return caseOfFile(fileOfText('latest32', text), changes)
}

/** A 32-bit program whose first instruction is changed behind the assembler's back. */
function patched(text: string, change: (code: Uint8Array) => void): NarrowCase {
  const { parts } = loadProgram(fileOfText('latest32', text))
  const code = parts.code.slice()
  change(code)
  return caseOfFile(fileOfCode(1, { ...parts, code }), { regs: regsWith({ 4: 4n, 12: 77n }) })
}

/** The file with a number that takes two bytes and needs one. */
function overLong(): Uint8Array {
  const file = fileOfText('latest32', 'trap')
  const at = file.indexOf(6, 13) + 1 // the length of section 6, code
  const bytes = Uint8Array.of(...file.subarray(0, at), 0x80, file[at]!, ...file.subarray(at + 1))
  bytes[5] = bytes.length
  return bytes
}

/** The number of an instruction in code with a bitmask. */
const numberOf = (name: string): number => instructionSet('latest32').opcodes[instructionNamed(name)!.id]!

/** A jump over a byte that is no opcode to what follows it, or to that byte. */
function toUndefined(target: number): Uint8Array {
  const nothing = instructionSet('latest32').byOpcode.indexOf(undefined)
  const code = Uint8Array.of(numberOf('jump'), target, nothing, numberOf('load_imm'), 7, 5, 0)
  return fileOfCode(1, { ...NO_JUMPS, code, bitmask: Uint8Array.of(0b1001101) })
}

/** A jump to an instruction 40 bytes behind the last one before. */
function overGap(): Uint8Array {
  const code = new Uint8Array(44)
  code.set([numberOf('jump'), 40])
  code.set([numberOf('load_imm'), 7, 5], 40) // and a trap behind
  const bitmask = Uint8Array.of(1, 0, 0, 0, 0, 0b1001)
  return fileOfCode(1, { ...NO_JUMPS, code, bitmask })
}

/** A program with a section that 0.37 takes for a hash. */
function withHash(): Uint8Array {
  const { container } = loadProgram(fileOfText('latest32', 'load_imm r7, 5\ntrap'))
  if (container.kind !== 'polkavm') throw new TypeError('no PolkaVM file')
  return encodePolkavm({ ...container.file, sections: [{ id: 131, bytes: new Uint8Array(32).fill(7) }] })
}

const MEMSET = 'memset\njump_ind r0'
const MEMSET_REGISTERS = regsWith({ 7: 2n ** 40n + 0x20000n, 8: 9n, 9: 3n })
const memsetOf = (set: InstructionSetName): NarrowCase =>
  caseOfFile(fileOfText(set, MEMSET), { regs: MEMSET_REGISTERS })

/** All of them. Each is a row of the table in docs/formats.md. */
export const ROWS: readonly Row[] = [
  {
    name: 'encoding of Latest64',
    kind: 'rule',
    rule: 'instructionSet',
    older: caseOfFile(fileOfText('latest64', 'load_imm r7, 5\njump_ind r0')),
  },
  { name: 'numbers in files', kind: 'rule', rule: 'polkavmNumbers', older: caseOfFile(overLong()) },
  {
    name: 'cmov’s old destination in the gas model',
    kind: 'rule',
    rule: 'cmovReadsDestination',
    older: textRow('load_imm r1, 1\nmul_32 r2, r3, r4\ndiv_u_32 r1, r2, r2\ncmov_iz r1, r5, r6\ntrap', { full: true }),
  },
  {
    name: 'memset’s address',
    kind: 'rule',
    rule: 'memsetAddress',
    older: memsetOf('latest64'),
    newer: memsetOf('latest64-0.37'),
  },
  {
    name: 'a jump to what follows an undefined opcode',
    kind: 'rule',
    rule: 'jumpBehindUndefined',
    older: caseOfFile(toUndefined(3)),
  },
  {
    name: 'accesses from 16 to 64 KiB with dynamic paging',
    kind: 'rule',
    rule: 'panicBelow',
    older: textRow('load_u8 r7, [0x8000]\ntrap', { paged: true }),
  },
  {
    name: 'which byte behind a branch makes it cheap',
    kind: 'mended',
    // Its offset has two bytes, of which the last is 0, the number of trap.
    older: textRow(
      `branch_eq r1, r2, @end\n${'add_imm_32 r7, r7, 1\n'.repeat(50)}fallthrough\n@end: load_imm r7, 5\ntrap`,
      { full: true },
    ),
  },
  {
    name: 'base of a dynamic jump',
    kind: 'mended',
    older: caseOfFile(
      fileOfText('revive-v1', '.jump_table @to\n.code\njump_ind r1\n@to: load_imm r7, 5\njump_ind r0'),
      {
        regs: regsWith({ 1: 2n ** 32n + 2n }),
      },
    ),
  },
  {
    name: 'register numbers 13 to 15',
    kind: 'mended',
    older: patched('move_reg r7, r12\ntrap', code => void (code[1] = 0xe7)),
  },
  { name: 'marks more than 25 bytes apart', kind: 'rule', rule: 'behindGap', older: caseOfFile(overGap()) },
  { name: 'a start where no instruction begins', kind: 'same', older: textRow('load_imm r7, 1000\ntrap', { pc: 2 }) },
  { name: 'a jump to an undefined opcode', kind: 'same', older: caseOfFile(toUndefined(2)) },
  {
    name: 'a branch whose fall-through is no block',
    kind: 'same',
    older: textRow('@to: load_imm r7, 5\nbranch_eq_imm r7, 5, @to'),
  },
  { name: 'section 131', kind: 'same', older: caseOfFile(withHash()) },
]

/** Whom a row is put to. */
export const PEERS = ['0.35', '0.35 recompiler', '0.37', '0.37 recompiler'] as const

/** The case that a peer gets. */
export function caseFor({ older, newer = older }: Row, peer: (typeof PEERS)[number]): NarrowCase {
  return peer.startsWith('0.37') ? newer : older
}

const PROFILES = { '0.35': 'polkavm', '0.37': 'polkavm-0.37' } as const

/**
 * What an engine makes of a case under the profile of a version, or any other, in words that may be compared with the peer's.
 *
 * @param set the instruction set; default: that of the version byte, as PolkaVM has it today
 */
export function outcomeUnder(
  each: NarrowCase,
  kind: EngineKind,
  rules: keyof typeof PROFILES | Profile,
  expected: string,
  set: InstructionSetName | undefined = each.file[4] === 2 ? undefined : SETS[each.file[4] as 0 | 1],
): string {
  try {
    const outcome = outcomeOf(each, kind, typeof rules === 'string' ? PROFILES[rules] : rules, set)
    // PolkaVM does not say where it stands when a start in the middle of a block could not be paid.
    return expected.startsWith('out-of-gas - ') ? outcome.replace(/^out-of-gas \S+/, 'out-of-gas -') : outcome
  } catch (error) {
    if (!(error instanceof BlobError)) throw error
    return 'refused'
  }
}
