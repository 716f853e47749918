// How exactly `run({ maxMs })` stops an endless guest in a process that has just begun, in many processes of their own. Between any
// two of them one runs a loop of JavaScript that looks at the clock and does nothing else: what that is late by, no program mends.
// Of each run the kernel says how long its thread had a processor. `--raw` prints for each run how long it took, how long it had a
// processor, and how long it stood ready and had none; the rest it waited for threads of V8's.
//   node bench/micro/deadline-cold.mjs [--runs 20] [--engine auto,interpreter] [--guest 'loop,host calls'] [--ms 10] [--raw]
//     [--seconds 55]             prints what there is by then
//     [--builds A/dist,B/dist]   the same of several builds in turn
//     [--ahead]                  before all other processes of the machine, where that is allowed (root on Linux)
//     [--node='--no-opt']        options of Node, to see what V8 has to do with it
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { GUESTS } from '../lib/late-guests.mjs'
import { DIST } from '../lib/programs.mjs'

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    engine: { type: 'string', default: 'auto,interpreter,recompiler' },
    guest: { type: 'string', default: Object.keys(GUESTS).join() },
    ms: { type: 'string', default: '10' },
    seconds: { type: 'string', default: 'Infinity' },
    builds: { type: 'string', default: DIST },
    node: { type: 'string', default: '' },
    ahead: { type: 'boolean', default: false },
    raw: { type: 'boolean', default: false },
  },
})
const ms = Number(options.ms)
/** Milliseconds beyond the deadline that 99 of 100 runs may take, and all. */
const MOST_LATE = [2, 10]
const ONE = fileURLToPath(new URL('../lib/one-deadline.mjs', import.meta.url))

const flags = options.node.split(' ').filter(flag => flag !== '')

function one(build, engine, guest) {
  const env = { ...process.env, COULIS_DIST: build }
  return JSON.parse(
    execFileSync(process.execPath, [...flags, ONE, engine, guest, options.ms], { encoding: 'utf8', env }),
  )
}

if (options.ahead) {
  // The kernel shares the processors among sessions first (autogroup), then within one.
  const group = '/proc/self/autogroup'
  const was = / nice (-?\d+)/.exec(readFileSync(group, 'utf8'))[1]
  writeFileSync(group, '-20')
  process.on('exit', () => writeFileSync(group, was))
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
  setPriority(-20)
}

const builds = options.builds.split(',')
const pairs = options.engine.split(',').flatMap(engine => options.guest.split(',').map(guest => ({ engine, guest })))
const series = new Map()
const end = performance.now() + 1000 * Number(options.seconds)
for (let i = 0; i < Number(options.runs); i++) {
  for (const { engine, guest } of pairs) {
    for (const build of builds) {
      const what = `${builds.length > 1 ? `${build} ` : ''}${engine}, ${guest}`
      if (performance.now() > end) continue
      if (!series.has(what)) series.set(what, { guest: [], control: [] })
      series.get(what).guest.push(one(build, engine, guest))
      series.get(what).control.push(one(build, 'none', guest))
    }
  }
}

function line(what, runs) {
  const times = runs.map(run => run.took).sort((a, b) => a - b)
  const at = share => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(2).padStart(6)
  const late = runs.filter(({ took }) => took > ms + MOST_LATE[0])
  const own = late.filter(run => run.ran > ms + MOST_LATE[0])
  console.log(
    `${what.padEnd(34)} median ${at(0.5)}  99 % ${at(0.99)}  most ${at(1)} ms; more than ${ms + MOST_LATE[0]}: ` +
      `${String(late.length).padStart(2)} of ${runs.length}; of these had a processor for so long: ${own.length}`,
  )
}
const controls = []
for (const [what, { guest, control }] of series) {
  line(what, guest)
  line('  JavaScript alone between them', control)
  controls.push(...control)
  if (options.raw)
    for (const run of guest) console.log(`    ${run.took.toFixed(2)} ${run.ran.toFixed(2)} ${run.waited.toFixed(2)}`)
}
if (series.size > 1) line('JavaScript alone, all', controls)
