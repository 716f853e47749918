// Programs that campaigns keep: what is kept, campaigns that start from it, and hostile folders.

import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tierPolicy } from '../../src/engine/auto.ts'
import { startExercise, stopExercise } from '../../src/engine/recompiler/exercise.ts'
import { campaignCase } from '../../src/fuzz/campaign.ts'
import { corpusCase } from '../../src/fuzz/corpus-case.ts'
import { driveCase } from '../../src/fuzz/drive.ts'
import { parseKept, Reach } from '../../src/fuzz/kept.ts'
import { createCli, type Printed } from './cli.ts'

const cli = createCli()
const FUZZ = ['fuzz', '--style', 'close', '--engines', 'interpreter,recompiler,auto']
const KEEP = [...FUZZ, '--seed', 'kept', '--cases', '96', '--keep']

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)
const files = (folder: string): string[] => readdirSync(join(cli.folder, folder)).sort()
const programs = (folder: string): string[] => files(folder).filter(name => name.endsWith('.pvm'))
const textOf = (folder: string, name: string): string => readFileSync(join(cli.folder, folder, name), 'utf8')

const CASE = ';! profile gp-0.7.2\n.isa gp-0.7.2\n.format raw\n'
const ENTRY = ';! entry 0 gas 10 r7=0x80\n'

function lines({ out }: Printed): Record<string, unknown>[] {
  return out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
}

function copy(from: string, to: string): string {
  cpSync(join(cli.folder, from), join(cli.folder, to), { recursive: true })
  return to
}

/** A folder with these programs. */
function folder(name: string, texts: readonly string[]): string {
  cli.run([...FUZZ, '--cases', '1', '--corpus', name]) // makes it
  for (const text of texts) writeFileSync(join(cli.folder, name, `${hashOf(text)}.pvm`), text)
  return name
}

/** What the cases of the campaign KEEP reach themselves, each alone. */
function reachedByCases(): ReadonlySet<string> {
  const { verify } = tierPolicy
  tierPolicy.verify = false
  const reach = new Reach(['recompiler', 'auto'], startExercise())
  const campaign = {
    seed: 'kept',
    style: 'close',
    engines: ['interpreter', 'recompiler', 'auto'],
    enough: () => false,
  } as const
  const names = new Set(Array.from({ length: 96 }, (_, index) => reach.of(campaignCase(campaign, index).fuzz)).flat())
  stopExercise()
  tierPolicy.verify = verify
  return names
}

const kept = cli.run([...KEEP, '--corpus', 'kept', '--jobs', '1', '--jsonl'])

describe('coulis fuzz --keep', () => {
  it('keeps a program for each case that reaches something first, the same with any number of workers', () => {
    expect(kept.code).toBe(0)
    const found = lines(kept).filter(({ event }) => event === 'program')
    expect(found.length).toBeGreaterThan(10)
    expect(programs('kept')).toEqual([...new Set(found.map(({ name }) => `${name}.pvm`))].sort())
    for (const { name, text } of found)
      expect([textOf('kept', `${name}.pvm`), name]).toEqual([text, hashOf(text as string)])
    const three = cli.run([...KEEP, '--corpus', 'kept-3', '--jobs', '3', '--jsonl'])
    expect(three.out).toBe(kept.out)
    expect(files('kept-3')).toEqual(files('kept'))
  })

  it('and nothing that reaches only what the corpus does already', () => {
    const again = cli.run([...KEEP, '--corpus', copy('kept', 'again'), '--jsonl'])
    const known = new Set(lines(kept).flatMap(({ reached }) => (reached as string[] | undefined) ?? []))
    for (const { event, reached } of lines(again))
      if (event === 'program') expect((reached as string[]).some(name => !known.has(name))).toBe(true)
  })

  it('parts reach what one campaign reaches, and merged it is put into a folder without what is there twice', () => {
    const parts = [1, 2, 3].map(i => {
      const { out } = cli.run([...KEEP, '--corpus', `part-${i}`, '--shard', `${i}/3`, '--jsonl'])
      return cli.file(`part-${i}.jsonl`, out)
    })
    const merged = cli.run(['merge', ...parts, '--corpus', 'merged', '--jsonl'])
    const reachedBy = (printed: Printed): string[] => [
      ...new Set(lines(printed).flatMap(({ reached }) => (reached as string[] | undefined) ?? [])),
    ]
    // A program that is made small may come to reach something more by chance, and does not in a part that made it small otherwise.
    const cases = reachedByCases()
    const ofParts = new Set(reachedBy(merged))
    const ofAll = reachedBy(kept).filter(name => cases.has(name))
    expect(ofAll.length).toBeGreaterThan(100)
    expect(ofAll.filter(name => !ofParts.has(name))).toEqual([])
    const all = lines(merged).filter(({ event }) => event === 'program')
    expect(all.length).toBeLessThan(parts.reduce((sum, _, i) => sum + programs(`part-${i + 1}`).length, 0))
    expect(cli.run(['merge', cli.file('merged.jsonl', merged.out), '--jsonl']).out).toBe(merged.out)
    expect(programs('merged')).toEqual([...new Set(all.map(({ name }) => `${name}.pvm`))].sort())
    const bad = kept.out.replace('"text":"; reaches', '"text":"; REACHES')
    const { code, err } = cli.run(['merge', cli.file('bad.jsonl', bad), '--corpus', 'merged'])
    expect([code, err]).toEqual([2, expect.stringContaining('a program that is not what its name says')])
  })
})

