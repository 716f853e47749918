// The C library's readers of program files against src/blob/: the same parts, or the same error code and offset.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PAGE_SIZE } from '../../src/blob/address-space.ts'
import { assemble } from '../../src/blob/assembly.ts'
import { BLOB_KINDS, type BlobKind, type Container, encodeContainer } from '../../src/blob/container.ts'
import { BlobError } from '../../src/blob/error.ts'
import type { PolkavmFile } from '../../src/blob/polkavm.ts'
import { coreRules } from '../../src/core/rules.ts'
import { createEngine } from '../../src/engine/create.ts'
import { loadProgram, type Program } from '../../src/program/program.ts'
import { compile, compilers, SANITIZERS } from './build.ts'

const ROOT = join(import.meta.dirname, '../..')
const START = 0x811c9dc5

/** FNV-1a over the bytes and their number. */
function mix(hash: number, bytes: Uint8Array): number {
  let h = hash
  for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193)
  return Math.imul(h ^ bytes.length, 0x01000193) >>> 0
}

const u32 = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer)
const NOTHING = new Uint8Array(0)

/** The hash of everything a file has, in the order of files.c. */
function hashOf({ container, parts }: Program): number {
  const file = container.kind === 'polkavm' ? container.file : undefined
  const standard =
    container.kind === 'jam' ? container.file.program : container.kind === 'standard' ? container.program : file
  const metadata = container.kind === 'jam' ? container.file.metadataBytes : NOTHING
  const data = [metadata, standard?.readOnly ?? NOTHING, standard?.readWrite ?? NOTHING, parts.code, parts.bitmask]
  let hash = data.reduce(mix, START)
  for (const { bytes } of file?.imports ?? []) hash = mix(hash, bytes)
  for (const { bytes, pc } of file?.exports ?? []) hash = mix(mix(hash, bytes), u32(pc))
  return hash
}

function isMarked({ code, bitmask }: Program, pc: number): boolean {
  return pc < code.length && (bitmask[pc >>> 3]! & (1 << (pc & 7))) !== 0
}

/** What files.c prints for bytes. */
function expectedLine(bytes: Uint8Array, kind: BlobKind | undefined): string {
  let program: Program
  // The C library reads the encoding with a bitmask only, as PolkaVM 0.36 and before.
  const isLatest = Buffer.from(bytes.subarray(0, 5)).toString('latin1') === 'PVM\0\x02'
  try {
    program = loadProgram(bytes, { ...(kind && { kind }), ...(isLatest && { instructionSet: 'latest64' }) })
  } catch (error) {
    if (error instanceof BlobError) return `${error.code} ${error.offset}`
    throw error
  }
  const { container } = program
  const isNewer =
    isLatest && container.kind === 'polkavm' && container.file.exports.some(({ pc }) => !isMarked(program, pc))
  if (isNewer) return 'bad-version 4'
  const version = container.kind === 'polkavm' ? container.file.version : 0
  const head = `${1 + BLOB_KINDS.indexOf(container.kind)} ${version} ${hashOf(program).toString(16)}`
  if (program.bits === 32) return `${head} bad-version 4`
  const args = program.layout.argumentsLimit > 0 ? Uint8Array.of(1, 2, 3) : NOTHING
  const vm = createEngine({ kind: 'reference' }).instantiate(program, { args })
  let hash = START
  let mapped = 0
  for (const { page, count, access } of vm.memory.pages()) {
    for (let number = page; number < page + count; number++, mapped++) {
      if (mapped >= 8) break
      const contents = new Uint8Array(PAGE_SIZE)
      vm.memory.read(number * PAGE_SIZE, contents)
      hash = mix(mix(mix(hash, u32(number)), Uint8Array.of(access)), contents)
    }
  }
  const pages = [...vm.memory.pages()].reduce((sum, { count }) => sum + count, 0)
  const { rules, gasModel } = coreRules(program)
  const limit = program.layout.heapLimit
  const facts = [0, pages, hash.toString(16), program.layout.heapStart, limit, rules, gasModel]
  return [head, ...facts, ...[...vm.regs].map(value => value.toString(16))].join(' ')
}

