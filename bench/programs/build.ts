// Assembles the benchmark programs of this folder to *.gen.json, with the expected end state from engines that are not
// ours: PolkaVM's interpreter, and for BLAKE2b Node's crypto. Not a benchmark: run.mjs is.
//
//   npm run programs, or node programs/build.ts on Node 22.18 or newer; PolkaVM has to be built

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeProgramBlob } from '../../src/blob/raw.ts'
import { type Assembly, assembleSource } from '../../src/isa/assembler.ts'
import { BLAKE_BLOCKS, bigcode, blake2b, blakeMessageByte } from './generated.ts'

const HERE = dirname(fileURLToPath(import.meta.url))
const POLKAVM = join(HERE, '..', 'peers', 'polkavm', 'target', 'release', 'polkavm-bench')
const RW_START = 0x20000
const PAGE = 4096
const GAS = 1_000_000_000
/** What the benchmark's host functions do (bench/README.md), in the words that `coulis conform` reads. */
const HOST_CALLS = {
  1: 'r7 := r7 + 1 mod 2^64',
  2: 'reads 32 bytes at r7 and writes the sum of their four u64 words at r8',
}

interface Outcome {
  readonly status: string
  readonly r7: string
  readonly r8: string
  readonly gasUsed: string
  readonly error?: string
}

function polkavm(file: string): Outcome {
  const args = ['--backend', 'interpreter', '--gas', 'sync', '--runs', '1', file]
  const outcome = JSON.parse(execFileSync(POLKAVM, args).toString()) as Outcome
  if (outcome.error !== undefined) throw new Error(`${file}: ${outcome.error}`)
  return outcome
}

interface Source {
  readonly name: string
  /** File it is from. */
  readonly from: string
  readonly text: string
}

function programJson({ name, from, text }: Source, assembly: Assembly, outcome: Outcome | undefined): string {
  if (assembly.readOnlySize > 0) throw new Error(`${name}: read-only data is not expected here`)
  const length = Math.ceil(assembly.readWriteSize / PAGE) * PAGE
  const contents = Array.from(assembly.readWrite)
  const { jumpTable, jumpTableLength, jumpTableEntrySize, code, bitmask } = assembly
  const blob = encodeProgramBlob({ jumpTable, jumpTableLength, jumpTableEntrySize, code, bitmask })
  const fields: (readonly [string, unknown])[] = [
    ['name', name],
    ['made-by', `bench/programs/build.ts from ${from}`],
    ['initial-regs', [0xffff0000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['initial-pc', 0],
    ['initial-page-map', length === 0 ? [] : [{ address: RW_START, length, 'is-writable': true }]],
    ['initial-memory', contents.length === 0 ? [] : [{ address: RW_START, contents }]],
    ['initial-gas', GAS],
    ...(/^\s*ecalli\b/m.test(text) ? [['host-calls', HOST_CALLS] as const] : []),
    ['program', Array.from(blob)],
    ['static-instructions', assembly.lines.length],
    ['code-bytes', code.length],
  ]
  const lines = fields.map(([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  if (outcome !== undefined) {
    lines.push(` "expected-status": ${JSON.stringify(outcome.status)}`)
    // These may exceed 2^53, so they are written as digits, not through JSON.stringify.
    lines.push(` "expected-result-r7": ${outcome.r7}`, ` "expected-result-r8": ${outcome.r8}`)
    lines.push(` "expected-gas-used": ${outcome.gasUsed}`)
  }
  return `{\n${lines.join(',\n')}\n}\n`
}

function build(source: Source): Outcome {
  const { name, text } = source
  const assembly = assembleSource(text)
  const file = join(HERE, `${name}.gen.json`)
  writeFileSync(file, programJson(source, assembly, undefined))
  const outcome = polkavm(file)
  writeFileSync(file, programJson(source, assembly, outcome))
  console.log(`${name}: ${assembly.lines.length} instructions, gas ${outcome.gasUsed}, r7 ${outcome.r7}`)
  return outcome
}

function check(what: string, actual: string, expected: bigint): void {
  if (BigInt(actual) !== expected) throw new Error(`${what}: ${actual}, expected ${expected}`)
}

for (const from of readdirSync(HERE).filter(n => n.endsWith('.pvm'))) {
  const name = from.replace(/\.pvm$/, '')
  const outcome = build({ name, from, text: readFileSync(join(HERE, from), 'utf8') })
  if (name === 'fib33') check('fib33', outcome.r7, 3524578n)
  if (name === 'ecalli-mem') check('ecalli-mem', outcome.r7, 10n)
}
const blake = build({ name: 'blake2b', from: 'generated.ts', text: blake2b() })
const block = Uint8Array.from({ length: 128 }, (_, i) => blakeMessageByte(i))
const hash = createHash('blake2b512')
for (let i = 0; i < BLAKE_BLOCKS; i++) hash.update(block)
const digest = hash.digest()
check('blake2b, word 0', blake.r7, digest.readBigUInt64LE(0))
check('blake2b, word 7', blake.r8, digest.readBigUInt64LE(56))
build({ name: 'bigcode', from: 'generated.ts', text: bigcode() })
