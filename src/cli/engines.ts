// `coulis engines`: which engines this build has. Not their choice: options.ts.
import type { Command } from 'commander'
import { availableEngines } from '../engine/create.ts'
import type { EngineKind } from '../engine/engine.ts'
import { toJson } from './json.ts'
import { bestEngine, jsonOption } from './options.ts'
import type { Terminal } from './terminal.ts'

const WORDS: Readonly<Record<EngineKind, string>> = {
  reference: 'plain TypeScript, straight from the paper: the oracle, slow',
  interpreter: 'the C core as WebAssembly',
  recompiler: 'programs as WebAssembly modules of their own',
  auto: 'interprets at once, compiles what gets hot',
}

/** Adds the command. */
export function addEngines(program: Command, terminal: Terminal): void {
  program
    .command('engines')
    .summary('list the engines there are')
    .description('Lists the engines that --engine takes; the default is marked.')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  coulis engines\n  coulis engines --json')
    .action((options: { readonly json?: boolean }) => {
      const { bold, dim } = terminal.colors
      if (options.json) {
        terminal.line(toJson({ engines: availableEngines(), default: bestEngine() }))
        return
      }
      for (const kind of availableEngines()) {
        terminal.line(`${bold(kind.padEnd(12))} ${WORDS[kind]}${kind === bestEngine() ? dim(' (default)') : ''}`)
      }
    })
}
