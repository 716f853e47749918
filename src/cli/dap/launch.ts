// What an editor's launch.json says, as the debugger takes it. Not the opening: debug/open.ts.
import { ENGINE_KINDS, type EngineKind } from '../../engine/engine.ts'
import { INSTRUCTION_SETS, type InstructionSetName } from '../../isa/set.ts'
import { PROFILE_NAMES, type ProfileName } from '../../program/profile.ts'
import type { OpenOptions } from '../debug/open.ts'
import { CliError } from '../errors.ts'
import { HOST_CHOICES, type HostChoice } from '../host.ts'
import { FILE_KINDS, type FileKind } from '../load.ts'
import { type MapSetting, parseMapping } from '../memory.ts'
import { parseAddress, parseBytes, parseGas } from '../options.ts'
import { parseRegister, parseValue, type RegisterSetting } from '../registers.ts'

/** Everything a launch says. */
export interface Launch {
  readonly file: string
  readonly options: OpenOptions
  /** Where it stops first: `start`, `end`, a time; undefined: at the first breakpoint. */
  readonly stopAt: 'start' | 'end' | number | undefined
}

type Given = Readonly<Record<string, unknown>>

function text(given: Given, name: string): string | undefined {
  const value = Object.hasOwn(given, name) ? given[name] : undefined
  if (value === undefined || typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw new CliError(`${name}: expected a string`)
}

function texts(given: Given, name: string): readonly string[] | undefined {
  const value = Object.hasOwn(given, name) ? given[name] : undefined
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every(one => typeof one === 'string' || typeof one === 'number'))
    return value.map(String)
  throw new CliError(`${name}: expected a list of strings`)
}

/** A value read by the reader of the command line's option. */
function read<T>(given: Given, name: string, parse: (value: string) => T): T | undefined {
  const value = text(given, name)
  if (value === undefined) return undefined
  try {
    return parse(value)
  } catch (error) {
    throw new CliError(`${name}: ${(error as Error).message}`)
  }
}

function readAll<T>(given: Given, name: string, parse: (value: string, before: T | undefined) => T): T | undefined {
  let all: T | undefined
  for (const value of texts(given, name) ?? []) {
    try {
      all = parse(value, all)
    } catch (error) {
      throw new CliError(`${name}: ${(error as Error).message}`)
    }
  }
  return all
}

function choice<T extends string>(given: Given, name: string, choices: readonly T[]): T | undefined {
  const value = text(given, name)
  if (value === undefined || choices.includes(value as T)) return value as T | undefined
  throw new CliError(`${name}: expected ${choices.join(', ')}`)
}

function stopAt(given: Given): Launch['stopAt'] {
  const value = Object.hasOwn(given, 'stopAt') ? given.stopAt : given.stopOnEntry === false ? undefined : 'start'
  if (value === undefined || value === 'start' || value === 'end') return value
  if (value === 'breakpoint') return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new CliError('stopAt: expected start, end, breakpoint or a time')
}

/** The options without those that are undefined. To those who read them, absent and undefined are not the same. */
function present<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never
}

/**
 * These are the attributes of a launch request.
 *
 * @throws CliError naming the attribute that is wrong.
 */
export function parseLaunch(given: Given): Launch {
  const file = text(given, 'program')
  if (file === undefined) throw new CliError('program: expected the file to debug')
  const options = present({
    args: read(given, 'args', parseBytes),
    entry: text(given, 'entry'),
    pc: read(given, 'pc', parseAddress),
    export: text(given, 'export'),
    arg: texts(given, 'arg')?.map(parseValue),
    gas: read(given, 'gas', parseGas),
    reg: readAll<RegisterSetting[]>(given, 'reg', parseRegister),
    map: readAll<MapSetting[]>(given, 'map', parseMapping),
    fromState: text(given, 'fromState'),
    host: choice<HostChoice>(given, 'host', HOST_CHOICES),
    input: texts(given, 'input')?.map(parseBytes),
    kind: choice<FileKind>(given, 'kind', FILE_KINDS),
    engine: choice<EngineKind>(given, 'engine', ENGINE_KINDS),
    profile: choice<ProfileName>(given, 'profile', PROFILE_NAMES),
    isa: choice<InstructionSetName>(given, 'isa', INSTRUCTION_SETS),
    program: text(given, 'replace'),
    symbols: text(given, 'symbols'),
  }) as OpenOptions
  return { file, options, stopAt: stopAt(given) }
}
