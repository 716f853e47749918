// How many instructions a machine executes until it stops by itself. Not where: history.ts.
import type { Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import { SINGLE_STEPS } from '../engine/steps.ts'

/** Instructions of an estimate that are counted one by one: what stopped the machine may have taken some gas. */
const NOT_COUNTED = 16

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
    count = wholeStretches(vm, most)
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

/** Steps in stretches that are executed whole. */
function wholeStretches(vm: Vm, most: number): number {
  if (vm.kind === 'reference') return 0 // tracing is as fast
  let count = 0
  while (count + SINGLE_STEPS <= most && vm.step(SINGLE_STEPS) === Exit.Step) count += SINGLE_STEPS
  return count
}
