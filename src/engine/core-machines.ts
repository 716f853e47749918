// Makes machines on the core that can use all engines: interpreted, compiled, or both.

import { moduleRefusal } from '../core/code-generation.ts'
import type { Program } from '../program/program.ts'
import type { EngineKind, StartOptions, Vm } from './engine.ts'
import { CoreBody } from './interpreter/body.ts'
import { startCellTally } from './interpreter/counting.ts'
import type { OtherEngines } from './interpreter/other-engines.ts'
import { viewState } from './interpreter/state-view.ts'
import { attachRuntime, runtimeOf } from './recompiler/runtime/attach.ts'
import { runReference } from './reference/run.ts'
import { Machine } from './vm/machine.ts'

const OTHERS: OtherEngines = {
  refusal: kind => (kind === 'recompiler' ? moduleRefusal() : undefined),
  attach: attachRuntime,
  stats: cell => runtimeOf(cell)?.stats(),
  runSlowly: (cell, site, limit) => runReference(viewState(cell, site.vm), site, limit),
  startTally: startCellTally,
}

function makerOf(kind: EngineKind): (program: Program, options: StartOptions, maxMemory: number) => Vm {
  return (program, options, maxMemory) =>
    new Machine(program, options, site => new CoreBody(program, site, { kind, maxMemory, others: OTHERS }))
}

/** Makes a machine that only interprets. */
export const createInterpreterVm: ReturnType<typeof makerOf> = makerOf('interpreter')
/** Makes a machine that interprets at once and compiles what gets hot. */
export const createAutoVm: ReturnType<typeof makerOf> = makerOf('auto')
/** Makes a machine whose code is compiled wherever it runs. */
export const createRecompilerVm: ReturnType<typeof makerOf> = makerOf('recompiler')
