// The command line as a whole: commands, help, errors. Each command is a file of its own.
import { Command } from 'commander'
import { addAsm } from './asm.ts'
import { addConform } from './conform.ts'
import { addDisasm } from './disasm.ts'
import { addDump } from './dump.ts'
import { addEngines } from './engines.ts'
import { EXIT_CODE_HELP, reportError } from './errors.ts'
import { addFuzz } from './fuzz.ts'
import { addGas } from './gas.ts'
import { addInspect } from './inspect.ts'
import { addReplay } from './replay.ts'
import { addRun } from './run.ts'
import type { Terminal } from './terminal.ts'

/** Version and the versions of what it implements. */
export interface About {
  readonly version: string
}

/** Runs the command line and returns the process's exit code. */
export async function runCli(args: readonly string[], terminal: Terminal, about: About): Promise<number> {
  let code = 0
  const exit = (value: number): void => {
    code = value
  }
  const program = new Command('coulis')
    .description('The PVM engine for TypeScript: run, inspect, assemble, replay and check programs of JAM and PolkaVM.')
    .version(`coulis ${about.version} (Gray Paper 0.7.2 and 0.8.0)`, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.line(text.replace(/\n$/, '')),
      writeErr: text => terminal.error(text.replace(/\n$/, '')),
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
  addRun(program, terminal, exit)
  addInspect(program, terminal)
  addDisasm(program, terminal)
  addAsm(program, terminal)
  addGas(program, terminal)
  addReplay(program, terminal, exit)
  addConform(program, terminal, exit)
  addFuzz(program, terminal, exit)
  addDump(program, terminal)
  addEngines(program, terminal)
  for (const command of program.commands) command.copyInheritedSettings(program)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    code = reportError(error, terminal)
  }
  terminal.flush()
  return code
}
