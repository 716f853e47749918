// The tables of a benchmark record as Markdown, every figure with how far its rounds are apart. Not the files they stand in: report.mjs.

import { cell, gasOf, geometricMean, goals, TWELVE } from './goals.mjs'
import { summary } from './measure.mjs'
import { PROTOTYPE_BASELINE, prototypeRatio } from './prototype.mjs'
import { around, between, figure, roundsOf } from './spread.mjs'

/** Programs whose time is not spent in instructions, or that are over at once. */
const NO_SPEED = new Set(['ecalli', 'ecalli-mem', 'halt', 'bigcode', 'fib27'])

export function markdownTable(header, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

/** Programs of a suite, in the order of the record. */
function programsOf(record, suite) {
  return [...new Set(record.results.filter(r => r.suite === suite).map(r => r.program))]
}

/**
 * Geometric mean over the programs of a suite that compute, in millions of instructions a second. `time` says of a line how long
 * it took.
 */
function speedIn(record, gas, suite, opponent, time) {
  return geometricMean(
    programsOf(gas, suite).flatMap(program => {
      const instructions = gasOf(gas, suite, program)
      const line = cell(record, suite, program, opponent)
      const ms = line?.ok ? time(line) : undefined
      return ms !== undefined && instructions !== undefined && !NO_SPEED.has(program) ? [instructions / ms / 1e3] : []
    }),
  )
}

/** What a line took with everything made ready, and what it took in a new process, beginning with the bytes of the program. */
export const WARM = line => line.ms.median
export const FROM_BYTES = line => (line.fromBytes === undefined ? undefined : summary(line.fromBytes).median)

/** The speed of an opponent, and that of each round. */
export function speedOf(record, suite, opponent, time = WARM) {
  const speed = one => speedIn(one, record, suite, opponent, time)
  return { value: speed(record), rounds: roundsOf(record).map(speed) }
}

/** Median milliseconds of every program on every opponent, and the geometric mean as millions of instructions a second. */
function timesTable(record, suite) {
  const programs = programsOf(record, suite)
  const columns = record.opponents.filter(o => record.results.some(r => r.suite === suite && r.opponent === o.id))
  if (programs.length === 0) return ''
  const rows = programs.map(program => [
    program,
    ...columns.map(o => {
      const line = cell(record, suite, program, o.id)
      if (!line?.ok) return line === undefined ? '–' : 'WRONG'
      return `${line.part === undefined ? '' : '≈ '}${around(line.ms.median, line.medians)}`
    }),
  ])
  const speeds = columns.map(o => speedOf(record, suite, o.id))
  rows.push(['**geometric mean, M instructions/s**', ...speeds.map(s => `**${around(s.value, s.rounds)}**`)])
  return markdownTable(['ms', ...columns.map(o => o.label)], rows)
}

/** Speeds of everybody over both suites, warm and from bytes: the whole benchmark in a table that fits on a page. */
function speedTable(record) {
  const column = (suite, time) => o => {
    const { value, rounds } = speedOf(record, suite, o.id, time)
    return around(value, rounds, ' M/s')
  }
  const columns = [
    ['small programs, warm', column('micro', WARM)],
    ['small programs, from bytes', column('micro', FROM_BYTES)],
    ['C workloads, warm', column('workloads', WARM)],
    ['C workloads, from bytes', column('workloads', FROM_BYTES)],
  ]
  const rows = record.opponents.map(o => [o.label, ...columns.map(([, text]) => text(o))])
  return markdownTable(['geometric mean', ...columns.map(([title]) => title)], rows)
}

/**
 * A ratio of best times, and behind it the least and the most of the ratios of single rounds: in a round both run one after the
 * other. A star where one of them was never alone on its core (lib/quiet.mjs).
 */
function withSpread(record, suite, program, opponent, baseline, ratio) {
  if (ratio === undefined) return figure(ratio)
  const [a, b] = [opponent, baseline].map(id => cell(record, suite, program, id))
  const rounds = (a.rounds ?? []).flatMap((ms, k) => (b.rounds?.[k] === undefined ? [] : [ms / b.rounds[k]]))
  return `${between(ratio, rounds)}${a.quiet === false || b.quiet === false ? ' *' : ''}`
}

/** Best times of one over another's. */
function ratioIn(record, suite, program, opponent, baseline, key = 'min') {
  const a = cell(record, suite, program, opponent)
  const b = cell(record, suite, program, baseline)
  return a?.ok && b?.ok ? a.ms[key] / b.ms[key] : undefined
}

/** Geometric mean of the ratios of some programs, with the least and the most of single rounds. */
function meanRatio(record, suite, programs, opponent, baseline, key) {
  const mean = one => geometricMean(programs.flatMap(p => ratioIn(one, suite, p, opponent, baseline, key) ?? []))
  return between(mean(record), roundsOf(record).map(mean))
}

/** Time of every coulis engine, and of some peers, divided by a baseline's, per program, with the geometric mean. */
function ratioTable(record, suite, programs, baseline, title, others = []) {
  const columns = record.opponents.filter(
    o =>
      (o.kind === 'coulis' || others.some(other => other.test(o.id))) &&
      o.id !== baseline &&
      record.results.some(r => r.suite === suite && r.opponent === o.id),
  )
  const measured = record.results.some(r => r.suite === suite && r.opponent === baseline)
  if (!measured || columns.length === 0) return ''
  const rows = programs.map(p => [
    p,
    ...columns.map(o => withSpread(record, suite, p, o.id, baseline, ratioIn(record, suite, p, o.id, baseline))),
  ])
  const means = key => columns.map(o => meanRatio(record, suite, programs, o.id, baseline, key))
  rows.push(['**geometric mean**', ...means('min').map(m => `**${m}**`)])
  rows.push(['of the medians instead', ...means('median')])
  // A fresh memory costs where it is made or where it is first touched, depending on the engine.
  const whole = line => line.ms.min + line.setupMs.instance
  const withSetup = (p, o) => {
    const a = cell(record, suite, p, o.id)
    const b = cell(record, suite, p, baseline)
    return a?.ok && b?.ok && a.setupMs && b.setupMs ? [whole(a) / whole(b)] : []
  }
  const instance = columns.map(o => geometricMean(programs.flatMap(p => withSetup(p, o))))
  if (instance.some(m => !Number.isNaN(m))) rows.push(['with making the instance', ...instance.map(figure)])
  return `${title}\n\n${markdownTable(['time ÷ baseline', ...columns.map(o => o.label)], rows)}`
}

/**
 * The twelve from bytes to the result in a new process: PolkaVM with its module compiled each time, ours with everything that a first run
 * pays for.
 */
function fromBytesTable(record, programs) {
  const columns = record.opponents.filter(o => /^coulis-|^polkavm-(0\.37-)?(generic|interpreter)-gas/.test(o.id))
  const some = o => programs.some(p => cell(record, 'micro', p, o.id)?.fromBytes !== undefined)
  const shown = columns.filter(some)
  if (shown.length === 0) return ''
  const rows = programs.map(p => [
    p,
    ...shown.map(o => {
      const line = cell(record, 'micro', p, o.id)
      return line?.fromBytes === undefined ? '–' : around(FROM_BYTES(line), line.fromBytes)
    }),
  ])
  return markdownTable(['ms from bytes', ...shown.map(o => o.label)], rows)
}

/**
 * The twelve: best times of our compiled engines and of PolkaVM's in this run, then times as multiples of PolkaVM's, of ours and of
 * the prototype, which was measured on another machine.
 */
function twelveTable(record, programs) {
  const ours = record.opponents.filter(o => /^coulis-(recompiler|auto)/.test(o.id))
  const rivals = record.opponents.filter(o => /^polkavm-(0\.37-)?(generic|linux)-gas/.test(o.id))
  if (programs.length === 0 || ours.length === 0 || rivals.length === 0) return ''
  const best = (p, o) => cell(record, 'micro', p, o.id)
  const base = p => cell(record, 'micro', p, PROTOTYPE_BASELINE)?.ms?.min
  const rows = programs.map(p => [
    p,
    ...[...ours, ...rivals].map(o => around(best(p, o)?.ms?.min, best(p, o)?.rounds)),
    ...ours.map(o => figure(best(p, o)?.ms?.min / base(p))),
    figure(prototypeRatio(p)),
  ])
  const labels = [...ours, ...rivals].map(o => o.label)
  const header = ['best, ms', ...labels, ...ours.map(o => `${o.label} ÷ PolkaVM`), 'prototype ÷ PolkaVM then']
  return markdownTable(header, rows)
}

/** What issues ask, with the figure of each round behind it. */
function goalsTable(record) {
  const bare = name => name.replace(/ \([^)]*\)$/, '')
  const rounds = roundsOf(record).map(goals)
  const figures = goals(record).map(f => ({
    ...f,
    values: rounds.flatMap(list => list.find(g => bare(g.name) === bare(f.name) && g.on === f.on)?.value ?? []),
  }))
  return figuresTable({ figures })
}

