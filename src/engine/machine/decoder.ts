// Decodes all instructions of a program with the core's decoder, into a typed array per operand. Not a machine: the core
// has an instance of its own for it, see workspace.ts.
import type { Program } from '../../program/program.ts'
import { AT_CHUNK, CHUNK_SIZE } from './layout.ts'
import { coreSet } from './rules.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

/** Operands by instruction. */
export interface Columns {
  /** Instruction id; `trap` for undefined opcodes. */
  readonly id: Uint8Array
  readonly a: Uint8Array
  readonly b: Uint8Array
  readonly d: Uint8Array
  readonly x: Int32Array
  /** Upper half of X. */
  readonly xHigh: Int32Array
  readonly y: Int32Array
  /** Code offset of a static jump target, modulo 2^32. */
  readonly target: Int32Array
  /** Registers read and written, as bit masks. */
  readonly uses: Uint16Array
  readonly defs: Uint16Array
}

/** What operands may reach behind a chunk, and what skips look at there. */
const CODE_AHEAD = 32
const MASK_AHEAD = 8

/** The chunk at AT_CHUNK, `code_chunk` in core/wasm.c: the columns of its instructions, the code, its mask. */
interface Decoder {
  readonly workspace: Workspace
  readonly columns: Columns
  readonly code: Uint8Array
  readonly mask: Uint8Array
}

function createDecoder(workspace: Workspace): Decoder {
  const { buffer } = workspace
  const at = (bytesBefore: number): number => AT_CHUNK + bytesBefore * CHUNK_SIZE
  return {
    workspace,
    columns: {
      x: new Int32Array(buffer, at(0), CHUNK_SIZE),
      xHigh: new Int32Array(buffer, at(4), CHUNK_SIZE),
      y: new Int32Array(buffer, at(8), CHUNK_SIZE),
      target: new Int32Array(buffer, at(12), CHUNK_SIZE),
      uses: new Uint16Array(buffer, at(16), CHUNK_SIZE),
      defs: new Uint16Array(buffer, at(18), CHUNK_SIZE),
      id: new Uint8Array(buffer, at(20), CHUNK_SIZE),
      a: new Uint8Array(buffer, at(21), CHUNK_SIZE),
      b: new Uint8Array(buffer, at(22), CHUNK_SIZE),
      d: new Uint8Array(buffer, at(23), CHUNK_SIZE),
    },
    code: new Uint8Array(buffer, at(24), CHUNK_SIZE + CODE_AHEAD),
    mask: new Uint8Array(buffer, at(24) + CHUNK_SIZE + CODE_AHEAD, CHUNK_SIZE / 8 + MASK_AHEAD),
  }
}

let decoder: Decoder | undefined

/** Decodes every instruction of the program, in the order of `program.map.offsets`. */
export function decodeColumns(program: Program): Columns {
  const workspace = openWorkspace(0)
  if (decoder?.workspace !== workspace) decoder = createDecoder(workspace)
  const { columns: from } = decoder
  const { code, bitmask } = program
  const { length } = program.map.offsets
  const set = coreSet(program)
  const into: Columns = {
    id: new Uint8Array(length),
    a: new Uint8Array(length),
    b: new Uint8Array(length),
    d: new Uint8Array(length),
    x: new Int32Array(length),
    xHigh: new Int32Array(length),
    y: new Int32Array(length),
    target: new Int32Array(length),
    uses: new Uint16Array(length),
    defs: new Uint16Array(length),
  }
  const names = Object.keys(into) as (keyof Columns)[]
  for (let at = 0, done = 0; at < code.length; at += CHUNK_SIZE) {
    const bytes = code.subarray(at, at + CHUNK_SIZE + CODE_AHEAD)
    decoder.code.set(bytes)
    decoder.code.fill(0, bytes.length) // GP A.4: behind its end the code is zeros
    decoder.mask.set(bitmask.subarray(at >>> 3, (at + CHUNK_SIZE) / 8 + MASK_AHEAD))
    const count = workspace.core.pvm_decode(set, at, code.length - at)
    for (const name of names) into[name].set(from[name].subarray(0, count), done)
    done += count
  }
  return into
}
