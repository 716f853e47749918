// How a program starts, as the command line's options say it. Not its run.

import { HALT_ADDRESS } from '../blob/address-space.ts'
import { formatNamed } from '../blob/container.ts'
import type { StartOptions } from '../engine/engine.ts'
import type { LogMessage } from '../host/builtins.ts'
import { callExport, type ExportCall } from '../program/call.ts'
import { CliError } from './errors.ts'
import type { Loaded } from './load.ts'
import { chunksOf, type MapSetting } from './memory.ts'
import { parseAddress } from './options.ts'

/** The options that say how a program starts. */
export interface StartSettings {
  readonly args?: Uint8Array
  readonly entry?: string
  readonly pc?: number
  readonly export?: string
  readonly arg?: readonly bigint[]
  readonly gas?: bigint
  readonly map?: readonly MapSetting[]
}

const DEFAULT_GAS = 100_000_000n

/** Entry points of the format, labels and exports, by name. */
function entriesOf({ program, names }: Loaded): Map<string, number> {
  const entries = new Map([...names].map(([pc, name]) => [name, pc]))
  if (formatNamed(program.kind).start !== 'entry-points') return entries
  return new Map([['refine', 0], ['is-authorized', 0], ['accumulate', 5], ...entries])
}

/** A code offset from `--entry`: a name or a number. */
function entryOf(text: string, loaded: Loaded): number {
  if (/^\d/.test(text)) {
    try {
      return parseAddress(text)
    } catch (error) {
      throw new CliError(`--entry ${text}: ${(error as Error).message}`)
    }
  }
  const entries = entriesOf(loaded)
  const pc = entries.get(text.replace(/^@/, ''))
  if (pc !== undefined) return pc
  const names = [...entries.keys()]
  const known = names.length === 0 ? '' : `${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''} or `
  throw new CliError(`--entry ${text}: there is no such entry; expected ${known}a code offset`)
}

/** The call of an export by its name. */
function callOf(name: string, { program }: Loaded, args: readonly bigint[] | undefined): ExportCall {
  if (!program.exports.has(name)) {
    const known = [...program.exports.keys()].join(', ')
    const rest = known === '' ? 'the program has none' : `expected ${known}`
    throw new CliError(`--export ${name}: there is no such export; ${rest}`)
  }
  return callExport(program, name, args)
}

/** How a program starts, from its file and what the options say. */
export function startOf(loaded: Loaded, options: StartSettings): StartOptions {
  const named = options.entry === undefined ? undefined : entryOf(options.entry, loaded)
  const entry = options.pc ?? named ?? loaded.start.entry ?? 0
  const call = options.export === undefined ? {} : callOf(options.export, loaded, options.arg)
  const pages = [...(loaded.start.pages ?? []), ...(options.map ?? [])]
  return {
    ...loaded.start,
    // A plain program returns by jumping to r0, as compiled ones do.
    regs: loaded.start.regs ?? (formatNamed(loaded.program.kind).start === 'code' ? [BigInt(HALT_ADDRESS)] : []),
    pages,
    memory: [...(loaded.start.memory ?? []), ...chunksOf(options.map ?? [])],
    entry,
    ...call,
    gas: options.gas ?? loaded.start.gas ?? DEFAULT_GAS,
    ...(options.args && { args: options.args }),
  }
}

const LOG_LEVELS = ['FATAL', 'WARN', 'INFO', 'DEBUG', 'TRACE']

/** A message of a program's `log` host call, in a line. */
export function formatLog({ level, target, message }: LogMessage): string {
  return `${LOG_LEVELS[Number(level)] ?? level}  ${target === undefined ? '' : `${target}  `}${message}`
}
