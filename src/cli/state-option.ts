// `--save-state` and `--from-state` of `coulis run`: a machine's state from one command to the next. Not the file's format:
// inside/state-file.ts.
import type { Vm } from '../engine/engine.ts'
import { restore, snapshot } from '../inside/snapshot.ts'
import { decodeSnapshot, encodeSnapshot } from '../inside/state-file.ts'
import { CliError, inFile } from './errors.ts'
import { readBytes, writeOutput } from './files.ts'

/** What says how a machine starts, and a saved state says already. */
const STARTS = ['entry', 'pc', 'export', 'arg', 'args', 'map', 'record'] as const

/** Makes the machine what the file says; gas that is given replaces what it had left. */
export function restoreState(
  vm: Vm,
  file: string,
  options: Readonly<Partial<Record<(typeof STARTS)[number], unknown>> & { gas?: bigint }>,
): void {
  const wrong = STARTS.find(name => options[name] !== undefined)
  if (wrong !== undefined) throw new CliError(`--${wrong}: the saved state says how the program goes on, not both`)
  inFile(file, () => restore(vm, decodeSnapshot(readBytes(file), vm.program)))
  if (options.gas !== undefined) vm.gas = options.gas
}

/** Writes the machine's state. */
export function saveState(vm: Vm, file: string): void {
  writeOutput(file, encodeSnapshot(snapshot(vm)))
}
