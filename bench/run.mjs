// The benchmark: every program on every opponent, one fresh process each, side by side. Prints a table as it goes;
// with --write keeps the results in results/programs.json and renews ../BENCHMARKS.md.
//
//   node run.mjs [--suite micro|workloads] [--program a,b] [--opponent text,text] [--runs 5] [--seconds 3]
//                [--rounds 1] [--tries 2] [--cpu 1|none] [--write]
//   node run.mjs --quick     what the ratios need, in under three minutes: the twelve beside PolkaVM, the workloads beside native code

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TWELVE } from './lib/goals.mjs'
import { machine } from './lib/machine.mjs'
import { summary } from './lib/measure.mjs'
import { opponents } from './lib/opponents.mjs'
import { BENCH, programFiles, programName } from './lib/programs.mjs'
import { quietly } from './lib/quiet.mjs'
import { programTable, writeReport } from './lib/report.mjs'

function parse(argv) {
  const o = { runs: '5', seconds: '3', rounds: '1', tries: '2', cpu: '1', write: false }
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].replace(/^--/, '')
    if (name === 'write') o.write = true
    else if (name === 'quick')
      Object.assign(o, { quick: true, runs: '5', seconds: '0.2', rounds: '3', tries: '1', wait: 200 })
    else o[name] = argv[++i]
  }
  return o
}

/**
 * Who runs with --quick, unless asked for others: `recompiler` on this Node, and whom it is divided by. Not `auto`, which is still
 * warming up in runs that short.
 */
const QUICK = new RegExp(`^(coulis-recompiler-${process.version.slice(1).split('.')[0]}|native|polkavm-generic-gas)$`)

/** Measured elsewhere: `halt` is the cost of an instance (micro/). */
const NOT_TIMED = new Set(['halt'])

function run(opponent, file, options) {
  const flags = ['--runs', options.runs, '--seconds', options.seconds, '--warmup', '1']
  let command = opponent.command([file], flags)
  if (options.cpu !== 'none' && !opponent.ownCores) command = ['taskset', '-c', options.cpu, ...command]
  const { stdout, stderr, error } = spawnSync(command[0], command.slice(1), { encoding: 'utf8', timeout: 300_000 })
  // anan-as prints warnings on standard output, so only what looks like a record is one.
  const line = stdout?.split('\n').find(l => l.startsWith('{'))
  if (line === undefined) return { ok: false, error: error?.message ?? stderr?.trim().split('\n').pop() ?? 'no output' }
  return JSON.parse(line)
}

/** Several rounds of one program on one opponent as one line: median of the medians, smallest minimum. */
function merged(lines) {
  const failed = lines.find(l => !l.ok)
  if (failed !== undefined) return failed
  const ms = { median: summary(lines.map(l => l.ms.median)).median, min: Math.min(...lines.map(l => l.ms.min)) }
  ms.max = Math.max(...lines.map(l => l.ms.max))
  const firstMs = Math.min(...lines.map(l => l.firstMs ?? Number.POSITIVE_INFINITY))
  return {
    ...lines[0],
    ms,
    ...(Number.isFinite(firstMs) ? { firstMs } : {}),
    runs: lines.reduce((n, l) => n + l.runs, 0),
    // The best of each round: how far ratios of the rounds are apart is how much a ratio can be trusted.
    rounds: [...new Set(lines.map(l => l.round))].map(round =>
      Math.min(...lines.filter(l => l.round === round).map(l => l.ms.min)),
    ),
    quiet: lines.every(l => l.quiet),
  }
}

const options = parse(process.argv.slice(2))
const everybody = await opponents()
const wanted = options.opponent?.split(',')
const isWanted = o => (wanted ? wanted.some(w => o.id.includes(w)) : options.quick ? QUICK.test(o.id) : !o.slow)
const chosen = everybody.filter(o => o.missing === undefined && isWanted(o))
const missing = everybody.filter(o => o.missing !== undefined && !o.slow)
const suites = programFiles()
const results = []
let measured = 0
let disturbed = 0
for (const [suite, all] of Object.entries(suites)) {
  if (options.suite !== undefined && options.suite !== suite) continue
  const names = options.program?.split(',')
  const isTimed = name => (options.quick && suite === 'micro' ? TWELVE.includes(name) : !NOT_TIMED.has(name))
  const files = all.filter(f => (names ? names.includes(programName(f)) : isTimed(programName(f))))
  for (const file of files) {
    const isBaseline = o => !options.quick || o.kind === 'coulis' || (o.kind === 'native') === (suite === 'workloads')
    const lines = new Map(chosen.filter(o => o.suites.includes(suite) && isBaseline(o)).map(o => [o, []]))
    // Rounds outside, opponents inside: what disturbs the machine disturbs them all.
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const [opponent, list] of lines) {
        const measure = () => run(opponent, file, options)
        const { results: tries, quiet } = quietly(options.cpu, Number(options.tries), measure, options.wait)
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
console.error(`${disturbed} of ${measured} measurements were never undisturbed`)
for (const o of missing) console.error(`not measured: ${o.label} (${o.missing})`)

const record = {
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  settings: { runs: options.runs, seconds: options.seconds, rounds: options.rounds, cpu: options.cpu },
  opponents: chosen.map(o => ({
    id: o.id,
    label: o.label,
    kind: o.kind,
    measured: new Date().toISOString().slice(0, 16),
  })),
  missing: missing.map(o => ({ label: o.label, reason: o.missing })),
  results,
}
console.log(programTable(record))
if (options.write) {
  const file = join(BENCH, 'results', 'programs.json')
  mkdirSync(join(BENCH, 'results'), { recursive: true })
  const kept = existsSync(file) ? withEarlier(record, JSON.parse(readFileSync(file, 'utf8'))) : record
  writeFileSync(file, `${JSON.stringify(kept, null, 1)}\n`)
  writeReport()
}

/** What was not measured this time stays from the time before: the slow opponents need not run every time. */
function withEarlier(now, before) {
  const key = r => `${r.suite} ${r.program} ${r.opponent}`
  const measured = new Set(now.results.map(key))
  const known = new Set(everybody.map(o => o.id))
  const rest = before.results.filter(r => !measured.has(key(r)) && known.has(r.opponent))
  const opponentsNow = new Map(now.opponents.map(o => [o.id, o]))
  const all = new Map([...before.opponents.filter(o => known.has(o.id)).map(o => [o.id, o]), ...opponentsNow])
  // The order of the tables is that of the list of opponents.
  const list = everybody.flatMap(o => all.get(o.id) ?? [])
  return { ...now, opponents: list, results: [...now.results, ...rest] }
}
process.exitCode = results.every(r => r.ok) ? 0 : 1
