// Reading and printing ecalli traces: the text rules of the format, and what is refused with which line.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TraceError } from '../../src/trace/error.ts'
import { parseTrace } from '../../src/trace/parse.ts'
import { formatTrace } from '../../src/trace/trace.ts'
import { vectors } from '../vectors.ts'

const LINES = [
  'program 0x000002320001',
  'start pc=0 gas=100 r00=0xffff0000 r07=0x5',
  'ecalli=3 pc=0 gas=99 r00=0xffff0000',
  'memread 0x00020000 len=2 -> 0x0aff',
  'memwrite 0x00020004 len=1 <- 0x07',
  'setreg r08 <- 0xfffffffffffffffe',
  'setgas <- 89',
  'HALT pc=1 gas=88 r00=0xffff0000',
]

function failure(lines: readonly string[]): { code: string; line: number } {
  try {
    parseTrace(lines.join('\n'))
  } catch (error) {
    if (error instanceof TraceError) return { code: error.code, line: error.line }
    throw error
  }
  throw new Error('parsed')
}

function changed(at: number, line: string): string[] {
  return LINES.map((old, i) => (i === at ? line : old))
}

describe('trace parsing', () => {
  it('reads every record of a trace, absent registers as zero', () => {
    const trace = parseTrace(LINES.join('\n'))
    expect(trace.start.regs[7]).toBe(5n)
    expect(trace.start.regs[8]).toBe(0n)
    expect(trace.calls).toHaveLength(1)
    const call = trace.calls[0]!
    expect([call.index, call.pc, call.gas, call.line]).toEqual([3n, 0, 99n, 3])
    expect([...call.reads[0]!.bytes]).toEqual([10, 255])
    expect(call.writes[0]!.address).toBe(0x20004)
    expect(call.registers[0]).toEqual({ line: 6, register: 8, value: 2n ** 64n - 2n })
    expect(call.gasAfter).toBe(89n)
    expect(trace.end.kind).toBe('HALT')
  })

  it('ignores logger prefixes, foreign lines and carriage returns', () => {
    const noisy = LINES.flatMap(line => ['12:00 INFO something else', `2026-01-01 TRACE [ecalli] ${line}\r`])
    expect(formatTrace(parseTrace(noisy.join('\n')))).toBe(LINES.join('\n') + '\n')
  })

  it('prints what it read', () => {
    expect(formatTrace(parseTrace(LINES.join('\n')))).toBe(LINES.join('\n') + '\n')
  })

  it('accepts PANIC with a decimal or hex argument', () => {
    expect(parseTrace(changed(7, 'PANIC=0x1000 pc=1 gas=88').join('\n')).end.argument).toBe(4096n)
    expect(parseTrace(changed(7, 'PANIC=2 pc=1 gas=88').join('\n')).end.argument).toBe(2n)
  })

  it('refuses malformed records with code and line', () => {
    expect(failure(changed(3, 'memread 0x00020000 len=3 -> 0x0aff'))).toEqual({ code: 'bad-length', line: 4 })
    expect(failure(changed(3, 'memread 0x00020000 len=2 -> 0x0afg'))).toEqual({ code: 'bad-hex', line: 4 })
    expect(failure(changed(4, 'memwrite 0xfffffffe len=4 <- 0x00000000'))).toEqual({ code: 'bad-length', line: 5 })
    expect(failure(changed(5, 'setreg r13 <- 0x1'))).toEqual({ code: 'bad-register', line: 6 })
    expect(failure(changed(5, 'setreg r08 <- 0x10000000000000000'))).toEqual({ code: 'bad-hex', line: 6 })
    expect(failure(changed(6, 'setgas <- many'))).toEqual({ code: 'bad-number', line: 7 })
    expect(failure(changed(2, 'ecalli=3 pc=99999999999 gas=99'))).toEqual({ code: 'bad-number', line: 3 })
    expect(failure(changed(0, 'program 0x123'))).toEqual({ code: 'bad-hex', line: 1 })
  })

  it('refuses records in impossible places', () => {
    expect(failure(LINES.slice(0, 7))).toEqual({ code: 'missing-end', line: 7 })
    expect(failure(LINES.slice(1))).toEqual({ code: 'missing-program', line: 7 })
    expect(failure([LINES[0]!, ...LINES.slice(2)])).toEqual({ code: 'misplaced-record', line: 2 })
    expect(failure(changed(2, 'setgas <- 5'))).toEqual({ code: 'misplaced-record', line: 3 })
    expect(failure([...LINES, LINES[7]!])).toEqual({ code: 'record-after-end', line: 9 })
    expect(failure([LINES[0]!, ...LINES])).toEqual({ code: 'duplicate-record', line: 2 })
    expect(failure(['hello'])).toEqual({ code: 'missing-program', line: 1 })
  })

  it.skipIf(vectors === undefined)('reads and prints all recorded files back to the same text', () => {
    const folder = join(vectors!, 'traces')
    const files = readdirSync(folder).filter(name => name.endsWith('.log'))
    expect(files.length).toBeGreaterThanOrEqual(32)
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'latin1')
      expect(formatTrace(parseTrace(text)) === text, file).toBe(true)
    }
  })
})
