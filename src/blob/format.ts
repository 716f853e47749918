// What a container format is to the rest of the project: one object. formats.ts has the formats.
import type { InstructionSetName } from '../isa/set.ts'
import type { MemoryLayout } from './address-space.ts'
import type { OptionalSection, PolkavmExport, PolkavmSymbol, Reading } from './polkavm.ts'
import type { ProgramParts } from './raw.ts'

/** What a program file holds, whatever its format is. What the format has no place for is empty. */
export interface Contents {
  readonly parts: ProgramParts
  readonly readOnly: Uint8Array
  readonly readWrite: Uint8Array
  /** The sizes in memory. They are at least those of the bytes, and the rest is zero. */
  readonly readOnlySize: number
  readonly readWriteSize: number
  /** How many pages of zeros follow the read-write data. */
  readonly heapPages: number
  readonly stackSize: number
  /** Bytes in front that only inform. Undefined if the format has none. */
  readonly metadata: Uint8Array | undefined
  /** Which instruction set, as a `.polkavm` file numbers them. */
  readonly version: number
  readonly imports: readonly PolkavmSymbol[]
  readonly exports: readonly PolkavmExport[]
  /** The sections that the machine does not need. */
  readonly sections: readonly OptionalSection[]
}

/** The directives of the assembly language that say something about the file, and for which not every format has a place. */
export type FormatDirective =
  | '.ro'
  | '.rw'
  | '.stack'
  | '.heap'
  | '.metadata'
  | '.jump_table_bytes'
  | '.import'
  | '.export'
  | '.section'
  | '.version'

/** A container format. `C` is what its reader gives: an object with `kind`, the format's name. */
export interface BlobFormat<C extends { readonly kind: string }> {
  readonly kind: C['kind']
  /** What it is, in a few words for people. */
  readonly title: string
  /**
   * How its programs are started: at a code offset with registers as the host wants them, at one of the entry points of a service
   * with arguments (GP A.7), or at a symbol of the file.
   */
  readonly start: 'code' | 'entry-points' | 'exports'
  /** Which of those directives a text of this format may have. A text that is made of a file has them too. */
  readonly directives: readonly FormatDirective[]
  /** The most bytes of one area or of the stack, and of a jump-table entry, if the format bounds them. */
  readonly mostBytes?: number
  readonly mostEntrySize?: number
  /** Whether the beginning of the bytes says that they are of this format. */
  claims?(bytes: Uint8Array): boolean
  /** @throws BlobError when the bytes are not of the format. */
  parse(bytes: Uint8Array, reading: Reading): C
  encode(container: C): Uint8Array
  contents(container: C): Contents
  /** Makes a container of contents: the inverse of `contents`, as far as the format has a place. */
  build(contents: Contents): C
  /** @throws BlobError `bad-layout` when the areas do not fit the address space. */
  layout(container: C, pageSize: number): MemoryLayout
  /** What the file itself says about its code. A format that says nothing leaves this to the profile. */
  rules?(container: C): { readonly profile: 'polkavm' | 'polkavm-0.37'; readonly instructionSet: InstructionSetName }
  /** @throws BlobError when a file could be read, but is known to mean something else. */
  refuse?(container: C): void
}
