// Builds the workloads: clang for this machine and for RISC-V, RISC-V translated to PVM, the result of the native run
// written into the program file, gas from an engine that is not ours. Not a benchmark: run.mjs is.
//
//   npm run programs, npm run build:native; or node workloads/build.ts [--native-only] [name ...] on Node 22.18 or newer

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readObject } from './translator/elf.ts'
import { type Linked, link } from './translator/link.ts'

const HERE = dirname(fileURLToPath(import.meta.url))
const BUILD = join(HERE, 'build')
const POLKAVM = join(HERE, '..', 'peers', 'polkavm', 'target', 'release', 'polkavm-bench')
const CLANG = process.env.CLANG ?? 'clang-19'

// -fno-builtin on both sides: a copy loop stays the same loop. No PIC: switch tables are absolute words.
const COMMON = ['-O2', '-std=c11', '-Wall', '-Wextra', '-Wno-unused-parameter', '-fno-builtin', '-fno-pic']
const RISCV = ['--target=riscv64-unknown-elf', '-march=rv64em_zbb', '-mabi=lp64e', '-mcmodel=medlow', '-mno-relax']
const BARE = ['-ffreestanding', '-nostdinc', '-fno-asynchronous-unwind-tables', '-fno-stack-protector', '-c']

const STACK_END = 0xfefe0000
const STACK_SIZE = 65536
const HALT_ADDRESS = 0xffff0000
const GAS = 10_000_000_000

function clang(...args: readonly string[]): void {
  execFileSync(CLANG, args, { stdio: ['ignore', 'inherit', 'inherit'] })
}

/** Builds the native program and answers its path. */
function buildNative(name: string): string {
  const out = join(BUILD, name)
  // -no-pie because of -fno-pic; two files, so that the compiler cannot see n.
  clang(...COMMON, '-no-pie', '-o', out, join(HERE, 'src', `${name}.c`), join(HERE, 'src', 'native.c'))
  return out
}

function translate(name: string): Linked {
  const object = join(BUILD, `${name}.o`)
  clang(...COMMON, ...RISCV, ...BARE, '-o', object, join(HERE, 'src', `${name}.c`))
  return link(readObject(readFileSync(object)), 'entry')
}

function programJson(name: string, n: number, linked: Linked, result: bigint, gasUsed: bigint | undefined): string {
  const zones = [linked.readOnly, linked.readWrite]
  const pages = zones
    .filter(z => z.length > 0)
    .map(z => ({ address: z.address, length: z.length, 'is-writable': z === linked.readWrite }))
  const stack = { address: STACK_END - STACK_SIZE, length: STACK_SIZE, 'is-writable': true }
  const memory = zones
    .filter(z => z.contents.length > 0)
    .map(z => ({ address: z.address, contents: Array.from(z.contents) }))
  const fields: readonly (readonly [string, unknown])[] = [
    ['name', name],
    ['made-by', 'bench/workloads/build.ts'],
    ['initial-regs', [HALT_ADDRESS, STACK_END, 0, 0, 0, 0, 0, n, 0, 0, 0, 0, 0]],
    ['initial-pc', 0],
    ['initial-page-map', [...pages, stack]],
    ['initial-memory', memory],
    ['initial-gas', GAS],
    ['program', Array.from(linked.blob)],
    ['static-instructions', linked.instructions],
    ['code-bytes', linked.codeBytes],
    ['native', { source: `bench/workloads/src/${name}.c`, n }],
  ]
  const lines = fields.map(([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  // These may exceed 2^53, so they are written as digits, not through JSON.stringify.
  lines.push(` "expected-result-r7": ${result}`)
  if (gasUsed !== undefined) lines.push(` "expected-gas-used": ${gasUsed}`)
  return `{\n${lines.join(',\n')}\n}\n`
}

/** Gas used according to PolkaVM's interpreter, undefined where that is not built. @throws Error when its result differs. */
function gasFromPolkaVm(file: string): bigint | undefined {
  if (!existsSync(POLKAVM)) return undefined
  const out = execFileSync(POLKAVM, ['--backend', 'interpreter', '--gas', 'sync', '--runs', '1', file]).toString()
  const line = JSON.parse(out) as { ok: boolean; gasUsed: string; mismatches?: string[]; error?: string }
  if (!line.ok) throw new Error(`PolkaVM: ${line.error ?? line.mismatches?.join('; ')}`)
  return BigInt(line.gasUsed)
}

function build(name: string, n: number, nativeOnly: boolean): void {
  const native = buildNative(name)
  if (nativeOnly) return
  const run = JSON.parse(execFileSync(native, [String(n), '1']).toString()) as { result: string; min: number }
  const linked = translate(name)
  const file = join(HERE, 'programs', `${name}.gen.json`)
  const result = BigInt(run.result)
  writeFileSync(file, programJson(name, n, linked, result, undefined))
  const gasUsed = gasFromPolkaVm(file)
  writeFileSync(file, programJson(name, n, linked, result, gasUsed))
  const size = `${linked.instructions} instructions, ${linked.codeBytes} bytes`
  console.log(`${name}: ${size}, gas ${gasUsed ?? 'unknown'}, native ${run.min.toFixed(2)} ms`)
}

const wanted = process.argv.slice(2).filter(a => !a.startsWith('--'))
const nativeOnly = process.argv.includes('--native-only')
const list = JSON.parse(readFileSync(join(HERE, 'list.json'), 'utf8')) as Record<string, number>
mkdirSync(BUILD, { recursive: true })
mkdirSync(join(HERE, 'programs'), { recursive: true })
for (const [name, n] of Object.entries(list)) {
  if (wanted.length === 0 || wanted.includes(name)) build(name, n, nativeOnly)
}
