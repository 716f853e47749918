// What a container format is to the rest of the project: one object. Not the formats: formats.ts has them.
import type { InstructionSetName } from '../isa/set.ts'
import type { MemoryLayout } from './address-space.ts'
import type { OptionalSection, PolkavmExport, PolkavmSymbol, Reading } from './polkavm.ts'
import type { ProgramParts } from './raw.ts'

/** What a program file holds, whatever its format; what the format has no place for is empty. */
export interface Contents {
  readonly parts: ProgramParts
  readonly readOnly: Uint8Array
  readonly readWrite: Uint8Array
  /** Sizes in memory, at least those of the bytes; the rest is zero. */
  readonly readOnlySize: number
  readonly readWriteSize: number
  /** Zeroed pages behind the read-write data. */
  readonly heapPages: number
  readonly stackSize: number
  /** Informative bytes in front; undefined where the format has none. */
  readonly metadata: Uint8Array | undefined
  /** Which instruction set, as a `.polkavm` file numbers them. */
  readonly version: number
  readonly imports: readonly PolkavmSymbol[]
  readonly exports: readonly PolkavmExport[]
  /** Sections that the machine does not need. */
  readonly sections: readonly OptionalSection[]
}

/** Directives of the assembly language that say something about the file and not every format has a place for. */
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
  /** For people, in a few words. */
  readonly title: string
  /**
   * How its programs are started: at a code offset with registers as the host wants them, at one of the entry points of a service
   * with arguments (GP A.7), or at a symbol of the file.
   */
  readonly start: 'code' | 'entry-points' | 'exports'
  /** Which of those directives a text of this format may have. The text that is made of a file has them as well. */
  readonly directives: readonly FormatDirective[]
  /** Most bytes of one area or of the stack, and of a jump table's entry, where the format bounds them. */
  readonly mostBytes?: number
  readonly mostEntrySize?: number
  /** Whether bytes say of themselves that they are of this format, at their beginning. */
  claims?(bytes: Uint8Array): boolean
  /** @throws BlobError when the bytes are not of the format. */
  parse(bytes: Uint8Array, reading: Reading): C
  encode(container: C): Uint8Array
  contents(container: C): Contents
  /** The inverse of `contents`, for what the format has a place for. */
  build(contents: Contents): C
  /** @throws BlobError `bad-layout` when the areas do not fit the address space. */
  layout(container: C, pageSize: number): MemoryLayout
  /** What the file itself says about its code; formats that say nothing leave it to the profile. */
  rules?(container: C): { readonly profile: 'polkavm' | 'polkavm-0.37'; readonly instructionSet: InstructionSetName }
  /** @throws BlobError when a file that reads well is one that is known to be read wrongly. */
  refuse?(container: C): void
}
