// The two sides of the contract agree, and a field, a number or an element changed on one side only is seen.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generateContractHeader, generateContractModule } from '../../scripts/contract.ts'
import { type Contract, compareContract } from './contract.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const CONTRACT: Contract = {
  header: read('core/machine/contract.gen.h'),
  api: read('core/pvm.h'),
  module: read('src/core/contract.gen.ts'),
}

/** A change of one side: what it does, and the text that comes of it. */
type Change = readonly [what: string, text: string]

/**
 * The lines that a pattern matches, by blocks, each with what makes it one that is swapped with another of its block: with the next
 * one, and with one half a block away. Where a field is is compared by its name, so these stand for all pairs.
 */
function swaps(
  text: string,
  pattern: RegExp,
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
    const changed = lines.map((old, i) => (i === a.at ? first : i === b.at ? second : old))
    return [`${a.match[0].trim()} and ${b.match[0].trim()} swapped`, changed.join('\n')]
  }
  return blocks.flatMap(block => {
    const half = block.length >> 1
    return block.flatMap((line, i) => {
      const next = block[i + 1]
      const far = half > 1 ? block[i + half] : undefined
      return [next, far].filter(other => other !== undefined).map(other => swapped(line, other))
    })
  })
}

/** Every number that a pattern matches, one more. */
function increments(text: string, pattern: RegExp): Change[] {
  return [...text.matchAll(pattern)].map(match => {
    const value = match[2]!
    const at = match.index + match[0].indexOf(value, match[1]!.length)
    return [`${match[1]!.trim()} one more`, `${text.slice(0, at)}${Number(value) + 1}${text.slice(at + value.length)}`]
  })
}

/** Whether the sides are found to differ, or the views cannot even be made. */
function isSeen(contract: Contract): boolean {
  try {
    return compareContract(contract).length > 0
  } catch (error) {
    if (error instanceof RangeError) return true
    throw error
  }
}

/** All of them are seen. Returns how many there were. */
function expectSeen(side: keyof Contract, changes: readonly Change[]): number {
  const missed = changes.filter(([, text]) => !isSeen({ ...CONTRACT, [side]: text }))
  expect(missed.map(([what]) => what)).toEqual([])
  return changes.length
}

describe('the contract between C and TypeScript', () => {
  it('is what the schema gives', () => {
    expect(CONTRACT.header).toBe(generateContractHeader())
    expect(CONTRACT.module).toBe(generateContractModule())
  })

  it('is the same on both sides', () => {
    expect(compareContract(CONTRACT)).toEqual([])
  })

  it('any two fields of a struct swapped in C are seen', () => {
    const field = /^ {2}((?:const )?\w+) (\*?\w+(?:\[\w+\])?);(.*)$/
    const swapped = (a: RegExpExecArray, b: RegExpExecArray): [string, string] => [b[0], a[0]]
    const inside = CONTRACT.header.indexOf('  s32 spare[')
    const graph = CONTRACT.header.slice(0, inside)
    const changes = swaps(graph, field, swapped).map(
      ([what, text]): Change => [what, text + CONTRACT.header.slice(inside)],
    )
    expect(expectSeen('header', changes)).toBeGreaterThan(120)
    const types = [...graph.matchAll(/^ {2}(?:const )?(\w+) (\*?\w+(?:\[\w+\])?);/gm)].map((match): Change => {
      const other = match[1] === 'u32' ? 'uint8_t' : 'u32'
      const at = match.index + match[0].indexOf(match[1]!)
      return [
        `${match[0].trim()} as ${other}`,
        graph.slice(0, at) + other + graph.slice(at + match[1]!.length) + CONTRACT.header.slice(inside),
      ]
    })
    // Words and their signs are the same to TypeScript, which reads unsigned ones.
    const plain = types.filter(([what]) => /[*[]/.test(what))
    expect(expectSeen('header', plain)).toBeGreaterThan(60)
  })

  it('any number changed in C is seen: addresses, capacities, kinds', () => {
    expect(expectSeen('header', increments(CONTRACT.header, /^(#define \w+) (0x[0-9a-f]+|\d+)/gm))).toBeGreaterThan(40)
    const kinds = increments(CONTRACT.header, /^( {2}[A-Z_]+ =) (\d+)/gm).filter(([what]) => !/_COUNT =/.test(what))
    expect(expectSeen('header', kinds)).toBeGreaterThan(40)
  })

  it('any two public fields swapped in pvm.h are seen', () => {
    const start = CONTRACT.api.indexOf('struct pvm {')
    const field = /^ {2}(\w+ [\w[\], ]+;)(\s+\/\*.*)?$/
    const names = /\b(reserved|unused)\b/
    const changes = swaps(CONTRACT.api.slice(start), field, (a, b) => [b[0], a[0]])
      .filter(([what]) => !names.test(what) && /\/\* +\d/.test(what))
      .map(([what, text]): Change => [what, CONTRACT.api.slice(0, start) + text])
    expect(expectSeen('api', changes)).toBeGreaterThan(14)
    const numbers = increments(CONTRACT.api, /(PVM_(?:RULE|GAS|SET|TO|HOST)_\w+ =) (\d+)/g)
    expect(expectSeen('api', numbers)).toBeGreaterThan(15)
  })

  it('any two fields swapped in TypeScript are seen', () => {
    const place = /^( {2}\w+: )(\d+)(,)$/
    const values = (a: RegExpExecArray, b: RegExpExecArray): [string, string] => [
      a[1]! + b[2]! + a[3]!,
      b[1]! + a[2]! + b[3]!,
    ]
    expect(expectSeen('module', swaps(CONTRACT.module, place, values))).toBeGreaterThan(170)
    const view = /^( {4}\w+: new \w+\(buffer, AT_GRAPH \+ )(\d+)(, .*)$/
    expect(expectSeen('module', swaps(CONTRACT.module, view, values))).toBeGreaterThan(25)
  })

  it('any number and any element changed in TypeScript is seen', () => {
    expect(
      expectSeen(
        'module',
        increments(CONTRACT.module, /^(export const \w+ =) (0x[0-9a-f]+|\d+)$/gm).filter(
          ([what]) => !/_SIZE =/.test(what),
        ),
      ),
    ).toBeGreaterThan(35)
    const elements = [...CONTRACT.module.matchAll(/element: '(\w+)'/g)].map((match): Change => {
      const other = match[1] === 'u8' ? 'u16' : 'u8'
      return [
        match[0],
        `${CONTRACT.module.slice(0, match.index)}element: '${other}'${CONTRACT.module.slice(match.index + match[0].length)}`,
      ]
    })
    expect(expectSeen('module', elements)).toBeGreaterThan(50)
    const lengths = [...CONTRACT.module.matchAll(/(EDGE|NODE|LIST|EXIT)_CAPACITY\),/g)].map(
      (match): Change => [
        `${match[0]} shorter`,
        `${CONTRACT.module.slice(0, match.index)}${match[1]}_CAPACITY - 1),${CONTRACT.module.slice(match.index + match[0].length)}`,
      ],
    )
    expect(expectSeen('module', lengths)).toBeGreaterThan(25)
  })
})
