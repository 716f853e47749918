// Malformed bytes and texts: program files, assembly, traces, vectors. Only typed errors, bounded time, bounded memory; and what
// loads in spite of it runs alike on every engine. The bounds are in docs/testing.md.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { BLOB_KINDS } from '../../src/blob/container.ts'
import { disassemble } from '../../src/blob/disassembly.ts'
import { runTest } from '../../src/conform/conform.ts'
import { Random } from '../../src/fuzz/random.ts'
import {
  availableEngines,
  BlobError,
  createEngine,
  exitName,
  loadProgram,
  PROFILE_NAMES,
  type Program,
  type Vm,
} from '../../src/index.ts'
import { AssemblyError } from '../../src/isa/assembly-error.ts'
import { TraceError } from '../../src/trace/error.ts'
import { parseTrace } from '../../src/trace/parse.ts'
import { processorSeconds } from '../clock.ts'
import { Digest, digestMemory } from '../runtimes/digest.ts'
import { ownPrograms } from '../runtimes/programs.ts'
import { vectors } from '../vectors.ts'

/** Seconds of processor time that one malformed input may take. */
const MAX_TIME = 4
/** Bytes of array buffers that reading an input may take: per byte of input, and besides. */
const MAX_PER_BYTE = 64
const MAX_BESIDES = 2 ** 20

/** Changes bytes as accidents and attackers do. */
function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let list = [...bytes]
  for (let left = random.below(4) + 1; left > 0; left--) {
    const at = random.below(list.length + 1)
    const count = random.below(8) + 1
    switch (random.below(8)) {
      case 0:
        list[random.below(Math.max(list.length, 1))] = random.below(256)
        break
      case 1:
        list[random.below(Math.max(list.length, 1))]! ^= 1 << random.below(8)
        break
      case 2:
        list = list.slice(0, at)
        break
      case 3:
        list.splice(at, count)
        break
      case 4:
        list.splice(at, 0, ...Array.from({ length: count }, () => random.below(256)))
        break
      case 5:
        list.splice(at, 0, ...list.slice(at, at + count * 4))
        break
      case 6: // lengths that say too much: the largest varints, all sizes
        list.splice(
          at,
          random.below(3),
          ...random.pick([[0xff], [0xfe, 0xff, 0xff], [0xf0, 0xff, 0xff, 0xff, 0x7f], [0xbf, 0xff]]),
        )
        break
      default: // where lengths are: the first bytes
        list[random.below(Math.min(16, Math.max(list.length, 1)))] = random.pick([0, 1, 127, 128, 254, 255])
    }
  }
  return Uint8Array.from(list)
}

/** Runs the action; what it throws has to be of `allowed`; time and memory have to stay in their bounds. */
function attempt<T>(
  size: number,
  allowed: readonly (new (...args: never[]) => Error)[],
  action: () => T,
): T | undefined {
  const { arrayBuffers } = process.memoryUsage()
  const started = processorSeconds()
  let result: T | undefined
  try {
    result = action()
  } catch (error) {
    if (!allowed.some(type => error instanceof type)) throw error
    if (error instanceof BlobError) expect(error.offset).toBeGreaterThanOrEqual(0)
    expect((error as Error).message.length).toBeLessThan(4000)
  }
  expect(processorSeconds() - started).toBeLessThan(MAX_TIME)
  expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(MAX_PER_BYTE * size + MAX_BESIDES)
  return result
}

const CORPUS: readonly Uint8Array[] = [
  ...ownPrograms()
    .filter(({ text }) => text.length < 2500)
    .map(({ text }) => assemble(text).bytes),
  assemble('.metadata "a", "1.0", "MIT", "b"\n.stack 64\n.code\njump @a:4\n.at 5\ntrap\n@a:\njump_ind r0').bytes,
  assemble(
    '.format polkavm\n.stack 4096\n.ro\n@x: .u64 5\n.rw\n.u64 6\n.code\n.import put\n.export main @main\n@main: ecalli put\nload_u64 r7, [@x]\njump_ind r0',
  ).bytes,
]

function finalState(vm: Vm): string {
  const digest = new Digest()
  digestMemory(digest, vm)
  return `${exitName(vm.exit!)} ${vm.exitArg} pc ${vm.pc} gas ${vm.gas} ${vm.regs.join(' ')} ${digest}`
}

