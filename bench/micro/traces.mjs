// The 32 recorded service runs, replayed with fresh programs and machines in every pass: the first pass of a process after
// 30 ms of warm-up on another program, and later passes. What a user waits for, on two cores; for the first pass also the
// processor time of all threads, V8's compilers included. Pass by pass beside the interpreter: tier-up.mjs.

import { cpuMs } from '../lib/clock.mjs'
import { coulis, engineKind, printFigure, traceModule } from '../lib/figure.mjs'
import { summary } from '../lib/measure.mjs'
import { playAll, recordedRuns, warmUp } from '../lib/traces.mjs'

const PASSES = engineKind === 'reference' ? 1 : 12
const runs = await recordedRuns()
const { replay } = await traceModule()

warmUp(30)
const passes = []
const begun = cpuMs()
let processor = 0
for (let pass = 0; pass < PASSES; pass++) {
  const from = performance.now()
  playAll(runs)
  passes.push(performance.now() - from)
  if (pass === 0) processor = cpuMs() - begun
}
// Outside the clock: every register, every byte read, against the record.
const engine = coulis.createEngine({ kind: engineKind })
for (const [i, { trace }] of runs.entries()) {
  if (!replay(trace, { engine }).identical) throw new Error(`trace ${i + 1} differs`)
}

const core = engineKind === 'interpreter'
const auto = engineKind === 'auto'
const gas = runs.reduce((sum, { trace }) => sum + Number(trace.start.gas - trace.end.gas), 0)
const limits = core || auto ? { must: 70, goal: 50 } : {}
printFigure({ name: '32 traces from cold objects, after 30 ms of warm-up', value: passes[0], unit: 'ms', ...limits })
printFigure({ name: '32 traces from cold objects, processor time of all threads', value: processor, unit: 'ms' })
if (PASSES > 3) {
  const peak = summary(passes.slice(2)).median
  printFigure({ name: '32 traces, second pass', value: passes[1], unit: 'ms' })
  printFigure({ name: '32 traces, third pass and later', value: peak, unit: 'ms', ...(auto ? { must: 30 } : {}) })
  printFigure({ name: '32 traces, gas per second at peak', value: gas / peak / 1e3, unit: 'M/s' })
}
