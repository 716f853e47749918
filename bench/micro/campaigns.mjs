// How `coulis fuzz` and `coulis replay` scale with worker processes. Wall-clock time, because that is what workers are for: only
// on a machine that does nothing else is the result one. One and several workers take turns.
//
//   node bench/micro/campaigns.mjs [--jobs 2] [--rounds 4] [--cases 960] [--traces 2000] [--only fuzz|replay]
//
// Traces are those of $COULIS_VECTORS (else ../shared/vectors), each several times under other names. The load of the machine
// before each run is printed; processor time of all processes of a run is beside its wall-clock time.
import { spawnSync } from 'node:child_process'
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const ROOT = resolve(import.meta.dirname, '../..')
const { values: options } = parseArgs({
  options: {
    jobs: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '4' },
    cases: { type: 'string', default: '960' },
    traces: { type: 'string', default: '2000' },
    only: { type: 'string' },
  },
})
const CLI = join(ROOT, 'dist/cli.js')
const folder = mkdtempSync(join(tmpdir(), 'coulis-campaigns-'))

/** A folder with so many traces. */
function traces(count) {
  const from = join(process.env.COULIS_VECTORS ?? join(ROOT, '../shared/vectors'), 'traces')
  const files = readdirSync(from).filter(name => name.endsWith('.log'))
  mkdirSync(join(folder, 'traces'))
  for (let i = 0; i < count; i++) {
    const name = `${String(i).padStart(5, '0')}.log`
    // Copies beyond the first are links: 600 MB of files take longer to write than to replay.
    if (i < files.length) copyFileSync(join(from, files[i]), join(folder, 'traces', name))
    else
      linkSync(join(folder, 'traces', `${String(i % files.length).padStart(5, '0')}.log`), join(folder, 'traces', name))
  }
  return join(folder, 'traces')
}

/** Ticks of user and system time that children of this process have taken, in seconds. */
function childSeconds() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

function run(args) {
  const [load] = loadavg()
  const [begun, before] = [performance.now(), childSeconds()]
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0 && status !== 1) throw new Error(`${args.join(' ')}: ${stderr}`)
  const wall = (performance.now() - begun) / 1000
  return { wall, cpu: childSeconds() - before, load, last: stdout.trim().split('\n').at(-1) }
}

const median = list => list.toSorted((a, b) => a - b)[list.length >> 1]

function compare(name, args) {
  const times = { 1: [], [options.jobs]: [] }
  const busy = { 1: [], [options.jobs]: [] }
  const results = new Set()
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const jobs of ['1', options.jobs]) {
      const { wall, cpu, load, last } = run([...args, '--jobs', jobs])
      times[jobs].push(wall)
      busy[jobs].push(cpu)
      results.add(last)
      console.log(
        `${name}  ${jobs} workers  ${wall.toFixed(2)} s, processor ${cpu.toFixed(2)} s  (load before ${load.toFixed(1)})`,
      )
    }
  }
  const [one, more] = [times[1], times[options.jobs]]
  const best = Math.min(...one) / Math.min(...more)
  console.log(
    `${name}: ${options.jobs} workers ${(median(one) / median(more)).toFixed(2)} × by medians, ${best.toFixed(2)} × by best times`,
  )
  // One worker has more than one core where others are idle: V8 compiles and collects garbage beside it.
  console.log(
    `${name}: one worker takes ${median(busy[1]).toFixed(2)} s of processor time, ${options.jobs} take ${median(busy[options.jobs]).toFixed(2)} s; ` +
      `all that one worker does, in the time of ${options.jobs}: ${(median(busy[1]) / median(more)).toFixed(2)} ×`,
  )
  console.log(`${name}: ${results.size === 1 ? 'the same results' : `RESULTS DIFFER: ${[...results].join(' | ')}`}\n`)
}

try {
  if (options.only !== 'replay') compare('fuzz', ['fuzz', '--cases', options.cases, '--seed', 'scaling', '--jsonl'])
  if (options.only !== 'fuzz') compare('replay', ['replay', traces(Number(options.traces)), '--jsonl'])
} finally {
  rmSync(folder, { recursive: true })
}
