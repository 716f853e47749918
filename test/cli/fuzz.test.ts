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

  it('watched, it does the same, and cases that take too long are reported with their numbers', () => {
    const lines = (...args: string[]): { code: number; lines: Record<string, unknown>[] } => {
      const { code, out } = cli.run(['fuzz', '--watch', '600', '--seed', 'word', ...args])
      return {
        code,
        lines: out
          .trim()
          .split('\n')
          .map(line => JSON.parse(line)),
      }
    }
    const { code, lines: all } = lines('--cases', '12', ...SELF)
    expect([code, all.at(-1)!.event, all.at(-1)!.cases]).toEqual([0, 'done', 12])
    // Long cases of the slow engine, and no time at all.
    const late = lines('--cases', '2', '--style', 'long', '--engines', 'reference,reference', '--watch', '0')
    expect([late.code, ...late.lines.map(({ event }) => event)]).toEqual([1, 'hang', 'hang', 'done'])
    expect(late.lines[0]!.command).toMatch(/^coulis fuzz --seed word --from 0 --cases 1/)
  })

  it('shards of a seed run different cases, together all of them', () => {
    const exits = (...args: string[]): number =>
      JSON.parse(
        cli
          .run(['fuzz', '--json', ...SELF, '--cases', '40', ...args])
          .out.trim()
          .split('\n')
          .at(-1)!,
      ).exits
    expect(exits('--shard', '1/3') + exits('--shard', '2/3') + exits('--shard', '3/3')).toBe(exits())
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
      ['--shard', '0/2'],
      ['--json', '--jsonl'],
    ]) {
      const { code, err } = cli.run(['fuzz', ...args])
      expect(code, args.join(' ')).toBe(2)
      expect(err).toMatch(/error/)
    }
  })
})
