// A program as the core decodes it for the recompiler (core/recompiler/program.c).
//
// A segment is a straight run of instructions that ends with a terminator, a host call or a step (sbrk, memset). A basic
// block is one or more segments. A jump can lead only to the first of them.

import { decodeColumns, type ProgramColumns } from '../../core/decoder.ts'
import type { Program } from '../../program/program.ts'

/** This is a decoded program. */
export interface Decoded extends ProgramColumns {
  readonly program: Program
  /** A number that no other decoded program of the process has. */
  readonly serial: number
  /** How many instructions there are. */
  readonly count: number
  readonly segments: number
}

let serial = 0

/** Decodes every instruction and finds every segment, in time proportional to the code. */
export function decodeProgram(program: Program): Decoded {
  const columns = decodeColumns(program)
  const segments = columns.isBlock.length
  serial += 1
  return { program, serial, count: columns.id.length, segments, ...columns }
}
