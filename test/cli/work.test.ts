// `coulis work`: parts of campaigns from a queue. With a server of its own, where redis-server is installed.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCli } from './cli.ts'

const ROOT = join(import.meta.dirname, '../..')
const hasServer = spawnSync('redis-server', ['--version']).status === 0
const cli = createCli()

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

describe('coulis work', () => {
  it('refuses what makes no sense before it asks the server', () => {
    const url = ['--queue', 'redis://127.0.0.1:1']
    for (const [args, message] of [
      [[], "required option '--queue <url>' not specified"],
      [['--queue', 'http://x'], 'expected redis://host:port'],
      [['--queue', 'redis://'], 'expected redis://host:port'],
      [[...url, '--name', 'a:b'], 'a name has letters'],
      [[...url, '--status', '--results'], 'are four commands'],
      [[...url, '--lock', '1'], 'expected 3 to 3600 seconds'],
      [[...url, 'fuzz'], 'only with --add'],
      [[...url, '--add', '2'], 'expected fuzz, conform, replay behind --'],
      [[...url, '--add', '2', '--', 'run', 'x'], 'expected fuzz, conform, replay behind --'],
      [[...url, '--add', '0', '--', 'fuzz', '--cases', '1'], 'expected 1 to 1,000,000 parts'],
      [[...url, '--add', '2', '--', 'fuzz'], 'fuzz needs --cases'],
      [[...url, '--add', '2', '--', 'fuzz', '--cases', '1', '--shard=1/2'], 'parts are made here'],
      [[...url, '--add', '2', '--', 'replay', 'x', '--jobs', '2'], 'parts are made here'],
    ] as const) {
      const { code, err } = cli.run(['work', ...args])
      expect([args, code]).toEqual([args, 2])
      expect(err).toContain(message)
    }
  })
})

describe.skipIf(!hasServer)('coulis work with a server', () => {
  let server: ChildProcess
  let queue: string[]
  // The built command line of a test is in a folder of its own, where the optional packages are not: that of the repository is used.
  const path = join(ROOT, 'dist/cli.js')
  const run = (...args: string[]): { code: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path, 'work', ...queue, ...args], {
      cwd: cli.folder,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    })
    return { code: status, out: stdout, err: stderr }
  }

  beforeAll(async () => {
    const port = await freePort()
    queue = ['--queue', `redis://127.0.0.1:${port}`]
    server = spawn('redis-server', ['--port', `${port}`, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' })
    while (run('--status').code !== 0) await new Promise(resolve => setTimeout(resolve, 100))
  })
  afterAll(() => server.kill('SIGKILL'))

  it('a campaign added twice is done once, and comes to what one run comes to', () => {
    const campaign = ['fuzz', '--cases', '48', '--style', 'close', '--engines', 'reference,interpreter', '--seed', 'q']
    for (let i = 0; i < 2; i++) expect(run('--add', '3', '--', ...campaign).out).toBe('3 parts in the queue coulis\n')
    expect(run('--status').out).toBe('0 done, 0 at work, 3 waiting, 0 set aside\n')
    expect(run('--drain', '--jobs', '2')).toMatchObject({ code: 0, out: '3 parts done here\n' })
    expect(run('--add', '3', '--', ...campaign).code).toBe(0)
    expect(run('--status').out).toBe('3 done, 0 at work, 0 waiting, 0 set aside\n')
    const merged = cli.run(['merge', '-', '--jsonl'], { input: run('--results').out })
    const one = cli.run(['merge', '-', '--jsonl'], { input: cli.run([...campaign, '--jsonl']).out })
    expect(merged.out).toBe(one.out)
  })

  it('a part that fails is set aside with its command, and put back when asked', () => {
    const name = ['--name', 'poison']
    expect(run(...name, '--add', '1', '--', 'replay', 'nowhere').code).toBe(0)
    expect(run(...name, '--drain').out).toBe('0 parts done here\n')
    const { code, out } = run(...name, '--status')
    expect(code).toBe(1)
    expect(out).toContain('0 done, 0 at work, 0 waiting, 1 set aside\n')
    expect(out).toContain('nowhere: there is no such file\ncoulis replay nowhere --shard 1/1 --jobs 1 --jsonl\n')
    expect(JSON.parse(run(...name, '--status', '--json').out).poison).toHaveLength(1)
    expect(run(...name, '--retry').out).toBe('1 part put back\n')
    expect(run(...name, '--status').out).toBe('0 done, 0 at work, 1 waiting, 0 set aside\n')
  })

  it('workers and the server may be killed at any moment: nothing is lost, nothing doubled', () => {
    const args = [
      '--parts',
      '8',
      '--cases',
      '128',
      '--style',
      'close',
      '--workers',
      '2',
      '--every',
      '1',
      '--servers',
      '2',
      '--lock',
      '4',
    ]
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/soak-queue.mjs'), ...args], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/done 8 .*, set aside 0, lost 0, doubled 0; merged the same as one run\n$/)
    expect(status).toBe(0)
  })
})
