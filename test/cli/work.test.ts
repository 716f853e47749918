// `coulis work`: parts of campaigns from a queue. With a server of its own, where redis-server is installed.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCli, type Printed } from './cli.ts'

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
      [[...url, '--status', '--results'], 'are five commands'],
      [[...url, '--lock', '1'], 'expected 3 to 3600 seconds'],
      [[...url, 'fuzz'], 'only with --add or --grow'],
      [[...url, '--budget', '3'], '--budget: only with --add'],
      [[...url, '--every', '3'], '--every: seconds, with --grow'],
      [[...url, '--grow', '.', '--every', '0', '--', 'replay'], '--every: seconds, with --grow'],
      [[...url, '--grow', '.', '--', 'fuzz'], 'expected conform, replay behind --'],
      [[...url, '--grow', 'nowhere', '--', 'replay'], 'there is no such file'],
      [[...url, '--grow', '.', '--', 'replay', '--shard', '1/2'], 'parts are made here'],
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

  it('what parts find is made small by parts of its own, and comes to what one run comes to', () => {
    const wrong = createCli({
      file: 'src/engine/reference/alu.ts',
      search: 'sign_extend_8: a => BigInt.asIntN(8, a)',
      replace: 'sign_extend_8: a => BigInt.asUintN(8, a)',
    })
    symlinkSync(join(ROOT, 'node_modules'), join(wrong.folder, 'node_modules'))
    const campaign = ['fuzz', '--cases', '160', '--style', 'close', '--engines', 'reference,interpreter']
    const name = ['work', ...queue, '--name', 'found']
    expect(wrong.run([...name, '--add', '5', '--', ...campaign]).code).toBe(0)
    const { out } = wrong.run([...name, '--drain', '--jobs', '2'])
    const one = wrong.run([...campaign, '--jsonl']).out
    const found = one.split('\n').filter(line => line.startsWith('{"event":"difference"')).length
    expect(found).toBeGreaterThan(1)
    expect(out).toBe(`${5 + found} parts done here\n`)
    const results = wrong.run([...name, '--results']).out
    const merge = (input: string): Printed => wrong.run(['merge', '-', '--jsonl'], { input })
    expect(merge(results)).toEqual(merge(one))
    expect(merge(one).code).toBe(1)
  })

  it('a folder that grows is replayed file by file; a broken file is set aside alone', () => {
    const name = ['--name', 'folder']
    const long = new Date(Date.now() - 60_000)
    const write = (file: string, text: string, when = long): void => {
      const path = join(cli.folder, 'traces', file)
      mkdirSync(join(cli.folder, 'traces'), { recursive: true })
      writeFileSync(path, text)
      utimesSync(path, when, when)
    }
    const trace = (r7: number): string =>
      'program 0x0000070a03957701320025\nstart pc=0 gas=100 r00=0xffff0000 r07=0x5\n' +
      'ecalli=3 pc=0 gas=99 r00=0xffff0000 r07=0x5\nsetreg r07 <- 0x10\nsetgas <- 89\n' +
      `HALT pc=5 gas=87 r00=0xffff0000 r07=0x${r7.toString(16)}\n`
    const grow = (): string => run(...name, '--grow', 'traces', '--', 'replay', '--engine', 'interpreter').out
    for (let i = 0; i < 9; i++) write(`${i}.log`, trace(i === 4 ? 0x12 : 0x11))
    write('README.md', 'no trace')
    expect(grow()).toBe('9 new files of traces in 1 part\n')
    expect(grow()).toBe('0 new files of traces in 0 parts\n')
    expect(run(...name, '--drain').out).toBe('1 part done here\n')
    write('5a.log', trace(0x11))
    write('6.log', trace(0x13), new Date(Date.now() - 30_000)) // written anew
    write('now.log', trace(0x11), new Date(Date.now() + 3_600_000)) // perhaps not whole yet, however long it takes to look
    write('broken.log', trace(0x11).replace('gas=99', 'gas=nine'))
    expect(grow()).toBe('3 new files of traces in 1 part\n')
    expect(run(...name, '--drain').code).toBe(0)
    const { code, out } = run(...name, '--status')
    expect(code).toBe(1)
    expect(out).toContain(' 0 waiting, 1 set aside\n')
    expect(out).toMatch(
      /broken\.log: .*\ncoulis replay --engine interpreter --jobs 1 --jsonl -- traces\/broken\.log\n$/,
    )
    const merged = cli.run(['merge', '-'], { input: run(...name, '--results').out })
    expect(merged.code).toBe(1)
    expect(merged.out).toMatch(/^differs {2}traces\/4\.log\n.*\ndiffers {2}traces\/6\.log\n/)
    expect(merged.out).toMatch(/9 identical, 2 different; replay in 1 part\n$/)
  })

  it('parts that nobody has begun when their time is over are left out', async () => {
    const name = ['--name', 'night']
    const campaign = ['--', 'fuzz', '--cases', '48', '--style', 'close', '--engines', 'reference,interpreter']
    expect(run(...name, '--add', '3', '--budget', '1', ...campaign).code).toBe(0)
    await new Promise(resolve => setTimeout(resolve, 1100))
    const { out, err } = run(...name, '--drain', '--jobs', '1')
    expect(out).toBe('0 parts done here\n')
    expect(err.match(/^left out/gm)).toHaveLength(3)
    expect(run(...name, '--results').out).toBe('')
    // Those that were done are a result of their own.
    const part = cli.run([...campaign.slice(1), '--shard', '2/3', '--jsonl']).out
    expect(cli.run(['merge', '-'], { input: part }).code).toBe(130)
    const partial = cli.run(['merge', '-', '--partial'], { input: part })
    expect([partial.code, partial.out]).toEqual([0, expect.stringContaining('missing 2 parts: 1/3, 3/3\n')])
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
