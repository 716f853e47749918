// Bounds of `coulis run`: the clock is one of ours, so nothing here depends on how fast the machine is.
import { expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { runBounded } from '../../src/cli/bounded.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Vm } from '../../src/engine/engine.ts'
import { Exit } from '../../src/engine/exit.ts'
import type { RunOptions } from '../../src/engine/run-options.ts'
import { loadProgram } from '../../src/program/program.ts'

const { bytes } = assemble('loop: add_imm_64 r7, r7, 1\nadd_imm_64 r8, r8, 3\njump @loop')
const loop = (kind: 'reference' | 'interpreter'): Vm =>
  createEngine({ kind }).instantiate(loadProgram(bytes), { gas: 10n ** 12n })

/** A machine whose instructions take as long as `msOf` says, by a clock of its own. */
function timed(vm: Vm, msOf: (executed: number) => number): { vm: Vm; now: () => number; counts: number[] } {
  let [time, executed] = [0, 0]
  const counts: number[] = []
  const step = (count: number): Exit => {
    counts.push(count)
    time += count * msOf(executed)
    executed += count
    return vm.step(count)
  }
  return { vm: { step } as unknown as Vm, now: () => time, counts }
}

const stateOf = (vm: Vm): unknown[] => [[...vm.regs], vm.pc, vm.gas]

it.each([
  ['fast', () => 0.0001],
  ['slow', () => 0.004],
  ['very slow', () => 2],
  ['slow after a while', (executed: number) => (executed > 100_000 ? 0.002 : 0.0001)],
])('steps and time together: a machine that is %s stops soon behind the end, at an exact state', (_, msOf) => {
  const vm = loop('interpreter')
  const { vm: slow, now, counts } = timed(vm, msOf)
  expect(runBounded(slow, { steps: 10 ** 9, maxMs: 50 }, now)).toEqual({ exit: Exit.Step, timeIsUp: true })
  expect(now()).toBeGreaterThanOrEqual(50)
  const executed = counts.reduce((sum, count) => sum + count)
  // The slices are those of the speed before: late by one slice at most, and the first one is short.
  expect(now() - 50).toBeLessThanOrEqual(Math.max(counts[0]! * msOf(0), counts.at(-1)! * msOf(executed)))
  const whole = loop('reference')
  whole.step(Math.min(executed, 30_000))
  if (executed > 30_000) whole.step(executed - 30_000)
  expect(stateOf(vm)).toEqual(stateOf(whole))
})

it('steps are counted exactly where time is left', () => {
  const vm = loop('interpreter')
  const { vm: slow, now, counts } = timed(vm, () => 0.001)
  expect(runBounded(slow, { steps: 12_345, maxMs: 1000 }, now)).toEqual({ exit: Exit.Step, timeIsUp: false })
  expect(counts.reduce((sum, count) => sum + count)).toBe(12_345)
  expect(vm.gasUsed).toBe(12_345n)
})

/** A machine whose runs end as told: after so many milliseconds of the time they have. */
function paused(ends: readonly (readonly [exit: Exit, ms: (left: number) => number])[]): {
  vm: Vm
  now: () => number
  asked: (number | undefined)[]
} {
  let time = 0
  const asked: (number | undefined)[] = []
  const run = ({ maxMs }: RunOptions): Exit => {
    const [exit, ms] = ends[asked.length]!
    asked.push(maxMs)
    time += ms(maxMs!)
    return exit
  }
  return { vm: { run } as unknown as Vm, now: () => time, asked }
}

it('the bound of time is the machine’s own, and a run that paused long before it goes on', () => {
  const early = paused([
    [Exit.Paused, () => 10], // a host function asked to be called again
    [Exit.Paused, left => left - 2.5],
  ])
  expect(runBounded(early.vm, { maxMs: 400 }, early.now)).toEqual({ exit: Exit.Paused, timeIsUp: true })
  expect(early.asked).toEqual([400, 390])
  const late = paused([[Exit.Paused, left => left + 20]])
  expect(runBounded(late.vm, { maxMs: 400 }, late.now).timeIsUp).toBe(true)
  const ended = paused([[Exit.Halt, () => 1]])
  expect(runBounded(ended.vm, { maxMs: 400 }, ended.now)).toEqual({ exit: Exit.Halt, timeIsUp: false })
})

it('without a bound of time there is one run', () => {
  const vm = loop('interpreter')
  expect(runBounded(vm, { steps: 7 })).toEqual({ exit: Exit.Step, timeIsUp: false })
  expect(vm.gasUsed).toBe(7n)
})

it('with a real clock the state is that of a machine that was stepped so far', () => {
  const vm = loop('interpreter')
  expect(runBounded(vm, { maxMs: 3 })).toEqual({ exit: Exit.Paused, timeIsUp: true })
  const other = loop('interpreter')
  expect(other.step(Number(vm.gasUsed))).toBe(Exit.Step)
  expect(stateOf(vm)).toEqual(stateOf(other))
})
