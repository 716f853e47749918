// Loads whatever people have as a program: binary containers, assembly text, test vectors. Not the running.
import { type Assembled, type AssembleOptions, assemble } from '../blob/assembly.ts'
import { formatNamed, formatOf } from '../blob/container.ts'
import { BLOB_KINDS, type Detection, detectBlob } from '../blob/detect.ts'
import { BlobError } from '../blob/error.ts'
import { isText } from '../blob/foreign.ts'
import { DEFAULT_PROFILES, recogniseTest } from '../conform/conform.ts'
import { isObject, parseJson } from '../conform/json.ts'
import { vectorBytes, vectorStart } from '../conform/vector.ts'
import type { StartOptions } from '../engine/engine.ts'
import { AssemblyError } from '../isa/assembly-error.ts'
import { type InstructionSetName, instructionSet } from '../isa/set.ts'
import { type ProfileName, profile as resolveProfile } from '../program/profile.ts'
import { loadProgram, type Program } from '../program/program.ts'
import { looksLikeTrace } from '../trace/parse.ts'
import { CliError, inFile } from './errors.ts'
import { readBytes } from './files.ts'
import { describeBinary, describeText, isDocument } from './foreign-file.ts'
import { bytesOfText, withoutMetadata } from './wrapped.ts'

/** `--kind` takes one of these. */
export const FILE_KINDS = [...BLOB_KINDS, 'assembly', 'vector'] as const
export type FileKind = (typeof FILE_KINDS)[number]

/** This is a loaded file. */
export interface Loaded {
  readonly file: string
  /** What the file is; the program's own container is `program.kind`. */
  readonly kind: FileKind
  readonly program: Program
  readonly profile: ProfileName
  /** The program's bytes; not those of the text they come from. */
  readonly bytes: Uint8Array
  /** Start state that a vector brings along. */
  readonly start: StartOptions
  /** How the container was found out; undefined where it was given. */
  readonly detection: Detection | undefined
  /** Assembly text has these labels. */
  readonly assembled: Assembled | undefined
  /** Names of code offsets: labels of assembly text, exports. */
  readonly names: ReadonlyMap<number, string>
  /** The assembler warns of this, with line and column. */
  readonly warnings: readonly string[]
}

/** These are the options of `loadFile`. */
export interface LoadFileOptions {
  readonly kind?: FileKind | undefined
  readonly profile?: ProfileName | undefined
  /** This opcode numbering stands in for the file's own or the profile's. */
  readonly isa?: InstructionSetName | undefined
  /** The host of a `.polkavm` file has pages of so many bytes. */
  readonly pageSize?: number | undefined
}

const PROFILE_OF_SET: Readonly<Record<InstructionSetName, ProfileName>> = {
  'gp-0.7.2': 'gp-0.7.2',
  'gp-0.8.0': 'gp-0.8.0',
  latest64: 'polkavm',
  'revive-v1': 'polkavm',
  'latest64-0.37': 'polkavm-0.37',
  'revive-v1-strict': 'polkavm',
  latest32: 'polkavm',
}

/** Rules that refuse nothing, for those who only ask how much code there is. */
const LENIENT = resolveProfile('gp-0.7.2', { loader: 'lenient' })

