// Machines on the core with all engines at hand: interpreted, compiled, both. Not the machine itself: interpreter/vm.ts.
import type { Program } from '../program/program.ts'
import type { StartOptions, Vm } from './engine.ts'
import type { OtherEngines } from './interpreter/other-engines.ts'
import { viewState } from './interpreter/state-view.ts'
import { CoreVm } from './interpreter/vm.ts'
import { moduleRefusal } from './machine/code-generation.ts'
import { attachRuntime, runtimeOf } from './recompiler/attach.ts'
import { runReference } from './reference/run.ts'

const OTHERS: OtherEngines = {
  refusal: kind => (kind === 'recompiler' ? moduleRefusal() : undefined),
  attach: attachRuntime,
  stats: cell => runtimeOf(cell)?.stats(),
  runSlowly: (cell, site, limit) => runReference(viewState(cell, site.vm), site, limit),
}

/** Makes a machine on the core. */
export function createInterpreterVm(program: Program, options: StartOptions, maxMemory: number): Vm {
  return new CoreVm(program, options, { kind: 'interpreter', maxMemory, others: OTHERS })
}

/** Makes a machine that interprets at once and compiles what gets hot. */
export function createAutoVm(program: Program, options: StartOptions, maxMemory: number): Vm {
  return new CoreVm(program, options, { kind: 'auto', maxMemory, others: OTHERS })
}

/** Makes a machine whose code is compiled wherever it runs. */
export function createRecompilerVm(program: Program, options: StartOptions, maxMemory: number): Vm {
  return new CoreVm(program, options, { kind: 'recompiler', maxMemory, others: OTHERS })
}
