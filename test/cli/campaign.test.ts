// Campaigns with planted mistakes: whatever they are divided into, they find the same, and merged it is what one run finds.
import { describe, expect, it } from 'vitest'
import { type Cli, createCli, type Printed } from './cli.ts'

const RULE = 'sign_extend_8: a => BigInt.asIntN(8, a)'

/** A command line with another reference machine. */
function planted(replace: string): Cli {
  return createCli({ file: 'src/engine/reference/alu.ts', search: RULE, replace: `sign_extend_8: a => ${replace}` })
}

const wrong = planted('BigInt.asUintN(8, a)')
const CAMPAIGN = ['fuzz', '--style', 'close', '--engines', 'reference,interpreter', '--jsonl']

function lines({ out }: Printed): Record<string, unknown>[] {
  return out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
}

const events = (printed: Printed, event: string): Record<string, unknown>[] =>
  lines(printed).filter(line => line.event === event)

/** Runs the parts and writes what they print into files. */
function parts(count: number, args: readonly string[]): string[] {
  return Array.from({ length: count }, (_, i) => {
    const { out } = wrong.run([...args, '--shard', `${i + 1}/${count}`, '--jobs', '1'])
    return wrong.file(`part-${i + 1}-of-${count}.jsonl`, out)
  })
}

const range = [...CAMPAIGN, '--cases', '320']
const one = wrong.run([...range, '--jobs', '1'])
const whole = wrong.file('one.jsonl', one.out)

describe('a campaign with a planted mistake', () => {
  it('goes on behind what it finds, to the end of its range', () => {
    expect(one.code).toBe(1)
    expect(lines(one).at(-1)).toMatchObject({ event: 'done', cases: 320 })
    const found = events(one, 'difference')
    expect(found.length).toBeGreaterThan(4)
    for (const { shows, text, program, case: index } of found) {
      expect(shows).toBe('alone')
      expect(program).toContain('sign_extend_8')
      expect(text).toContain(`--from ${index} --cases 1 --style close`)
    }
  })

  it('says why both engines stopped there', () => {
    const stopped = events(one, 'difference').filter(({ path }) =>
      / (panic|page-fault|out-of-gas) at /.test((path as string[]).at(-1)!),
    )
    expect(stopped.length).toBeGreaterThan(4)
    for (const { reasons, text } of stopped) {
      const { left, right } = reasons as { left: string; right: string }
      expect(left).toMatch(/^(there is no code at|\w+.*: )/)
      expect(right).toBe(left) // what differs is a register
      expect(text).toContain(`both stopped: ${left}`)
    }
  })

  it('prints the same, byte for byte, with any number of workers', () => {
    for (const jobs of ['2', '5']) {
      const { code, out } = wrong.run([...range, '--jobs', jobs])
      expect([code, out]).toEqual([1, one.out])
    }
  })

  it('divided into 16 parts it comes to the same, byte for byte', () => {
    const files = parts(16, range)
    const merged = wrong.run(['merge', ...files, '--jsonl'])
    expect(merged.out).toBe(wrong.run(['merge', whole, '--jsonl']).out)
    expect(merged.code).toBe(1)
    expect(events(merged, 'difference').length).toBeGreaterThan(2)
    // Merged again, and in another order, it stays what it is.
    const again = wrong.file('merged.jsonl', merged.out)
    expect(wrong.run(['merge', again, '--jsonl']).out).toBe(merged.out)
    expect(wrong.run(['merge', ...files.reverse(), '--jsonl']).out).toBe(merged.out)
    // A machine that was replaced: its part is there twice, once cut off.
    const cut = wrong.file('cut.jsonl', wrong.run([...range, '--shard', '3/16']).out.slice(0, -40))
    expect(wrong.run(['merge', cut, ...files, cut, '--jsonl']).out).toBe(merged.out)
  })

  it('found by four workers the mistake is one', () => {
    const { code, out } = wrong.run(['merge', ...parts(4, range)])
    expect(code).toBe(1)
    expect(out).toMatch(/^difference, sign_extend_8: case \d+, reference and interpreter: /)
    expect(out.match(/^difference/gm)).toHaveLength(1)
    expect(out).toMatch(/\n1 difference, found \d+ times: 320 cases, .*; fuzz in 4 parts\n$/)
  })

  it('ends at the first difference where that is asked for, which is the same for any number of workers', () => {
    const [first, ...more] = ['1', '2', '3'].map(jobs => wrong.run([...CAMPAIGN, '--stop-at-first', '--jobs', jobs]))
    expect(events(first!, 'difference')).toEqual(events(one, 'difference').slice(0, 1))
    expect(first!.code).toBe(1)
    for (const { out } of more) expect(out).toBe(first!.out)
  })

  it('ends after so many programs at the same case', () => {
    const [first, ...more] = ['1', '4'].map(jobs => wrong.run([...CAMPAIGN, '--programs', '150', '--jobs', jobs]))
    expect(lines(first!).at(-1)).toMatchObject({ event: 'done' })
    for (const { out } of more) expect(out).toBe(first!.out)
  })
})

