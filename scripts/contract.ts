// Writes core/machine/contract.gen.h and src/core/contract.gen.ts from contract-schema.ts: what C and TypeScript agree on, once for
// both. The header asserts that the C compiler lays the structs out as TypeScript reads them.
import { GAS_MODEL_TEXTS, GAS_MODELS, RULE_TEXTS } from '../src/program/profile.ts'
import {
  ADDRESSES,
  type CType,
  DECODE,
  ENUMERATIONS,
  type Enumeration,
  type Field,
  GRAPH,
  NUMBERS,
  type Numeral,
  OFFSETS,
  PROGRAM,
  PUBLIC,
  RECORD,
  SHARED,
  type Struct,
} from './contract-schema.ts'

const MADE = 'Made by `npm run core` from scripts/contract-schema.ts. Do not edit.'

const C_TYPES: Readonly<Record<Field['type'], string>> = {
  u8: 'uint8_t',
  s8: 'int8_t',
  u16: 'uint16_t',
  s32: 's32',
  u32: 'u32',
  s64: 's64',
  u64: 'u64',
  context: 'context',
  record: 'record_words',
}
const SIZES: Readonly<Record<CType, number>> = { u8: 1, s8: 1, u16: 2, s32: 4, u32: 4, s64: 8, u64: 8 }
/** A u64 is read as its two halves. */
const ARRAYS: Readonly<Record<CType, string>> = {
  u8: 'Uint8Array',
  s8: 'Int8Array',
  u16: 'Uint16Array',
  s32: 'Int32Array',
  u32: 'Uint32Array',
  s64: 'Int32Array',
  u64: 'Uint32Array',
}

const camel = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
const snake = (name: string): string => name.replaceAll(/(?!^)(?<!_)[A-Z]/g, letter => `_${letter}`).toUpperCase()
const number = ({ value, hex }: Numeral): string => (hex === true ? `0x${value.toString(16)}` : String(value))
const capacity = (name: string): number => NUMBERS.find(numeral => numeral.name === name)!.value
const typeOf = ({ type }: Field): CType => (type === 'record' ? 's32' : (type as CType))

/** Lines of at most 120 characters, as a comment. */
function wrap(text: string, first: string, rest: string, end = ''): string[] {
  const lines: string[] = []
  let line = first
  for (const word of `${text}${end}`.split(' ')) {
    if (line.length + 1 + word.length > 118 && line !== first) {
      lines.push(line)
      line = rest
    }
    line += ` ${word}`
  }
  return [...lines, line]
}

const cComment = (text: string, indent = ''): string[] => wrap(text, `${indent}/*`, `${indent} *`, ' */')
function docComment(text: string, indent = ''): string[] {
  const one = `${indent}/** ${text} */`
  if (one.length <= 120) return [one]
  return [`${indent}/**`, ...wrap(text, `${indent} *`, `${indent} *`), `${indent} */`]
}

/** A field, and where it is in a memory of 32-bit pointers. */
interface Placed {
  readonly field: Field
  readonly at: number
}

/** The fields in order with their offsets, as a C compiler for wasm32 places them. Stops before what TypeScript does not see. */
export function placeFields({ fields }: Struct): readonly Placed[] {
  let at = 0
  const placed: Placed[] = []
  for (const field of fields) {
    if (field.inside === true && field.type === 'context') break
    const size = field.by !== undefined ? 4 : SIZES[field.type as CType]
    at = Math.ceil(at / size) * size
    placed.push({ field, at })
    at += size * (field.length === undefined ? 1 : capacity(field.length))
  }
  return placed
}

// ---- C ----

function cField(field: Field): string[] {
  const { name, type, length, by, constant, comment } = field
  const what = by !== undefined ? ` /* by ${by.replace('-end', ', one more')} */` : ''
  const declared = `  ${constant === true ? 'const ' : ''}${C_TYPES[type]} ${by === undefined ? '' : '*'}${name}${length === undefined ? '' : `[${length}]`};${what}`
  return [...(comment === undefined ? [] : cComment(comment, '  ')), declared]
}

function cStruct(struct: Struct): string[] {
  return [...cComment(struct.comment), 'typedef struct {', ...struct.fields.flatMap(cField), `} ${struct.name};`, '']
}

function cPlaces(struct: Struct): string[] {
  return placeFields(struct).map(({ field, at }) => `PVM_PLACED(${struct.name}, ${field.name}, ${at});`)
}

function cEnumeration({ prefix, comment, members, values }: Enumeration): string[] {
  const lines = members.map(([name], i) => `  ${prefix}_${snake(name)} = ${values?.[i] ?? i},`)
  return [
    ...cComment(comment),
    'enum {',
    ...lines,
    ...(values === undefined ? [`  ${prefix}_COUNT = ${members.length}`] : []),
    '};',
    '',
  ]
}

function cNumeral(numeral: Numeral, prefix = ''): string[] {
  return [
    ...cComment(numeral.comment),
    `#define ${prefix}${numeral.name} ${number(numeral)}${numeral.signed === true ? '' : 'u'}`,
  ]
}

