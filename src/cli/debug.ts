// `coulis debug`: a program or a recorded run under the debugger. Not the debugger: debug/.
import { type Command, Option } from 'commander'
import { ENGINE_KINDS } from '../engine/engine.ts'
import { looksLikeTrace } from '../trace/parse.ts'
import { compareRuns } from './debug/against.ts'
import { converse } from './debug/converse.ts'
import { Debugger } from './debug/debugger.ts'
import { type Opened, type OpenOptions, openFile } from './debug/open.ts'
import { executeScript } from './debug/repl.ts'
import { CliError } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { readBytes, readText } from './files.ts'
import { HOST_CHOICES } from './host.ts'
import { kindOption } from './kind-option.ts'
import { parseMapping } from './memory.ts'
import { collectBytes, engineOption, isaOption, parseCount, profileOption } from './options.ts'
import { REGISTER_FORMS, type RegisterForm } from './registers.ts'
import { startOptions } from './start-options.ts'
import type { Terminal } from './terminal.ts'

interface Options extends OpenOptions {
  readonly regs: RegisterForm
  readonly end?: boolean
  readonly at?: number
  readonly ex?: readonly string[]
  readonly script?: string
  readonly batch?: boolean
  readonly dap?: true | number
  readonly against?: string
  readonly tui?: boolean
}

/** The same run on another engine, or of another program. Its messages are those of the first one, or are not told. */
function openOther(file: string, options: Options): Opened {
  const against = options.against!
  const engine = ENGINE_KINDS.find(kind => kind === against)
  const { program, ...rest } = options
  if (engine !== undefined) return openFile(file, { ...options, engine, ownEngine: true }, () => undefined)
  // Of a recorded run it is the program that is another one.
  const isTrace = looksLikeTrace(new TextDecoder().decode(readBytes(file)))
  return isTrace
    ? openFile(file, { ...options, program: against, ownEngine: true }, () => undefined)
    : openFile(against, { ...rest, ...(program && { program }), ownEngine: true }, () => undefined)
}

/** Whether the runs are alike. */
function compare(on: Debugger, file: string, options: Options): boolean {
  const other = openOther(file, options)
  try {
    return compareRuns(on, other, options.against!, options.at)
  } finally {
    other.history.dispose()
  }
}

async function debug(file: string, options: Options, terminal: Terminal): Promise<boolean> {
  const say = (line: string): void => terminal.line(terminal.colors.yellow(line))
  const opened = openFile(file, { ...options, ownEngine: options.against !== undefined }, say)
  const on = new Debugger(opened, terminal, options.regs)
  let isAlike = true
  try {
    if (options.against !== undefined) isAlike = compare(on, file, options)
    else if (options.end) opened.history.toEnd()
    else if (options.at !== undefined) opened.history.goto(options.at)
    if (!options.tui || options.batch) on.stoppedHere()
    if (options.script !== undefined) {
      await executeScript(on, readText(options.script).split(/\r?\n/), options.script)
    }
    if (options.ex !== undefined) for (const line of options.ex) await executeScript(on, [line], '--ex')
    on.wantsScreen = options.tui === true
    if (!options.batch && !on.isOver) await converse(on)
    return isAlike
  } finally {
    opened.history.dispose()
  }
}

function collectLines(line: string, previous: readonly string[] = []): string[] {
  return [...previous, line]
}

/** Adds the command. */
export function addDebug(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  startOptions(
    program
      .command('debug')
      .description(
        'Opens a program, or a recorded trace, in a debugger with the words of gdb: break, watch, step, bt, x, and the same ' +
          'backwards: reverse-continue, reverse-step, last-write, origin, log. Type help in it.',
      )
      .argument('[file]', 'what coulis run takes, or a recorded trace'),
    '--export <name>',
  )
    .option('--map <address+length>', 'map pages, as coulis run does; may be repeated', parseMapping)
    .option('--from-state <file>', 'go on from a saved state')
    .addOption(new Option('--host <kind>', 'who answers host calls, as with coulis run').choices([...HOST_CHOICES]))
    .option('--input <hex>', 'an encoded accumulate input for the stub; may be repeated', collectBytes)
    .option('--program <file>', 'of a recorded trace: run this program instead of the recorded one')
    .option('--symbols <file>', 'names and source lines of this file, such as the .polkavm a .jam was made of')
    .option('--end', 'run to the end first')
    .option('--at <time>', 'go to this time first, in instructions', parseCount)
    .option(
      '--against <engine|file>',
      'run it on that engine too, or that program, and go to where they part; exit code 1 says that they do',
    )
    .option('-x, --script <file>', 'execute the commands of this file')
    .option('--ex <command>', 'execute this command; may be repeated', collectLines)
    .option(
      '--dap [port]',
      'speak the Debug Adapter Protocol, for editors: on standard input and output, or on this TCP port',
      parseCount,
    )
    .option('--tui', 'begin with the full screen: code, registers, memory, and the time to go through')
    .option('--batch', 'do not ask for commands: leave behind those of -x and --ex')
    .addOption(new Option('--regs <form>', 'how values are printed').choices([...REGISTER_FORMS]).default('hex'))
    .addOption(kindOption())
    .addOption(engineOption())
    .addOption(profileOption())
    .addOption(isaOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis debug examples/broken.pvm --end
  coulis debug service.jam --entry accumulate --args 0x2a0003 --symbols service.polkavm
  coulis debug service.jam --against reference --batch
  coulis debug --dap 4711
  coulis debug trace-001.log --ex "break *93537" --ex continue --ex bt --batch`,
    )
    .action(async (file: string | undefined, options: Options) => {
      if (options.dap !== undefined) {
        if (file !== undefined) throw new CliError('--dap: the editor says which file')
        if (typeof options.dap === 'number' && options.dap > 65535) throw new CliError('--dap: ports go up to 65535')
        const { serveStdio, serveTcp } = await import('./dap/serve.ts')
        await (options.dap === true ? serveStdio() : serveTcp(options.dap, terminal))
        return
      }
      if (file === undefined) throw new CliError('expected a file to debug')
      if (file === '-' && !options.batch) throw new CliError('standard input is for commands: the file needs a name')
      if (!(await debug(file, options, terminal))) exit(ExitCode.Different)
    })
}
