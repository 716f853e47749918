// The command line as a whole: commands, help, errors. Each command is a file of its own, loaded when it is asked for.
import { Command } from 'commander'
import { EXIT_CODE_HELP, reportError } from './errors.ts'
import type { Terminal } from './terminal.ts'

/** Version and the versions of what it implements. */
export interface About {
  readonly version: string
}

type Add = (program: Command, terminal: Terminal, exit: (code: number) => void) => void

/** A command: in the list of all of them, and where it is. */
interface Entry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<Add>
}

const COMMANDS: readonly Entry[] = [
  { name: 'run', summary: 'run a program', load: async () => (await import('./running.ts')).addRun },
  {
    name: 'inspect',
    summary: 'say what a program file is and holds',
    load: async () => (await import('./reading.ts')).addInspect,
  },
  {
    name: 'disasm',
    summary: 'print a program as assembly text',
    load: async () => (await import('./reading.ts')).addDisasm,
  },
  { name: 'asm', summary: 'assemble text to a program file', load: async () => (await import('./reading.ts')).addAsm },
  {
    name: 'gas',
    summary: 'print what the basic blocks cost',
    load: async () => (await import('./gas.ts')).addGas,
  },
  {
    name: 'profile',
    summary: 'say which functions and host calls the gas goes to',
    load: async () => (await import('./profile.ts')).addProfile,
  },
  {
    name: 'coverage',
    summary: 'say what of a program its runs have executed',
    load: async () => (await import('./coverage.ts')).addCoverage,
  },
  {
    name: 'symbols',
    summary: 'write names and source lines of a program into a file of their own',
    load: async () => (await import('./symbols.ts')).addSymbols,
  },
  {
    name: 'service',
    summary: 'accumulate services over a state and blocks',
    load: async () => (await import('./service.ts')).addService,
  },
  {
    name: 'replay',
    summary: 'run recorded host-call traces again',
    load: async () => (await import('./replay.ts')).addReplay,
  },
  { name: 'conform', summary: 'run conformance tests', load: async () => (await import('./conform.ts')).addConform },
  {
    name: 'debug',
    summary: 'debug a program or a recorded run, forwards and backwards',
    load: async () => (await import('./debug.ts')).addDebug,
  },
  {
    name: 'fuzz',
    summary: 'compare engines on random programs',
    load: async () => (await import('./fuzz.ts')).addFuzz,
  },
  {
    name: 'merge',
    summary: 'put results of parts of a campaign together',
    load: async () => (await import('./merge.ts')).addMerge,
  },
  {
    name: 'corpus',
    summary: 'say what kept programs reach, and keep fewer and smaller ones',
    load: async () => (await import('./corpus.ts')).addCorpus,
  },
  {
    name: 'work',
    summary: 'work on parts of campaigns from a queue',
    load: async () => (await import('./work.ts')).addWork,
  },
  {
    name: 'dump',
    summary: 'show what the recompiler makes of a program',
    load: async () => (await import('./dump.ts')).addDump,
  },
  {
    name: 'init',
    summary: 'print what a node or tool changes to run on coulis',
    load: async () => (await import('./init.ts')).addInit,
  },
  {
    name: 'serve',
    summary: 'answer test cases from standard input, for harnesses',
    load: async () => (await import('./serve.ts')).addServe,
  },
  {
    name: 'anan-as',
    summary: 'the command line of anan-as, for scripts that read it',
    load: async () => (await import('./anan-as.ts')).addAnanAs,
  },
  {
    name: 'engines',
    summary: 'list the engines there are',
    load: async () => (await import('./running.ts')).addEngines,
  },
]

/** The command that the arguments ask for, or ask help for. */
function commandOf(args: readonly string[]): string | undefined {
  const [first, second] = args.filter(arg => !arg.startsWith('-'))
  return first === 'help' ? second : first
}

/** Runs the command line and returns the process's exit code. */
export async function runCli(args: readonly string[], terminal: Terminal, about: About): Promise<number> {
  let code = 0
  const exit = (value: number): void => {
    code = value
  }
  const columns = Number.isFinite(terminal.fold) ? terminal.fold : undefined
  const program = new Command('coulis')
    .description('The PVM engine for TypeScript: run, inspect, assemble, replay and check programs of JAM and PolkaVM.')
    .version(`coulis ${about.version} (Gray Paper 0.7.2 and 0.8.0)`, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.line(text.replace(/\n$/, '')),
      writeErr: text => terminal.error(text.replace(/\n$/, '')),
      // Commander would ask Node's streams, which take 5 ms to load. No help has colours.
      getOutHelpWidth: () => columns as number,
      getErrHelpWidth: () => columns as number,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('Add --help for what there is.')
    .addHelpText('after', EXIT_CODE_HELP)
    .addHelpText(
      'after',
      `
Examples:
  coulis run examples/counter.jam --entry accumulate --args 0x2a0003
  coulis inspect service.jam
  coulis conform ../shared/vectors
  coulis help run`,
    )
  const wanted = commandOf(args)
  try {
    if (args[0] === 'anan-as') {
      code = (await import('./anan-as.ts')).runAnanAs(args.slice(1), terminal) // its flags are its own
      terminal.flush()
      return code
    }
    for (const { name, summary, load } of COMMANDS) {
      if (name === wanted) (await load())(program, terminal, exit)
      else program.command(name) // for the list, and for suggestions
      program.commands.at(-1)!.summary(summary).copyInheritedSettings(program)
    }
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    code = reportError(error, terminal)
  }
  terminal.flush()
  return code
}
