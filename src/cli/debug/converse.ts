// The user at his terminal: lines that he types, or the full screen. Not what lines do: repl.ts.
import { createInterface } from 'node:readline'
import { CliError, isInputError } from '../errors.ts'
import type { Debugger } from './debugger.ts'
import { complete, execute, repeats } from './repl.ts'

/**
 * Reads commands from standard input until it ends, or somebody quits. Errors are said, and the next line counts.
 *
 * @throws CliError when the full screen is wanted and there is none.
 */
export async function converse(on: Debugger): Promise<void> {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== 'dumb'
  const history: string[] = []
  const isScreenOnly = on.wantsScreen
  do {
    if (on.wantsScreen) {
      if (!isTerminal) throw new CliError('the full screen needs a terminal')
      on.wantsScreen = false
      const { showScreen } = await import('../screen/screen.ts')
      await showScreen(on, process.stdin, process.stdout)
      if (isScreenOnly) return
      if (!on.isOver) on.where()
    }
    if (!on.isOver) await readLines(on, history)
  } while (on.wantsScreen && !on.isOver)
}

/** Reads commands until there are no more, or one asks for something else. */
async function readLines(on: Debugger, history: string[]): Promise<void> {
  const { terminal } = on
  const isTerminal = process.stdin.isTTY === true
  const reader = createInterface({
    input: process.stdin,
    output: isTerminal ? process.stdout : undefined,
    terminal: isTerminal,
    prompt: '(coulis) ',
    historySize: 1000,
    history: [...history],
    completer: (line: string) => complete(on, line),
  })
  reader.on('history', lines => history.splice(0, history.length, ...lines))
  reader.on('SIGINT', () => {
    on.isInterrupted = true
    terminal.line()
    terminal.flush()
    reader.prompt()
  })
  let last = ''
  const ask = (): void => {
    terminal.flush()
    if (isTerminal) reader.prompt()
  }
  ask()
  for await (const line of reader) {
    const wanted = line.trim() === '' && repeats(last) ? last : line
    // Repeated, `disas` and `x` go on where they were.
    const again = wanted === last && line.trim() === '' ? wanted.replace(/^(x(?:\/\S*)?|disas)\b.*$/s, '$1') : wanted
    last = wanted
    try {
      await execute(on, again)
    } catch (error) {
      if (!isInputError(error)) throw error
      terminal.line(`${terminal.colors.red('error:')} ${error.message}`)
    }
    if (on.isOver || on.wantsScreen) break
    ask()
  }
  reader.close()
  terminal.flush()
}
