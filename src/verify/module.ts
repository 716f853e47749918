// Verifies a module of compiled code: accepts only what can do no more than docs/verifier.md says. It shares no code with
// the generator, and knows of it only the forms that it accepts. The rules for functions are in function.ts.
import { FunctionVerifier } from './function.ts'
import type { Machine } from './machine.ts'
import { RANGE_HELPER } from './range-helper.ts'
import { ModuleReader } from './reader.ts'
import { Refusal } from './refusal.ts'
import { FIRST_ROOT } from './words.ts'

/** The types of functions, one after the other: of compiled code, of the import `host`, of the helper `range`. */
const TYPES = [
  [0x7e, 0x7f, -1, 0x7f, 0x7e],
  [0x7f, 0x7f, 0x7f, -1, 0x7f],
  [0x7f, 0x7f, 0x7f, -1, 0x7f, 0x7f],
]

function section(reader: ModuleReader, id: number): number {
  if (reader.byte() !== id) reader.refuse('module', `section ${id} is expected`)
  const size = reader.unsigned()
  return reader.at + size
}

function expectBytes(reader: ModuleReader, bytes: readonly number[], what: string): void {
  for (const byte of bytes) if (reader.byte() !== byte) reader.refuse('module', what)
}

function expectEnd(reader: ModuleReader, end: number): void {
  if (reader.at !== end) reader.refuse('module', 'a section of another size')
}

function readTypes(reader: ModuleReader): void {
  const end = section(reader, 1)
  if (reader.unsigned() !== TYPES.length) reader.refuse('module', 'other types')
  for (const type of TYPES) {
    const results = type.indexOf(-1)
    const flat = [0x60, results, ...type.slice(0, results), type.length - results - 1, ...type.slice(results + 1)]
    expectBytes(reader, flat, 'other types')
  }
  expectEnd(reader, end)
}

function name(reader: ModuleReader): string {
  let text = ''
  for (let left = reader.unsigned(); left > 0; left--) text += String.fromCharCode(reader.byte())
  return text
}

/** Reads the imports: `memory` of at least a page, `table` of functions, and `host` of its type, in this order. */
function readImports(reader: ModuleReader): void {
  const end = section(reader, 2)
  const wanted = [
    ['memory', 2, 0, 1],
    ['table', 1, 0x70, 0, 1],
    ['host', 0, 1],
  ] as const
  if (reader.unsigned() !== wanted.length) reader.refuse('module', 'other imports')
  for (const [field, ...bytes] of wanted) {
    if (name(reader) !== 'e' || name(reader) !== field) reader.refuse('module', 'other imports')
    expectBytes(reader, bytes, 'other imports')
  }
  expectEnd(reader, end)
}

/** Reads the type of each function. Returns how many functions there are. */
function readFunctions(reader: ModuleReader): number {
  const end = section(reader, 3)
  const count = reader.unsigned()
  for (let i = 0; i < count; i++)
    if (reader.unsigned() !== (i === 0 ? 2 : 0)) reader.refuse('module', 'other functions')
  if (count === 0) reader.refuse('module', 'no helper')
  expectEnd(reader, end)
  return count
}

/** Reads the exports: each root by its segment's number, and nothing else. Returns for each whether it is in the middle of a block. */
function readExports(reader: ModuleReader, functions: number, { within }: Machine): boolean[] {
  const end = section(reader, 7)
  const count = reader.unsigned()
  if (count !== functions - 1) reader.refuse('module', 'other exports')
  const roots: boolean[] = []
  for (let i = 0; i < count; i++) {
    const segment = name(reader)
    if (!/^\d{1,10}$/.test(segment) || reader.byte() !== 0 || reader.unsigned() !== FIRST_ROOT + i) {
      reader.refuse('module', 'other exports')
    }
    roots.push(within[Number(segment) + 1] === 1)
  }
  expectEnd(reader, end)
  return roots
}

function readCode(reader: ModuleReader, roots: readonly boolean[], machine: Machine): void {
  const end = section(reader, 10)
  if (reader.unsigned() !== roots.length + 1) reader.refuse('module', 'other functions')
  const verifier = new FunctionVerifier(reader, machine, roots)
  for (let i = 0; i <= roots.length; i++) {
    reader.function = i
    const size = reader.unsigned()
    const next = reader.at + size
    if (next > end) reader.refuse('module', 'a function beyond the section')
    if (i > 0) verifier.verify(next)
    else if (size !== RANGE_HELPER.length) reader.refuse('module', 'another helper')
    else expectBytes(reader, RANGE_HELPER, 'another helper')
    if (reader.at !== next) reader.refuse('module', 'a function of another size')
  }
  reader.function = -1
  expectEnd(reader, end)
}

/**
 * Verifies a module of compiled code for a machine.
 *
 * @returns undefined when it is accepted, else why not.
 */
export function verifyModule(bytes: Uint8Array, machine: Machine): Refusal | undefined {
  const reader = new ModuleReader(bytes)
  try {
    expectBytes(reader, [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], 'no module')
    readTypes(reader)
    readImports(reader)
    const functions = readFunctions(reader)
    readCode(reader, readExports(reader, functions, machine), machine)
    if (reader.at !== bytes.length) reader.refuse('module', 'another section')
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}
