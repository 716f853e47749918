// Making and dropping machines, and what an idle one holds.

import { cpuMs } from '../lib/clock.mjs'
import { coulis, engineKind, printFigure, programFrom, skip, start, traceModule, traceTexts } from '../lib/figure.mjs'

const COUNT = 64
const engine = coulis.createEngine({ kind: engineKind })

/** Median time of instantiate, in µs, when the machines before it were disposed. */
function instanceTime(program, options) {
  const times = []
  for (let i = 0; i < 400; i++) {
    const begun = cpuMs()
    const vm = engine.instantiate(program, options)
    times.push(cpuMs() - begun)
    vm.run()
    vm.dispose()
  }
  times.splice(0, 200)
  times.sort((a, b) => a - b)
  return times[100] * 1000
}

const residentKiB = () => {
  globalThis.gc?.()
  return process.memoryUsage().rss / 1024
}

const small = programFrom('jump_ind r0')
const limits = engineKind === 'reference' ? {} : { goal: 30 }
printFigure({
  name: 'instance from the pool, one-instruction program',
  value: instanceTime(small, start()),
  unit: 'µs',
  ...limits,
})

const texts = traceTexts()
if (texts === undefined) skip('no recorded traces here')
const { parseTrace } = await traceModule()
const trace = parseTrace(texts[0])
const service = coulis.loadProgram(trace.program)
const args = trace.initial.find(w => w.address >= 0xfeff0000)?.bytes ?? new Uint8Array(0)
const options = { args, entry: 5, gas: 20_000n }
printFigure({
  name: 'instance from the pool, 137 KB service',
  value: instanceTime(service, options),
  unit: 'µs',
  ...limits,
})

// Each of these has run 20,000 gas or up to its first host call, then waits.
const before = residentKiB()
const machines = Array.from({ length: COUNT }, () => {
  const vm = engine.instantiate(service, options)
  vm.run()
  return vm
})
const during = residentKiB()
for (const vm of machines) vm.dispose()
const after = residentKiB()
printFigure({ name: 'resident memory per waiting service machine', value: (during - before) / COUNT, unit: 'KiB' })
printFigure({ name: 'resident memory per pooled machine', value: (after - before) / COUNT, unit: 'KiB' })
