// Lines of the user, of scripts and of `--ex`, one after the other. Not what they mean: commands.ts, and not who types them:
// converse.ts.
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
export function repeats(line: string): boolean {
  try {
    return findCommand(parse(line).name).repeats === true
  } catch {
    return false
  }
}