describe('kept programs', () => {
  const { verify } = tierPolicy
  let reach: Reach
  beforeAll(() => {
    tierPolicy.verify = false
    reach = new Reach(['recompiler', 'auto'], startExercise())
  })
  afterAll(() => {
    stopExercise()
    tierPolicy.verify = verify
  })

  it('reach what they say', () => {
    for (const name of programs('kept')) {
      const { fuzz, reached } = parseKept(textOf('kept', name), name)
      expect(reach.of(fuzz), name).toEqual(expect.arrayContaining([...reached]))
    }
  })

  it('changed, are mostly programs still, which all engines agree on', { timeout: 120_000 }, () => {
    const corpus = programs('kept').map(name => parseKept(textOf('kept', name), name).fuzz)
    let [changed, refused] = [0, 0]
    for (let index = corpus.length; index < corpus.length + 600; index++) {
      const fuzz = corpusCase(corpus, 'changed', index)
      expect(fuzz === undefined).toBe(index % 2 === 0)
      if (fuzz === undefined) continue
      const { finding, rejected } = driveCase(fuzz, ['reference', 'interpreter', 'recompiler', 'auto'])
      expect(finding, fuzz.label).toBeUndefined()
      if (!corpus.some(({ container }) => container === fuzz.container)) changed += 1
      if (rejected) refused += 1
    }
    expect(changed).toBeGreaterThan(200)
    expect(refused).toBeLessThan(60)
  })
})

