// How to open something in the debugger: what `coulis run` has just run, or the call of a contract. Not the debugger: debug.ts.
import type { Command } from 'commander'
import { isContract } from '../host/contract/interface.ts'
import type { Loaded } from './load.ts'

/** These are the options of `run` that say what ran; all others say what to print. */
const KEPT = [
  'args',
  'entry',
  'pc',
  'export',
  'arg',
  'gas',
  'reg',
  'map',
  'fromState',
  'host',
  'input',
  'kind',
  'engine',
  'profile',
  'isa',
]

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** These are the options of runs that the debugger cannot repeat: it has no chain. */
const NOT_THERE = ['calldata', 'deploy']

/**
 * The command, or undefined where the program came through standard input or was called as a contract.
 *
 * @param given the arguments of the command line, from `run` on.
 */
export function debugCommand(file: string, command: Command, given: readonly string[]): string | undefined {
  if (file === '-') return undefined
  const words = ['coulis', 'debug', quoted(file)]
  for (let i = 0; i < given.length; i++) {
    const [flag, ...inline] = given[i]!.split('=')
    const option = command.options.find(({ short, long }) => flag === short || flag === long)
    if (option === undefined) continue
    const takesNext = option.required && !(inline.length > 0 && flag === option.long)
    const value = takesNext ? given[++i] : inline.join('=')
    if (NOT_THERE.includes(option.attributeName())) return undefined
    if (KEPT.includes(option.attributeName()) && value !== undefined) words.push(option.long!, quoted(value))
  }
  return [...words, '--end'].join(' ')
}

/**
 * What to say where the debugger opens a contract as any other program: the commands that call it on a chain, and then open the
 * record of that. Undefined where it is no contract, or where the options say who answers its host calls.
 */
export function contractDebugHint(
  file: string,
  { program }: Loaded,
  { host, fromState }: { readonly host?: string; readonly fromState?: string },
): string | undefined {
  if (file === '-' || host !== undefined || fromState !== undefined || !isContract(program)) return undefined
  const [profile] = program.profile.name.split(' ') // behind it the name says what differs, which the file itself brings
  const run = `coulis run ${quoted(file)} --calldata 0x… --record run.log`
  const debug = `coulis debug run.log --program ${quoted(file)} --profile ${profile}`
  return `hint: this is a contract, and the debugger has no chain; this debugs a call of it: ${run}; ${debug}`
}