function cEqual(prefix: string, at: Readonly<Record<string, number>>): string[] {
  return Object.entries(at).map(
    ([name, value]) => `_Static_assert(${prefix}_${snake(name)} == ${value}, "${prefix}_${snake(name)}");`,
  )
}

/** The members of an enum of pvm.h, with what they mean in a column behind. */
function cDescribed(lines: readonly (readonly [member: string, text: string])[]): string {
  const width = Math.max(...lines.map(([member]) => member.length)) + 1
  return lines
    .map(([member, text], i) => `  ${`${member}${i + 1 < lines.length ? ',' : ''}`.padEnd(width)} /* ${text} */\n`)
    .join('')
}

/** core/pvm.h with its gas models and rules as src/program/profile.ts has them; the rest of it is written by hand. */
export function renewPublicHeader(header: string): string {
  const models = GAS_MODELS.map((name, n) => [`PVM_GAS_${name.toUpperCase()} = ${n}`, GAS_MODEL_TEXTS[name]] as const)
  const texts = Object.entries({ ...RULE_TEXTS, Pages: 'times 0 to 4: sbrk maps pages of 4 to 64 KiB' })
  const rules = texts.map(([name, text], bit) => [`PVM_RULE_${snake(name)} = ${2 ** bit}`, text] as const)
  let result = header
  for (const [first, lines] of [
    ['PVM_GAS_', models],
    ['PVM_RULE_', rules],
  ] as const) {
    const members = new RegExp(`(?<=^enum \\{\\n) {2}${first}[^}]*`, 'm')
    if (!members.test(result)) throw new Error(`core/pvm.h has no enum of ${first}*`)
    result = result.replace(members, cDescribed(lines))
  }
  return result
}

/** The text of core/machine/contract.gen.h. */
export function generateContractHeader(): string {
  return [
    `/* ${MADE} */`,
    '#ifndef PVM_CONTRACT_H',
    '#define PVM_CONTRACT_H',
    '#include "../isa/ops.h"',
    '#include "../pvm.h"',
    '',
    '#if defined(__wasm__) || defined(PVM_GENERATOR) /* natively the allocator decides where things are */',
    ...ADDRESSES.flatMap(numeral => cNumeral(numeral, 'PVM_')),
    '#endif',
    '',
    ...NUMBERS.flatMap(numeral => cNumeral(numeral)),
    '',
    ...ENUMERATIONS.flatMap(cEnumeration),
    ...cStruct(DECODE),
    ...cStruct(RECORD),
    ...cStruct(PROGRAM),
    '/* A calling context of a graph. */',
    'typedef struct {',
    '  s32 first, end, depth, return_node, return_address;',
    '  u32 pool; /* where its nodes by segment are */',
    '} context;',
    '',
    ...cStruct(GRAPH),
    '/* TypeScript reads and writes them there. */',
    '#define PVM_PLACED(type, member, at) _Static_assert(offsetof(type, member) == (at), #type "." #member)',
    ...OFFSETS.flatMap(({ struct, at, size }) => [
      ...Object.entries(at).map(([member, offset]) => `PVM_PLACED(${struct}, ${member}, ${offset});`),
      `_Static_assert(sizeof(${struct}) == ${size}, "${struct}");`,
    ]),
    ...cPlaces(RECORD),
    '#ifdef __wasm__',
    ...[DECODE, PROGRAM, GRAPH].flatMap(cPlaces),
    '#endif',
    ...[...PUBLIC.map(({ prefix, at }) => [prefix, at] as const), ...SHARED].flatMap(([prefix, at]) =>
      cEqual(prefix, at),
    ),
    '',
    '#endif',
    '',
  ].join('\n')
}

// ---- TypeScript ----

function tsEnumeration({ name, comment, members, values }: Enumeration): string[] {
  return [
    ...docComment(comment),
    `export const ${name} = {`,
    ...members.flatMap(([member, text], i) => [...docComment(text, '  '), `  ${member}: ${values?.[i] ?? i},`]),
    '} as const',
    `export type ${name} = (typeof ${name})[keyof typeof ${name}]`,
    '',
  ]
}

function tsNumbers(
  name: string,
  comment: string,
  at: Readonly<Record<string, number>>,
  as: (key: string) => string,
): string[] {
  return [
    ...docComment(comment),
    `export const ${name} = {`,
    ...Object.entries(at).map(([key, value]) => `  ${as(key)}: ${value},`),
    '} as const',
    '',
  ]
}

const records = placeFields(RECORD).length

const visible = (struct: Struct): readonly Placed[] => placeFields(struct).filter(({ field }) => field.inside !== true)

