// The inside of a machine on the core, which only tests look at.

import type { Cell } from '../src/core/cell.ts'
import type { Vm } from '../src/engine/engine.ts'
import { CoreBody } from '../src/engine/interpreter/body.ts'
import { bodyOf } from '../src/engine/vm/access.ts'

/** The body of a machine that is on the core. */
export function coreOf(vm: Vm): CoreBody {
  const body = bodyOf(vm)
  if (!(body instanceof CoreBody)) throw new TypeError('vm: not on the core')
  return body
}

/** The cell that a machine on the core is in. */
export function cellOf(vm: Vm): Cell {
  return coreOf(vm).cell
}
