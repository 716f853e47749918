// The benchmark: every program on every opponent, one fresh process each, side by side. Prints a table as it goes;
// with --write keeps the results in results/programs.json and renews ../BENCHMARKS.md.
//
//   node run.mjs [--suite micro|workloads] [--program a,b] [--opponent text,text] [--runs 5] [--seconds 3]
//                [--rounds 1] [--tries 2] [--wait 2000] [--cpu 1|none] [--most-gas 5000000] [--most-seconds N]
//                [--quiet] [--write]
//   node run.mjs --quick     what the ratios need, in under three minutes: the twelve beside all others, the workloads beside native code,
//                            the recorded services beside PolkaVM's recompiler with its module kept
//
// With --quiet it begins only where the host is quiet, and its exit code is 3 where it did not stay so. --most-gas says how many
// instructions of a program the slow engines run (0: all), --most-seconds after how long no other program begins; what was not reached
// is named, for the next piece.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TWELVE } from './lib/goals.mjs'
import { endUnlessQuiet, hostRecord, hostText, NOT_QUIET, watchHost } from './lib/host.mjs'
import { commit, machine } from './lib/machine.mjs'
import { opponents } from './lib/opponents.mjs'
import { merged, withEarlier } from './lib/pieces.mjs'
import { BENCH, programFiles, programName } from './lib/programs.mjs'
import { quickTraces, quickTracesTable } from './lib/quick-traces.mjs'
import { quietly } from './lib/quiet.mjs'
import { writeReport } from './lib/report.mjs'
import { programTable } from './lib/tables.mjs'

function parse(argv) {
  const o = { runs: '5', seconds: '3', rounds: '1', tries: '2', wait: '2000', cpu: '1', 'most-gas': '5000000' }
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].replace(/^--/, '')
    if (name === 'write' || name === 'quiet') o[name] = true
    else if (name === 'quick') Object.assign(o, QUICK_OPTIONS)
    else o[name] = argv[++i]
  }
  return o
}

const QUICK_OPTIONS = {
  quick: true,
  runs: '5',
  seconds: '0.2',
  rounds: '3',
  tries: '1',
  wait: '200',
  'most-gas': '500000',
}

/**
 * Who runs with --quick, unless asked for others: `recompiler` on every Node, and whom it is divided by. Not `auto`, which is still
 * warming up in runs that short.
 */
const QUICK = /^(coulis-recompiler-\d+|native|polkavm-(0\.37-)?generic-gas|anan-as-\d+|typeberry-\d+)$/

/** Measured elsewhere: `halt` is the cost of an instance (micro/). */
const NOT_TIMED = new Set(['halt'])

function run(opponent, file, options) {
  const flags = ['--runs', options.runs, '--seconds', options.seconds, '--warmup', '1']
  if (opponent.inPart) flags.push('--most-gas', options['most-gas'])
  let command = opponent.command([file], flags)
  if (options.cpu !== 'none' && !opponent.ownCores) command = ['taskset', '-c', options.cpu, ...command]
  const { stdout, stderr, error, signal } = spawnSync(command[0], command.slice(1), {
    encoding: 'utf8',
    timeout: 300_000,
  })
  // anan-as prints warnings on standard output, so only what looks like a record is one.
  const line = stdout?.split('\n').find(l => l.startsWith('{'))
  if (line === undefined) {
    const reason = signal === null ? undefined : `ended by ${signal}`
    return { ok: false, error: error?.message ?? reason ?? stderr?.trim().split('\n').pop() ?? 'no output' }
  }
  return JSON.parse(line)
}

