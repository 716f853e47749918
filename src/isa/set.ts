// Instruction sets: which byte stands for which instruction. Not a profile: gas, loading and host rules are in program/profile.ts.
import { EXTENDED_FORMS, PREFIX } from './extended.ts'
import { INSTRUCTIONS, type Instruction } from './table.ts'

/**
 * The opcode numberings. `revive-v1` is taken as the superset that old `.polkavm` files of version 0 need
 * (0.7.2 numbers with sbrk and memset, without unlikely); see spec pvm-isa.md section 15. `latest64-0.37` is the extended encoding
 * that PolkaVM 0.37 writes for Latest64, without a bitmask.
 */
export type InstructionSetName = 'gp-0.7.2' | 'gp-0.8.0' | 'latest64' | 'revive-v1' | 'latest64-0.37'

/** Every instruction set name, for messages and option checks. */
export const INSTRUCTION_SETS: readonly InstructionSetName[] = [
  'gp-0.7.2',
  'gp-0.8.0',
  'latest64',
  'revive-v1',
  'latest64-0.37',
]

/** How instructions are told apart: by a bitmask beside the code, or by their opcodes alone (isa/extended.ts). */
export type Encoding = 'bitmask' | 'extended'

/** One numbering of the instructions. */
export interface InstructionSet {
  readonly name: InstructionSetName
  readonly encoding: Encoding
  /** Opcode byte to instruction; undefined where the byte is not in U. 256 entries. */
  readonly byOpcode: readonly (Instruction | undefined)[]
  /** Opcode byte to instruction id, `UNDEFINED_OPCODE` where not defined. 256 entries, for engines. */
  readonly ids: Uint8Array
  /**
   * Instruction id to opcode byte, -1 where the set does not have it. Of the extended encoding the opcode with the fewest arguments;
   * one of 255 and more takes two bytes and is not in `byOpcode` and `ids`.
   */
  readonly opcodes: Int16Array
}

/** Marks a byte that is no opcode in `InstructionSet.ids`. */
export const UNDEFINED_OPCODE = 255

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
  }
}

function createSet(name: InstructionSetName): InstructionSet {
  const byOpcode: (Instruction | undefined)[] = new Array(256).fill(undefined)
  const ids = new Uint8Array(256).fill(UNDEFINED_OPCODE)
  const opcodes = new Int16Array(INSTRUCTIONS.length).fill(-1)
  for (const instruction of INSTRUCTIONS) {
    const opcode = numberOf(instruction, name)
    if (opcode === null) continue
    opcodes[instruction.id] = opcode
    const all = name === 'latest64-0.37' ? EXTENDED_FORMS[instruction.id]!.map(({ raw }) => raw) : [opcode]
    for (const byte of all) {
      if (byte >= PREFIX) continue
      byOpcode[byte] = instruction
      ids[byte] = instruction.id
    }
  }
  return { name, encoding: name === 'latest64-0.37' ? 'extended' : 'bitmask', byOpcode, ids, opcodes }
}

const SETS: Readonly<Record<InstructionSetName, InstructionSet>> = {
  'gp-0.7.2': createSet('gp-0.7.2'),
  'gp-0.8.0': createSet('gp-0.8.0'),
  latest64: createSet('latest64'),
  'revive-v1': createSet('revive-v1'),
  'latest64-0.37': createSet('latest64-0.37'),
}

/** The instruction set of that name. */
export function instructionSet(name: InstructionSetName): InstructionSet {
  return SETS[name]
}
