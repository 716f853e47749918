// Changes of one side of the contract, each of which has to be seen: fields swapped, numbers and elements changed. Not who sees
// them: contract.ts. The test makes some of all swaps (contract.test.ts), `npm run contract:swaps` all of them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Contract, compareContract } from './contract.ts'

/** A change of one side: what it does, and the text that comes of it. Thousands of them at once would fill the memory. */
type Change = readonly [what: string, text: () => string]

/** Changes of one kind. */
export interface ChangeGroup {
  readonly what: string
  readonly side: keyof Contract
  /** Fewer than there are today would mean that a pattern finds nothing any more. */
  readonly atLeast: number
  readonly changes: readonly Change[]
}

/** Which lines of a block are swapped: each with the next one and with one half a block away, or all pairs. */
export type Pairs = 'some' | 'all'

/** The contract in this tree. */
export function readContract(root: string): Contract {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  return {
    header: read('core/machine/contract.gen.h'),
    api: read('core/pvm.h'),
    module: read('src/core/contract.gen.ts'),
  }
}

/** The lines that a pattern matches, by blocks, each swapped with others of its block. */
function swaps(
  text: string,
  pattern: RegExp,
  pairs: Pairs,
  swap: (a: RegExpExecArray, b: RegExpExecArray) => [string, string],
): Change[] {
  const lines = text.split('\n')
  type Line = { readonly at: number; readonly match: RegExpExecArray }
  const blocks: Line[][] = [[]]
  for (const [at, line] of lines.entries()) {
    const match = pattern.exec(line)
    if (match !== null) blocks.at(-1)!.push({ at, match })
    else if (!/^\s*(\/?\*|$)/.test(line)) blocks.push([]) // another block
  }
  const swapped = (a: Line, b: Line): Change => {
    const [first, second] = swap(a.match, b.match)
    const what = `${a.match[0].trim()} and ${b.match[0].trim()} swapped`
    return [what, () => lines.with(a.at, first).with(b.at, second).join('\n')]
  }
  return blocks.flatMap(block => {
    const half = block.length >> 1
    return block.flatMap((line, i) => {
      if (pairs === 'all') return block.slice(i + 1).map(other => swapped(line, other))
      const far = half > 1 ? block[i + half] : undefined
      return [block[i + 1], far].filter(other => other !== undefined).map(other => swapped(line, other))
    })
  })
}

/** Every number that a pattern matches, one more. */
function increments(text: string, pattern: RegExp): Change[] {
  return [...text.matchAll(pattern)].map(match => {
    const value = match[2]!
    const at = match.index + match[0].indexOf(value, match[1]!.length)
    const changed = (): string => `${text.slice(0, at)}${Number(value) + 1}${text.slice(at + value.length)}`
    return [`${match[1]!.trim()} one more`, changed]
  })
}

/** Every text that a pattern matches, as another one. */
function replacements(text: string, pattern: RegExp, other: (match: RegExpExecArray) => string): Change[] {
  return [...text.matchAll(pattern)].map(match => {
    const changed = other(match)
    const end = match.index + match[0].length
    return [`${match[0].trim()} as ${changed.trim()}`, () => text.slice(0, match.index) + changed + text.slice(end)]
  })
}

