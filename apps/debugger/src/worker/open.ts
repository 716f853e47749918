// Makes a run that can be gone through of whatever was opened: a program file, a recorded run, text. Not the moves: session.ts.
import {
  type Assembled,
  AssemblyError,
  assemble,
  BlobError,
  type BlobKind,
  createEngine,
  describeFormat,
  detectBlob,
  type Engine,
  loadProgram,
  PROFILE_NAMES,
  type ProfileName,
  type Program,
  type StartOptions,
  type Symbols,
  symbolsOf,
  symbolsOfText,
} from 'coulis'
import { blake2b, hostCallName, type InvocationName } from 'coulis/host'
import { createHistory, type History, historyOfTrace, type TraceDeparture } from 'coulis/inside'
import { parseTrace } from 'coulis/trace'
import type { Source } from '../protocol.ts'
import { type Surroundings, stateOf, surroundings } from './surroundings.ts'

/** A run and what is known of its program. */
export interface Opened {
  readonly history: History
  readonly program: Program
  readonly symbols: Symbols | undefined
  readonly what: string
  readonly isTrace: boolean
  readonly entries: readonly string[]
  readonly warnings: readonly string[]
  readonly departure: (() => TraceDeparture | undefined) | undefined
  /** The stub that answers, where there is one. */
  readonly surroundings: Surroundings | undefined
  hostName(index: number): string | undefined
}

const DEFAULT_GAS = 100_000_000n
/** A plain program returns by jumping to r0, which then holds this (GP A.18). */
const HALT_ADDRESS = 0xffff0000n
const INVOCATIONS = ['is-authorized', 'refine', 'accumulate'] as const
/** A program's format, in the middle of a sentence. */
function formatText(kind: BlobKind): string {
  return `a ${describeFormat(kind).title}`
}

function bytesOfHex(text: string): Uint8Array {
  const digits = text.replace(/^0x/i, '')
  const bytes = new Uint8Array(digits.length >> 1)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), letter => letter.charCodeAt(0))
}

/** Text when bytes are nothing else, and not binary: no control characters but tab and line ends. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0 || !bytes.every(byte => byte >= 32 || byte === 9 || byte === 10 || byte === 13))
    return undefined
  return new TextDecoder().decode(bytes)
}

const MOST_TEXT = 32 * 2 ** 20
/** More are no list any more, and a browser's memory for a worker ends. */
const MOST_INSTRUCTIONS = 10_000_000

interface Recognised {
  readonly bytes: Uint8Array
  readonly trace?: string
  readonly assembly?: string
  /** How it was written down: as text of hex digits, say. */
  readonly as: string
}

/** What text stands for: a trace, hex, base64, or assembly. */
export function recognise(bytes: Uint8Array): Recognised {
  const text = textOf(bytes)
  if (text === undefined) return { bytes, as: '' }
  if (text.length > MOST_TEXT) throw new Error(`${text.length} characters of text are too many, ${MOST_TEXT} at most`)
  if (/start pc=\d+ gas=-?\d/.test(text) && /program 0x/.test(text)) return { bytes, trace: text, as: '' }
  const dense = text.replace(/\s+/g, '')
  // Searches for what does not belong: patterns over all of it would need a stack as deep as the text is long.
  const digits = dense.replace(/^0x/i, '')
  if (digits.length > 0 && digits.length % 2 === 0 && !/[^0-9a-f]/i.test(digits))
    return { bytes: bytesOfHex(digits), as: ', written in hex' }
  const isBase64 = dense.length >= 8 && dense.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(dense.replace(/={1,2}$/, ''))
  // Words in small letters, a line each, are mnemonics.
  if (isBase64 && /[A-Z0-9+/]/.test(dense) && !/[ \t]/.test(text.trim()))
    return { bytes: bytesOfBase64(dense), as: ', written in base64' }
  return { bytes, assembly: text, as: '' }
}

