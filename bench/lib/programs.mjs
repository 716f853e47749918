// Finds and reads the benchmark programs (W3F-like JSON, see README.md). Knows no engine.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} BenchProgram
 * @property {string} name
 * @property {string} file
 * @property {bigint[]} regs
 * @property {number} pc
 * @property {{ address: number, length: number, writable: boolean }[]} pages
 * @property {{ address: number, contents: Uint8Array }[]} memory
 * @property {bigint} gas
 * @property {Uint8Array} blob raw program blob, Gray Paper 0.7.2 opcode numbers
 * @property {{ status: string, r7?: bigint, r8?: bigint, gasUsed?: bigint }} expected
 */

const HERE = dirname(fileURLToPath(import.meta.url))
export const BENCH = join(HERE, '..')
export const ROOT = join(HERE, '..', '..')
/** The build that is measured: COULIS_DIST, to compare two of them, else the repository's. */
export const DIST = process.env.COULIS_DIST ?? join(ROOT, 'dist')

/** The file of an entry of the package, such as `index` or `host`, as the package has it. Old builds have it as one module of many. */
export function entryOf(name, dist = DIST) {
  const bundle = resolve(dist, 'lib', `${name}.js`)
  if (existsSync(bundle)) return bundle
  return resolve(dist, name === 'index' ? '' : name, 'index.js')
}

/** Where the shared test data lies; undefined when it is not on this machine. */
export function vectorsFolder() {
  const folder = process.env.COULIS_VECTORS ?? join(ROOT, '..', 'shared', 'vectors')
  return existsSync(folder) ? folder : undefined
}

/** JSON whose integers of 16 and more digits stay exact, as decimal strings. */
function parseExact(text) {
  return JSON.parse(text.replace(/([:[,]\s*)(\d{16,})(?=\s*[,\]}])/g, '$1"$2"'))
}

/** @returns {BenchProgram} */
export function readProgram(file) {
  const j = parseExact(readFileSync(file, 'utf8'))
  const optional = value => (value === undefined ? undefined : BigInt(value))
  const gas = BigInt(j['initial-gas'])
  const regs = (j['expected-regs-hex'] ?? j['expected-regs'])?.map(BigInt)
  const left = optional(j['expected-gas'])
  return {
    name: j.name,
    file,
    regs: j['initial-regs'].map(BigInt),
    pc: j['initial-pc'],
    pages: j['initial-page-map'].map(p => ({ address: p.address, length: p.length, writable: p['is-writable'] })),
    memory: j['initial-memory'].map(c => ({ address: c.address, contents: Uint8Array.from(c.contents) })),
    gas,
    blob: Uint8Array.from(j.program),
    expected: {
      status: j['expected-status'] ?? 'halt',
      r7: regs?.[7] ?? optional(j['expected-result-r7']),
      r8: regs?.[8] ?? optional(j['expected-result-r8']),
      gasUsed: left === undefined ? optional(j['expected-gas-used']) : gas - left,
    },
  }
}

/** What differs between an outcome and the program's expectation; empty when all is as it should be. */
export function mismatches(program, outcome) {
  const out = []
  for (const key of ['status', 'r7', 'r8', 'gasUsed']) {
    const expected = program.expected[key]
    if (expected !== undefined && outcome[key] !== undefined && outcome[key] !== expected) {
      out.push(`${key} ${outcome[key]}, expected ${expected}`)
    }
  }
  return out
}

function jsonFiles(folder) {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter(n => n.endsWith('.json'))
  return names.sort().map(n => join(folder, n))
}

/** The name a program file goes by: `programs/fib33.gen.json` is `fib33`. */
export function programName(file) {
  return basename(file).replace(/(\.gen)?\.json$/, '')
}

/**
 * All program files by suite. `micro` holds the small hand-written ones, `workloads` the translated C.
 * @returns {{ micro: string[], workloads: string[] }}
 */
export function programFiles() {
  const shared = vectorsFolder()
  const micro = [...(shared ? jsonFiles(join(shared, 'microbench')) : []), ...jsonFiles(join(BENCH, 'programs'))]
  return { micro, workloads: jsonFiles(join(BENCH, 'workloads', 'programs')) }
}