function changesOfHeader(header: string, pairs: Pairs): ChangeGroup[] {
  const side = 'header'
  // Behind this TypeScript sees nothing: what a pass keeps for itself.
  const end = header.indexOf('  s32 spare[')
  const seen = header.slice(0, end)
  const whole = (changes: Change[]): Change[] => changes.map(([what, text]) => [what, () => text() + header.slice(end)])
  const field = /^ {2}((?:const )?\w+) (\*?\w+(?:\[\w+\])?);(.*)$/
  // A word and its sign are the same to TypeScript, which reads unsigned ones.
  const column = /^( {2}(?:const )?)(\w+)( (?:\*\w+|\w+\[\w+\]);)/gm
  const numbers = increments(header, /^(#define \w+) (0x[0-9a-f]+|\d+)/gm)
  const kinds = increments(header, /^( {2}[A-Z_]+ =) (\d+)/gm).filter(([what]) => !/_COUNT =/.test(what))
  return [
    {
      ...{ what: 'fields of a struct swapped in C', side, atLeast: 120 },
      changes: whole(swaps(seen, field, pairs, (a, b) => [b[0], a[0]])),
    },
    {
      ...{ what: 'elements of a column changed in C', side, atLeast: 60 },
      changes: whole(
        replacements(
          seen,
          column,
          ([, before, type, after]) => `${before}${type === 'u32' ? 'uint8_t' : 'u32'}${after}`,
        ),
      ),
    },
    { what: 'addresses and capacities changed in C', side, atLeast: 40, changes: numbers },
    { what: 'kinds changed in C', side, atLeast: 40, changes: kinds },
  ]
}

function changesOfApi(api: string, pairs: Pairs): ChangeGroup[] {
  const start = api.indexOf('struct pvm {')
  const field = /^ {2}(\w+ [\w[\], ]+;)(\s+\/\*.*)?$/
  const fields = swaps(api.slice(start), field, pairs, (a, b) => [b[0], a[0]])
    .filter(([what]) => !/\b(reserved|unused)\b/.test(what) && /\/\* +\d/.test(what))
    .map(([what, text]): Change => [what, () => api.slice(0, start) + text()])
  const numbers = increments(api, /(PVM_(?:RULE|GAS|SET|TO|HOST|ACCESS)_\w+ =) (\d+)/g)
  return [
    { what: 'public fields swapped in pvm.h', side: 'api', atLeast: 14, changes: fields },
    { what: 'public numbers changed in pvm.h', side: 'api', atLeast: 15, changes: numbers },
  ]
}

function changesOfModule(module: string, pairs: Pairs): ChangeGroup[] {
  const side = 'module'
  const values = (a: RegExpExecArray, b: RegExpExecArray): [string, string] => [
    a[1]! + b[2]! + a[3]!,
    b[1]! + a[2]! + b[3]!,
  ]
  const numbers = increments(module, /^(export const \w+ =) (0x[0-9a-f]+|\d+)$/gm)
  return [
    {
      ...{ what: 'places and kinds swapped in TypeScript', side, atLeast: 170 },
      changes: swaps(module, /^( {2}\w+: )(\d+)(,)$/, pairs, values),
    },
    {
      ...{ what: 'views swapped in TypeScript', side, atLeast: 25 },
      changes: swaps(module, /^( {4}\w+: new \w+\(buffer, AT_GRAPH \+ )(\d+)(, .*)$/, pairs, values),
    },
    {
      ...{ what: 'addresses and capacities changed in TypeScript', side, atLeast: 35 },
      changes: numbers.filter(([what]) => !/_SIZE =/.test(what)),
    },
    {
      ...{ what: 'elements changed in TypeScript', side, atLeast: 50 },
      changes: replacements(module, /element: '(\w+)'/g, ([, type]) => `element: '${type === 'u8' ? 'u16' : 'u8'}'`),
    },
    {
      ...{ what: 'lengths changed in TypeScript', side, atLeast: 25 },
      changes: replacements(module, /(EDGE|NODE|LIST|EXIT)_CAPACITY\),/g, ([, name]) => `${name}_CAPACITY - 1),`),
    },
  ]
}

/** All changes, by kinds. */
export function changesOf({ header, api, module }: Contract, pairs: Pairs): ChangeGroup[] {
  return [...changesOfHeader(header, pairs), ...changesOfApi(api, pairs), ...changesOfModule(module, pairs)]
}

/** Whether the sides are found to differ, or the views cannot even be made. */
async function isSeen(contract: Contract): Promise<boolean> {
  try {
    return (await compareContract(contract)).length > 0
  } catch (error) {
    if (error instanceof RangeError) return true
    throw error
  }
}

/** The changes of a group that nothing sees. */
export async function missedOf(contract: Contract, { side, changes }: ChangeGroup): Promise<string[]> {
  const missed: string[] = []
  for (const [what, text] of changes) {
    if (!(await isSeen({ ...contract, [side]: text() }))) missed.push(what)
  }
  return missed
}
