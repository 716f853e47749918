// What `run.mjs --quick` says of the recorded services: coulis `auto` at its peak beside PolkaVM's recompiler with its module kept, which
// is the same by hand. All of it, pass by pass and on all engines, is figures.mjs's and curves.mjs's.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { geometricMean } from './goals.mjs'
import { nodeBinaries } from './opponents.mjs'
import { BENCH } from './programs.mjs'
import { around, between } from './spread.mjs'
import { markdownTable } from './tables.mjs'

const PEAK = '32 traces, third pass and later'
/** Who is measured in each round: a command, and which of its figures counts. */
const OURS = { script: join('micro', 'traces.mjs'), flags: ['--engine', 'auto'], figure: PEAK }
const THEIRS = {
  script: join('peers', 'polkavm-traces.mjs'),
  flags: ['--backend', 'generic'],
  figure: `${PEAK}, program kept`,
}

/** The figures that one script prints, by the engine that they are of. */
function run({ script, flags, figure }, node) {
  const { stdout } = spawnSync(node.path, [join(BENCH, script), ...flags], { encoding: 'utf8', timeout: 60_000 })
  const lines = (stdout ?? '').split('\n').filter(line => line.startsWith('{'))
  const figures = lines.map(line => JSON.parse(line)).filter(({ name }) => name === figure)
  return figures.map(({ engine, value }) => ({ engine, value }))
}

/**
 * Measures so many rounds, everybody in each. Answers the milliseconds by name and by round; a round that somebody did not come to an end
 * in has none of him.
 */
export function quickTraces(rounds) {
  const nodes = nodeBinaries()
  const found = new Map()
  for (let k = 0; k < rounds; k++) {
    const note = (name, value) => {
      if (!found.has(name)) found.set(name, Array(rounds).fill(undefined))
      found.get(name)[k] = value
    }
    for (const node of nodes) for (const { value } of run(OURS, node)) note(`coulis auto, Node ${node.major}`, value)
    for (const { engine, value } of run(THEIRS, nodes[0])) note(`${engine}, module kept`, value)
  }
  return found
}

/** Those as a table: ours, theirs, and ours by theirs in the same round, each with its spread. Empty where the runs are not here. */
export function quickTracesTable(found) {
  const isTheirs = name => name.startsWith('polkavm')
  const theirs = [...found].filter(([name]) => isTheirs(name))
  const rows = [...found].map(([name, ms]) => {
    const ratios = theirs.map(([, base]) => {
      if (isTheirs(name)) return '–'
      const each = ms.map((value, k) => value / base[k]).filter(Number.isFinite)
      return between(geometricMean(each), each)
    })
    const known = ms.filter(Number.isFinite)
    return [name, around(geometricMean(known), known, ' ms'), ...ratios]
  })
  return rows.length === 0 ? '' : markdownTable([PEAK, 'a pass', ...theirs.map(([name]) => `÷ ${name}`)], rows)
}
