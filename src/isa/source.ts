// What an assembly text says, as data: instructions with unevaluated operands, labels, data areas. Not how it is read:
// statements.ts and directives.ts fill it, assembler.ts evaluates it.
import type { Expression, Line } from './syntax.ts'
import type { Instruction } from './table.ts'

/** Where a jump, an export or a jump table entry leads: a label, or a number. */
export interface Target {
  readonly label: string | undefined
  readonly value: Expression | undefined
  readonly width: number | undefined
  readonly line: number
  readonly column: number
}

/** An instruction as written. */
export interface InstructionItem {
  readonly is: 'instruction'
  readonly instruction: Instruction
  readonly line: number
  readonly column: number
  a: number
  b: number
  d: number
  x: Expression | undefined
  y: Expression | undefined
  target: Target | undefined
}

/** One piece of code, in order. */
export type CodeItem =
  | InstructionItem
  | { readonly is: 'bytes'; readonly bytes: readonly number[]; readonly marked: boolean; readonly line: number }
  | { readonly is: 'at'; readonly pc: number; readonly line: number; readonly column: number }

/** One data area: its bytes so far (`buffer` up to `length`), and expressions to be filled in. */
export interface DataArea {
  buffer: Uint8Array
  length: number
  readonly fixups: { readonly offset: number; readonly size: number; readonly value: Expression }[]
  /** Size in memory where larger than the bytes. */
  size: number | undefined
}

export type SectionName = 'code' | 'ro' | 'rw'

/** A label: a place in the code (index of the item behind it) or in a data area (offset). */
export interface Label {
  readonly section: SectionName
  readonly at: number
  readonly line: number
}

/** A place in the text, both from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Everything a text says. */
export interface Source {
  /** Where each directive is used first. */
  readonly places: Map<string, Place>
  section: SectionName
  instructionSet: string | undefined
  format: string | undefined
  readonly items: CodeItem[]
  readonly labels: Map<string, Label>
  readonly constants: Map<string, Expression>
  readonly ro: DataArea
  readonly rw: DataArea
  readonly jumpTable: Target[]
  entrySize: number | undefined
  exactTable: { readonly count: bigint; readonly bytes: Uint8Array } | undefined
  heapPages: number | undefined
  stackSize: number | undefined
  version: number | undefined
  metadata: { readonly strings: readonly Uint8Array[] } | { readonly bytes: Uint8Array } | undefined
  readonly imports: Uint8Array[]
  readonly exports: { readonly name: Uint8Array; readonly target: Target }[]
  readonly sections: { readonly id: number; readonly bytes: Uint8Array }[]
}

const SECTIONS: Readonly<Record<SectionName, string>> = { code: '.code', ro: '.ro', rw: '.rw' }

/** Fails unless the line stands in one of `allowed`. */
export function requireSection(source: Source, line: Line, column: number, allowed: readonly SectionName[]): void {
  if (allowed.includes(source.section)) return
  const wanted = allowed.map(name => SECTIONS[name]).join(' or ')
  throw line.error(`this in section ${wanted}, not ${SECTIONS[source.section]}`, 'wrong-section', column)
}

/** A jump target: `@label` or an absolute code offset. */
export function readTarget(line: Line, widths: boolean): Target {
  const { number, column } = line
  const label = line.label()
  if (label !== undefined) {
    const width = widths && line.take(':') ? line.count('a width in bytes', 4) : undefined
    return { label, value: undefined, width, line: number, column }
  }
  const value = line.expression('a target: @label or a code offset', widths)
  return { label: undefined, value, width: value.width, line: number, column }
}

function createDataArea(): DataArea {
  return { buffer: new Uint8Array(256), length: 0, fixups: [], size: undefined }
}

/** Makes an area longer by `count` zero bytes and returns where they start. */
export function extendData(area: DataArea, count: number): number {
  const start = area.length
  area.length += count
  if (area.length > area.buffer.length) {
    const buffer = new Uint8Array(Math.max(area.length, 2 * area.buffer.length))
    buffer.set(area.buffer.subarray(0, start))
    area.buffer = buffer
  }
  return start
}

/** A source that says nothing yet. */
export function createSource(): Source {
  return {
    places: new Map(),
    section: 'code',
    instructionSet: undefined,
    format: undefined,
    items: [],
    labels: new Map(),
    constants: new Map(),
    ro: createDataArea(),
    rw: createDataArea(),
    jumpTable: [],
    entrySize: undefined,
    exactTable: undefined,
    heapPages: undefined,
    stackSize: undefined,
    version: undefined,
    metadata: undefined,
    imports: [],
    exports: [],
    sections: [],
  }
}