describe('coulis fuzz --corpus', () => {
  it('names the set it started from, which another campaign can start from when the folder has grown', () => {
    const grown = copy('kept', 'grown')
    const range = [...FUZZ, '--seed', 'start', '--cases', '80', '--corpus', grown, '--jsonl']
    const first = cli.run(range)
    const [{ corpus: hash }] = lines(first) as [{ corpus: string }]
    expect(hash).toMatch(/^[0-9a-f]{32}$/)
    const text = textOf(grown, programs(grown)[0]!).replace(/^; reaches .*\n/, '')
    writeFileSync(join(cli.folder, grown, `${hashOf(text)}.pvm`), text)
    const later = cli.run(range)
    expect((lines(later)[0] as { corpus: string }).corpus).not.toBe(hash)
    expect(cli.run([...range, '--corpus-hash', hash]).out).toBe(first.out)
    const { code, err } = cli.run(['merge', cli.file('a.jsonl', first.out), cli.file('b.jsonl', later.out)])
    expect([code, err]).toEqual([2, expect.stringContaining('another campaign than a.jsonl: corpus')])
  })

  it('finds a planted mistake in a program it starts from; the command shows it again, in 16 parts too', () => {
    const wrong = createCli({
      file: 'src/engine/reference/alu.ts',
      search: 'sign_extend_8: a => BigInt.asIntN(8, a)',
      replace: 'sign_extend_8: a => BigInt.asUintN(8, a)',
    })
    const program =
      ';! profile gp-0.7.2\n;! entry 0 gas 10 r7=0x80\n.isa gp-0.7.2\n.format raw\nsign_extend_8 r8, r7\ntrap\n'
    const where = folder('planted', [program])
    const range = ['fuzz', '--style', 'close', '--engines', 'reference,interpreter', '--cases', '64', '--jsonl']
    const corpus = ['--corpus', join(cli.folder, where)]
    const one = wrong.run([...range, ...corpus])
    const found = lines(one).filter(({ event }) => event === 'difference')
    expect([one.code, found[0]]).toEqual([1, expect.objectContaining({ case: 0, shows: 'alone' })])
    expect(found.length).toBeGreaterThan(1)
    const again = wrong.run([...(found[0]!.command as string).split(' ').slice(1), '--jsonl'])
    expect(lines(again)[1]).toMatchObject({ event: 'difference', case: 0 })
    const parts = Array.from({ length: 16 }, (_, i) =>
      wrong.file(`${i}.jsonl`, wrong.run([...range, ...corpus, '--shard', `${i + 1}/16`, '--jobs', '1']).out),
    )
    const whole = wrong.file('whole.jsonl', one.out)
    expect(wrong.run(['merge', ...parts, '--jsonl']).out).toBe(wrong.run(['merge', whole, '--jsonl']).out)
  })

  it('takes a program with gas without end where every run of it is so many steps', () => {
    const text = `${CASE};! schedule 40\n;! exits 3\n${ENTRY.replace('10', `${2 ** 52}`)}@a: jump @a\n`
    const { code, out } = cli.run([...FUZZ, '--cases', '3', '--corpus', folder('stepped', [text])])
    expect([code, out]).toEqual([0, expect.stringContaining('started from 1 program of stepped')])
  })

  it('refuses what is no corpus', () => {
    const name = programs('kept')[0]!
    const broken = (to: string, change: (path: string) => void): string => {
      copy('kept', to)
      change(join(cli.folder, to))
      return to
    }
    const good = textOf('kept', name)
    for (const [args, message] of [
      [
        ['--corpus', broken('tampered', at => writeFileSync(join(at, name), `${good}\ntrap\n`))],
        'its content has another hash',
      ],
      [['--corpus', folder('garbage', ['what\n'])], 'expected an instruction, found what'],
      [['--corpus', folder('nothing', ['trap\n'])], "no line ';! entry PC gas N'"],
      [['--corpus', folder('unknown', [`; reaches the moon\n${good}`])], "reaches 'the moon', which nothing is called"],
      [['--corpus', folder('long', [`${good}\n;${'x'.repeat(2 ** 20)}`])], 'longer than 1048576 characters'],
      [['--corpus', folder('directive', [good.replace(';! exits', ';! exit')])], 'unknown directive'],
      [
        ['--corpus', folder('endless', [`${CASE}${ENTRY.replace('10', `${2 ** 52}`)}@a: jump @a\n`])],
        'more gas than 67108864 that is not stepped may not end',
      ],
      [
        ['--corpus', folder('overlong', [`${CASE};! schedule 5 -1\n${ENTRY.replace('10', '67108865')}trap\n`])],
        'may not end',
      ],
      [['--corpus', folder('exits', [`${CASE};! exits 1001\n${ENTRY}trap\n`])], 'follows more than 1000 exits'],
      [
        ['--corpus', folder('steps', [`${CASE};! schedule 4294967295\n${ENTRY.replace('10', '67108865')}trap\n`])],
        'that is not stepped may not end',
      ],
      [['--corpus', cli.file('file', 'x')], 'file: no folder'],
      [['--corpus', 'kept', '--corpus-hash', '0'.repeat(32)], 'there is no such file'],
      [['--corpus', 'kept', '--corpus-hash', '../x'], '--corpus-hash ../x: expected 32 hex digits'],
      [['--keep'], '--keep needs --corpus'],
      [['--corpus-hash', '0'.repeat(32)], '--corpus-hash needs --corpus'],
      [['--keep', '--corpus', 'kept', '--engines', 'reference,interpreter'], 'none of the engines compiles'],
    ] as const) {
      const { code, err, out } = cli.run([...FUZZ, '--cases', '1', ...args])
      expect([message, code, out]).toEqual([message, 2, ''])
      expect(err).toContain(message)
    }
    const set = join(cli.folder, copy('kept', 'set'), `${hashOf('')}.corpus`)
    writeFileSync(set, '../../etc/passwd\n')
    const { code, err } = cli.run([...FUZZ, '--cases', '1', '--corpus', 'set', '--corpus-hash', hashOf('')])
    expect([code, err]).toEqual([2, expect.stringContaining('is not what its name says')])
  })
})

