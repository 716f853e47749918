// Whether the code of a program is valid by GP 0.8.0 (A.2), and within its limits (pull request #559). The structure of the blob is
// checked when it is read: src/blob/raw.ts.
import { BlobError } from '../blob/error.ts'
import type { ProgramParts } from '../blob/raw.ts'
import { instructionOf } from '../isa/decode.ts'
import type { InstructionSet } from '../isa/set.ts'
import { MAX_SKIP, maskBit, skipAt } from './code-map.ts'

const MAX_CODE = 2 ** 25
const MAX_ENTRIES = 2 ** 24

/** The error for a program with more than 2^25 bytes of code or 2^24 jump-table entries (GP pull request #559). Undefined for others. */
export function findExcess({ code, jumpTableLength }: ProgramParts): BlobError | undefined {
  if (code.length > MAX_CODE)
    return new BlobError('length-too-large', 0, `at most ${MAX_CODE} bytes of code`, `${code.length}`)
  if (jumpTableLength > MAX_ENTRIES)
    return new BlobError('length-too-large', 0, `at most ${MAX_ENTRIES} jump-table entries`, `${jumpTableLength}`)
  return undefined
}

/**
 * Checks that code and bitmask are a valid program (GP 0.8.0 A.2): the code starts with an instruction, every marked byte is a defined
 * opcode, no instruction is longer than 25 bytes, and the last one is a terminator.
 *
 * @returns undefined when it is valid, otherwise the error. Its offset is a code offset.
 */
export function findInvalidity(parts: ProgramParts, set: InstructionSet): BlobError | undefined {
  const { code, bitmask } = parts
  const length = code.length
  if (length === 0) return new BlobError('empty-code', 0, 'at least one instruction')
  let pc = 0
  while (pc < length) {
    if (!maskBit(bitmask, length, pc)) {
      if (pc === 0) return new BlobError('not-an-instruction', 0, 'an instruction at code offset 0')
      return new BlobError('skip-too-long', pc, `an instruction at most ${MAX_SKIP + 1} bytes after the one before`)
    }
    const skip = skipAt(bitmask, length, pc)
    const instruction = instructionOf(set, code, pc, skip)
    if (instruction === undefined) {
      return new BlobError('undefined-opcode', pc, `an opcode of ${set.name}`, `${code[pc]}`)
    }
    const next = pc + 1 + skip
    if (next === length && !instruction.terminator) {
      return new BlobError('no-terminator', pc, 'a block terminator as last instruction', instruction.name)
    }
    pc = next
  }
  return undefined
}
