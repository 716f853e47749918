// Lines of the user, of scripts and of `--ex`, one after the other. Not what they mean: commands.ts.
import { createInterface } from 'node:readline'
import { CliError, isInputError } from '../errors.ts'
import { COMMANDS, findCommand } from './commands.ts'
import type { Debugger } from './debugger.ts'

/** Splits a line into a command and what follows; `x/8gx` is the command x. */
function parse(line: string): { readonly name: string; readonly text: string } {
  const match = /^([A-Za-z-]+)\s*(.*)$/s.exec(line.trim())
  if (match === null) throw new CliError(`${line.trim()}: no command; help lists them`)
  return { name: match[1]!, text: match[2]!.trim() }
}

/** Executes a line. Comments begin with #. */
export async function execute(on: Debugger, line: string): Promise<void> {
  if (line.trim() === '' || line.trim().startsWith('#')) return
  const { name, text } = parse(line)
  await findCommand(name).run(on, text)
}

/**
 * Executes lines as they are, each with its prompt in front, for scripts and documents.
 *
 * @throws CliError naming the line that is wrong; those behind it are not executed.
 */
export async function executeScript(on: Debugger, lines: readonly string[], from: string): Promise<void> {
  for (const [at, line] of lines.entries()) {
    if (on.isOver) return
    if (line.trim() !== '') on.terminal.line(on.terminal.colors.bold(`(coulis) ${line.trim()}`))
    try {
      await execute(on, line)
    } catch (error) {
      if (!isInputError(error)) throw error
      throw new CliError(`${from}${lines.length === 1 ? '' : `, line ${at + 1}`}: ${error.message}`)
    }
  }
}

/** What a begun line may become: commands first, then names and registers. */
export function complete(on: Debugger, line: string): [string[], string] {
  const words = line.split(/\s+/)
  const last = words.at(-1) ?? ''
  if (words.length === 1) return [COMMANDS.flatMap(({ names }) => names).filter(name => name.startsWith(last)), last]
  if (words[0] === 'info' || words[0] === 'i') {
    return [['registers', 'breakpoints', 'pages', 'calls', 'run'].filter(name => name.startsWith(last)), last]
  }
  const prefix = /^[@$]?/.exec(last)![0]
  const registers = Array.from({ length: 13 }, (_, i) => `r${i}`)
  const names = [...on.opened.names, ...registers, 'pc', 'gas'].map(name => prefix + name)
  return [names.filter(name => name.startsWith(last)), last]
}

/** Whether an empty line does it again. */
function repeats(line: string): boolean {
  try {
    return findCommand(parse(line).name).repeats === true
  } catch {
    return false
  }
}

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
