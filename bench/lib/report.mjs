// Writes what results/*.json say into BENCHMARKS.md and the README's table. Measures nothing.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostOf, hostText } from './host.mjs'
import { BENCH, ROOT } from './programs.mjs'
import { around } from './spread.mjs'
import { FROM_BYTES, figuresTable, programTable, speedOf, WARM } from './tables.mjs'

function aboutMachine(m) {
  return `${m.cpu}, ${m.cores} cores, ${m.memoryGiB} GiB, ${m.system}`
}

/** When, on what commits and hosts the pieces of a record were measured, and who was measured earlier than the rest. */
function aboutPieces({ pieces, opponents, results }) {
  const minute = text => text.slice(0, 16).replace('T', ' ')
  const begun = pieces.map(p => p.id).sort()
  const ended = pieces.map(p => p.ended).sort()
  const commits = [...new Set(pieces.map(p => p.commit))]
  const rounds = [...new Set(pieces.map(p => p.settings?.rounds).filter(r => r !== undefined))]
  const machines = [...new Set(pieces.map(p => aboutMachine(p.machine)))]
  const text = [
    `${machines.join('; ')}. Measured from ${minute(begun[0])} to ${minute(ended.at(-1))} UTC in ${pieces.length} piece${pieces.length === 1 ? '' : 's'}, commit ${commits.join(', ')}.`,
    ...(rounds.length > 0 ? [`Rounds: ${rounds.sort().join(' to ')}${runsText(pieces)}.`] : []),
    hostText(hostOf(pieces.map(p => p.host))),
  ]
  if (opponents !== undefined && commits.length > 1) {
    const on = new Map(pieces.map(p => [p.id, p.commit]))
    const mixed = opponents.map(o => {
      const found = new Set(results.filter(r => r.opponent === o.id).map(r => on.get(r.piece)))
      return `${o.label} ${[...found].join(', ')}`
    })
    text.push(`Commits: ${mixed.join('; ')}.`)
  }
  return text.join(' ')
}

/** How long a round is. In short ones an engine that compiles what is hot has not come to its peak. */
function runsText(pieces) {
  const { runs, seconds } = pieces.at(-1).settings
  const short =
    Number(seconds) < 1 ? '; in rounds so short `auto` is still warming up, so its columns are not its peak' : ''
  return `, each of at most ${runs} runs or ${seconds} s behind a warm-up run${short}`
}