/** Memory that a mutated layout may ask for and still be run here, to keep the test quick. */
const RUNNABLE = 2 ** 24

/** Runs a while on every engine; all have to agree. */
function runEverywhere(program: Program): void {
  if (program.layout.regions.reduce((sum, { length }) => sum + length, 0) > RUNNABLE) return
  const states = availableEngines().map(kind => {
    const vm = createEngine({ kind }).instantiate(program, { gas: 500n })
    for (let i = 0; i < 3; i++) vm.run()
    const state = finalState(vm)
    vm.dispose()
    return `${state}`
  })
  expect(new Set(states), states.join('\n')).toHaveProperty('size', 1)
}

describe('malformed program files', () => {
  it('are a BlobError or a program, in bounds, and run alike everywhere', () => {
    const random = new Random('blobs')
    let loaded = 0
    for (let i = 0; i < 4000; i++) {
      const bytes = mutate(random.pick(CORPUS), random)
      const kind = random.chance(50) ? random.pick(BLOB_KINDS) : undefined
      const options = { profile: random.pick(PROFILE_NAMES), ...(kind === undefined ? {} : { kind }) }
      const program = attempt(bytes.length, [BlobError], () => loadProgram(bytes, options))
      if (program === undefined || program.bits === 32) continue
      loaded += 1
      attempt(bytes.length + 4096, [], () => program.map)
      runEverywhere(program)
    }
    expect(loaded).toBeGreaterThan(200)
  })

  it('that load are disassembled, in bounds, to text that makes the same bytes again', () => {
    const random = new Random('listing')
    let checked = 0
    for (let i = 0; i < 1500; i++) {
      const bytes = mutate(random.pick(CORPUS), random)
      const program = attempt(bytes.length, [BlobError], () => loadProgram(bytes))
      if (program === undefined || program.parts.code.length === 0) continue
      const text = disassemble(program)
      expect(text.length).toBeLessThan(400 * bytes.length + 4000)
      expect([...assemble(text, { instructionSet: program.instructionSet.name }).bytes]).toEqual([...bytes])
      checked += 1
    }
    expect(checked).toBeGreaterThan(100)
  })

  it('of a few bytes that announce gigabytes are refused before anything is allocated', () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
    const four = [0xf0, 0xff, 0xff, 0xff, 0xff]
    const blobs = [
      huge,
      four,
      [...four, 8, ...four],
      [0, 0, ...four],
      [0, 4, ...four],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0],
      [...huge, ...huge, ...huge],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      [0x50, 0x56, 0x4d, 0, 1, ...huge],
      [0x50, 0x56, 0x4d, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 1, ...four, ...four],
    ]
    for (const blob of blobs) {
      for (const kind of BLOB_KINDS) {
        attempt(blob.length, [BlobError], () => loadProgram(Uint8Array.from(blob), { kind }))
      }
      attempt(blob.length, [BlobError], () => loadProgram(Uint8Array.from(blob)))
    }
  })
})

const LINES = [
  ...ownPrograms().flatMap(({ text }) => text.split('\n')),
  ...[
    '.zero 4294967295',
    '.align 268435456',
    '.stack 4294967295',
    '.heap 65535',
    '.jump_table @a, @a, 7',
    '.hex 00 ff',
  ],
  ...[
    '.equ A = B + 1',
    '.equ B = A',
    '.u64 @a - &b + 0xffff',
    '.ascii "\\x41\\n"',
    '.gap 00',
    '.at 99999',
    '.version 255',
  ],
  ...['.ro_size 4294967295', '.rw_size 4294967295', '.entry_size 255', '.section 200', '.export "x" @a', '.raw ff ff'],
]
const SCRAPS = [
  '@',
  '&',
  '"',
  '[',
  ']',
  '+',
  '-',
  ',',
  '0x',
  ':',
  '.',
  'r13',
  'r7',
  '\\',
  '\0',
  'é',
  '💥',
  '-0',
  '1e9',
  '_',
  '99999999999999999999',
  "'",
]

