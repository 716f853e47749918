// The full screen of the debugger, driven by keys through streams like a terminal's, and read as its user reads it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Debugger } from '../../src/cli/debug/debugger.ts'
import { type OpenOptions, openFile } from '../../src/cli/debug/open.ts'
import { fitted, plainText } from '../../src/cli/screen/cells.ts'
import { showScreen } from '../../src/cli/screen/screen.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { vectors } from '../vectors.ts'

const OVERFLOW = join(import.meta.dirname, '../../examples/overflow.pvm')
const ARGS = new TextEncoder().encode('hello world')
const KEYS = {
  left: '\u001b[D',
  right: '\u001b[C',
  up: '\u001b[A',
  down: '\u001b[B',
  home: '\u001b[H',
  end: '\u001b[F',
  tab: '\t',
  ctrlC: '\u0003',
  escape: '\u001b',
}

const ESC = '\\u001b\\['
const ORDER = new RegExp(`^${ESC}([?\\d;]*)([A-Za-z])$`)
const PIECE = new RegExp(`${ESC}[?\\d;]*[A-Za-z]|[\\s\\S]`, 'gu')

/** A terminal: takes what a screen writes and has it in rows. */
class Glass extends Writable {
  columns: number
  rows: number
  cells: string[][] = []
  isAlternate = false
  isRaw = false
  raw = ''
  #at = [0, 0] as [row: number, column: number]

  constructor(columns: number, rows: number) {
    super({ decodeStrings: false })
    this.columns = columns
    this.rows = rows
    this.clear()
  }

  clear(): void {
    this.cells = Array.from({ length: this.rows }, () => new Array<string>(this.columns).fill(' '))
  }

  override _write(chunk: string, _: BufferEncoding, done: () => void): void {
    this.raw += chunk
    const pieces = chunk.match(PIECE) ?? []
    for (const piece of pieces) this.#take(piece)
    done()
  }

  #take(piece: string): void {
    const match = ORDER.exec(piece)
    if (match === null) {
      const [row, column] = this.#at
      if (row >= this.rows || column >= this.columns) throw new Error(`written outside of the screen: ${row} ${column}`)
      if (/\p{Cc}/u.test(piece)) throw new Error('a control character')
      this.cells[row]![column] = piece
      this.#at = [row, column + 1]
      return
    }
    const [, given = '', letter] = match
    if (letter === 'H') this.#at = given.split(';').map(part => Number(part) - 1) as [number, number]
    else if (letter === 'J') this.clear()
    else if (given === '?1049') this.isAlternate = letter === 'h'
    else if (letter !== 'm' && given !== '?25') throw new Error(`unknown: ${JSON.stringify(piece)}`)
  }

  get lines(): string[] {
    return this.cells.map(row => row.join('').trimEnd())
  }
}

interface Shown {
  readonly glass: Glass
  readonly on: Debugger
  /** Presses keys, one after the other, and waits until they are done. */
  press(...keys: readonly string[]): Promise<string[]>
  readonly left: Promise<void>
}

async function show(
  file: string,
  options: OpenOptions & { readonly atEnd?: boolean },
  size = [80, 24],
): Promise<Shown> {
  const { atEnd, ...rest } = options
  const opened = openFile(file, rest, () => undefined)
  if (atEnd) opened.history.toEnd()
  const plain = { isColorSupported: false } as Terminal['colors']
  const on = new Debugger(opened, { colors: plain } as Terminal, 'hex')
  const input = new PassThrough()
  const glass = new Glass(size[0]!, size[1]!)
  const setRawMode = (isRaw: boolean): void => {
    glass.isRaw = isRaw
  }
  const left = showScreen(on, Object.assign(input, { setRawMode }), glass as never)
  const settle = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 5))
  await settle()
  return {
    glass,
    on,
    left,
    async press(...keys) {
      for (const key of keys) {
        input.write(key)
        await settle()
      }
      return glass.lines
    },
  }
}

