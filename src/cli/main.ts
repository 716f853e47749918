// The process of the `coulis` command: its terminal, its exit code, mistakes that nobody caught. Not the commands: program.ts.
import { reportError } from './errors.ts'
import { runCli } from './program.ts'
import { createTerminal } from './terminal.ts'

/** Runs the command line of this process and ends it. */
export async function main(version: string): Promise<never> {
  const terminal = createTerminal()
  // What nobody caught ends the command with a line and a documented exit code, as everything else does.
  const mistake = (error: unknown): void => process.exit(reportError(error, terminal))
  process.on('uncaughtException', mistake)
  process.on('unhandledRejection', mistake)
  // All output is written by now. Left to itself the process would wait for the runtime's compilers to finish.
  process.exit(await runCli(process.argv.slice(2), terminal, { version }))
}