describe('folders that are not ours alone', () => {
  const good = `${CASE}${ENTRY}trap\n`

  it.skipIf(spawnSync('mkfifo', ['--help']).error !== undefined)('a pipe is not waited for', () => {
    const name = folder('pipe', [good])
    execFileSync('mkfifo', [join(cli.folder, name, `${'1'.repeat(32)}.pvm`)])
    const { code, out } = cli.run([...FUZZ, '--cases', '1', '--corpus', name])
    expect([code, out]).toEqual([0, expect.stringContaining('started from 1 program of pipe')])
  })

  it('a link to itself is no program', () => {
    const name = folder('link', [good])
    const loop = `${'2'.repeat(32)}.pvm`
    symlinkSync(loop, join(cli.folder, name, loop))
    const { code, out } = cli.run([...FUZZ, '--cases', '1', '--corpus', name])
    expect([code, out]).toEqual([0, expect.stringContaining('started from 1 program of link')])
  })

  it('a set that is there is not written again, and one that cannot be written says so', () => {
    const name = folder('written', [good])
    cli.run([...FUZZ, '--cases', '1', '--corpus', name])
    const set = files(name).find(file => file === `${hashOf(`${hashOf(good)}\n`)}.corpus`)!
    const before = statSync(join(cli.folder, name, set)).ino
    cli.run([...FUZZ, '--cases', '1', '--corpus', name])
    expect(statSync(join(cli.folder, name, set)).ino).toBe(before)
    rmSync(join(cli.folder, name, set))
    mkdirSync(join(cli.folder, name, set)) // not even root may write this one
    const { code, err } = cli.run([...FUZZ, '--cases', '1', '--corpus', name])
    expect([code, err]).toEqual([3, expect.stringMatching(/^error: \S+\.corpus: /)])
    expect(files(name)).toHaveLength(3) // the program, the set, the empty set of its making: nothing is left of the attempt
  })
})

describe('coulis corpus', () => {
  it('--minimise keeps fewer and smaller programs that reach the same', () => {
    cli.run([...KEEP, '--seed', 'more', '--corpus', 'more'])
    const both = copy('more', copy('kept', 'both'))
    const { reached: before, programs: many, bytes } = JSON.parse(cli.run(['corpus', both, '--json']).out)
    const after = JSON.parse(cli.run(['corpus', both, '--minimise', '--json']).out)
    expect(after.reached).toBeGreaterThanOrEqual(before as number)
    expect(after.programs).toBeLessThan(many as number)
    expect(after.bytes).toBeLessThan((bytes as number) * 0.8)
    expect(programs(both)).toHaveLength(after.programs)
    // It is a corpus still, and its sets are those that can be had.
    expect(cli.run(['corpus', both]).out).toContain(`corpus ${after.hash}\n`)
    expect(files(both).filter(name => name.endsWith('.corpus'))).toContain(`${after.hash}.corpus`)
  })

  it('refuses an empty folder', () => {
    const { code, err } = cli.run(['corpus', folder('empty', [])])
    expect([code, err]).toEqual([2, expect.stringContaining('holds no programs')])
  })
})