const options = parse(process.argv.slice(2))
const everybody = await opponents()
const wanted = options.opponent?.split(',')
const isWanted = o => (wanted ? wanted.some(w => o.id.includes(w)) : options.quick ? QUICK.test(o.id) : !o.slow)
const chosen = everybody.filter(o => o.missing === undefined && isWanted(o))
const missing = everybody.filter(o => o.missing !== undefined && !o.slow)
// By reason: what one command would bring stands in one line.
const missingTexts = [...new Set(missing.map(o => o.missing))].map(
  why => `${missing.flatMap(o => (o.missing === why ? [o.label] : [])).join('; ')} (${why})`,
)
for (const text of missingTexts) console.error(`missing: ${text}`)
if (options.quiet) endUnlessQuiet()
const endOfWatch = watchHost()
const begun = new Date()
const started = performance.now()
const notReached = []
const suites = programFiles()
const results = []
let measured = 0
let disturbed = 0
for (const [suite, all] of Object.entries(suites)) {
  if (options.suite !== undefined && options.suite !== suite) continue
  const names = options.program?.split(',')
  const isTimed = name => (options.quick && suite === 'micro' ? TWELVE.includes(name) : !NOT_TIMED.has(name))
  const files = all.filter(f => (names ? names.includes(programName(f)) : isTimed(programName(f))))
  if (options.quick && suite === 'micro' && !names && files.length < TWELVE.length)
    console.error(`missing: ${TWELVE.length - files.length} of the twelve (the shared test data, see README.md)`)
  for (const file of files) {
    if (performance.now() - started > 1000 * Number(options['most-seconds'] ?? Number.POSITIVE_INFINITY)) {
      notReached.push(programName(file))
      continue
    }
    const isBaseline = o => !options.quick || o.kind === 'coulis' || (o.kind === 'native') === (suite === 'workloads')
    const lines = new Map(chosen.filter(o => o.suites.includes(suite) && isBaseline(o)).map(o => [o, []]))
    // Rounds outside, opponents inside: what disturbs the machine disturbs them all.
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const [opponent, list] of lines) {
        const measure = () => run(opponent, file, options)
        const { results: tries, quiet } = quietly(options.cpu, Number(options.tries), measure, Number(options.wait))
        list.push(...tries.map(line => ({ ...line, round, quiet })))
        measured += 1
        if (!quiet) disturbed += 1
      }
    }
    for (const [opponent, list] of lines) {
      const line = merged(list)
      results.push({ suite, opponent: opponent.id, ...line, program: programName(file) })
      const note = line.ok ? '' : `  WRONG: ${line.error ?? line.mismatches?.join('; ')}`
      const ms = line.ms ? line.ms.median.toFixed(2) : '-'
      console.error(`${suite}/${programName(file)}  ${opponent.label}  ${ms} ms${note}`)
    }
  }
}

// All that --quick measures by itself, unless it was asked for something.
const isWhole = options.quick && !options.suite && !options.program && !wanted
const tracesTable = isWhole ? quickTracesTable(quickTraces(Number(options.rounds))) : ''
const host = hostRecord(endOfWatch(), { measured, disturbed, asked: options.quiet === true })
const piece = {
  id: begun.toISOString(),
  ended: new Date().toISOString(),
  commit: commit(),
  machine: machine(),
  settings: {
    runs: options.runs,
    seconds: options.seconds,
    rounds: options.rounds,
    cpu: options.cpu,
    mostGas: options['most-gas'],
  },
  host,
}
const record = {
  pieces: [piece],
  opponents: chosen.map(({ id, label, kind }) => ({ id, label, kind })),
  missing: missing.map(o => ({ label: o.label, reason: o.missing })),
  results: results.map(r => ({ ...r, piece: piece.id })),
}
console.log(programTable(record))
if (tracesTable !== '') console.log(`\n${tracesTable}`)
console.log(`\n${hostText(host)} ${Math.round((Date.now() - begun) / 1000)} s, commit ${piece.commit}.`)
for (const text of missingTexts) console.log(`Not measured: ${text}.`)
if (notReached.length > 0) console.log(`Not reached: ${notReached.join(',')}`)
if (options.write) {
  const file = join(BENCH, 'results', 'programs.json')
  mkdirSync(join(BENCH, 'results'), { recursive: true })
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  const order = everybody.map(o => o.id)
  const kept = before?.pieces === undefined ? record : withEarlier(record, before, order)
  writeFileSync(file, `${JSON.stringify(kept, null, 1)}\n`)
  writeReport()
}
process.exitCode = results.every(r => r.ok) ? (options.quiet && host.quiet !== true ? NOT_QUIET : 0) : 1
