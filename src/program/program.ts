// A loaded program. It never changes, and machines and engines share it.

import type { MemoryLayout } from '../blob/address-space.ts'
import {
  type BlobKind,
  type Container,
  formatClaiming,
  formatNamed,
  formatOf,
  parseContainer,
} from '../blob/container.ts'
import { detectBlob } from '../blob/detect.ts'
import type { Contents } from '../blob/format.ts'
import { decodeMetadata, type JamMetadata } from '../blob/jam.ts'
import type { Reading } from '../blob/polkavm.ts'
import type { ProgramParts } from '../blob/raw.ts'
import { instructionOf, operandsOf } from '../isa/decode.ts'
import { markExtended } from '../isa/extended.ts'
import type { Operands } from '../isa/format.ts'
import { knownOptions } from '../isa/own-options.ts'
import { type Encoding, type InstructionSet, type InstructionSetName, instructionSet } from '../isa/set.ts'
import type { Instruction } from '../isa/table.ts'
import { type CodeMap, createCodeMap, maskBit, skipAt } from './code-map.ts'
import { settleGaps } from './gaps.ts'
import { blockCost, startOfBlock } from './gas.ts'
import { ownBytes } from './own-bytes.ts'
import { type Profile, type ProfileName, profile as resolveProfile } from './profile.ts'
import { findExcess, findInvalidity } from './validate.ts'

/** A program. It never changes. All that follows from its code is computed on first use and kept. */
export interface Program {
  readonly kind: BlobKind
  /** The file that was parsed. */
  readonly container: Container
  readonly profile: Profile
  readonly parts: ProgramParts
  readonly code: Uint8Array
  /** A bit for each byte of code, least significant bit first. The extended encoding has none; there it is made from the code. */
  readonly bitmask: Uint8Array
  readonly jumpTable: Uint32Array
  /** How many entries the jump table has, |j|. Entries from `jumpTable.length` on are 0: there are some if entries have no bytes. */
  readonly jumpTableLength: number
  readonly layout: MemoryLayout
  readonly instructionSet: InstructionSet
  /** The width of its registers. A 32-bit program (`latest32`, `.polkavm` version 1) has its 32 bits sign-extended in registers of 64. */
  readonly bits: 32 | 64
  /** The names of the imports of a `.polkavm` file. Host call n is the n-th. */
  readonly imports: readonly string[]
  /** The exports of a `.polkavm` file, and where their code starts. Of equal names it has the first. `callExport` calls one. */
  readonly exports: ReadonlyMap<string, number>
  /** The metadata of a `.jam` file, if it follows the convention. */
  readonly metadata: JamMetadata | undefined
  /** Where instructions and blocks start. */
  readonly map: CodeMap
  /** Whether an instruction with a defined opcode starts at `pc`. */
  isInstruction(pc: number): boolean
  /** The instruction that starts at `pc`. Undefined where none with a defined opcode starts. */
  instructionAt(pc: number): Instruction | undefined
  /** Decodes the operands of the instruction at `pc`, which has this format, into `out`; default a new record. */
  operandsAt(pc: number, format: Instruction['format'], out?: Operands): Operands
  /** Whether `pc` is in the set ϖ of block starts, the only legal jump targets (GP A.5). */
  isBlockStart(pc: number): boolean
  /** How many operand bytes the instruction at `pc` has (ℓ, GP A.3). */
  skip(pc: number): number
  /** The code offset behind the instruction at `pc`. */
  next(pc: number): number
  /** The price of the block that contains `pc`, in gas, under the gas model of the profile (GP 0.8.0 A.9). */
  costAt(pc: number): number
  /**
   * The program as plain data, which `postMessage` takes. `loadProgram` makes the same program of it, in another thread too. Compiled
   * code is found again by the content of the program: in this thread always, in another one if it was sent along (`coulis/pool`).
   */
  toParts(): ProgramSource
}

/** A program as plain data: the bytes of its file, and how they are read. */
export interface ProgramSource {
  readonly bytes: Uint8Array
  readonly kind: BlobKind
  readonly profile: Profile
}