function mutateText(lines: readonly string[], scraps: readonly string[], random: Random): string {
  const taken = Array.from({ length: random.below(30) + 1 }, () => random.pick(lines))
  return taken
    .map(line => {
      if (random.chance(70)) return line
      const at = random.below(line.length + 1)
      return line.slice(0, at) + random.pick(scraps) + line.slice(at + random.below(4))
    })
    .join('\n')
}

describe('malformed assembly text', () => {
  it('is an AssemblyError with its line, or a program', () => {
    const random = new Random('text')
    for (let i = 0; i < 4000; i++) {
      const text = mutateText(LINES, SCRAPS, random)
      // A directive may ask for 16 MiB of data with a few letters; docs/testing.md.
      attempt(text.length + 2 ** 21, [AssemblyError], () => assemble(text))
    }
  })

  it.each([
    ['a very long word', 'a'.repeat(1e6)],
    ['a very long label', `@${'a'.repeat(1e6)}:\njump @${'a'.repeat(1e6)}`],
    ['a very long number', `load_imm r7, ${'9'.repeat(1e5)}`],
    ['a very long hexadecimal number', `load_imm r7, 0x${'f'.repeat(1e6)}`],
    ['a very long string', `.ro\n.ascii "${'a'.repeat(1e6)}"`],
    ['a string that never ends', `.ro\n.ascii "${'\\'.repeat(1e6)}`],
    ['very many terms', `.ro\n.u64 1${' + 1'.repeat(2e5)}`],
    ['very many labels on a line', `${'@a: '.repeat(1)}${Array.from({ length: 5e4 }, (_, i) => `@b${i}: `).join('')}`],
    ['very many lines', 'trap\n'.repeat(1e5)],
    ['very many blanks', ' '.repeat(2e6)],
    ['constants that need each other', Array.from({ length: 3000 }, (_, i) => `.equ A${i} = A${i + 1}`).join('\n')],
    ['branches that all grow', `${'branch_eq r1, r2, @end\n'.repeat(2e4)}@end: trap`],
    ['gigabytes of zeros', '.ro\n.zero 4294967295'],
    ['gigabytes of zeros, a little at a time', `.ro\n${'.zero 16777215\n'.repeat(40)}`],
    ['a huge alignment', '.ro\n.u8 1\n.align 4294967295'],
    ['a huge jump table', `.jump_table ${'0, '.repeat(1e5)}0\ntrap`],
  ])('%s takes no time to speak of', (_name, text) => {
    const started = processorSeconds()
    const before = process.memoryUsage().rss
    try {
      assemble(text)
    } catch (error) {
      expect(error).toBeInstanceOf(AssemblyError)
      expect((error as Error).message.length).toBeLessThan(4000)
    }
    expect(processorSeconds() - started).toBeLessThan(MAX_TIME)
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 29)
  })
})

const TRACE = `program 0x00000733070a010a0233
memwrite 0x20000 len=4 <- 0x01020304
start pc=0 gas=100 r07=0x5
ecalli=1 pc=3 gas=98 r07=0xa
memread 0x20000 len=4 -> 0x01020304
memwrite 0x20000 len=2 <- 0xffff
setreg r07 <- 0x7
setgas <- 50
PANIC=0 pc=5 gas=48 r07=0x7`
const TRACE_SCRAPS = [
  '0x',
  '=',
  '<-',
  '->',
  '-1',
  'r13',
  'r99',
  '18446744073709551616',
  'len=4294967295',
  ' ',
  '\t',
  'ff',
  'é',
  'ecalli=',
  '0xffffffff',
]

describe('malformed traces', () => {
  const real = vectors === undefined ? '' : readFileSync(join(vectors, 'traces/trace-001.log'), 'utf8')
  const lines = TRACE.split('\n')

  it('are a TraceError with its line, or a trace', () => {
    const random = new Random('traces')
    for (let i = 0; i < 6000; i++) {
      const text = mutateText(lines, TRACE_SCRAPS, random)
      attempt(text.length, [TraceError], () => parseTrace(text))
      const shuffled = `${lines[0]}\n${lines[2]}\n${text}`
      attempt(shuffled.length, [TraceError], () => parseTrace(shuffled))
    }
  })

  it('are a verdict of conformance, never an error, on every engine', () => {
    const random = new Random('replays')
    const sources = [TRACE, ...(real === '' ? [] : [real.slice(0, 150_000)])]
    for (let i = 0; i < 60; i++) {
      const source = random.pick(sources).split('\n')
      for (let left = random.below(3) + 1; left > 0; left--) {
        const at = random.below(source.length)
        const line = source[at]!
        const cut = random.below(line.length + 1)
        source[at] = line.slice(0, cut) + random.pick(TRACE_SCRAPS) + line.slice(cut + random.below(3))
      }
      for (const kind of availableEngines()) {
        const verdict = runTest('a.log', new TextEncoder().encode(source.join('\n')), {
          engine: createEngine({ kind }),
        })
        if (verdict !== undefined) expect(verdict.what.length).toBeLessThan(20_000)
      }
    }
  })
})

