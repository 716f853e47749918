// The full screen on a terminal: keys in, changed lines out. Not what is on it: draw.ts.
import { emitKeypressEvents } from 'node:readline'
import type { Debugger } from '../debug/debugger.ts'
import { complete } from '../debug/repl.ts'
import { type Line, painted } from './cells.ts'
import { drawScreen, HELP } from './draw.ts'
import { PANES, ScreenView } from './view.ts'

/** This is the terminal's keyboard. */
export interface ScreenInput extends NodeJS.ReadableStream {
  setRawMode?(isRaw: boolean): unknown
}

/** This is the terminal's screen. */
export interface ScreenOutput extends NodeJS.WritableStream {
  readonly columns?: number
  readonly rows?: number
}

/** A key, as node:readline tells it. */
interface Key {
  readonly name?: string | undefined
  readonly sequence?: string | undefined
  readonly ctrl?: boolean | undefined
  readonly meta?: boolean | undefined
}

/** These switch the alternate screen on and the cursor off, and back. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[2J'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const PAGE = 10

/** Keys have these commands; capital letters go back. */
const COMMANDS: Readonly<Record<string, string>> = {
  right: 'stepi',
  i: 'stepi',
  left: 'reverse-stepi',
  I: 'reverse-stepi',
  s: 'step',
  S: 'reverse-step',
  n: 'next',
  N: 'reverse-next',
  f: 'finish',
  F: 'reverse-finish',
  c: 'continue',
  C: 'reverse-continue',
  home: 'goto start',
  end: 'goto end',
}

/** A debugger on the whole terminal, until the user leaves. */
class Screen {
  readonly #view: ScreenView
  readonly #input: ScreenInput
  readonly #output: ScreenOutput
  readonly #isColored: boolean
  #shown: string[] = []
  #past: string[] = []
  #pastAt = 0
  #leave: (() => void) | undefined
  #fail: ((error: unknown) => void) | undefined

  constructor(on: Debugger, input: ScreenInput, output: ScreenOutput) {
    this.#view = new ScreenView(on)
    this.#input = input
    this.#output = output
    this.#isColored = on.terminal.colors.isColorSupported
  }

  #draw(): void {
    const { columns = 80, rows = 24 } = this.#output
    const lines = drawScreen(this.#view, columns, rows).map((line: Line) => painted(line, this.#isColored))
    const changed = lines.flatMap((line, i) => (line === this.#shown[i] ? [] : [`\u001b[${i + 1};1H${line}`]))
    this.#shown = lines
    const { typed } = this.#view
    const cursor =
      typed === undefined ? '\u001b[?25l' : `\u001b[${rows};${Math.min(columns, typed.length + 2)}H\u001b[?25h`
    this.#output.write(`${changed.join('')}${cursor}`)
  }

  #redraw(): void {
    this.#shown = []
    this.#output.write('\u001b[2J')
    this.#draw()
  }

  async #command(line: string, isTyped = false): Promise<void> {
    const view = this.#view
    const timer = setTimeout(() => {
      if (view.isRunning) this.#draw()
    }, 100)
    await view.command(line, isTyped).finally(() => clearTimeout(timer))
    if (view.on.isOver) this.#leave?.()
  }