describe('coulis merge', () => {
  it('says which parts are missing or unfinished, and exits as an interrupted run', () => {
    const clean = createCli()
    const run = (shard: string): string => clean.run([...CAMPAIGN, '--cases', '48', '--shard', shard]).out
    const [a, b] = [clean.file('a.jsonl', run('1/3')), clean.file('b.jsonl', run('2/3'))]
    const some = clean.run(['merge', a, b])
    expect([some.code, some.out]).toEqual([130, expect.stringContaining('missing 1 part: 3/3\n')])
    const cut = clean.file('c.jsonl', run('3/3').split('\n')[0]!.concat('\n'))
    expect(clean.run(['merge', a, b, cut])).toMatchObject({ code: 130, out: expect.stringContaining('unfinished 3/3') })
    const all = clean.run(['merge', '-', a], { input: run('2/3') + run('3/3') })
    expect([all.code, all.out]).toEqual([0, expect.stringMatching(/^no difference: 48 cases.*fuzz in 3 parts\n$/)])
  })

  it('refuses what does not belong together, and what is no result', () => {
    const campaign = { event: 'campaign', command: 'fuzz', seed: '0', shard: '1/2' }
    const done = { event: 'done', cases: 1 }
    const file = (...all: object[]): string =>
      wrong.file(`${Math.random()}.jsonl`, all.map(line => `${JSON.stringify(line)}\n`).join(''))
    const good = file(campaign, done)
    for (const [paths, message] of [
      [[good, file({ ...campaign, version: 'coulis 0.2.0' }, done)], `another campaign than ${good}: version`],
      [[good, file({ ...campaign, seed: '1' }, done)], `another campaign than ${good}: seed "1", not "0"`],
      [[good, file({ ...campaign, shard: '1/3' }, done)], 'part 1/3 of another division than 1/2'],
      [[file({ ...campaign, shard: '3/2' }, done)], 'shard "3/2", expected i/n'],
      [[file({ ...campaign, shard: undefined }, done)], 'shard undefined, expected i/n'],
      [[file(done)], 'line 1: belongs to no campaign'],
      [[file(campaign, done, done)], 'line 3: belongs to no campaign'],
      [[file({ event: 'what' })], 'line 1: no line of results'],
      [[wrong.file('null.jsonl', 'null\n')], 'line 1: no line of results'],
      [[wrong.file('text.jsonl', `${JSON.stringify(campaign)}\nwhat\n`)], 'line 2: no JSON'],
      [[wrong.file('empty.jsonl', '')], 'holds no results'],
      [['nowhere.jsonl'], 'there is no such file'],
      [['-', '-'], '- can be read once only'],
    ] as const) {
      const { code, err, out } = wrong.run(['merge', ...paths])
      expect([message, code, out]).toEqual([message, 2, ''])
      expect(err).toContain(message)
    }
  })

  it('puts parts of conform and replay together', () => {
    const vector = (gas: number): string =>
      JSON.stringify({
        'initial-regs': Array(13).fill(0),
        'initial-pc': 0,
        'initial-page-map': [],
        'initial-memory': [],
        'initial-gas': 100,
        program: [0, 0, 4, 51, 7, 9, 0, 9],
        'expected-status': 'panic',
        'expected-regs': [0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0],
        'expected-pc': 3,
        'expected-memory': [],
        'expected-gas': gas,
      })
    const paths = [98, 98, 97, 98, 98].map((gas, i) => wrong.file(`vector-${i}.json`, vector(gas)))
    paths.push(wrong.file('README.md', '# none'))
    const program = 'program 0x0000070a03957701320025\nstart pc=0 gas=100 r00=0xffff0000 r07=0x5\n'
    const run = 'ecalli=3 pc=0 gas=99 r00=0xffff0000 r07=0x5\nsetreg r07 <- 0x10\nsetgas <- 89\n'
    const traces = [0x11, 0x12, 0x11].map((r7, i) =>
      wrong.file(`run-${i}.log`, `${program}${run}HALT pc=5 gas=87 r00=0xffff0000 r07=0x${r7.toString(16)}\n`),
    )
    for (const [command, files] of [
      ['conform', paths],
      ['replay', traces],
    ] as const) {
      const all = wrong.file('all.jsonl', wrong.run([command, ...files, '--jsonl']).out)
      const four = [1, 2, 3, 4].map(i =>
        wrong.file(`four-${i}.jsonl`, wrong.run([command, ...files, '--jsonl', '--shard', `${i}/4`]).out),
      )
      const merged = wrong.run(['merge', ...four, '--jsonl'])
      expect(merged.out).toBe(wrong.run(['merge', all, '--jsonl']).out)
      expect(merged.code).toBe(1)
      expect(wrong.run(['merge', ...four]).out).toMatch(/^differs {2}(vector-2\.json|run-1\.log)\n/)
    }
  })
})