/** A program without a file: its code, where instructions start, and where dynamic jumps may lead. */
export interface CodeParts {
  readonly code: Uint8Array
  /** A bit for each byte of code, least significant bit first. Missing bytes count as 0. In the extended encoding it is ignored. */
  readonly bitmask?: Uint8Array
  /** Code offsets; default none. */
  readonly jumpTable?: ArrayLike<number>
}

/** These are the options of `loadProgram`. */
export interface LoadOptions {
  /** The rules; default `gp-0.7.2`. For a `.polkavm` file it is `polkavm`, and in the extended encoding `polkavm-0.37`. */
  readonly profile?: Profile | ProfileName | undefined
  /** The container; by default it is detected. */
  readonly kind?: BlobKind | undefined
  /** The instruction set; default that of a `.polkavm` file's version byte, for other files that of the profile. */
  readonly instructionSet?: InstructionSetName | undefined
}

const LOAD_OPTIONS = ['profile', 'kind', 'instructionSet'] as const

/** What `createProgram` makes a program of. */
export interface ProgramInput {
  readonly container: Container
  readonly profile: Profile
}

/** The exports by name. Of equal names it takes the first, as PolkaVM does. */
function exportsOf({ exports }: Contents): ReadonlyMap<string, number> {
  const byName = new Map<string, number>()
  for (const { name, pc } of exports) if (!byName.has(name)) byName.set(name, pc)
  return byName
}

/**
 * How bytes are read under these options: in the encoding of the instruction set that was asked for, or else of the profile's. A
 * format may say itself which set its code has, whatever the profile is.
 */
function readingFor({ instructionSet: wanted, profile: rules }: LoadOptions, saysItself: boolean): Reading {
  const { instructionSet: usual, polkavmNumbers } = resolveProfile(rules)
  const set = wanted ?? (saysItself ? undefined : usual)
  const encoding = set === undefined ? undefined : instructionSet(set)?.encoding
  return { encoding, shortestNumbers: polkavmNumbers === 'shortest' }
}

/** The rules that were asked for, with the instruction set of this file. */
function profileFor(container: Container, options: LoadOptions): Profile {
  const own = formatOf(container).rules?.(container)
  const rules = resolveProfile(options.profile ?? own?.profile)
  const set = options.instructionSet ?? own?.instructionSet ?? rules.instructionSet
  return set === rules.instructionSet ? rules : resolveProfile(rules, { instructionSet: set })
}

/**
 * Makes a program of a parsed container.
 *
 * @throws BlobError when its areas do not fit into the address space, or when its code is too large or not valid by the profile.
 */
export function createProgram(input: ProgramInput): Program {
  const { container, profile } = input
  const format = formatOf(container)
  const contents = format.contents(container)
  const { parts } = contents
  const layout = format.layout(container, profile.pageSize)
  const set = instructionSet(profile.instructionSet)
  const invalidity =
    (profile.codeLimits === 'none' ? undefined : findExcess(parts)) ??
    (profile.loader === 'strict' ? findInvalidity(parts, set) : undefined)
  if (invalidity !== undefined) throw invalidity
  const settled = settleGaps(parts, set, profile.behindGap)
  const { code, bitmask } = settled
  let map: CodeMap | undefined
  let metadata: JamMetadata | undefined
  let costs: Uint32Array | undefined // by code offset; 0 means that it is not computed yet, because no block is free
  const getMap = (): CodeMap => (map ??= createCodeMap(settled, set, profile.jumpBehindUndefined))
  const skip = (pc: number): number => skipAt(bitmask, code.length, pc)
  const instructionAt = (pc: number): Instruction | undefined =>
    maskBit(bitmask, code.length, pc) ? instructionOf(set, code, pc, skip(pc)) : undefined
  return {
    kind: container.kind,
    container,
    profile,
    parts,
    code,
    bitmask,
    jumpTable: parts.jumpTable,
    jumpTableLength: parts.jumpTableLength,
    layout,
    instructionSet: set,
    bits: set.name === 'latest32' ? 32 : 64,
    imports: contents.imports.map(({ name }) => name),
    exports: exportsOf(contents),
    get metadata() {
      metadata ??= contents.metadata && decodeMetadata(contents.metadata)
      return metadata
    },
    get map() {
      return getMap()
    },
    isInstruction: pc => instructionAt(pc) !== undefined,
    instructionAt,
    operandsAt: (pc, format, out) => operandsOf(set, format, code, pc, skip(pc), out),
    isBlockStart: pc => getMap().blockStart[pc] === 1,
    skip,
    next: pc => pc + 1 + skip(pc),
    toParts: () => ({ bytes: format.encode(container), kind: container.kind, profile }),
    costAt(pc) {
      const start = startOfBlock(getMap(), pc)
      costs ??= new Uint32Array(code.length)
      const known = costs[start]
      if (known !== undefined && known > 0) return known
      const cost = blockCost({ parts: settled, profile, map: getMap() }, start)
      if (cost < 2 ** 32) costs[start] = cost
      return cost
    },
  }
}

