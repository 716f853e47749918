// What BENCHMARKS.md, the README and docs/speed.md say is what was measured, with how far the rounds are apart. Not a measurement.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const bench = (name: string) => import(pathToFileURL(join(ROOT, 'bench/lib', name)).href)
const { around, between, roundsOf } = await bench('spread.mjs')
const { merged, withEarlier } = await bench('pieces.mjs')
const { withBest, withEarlierFigures } = await bench('figure-pieces.mjs')
const { hostOf, hostRecord, hostText } = await bench('host.mjs')
const { partOf } = await bench('measure.mjs')
const { programTable, speedOf, FROM_BYTES } = await bench('tables.mjs')
const { readmeTable, reportText, withReadmeTable } = await bench('report.mjs')
const { digest, summarized } = await bench('curve-points.mjs')
const { withCurves } = await bench('curve-text.mjs')

const kept = (name: string) => {
  const file = join(ROOT, 'bench/results', name)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
const text = (name: string) => readFileSync(join(ROOT, name), 'utf8')
const [programs, figures, curves] = [kept('programs.json'), kept('figures.json'), kept('curves.json')]

describe('what is written is what was measured', () => {
  it('BENCHMARKS.md', () => {
    expect(text('BENCHMARKS.md')).toBe(reportText(programs, figures))
  })

  it('the table of the README', () => {
    expect(withReadmeTable(text('README.md'), programs, figures)).toBe(text('README.md'))
    expect(() => withReadmeTable('# no place', programs, figures)).toThrow('no place for the table')
  })

  it('docs/speed.md, and each plot is of the points that are kept, has a text for who cannot see it, and reads in the dark', () => {
    const page = text('docs/speed.md')
    expect(withCurves(page, curves)).toBe(page)
    expect(() => withCurves('# no place', curves)).toThrow('no place for the curve')
    const drawn = readdirSync(join(ROOT, 'docs/plots')).sort()
    expect(drawn).toEqual(
      Object.keys(curves)
        .map(name => `${name}.svg`)
        .sort(),
    )
    for (const name of Object.keys(curves)) {
      const svg = text(`docs/plots/${name}.svg`)
      expect(svg).toContain(`<!-- ${digest(curves[name].points)} -->`)
      expect(svg).toContain('prefers-color-scheme:dark')
      expect(page).toMatch(new RegExp(`!\\[[^\\]]{20,}\\]\\(plots/${name}\\.svg\\)`))
    }
  })
})

/** A line as an adapter prints it, of one round. */
const line = (round: number, min: number, more = {}) => ({
  ok: true,
  engine: 'an engine',
  ms: { median: 2 * min, min, max: 3 * min },
  setupMs: { program: 1, instance: 2 },
  runs: 5,
  round,
  quiet: true,
  gasUsed: '1000000',
  ...more,
})

describe('rounds', () => {
  it('a line keeps the best, the median and the time from bytes of each of its rounds', () => {
    const one = merged([line(0, 10), line(0, 12), line(1, 20, { firstMs: 100 })])
    expect(one).toMatchObject({ rounds: [10, 20], medians: [22, 40], fromBytes: [23, 103], runs: 15, quiet: true })
    expect(one.ms).toEqual({ median: 24, min: 10, max: 60 })
    const failed = { ok: false, error: 'ended by SIGSEGV' }
    expect(merged([line(0, 10), failed])).toBe(failed)
  })

  it('spreads: half the way from the least to the most, as a share of the figure; none of one round', () => {
    expect(around(100, [95, 105], ' ms')).toBe('100 ms ±5.0%')
    expect(around(10, [5, 15])).toBe('10.0 ±50%')
    expect(around(10, [10])).toBe('10.0')
    expect(around(Number.NaN, [1, 2], ' ms')).toBe('–')
    expect(between(0.9, [0.85, 0.95])).toBe('0.90 (0.85–0.95)')
    expect(between(0.9, [])).toBe('0.90')
  })

  const record = (results: object[]) => ({
    pieces: [],
    missing: [],
    opponents: [
      { id: 'coulis-recompiler-20', label: 'ours', kind: 'coulis' },
      { id: 'polkavm-generic-gas', label: 'theirs', kind: 'peer' },
    ],
    results,
  })
  const ours = (...lines: object[]) => ({
    ...merged(lines),
    suite: 'micro',
    program: 'alu64',
    opponent: 'coulis-recompiler-20',
  })
  const theirs = (...lines: object[]) => ({ ...ours(...lines), opponent: 'polkavm-generic-gas' })

  it('a ratio is of the best times, its spread of single rounds, in a table and in a goal', () => {
    // 18 / 20 and 9 / 12: what slowed the first round slowed both, so it says little of the ratio.
    const all = programTable(record([ours(line(0, 18), line(1, 9)), theirs(line(0, 20), line(1, 12))]))
    expect(all).toContain('| alu64 | 0.75 (0.75–0.90) |')
    const goal = all.split('\n').find((row: string) => row.startsWith('| twelve ÷ PolkaVM recompiler'))
    expect(goal).toContain('| 0.75 × | 0.75–0.90 |')
    const star = programTable(record([ours(line(0, 9, { quiet: false })), theirs(line(0, 10))]))
    expect(star).toContain('| alu64 | 0.90 * |')
  })

  it('a speed has that of each round, and one from bytes has preparing in it', () => {
    const r = record([ours(line(0, 10), line(1, 5))])
    // 10^6 instructions in 20 and 10 ms (the medians): 50 and 100 M/s; all of them together 15 ms.
    expect(speedOf(r, 'micro', 'coulis-recompiler-20')).toEqual({
      value: expect.closeTo(66.7, 1),
      rounds: [expect.closeTo(50, 6), expect.closeTo(100, 6)],
    })
    const { rounds } = speedOf(r, 'micro', 'coulis-recompiler-20', FROM_BYTES)
    expect(rounds).toEqual([expect.closeTo(1000 / 23, 6), expect.closeTo(1000 / 13, 6)])
    expect(roundsOf(r)).toHaveLength(2)
  })

  it('PolkaVM stands in the table of the README both ways: compiled each time, and with its module kept', () => {
    const traces = (name: string, value: number) => ({
      name,
      value,
      unit: 'ms',
      on: 'polkavm generic',
      values: [value],
    })
    const cells = readmeTable(record([theirs(line(0, 10))]), {
      figures: [
        traces('32 traces, first pass of a process', 50),
        traces('32 traces, third pass and later', 45),
        traces('32 traces, third pass and later, program kept', 25),
      ],
    })
      .split('\n')
      .slice(2)
      .map((row: string) => row.split('|').map(cell => cell.trim()))
    expect(cells).toEqual([
      ['', 'PolkaVM recompiler, native, compiled each time', '43.5 M/s', '–', '50.0 ms', '45.0 ms', ''],
      ['', 'PolkaVM recompiler, native, module kept', '50.0 M/s', '–', '–', '25.0 ms', ''],
    ])
  })
})

describe('pieces', () => {
  const order = ['a', 'b']
  const piece = (id: string, commit = 'c') => ({ id, ended: id, commit })
  const result = (program: string, opponent: string, piece: string) => ({ suite: 'micro', program, opponent, piece })

  it('programs: what was not measured again stays with its piece, a piece of which nothing is left goes', () => {
    const before = {
      pieces: [piece('1'), piece('2')],
      opponents: [{ id: 'a' }, { id: 'gone' }],
      results: [result('x', 'a', '1'), result('y', 'a', '2'), result('y', 'gone', '2')],
    }
    const now = { pieces: [piece('3')], opponents: [{ id: 'b' }, { id: 'a' }], results: [result('x', 'a', '3')] }
    const both = withEarlier(now, before, order)
    expect(both.pieces.map((p: { id: string }) => p.id)).toEqual(['2', '3'])
    expect(both.results).toEqual([result('x', 'a', '3'), result('y', 'a', '2')])
    expect(both.opponents).toEqual([{ id: 'a' }])
  })

  it('figures: with add, rounds of the same commit come together, others are replaced', () => {
    const of = (id: string, commit: string, values: number[]) => ({
      pieces: [piece(id, commit)],
      figures: [withBest({ name: 'f', on: 'e', unit: 'ms', values, pieces: [id] })],
    })
    const added = withEarlierFigures(of('2', 'c', [3, 4]), of('1', 'c', [5]), true)
    expect(added.figures[0]).toMatchObject({ value: 3, values: [5, 3, 4], pieces: ['1', '2'] })
    const replaced = withEarlierFigures(of('2', 'd', [7]), of('1', 'c', [5]), true)
    expect(replaced).toMatchObject({ figures: [{ value: 7, values: [7] }], pieces: [{ id: '2' }] })
    expect(withEarlierFigures(of('2', 'c', [7]), of('1', 'c', [5]), false).figures[0].values).toEqual([7])
  })

  it('curves: the median of the rounds, the least and the most', () => {
    const points = [3, 1, 2].map(y => ({ series: 's', x: 1, y }))
    expect(summarized(points)).toEqual([{ series: 's', x: 1, y: 2, low: 1, high: 3, rounds: 3 }])
    expect(digest(points)).not.toBe(digest(points.slice(1)))
  })
})

describe('the host', () => {
  const told = { seconds: 10, others: 0.05, stolen: 0 }
  const measured = { measured: 100, disturbed: 10, asked: true }

  it('is quiet where others and the hypervisor had little, and few measurements were disturbed', () => {
    const quiet = (watched: object, counts = measured) => hostText(hostRecord(watched, counts, true))
    expect(quiet(told)).toMatch(/^Quiet host: 10 of 100/)
    expect(quiet({ ...told, others: 0.5 })).toMatch(/^Host not quiet.*0\.50 cores/)
    expect(quiet({ ...told, stolen: 0.05 })).toMatch(/^Host not quiet.*5\.0 %/)
    expect(quiet(told, { ...measured, disturbed: 11 })).toMatch(/^Host not quiet: 11 of 100/)
    expect(quiet({})).toMatch(/^Host unknown/)
    expect(hostText(hostRecord(told, measured, false))).toMatch(/^Host unknown/)
  })

  it('of several pieces: sums, and averages by time', () => {
    const other = { seconds: 30, others: 0.25, stolen: 0.4, measured: 10, disturbed: 1, asked: false }
    const both = hostOf([{ ...told, ...measured }, other])
    expect(both).toMatchObject({ seconds: 40, others: 0.2, measured: 110, disturbed: 11, asked: false })
    expect(both.stolen).toBeCloseTo(0.3)
    expect(hostOf([{ measured: 0, disturbed: 0, asked: false }]).others).toBeUndefined()
  })
})

it('slow engines run the beginning of a program, which has to end for lack of gas', () => {
  const program = { gas: 10n ** 9n, expected: { status: 'halt', r7: 1n, gasUsed: 4_000_000n } }
  expect(partOf(program, 1_000_000)).toEqual({
    program: { gas: 1_000_000n, expected: { status: 'out-of-gas', gasUsed: 1_000_000n } },
    part: 0.25,
  })
  for (const gas of [0, undefined, 4_000_000, 5_000_000]) expect(partOf(program, gas)).toEqual({ program })
})
