// Entry of the `coulis` command. Everything is in cli/.
import { reportError } from './cli/errors.ts'
import { runCli } from './cli/program.ts'
import { createTerminal } from './cli/terminal.ts'

/** The package's version; scripts/build-cli.mjs fills it in. */
declare const __COULIS_VERSION__: string

const terminal = createTerminal()
// What nobody caught ends the command with a line and a documented exit code, as everything else does.
const mistake = (error: unknown): void => process.exit(reportError(error, terminal))
process.on('uncaughtException', mistake)
process.on('unhandledRejection', mistake)
process.exitCode = await runCli(process.argv.slice(2), terminal, { version: __COULIS_VERSION__ })
