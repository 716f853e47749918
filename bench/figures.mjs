// The single figures: every script of micro/ on every engine and Node, each in a fresh process, with the must and the
// goal beside it; with --write keeps them in results/figures.json and renews ../BENCHMARKS.md.
//
//   node figures.mjs [--only traces,heap] [--engine auto,interpreter] [--node 20,26] [--rounds 3] [--tries 2] [--cpu 1|none] [--write]

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { machine } from './lib/machine.mjs'
import { nodeBinaries } from './lib/opponents.mjs'
import { BENCH, DIST } from './lib/programs.mjs'
import { quietly } from './lib/quiet.mjs'
import { figuresTable, writeReport } from './lib/report.mjs'

const options = { rounds: '3', tries: '2', cpu: '1', write: false }
const argv = process.argv.slice(2)
for (let i = 0; i < argv.length; i++) {
  const name = argv[i].replace(/^--/, '')
  if (name === 'write') options.write = true
  else options[name] = argv[++i]
}
const { availableEngines } = await import(join(DIST, 'index.js'))
const kinds = availableEngines().filter(k =>
  options.engine ? options.engine.split(',').includes(k) : k !== 'reference',
)
const nodes = nodeBinaries().filter(n => !options.node || options.node.split(',').includes(n.major))
const scripts = readdirSync(join(BENCH, 'micro'))
  .filter(n => n.endsWith('.mjs') && (!options.only || options.only.split(',').some(o => n.includes(o))))
  .sort()

/** Flags one script needs: a young generation that is never collected while heap growth is measured. */
const NODE_FLAGS = {
  'allocations.mjs': ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256'],
  'instance.mjs': ['--expose-gc'],
}

/** Where V8's compilers work beside the program: both cores, as users have them. PolkaVM's process sandbox spins in two. */
const TWO_CORES = ['traces', 'time-to-peak', 'generation', 'tier-up', 'short-runs', 'first-runs', 'polkavm']

function run(script, kind, node) {
  const command = [node.path, ...(NODE_FLAGS[basename(script)] ?? []), join(BENCH, script), '--engine', kind]
  const free = options.cpu === 'none' || TWO_CORES.some(name => script.includes(name))
  const pinned = free ? command : ['taskset', '-c', options.cpu, ...command]
  const { stdout, stderr, error } = spawnSync(pinned[0], pinned.slice(1), { encoding: 'utf8', timeout: 600_000 })
  const lines = stdout?.split('\n').filter(l => l.startsWith('{')) ?? []
  if (lines.length === 0) {
    const reason = error?.message ?? stderr?.split('\n').find(l => l.includes('Error')) ?? 'no output'
    console.error(`${script} on ${kind}, Node ${node.major}: ${reason.trim()}`)
    return []
  }
  return lines.map(l => JSON.parse(l)).filter(l => l.skipped === undefined)
}

/** The same figures on our opponents: a script, and whether it depends on the Node version. */
const PEERS = [
  { script: 'anan-as-traces.mjs', like: 'traces.mjs', everyNode: true },
  { script: 'polkavm-traces.mjs', like: 'traces.mjs', everyNode: false },
]

const figures = new Map()
function add(line, on) {
  const key = `${line.name} ${on}`
  if (!figures.has(key)) figures.set(key, { ...line, on, values: [] })
  figures.get(key).values.push(line.value)
}

for (const script of scripts) {
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const kind of kinds) {
      for (const node of nodes) {
        const { results } = quietly(options.cpu, Number(options.tries), () => run(join('micro', script), kind, node))
        for (const line of results.flat()) add(line, `${kind}, Node ${node.major}`)
      }
    }
  }
}
for (const { script, everyNode } of PEERS.filter(p => scripts.includes(p.like))) {
  for (const node of everyNode ? nodes : nodes.slice(0, 1)) {
    for (const line of quietly(options.cpu, Number(options.tries), () =>
      run(join('peers', script), 'reference', node),
    ).results.flat()) {
      add(line, everyNode ? `${line.engine}, Node ${node.major}` : line.engine)
    }
  }
}
// The best of the rounds: what disturbs only ever slows down.
const list = [...figures.values()].map(f => ({
  ...f,
  value: f.unit === 'M/s' ? Math.max(...f.values) : Math.min(...f.values),
}))
// By figure, then by engine: what is compared stands together.
const order = [...new Set(list.map(f => f.name))]
list.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
const record = { date: new Date().toISOString().slice(0, 10), machine: machine(), figures: list }
console.log(figuresTable(record))
if (options.write) {
  const file = join(BENCH, 'results', 'figures.json')
  mkdirSync(join(BENCH, 'results'), { recursive: true })
  writeFileSync(file, `${JSON.stringify(withEarlier(record, file), null, 1)}\n`)
  writeReport()
}

/** With --only, --engine or --node: what was not measured this time stays from the time before, in its place. */
function withEarlier(now, file) {
  if (!(options.only || options.engine || options.node) || !existsSync(file)) return now
  const key = f => `${f.name} ${f.on}`
  const measured = new Map(now.figures.map(f => [key(f), f]))
  const kept = JSON.parse(readFileSync(file, 'utf8')).figures.map(f => measured.get(key(f)) ?? f)
  const known = new Set(kept.map(key))
  return { ...now, figures: [...kept, ...now.figures.filter(f => !known.has(key(f)))] }
}
