// Entry of the `coulis` command. Everything is in cli/.
import { readFileSync } from 'node:fs'
import { runCli } from './cli/program.ts'
import { createTerminal } from './cli/terminal.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
process.exitCode = await runCli(process.argv.slice(2), createTerminal(), { version })