/** A repeatable source of numbers below n. */
function numbers(seed: number): (n: number) => number {
  let state = seed
  return n => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

function polkavm(changes: Partial<PolkavmFile>): Uint8Array {
  const { container } = assemble('fallthrough\necalli 0\njump_ind r0')
  const parts = container.kind === 'raw' ? container.parts : undefined
  const symbol = (name: string): { name: string; bytes: Uint8Array } => ({
    name,
    bytes: new TextEncoder().encode(name),
  })
  const file: PolkavmFile = {
    version: 0,
    readOnly: Uint8Array.of(1, 2, 3),
    readWrite: Uint8Array.of(9),
    readOnlySize: 5000,
    readWriteSize: 70_000,
    stackSize: 8192,
    imports: ['one', 'two', ''].map(symbol),
    exports: [
      { ...symbol('main'), pc: 0 },
      { ...symbol('main'), pc: 1 },
      { ...symbol('other'), pc: 1 },
    ],
    parts: parts!,
    sections: [{ id: 131, bytes: Uint8Array.of(1) }],
    ...changes,
  }
  return encodeContainer({ kind: 'polkavm', file })
}

function seeds(): Uint8Array[] {
  const files: Uint8Array[] = ['adder.polkavm', 'counter.jam'].map(
    name => new Uint8Array(readFileSync(join(ROOT, 'examples', name))),
  )
  const texts = readdirSync(join(ROOT, 'examples')).filter(name => name.endsWith('.pvm'))
  for (const name of texts) files.push(assemble(readFileSync(join(ROOT, 'examples', name), 'utf8')).bytes)
  const raw = assemble('.jump_table @a, @b\n@a: fallthrough\n@b: jump_ind r0').container
  if (raw.kind !== 'raw') throw new Error('the text makes a raw blob')
  const { parts } = raw
  const program = {
    readOnly: Uint8Array.of(7),
    readWrite: new Uint8Array(5000).fill(3),
    heapPages: 3,
    stackSize: 4097,
    parts,
  }
  const containers: Container[] = [
    raw,
    { kind: 'standard', program },
    { kind: 'standard', program: { ...program, heapPages: 9000, stackSize: 2 ** 24 - 1 } },
    { kind: 'jam', file: { metadataBytes: new Uint8Array(200), program } },
  ]
  files.push(...containers.map(encodeContainer))
  // Jump table entries of more bytes than any number has.
  files.push(Uint8Array.from([1, 40, 1, ...new Uint8Array(40).fill(7), 0, 1]))
  files.push(polkavm({}), polkavm({ version: 1 }), polkavm({ version: 2 }), polkavm({ version: 3 }))
  files.push(polkavm({ version: 2, exports: [{ name: 'x', bytes: Uint8Array.of(120), pc: 2 }] }))
  files.push(polkavm({ readWriteSize: 2 ** 32 - 2 ** 20 }), polkavm({ stackSize: 2 ** 31, readWriteSize: 2 ** 31 }))
  files.push(polkavm({ imports: [], exports: [], readOnlySize: 0, readOnly: NOTHING }))
  return files
}

/** The seeds, cut, stretched and changed at the places that count most: the first bytes. */
function* inputs(count: number): Generator<readonly [bytes: Uint8Array, kind: number]> {
  const files = seeds()
  for (const file of files) for (let kind = 0; kind <= 4; kind++) yield [file, kind]
  const below = numbers(20261126)
  for (let i = 0; i < count; i++) {
    const file = files[below(files.length)]!
    const changed = Uint8Array.from([...file, ...new Uint8Array(below(8) === 0 ? below(5) : 0)])
    const bytes = below(4) === 0 ? changed.subarray(0, below(changed.length + 1)) : changed
    for (let times = below(4); times > 0 && bytes.length > 0; times--) {
      const at = below(2) === 0 ? below(Math.min(bytes.length, 48)) : below(bytes.length)
      bytes[at] = below(3) === 0 ? [0, 1, 127, 128, 192, 255][below(6)]! : below(256)
    }
    yield [bytes, below(3) === 0 ? below(5) : 0]
  }
}

describe.skipIf(!compilers.includes('gcc'))('program files in C', () => {
  it('every file, sound or broken, is read as in TypeScript, and sanitizers are silent', { timeout: 300_000 }, () => {
    const program = compile('gcc', 'test/native/files.c', SANITIZERS)
    const all = [...inputs(2000)]
    const input = Buffer.concat(all.flatMap(([bytes, kind]) => [u32(kind, bytes.length), bytes]))
    const lines = execFileSync(program, { input, maxBuffer: 2 ** 26 })
      .toString()
      .trim()
      .split('\n')
    expect(lines).toHaveLength(all.length)
    const seen = new Map<string, number>()
    for (const [i, [bytes, kind]] of all.entries()) {
      const expected = expectedLine(bytes, kind === 0 ? undefined : BLOB_KINDS[kind - 1])
      expect(lines[i], `input ${i}, kind ${kind}, ${Buffer.from(bytes).toString('hex').slice(0, 200)}`).toBe(expected)
      const code = expected.split(' ')[0]!
      seen.set(code, (seen.get(code) ?? 0) + 1)
    }
    // Every kind and every error of the readers was there.
    const codes = 'truncated trailing-bytes bad-varint length-too-large bad-bitmask bad-jump-table bad-layout bad-magic'
    const wanted = `1 2 3 4 ${codes} bad-version bad-section bad-symbol unknown-format`.split(' ')
    expect(wanted.filter(code => !seen.has(code))).toEqual([])
  })
})
