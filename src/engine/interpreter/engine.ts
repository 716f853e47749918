// The interpreter as the only engine, for the entry `coulis/interpreter`. With all engines, ../create.ts chooses.

import { coreRefusal } from '../../core/core.ts'
import type { Program } from '../../program/program.ts'
import { checkOptions, knownOptions } from '../check.ts'
import type { Engine, StartOptions, Vm } from '../engine.ts'
import { resolveMaxMemory } from '../max-memory.ts'
import { Machine } from '../vm/machine.ts'
import { warmUp } from '../warm-up.ts'
import { CoreBody } from './body.ts'

function createVm(program: Program, start: StartOptions, maxMemory: number): Vm {
  return new Machine(program, start, site => new CoreBody(program, site, { kind: 'interpreter', maxMemory }))
}

/** These are the options of `createEngine` when the interpreter is the only engine. */
export interface InterpreterOptions {
  /** Both mean the interpreter here, so that code written for `coulis` only needs another import. */
  readonly kind?: 'interpreter' | 'auto'
  /** How many bytes of memory may hold something at a time, by whole pages, 4096…2^32; default 512 MiB. */
  readonly maxMemory?: number
}

/**
 * Makes the interpreter, as `createEngine` of `coulis` does, without what other engines need. Its machines cannot `switchTo` another
 * engine.
 *
 * @example createEngine().instantiate(program, { gas: 1_000n }).run()
 * @throws RangeError for another kind, and where the runtime allows no core. The message has the reason.
 */
export function createEngine(options: InterpreterOptions = {}): Engine {
  checkOptions(options)
  const { kind = 'interpreter', maxMemory: given } = knownOptions(options, ['kind', 'maxMemory'])
  const maxMemory = resolveMaxMemory(given)
  if (kind !== 'interpreter' && kind !== 'auto') {
    throw new RangeError(`kind: ${String(kind)} is in coulis only`)
  }
  const refusal = coreRefusal()
  if (refusal !== undefined) throw new RangeError(`kind: interpreter does not work here: ${refusal}`)
  return {
    kind: 'interpreter',
    instantiate: (program, start = {}) => {
      warmUp(createVm, maxMemory)
      return createVm(program, start, maxMemory)
    },
  }
}
