// The validity rules of GP 0.8.0 for a deblobbed program (A.2), and its limits (pull request #559). Not the blob's structure: that is blob/raw.ts.
import { BlobError } from '../blob/error.ts'
import type { ProgramParts } from '../blob/raw.ts'
import { instructionOf } from '../isa/decode.ts'
import type { InstructionSet } from '../isa/set.ts'
import { MAX_SKIP, maskBit, skipAt } from './code-map.ts'

const MAX_CODE = 2 ** 25
const MAX_ENTRIES = 2 ** 24

/** What is too large for GP pull request #559: more than 2^25 bytes of code or 2^24 jump-table entries; undefined where nothing is. */
export function findExcess({ code, jumpTableLength }: ProgramParts): BlobError | undefined {
  if (code.length > MAX_CODE)
    return new BlobError('length-too-large', 0, `at most ${MAX_CODE} bytes of code`, `${code.length}`)
  if (jumpTableLength > MAX_ENTRIES)
    return new BlobError('length-too-large', 0, `at most ${MAX_ENTRIES} jump-table entries`, `${jumpTableLength}`)
  return undefined
}

/**
 * Checks that code and bitmask form a valid program: starts with an instruction, every marked byte is a defined
 * opcode, no instruction is longer than 25 bytes, the last one is a terminator.
 *
 * @returns undefined when valid, else the error, with the offset counted in the code.
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
