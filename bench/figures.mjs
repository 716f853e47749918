// The single figures: every script of micro/ on every engine and Node, each in a fresh process, and the same figures of our peers beside
// them, with the must and the goal; with --write keeps them in results/figures.json and renews ../BENCHMARKS.md.
//
//   node figures.mjs [--only traces,heap] [--engine auto,interpreter] [--node 20,26] [--peers typeberry,polkavm|none] [--rounds 3]
//                    [--tries 2] [--cpu 1|none] [--quiet] [--write] [--add]
//
// With --quiet it begins only where the host is quiet, and its exit code is 3 where it did not stay so. With --add, rounds are added to
// those that are kept of the same commit, so that a long measurement can be made in short pieces.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { withBest, withEarlierFigures } from './lib/figure-pieces.mjs'
import { endUnlessQuiet, hostRecord, hostText, NOT_QUIET, watchHost } from './lib/host.mjs'
import { commit, machine } from './lib/machine.mjs'
import { nodeBinaries } from './lib/opponents.mjs'
import { BENCH, DIST } from './lib/programs.mjs'
import { quietly } from './lib/quiet.mjs'
import { writeReport } from './lib/report.mjs'
import { figuresTable } from './lib/tables.mjs'

const options = { rounds: '3', tries: '2', cpu: '1' }
const argv = process.argv.slice(2)
for (let i = 0; i < argv.length; i++) {
  const name = argv[i].replace(/^--/, '')
  if (['write', 'quiet', 'add'].includes(name)) options[name] = true
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
  for (const line of stderr?.split('\n').filter(l => lines.length > 0 && l.startsWith('Error')) ?? [])
    console.error(line)
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
  { script: 'typeberry-traces.mjs', like: 'traces.mjs', everyNode: true },
  { script: 'polkavm-traces.mjs', like: 'traces.mjs', everyNode: false },
].filter(p => options.peers === undefined || options.peers.split(',').some(name => p.script.includes(name)))

if (options.quiet) endUnlessQuiet()
const endOfWatch = watchHost()
const begun = new Date()
const figures = new Map()
let measured = 0
let disturbed = 0

function measure(script, kind, node, nameOf) {
  const { results, quiet } = quietly(options.cpu, Number(options.tries), () => run(script, kind, node))
  measured += 1
  if (!quiet) disturbed += 1
  for (const line of results.flat()) {
    const on = nameOf(line)
    const key = `${line.name} ${on}`
    if (!figures.has(key)) figures.set(key, { ...line, on, values: [] })
    figures.get(key).values.push(line.value)
  }
}

// Rounds outside, everybody inside: what disturbs the machine disturbs them all.
for (const script of scripts) {
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const kind of kinds) {
      for (const node of nodes) measure(join('micro', script), kind, node, () => `${kind}, Node ${node.major}`)
    }
    for (const peer of PEERS.filter(p => p.like === script)) {
      for (const node of peer.everyNode ? nodes : nodes.slice(0, 1)) {
        const nameOf = line => (peer.everyNode ? `${line.engine}, Node ${node.major}` : line.engine)
        measure(join('peers', peer.script), 'reference', node, nameOf)
      }
    }
  }
}

const host = hostRecord(endOfWatch(), { measured, disturbed, asked: options.quiet === true })
const piece = {
  id: begun.toISOString(),
  ended: new Date().toISOString(),
  commit: commit(),
  machine: machine(),
  host,
}
// By figure, then by engine: what is compared stands together.
const order = [...new Set([...figures.values()].map(f => f.name))]
const list = [...figures.values()].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
const record = { pieces: [piece], figures: list.map(f => withBest({ ...f, pieces: [piece.id] })) }
console.log(figuresTable(record))
console.log(`\n${hostText(host)} Commit ${piece.commit}.`)
if (options.write) {
  const file = join(BENCH, 'results', 'figures.json')
  mkdirSync(join(BENCH, 'results'), { recursive: true })
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  const isPart = options.only || options.engine || options.node || options.peers || options.add
  const kept = isPart && before?.pieces ? withEarlierFigures(record, before, options.add === true) : record
  writeFileSync(file, `${JSON.stringify(kept, null, 1)}\n`)
  writeReport()
}
if (options.quiet && host.quiet !== true) process.exitCode = NOT_QUIET
