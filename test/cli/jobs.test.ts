// `--jobs`: conform and replay in several processes say what one says, whatever happens to the processes.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCli, stable } from './cli.ts'
import { atWork, canSeeWorkers, workersAtWork } from './processes.ts'

const cli = createCli()

/** load_imm r7, n; trap. Every ninth expects something else. */
function vector(n: number): object {
  return {
    'initial-regs': Array(13).fill(0),
    'initial-pc': 0,
    'initial-page-map': [],
    'initial-memory': [],
    'initial-gas': 100,
    program: [0, 0, 4, 51, 7, n, 0, 9],
    'expected-status': 'panic',
    'expected-regs': [0, 0, 0, 0, 0, 0, 0, n % 9 === 4 ? n + 1 : n, 0, 0, 0, 0, 0],
    'expected-pc': 3,
    'expected-memory': [],
    'expected-gas': 98,
  }
}

/** A loop that the reference machine is busy with for a while. */
const LONG = {
  ...vector(0),
  'initial-gas': 1_000_000,
  program: [0, 0, 2, 40, 0, 1],
  'expected-status': 'out-of-gas',
  'expected-regs': Array(13).fill(0),
  'expected-pc': 0,
  'expected-gas': 0,
}

// ecalli 3; add_imm_64 r7, r7, 1; jump_ind r0. Every seventh records another register.
const trace = (n: number): string =>
  [
    'program 0x0000070a03957701320025',
    'start pc=0 gas=100 r00=0xffff0000 r07=0x5',
    'ecalli=3 pc=0 gas=99 r00=0xffff0000 r07=0x5',
    `setreg r07 <- 0x${(16 + n).toString(16)}`,
    'setgas <- 89',
    `HALT pc=5 gas=87 r00=0xffff0000 r07=0x${(17 + n + (n % 7 === 3 ? 1 : 0)).toString(16)}`,
    '',
  ].join('\n')

function folder(name: string, count: number, content: (n: number) => string): string {
  mkdirSync(join(cli.folder, name), { recursive: true })
  for (let n = 0; n < count; n++) writeFileSync(join(cli.folder, name, `${String(n).padStart(3, '0')}.txt`), content(n))
  return name
}

const vectors = folder('vectors', 100, n => (n % 10 === 9 ? '# no test' : JSON.stringify(vector(n))))
const traces = folder('traces', 100, n => (n % 10 === 9 ? '# no trace' : trace(n)))
const long = folder('long', 64, () => JSON.stringify(LONG))

function start(...args: string[]): { child: ChildProcess; ended: Promise<{ code: number | null; out: string }> } {
  const child = spawn(process.execPath, [cli.path, ...args], { cwd: cli.folder, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout!.on('data', data => (out += data))
  return { child, ended: new Promise(resolve => child.on('close', code => resolve({ code, out }))) }
}

describe('--jobs', () => {
  it.each([
    ['conform', vectors],
    ['replay', traces],
  ])('%s prints the same, in the same order, with any number of workers', (command, path) => {
    for (const json of [[], ['--json']]) {
      const [one, ...more] = [1, 2, 5].map(jobs => cli.run([command, path, '--jobs', `${jobs}`, ...json]))
      expect(one!.code).toBe(1)
      expect(one!.out.length).toBeGreaterThan(500)
      for (const { code, out } of more) {
        expect(code).toBe(1)
        expect(stable(out)).toBe(stable(one!.out))
      }
    }
  })

  it('the first file with an error is the one that is reported, as with one worker', () => {
    const broken = folder('broken', 60, n => (n === 20 || n === 50 ? trace(n).replace('gas=99', 'gas=nine') : trace(n)))
    const [one, four] = [1, 4].map(jobs => cli.run(['replay', broken, '--jobs', `${jobs}`]))
    expect(one!.code).toBe(2)
    expect(one!.err).toContain('020.txt')
    expect({ ...four, bytes: 0 }).toEqual({ ...one, bytes: 0 })
  })

  it('another program goes to the workers, and one that cannot be read is an error of one line', () => {
    const program = cli.file('other.bin', Uint8Array.of(0, 0, 7, 10, 3, 149, 119, 2, 50, 0, 0x25))
    const [one, two] = [1, 2].map(jobs => cli.run(['replay', traces, '--program', program, '--jobs', `${jobs}`]))
    expect(one!.code).toBe(1)
    expect(stable(two!.out)).toBe(stable(one!.out))
    const { code, err } = cli.run(['replay', traces, '--program', 'nowhere', '--jobs', '2'])
    expect([code, err]).toEqual([2, 'error: nowhere: there is no such file\n'])
  })

  it('refuses numbers that are none', () => {
    for (const jobs of ['0', '-1', '1.5', '1025', 'all', '']) {
      const { code, err } = cli.run(['conform', vectors, '--jobs', jobs])
      expect([jobs, code]).toEqual([jobs, 2])
      expect(err).toContain('expected a number from 1 to 1024')
    }
  })

  it.each([1, 2])('Ctrl-C ends %i workers with what is known', async jobs => {
    const { child, ended } = start('conform', long, '--engine', 'reference', '--jobs', `${jobs}`)
    if (!canSeeWorkers) await new Promise(resolve => setTimeout(resolve, 1500))
    else if (jobs > 1) await workersAtWork(child.pid!, jobs)
    else await atWork(child.pid!)
    child.kill('SIGINT')
    const { code, out } = await ended
    expect(code).toBe(130)
    const [, done] = /interrupted after (\d+) of 64 files\n$/.exec(out) ?? []
    expect(Number(done)).toBeLessThan(64)
    expect(out).toContain(`${done} passed, 0 failed`)
  })

  it.skipIf(!canSeeWorkers)('a worker that is killed is replaced, and its files are done once', async () => {
    const { child, ended } = start('conform', long, '--engine', 'reference', '--jobs', '2')
    for (let i = 0; i < 2; i++) process.kill((await workersAtWork(child.pid!, 2))[i]!, 'SIGKILL')
    const { code, out } = await ended
    expect([code, out]).toEqual([0, expect.stringContaining('64 passed, 0 failed')])
  })

  it('a file that takes its worker with it is named, and nothing else is', () => {
    const deadly = createCli({
      file: 'src/cli/conform-files.ts',
      search: 'runTest(file, ',
      replace: "(file.includes('057') && process.kill(process.pid, 'SIGKILL'), runTest)(file, ",
    })
    const { code, out, err } = deadly.run(['conform', join(cli.folder, vectors), '--jobs', '2'])
    expect([code, out]).toEqual([70, ''])
    expect(err).toMatch(/a worker process died at \S+057\.txt, twice/)
  })
})