/** A W3F vector with everything it may state. */
const VECTOR = {
  'initial-regs': [0, 0, 0, 0, 0, 0, 0, 131072, 0, 0, 0, 0, 5],
  'initial-pc': 0,
  'initial-page-map': [{ address: 131072, length: 4096, 'is-writable': true }],
  'initial-memory': [{ address: 131072, contents: [1, 2] }],
  'initial-gas': 100,
  'host-calls': { 1: 'u64[r8] := u64[r7] + u64[r8] + 3 mod 2^64' },
  'block-gas-costs': { 0: 3 },
  program: [0, 0, 4, 51, 7, 9, 0, 9],
  'expected-status': 'panic',
  'expected-regs': [0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 5],
  'expected-pc': 3,
  'expected-memory': [{ address: 131072, contents: [1, 2] }],
  'expected-memory-sha256': '00',
  'expected-gas': 98,
  'executed-instructions': 2,
}
const NONSENSE: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e300,
  2 ** 32,
  2 ** 53,
  '18446744073709551616',
  '0x',
  '',
  'r7 := r7',
  [],
  [null],
  [[[]]],
  {},
  { address: 0 },
  { address: 0, length: 2 ** 32, contents: [] },
  { address: 2 ** 32 - 4096, length: 8192 },
  { address: 131072, contents: [256] },
  'u64[u64[u64[r7]]] := '.repeat(3),
  `r7 := ${'('.repeat(3000)}1${')'.repeat(3000)}`,
  'r7 := 2^999999',
  `r7 := ${'1+'.repeat(20000)}1`,
]

/** Another value somewhere in a JSON tree; gas amounts stay small, a test should end. */
function mutateTree(value: unknown, random: Random, key = ''): unknown {
  if (random.chance(12) && !key.endsWith('gas')) return random.pick(NONSENSE)
  if (Array.isArray(value)) {
    const items = value.map(item => mutateTree(item, random))
    if (random.chance(8)) items.splice(random.below(items.length + 1), random.below(3), random.pick(NONSENSE))
    return items
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(() => !random.chance(4))
  return Object.fromEntries(entries.map(([name, item]) => [name, mutateTree(item, random, name)]))
}

describe('malformed vectors', () => {
  it('are a verdict, never an error, on every engine, in bounds', () => {
    const random = new Random('vectors')
    for (let i = 0; i < 1500; i++) {
      const text = JSON.stringify(mutateTree(VECTOR, random))
      for (const kind of availableEngines()) {
        const started = processorSeconds()
        const verdict = runTest('a.json', new TextEncoder().encode(text), { engine: createEngine({ kind }) })
        if (verdict !== undefined) expect(verdict.what.length).toBeLessThan(20_000)
        expect(processorSeconds() - started, text.slice(0, 2000)).toBeLessThan(MAX_TIME)
      }
    }
  })

  it.each([
    ['nested a hundred thousand deep', `{"program": ${'['.repeat(1e5)}`],
    [
      'a program of a million numbers',
      `{"program": [${'1,'.repeat(1e6)}1], "initial-regs": [], "expected-status": "trap"}`,
    ],
    ['a long number', `{"program": [], "initial-regs": [${'9'.repeat(1e5)}], "expected-status": "trap"}`],
  ])('%s is a verdict', (_name, text) => {
    const engine = createEngine({ kind: 'reference' })
    const started = processorSeconds()
    expect(runTest('a.json', new TextEncoder().encode(text), { engine })?.outcome).not.toBe('passed')
    expect(processorSeconds() - started).toBeLessThan(MAX_TIME)
  })
})
