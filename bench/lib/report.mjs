// Turns results/*.json into Markdown: the tables of run.mjs and the file BENCHMARKS.md. Measures nothing.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cell, gasOf, geometricMean, goals, TWELVE } from './goals.mjs'
import { BENCH, ROOT } from './programs.mjs'
import { PROTOTYPE_BASELINE, prototypeRatio } from './prototype.mjs'

/** Programs whose time is not spent in instructions, or that are over at once. */
const NO_SPEED = new Set(['ecalli', 'ecalli-mem', 'halt', 'bigcode', 'fib27'])

/** Three significant digits: 1234, 123, 12.3, 1.23, 0.123. */
export function figure(value) {
  if (value === undefined || Number.isNaN(value)) return '–'
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toPrecision(2)
}

export function markdownTable(header, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

/** Geometric mean of an opponent over the programs of a suite that compute, in millions of instructions a second. */
function speedOf(record, suite, opponent) {
  const programs = [...new Set(record.results.filter(r => r.suite === suite).map(r => r.program))]
  return geometricMean(
    programs.flatMap(program => {
      const gas = gasOf(record, suite, program)
      const line = cell(record, suite, program, opponent)
      return line?.ok && gas !== undefined && !NO_SPEED.has(program) ? [gas / line.ms.median / 1e3] : []
    }),
  )
}

/** Median milliseconds of every program on every opponent, and the geometric mean as millions of instructions a second. */
function timesTable(record, suite) {
  const programs = [...new Set(record.results.filter(r => r.suite === suite).map(r => r.program))]
  const columns = record.opponents.filter(o => record.results.some(r => r.suite === suite && r.opponent === o.id))
  if (programs.length === 0) return ''
  const rows = programs.map(program => [
    program,
    ...columns.map(o => {
      const line = cell(record, suite, program, o.id)
      return line?.ok ? figure(line.ms.median) : line === undefined ? '–' : 'WRONG'
    }),
  ])
  const speed = columns.map(o => figure(speedOf(record, suite, o.id)))
  rows.push(['**geometric mean, M instructions/s**', ...speed.map(s => `**${s}**`)])
  return markdownTable(['ms', ...columns.map(o => o.label)], rows)
}

/**
 * A ratio of best times, and behind it the least and the most of the ratios of single rounds: in a round both run one after the
 * other. A star where one of them was never alone on its core (lib/quiet.mjs).
 */
function withSpread(record, suite, program, opponent, baseline, ratio) {
  if (ratio === undefined) return figure(ratio)
  const [a, b] = [opponent, baseline].map(id => cell(record, suite, program, id))
  const rounds = (a.rounds ?? []).flatMap((ms, k) => (b.rounds?.[k] === undefined ? [] : [ms / b.rounds[k]]))
  const spread = rounds.length < 2 ? '' : ` (${figure(Math.min(...rounds))}–${figure(Math.max(...rounds))})`
  return `${figure(ratio)}${spread}${a.quiet === false || b.quiet === false ? ' *' : ''}`
}

/** Time of every coulis engine divided by a baseline's, per program, with the geometric mean. */
function ratioTable(record, suite, programs, baseline, title) {
  const ours = record.opponents.filter(o => o.kind === 'coulis')
  const base = record.opponents.find(o => o.id === baseline)
  if (base === undefined || ours.length === 0) return ''
  const ratio = (program, o, key) => {
    const a = cell(record, suite, program, o.id)
    const b = cell(record, suite, program, baseline)
    return a?.ok && b?.ok ? a.ms[key] / b.ms[key] : undefined
  }
  const rows = programs.map(p => [
    p,
    ...ours.map(o => withSpread(record, suite, p, o.id, baseline, ratio(p, o, 'min'))),
  ])
  const mean = key => ours.map(o => figure(geometricMean(programs.flatMap(p => ratio(p, o, key) ?? []))))
  rows.push(['**geometric mean**', ...mean('min').map(m => `**${m}**`)])
  rows.push(['of the medians instead', ...mean('median')])
  // A fresh memory costs where it is made or where it is first touched, depending on the engine.
  const whole = line => line.ms.min + line.setupMs.instance
  const withSetup = (p, o) => {
    const a = cell(record, suite, p, o.id)
    const b = cell(record, suite, p, baseline)
    return a?.ok && b?.ok && a.setupMs && b.setupMs ? [whole(a) / whole(b)] : []
  }
  const means = ours.map(o => geometricMean(programs.flatMap(p => withSetup(p, o))))
  if (means.some(m => !Number.isNaN(m))) rows.push(['with making the instance', ...means.map(figure)])
  return `${title}\n\n${markdownTable(['time ÷ baseline', ...ours.map(o => o.label)], rows)}`
}

/**
 * The twelve: best times of our compiled engines and of PolkaVM's in this run, then times as multiples of PolkaVM's, of ours and of
 * the prototype, which was measured on another machine.
 */
function twelveTable(record, programs) {
  const ours = record.opponents.filter(o => /^coulis-(recompiler|auto)/.test(o.id))
  const rivals = record.opponents.filter(o => /^polkavm-(generic|linux)-gas/.test(o.id))
  if (ours.length === 0 && rivals.length === 0) return ''
  const best = (p, o) => cell(record, 'micro', p, o.id)?.ms?.min
  const rows = programs.map(p => [
    p,
    ...[...ours, ...rivals].map(o => figure(best(p, o))),
    ...ours.map(o => figure(best(p, o) / cell(record, 'micro', p, PROTOTYPE_BASELINE)?.ms?.min)),
    figure(prototypeRatio(p)),
  ])
  const labels = [...ours, ...rivals].map(o => o.label)
  const header = ['best, ms', ...labels, ...ours.map(o => `${o.label} ÷ PolkaVM`), 'prototype ÷ PolkaVM then']
  return markdownTable(header, rows)
}

/** All tables of one benchmark record. */
export function programTable(record) {
  const workloads = [...new Set(record.results.filter(r => r.suite === 'workloads').map(r => r.program))]
  const has = program => record.results.some(r => r.suite === 'micro' && r.program === program)
  const parts = [
    ['### Goals', figuresTable({ figures: goals(record) })],
    ['### Small programs', timesTable(record, 'micro')],
    ['### Workloads in C', timesTable(record, 'workloads')],
    [
      '### Against PolkaVM',
      ratioTable(
        record,
        'micro',
        TWELVE.filter(has),
        'polkavm-generic-gas',
        "Baseline: PolkaVM's recompiler with gas, generic sandbox. Must: geometric mean <= 0.90, none above 1.3; goal 0.75, 1.0.",
      ),
    ],
    ['### The twelve', twelveTable(record, TWELVE.filter(has))],
    [
      '### Against native code',
      ratioTable(
        record,
        'workloads',
        workloads,
        'native',
        'Baseline: clang -O2 of the same source. Recompiler must: loops <= 2.2, quicksort <= 1.5, fib <= 3.9, ' +
          'geometric mean <= 1.9 (goal 1.6), memcpy <= 2.2, fnptr and bytecode <= 2.4.',
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
    f.must === undefined ? '–' : `${f.atLeast ? '>=' : '<='} ${figure(f.must)} ${f.unit}`,
    f.goal === undefined ? '–' : `${f.atLeast ? '>=' : '<='} ${figure(f.goal)} ${f.unit}`,
    verdict(f),
  ])
  return markdownTable(['figure', 'on', 'measured', 'must', 'goal', ''], rows)
}

function verdict({ value, must, goal, atLeast }) {
  const reached = limit => (atLeast ? value >= limit : value <= limit)
  if (goal !== undefined && reached(goal)) return 'goal'
  if (must !== undefined) return reached(must) ? 'must' : 'missed'
  return ''
}

function aboutMachine(record) {
  const m = record.machine
  return `${m.cpu}, ${m.cores} cores, ${m.memoryGiB} GiB, ${m.system}; ${record.date}.`
}

function readRecord(name) {
  const file = join(BENCH, 'results', name)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/** Writes ../BENCHMARKS.md from what is in results/. */
export function writeReport() {
  const programs = readRecord('programs.json')
  const figures = readRecord('figures.json')
  const parts = [
    '# Benchmarks',
    'Written by `node bench/run.mjs --write` and `node bench/figures.mjs --write` from `bench/results/*.json`; do not ' +
      "edit. How to run it: `bench/README.md`. Times are medians of processor time in milliseconds (wall clock for PolkaVM's process sandbox), one fresh process per program and " +
      "engine, after one warm-up run; ratios and goals are taken from the best times, which a busy machine disturbs least. An instruction is a unit of gas (Gray Paper 0.7.2); every engine's result and " +
      'gas are checked. Compare within one table only: these machines are virtual, their hosts differ by 1.6 times and more in speed, and change while ' +
      'a table is measured. The native columns and those of PolkaVM say how fast this one was. The two processors of this one are threads of one core: ' +
      'what V8 compiles in the background slows down what runs beside it by a third to a half, and so do strangers on the host, for seconds at a time. A measurement waits ' +
      'until the core is quiet, and is made again if it was not at the end (`bench/lib/quiet.mjs`). In the tables of ratios a star says that it never was; ' +
      'in brackets are the least and the most of the ratios of single rounds, where there was more than one.',
  ]
  if (programs !== undefined) {
    const versions = new Set(programs.results.filter(r => r.version).map(r => `${r.engine} ${r.version}`))
    const nodes = new Set(programs.results.filter(r => r.node).map(r => `Node ${r.node.slice(1)}`))
    parts.push(
      '## Programs',
      `${aboutMachine(programs)} ${[...versions, ...nodes].join(', ')}.`,
      programTable(programs),
    )
    const times = programs.opponents.map(o => `${o.label} ${o.measured.replace('T', ' ')}`)
    parts.push(`Measured (UTC): ${times.join('; ')}.`)
    if (programs.missing.length > 0) {
      parts.push(`Not measured: ${programs.missing.map(m => `${m.label} (${m.reason})`).join('; ')}.`)
    }
  }
  if (figures !== undefined)
    parts.push(
      '## Single figures',
      `${aboutMachine(figures)} Best of the rounds. Processor time on one core; what is waited for on two cores where V8's compilers work beside the program (traces, time to peak, generation, short runs).`,
      figuresTable(figures),
    )
  writeFileSync(join(ROOT, 'BENCHMARKS.md'), `${parts.join('\n\n')}\n`)
  writeReadme(programs, figures)
}

/** Who stands in the README: id in the programs' record, name in the figures' (`on`), and how it is called there. */
const SHOWN = [
  ['coulis-interpreter-20', 'interpreter, Node 20', 'coulis `interpreter`'],
  ['coulis-auto-20', 'auto, Node 20', 'coulis `auto`'],
  ['anan-as-20', 'anan-as', 'anan-as, its fast path'],
  ['polkavm-interpreter-gas', 'polkavm interpreter', 'PolkaVM interpreter, native'],
  ['polkavm-generic-gas', 'polkavm generic', 'PolkaVM recompiler, native'],
]
const BEGIN = '<!-- bench: written by bench/figures.mjs and bench/run.mjs -->'
const END = '<!-- /bench -->'

/** A table with padded columns, as the formatter wants it in documents that are written by hand too. */
function alignedTable(header, rows) {
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map(cells => cells[i].length)))
  const pad = (cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))
  const line = cells => `| ${cells.join(' | ')} |`
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [header.map(pad), rule, ...rows.map(cells => cells.map(pad))].map(line).join('\n')
}

