// Compares the two sides of the contract by reading them: the C headers by an own small parser, the TypeScript module by running it.
// Shares nothing with the generator. Not the test: contract.test.ts.
import { transform } from 'esbuild'
import { Access } from '../../src/blob/address-space.ts'
import { HostAction } from '../../src/engine/engine.ts'
import { Exit } from '../../src/engine/exit.ts'
import { GAS_MODELS } from '../../src/program/profile.ts'

/** The texts of contract.gen.h, pvm.h and contract.gen.ts. */
export interface Contract {
  readonly header: string
  readonly api: string
  readonly module: string
}

const SIZES: Readonly<Record<string, number>> = {
  ...{ uint8_t: 1, int8_t: 1, uint16_t: 2, s32: 4, u32: 4, int32_t: 4, uint32_t: 4 },
  ...{ s64: 8, u64: 8, int64_t: 8, uint64_t: 8 },
}
const ELEMENTS: Readonly<Record<string, string>> = {
  ...{ uint8_t: 'u8', int8_t: 's8', uint16_t: 'u16', s32: 's32', u32: 'u32', u64: 'u32', record_words: 's32' },
}
const ARRAYS: Readonly<Record<string, string>> = {
  ...{ u8: 'Uint8Array', s8: 'Int8Array', u16: 'Uint16Array', s32: 'Int32Array', u32: 'Uint32Array' },
}

const camel = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
const snake = (name: string): string => name.replaceAll(/(?!^)[A-Z]/g, letter => `_${letter}`).toUpperCase()

interface Member {
  readonly type: string
  readonly name: string
  readonly at: number
  readonly length: number
  readonly pointer: boolean
}

