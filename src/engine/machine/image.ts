// The image of a machine: a copy of its state and pages, kept while it is in no cell. residence.ts decides when a machine leaves its
// cell and when it comes back.
import { PAGE_SIZE } from '../../blob/address-space.ts'
import type { Cell } from '../../core/cell.ts'
import { AT_VM, VM } from '../../core/contract.gen.ts'
import { ResourceError } from '../../core/resource-error.ts'
import type { PageRange } from '../memory.ts'
import { pagesOf, writtenOf } from './pages.ts'

/** The words of struct pvm that are a machine's state. They stand at its beginning, and none of the others between them. */
export const STATE: readonly (keyof typeof VM)[] = [
  'regs',
  'gas',
  'pc',
  'exit',
  'exitArg',
  'charged',
  'heapEnd',
  'heapLimit',
  'trace',
]
/** They end where the first of the others begins. */
const STATE_BYTES = VM.rules
/**
 * Up to so many bytes are kept as a string, if the runtime makes one quickly. A string is an object of V8's young heap, which costs
 * nothing to forget. Bytes of an ArrayBuffer count as external memory, and every 64 MB of that cause a full garbage collection.
 */
const MAX_TEXT = 32768

/** The methods of Node's Buffer that make a string of bytes, of the same length, and bytes of such a string. */
interface Latin1 {
  latin1Slice(start: number, end: number): string
  latin1Write(text: string, at: number): number
}

const { Buffer } = globalThis as { readonly Buffer?: { from(buffer: ArrayBuffer): Partial<Latin1> } }
const texts = new WeakMap<ArrayBuffer, Latin1>()

/** The memory of a cell as a Buffer, if the runtime has Buffers. */
function textOf({ memory: { buffer } }: Cell): Latin1 | undefined {
  const known = texts.get(buffer)
  if (known !== undefined || Buffer === undefined) return known
  const found = Buffer.from(buffer)
  if (typeof found.latin1Slice !== 'function' || typeof found.latin1Write !== 'function') return undefined
  texts.set(buffer, found as Latin1)
  return found as Latin1
}

/** A copy of some bytes of a cell. */
type Bytes = string | Uint8Array

function copyOut(cell: Cell, at: number, length: number, text: Latin1 | undefined): Bytes {
  return text?.latin1Slice(at, at + length) ?? cell.u8.slice(at, at + length)
}

function copyIn(cell: Cell, at: number, bytes: Bytes, from: number, to: number): void {
  if (typeof bytes === 'string') textOf(cell)!.latin1Write(bytes.slice(from, to), at)
  else cell.u8.set(bytes.subarray(from, to), at)
}

/** A machine that is in no cell. */
export interface Image {
  readonly state: Bytes
  readonly rights: readonly PageRange[]
  /** The pages that may hold something. Pages that follow one another in the cell are one piece. */
  readonly pieces: readonly { readonly page: number; readonly bytes: Bytes }[]
}

/** Copies a machine out of its cell. Throws a ResourceError when there is no memory for it. */
export function takeImage(cell: Cell): Image {
  const written = writtenOf(cell)
  const pieces: { page: number; bytes: Bytes }[] = []
  const text = textOf(cell)
  const ofPages = written.length * PAGE_SIZE <= MAX_TEXT ? text : undefined
  try {
    for (let first = 0, end = 1; first < written.length; first = end, end += 1) {
      const page = written[first]!
      const at = cell.core.pvm_locate(AT_VM, page * PAGE_SIZE) >>> 0
      while (written[end] === page + end - first && isNext(cell, written[end]!, at + (end - first) * PAGE_SIZE))
        end += 1
      pieces.push({ page, bytes: copyOut(cell, at, (end - first) * PAGE_SIZE, ofPages) })
    }
    return { state: copyOut(cell, AT_VM, STATE_BYTES, text), rights: pagesOf(cell), pieces }
  } catch (error) {
    throw new ResourceError('memory', 'a machine: no room for a copy of its pages', error)
  }
}

/** Whether the bytes of a page are at this address. */
function isNext({ core }: Cell, page: number, at: number): boolean {
  return core.pvm_locate(AT_VM, page * PAGE_SIZE) >>> 0 === at
}

/** Puts a machine into a clean cell that has its program. Throws a ResourceError when there is no memory for it. */
export function putImage(cell: Cell, { state, rights, pieces }: Image): void {
  const { core } = cell
  for (const { page, count, access } of rights) core.pvm_protect(AT_VM, page, count, access)
  for (const { page, bytes } of pieces) {
    const first = page * PAGE_SIZE
    if (core.pvm_touch(AT_VM, first, first + bytes.length - 1, 0) !== 0) {
      throw new ResourceError('memory', 'a machine: no room for its pages')
    }
    for (let done = 0; done < bytes.length; done += PAGE_SIZE) {
      copyIn(cell, core.pvm_locate(AT_VM, first + done) >>> 0, bytes, done, done + PAGE_SIZE)
    }
  }
  copyIn(cell, AT_VM, state, 0, STATE_BYTES)
}