/** Names of words and of columns of a struct of 32-bit words and pointers. */
function tsTables(struct: Struct, name: string, address: string): string[] {
  const placed = placeFields(struct)
  const words = placed.filter(({ field }) => field.by === undefined || field.by === 'input')
  const columns = (inside: boolean): string[] =>
    placed
      .map(({ field }) => field)
      .filter(field => field.by !== undefined && field.by !== 'input' && (field.inside === true) === inside)
      .map(field => {
        const words = field.type === 'record' ? records : 1
        return `  ${camel(field.name)}: { element: '${typeOf(field)}', by: '${field.by!}', words: ${words} },`
      })
  const upper = name.toUpperCase()
  return [
    ...docComment(`Words of ${struct.name}, by their place. ${struct.comment}`),
    `export const ${name}Word = {`,
    ...placed.flatMap(({ field, at }) => [
      ...(field.comment === undefined ? [] : docComment(field.comment, '  ')),
      `  ${camel(field.name)}: ${at / 4},`,
    ]),
    '} as const',
    ...docComment('Its words that are no addresses of columns.'),
    `export type ${name}Number = ${words.map(({ field }) => `'${camel(field.name)}'`).join(' | ')}`,
    ...docComment('Its words that are addresses of columns: elements, and what there is one for.'),
    `export const ${upper}_COLUMNS = {`,
    ...columns(false),
    '} as const',
    ...docComment("Columns that are the core's own: there has to be room."),
    `export const ${upper}_SCRATCH = {`,
    ...columns(true),
    '} as const',
    ...docComment(`Its words, all of them, at ${address}.`),
    `export function ${camel(`${name.toLowerCase()}_words`)}(buffer: ArrayBuffer): Uint32Array {`,
    `  return new Uint32Array(buffer, ${address}, ${placed.length})`,
    '}',
    '',
  ]
}

/** Arrays at fixed addresses; the words between them as one array. */
function tsGraph(struct: Struct): string[] {
  const placed = visible(struct)
  const words = placed.filter(({ field }) => field.length === undefined)
  const arrays = placed.filter(({ field }) => field.length !== undefined)
  const first = words[0]!.at
  if (words.some(({ at }, i) => at !== first + 4 * i)) throw new Error('the words of a graph are not in a row')
  const halves = (field: Field): string => (SIZES[typeOf(field)] === 8 ? '2 * ' : '')
  return [
    ...docComment('Words of graph_tables, by their place in `words`.'),
    'export const GraphWord = {',
    ...words.flatMap(({ field }, i) => [
      ...(field.comment === undefined ? [] : docComment(field.comment, '  ')),
      `  ${camel(field.name)}: ${i},`,
    ]),
    '} as const',
    '',
    ...docComment(`${struct.comment} Longer than needed; valid until the next root.`),
    'export interface GraphTables {',
    ...arrays.flatMap(({ field }) => [
      ...(field.comment === undefined ? [] : docComment(field.comment, '  ')),
      `  readonly ${camel(field.name)}: ${ARRAYS[typeOf(field)]}`,
    ]),
    '  /** See `GraphWord`. */',
    '  readonly words: Uint32Array',
    '}',
    '',
    '/** graph_tables of the workspace with this memory. */',
    'export function viewGraph(buffer: ArrayBuffer): GraphTables {',
    '  return {',
    ...arrays.map(
      ({ field, at }) =>
        `    ${camel(field.name)}: new ${ARRAYS[typeOf(field)]}(buffer, AT_GRAPH + ${at}, ${halves(field)}${field.length!}),`,
    ),
    `    words: new Uint32Array(buffer, AT_GRAPH + ${first}, ${words.length}),`,
    '  }',
    '}',
    '',
  ]
}

/** The text of contract.gen.ts. */
export function generateContractModule(): string {
  const records = placeFields(RECORD)
  return [
    `// ${MADE}`,
    '// What the core in C and TypeScript agree on; core/machine/contract.gen.h has the same.',
    '',
    ...[...ADDRESSES, ...NUMBERS].flatMap(numeral => [
      ...docComment(numeral.comment),
      `export const ${numeral.name} = ${number(numeral)}`,
    ]),
    '',
    ...docComment('Words of an instruction that its templates take.'),
    `export const RECORD_WORDS = ${records.length}`,
    ...docComment(RECORD.comment),
    'export const RecordWord = {',
    ...records.flatMap(({ field, at }) => [
      ...(field.comment === undefined ? [] : docComment(field.comment, '  ')),
      `  ${camel(field.name)}: ${at / 4},`,
    ]),
    '} as const',
    '',
    ...ENUMERATIONS.flatMap(tsEnumeration),
    ...OFFSETS.flatMap(({ struct, name, at, size }) => [
      `/** Bytes of struct ${struct}, as far as it is public. */`,
      `export const ${name}_SIZE = ${size}`,
      ...tsNumbers(name, `Offsets in struct ${struct}, core/pvm.h.`, at, key =>
        key.endsWith('_len') ? camel(`${key}gth`) : camel(key),
      ),
    ]),
    ...PUBLIC.flatMap(({ name, prefix, comment, at }) =>
      tsNumbers(name, `${comment} ${prefix}_* of core/pvm.h.`, at, key => key.replaceAll('_', '')),
    ),
    ...tsTables(DECODE, 'Decode', 'AT_DECODED'),
    ...tsTables(PROGRAM, 'Program', 'AT_PROGRAM'),
    ...tsGraph(GRAPH),
  ].join('\n')
}
