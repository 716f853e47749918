// `coulis engines`: which engines work in this runtime, and why others do not. Not the choice: engine/create.ts.
import type { Command } from 'commander'
import { engineStatus } from '../engine/create.ts'
import type { EngineKind } from '../engine/engine.ts'
import { toJson } from './json.ts'
import { jsonOption } from './options.ts'
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
    .description('Lists the engines that --engine takes here; the default is marked. Says why one does not work.')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  coulis engines\n  coulis engines --json')
    .action((options: { readonly json?: boolean }) => {
      const { bold, dim } = terminal.colors
      const status = engineStatus()
      const best = status.find(({ kind }) => kind === 'auto')!
      if (options.json) {
        const engines = status.filter(({ available }) => available).map(({ kind }) => kind)
        const reasons = status.filter(({ reason }) => reason !== undefined)
        terminal.line(toJson({ engines, default: best.runsOn, reasons }))
        return
      }
      for (const { kind, available } of status) {
        if (!available) continue
        const falls = kind === best.runsOn ? '' : `, here: ${best.runsOn}`
        terminal.line(`${bold(kind.padEnd(12))} ${WORDS[kind]}${kind === 'auto' ? dim(` (default${falls})`) : ''}`)
      }
      for (const { kind, available, reason } of status) {
        if (!available) terminal.error(`${kind} does not work here: ${reason}`)
      }
    })
}