  /** A key while something is typed. */
  async #type({ name, sequence = '', ctrl, meta }: Key): Promise<void> {
    const view = this.#view
    const typed = view.typed!
    if (name === 'escape' || (ctrl && (name === 'c' || name === 'g'))) view.typed = undefined
    else if (name === 'return' || name === 'enter') await this.#typedLine(typed)
    else if (name === 'backspace') view.typed = typed === '' ? undefined : [...typed].slice(0, -1).join('')
    else if (ctrl && name === 'u') view.typed = ''
    else if (name === 'up' || name === 'down') this.#recall(name === 'up' ? -1 : 1)
    else if (name === 'tab') this.#complete(typed)
    else if (!ctrl && !meta && sequence !== '' && !/\p{Cc}/u.test(sequence)) view.typed = typed + sequence
  }

  async #typedLine(typed: string): Promise<void> {
    const view = this.#view
    view.typed = undefined
    if (typed.trim() === '') return
    this.#past.push(typed)
    this.#pastAt = this.#past.length
    const memory = /^\s*mem(?:ory)?\s+(\S.*)$/.exec(typed)
    if (memory === null) return this.#command(typed, true)
    view.memory = memory[1]!
    view.pane = 'memory'
  }

  #recall(by: number): void {
    this.#pastAt = Math.max(0, Math.min(this.#past.length, this.#pastAt + by))
    this.#view.typed = this.#past[this.#pastAt] ?? ''
  }

  #complete(typed: string): void {
    const [found, last] = complete(this.#view.on, typed)
    if (found.length === 0) return
    const same = found.reduce((common, one) => {
      let length = 0
      while (length < common.length && common[length] === one[length]) length += 1
      return common.slice(0, length)
    })
    this.#view.typed = typed.slice(0, typed.length - last.length) + same + (found.length === 1 ? ' ' : '')
  }

  async #press(key: Key): Promise<void> {
    const view = this.#view
    const { name = '', sequence = '', ctrl } = key
    if (view.isRunning) {
      if (ctrl && name === 'c') view.on.isInterrupted = true
      return
    }
    if (ctrl && name === 'l') return this.#redraw()
    if (view.typed !== undefined) return this.#type(key)
    if (sequence === 'q' || (ctrl && (name === 'c' || name === 'd'))) return this.#leave?.()
    // A letter is what was typed, capital or not; other keys have names only.
    const command = COMMANDS[/^[a-z]$/i.test(sequence) ? sequence : name]
    if (command !== undefined && !ctrl) return this.#command(command)
    await this.#look(sequence, name)
  }

  /** Keys that choose what is seen. */
  async #look(sequence: string, name: string): Promise<void> {
    const view = this.#view
    if (sequence === ':') view.typed = ''
    else if (sequence === 'm') view.typed = 'memory '
    else if (sequence === 'b') await view.toggleBreakpoint()
    else if (sequence === '.') view.selected = undefined
    else if (sequence === '?') [view.output, view.pane, view.scroll] = [[...HELP], 'output', 0]
    else if (sequence === '+' || sequence === '-') view.scroll += sequence === '+' ? 5 : -5
    else if (name === 'up' || name === 'down') view.select(name === 'up' ? -1 : 1)
    else if (name === 'pageup' || name === 'pagedown') view.select(name === 'pageup' ? -PAGE : PAGE)
    else if (name === 'tab') view.pane = PANES[(PANES.indexOf(view.pane) + 1) % PANES.length]!
  }

  /** Shows it until the user leaves, or there is no more input. */
  async show(): Promise<void> {
    const [input, output] = [this.#input, this.#output]
    const left = new Promise<void>((resolve, reject) => {
      this.#leave = resolve
      this.#fail = reject
    })
    // One key after the other; while something runs only Ctrl-C is looked at.
    let keys = Promise.resolve()
    const onKey = (_: string | undefined, key: Key): void => {
      if (this.#view.isRunning) void this.#press(key)
      else keys = keys.then(() => this.#press(key).then(() => this.#draw())).catch(error => this.#fail?.(error))
    }
    const onResize = (): void => this.#redraw()
    const onEnd = (): void => void keys.then(() => this.#leave?.())
    emitKeypressEvents(input)
    input.setRawMode?.(true)
    input.on('keypress', onKey)
    input.on('end', onEnd)
    output.on('resize', onResize)
    input.resume()
    output.write(ENTER)
    try {
      this.#draw()
      await left
    } finally {
      input.off('keypress', onKey)
      input.off('end', onEnd)
      output.off('resize', onResize)
      input.setRawMode?.(false)
      input.pause()
      output.write(LEAVE)
    }
  }
}

/** Shows a debugger on the whole terminal. Returns when the user leaves the screen; `on.isOver` says whether he quits. */
export async function showScreen(on: Debugger, input: ScreenInput, output: ScreenOutput): Promise<void> {
  await new Screen(on, input, output).show()
}
