// The debugger behind its commands: prints where it is, runs, remembers what the user chose. Not the commands: commands.ts.
import type { Stop } from '../../inside/session.ts'
import type { RegisterForm } from '../registers.ts'
import type { Terminal } from '../terminal.ts'
import type { Opened } from './open.ts'
import { endLines, formatTime, placeLines, stopLines } from './show.ts'

/** Instructions between two turns in which Ctrl-C is seen. */
const SLICE = 2_000_000

/** This is one debugging session in the terminal. */
export class Debugger {
  readonly opened: Opened
  readonly terminal: Terminal
  readonly form: RegisterForm
  /** Conditions as they were written, by breakpoint. */
  readonly conditions: Map<number, string>
  /** The frame that `up` and `down` have chosen; 0 is the innermost. */
  frame = 0
  /** Where the next `x` or `disas` goes on. */
  nextAddress: number | undefined
  nextCode: number | undefined
  /** It is set by `quit`. */
  isOver = false
  /** Set from outside while something runs. */
  isInterrupted = false

  /** Set by `tui`: the full screen is to be shown. */
  wantsScreen = false

  constructor(opened: Opened, terminal: Terminal, form: RegisterForm, conditions: Map<number, string> = new Map()) {
    this.opened = opened
    this.terminal = terminal
    this.form = form
    this.conditions = conditions
  }

  say(lines: readonly string[]): void {
    for (const line of lines) this.terminal.line(line)
  }

  /** Prints where the machine is. */
  where(): void {
    const { opened, terminal } = this
    this.frame = 0
    this.nextCode = undefined
    this.say(placeLines(opened, terminal.colors, opened.history.vm))
    terminal.line(terminal.colors.dim(`   ${formatTime(opened)}`))
  }

  /** Prints where the machine is; at the end of its run, how it ended. */
  stoppedHere(): void {
    const { history } = this.opened
    this.say(history.end?.time === history.time ? endLines(this.opened, this.form) : [])
    this.where()
  }

  /** Prints why a move ended, and where. */
  stopped(stop: Stop): void {
    const { opened, terminal } = this
    for (const line of stopLines(stop, opened, this.form)) terminal.line(terminal.colors.yellow(line))
    this.where()
  }

  /** Runs on, in slices, so that it can be interrupted. */
  async run(): Promise<void> {
    const { session, history } = this.opened
    this.isInterrupted = false
    for (;;) {
      const stop = session.continue(history.time + SLICE)
      if (stop.kind !== 'step') {
        this.stopped(stop)
        return
      }
      await new Promise(resolve => setImmediate(resolve))
      if (!this.isInterrupted) continue
      this.terminal.line('interrupted')
      this.where()
      return
    }
  }
}