/** All tables of one benchmark record. */
export function programTable(record) {
  const workloads = programsOf(record, 'workloads')
  const has = program => record.results.some(r => r.suite === 'micro' && r.program === program)
  const twelve = TWELVE.filter(has)
  const against = (baseline, title) =>
    ratioTable(record, 'micro', twelve, baseline, title, [/^polkavm-(0\.37-)?generic-gas$/])
  const parts = [
    ['### Speeds', record.results.length > 0 ? speedTable(record) : ''],
    ['### Goals', goalsTable(record)],
    ['### Small programs', timesTable(record, 'micro')],
    ['### Workloads in C', timesTable(record, 'workloads')],
    [
      '### Against PolkaVM',
      against(
        'polkavm-generic-gas',
        "Baseline: PolkaVM's recompiler with gas, generic sandbox, module kept. Must: geometric mean <= 0.90, none above 1.3; goal 0.75, 1.0.",
      ),
    ],
    [
      '### Against PolkaVM 0.37',
      against(
        'polkavm-0.37-generic-gas',
        "Baseline: PolkaVM 0.37's recompiler with gas, generic sandbox, module kept. Built without link-time optimisation (bench/README.md says why).",
      ),
    ],
    ['### The twelve', twelveTable(record, twelve)],
    ['### The twelve, from bytes in a new process', fromBytesTable(record, twelve)],
    [
      '### Against native code',
      ratioTable(
        record,
        'workloads',
        workloads,
        'native',
        'Baseline: clang -O2 of the same source. Recompiler must: loops <= 2.2, quicksort <= 1.5, fib <= 3.9, ' +
          'geometric mean <= 1.9 (goal 1.6), memcpy <= 2.2, fnptr and bytecode <= 2.4.',
        [/^polkavm-(0\.37-)?generic-gas$/],
      ),
    ],
  ]
  return parts.flatMap(([title, table]) => (table === '' ? [] : [`${title}\n\n${table}`])).join('\n\n')
}

/** The figures of micro/: name, value, must and goal. */
export function figuresTable(record) {
  if (record.figures.length === 0) return ''
  const rows = record.figures.map(f => [
    f.name,
    f.on,
    `${figure(f.value)} ${f.unit}`,
    roundsText(f.values),
    f.must === undefined ? '–' : `${f.atLeast ? '>=' : '<='} ${figure(f.must)} ${f.unit}`,
    f.goal === undefined ? '–' : `${f.atLeast ? '>=' : '<='} ${figure(f.goal)} ${f.unit}`,
    verdict(f),
  ])
  return markdownTable(['figure', 'on', 'measured', 'rounds', 'must', 'goal', ''], rows)
}

function roundsText(values) {
  if (values === undefined || values.length < 2) return '–'
  return `${figure(Math.min(...values))}–${figure(Math.max(...values))}`
}

function verdict({ value, must, goal, atLeast }) {
  const reached = limit => (atLeast ? value >= limit : value <= limit)
  if (goal !== undefined && reached(goal)) return 'goal'
  if (must !== undefined) return reached(must) ? 'must' : 'missed'
  return ''
}
