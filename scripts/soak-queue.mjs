// Kills workers and the server of `coulis work` at random while they do a campaign, then looks whether anything was lost or
// doubled: every part has one result, and merged they are byte for byte what one run without a queue prints. Needs redis-server
// and the packages bullmq and ioredis.
//
//   node scripts/soak-queue.mjs [--parts 60] [--cases 960] [--style mixed] [--workers 4] [--every 3] [--servers 4] [--seed 1] [--lock 5] [--cli dist/cli.js]
//
// Every few seconds (--every, on average) a worker is killed with SIGKILL and a new one started; every --servers-th time it is the
// server, with SIGKILL too, which is away for up to three seconds. It writes each change to disk before it answers (appendfsync
// always): with less, a server that is killed may forget parts that were added.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const ROOT = resolve(import.meta.dirname, '..')
const text = value => ({ type: 'string', default: value })
const { values } = parseArgs({
  options: {
    parts: text('60'),
    cases: text('960'),
    style: text('mixed'),
    workers: text('4'),
    every: text('3'),
    servers: text('4'),
    seed: text('1'),
    lock: text('5'),
    cli: text(join(ROOT, 'dist/cli.js')),
  },
})
const [parts, workers, every, servers] = ['parts', 'workers', 'every', 'servers'].map(name => Number(values[name]))
const folder = mkdtempSync(join(tmpdir(), 'coulis-soak-'))
const sleep = seconds => new Promise(done => setTimeout(done, 1000 * seconds))

let state = Number(values.seed) >>> 0
/** Numbers from 0 to 1: the same for the same seed. When things happen beside them is the machine's. */
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}

const port = await new Promise(done => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => done(port))
  })
})
const QUEUE = ['work', '--queue', `redis://127.0.0.1:${port}`, '--lock', values.lock]
const CAMPAIGN = ['fuzz', '--seed', `soak-${values.seed}`, '--cases', values.cases, '--style', values.style]

function coulis(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [values.cli, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  return { status, stdout, stderr }
}

const children = new Set()
function start(command, args, onLine) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder })
  children.add(child)
  child.ended = new Promise(done => child.on('close', () => done(children.delete(child))))
  let rest = ''
  child.stderr.setEncoding('utf8').on('data', data => {
    const lines = `${rest}${data}`.split('\n')
    rest = lines.pop()
    for (const line of lines) onLine(line)
  })
  return child
}

const startServer = () =>
  start('redis-server', ['--port', `${port}`, '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''], () => {})
/** How many parts workers said they had done. If the word of a worker is lost with the server, another may do the part again. */
let said = 0
const startWorker = () =>
  start(process.execPath, [values.cli, ...QUEUE, '--jobs', '1'], line => {
    if (/^(done|found)/.test(line)) said += 1
    else if (/^(failed|the queue:)/.test(line)) console.log(line)
  })

const figures = { workersKilled: 0, serversKilled: 0 }
const begun = performance.now()
try {
  let server = startServer()
  await sleep(0.5)
  const added = coulis(...QUEUE, '--add', `${parts}`, '--', ...CAMPAIGN)
  if (added.status !== 0) throw new Error(added.stderr)
  const pool = Array.from({ length: workers }, startWorker)
  const status = () => {
    const { status, stdout } = coulis(...QUEUE, '--status', '--json')
    return status === 0 || status === 1 ? JSON.parse(stdout) : undefined
  }
  for (let turn = 1; ; turn++) {
    await sleep(2 * every * random())
    const now = status()
    if (now !== undefined && now.done + now.poison.length >= parts && now.waiting + now.active + now.delayed === 0)
      break
    if (turn % servers === 0) {
      server.kill('SIGKILL')
      await server.ended
      figures.serversKilled += 1
      await sleep(3 * random())
      server = startServer()
      continue
    }
    const index = Math.floor(workers * random())
    pool[index].kill('SIGKILL')
    figures.workersKilled += 1
    pool[index] = startWorker()
  }
  const { stdout: lines } = coulis(...QUEUE, '--results')
  const { poison } = status()
  const shards =
    lines.match(/"event":"campaign".*"shard":"\d+\/\d+"/g)?.map(line => /"(\d+)\/\d+"$/.exec(line)[1]) ?? []
  const lost = parts - new Set(shards).size
  const doubled = shards.length - new Set(shards).size
  const merge = input =>
    spawnSync(process.execPath, [values.cli, 'merge', '-', '--jsonl'], { input, encoding: 'utf8', maxBuffer: 2 ** 28 })
      .stdout
  const isSame = merge(lines) === merge(coulis(...CAMPAIGN, '--jsonl').stdout)
  const seconds = Math.round((performance.now() - begun) / 1000)
  console.log(
    `${parts} parts by ${workers} workers in ${seconds} s; killed ${figures.workersKilled} workers and the server ${figures.serversKilled} times; ` +
      `done ${shards.length} (said ${said} times), set aside ${poison.length}, lost ${lost}, doubled ${doubled}; ` +
      `merged ${isSame ? 'the same as' : 'DIFFERENT FROM'} one run`,
  )
  process.exitCode = lost === 0 && doubled === 0 && poison.length === 0 && isSame ? 0 : 1
} finally {
  for (const child of children) child.kill('SIGKILL')
  await sleep(0.2)
  rmSync(folder, { recursive: true, force: true })
}