describe('a mistake that depends on what ran before', () => {
  it('is reported as such: new engines do not show it', () => {
    const warm = planted(
      '(((globalThis as any).times = ((globalThis as any).times ?? 0) + 1) > 40 ? BigInt.asUintN(8, a) : BigInt.asIntN(8, a))',
    )
    const printed = warm.run([...CAMPAIGN, '--cases', '320', '--jobs', '1'])
    expect(printed.code).toBe(1)
    const found = events(printed, 'difference').filter(({ shows }) => shows === 'warm')
    expect(found.length).toBeGreaterThan(0)
    const { case: index, what, command, text } = found[0]!
    expect(text).toBeUndefined()
    expect(command).toContain(`--from 0 --cases ${(index as number) + 1} `)
    // The command shows it again.
    const again = warm.run([...(command as string).split(' ').slice(1), '--jsonl'])
    expect(events(again, 'difference').find(line => line.case === index)).toMatchObject({ shows: 'warm', what })
  })
})

describe('an engine that takes its process with it', () => {
  it('is a crash with the number of its case; all others are run', () => {
    const deadly = planted("(process.kill(process.pid, 'SIGKILL'), a)")
    const [one, two] = ['1', '2'].map(jobs => deadly.run([...CAMPAIGN, '--cases', '64', '--jobs', jobs]))
    expect(one!.code).toBe(70)
    const crashes = events(one!, 'crash')
    expect(crashes.length).toBeGreaterThan(0)
    expect(crashes[0]!.command).toContain(`--from ${crashes[0]!.case} --cases 1`)
    expect(lines(one!).at(-1)).toMatchObject({ event: 'done', cases: 64 - crashes.length })
    expect(two!.out).toBe(one!.out)
  })

  it('or never comes back, is a hang where it is watched', () => {
    const endless = planted('{ for (;;) if (a > 2n ** 70n) return a }')
    const printed = endless.run([...CAMPAIGN, '--cases', '24', '--watch', '3'])
    const hangs = events(printed, 'hang')
    expect([printed.code, hangs.length > 0]).toEqual([1, true])
    expect(lines(printed).at(-1)).toMatchObject({ event: 'done', cases: 24 - hangs.length })
  })
})