function kindOf(bytes: Uint8Array, isa: InstructionSetName | undefined): { kind: FileKind; detection?: Detection } {
  if (!isText(bytes)) {
    const foreign = describeBinary(bytes)
    if (foreign !== undefined) throw new CliError(`this is ${foreign}`)
    try {
      const detection = detectBlob(bytes, { encoding: isa && instructionSet(isa).encoding })
      return { kind: detection.kind, detection }
    } catch (error) {
      if (!(error instanceof BlobError) || error.code !== 'unknown-format') throw error
      throw new CliError(
        'no program file that coulis knows (docs/formats.md); --kind says what it should be, and then why not',
      )
    }
  }
  const text = new TextDecoder().decode(bytes)
  if (looksLikeTrace(text) && !isDocument(text)) throw new CliError('this is a recorded trace, use: coulis replay')
  return { kind: /^\s*\{/.test(text) ? 'vector' : 'assembly' }
}

function loadVector(file: string, bytes: Uint8Array, { profile: wanted, isa }: LoadFileOptions): Loaded {
  const value = parseJson(new TextDecoder().decode(bytes))
  if (!isObject(value)) throw new CliError('expected a JSON object with a program')
  const test = recogniseTest(bytes)
  const profile = wanted ?? (test === undefined || test.kind === 'broken' ? 'gp-0.7.2' : DEFAULT_PROFILES[test.kind])
  const program = vectorBytes(value)
  // Vectors rely on the implicit trap behind the code, which strict loading refuses.
  const rules = resolveProfile(profile, { loader: 'lenient' })
  return {
    file,
    kind: 'vector',
    program: loadProgram(program, { profile: rules, kind: 'raw', instructionSet: isa }),
    profile,
    bytes: program,
    start: vectorStart(value),
    detection: undefined,
    assembled: undefined,
    names: new Map(),
    warnings: [],
  }
}

/** Warnings of the assembler as people read them. */
export function formatWarnings(file: string, { warnings }: Assembled): string[] {
  return warnings.map(({ line, column, message }) => `${file}: ${line}:${column}: ${message}`)
}

/**
 * Assembles a program of at least one instruction.
 *
 * @throws CliError for a text without any, and for one that is another language's.
 */
export function assembleProgram(text: string, options: AssembleOptions): Assembled {
  let assembled: Assembled
  try {
    assembled = assemble(text, options)
  } catch (error) {
    const foreign = error instanceof AssemblyError ? describeText(text) : undefined
    if (foreign === undefined) throw error
    throw new CliError(`this looks like ${foreign}`)
  }
  if (loadProgram(assembled.bytes, { kind: assembled.kind, profile: LENIENT }).code.length === 0) {
    throw new CliError('there is no instruction in it')
  }
  return assembled
}

function loadAssembly(file: string, bytes: Uint8Array, { profile: wanted, isa }: LoadFileOptions): Loaded {
  const instructionSet = isa ?? (wanted && resolveProfile(wanted).instructionSet)
  const text = new TextDecoder().decode(bytes)
  const assembled = assembleProgram(text, { instructionSet })
  const { name: set, encoding } = assembled.instructionSet
  const usual = formatOf(assembled.container).rules?.(assembled.container).profile ?? PROFILE_OF_SET[set]
  const profile = wanted ?? usual
  const known = encoding === 'extended' ? set : isa
  const program = loadProgram(assembled.bytes, { profile, kind: assembled.kind, instructionSet: known })
  return {
    file,
    kind: 'assembly',
    program,
    profile,
    bytes: assembled.bytes,
    start: {},
    detection: undefined,
    assembled,
    names: new Map([...assembled.labels].map(([name, pc]) => [pc, name])),
    warnings: formatWarnings(file, assembled),
  }
}

/** This makes the same program for a host with other pages. */
function withPages(loaded: Loaded, pageSize: number): Loaded {
  const { bytes, program } = loaded
  if (program.kind !== 'polkavm')
    throw new CliError('--page-size is for .polkavm files, others say where their memory is')
  const rules = resolveProfile(program.profile, { pageSize })
  return {
    ...loaded,
    program: loadProgram(bytes, { kind: 'polkavm', profile: rules, instructionSet: rules.instructionSet }),
  }
}

/**
 * Loads a program file.
 *
 * @throws CliError naming the file and what is wrong in it.
 */
export function loadFile(file: string, options: LoadFileOptions = {}): Loaded {
  const loaded = loadUsual(file, options)
  const { pageSize } = options
  return pageSize === undefined ? loaded : inFile(file, () => withPages(loaded, pageSize))
}

function loadUsual(file: string, options: LoadFileOptions): Loaded {
  const given = readBytes(file)
  return inFile(file, () => {
    const { isa } = options
    const written = isText(given) ? bytesOfText(new TextDecoder().decode(given)) : undefined
    const bytes = withoutMetadata(written ?? given)
    const found: { kind: FileKind; detection?: Detection } = options.kind ? { kind: options.kind } : kindOf(bytes, isa)
    const { kind, detection } = found
    if (kind === 'vector') return loadVector(file, bytes, options)
    if (kind === 'assembly') return loadAssembly(file, bytes, options)
    const { rules } = formatNamed(kind)
    const wanted = options.profile ?? (rules === undefined ? 'gp-0.7.2' : undefined)
    const program = loadProgram(bytes, { profile: wanted, kind, instructionSet: isa })
    const profile = wanted ?? rules!(program.container).profile
    const names = new Map([...program.exports].map(([name, pc]) => [pc, name]))
    return { file, kind, program, profile, bytes, start: {}, detection, assembled: undefined, names, warnings: [] }
  })
}
