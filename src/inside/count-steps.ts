// How many instructions a machine executes until it stops by itself. Not where: history.ts.
import type { Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'

/** Instructions of an estimate that are counted one by one: what stopped the machine may have taken some gas. */
const NOT_COUNTED = 16
/** Stretches that are tried, longest first. */
const STRETCHES = [1 << 20, 1 << 16, 1 << 12, 256]

/**
 * Counts them. Only the last ones are traced: a tracer takes half a microsecond an instruction, in a process that has just begun.
 *
 * @param restart puts the machine to where counting begins; done several times. Afterwards the machine has stopped.
 * @param estimate how many there may be; undefined: not known.
 * @param most more are not executed.
 */
export function countSteps(vm: Vm, restart: () => void, estimate: number | undefined, most: number): number {
  restart()
  let count = Math.max(0, Math.min(estimate ?? 0, most) - NOT_COUNTED)
  if (estimate === undefined || (count > 0 && vm.step(count) !== Exit.Step)) {
    restart()
    count = wholeStretches(vm, restart, most)
    restart()
    if (count > 0) vm.step(count)
  }
  vm.tracer = () => {
    count += 1
  }
  try {
    vm.step(Math.max(1, most - count))
  } finally {
    vm.tracer = undefined
  }
  return count
}

/** Steps in stretches that are executed whole: long ones as far as they go, then shorter ones. */
function wholeStretches(vm: Vm, restart: () => void, most: number): number {
  if (vm.kind === 'reference') return 0 // tracing is as fast
  let count = 0
  for (const stretch of STRETCHES) {
    if (count > 0 || stretch < STRETCHES[0]!) {
      restart()
      if (count > 0) vm.step(count)
    }
    while (count + stretch <= most && vm.step(stretch) === Exit.Step) count += stretch
  }
  return count
}
