// A run as far as `--steps` and `--max-ms` let it. Not what came out of it: run.ts.
import type { Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'

/** How far a run may go. */
export interface RunBounds {
  /** The most instructions. */
  readonly steps?: number | undefined
  /** The most milliseconds. */
  readonly maxMs?: number | undefined
}

/** Where a bounded run came to. */
export interface BoundedRun {
  readonly exit: Exit
  /** It is true where the time was over. */
  readonly timeIsUp: boolean
}

/** The machine's own bound of time stops up to 2.5 ms early, in order not to be late. With so little left nothing more is begun. */
const LEAST_MS = 3

/** How long a slice of steps may take, of those that have no bound of time of their own. */
const SLICE_MS = 5
const FIRST_STEPS = 1_000
/** A tracer writes each instruction, and a program may be fast and then slow. So no slice is much longer than the one before. */
const GROWTH = 2

/** Steps and time together: in slices of steps, each as long as the speed of the one before says. */
function stepUntil(vm: Vm, steps: number, end: number, now: () => number): BoundedRun {
  let left = steps
  let slice = FIRST_STEPS
  for (let time = now(); ; ) {
    const count = Math.min(left, slice)
    const exit = vm.step(count)
    left -= count
    if (exit !== Exit.Step || left === 0) return { exit, timeIsUp: false }
    const after = now()
    if (after >= end) return { exit, timeIsUp: true }
    const taken = Math.max(after - time, Number.EPSILON)
    const fitting = (count * Math.min(SLICE_MS, end - after)) / taken
    slice = Math.max(1, Math.floor(Math.min(slice * GROWTH, fitting)))
    time = after
  }
}

/**
 * Runs until the program stops or a bound is reached. The state is exact in both cases.
 *
 * @param now the clock, in milliseconds
 */
export function runBounded(vm: Vm, { steps, maxMs }: RunBounds, now = (): number => performance.now()): BoundedRun {
  if (maxMs === undefined) return { exit: steps === undefined ? vm.run() : vm.step(steps), timeIsUp: false }
  const end = now() + maxMs
  if (steps !== undefined) return stepUntil(vm, steps, end, now)
  for (;;) {
    const exit = vm.run({ maxMs: Math.max(0, end - now()) })
    if (exit !== Exit.Paused) return { exit, timeIsUp: false }
    if (end - now() < LEAST_MS) return { exit, timeIsUp: true }
  }
}