function profileOf(name: string | undefined): ProfileName | undefined {
  if (name === undefined || name === '') return undefined
  const found = PROFILE_NAMES.find(known => known === name)
  if (found === undefined) throw new RangeError(`profile: ${name} is none of ${PROFILE_NAMES.join(', ')}`)
  return found
}

function gasOf(text: string | undefined): bigint {
  const dense = (text ?? '').replace(/[\s,_]/g, '')
  if (dense === '') return DEFAULT_GAS
  if (!/^\d{1,19}$/.test(dense)) throw new RangeError(`gas: ${text} is no number of gas`)
  return BigInt(dense)
}

function argsOf(text: string | undefined): Uint8Array | undefined {
  const dense = (text ?? '').replace(/\s+/g, '')
  if (dense === '') return undefined
  if (!/^(0x)?([0-9a-f]{2})*$/i.test(dense))
    throw new RangeError(`arguments: ${text} are no bytes in hex, two digits each`)
  return bytesOfHex(dense)
}

/** The program's own names, and those of the source it was made of; undefined where its debug sections are broken. */
function symbolsIn(program: Program, assembled: Assembled | undefined, name: string): Symbols | undefined {
  if (assembled !== undefined) return symbolsOfText(assembled, name)
  try {
    return symbolsOf(program)
  } catch (error) {
    if (error instanceof BlobError) return undefined
    throw error
  }
}

function entriesOf(program: Program, assembled: Assembled | undefined): Map<string, number> {
  const own = new Map([...program.exports, ...(assembled?.labels ?? [])])
  if (describeFormat(program.kind).start !== 'entry-points') return own
  return new Map([['refine', 0], ['is-authorized', 0], ['accumulate', 5], ...own])
}

function entryOf(text: string | undefined, entries: ReadonlyMap<string, number>): number {
  if (text === undefined || text === '') return 0
  const named = entries.get(text.replace(/^@/, ''))
  if (named !== undefined) return named
  if (/^(\d{1,10}|0x[0-9a-f]{1,8})$/i.test(text)) return Number(text)
  throw new RangeError(`entry: ${text} is no code offset and none of ${[...entries.keys()].slice(0, 12).join(', ')}`)
}

interface Loaded {
  readonly program: Program
  readonly assembled: Assembled | undefined
  readonly what: string
}

/** Assembles text; where that fails, says that it was taken for assembly. */
function assembledFrom(text: string): Assembled {
  if (/^\s*https?:\/\/\S+\s*$/.test(text))
    throw new Error(
      'An address is not fetched: this page asks no other site for anything. Download the file, and open it.',
    )
  try {
    const assembled = assemble(text)
    if (assembled.parts.code.length > 0) return assembled
  } catch (error) {
    if (!(error instanceof AssemblyError)) throw error
    throw new Error(`This is text, but no hex, base64 or recorded run. Taken for assembly, line ${error.message}`)
  }
  throw new Error('There is no instruction in this text.')
}

/** What the bytes are; where they are nothing, that in a sentence, and why not. */
function kindOf(bytes: Uint8Array): BlobKind {
  try {
    return detectBlob(bytes).kind
  } catch (error) {
    if (!(error instanceof BlobError)) throw error
    throw new Error(`These ${bytes.length} bytes are no program of a known format: ${error.message}`)
  }
}

function loadBytes({ bytes, assembly, as }: Recognised, wanted: ProfileName | undefined): Loaded {
  if (assembly !== undefined) {
    const assembled = assembledFrom(assembly)
    const profile = wanted ?? PROFILE_NAMES.find(name => name === assembled.instructionSet.name)
    const program = loadProgram(assembled.bytes, { kind: assembled.kind, ...(profile && { profile }) })
    return { program, assembled, what: `assembly text, ${formatText(program.kind)}` }
  }
  const kind = kindOf(bytes)
  const program = loadProgram(bytes, { kind, ...(wanted && { profile: wanted }) })
  const { metadata } = program
  const named = metadata === undefined ? '' : `, ${metadata.name} ${metadata.version}`
  return { program, assembled: undefined, what: `${formatText(kind)}${named}${as}` }
}