/** Where the members of a struct are, with pointers of 32 bits. Stops at a member whose size it does not know. */
function membersOf(text: string, start: string, end: string, numbers: ReadonlyMap<string, number>): Member[] {
  const from = text.indexOf(start)
  const body = text.slice(from + start.length, text.indexOf(end, from)).replaceAll(/\/\*[\s\S]*?\*\//g, '')
  const members: Member[] = []
  let at = 0
  for (const [, type, names] of body.matchAll(/(?:const )?(\w+) ([^;]+);/g)) {
    for (const declarator of names!.split(',')) {
      const [, star, name, bound] = /^\s*(\*?)(\w+)(?:\[(\w+)\])?\s*$/.exec(declarator)!
      const pointer = star === '*'
      const size = pointer ? 4 : SIZES[type!]
      if (size === undefined) return members
      const length = bound === undefined ? 1 : /^\d/.test(bound) ? Number(bound) : numbers.get(bound)!
      at = Math.ceil(at / size) * size
      members.push({ type: type!, name: name!, at, length, pointer })
      at += size * length
    }
  }
  return members
}

type Numbers = Readonly<Record<string, number>>
type Kinds = Readonly<Record<string, { readonly element: string; readonly by: string; readonly words: number }>>

type Exports = Readonly<Record<string, unknown>>

let loaded: { readonly module: string; readonly exports: Exports } | undefined

/** What contract.gen.ts exports. */
async function load(module: string): Promise<Exports> {
  if (loaded?.module === module) return loaded.exports
  const { code } = await transform(module, { loader: 'ts', format: 'cjs' }) // one process for all; its blocking form starts one each
  const exports = {}
  new Function('exports', 'module', code)(exports, {
    set exports(value: object) {
      Object.defineProperties(exports, Object.getOwnPropertyDescriptors(value))
    },
  })
  loaded = { module, exports }
  return exports
}

/** Large enough for the tables of a graph; nothing is read from it. */
const MEMORY = new ArrayBuffer(0x400000)

/** Differences between the two sides, each in a few words. */
export async function compareContract({ header, api, module }: Contract): Promise<readonly string[]> {
  const found: string[] = []
  const ts = await load(module)
  const check = (what: string, c: unknown, typescript: unknown): void => {
    if (c !== typescript) found.push(`${what}: ${String(c)} in C, ${String(typescript)} in TypeScript`)
  }
  const numbers = new Map<string, number>()
  for (const [, name, value] of header.matchAll(/^#define (\w+) (0x[0-9a-f]+|\d+)u?$/gm)) {
    numbers.set(name!, Number(value))
    check(name!, Number(value), ts[name!.replace(/^PVM_/, '')])
  }
  for (const [name, value] of Object.entries(ts)) {
    if (typeof value !== 'number' || /^(RECORD_WORDS|VM_SIZE|EVENT_SIZE)$/.test(name)) continue
    check(name, numbers.get(name) ?? numbers.get(`PVM_${name}`), value)
  }
  const named = (text: string): Map<string, number> =>
    new Map([...text.matchAll(/^ {2}(\w+) = (-?\d+)/gm)].map(([, name, value]) => [name!, Number(value)]))
  const inline = new Map([...api.matchAll(/(PVM_\w+) = (-?\d+)/g)].map(([, name, value]) => [name!, Number(value)]))
  const enumerations = named(header)
  const equal = (prefix: string, c: ReadonlyMap<string, number>, at: Numbers): void => {
    for (const [name, value] of Object.entries(at))
      check(`${prefix}_${snake(name)}`, c.get(`${prefix}_${snake(name)}`), value)
  }
  for (const [prefix, name] of Object.entries({
    ...{
      END: 'End',
      CHECK: 'Check',
      WAY: 'Way',
      LEAVE: 'Leave',
      GRAPH: 'GraphOption',
      COMPILED: 'Compiled',
      LOCAL: 'Local',
      WHY: 'Why',
      PIECE: 'Piece',
      SAID: 'Said',
      MORE: 'More',
      FORM: 'Form',
      RIGHT: 'Right',
      PART: 'Part',
      USED: 'Used',
    },
  })) {
    const at = ts[name] as Numbers
    equal(prefix, enumerations, at)
    const members = [...enumerations.keys()].filter(key => key.startsWith(`${prefix}_`) && key !== `${prefix}_COUNT`)
    check(`members of ${name}`, members.length, Object.keys(at).length)
  }
  equal('PVM_TO', inline, ts.Target as Numbers)
  equal('PVM_RULE', inline, ts.Rule as Numbers)
  equal('PVM_GAS', inline, Object.fromEntries(GAS_MODELS.map((name, number) => [name, number])))
  const { Gp072, Gp080, Latest64, ReviveV1, Extended, ReviveV1Strict, Latest32 } = ts.SetNumber as Numbers
  for (const [c, value] of [
    ['GP_072', Gp072],
    ['GP_080', Gp080],
    ['LATEST64', Latest64],
    ['REVIVE_V1', ReviveV1],
    ['EXTENDED', Extended],
    ['REVIVE_V1_STRICT', ReviveV1Strict],
    ['LATEST32', Latest32],
  ]) {
    check(`PVM_SET_${c}`, inline.get(`PVM_SET_${c}`), value)
  }
  equal('PVM_HOST', inline, ts.HostAnswer as Numbers)
  equal('PVM_ACCESS', inline, ts.EventAccess as Numbers)
  equal('PVM', inline, { ...Exit, ...Access, ...(ts.Unfinished as Numbers) })
  const { Continue, Halt, Panic, Stop } = HostAction
  equal('PVM_HOST', inline, { Continue, Halt, Panic, Stop })

  const places = (what: string, members: readonly Member[], at: Numbers, unit: number): void => {
    const c = new Map(members.map(({ name, at }) => [camel(name).replace(/Len$/, 'Length'), at]))
    for (const [name, place] of Object.entries(at)) check(`${what}.${name}`, c.get(name), place * unit)
  }
  places('pvm', membersOf(api, 'struct pvm {', '\n};', numbers), ts.VM as Numbers, 1)
  places(
    'pvm_event',
    membersOf(
      api.slice(api.lastIndexOf('typedef struct {', api.indexOf('} pvm_event'))),
      'typedef struct {',
      '} pvm_event',
      numbers,
    ),
    ts.EVENT as Numbers,
    1,
  )
  const struct = (name: string): Member[] => {
    const text = header.slice(0, header.indexOf(`} ${name};`) + 1)
    return membersOf(text.slice(text.lastIndexOf('typedef struct {')), 'typedef struct {', '}', numbers)
  }
  const records = struct('record_words')
  places('record_words', records, ts.RecordWord as Numbers, 4)
  check('RECORD_WORDS', records.length, ts.RECORD_WORDS)
  for (const [name, word, columns, scratch] of [
    ['decode_tables', 'DecodeWord', 'DECODE_COLUMNS', 'DECODE_SCRATCH'],
    ['program_tables', 'ProgramWord', 'PROGRAM_COLUMNS', 'PROGRAM_SCRATCH'],
  ] as const) {
    const members = struct(name)
    places(name, members, ts[word] as Numbers, 4)
    check(`words of ${name}`, members.length, Object.keys(ts[word] as Numbers).length)
    const kinds: Kinds = { ...(ts[columns] as Kinds), ...(ts[scratch] as Kinds) }
    for (const { name: member, type, pointer } of members) {
      const kind = kinds[camel(member)]
      if (!pointer) check(`${name}.${member} is a column`, undefined, kind)
      else if (kind === undefined)
        check(`${name}.${member}`, type, member === 'code' || member === 'mask' ? 'uint8_t' : 'a column')
      else {
        check(`elements of ${name}.${member}`, ELEMENTS[type], kind.element)
        check(`words of ${name}.${member}`, type === 'record_words' ? records.length : 1, kind.words)
      }
    }
  }
  const graph = struct('graph_tables')
  const at = numbers.get('PVM_AT_GRAPH')!
  const views = (ts.viewGraph as (buffer: ArrayBuffer) => Readonly<Record<string, Uint32Array>>)(MEMORY)
  const places32 = new Map(graph.map(member => [camel(member.name), member]))
  for (const [name, view] of Object.entries(views)) {
    if (name === 'words') continue
    const member = places32.get(name)
    if (member === undefined) {
      found.push(`graph_tables.${name} is not in C`)
      continue
    }
    check(`graph_tables.${name}`, at + member.at, view.byteOffset)
    check(`elements of graph_tables.${name}`, ARRAYS[ELEMENTS[member.type]!], view.constructor.name)
    check(`length of graph_tables.${name}`, member.length * (member.type === 'u64' ? 2 : 1), view.length)
  }
  for (const [name, place] of Object.entries(ts.GraphWord as Numbers)) {
    check(`graph_tables.${name}`, at + (places32.get(name)?.at ?? -1), views.words!.byteOffset + 4 * place)
  }
  check('words of graph_tables', Object.keys(ts.GraphWord as Numbers).length, views.words!.length)
  return found
}