describe('the full screen', () => {
  it('shows code, source, registers and why the run ended, in 80 columns and 24 rows', async () => {
    const { glass, press, left } = await show('examples/overflow.pvm', { args: ARGS, atEnd: true })
    const docs = readFileSync(join(import.meta.dirname, '../../docs/inside/debugger.md'), 'utf8')
    expect(docs).toContain(glass.lines.join('\n'))
    expect([glass.isAlternate, glass.isRaw, glass.lines.length]).toEqual([true, true, 24])
    expect(glass.lines[0]).toMatch(
      /^ overflow\.pvm {2}find \+ 5, in overflow\.pvm:40 .* gas 99,999,915 · 0 calls · auto$/,
    )
    expect(glass.lines[3]).toMatch(/^=> {4}40 {6}load_ind_u64 {3}t1, \[t0\] .*│ r2 {2}t0 {2}0x646c72$/)
    expect(glass.lines.find(line => line.startsWith(' =>    50'))).toContain('load_ind_u64 r3, [r2]')
    expect(glass.lines).toContain('why     load_ind_u64 r3, [r2]: reads 8 bytes at 0x646c72, which is not mapped')
    expect(glass.lines[15]).toMatch(/^ time 85 of 85 ━+● \[output\] memory {2}stack {2}calls$/)
    await press('q')
    await left
    expect([glass.isAlternate, glass.isRaw]).toEqual([false, false])
  })

  it('goes through time by keys, and by what is typed behind a colon', async () => {
    const { glass, on, press } = await show(OVERFLOW, { args: ARGS, atEnd: true })
    const time = (): number => on.opened.history.time
    await press(KEYS.left, KEYS.left)
    expect(time()).toBe(83)
    await press('F')
    expect(time()).toBe(82)
    await press(KEYS.home, KEYS.right, 's')
    expect(time()).toBe(2)
    await press(...':watch u64 @table', '\r', 'c')
    expect(glass.lines.join('\n')).toContain('watchpoint 1, u64 at 0x20008: 0x20010 → 0x20072')
    await press(KEYS.end, 'C')
    expect([time(), glass.lines.some(line => line.includes('by pc 30'))]).toEqual([75, true])
    await press(...':origin r3', '\r')
    expect(glass.lines.some(line => /r3 ← load_ind_u8 r3, \[r7\]/.test(line))).toBe(true)
    await press(...':x', KEYS.escape)
    await new Promise(resolve => setTimeout(resolve, 600)) // escape may be the beginning of a key
    expect(glass.lines[23]).toBe('')
    await press(...':nonsense', '\r')
    expect(glass.lines[16]).toBe('error: there is no command nonsense; help lists them')
    await press(...':set r7 = 5', '\r')
    expect(on.opened.history.vm.regs[7]).toBe(5n)
    await press('q')
  })

  it('has memory, callers and host calls below, and keeps what was chosen while it moves', async () => {
    const { glass, press } = await show(OVERFLOW, { args: ARGS, atEnd: true })
    await press('m', ...'@buffer', '\r')
    expect(glass.lines[16]).toBe('00020000  68 65 6c 6c 6f 20 77 6f  72 6c 64 00 00 00 00 00  hello world.....')
    await press(...':mem 0x10000 - 32', '\r')
    expect(glass.lines[16]).toBe(`0000ffe0  ${'-- '.repeat(8)} ${'-- '.repeat(8)} ................`)
    await press(KEYS.tab)
    expect(glass.lines[17]).toMatch(/^#1 {2}11 {2}copied, in /)
    await press(KEYS.left, KEYS.left, KEYS.left)
    expect(glass.lines[15]).toContain('[stack]')
    expect(glass.lines[17]).toBe('')
    await press(KEYS.tab)
    expect(glass.lines[16]).toBe('no host calls before this time')
    await press(...':mem nowhere', '\r')
    expect(glass.lines[16]).toMatch(/^error: .*nowhere/)
    await press('q')
  })

  it('sets and removes breakpoints at what is selected', async () => {
    const { glass, on, press } = await show(OVERFLOW, { args: ARGS })
    await press(KEYS.down, KEYS.down, 'b')
    expect(on.opened.session.breakpoints.map(({ pc }) => pc)).toEqual([on.opened.code[2]!.pc])
    expect(glass.lines.find(line => line.startsWith('*'))).toContain(on.opened.code[2]!.text.slice(0, 20))
    await press('b')
    expect(on.opened.session.breakpoints).toEqual([])
    expect(glass.lines[16]).toBe('breakpoint 1 removed')
    await press('q')
  })

  it('stops a run that does not end by Ctrl-C, and says so', async () => {
    const { assemble } = await import('../../src/index.ts')
    const { mkdtempSync, writeFileSync } = await import('node:fs')
    const { tmpdir } = await import('node:os')
    const file = join(mkdtempSync(join(tmpdir(), 'coulis-screen-')), 'loop.pvm')
    writeFileSync(file, assemble('@a: add_imm_64 r7, r7, 1\njump @a').bytes)
    const { glass, on, press } = await show(file, { gas: 10n ** 12n })
    await press('c')
    await press(KEYS.ctrlC)
    for (let i = 0; i < 200 && !glass.lines.includes('interrupted'); i++) await press()
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(glass.lines).toContain('interrupted')
    expect(on.opened.history.time).toBeGreaterThan(0)
    await press('q')
  })

  it('is drawn anew for another size, and says when that is too small', async () => {
    const { glass, press } = await show(OVERFLOW, { args: ARGS }, [120, 40])
    expect(glass.lines.filter(line => line.includes('│'))).toHaveLength(21)
    for (const [columns, rows] of [
      [60, 18],
      [79, 23],
      [200, 60],
      [10, 2],
      [80, 24],
    ] as const) {
      glass.columns = columns
      glass.rows = rows
      glass.clear()
      glass.emit('resize')
      await press()
      const isSmall = rows < 18
      expect(glass.lines.some(line => line.startsWith('too small'))).toBe(isSmall)
      expect(glass.lines).toHaveLength(rows)
    }
    await press('q')
  })

  it('writes only lines that have changed, and nothing that a terminal would obey', async () => {
    const { glass, press } = await show(OVERFLOW, { args: new TextEncoder().encode('\u001b[2J\u0007\u009b') })
    await press(KEYS.end, 'm', ...'@buffer', '\r')
    glass.raw = ''
    await press('.')
    expect(glass.raw.length).toBeLessThan(40)
    await press(KEYS.home)
    const written = glass.raw.split(/\[\d+;1H/).length - 1
    expect(written).toBeGreaterThan(2)
    expect(written).toBeLessThan(24)
    expect(plainText('a\u001b[31mb\u0000\u009bc\u2028')).toBe('a·[31mb··c·')
    expect(fitted([{ text: '日本語abc' }], 5).map(({ text }) => text)).toEqual(['日本', ' '])
    expect(fitted([{ text: 'e\u0301\u200bx' }], 3).map(({ text }) => text)).toEqual(['e\u0301\u200bx', ' '])
    await press('q')
  })

  it.skipIf(vectors === undefined)('goes through a recorded service', async () => {
    const { glass, on, press, left } = await show(join(vectors!, 'traces', 'trace-001.log'), { atEnd: true })
    expect(glass.lines[16]).toBe('the run ends here: HALT')
    await press(...':break 93537', '\r', 'C', KEYS.tab, KEYS.tab)
    expect(on.opened.history.time).toBe(2758)
    expect(glass.lines[16]).toBe('#0  93537  code at 93458')
    await press(KEYS.tab)
    expect(glass.lines[19]).toMatch(/^ {4}4 {2}ecalli \d+/)
    await press(...':quit', '\r')
    await left
    expect(on.isOver || glass.isAlternate === false).toBe(true)
  })
})
