// What the full screen shows of a debugger: the session, and what the user has chosen to look at. Not how it is drawn: draw.ts.
import { formatPlace, placeOf } from '../../inside/place.ts'
import type { CodeLine } from '../../isa/disassembler.ts'
import { Debugger } from '../debug/debugger.ts'
import { parseExpression } from '../debug/expression.ts'
import { execute } from '../debug/repl.ts'
import { isInputError } from '../errors.ts'
import type { Terminal } from '../terminal.ts'

/** What the lower part shows. */
export const PANES = ['output', 'memory', 'stack', 'calls'] as const
export type Pane = (typeof PANES)[number]

/** This is a file's name without its folders. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1)!
}

const plain = (text: string): string => text

/** Keeps lines instead of printing them. */
function keeping(lines: string[], colors: Terminal['colors']): Terminal {
  return {
    colors,
    errorColors: colors,
    width: 200,
    fold: Number.POSITIVE_INFINITY,
    line: (text = '') => void lines.push(...text.split('\n')),
    error: text => void lines.push(...text.split('\n')),
    bytes: () => undefined,
    flush: () => undefined,
  }
}

/** No colours in what is kept: the screen has its own. */
const NO_COLORS = new Proxy({}, { get: () => plain }) as Terminal['colors']

/** This is the state of the screen. */
export class ScreenView {
  readonly on: Debugger
  /** Lines of the last command. */
  output: string[]
  /** Lines of it that are above what is shown. */
  scroll = 0
  pane: Pane = 'output'
  /** The instruction that is selected; undefined: the one at pc. */
  selected: number | undefined
  /** Where the memory shown begins: at what an expression says, in the machine as it is. */
  memory = 'sp'
  /** What is being typed behind the colon; undefined: nothing. */
  typed: string | undefined
  /** Registers before the last move. */
  before: readonly bigint[]
  isRunning = false
  readonly #kept: string[] = []
  #stack: { readonly time: number; readonly edits: number; readonly lines: readonly string[] } | undefined

  constructor({ opened, form, conditions }: Debugger) {
    this.on = new Debugger(opened, keeping(this.#kept, NO_COLORS), form, conditions)
    this.before = [...opened.history.vm.regs]
    this.on.stoppedHere()
    this.output = this.#kept.splice(0)
  }

  /**
   * Executes a line of the debugger. Mistakes are said in the output.
   *
   * @param isTyped what it prints is wanted; of a key only what is not where the machine is.
   */
  async command(line: string, isTyped: boolean): Promise<void> {
    const { history } = this.on.opened
    const { time, edits } = history
    const before = [...history.vm.regs]
    this.isRunning = true
    try {
      await execute(this.on, line)
    } catch (error) {
      if (!isInputError(error)) throw error
      this.#kept.push(`error: ${error.message}`)
    } finally {
      this.isRunning = false
    }
    this.output = this.#kept.splice(0)
    this.scroll = 0
    if (isTyped || this.output[0]?.startsWith('=>') !== true) this.pane = 'output'
    if (history.time === time && history.edits === edits) return
    this.before = before
    this.selected = undefined
  }

  /** These are all instructions. */
  get code(): readonly CodeLine[] {
    return this.on.opened.code
  }

  /** The index of the instruction that is selected. */
  get at(): number {
    const pc = this.selected ?? this.on.opened.history.vm.pc
    let [low, high] = [0, this.code.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.code[middle]!.pc <= pc) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }

  /** Selects an instruction further down, or up. */
  select(by: number): void {
    const index = Math.max(0, Math.min(this.code.length - 1, this.at + by))
    this.selected = this.code[index]?.pc
  }

  /** Adds or removes a breakpoint at what is selected. */
  async toggleBreakpoint(): Promise<void> {
    const { session } = this.on.opened
    const pc = this.code[this.at]?.pc ?? 0
    const there = session.breakpoints.find(one => one.pc === pc)
    const selected = this.selected
    await this.command(there === undefined ? `break *${pc}` : `delete ${there.id}`, false)
    if (there !== undefined) this.output = [`breakpoint ${there.id} removed`]
    this.selected = selected
  }

  /** The lines of the pane that is chosen, as many as there may be. */
  lines(rows: number): readonly string[] {
    switch (this.pane) {
      case 'memory':
        return this.#memoryLines(rows)
      case 'stack':
        return this.#stackLines()
      case 'calls':
        return this.#told(`info calls ${rows}`)
      default:
        this.scroll = Math.max(0, Math.min(this.scroll, this.output.length - rows))
        return this.output.slice(this.scroll, this.scroll + rows)
    }
  }

  #told(command: string): readonly string[] {
    // What is asked here is answered at once; a past that cannot be repeated is told.
    execute(this.on, command).catch(error => {
      this.output = [`error: ${error instanceof Error ? error.message : String(error)}`]
      this.pane = 'output'
    })
    return this.#kept.splice(0)
  }

  /** To find out who called whom costs a look at each instruction: once for each time. */
  #stackLines(): readonly string[] {
    const { time, edits } = this.on.opened.history
    if (this.#stack?.time !== time || this.#stack.edits !== edits) {
      this.#stack = { time, edits, lines: this.#told('bt') }
    }
    return this.#stack.lines
  }

  #memoryLines(rows: number): readonly string[] {
    const { vm } = this.on.opened.history
    let first: number
    try {
      first = Number(BigInt.asUintN(32, parseExpression(this.memory, this.on.opened.nameValue)(vm)))
    } catch (error) {
      if (!isInputError(error)) throw error
      return [`error: ${error.message}`]
    }
    return Array.from({ length: rows }, (_, row) => {
      const from = (first + 16 * row) % 2 ** 32
      const bytes = Array.from({ length: 16 }, (_, i) => vm.memory.readU8((from + i) % 2 ** 32))
      const hex = bytes.map(byte => (byte < 0 ? '--' : byte.toString(16).padStart(2, '0')))
      const text = bytes.map(byte => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')
      return `${from.toString(16).padStart(8, '0')}  ${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}  ${text}`
    })
  }

  /** This names the function and line of pc; files stand without their folders. */
  get place(): string {
    const { program, symbols, history } = this.on.opened
    const place = placeOf(program, history.vm.pc, symbols)
    return place === undefined ? '' : formatPlace(place).replace(/[^\s:]*[/\\]/g, '')
  }

  /** Source lines around pc, from the first one; undefined where they are not known. */
  source(
    rows: number,
  ): readonly { readonly line: number; readonly text: string; readonly isHere: boolean }[] | undefined {
    const { program, symbols, history, sourceLine } = this.on.opened
    const at = placeOf(program, history.vm.pc, symbols)?.lines[0]
    if (at?.path === undefined || at.line === undefined) return undefined
    const { path, line: here } = at
    if (sourceLine(path, here) === undefined) return undefined
    const first = Math.max(1, here - (rows >> 1))
    return Array.from({ length: rows }, (_, i) => first + i).flatMap(line => {
      const text = sourceLine(path, line)
      return text === undefined ? [] : [{ line, text, isHere: line === here }]
    })
  }
}
