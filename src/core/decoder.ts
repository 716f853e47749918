// Decodes a whole program into typed arrays: operands, segments, functions. The core does it (core/recompiler/program.c), in the
// workspace and not in a machine (workspace.ts).
import { PAGE_COUNT } from '../blob/address-space.ts'
import type { Program } from '../program/program.ts'
import { type Columns, placeColumns, viewColumns } from './columns.ts'
import {
  CODE_AHEAD,
  DECODE_COLUMNS,
  DECODE_SCRATCH,
  type DecodeNumber,
  DecodeWord,
  decodeWords,
  MASK_AHEAD,
} from './contract.gen.ts'
import { coreSet } from './rules.ts'
import { Areas } from './workspace.ts'

/** A program in columns. scripts/schema/structs.ts says what they are. */
export interface ProgramColumns extends Columns<typeof DECODE_COLUMNS> {
  /** The registers that some call puts its return address into, as a mask. */
  readonly links: number
}

/** Decodes every instruction of the program, and finds its segments and functions, in time proportional to the code. */
export function decodeColumns(program: Program): ProgramColumns {
  const { code, bitmask } = program
  const { length } = code
  const maskLength = Math.ceil(length / 8)
  const areas = new Areas()
  const codeAt = areas.take(length + CODE_AHEAD)
  const maskAt = areas.take(maskLength + MASK_AHEAD)
  const staged = areas.open()
  const bytes = new Uint8Array(staged.buffer)
  bytes.set(code, codeAt)
  bytes.fill(0, codeAt + length, codeAt + length + CODE_AHEAD) // behind its end the code is zeros (GP A.4)
  bytes.set(bitmask.subarray(0, maskLength), maskAt)
  const jumps = Math.min(program.jumpTable.length, PAGE_COUNT)
  const instructions = staged.core.pvm_count(maskAt, length)
  // There are no more segments, functions and labels than instructions and jump-table entries.
  const each = instructions + 1
  const room = {
    ...{ instruction: each, offset: length, segment: each, 'segment-end': each, 'function-end': each },
    ...{ label: jumps, jump: jumps },
  }
  const at = { ...placeColumns(DECODE_COLUMNS, room, areas), ...placeColumns(DECODE_SCRATCH, room, areas) }
  const { buffer, core } = areas.open()
  const words = decodeWords(buffer)
  const numbers: Readonly<Record<DecodeNumber, number>> = {
    ...{ set: coreSet(program), codeLength: length, jumps, code: codeAt, mask: maskAt },
    closed: program.profile.jumpBehindUndefined || program.instructionSet.encoding === 'extended' ? 0 : 1,
    ...{ count: 0, segments: 0, functions: 0, links: 0 },
  }
  const values: Readonly<Record<keyof typeof DecodeWord, number>> = { ...numbers, ...at }
  for (const [word, place] of Object.entries(DecodeWord)) words[place] = values[word as keyof typeof DecodeWord]
  viewColumns(DECODE_COLUMNS, room, at, buffer).jumpTable.set(program.jumpTable.subarray(0, jumps))
  core.pvm_decode()
  const segments = words[DecodeWord.segments]!
  const functions = words[DecodeWord.functions]!
  const found = {
    ...{ instruction: words[DecodeWord.count]!, offset: length, segment: segments, 'segment-end': segments + 1 },
    ...{ 'function-end': functions + 1, label: 0, jump: jumps },
  }
  found.label = viewColumns(DECODE_COLUMNS, found, at, buffer).labelStart[functions]!
  const live = Object.entries(viewColumns(DECODE_COLUMNS, found, at, buffer))
  const columns = Object.fromEntries(live.map(([name, column]) => [name, column.slice()]))
  return { ...(columns as unknown as Columns<typeof DECODE_COLUMNS>), links: words[DecodeWord.links]! }
}
