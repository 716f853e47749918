// Counts that do not depend on how busy a machine is, against those that are written down in scripts/counts.gen.json: bytes of the
// modules that the recompiler makes, machine instructions that the C core takes, JavaScript heap taken per call. Not times: bench/.
//
//   node scripts/counts.mjs --check [--only modules,core,heap] [--file FILE]     names what grew; exit code 1
//   node scripts/counts.mjs                                        writes the file anew, to be looked at in the diff
//
// Needs dist/. The core is built by clang-19 for x86-64 and counted by valgrind's callgrind; without them that part is skipped, and
// said to be.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { flatProgram } from '../bench/lib/flat.mjs'
import { readProgram } from '../bench/lib/programs.mjs'

const ROOT = resolve(import.meta.dirname, '..')
const FILE = join(ROOT, 'scripts/counts.gen.json')
const OUT = join(ROOT, 'build/counts')

/**
 * How far a count may be from what is written down, as a part of that and in its unit. Modules are the same everywhere; compilers of
 * the same version come to a few instructions more or less; heap is zero, but for what V8 does beside it.
 */
const TOLERANCE = {
  modules: { part: 0.01, absolute: 0, unit: 'bytes of WebAssembly' },
  core: { part: 0.01, absolute: 0, unit: 'instructions of the C core' },
  heap: { part: 0, absolute: 0.5, unit: 'bytes of heap per call' },
}
/** Gas for each program under callgrind, which is some 50 times slower. */
const GAS = 200_000n

const programs = ['bench/programs', 'bench/workloads/programs'].flatMap(folder =>
  readdirSync(join(ROOT, folder))
    .filter(name => name.endsWith('.gen.json'))
    .sort()
    .map(name => ({
      name: `${folder.includes('workloads') ? 'c ' : ''}${basename(name, '.gen.json')}`,
      file: join(ROOT, folder, name),
    })),
)

/** Bytes of a module with all functions of a program. */
async function countModules() {
  const load = path => import(pathToFileURL(join(ROOT, 'dist', path)).href)
  const [{ loadProgram }, { analyseProgram, compileRoots }] = await Promise.all([
    load('index.js'),
    load('engine/recompiler/compile.js'),
  ])
  return Object.fromEntries(
    programs.map(({ name, file }) => {
      const analysis = analyseProgram(loadProgram(readProgram(file).blob))
      return [name, compileRoots(analysis, Array.from(analysis.functions.start.subarray(0, -1))).bytes.length]
    }),
  )
}

const has = command => spawnSync(command, ['--version']).error === undefined

/** Instructions of the core from the first of a program to its end, or to the end of its gas. */
function countCore() {
  if (process.arch !== 'x64') return `this is ${process.arch}, the counts are of x86-64`
  const missing = ['clang-19', 'valgrind'].filter(command => !has(command))
  if (missing.length > 0) return `there is no ${missing.join(' and no ')}`
  mkdirSync(OUT, { recursive: true })
  const binary = join(OUT, 'core-native')
  const sources = ['bench/engines/core-native.c', 'core/core.c'].map(file => join(ROOT, file))
  execFileSync('clang-19', ['-std=gnu11', '-O2', '-o', binary, ...sources], { stdio: 'inherit' })
  return Object.fromEntries(
    programs.map(({ name, file }) => {
      const program = readProgram(file)
      const input = flatProgram({ ...program, gas: program.gas < GAS ? program.gas : GAS }, 1)
      const args = ['--tool=callgrind', '--toggle-collect=pvm_execute', '--callgrind-out-file=/dev/null', binary]
      const { status, stderr } = spawnSync('valgrind', args, { input, encoding: 'utf8' })
      const count = Number(/Collected\s*:\s*(\d+)/.exec(stderr)?.[1])
      if (status !== 0 || !(count > 0)) throw new Error(`callgrind, ${name}: ${stderr}`)
      return [name, count]
    }),
  )
}

/** Heap taken per host call and per run, on the engines that are to take none. */
function countHeap() {
  const flags = ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256']
  const script = join(ROOT, 'bench/micro/allocations.mjs')
  return Object.fromEntries(
    ['interpreter', 'recompiler', 'auto'].flatMap(kind =>
      execFileSync(process.execPath, [...flags, script, '--engine', kind], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .map(line => JSON.parse(line))
        .map(({ name, value }) => [`${kind}, ${name}`, Math.round(value * 10) / 10]),
    ),
  )
}

const COUNT = { modules: countModules, core: countCore, heap: countHeap }

/**
 * What of the counts is not as it is written down, a line for each.
 *
 * @param {Record<string, number>} expected
 * @param {Record<string, number>} found
 * @param {{ part: number, absolute: number, unit: string }} tolerance
 */
export function compareCounts(kind, expected, found, { part, absolute, unit }) {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])]
  return names.flatMap(name => {
    const [before, now] = [expected[name], found[name]]
    if (before === undefined) return [`new: ${kind}, ${name}: ${now} ${unit}`]
    if (now === undefined) return [`gone: ${kind}, ${name}`]
    if (Math.abs(now - before) <= Math.max(before * part, absolute)) return []
    const change = before === 0 ? '' : ` (${now > before ? '+' : ''}${((100 * (now - before)) / before).toFixed(1)} %)`
    return [`${now > before ? 'grew' : 'shrank'}: ${kind}, ${name}: ${before} to ${now} ${unit}${change}`]
  })
}

async function main() {
  const { values: options } = parseArgs({
    options: { check: { type: 'boolean' }, only: { type: 'string' }, file: { type: 'string', default: FILE } },
  })
  const { file } = options
  const kinds = options.only?.split(',') ?? Object.keys(COUNT)
  const wrong = kinds.find(kind => !(kind in COUNT))
  if (wrong !== undefined) throw new Error(`--only ${wrong}: expected some of ${Object.keys(COUNT).join()}`)
  const expected = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const found = {}
  const lines = []
  for (const kind of kinds) {
    const started = performance.now()
    const counts = await COUNT[kind]()
    if (typeof counts === 'string') {
      console.log(`${kind}: skipped, ${counts}`)
      continue
    }
    found[kind] = counts
    const differences = compareCounts(kind, expected[kind] ?? {}, counts, TOLERANCE[kind])
    lines.push(...differences)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`${kind}: ${Object.keys(counts).length} counts, ${differences.length} changed; ${seconds} s`)
  }
  for (const line of lines) console.log(line)
  if (!options.check) {
    writeFileSync(file, `${JSON.stringify({ ...expected, ...found }, null, 1)}\n`)
    return
  }
  if (lines.length === 0) return
  console.log('If that is meant to be: npm run counts, and the diff of scripts/counts.gen.json says what it costs.')
  process.exitCode = 1
}

if (process.argv[1] === import.meta.filename) await main()