/** Renews the short table of the README. */
function writeReadme(programs, figures) {
  const file = join(ROOT, 'README.md')
  const text = readFileSync(file, 'utf8')
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (from < 0 || to < from || programs === undefined || figures === undefined) return
  const traces = (on, names) => {
    const found = figures.figures.find(f => names.includes(f.name) && f.on.startsWith(on) && !f.on.includes('Node 26'))
    return found === undefined ? '–' : `${figure(found.value)} ms`
  }
  const speed = (suite, id) => {
    const value = speedOf(programs, suite, id)
    return Number.isNaN(value) ? '–' : `${figure(value)} M/s`
  }
  const first = ['32 traces from cold objects, after 30 ms of warm-up', '32 traces, first pass of a process']
  const rows = SHOWN.map(([id, on, name]) => [
    name,
    speed('micro', id),
    speed('workloads', id),
    traces(on, [...first, '32 traces from cold objects, processor time of all threads']),
    traces(on, ['32 traces, third pass and later']),
  ])
  const header = ['with gas', 'small programs', 'C workloads', '32 service runs, cold', 'again, at peak']
  const about = `${aboutMachine(programs)} Node 20.`
  writeFileSync(
    file,
    `${text.slice(0, from)}${BEGIN}\n\n${alignedTable(header, rows)}\n\n${about}\n\n${text.slice(to)}`,
  )
}
