// `coulis fuzz`: what it prints, and the exit codes scripts rely on.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCli } from './cli.ts'

const cli = createCli()
const SELF = ['--engines', 'reference,reference', '--style', 'close']

describe('coulis fuzz', () => {
  it('says what it did when nothing differs', () => {
    const { code, out } = cli.run(['fuzz', '--cases', '20', ...SELF])
    expect(code).toBe(0)
    expect(out).toMatch(
      /^no difference between reference, reference: \d+ programs, [\d,]+ starts, [\d,]+ exits, .* in 20 cases/,
    )
  })

  it('prints JSON lines, and the same numbers for the same seed', () => {
    const totals = (): unknown => {
      const { code, out } = cli.run(['fuzz', '--cases', '12', '--seed', 'word', '--json', ...SELF])
      expect(code).toBe(0)
      const { event, seconds, ...rest } = JSON.parse(out.trim().split('\n').at(-1)!)
      expect(event).toBe('done')
      expect(seconds).toBeGreaterThan(0)
      return rest
    }
    expect(totals()).toEqual(totals())
  })

  it('watched, it does the same in another process, and a case that takes too long is reported with its number', () => {
    const line = (...args: string[]): { code: number; last: Record<string, unknown> } => {
      const { code, out } = cli.run(['fuzz', '--watch', '600', '--seed', 'word', ...args])
      return { code, last: JSON.parse(out.trim().split('\n').at(-1)!) }
    }
    const { code, last } = line('--cases', '12', ...SELF)
    expect([code, last.event, last.cases]).toEqual([0, 'done', 12])
    // A long case of the slow engine, and no time at all.
    const late = line('--cases', '9', '--style', 'long', '--engines', 'reference,reference', '--watch', '0')
    expect([late.code, late.last.event]).toEqual([1, 'hang'])
    expect(late.last.command).toContain('coulis fuzz --seed word --from')
  })

  it('shards of a seed run different cases, together all of them', () => {
    const programs = (...args: string[]): number =>
      JSON.parse(
        cli
          .run(['fuzz', '--json', ...SELF, ...args])
          .out.trim()
          .split('\n')
          .at(-1)!,
      ).exits
    expect(programs('--shard', '1/2', '--cases', '16') + programs('--shard', '2/2', '--cases', '16')).toBe(
      programs('--cases', '32'),
    )
  })

  it('runs a case from a file, and says what is wrong with a file that is none', () => {
    const golden = join(import.meta.dirname, '../golden/host-call-after-out-of-gas.pvm')
    const { code, out } = cli.run(['fuzz', golden])
    expect(code).toBe(0)
    expect(out).toMatch(/^no difference between reference, .*, auto at 7 exits of .*\.pvm\n$/)
    for (const [text, message] of [
      ['trap', "no line ';! entry PC gas N'"],
      [';! entry 0 gas some\ntrap', "expected a whole number from 0 to 9007199254740991, not 'some'"],
      [';! entry 0 gas 1 r13=0x1\ntrap', "expected a register like r7=0x1, not 'r13=0x1'"],
      [';! page 0 4096 all\ntrap', "expected none, read or write at the end of ';! page 0 4096 all'"],
      [';! what 5\ntrap', "unknown directive ';! what 5'"],
      [';! entry 0 gas 1\nfrap', 'frap'],
    ] as const) {
      const failed = cli.run(['fuzz', cli.file('case.pvm', text)])
      expect(failed.code, text).toBe(2)
      expect(failed.err, text).toContain(message)
    }
  })

  it('refuses what makes no sense', () => {
    for (const args of [
      ['--shard', '3/2'],
      ['--engines', 'reference'],
      ['--engines', 'reference,other'],
      ['--style', 'x'],
    ]) {
      const { code, err } = cli.run(['fuzz', ...args])
      expect(code, args.join(' ')).toBe(2)
      expect(err).toMatch(/error/)
    }
  })
})
