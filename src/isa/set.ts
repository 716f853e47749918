// Instruction sets: which opcode stands for which instruction. The other rules of a protocol version are in src/program/profile.ts.
import { EXTENDED_FORMS, PREFIX } from './extended.ts'
import { INSTRUCTIONS, type Instruction, instructionNamed, TRAP_ID } from './table.ts'

/**
 * The instruction sets, by name. `gp-0.7.2` and `gp-0.8.0` are those of the Gray Paper. The others are PolkaVM's:
 * - `revive-v1` has all that old `.polkavm` files of version 0 need: the numbers of 0.7.2, with sbrk and memset, without unlikely.
 * - `revive-v1-strict` is what PolkaVM has under that name today, without these two.
 * - `latest64` is what PolkaVM until 0.36 writes for Latest64.
 * - `latest64-0.37` is the extended encoding, which PolkaVM 0.37 writes for Latest64. It has no bitmask.
 * - `latest32` is the set of 32-bit programs, whose registers hold 32 bits sign-extended to 64. Most of its instructions are those of
 *   `latest64`, and a few have a twin of their own.
 */
export type InstructionSetName =
  | 'gp-0.7.2'
  | 'gp-0.8.0'
  | 'latest64'
  | 'revive-v1'
  | 'latest64-0.37'
  | 'revive-v1-strict'
  | 'latest32'

/** Every instruction set name, for messages and option checks. */
export const INSTRUCTION_SETS: readonly InstructionSetName[] = [
  'gp-0.7.2',
  'gp-0.8.0',
  'latest64',
  'revive-v1',
  'latest64-0.37',
  'revive-v1-strict',
  'latest32',
]

/** How instructions are told apart: by a bitmask beside the code, or by their opcodes alone (isa/extended.ts). */
export type Encoding = 'bitmask' | 'extended'

/** One numbering of the instructions. */
export interface InstructionSet {
  readonly name: InstructionSetName
  readonly encoding: Encoding
  /**
   * Whether an undefined opcode is a trap like any other (PolkaVM): it can be jumped to, and a block follows. GP A.5: neither. Whether
   * that block can be jumped to, `jumpBehindUndefined` of the profile says.
   */
  readonly undefinedTraps: boolean
  /** Opcode byte to instruction; undefined where the byte is not in U. 256 entries. */
  readonly byOpcode: readonly (Instruction | undefined)[]
  /** Opcode byte to instruction id, `UNDEFINED_OPCODE` where not defined. 256 entries, for engines. */
  readonly ids: Uint8Array
  /**
   * Instruction id to opcode byte, -1 where the set does not have it. Of the extended encoding the opcode with the fewest arguments;
   * one of 255 and more takes two bytes and is not in `byOpcode` and `ids`.
   */
  readonly opcodes: Int16Array
  /**
   * For each opcode byte the id whose cost the pipeline model takes, in code with a bitmask. It is that of `ids`, except in `latest32`
   * and for opcodes that are a trap.
   */
  readonly costIds: Uint8Array
}

/** Marks a byte that is no opcode in `InstructionSet.ids`. */
export const UNDEFINED_OPCODE = 255

/**
 * What an instruction's number is in 32-bit programs, null where they have it not: the twins of 32 bits have the number of what
 * they are the twin of; what has one or is of 64 bits is not there, nor are the loads that would not leave a register extended.
 */
function latest32Number({ name, opcodes }: Instruction): number | null {
  const { latest64 } = opcodes
  if (latest64 === null) return instructionNamed(name.replace(/_32$/, ''))?.opcodes.latest64 ?? null
  const is64 = /_64(_|$)|u64$|load_(ind_)?u32/.test(name)
  return is64 || instructionNamed(`${name}_32`)?.opcodes.latest64 === null ? null : latest64
}

/** In a 32-bit program, what has to extend nothing costs what its 64-bit form costs elsewhere. */
function costId(id: number): number {
  const name = INSTRUCTIONS[id]?.name ?? ''
  return /^(add|sub|sh|rot)(?!.*alt)/.test(name) ? instructionNamed(name.replace('32', '64'))!.id : id
}

function numberOf(instruction: Instruction, name: InstructionSetName): number | null {
  switch (name) {
    case 'gp-0.7.2':
      return instruction.opcodes.gp072
    case 'gp-0.8.0':
      return instruction.opcodes.gp080
    case 'latest64':
      return instruction.opcodes.latest64
    case 'latest64-0.37':
      return EXTENDED_FORMS[instruction.id]![0]?.raw ?? null
    case 'revive-v1':
      return instruction.name === 'unlikely' ? null : instruction.opcodes.latest64
    default:
      return null
  }
}

/** PolkaVM's ReviveV1 of today has nothing beside the Gray Paper. */
function strictNumber(opcode: number | null, set: InstructionSetName, { name, opcodes }: Instruction): number | null {
  if (set !== 'revive-v1-strict') return opcode
  return /^(unlikely|sbrk|memset)$/.test(name) ? null : opcodes.latest64
}

function createSet(name: InstructionSetName): InstructionSet {
  const extended = name === 'latest64-0.37'
  const byOpcode: (Instruction | undefined)[] = new Array(256).fill(undefined)
  const ids = new Uint8Array(256).fill(UNDEFINED_OPCODE)
  const opcodes = new Int16Array(INSTRUCTIONS.length).fill(-1)
  for (const instruction of INSTRUCTIONS) {
    let opcode = numberOf(instruction, name)
    // biome-ignore lint/suspicious/noConfusingLabels: dropped from the entry `coulis/interpreter` (scripts/build-library.mjs)
    WHOLE: opcode = name === 'latest32' ? latest32Number(instruction) : strictNumber(opcode, name, instruction)
    if (opcode === null) continue
    opcodes[instruction.id] = opcode
    for (const { raw } of extended ? EXTENDED_FORMS[instruction.id]! : [{ raw: opcode }]) {
      if (raw >= PREFIX) continue
      byOpcode[raw] = instruction
      ids[raw] = instruction.id
    }
  }
  const undefinedTraps = name !== 'gp-0.7.2' && name !== 'gp-0.8.0'
  const costIds = undefinedTraps ? ids.map(id => (id === UNDEFINED_OPCODE ? TRAP_ID : id)) : ids
  return { name, encoding: extended ? 'extended' : 'bitmask', undefinedTraps, byOpcode, ids, opcodes, costIds }
}

const SETS: Partial<Record<InstructionSetName, InstructionSet>> = {
  'gp-0.7.2': createSet('gp-0.7.2'),
  'gp-0.8.0': createSet('gp-0.8.0'),
  latest64: createSet('latest64'),
  'revive-v1': createSet('revive-v1'),
  'latest64-0.37': createSet('latest64-0.37'),
}

function createLatest32(): InstructionSet {
  const set = createSet('latest32')
  return { ...set, costIds: set.costIds.map(costId) }
}
// biome-ignore lint/suspicious/noConfusingLabels: dropped from the entry `coulis/interpreter` (scripts/build-library.mjs)
WHOLE: SETS['revive-v1-strict'] = createSet('revive-v1-strict')
// biome-ignore lint/suspicious/noConfusingLabels: dropped from the entry `coulis/interpreter` (scripts/build-library.mjs)
WHOLE: SETS.latest32 = createLatest32()

/** The instruction set of that name. @throws RangeError for `latest32` and `revive-v1-strict` in the entry `coulis/interpreter`. */
export function instructionSet(name: InstructionSetName): InstructionSet {
  const set = SETS[name]
  if (set === undefined) throw new RangeError(`no ${name} here: import 'coulis'`)
  return set
}
