// Entry of the `coulis` command. Everything is in cli/.
import { runCli } from './cli/program.ts'
import { createTerminal } from './cli/terminal.ts'

/** The package's version; scripts/build-cli.mjs fills it in. */
declare const __COULIS_VERSION__: string

process.exitCode = await runCli(process.argv.slice(2), createTerminal(), { version: __COULIS_VERSION__ })
