// A fuzz case as assembly text with directives in comments: what a bug report and a golden test look like.
// Not the assembly language: lines beginning with `;!` say how the program is run and what comes of it.

import { Access } from '../blob/address-space.ts'
import { assemble } from '../blob/assembly.ts'
import { disassemble } from '../blob/disassembly.ts'
import type { EngineKind, Mapping } from '../engine/engine.ts'
import { instructionSet } from '../isa/set.ts'
import { PROFILE_NAMES, type Profile, type ProfileName, profile } from '../program/profile.ts'
import type { FuzzCase, FuzzEntry } from './case.ts'
import { describeRun } from './describe.ts'

const RIGHTS: Readonly<Record<string, Access>> = { none: Access.None, read: Access.Read, write: Access.Write }

function isPreset(name: string): name is ProfileName {
  return (PROFILE_NAMES as readonly string[]).includes(name)
}

/** The preset a profile is nearest to by name, and what differs from it. */
function profileText(rules: Profile): string {
  const base = isPreset(rules.name) ? rules.name : 'gp-0.7.2'
  const preset = profile(base)
  const keys = Object.keys(preset) as (keyof Profile)[]
  const changes = Object.fromEntries(keys.filter(key => rules[key] !== preset[key]).map(key => [key, rules[key]]))
  return Object.keys(changes).length === 0 ? base : `${base} ${JSON.stringify(changes)}`
}

function entryText({ pc, gas, regs }: FuzzEntry): string {
  const values: string[] = []
  for (let r = 0; r < 13; r++) {
    const value = (BigInt(regs[2 * r + 1]!) << 32n) | BigInt(regs[2 * r]!)
    if (value !== 0n) values.push(`r${r}=0x${value.toString(16)}`)
  }
  return [`entry ${pc} gas ${gas}`, ...values].join(' ')
}

function pageText({ address, length, access }: Mapping): string {
  const rights = Object.keys(RIGHTS).find(name => RIGHTS[name] === access)
  return `page 0x${address.toString(16)} ${length} ${rights}`
}

/** These are the directives of a case, without its program. */
function directives(fuzz: FuzzCase): string[] {
  const { heap, salt, hostCalls, tiers, exits, schedule, between } = fuzz
  return [
    `profile ${profileText(fuzz.profile)}`,
    ...fuzz.pages.map(pageText),
    ...(heap === undefined ? [] : [`heap 0x${heap.start.toString(16)} 0x${heap.limit.toString(16)}`]),
    ...(salt === 0 ? [] : [`salt ${salt}`]),
    ...(hostCalls === 'exit' ? [] : [`host ${hostCalls}`]),
    ...(tiers === 'usual' ? [] : [`tiers ${tiers}`]),
    ...(between === undefined ? [] : [`between ${between}`]),
    `exits ${exits}`,
    `schedule ${schedule.join(' ')}`,
    ...fuzz.entries.map(entryText),
  ]
}

/**
 * This is the text of a case.
 *
 * @param title what it is about, one or more lines.
 * @param kind the engine whose results are written down as what is expected; none if left out.
 */
export function formatCase(fuzz: FuzzCase, title: string, kind?: EngineKind): string {
  const expectations = kind === undefined ? [] : describeRun(fuzz, kind).map(line => `expect ${line}`)
  const set = instructionSet(fuzz.profile.instructionSet)
  return [
    ...title.split('\n').map(line => `; ${line}`),
    ...[...directives(fuzz), ...expectations].map(line => `;! ${line}`),
    disassemble({ container: fuzz.container, instructionSet: set }),
  ].join('\n')
}

/** A case read from text, with what is expected of it. */
export interface ParsedCase {
  readonly fuzz: FuzzCase
  /** Lines as `describeRun` gives them. */
  readonly expected: readonly string[]
}

/** This reads a whole number of a directive. */
function whole(word: string | undefined, least = 0, most: number = Number.MAX_SAFE_INTEGER): number {
  const value = word === undefined || word === '' ? Number.NaN : Number(word)
  if (!(Number.isInteger(value) && value >= least && value <= most))
    throw new SyntaxError(`expected a whole number from ${least} to ${most}, not '${word ?? ''}'`)
  return value
}

function parseEntry(words: readonly string[]): FuzzEntry {
  const regs = new Uint32Array(26)
  for (const word of words.slice(3)) {
    const match = /^r(\d|1[012])=(0x[0-9a-f]{1,16})$/.exec(word)
    if (match === null) throw new SyntaxError(`expected a register like r7=0x1, not '${word}'`)
    const value = BigInt(match[2]!)
    regs[2 * Number(match[1])] = Number(value & 0xffffffffn)
    regs[2 * Number(match[1]) + 1] = Number(value >> 32n)
  }
  return { pc: whole(words[0], 0, 2 ** 32 - 1), gas: whole(words[2]), regs }
}

/**
 * Reads a case back.
 *
 * @throws SyntaxError for a `;!` line it does not know; AssemblyError for the program.
 */
export function parseCase(text: string, label = 'text'): ParsedCase {
  let rules = profile('gp-0.7.2')
  const pages: Mapping[] = []
  const entries: FuzzEntry[] = []
  const expected: string[] = []
  let heap: FuzzCase['heap']
  let salt = 0
  let hostCalls: FuzzCase['hostCalls'] = 'exit'
  let tiers: FuzzCase['tiers'] = 'usual'
  let between: FuzzCase['between']
  let exits = 16
  let schedule: readonly number[] = [0]
  for (const line of text.split('\n')) {
    const match = /^;! (\w+) (.*)$/.exec(line)
    if (match === null) continue
    const [, key, rest] = match as unknown as [string, string, string]
    const words = rest.split(' ')
    switch (key) {
      case 'profile': {
        const [name, ...json] = words
        const changes: unknown = json.length === 0 ? {} : JSON.parse(json.join(' '))
        if (typeof changes !== 'object' || changes === null)
          throw new SyntaxError(`expected rules as JSON in '${line}'`)
        rules = profile(name as ProfileName, changes)
        break
      }
      case 'page': {
        const access = RIGHTS[words[2]!]
        if (access === undefined) throw new SyntaxError(`expected none, read or write at the end of '${line}'`)
        pages.push({ address: whole(words[0]), length: whole(words[1]), access })
        break
      }
      case 'heap':
        heap = { start: whole(words[0]), limit: whole(words[1]) }
        break
      case 'salt':
        salt = whole(rest, -(2 ** 31), 2 ** 32 - 1)
        break
      case 'host':
        hostCalls = rest === 'call' || rest === 'attack' ? rest : 'exit'
        break
      case 'tiers':
        tiers = rest === 'eager' ? 'eager' : 'usual'
        break
      case 'between':
        between = rest === 'other' ? 'other' : 'again'
        break
      case 'exits':
        exits = whole(rest)
        break
      case 'schedule':
        schedule = words.map(word => whole(word, -(2 ** 32) + 1, 2 ** 32 - 1))
        break
      case 'entry':
        entries.push(parseEntry(words))
        break
      case 'expect':
        expected.push(rest)
        break
      default:
        throw new SyntaxError(`unknown directive '${line}'`)
    }
  }
  const { container } = assemble(text)
  const how = { pages, heap, schedule, salt, hostCalls, tiers, exits, ...(between === undefined ? {} : { between }) }
  const fuzz: FuzzCase = { label, container, profile: rules, entries, programs: entries.length, ...how }
  return { fuzz, expected }
}