function readRecord(name) {
  const file = join(BENCH, 'results', name)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

const INTRODUCTION = [
  '# Benchmarks',
  'Written by `node bench/run.mjs --write` and `node bench/figures.mjs --write` from `bench/results/*.json`; do not ' +
    "edit. How to run it: `bench/README.md`. Times are medians of processor time in milliseconds (wall clock for PolkaVM's process sandbox), one fresh process per program and " +
    "engine, after one warm-up run; ratios and goals are taken from the best times, which a busy machine disturbs least. An instruction is a unit of gas (Gray Paper 0.7.2); every engine's result and " +
    'gas are checked.',
  '**What stands behind a figure.** A round runs everybody once, one after the other. `21.5 ±3%`: half of what lies between the least and the most of the rounds, as a share of the figure. ' +
    'In tables of ratios the least and the most of the ratios of single rounds are in brackets; the ratio itself is of the best times of all rounds, so it may be less than each of them. A star says that the core was never quiet: a measurement waits until it is, and is made again if it was not at the end (`bench/lib/quiet.mjs`). ' +
    '`≈`: the engine ran the beginning of the program only, and its time is estimated for the whole. A time from bytes is that of a new process: reading the program, compiling it where the engine does, ' +
    'making the machine, the first run.',
  'Compare within one table only: these machines are virtual, their hosts differ by 1.6 times and more in speed, and change while a table is measured. The native columns and those of PolkaVM say how fast this one was. The two processors of this one are threads of one core: ' +
    'what V8 compiles in the background slows down what runs beside it by a third to a half, and so do strangers on the host, for seconds at a time. [Curves](docs/speed.md) show how these figures change with size, length and time.',
]

/** BENCHMARKS.md as text. */
export function reportText(programs, figures) {
  const parts = [...INTRODUCTION]
  if (programs !== undefined) {
    const versions = new Set(programs.results.filter(r => r.version).map(r => `${r.engine} ${r.version}`))
    const nodes = new Set(programs.results.filter(r => r.node).map(r => `Node ${r.node.slice(1)}`))
    parts.push('## Programs', `${aboutPieces(programs)} ${[...versions, ...nodes].join(', ')}.`, programTable(programs))
    if (programs.missing.length > 0) {
      parts.push(`Not measured: ${programs.missing.map(m => `${m.label} (${m.reason})`).join('; ')}.`)
    }
  }
  if (figures !== undefined)
    parts.push(
      '## Single figures',
      `${aboutPieces(figures)} The best of the rounds, and beside it the least and the most of them. Processor time on one core; what is waited for on two cores where V8's compilers work beside the program (traces, time to peak, generation, short runs).`,
      figuresTable(figures),
    )
  return `${parts.join('\n\n')}\n`
}

/**
 * Who stands in the README: its id in the programs' record, its name in the figures' record (`on`), how the README calls it, and
 * whether its module is kept.
 */
const SHOWN = [
  ['coulis-interpreter-20', 'interpreter, Node 20', 'coulis `interpreter`'],
  ['coulis-auto-20', 'auto, Node 20', 'coulis `auto`'],
  ['anan-as-20', 'anan-as', 'anan-as, its fast path'],
  ['typeberry-20', 'typeberry', 'typeberry, built-in'],
  ['polkavm-interpreter-gas', 'polkavm interpreter', 'PolkaVM interpreter, native'],
  ['polkavm-generic-gas', 'polkavm generic', 'PolkaVM recompiler, native, compiled each time', 'anew'],
  ['polkavm-generic-gas', 'polkavm generic', 'PolkaVM recompiler, native, module kept', 'kept'],
  ['polkavm-0.37-generic-gas', 'polkavm 0.37 generic', 'PolkaVM 0.37 recompiler, module kept', 'kept'],
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

const COLD = [
  '32 traces from cold objects, after 30 ms of warm-up',
  '32 traces, first pass of a process',
  '32 traces from cold objects, processor time of all threads',
]
const PEAK = '32 traces, third pass and later'

/** The short table of the README. */
export function readmeTable(programs, figures) {
  const traces = (on, names) => {
    const found = names
      .map(name => figures.figures.find(f => f.name === name && f.on.startsWith(on) && !f.on.includes('Node 26')))
      .find(f => f !== undefined)
    return found === undefined ? '–' : around(found.value, found.values, ' ms')
  }
  const speed = (suite, id, time) => {
    const { value, rounds } = speedOf(programs, suite, id, time)
    return around(value, rounds, ' M/s')
  }
  const rows = SHOWN.filter(([id]) => programs.opponents.some(o => o.id === id)).map(([id, on, name, module]) => {
    const time = module === 'anew' ? FROM_BYTES : WARM
    return [
      name,
      speed('micro', id, time),
      speed('workloads', id, time),
      module === 'kept' ? '–' : traces(on, COLD),
      traces(on, module === 'kept' ? [`${PEAK}, program kept`] : [PEAK]),
    ]
  })
  const header = ['with gas', 'small programs', 'C workloads', '32 service runs, cold', 'again, at peak']
  return alignedTable(header, rows)
}

/** The README with its table renewed; as it is where it has no place for one. */
export function withReadmeTable(text, programs, figures) {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`no place for the table, ${BEGIN} … ${END}`)
  const about = [
    `${aboutMachine(programs.pieces[0].machine)}; ${programs.pieces[0].id.slice(0, 10)}, commit ${programs.pieces[0].commit}. Node 20.`,
    'Behind ± is half of what lies between the least and the most of the rounds.',
    'coulis reads a program anew for each service run, and knows code that it has seen; “module kept” is the same for PolkaVM, made by hand.',
  ]
  return `${text.slice(0, from)}${BEGIN}\n\n${readmeTable(programs, figures)}\n\n${about.join(' ')}\n\n${text.slice(to)}`
}

/** Writes ../BENCHMARKS.md and the table of ../README.md from what is in results/. */
export function writeReport() {
  const programs = readRecord('programs.json')
  const figures = readRecord('figures.json')
  writeFileSync(join(ROOT, 'BENCHMARKS.md'), reportText(programs, figures))
  if (programs === undefined || figures === undefined) return
  const file = join(ROOT, 'README.md')
  writeFileSync(file, withReadmeTable(readFileSync(file, 'utf8'), programs, figures))
}
