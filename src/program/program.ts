// A loaded program: immutable, shareable between machines and engines. Not a machine: see engine/.
import { type BlobKind, detectBlob } from '../blob/detect.ts'
import { type JamMetadata, parseJam } from '../blob/jam.ts'
import { type ProgramParts, parseProgramBlob } from '../blob/raw.ts'
import { parseStandardProgram } from '../blob/standard.ts'
import { type InstructionSet, instructionSet } from '../isa/set.ts'
import { type CodeMap, createCodeMap, maskBit, skipAt } from './code-map.ts'
import { blockCost, startOfBlock } from './gas.ts'
import { EMPTY_LAYOUT, type MemoryLayout, standardLayout } from './layout.ts'
import { type Profile, type ProfileName, profile as resolveProfile } from './profile.ts'
import { findInvalidity } from './validate.ts'

/** An immutable program. Everything derived is computed on first use and kept. */
export interface Program {
  readonly kind: BlobKind
  readonly profile: Profile
  readonly parts: ProgramParts
  readonly code: Uint8Array
  /** Packed, least significant bit first. */
  readonly bitmask: Uint8Array
  readonly jumpTable: Uint32Array
  /** |j|; entries at or beyond `jumpTable.length` are 0 (entry size 0). */
  readonly jumpTableLength: number
  readonly layout: MemoryLayout
  readonly instructionSet: InstructionSet
  /** Metadata of a `.jam` file, where it follows the convention. */
  readonly metadata: JamMetadata | undefined
  /** Instruction and block starts. */
  readonly map: CodeMap
  /** Whether an instruction with a defined opcode starts at `pc`. */
  isInstruction(pc: number): boolean
  /** Whether `pc` is in the set ϖ of block starts, the only legal jump targets (GP A.5). */
  isBlockStart(pc: number): boolean
  /** Operand bytes of the instruction at `pc` (ℓ, GP A.3). */
  skip(pc: number): number
  /** The instruction after the one at `pc`. */
  next(pc: number): number
  /** The price of the block that contains `pc`, in gas (see program/gas.ts). */
  costAt(pc: number): number
}

/** Options of `loadProgram`. */
export interface LoadOptions {
  /** The rules to load under; default `gp-0.7.2`. */
  readonly profile?: Profile | ProfileName
  /** The container; default: detected. */
  readonly kind?: BlobKind
}

interface ProgramInput {
  readonly kind: BlobKind
  readonly profile: Profile
  readonly parts: ProgramParts
  readonly layout: MemoryLayout
  readonly metadata?: JamMetadata | undefined
}

/** Makes a program from its parts, for callers that have deblobbed already. */
export function createProgram(input: ProgramInput): Program {
  const { kind, profile, parts, layout, metadata } = input
  const set = instructionSet(profile.instructionSet)
  if (profile.loader === 'strict') {
    const invalidity = findInvalidity(parts, set)
    if (invalidity !== undefined) throw invalidity
  }
  const { code, bitmask } = parts
  let map: CodeMap | undefined
  let costs: Uint32Array | undefined // by code offset, 0 where not computed yet: no block is free
  const getMap = (): CodeMap => (map ??= createCodeMap(parts, set))
  const skip = (pc: number): number => skipAt(bitmask, code.length, pc)
  return {
    kind,
    profile,
    parts,
    code,
    bitmask,
    jumpTable: parts.jumpTable,
    jumpTableLength: parts.jumpTableLength,
    layout,
    instructionSet: set,
    metadata,
    get map() {
      return getMap()
    },
    isInstruction: pc => maskBit(bitmask, code.length, pc) && set.byOpcode[code[pc]!] !== undefined,
    isBlockStart: pc => getMap().blockStart[pc] === 1,
    skip,
    next: pc => pc + 1 + skip(pc),
    costAt(pc) {
      const start = startOfBlock(getMap(), pc)
      costs ??= new Uint32Array(code.length)
      const known = costs[start]
      if (known !== undefined && known > 0) return known
      const cost = blockCost({ parts, profile, map: getMap() }, start)
      if (cost < 2 ** 32) costs[start] = cost
      return cost
    },
  }
}

/**
 * Loads a program: a raw blob, a standard program or a `.jam` file.
 *
 * @throws BlobError when the bytes are no program of the kind; code and byte offset say what and where.
 * @example loadProgram(bytes, { profile: 'gp-0.7.2' })
 */
export function loadProgram(bytes: Uint8Array, options: LoadOptions = {}): Program {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes: expected a Uint8Array')
  const profile = resolveProfile(options.profile)
  const kind = options.kind ?? detectBlob(bytes).kind
  switch (kind) {
    case 'raw':
      return createProgram({ kind, profile, parts: parseProgramBlob(bytes), layout: EMPTY_LAYOUT })
    case 'standard': {
      const standard = parseStandardProgram(bytes)
      return createProgram({ kind, profile, parts: standard.parts, layout: standardLayout(standard) })
    }
    case 'jam': {
      const jam = parseJam(bytes)
      const layout = standardLayout(jam.program)
      return createProgram({ kind, profile, parts: jam.program.parts, layout, metadata: jam.metadata })
    }
  }
}