/** A bitmask as long as the code needs it. */
function maskOf(code: Uint8Array, bitmask: Uint8Array | undefined): Uint8Array {
  if (!(bitmask instanceof Uint8Array)) throw new TypeError('bitmask: expected a Uint8Array')
  const mask = new Uint8Array(Math.ceil(code.length / 8))
  mask.set(bitmask.subarray(0, mask.length))
  if (code.length % 8 !== 0) mask[mask.length - 1]! &= (1 << (code.length % 8)) - 1
  return mask
}

/** A container for code that never was in a file. */
function containerOf({ code, bitmask, jumpTable = [] }: CodeParts, encoding: Encoding): Container {
  if (!(code instanceof Uint8Array)) throw new TypeError('code: expected a Uint8Array')
  if (code.length >= 2 ** 32) throw new RangeError(`code: ${code.length} bytes, less than 2^32 can be addressed`)
  const mask = encoding === 'extended' ? markExtended(code) : maskOf(code, bitmask)
  const jumps = Uint32Array.from(jumpTable, (target, i) => {
    if (typeof target === 'number' && target >>> 0 === target) return target
    throw new RangeError(`jumpTable: entry ${i} is no code offset`)
  })
  const parts = { code: code.slice(), bitmask: mask, jumpTable: jumps, encoding }
  return {
    kind: 'raw',
    parts: { ...parts, jumpTableLength: jumps.length, jumpTableEntrySize: jumps.length === 0 ? 0 : 4 },
  }
}

/**
 * Loads a program (GP A.2, A.7). The source is a raw blob, a standard program, a `.jam` or a `.polkavm` file, or what `toParts` of a
 * program gave, or code with bitmask and jump table.
 *
 * @throws BlobError when the bytes are no program of the kind. Its code and byte offset say what is wrong, and where.
 * @throws TypeError or RangeError naming what is wrong with parts or options.
 * @example loadProgram(bytes, { profile: 'gp-0.7.2' })
 */
export function loadProgram(source: Uint8Array | ProgramSource | CodeParts, options: LoadOptions = {}): Program {
  if (typeof options !== 'object' || options === null) throw new TypeError('options: expected an object')
  const own = knownOptions(options, LOAD_OPTIONS)
  if (!(source instanceof Uint8Array)) {
    if (typeof source !== 'object' || source === null) throw new TypeError('bytes: expected a Uint8Array, or parts')
    if ('code' in source) {
      const container = containerOf(source, readingFor(own, false).encoding ?? 'bitmask')
      return createProgram({ container, profile: profileFor(container, own) })
    }
    const { bytes, kind, profile } = source
    if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes: expected a Uint8Array, or parts')
    return loadProgram(bytes, { kind, profile, instructionSet: profile?.instructionSet, ...own })
  }
  const { kind } = own
  let copy: Uint8Array | undefined
  // biome-ignore lint/suspicious/noConfusingLabels: the build of the interpreter alone drops it (scripts/build-library.mjs)
  WHOLE: copy = ownBytes(source)
  copy ??= new Uint8Array(source)
  const named = kind === undefined ? formatClaiming(copy) : formatNamed(kind)
  const reading = readingFor(own, named?.rules !== undefined)
  const container = kind === undefined ? detectBlob(copy, reading).container : parseContainer(copy, kind, reading)
  formatOf(container).refuse?.(container)
  return createProgram({ container, profile: profileFor(container, own) })
}