function openProgram(source: Source, recognised: Recognised, engine: Engine): Opened {
  const { entry, args, gas, profile: wanted, host = 'stub', state } = source.start
  if (host !== 'stub' && host !== 'hand') throw new RangeError(`host: ${String(host)} is neither stub nor hand`)
  const { program, assembled, what } = loadBytes(recognised, profileOf(wanted))
  const entries = entriesOf(program, assembled)
  const { profile } = program
  const invocation = INVOCATIONS.find((name): name is InvocationName => name === entry)
  const hosted = describeFormat(program.kind).start !== 'code' && profile.hostCalls !== 'free' && host === 'stub'
  const around = hosted ? surroundings(profile, invocation, stateOf(state, blake2b)) : undefined
  const given = argsOf(args)
  const start: StartOptions = {
    entry: entryOf(entry, entries),
    gas: gasOf(gas),
    ...(describeFormat(program.kind).start === 'code' && { regs: [HALT_ADDRESS] }),
    ...(given && { args: given }),
    ...(around && { host: around.host }),
  }
  const version = profile.hostCalls
  return {
    history: createHistory({ engine, program, start }),
    program,
    symbols: symbolsIn(program, assembled, source.name),
    what,
    isTrace: false,
    entries: [...entries.keys()],
    warnings: (assembled?.warnings ?? []).map(({ line, column, message }) => `${line}:${column}: ${message}`),
    departure: undefined,
    surroundings: around,
    hostName: index => (version === 'free' ? program.imports[index >>> 0] : hostCallName(index >>> 0, version)),
  }
}

function openTrace(source: Source, text: string, engine: Engine, other: Source | undefined): Opened {
  const profile = profileOf(source.start.profile) ?? 'gp-0.7.2'
  const changed = other && loadBytes(recognise(other.bytes), profile)
  const version = profile === 'gp-0.8.0' ? profile : 'gp-0.7.2'
  const hostName = (index: number): string | undefined => hostCallName(index >>> 0, version)
  const { history, departure } = historyOfTrace(parseTrace(text), {
    engine,
    profile,
    hostName,
    ...(changed && { program: changed.program }),
  })
  const { program } = history
  const { symbols: names } = source
  const assembled = other === undefined ? names && assemble(names.text) : changed?.assembled
  if (other === undefined && assembled !== undefined && assembled.parts.code.length !== program.code.length)
    throw new Error(`${names!.name}: its code is not that of the recorded program`)
  return {
    history,
    program,
    symbols: symbolsIn(program, assembled, other?.name ?? names?.name ?? source.name),
    what: `a recorded run of ${formatText(program.kind)}${program.metadata === undefined ? '' : `, ${program.metadata.name}`}`,
    isTrace: true,
    entries: [],
    warnings: [],
    departure,
    surroundings: undefined,
    hostName,
  }
}

/**
 * Opens what somebody gave. Nothing has run then.
 *
 * @param other for a recorded run: a program to run instead of the one recorded, with the same answers of its host.
 * @throws BlobError, AssemblyError, TraceError where the file is malformed; RangeError naming what of the start is wrong.
 */
export function open(source: Source, other?: Source): Opened {
  const { engine: kind } = source.start
  const engine = createEngine(kind === undefined ? {} : { kind })
  const recognised = recognise(source.bytes)
  const { trace } = recognised
  const opened = trace === undefined ? openProgram(source, recognised, engine) : openTrace(source, trace, engine, other)
  const { length } = opened.program.map.offsets
  if (length <= MOST_INSTRUCTIONS) return opened
  opened.history.dispose()
  throw new Error(`${length} instructions are more than this page lists, ${MOST_INSTRUCTIONS} at most`)
}
