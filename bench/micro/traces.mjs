// The 32 recorded service runs, replayed with fresh programs and machines in every pass: the first pass of a process,
// and the passes when everything is warm. Host calls are answered inline from the record.

import { cpuMs } from '../lib/clock.mjs'
import { coulis, engineKind, printFigure, skip, traceModule, traceTexts } from '../lib/figure.mjs'
import { summary } from '../lib/measure.mjs'

const ARGUMENTS = 0xfeff0000
const PASSES = engineKind === 'reference' ? 1 : 12
const texts = traceTexts()
if (texts === undefined) skip('no recorded traces here')
const { parseTrace, replay } = await traceModule()
const traces = texts.map(text => {
  const trace = parseTrace(text)
  const args = trace.initial.find(w => w.address >= ARGUMENTS)?.bytes ?? new Uint8Array(0)
  // Own copies: every pass loads from bytes, nothing is shared by accident.
  return { trace, args, program: trace.program.slice() }
})

/** Plays one trace and answers what differed, if anything. */
function play({ trace, args, program }) {
  let at = 0
  const entry = {
    name: 'recorded',
    price: 0,
    call(vm) {
      const call = trace.calls[at++]
      if (vm.gas !== call.gas || vm.regs[7] !== call.regs[7]) throw new Error(`call ${at} differs`)
      for (const write of call.writes) vm.memory.load(write.address, write.bytes)
      for (const { register, value } of call.registers) vm.regs[register] = value
      if (call.gasAfter !== undefined) vm.gas = call.gasAfter
    },
  }
  const engine = coulis.createEngine({ kind: engineKind })
  const vm = engine.instantiate(coulis.loadProgram(program), {
    args,
    entry: trace.start.pc,
    gas: trace.start.gas,
    host: { entry: () => entry },
  })
  const exit = vm.run()
  const ended = exit === coulis.Exit.Halt ? 'HALT' : exit === coulis.Exit.OutOfGas ? 'OOG' : 'PANIC'
  const same = ended === trace.end.kind && at === trace.calls.length && vm.pc === trace.end.pc
  const gas = vm.gas > 0n ? vm.gas : 0n
  vm.dispose()
  return same && gas === trace.end.gas
}

const passes = []
for (let pass = 0; pass < PASSES; pass++) {
  const begun = cpuMs()
  for (const [i, t] of traces.entries()) {
    if (!play(t)) throw new Error(`trace ${i + 1} ended otherwise than recorded`)
  }
  passes.push(cpuMs() - begun)
}
// Outside the clock: every register, every byte read, against the record.
const engine = coulis.createEngine({ kind: engineKind })
for (const [i, { trace }] of traces.entries()) {
  if (!replay(trace, { engine }).identical) throw new Error(`trace ${i + 1} differs`)
}

const core = engineKind === 'interpreter'
const auto = engineKind === 'auto'
const gas = traces.reduce((sum, { trace }) => sum + Number(trace.start.gas - trace.end.gas), 0)
const limits = core || auto ? { must: 70, goal: 50 } : {}
printFigure({ name: '32 traces, first pass of a process', value: passes[0], unit: 'ms', ...limits })
if (PASSES > 3) {
  const peak = summary(passes.slice(2)).median
  printFigure({ name: '32 traces, second pass', value: passes[1], unit: 'ms' })
  printFigure({ name: '32 traces, third pass and later', value: peak, unit: 'ms', ...(auto ? { must: 30 } : {}) })
  printFigure({ name: '32 traces, gas per second at peak', value: gas / peak / 1e3, unit: 'M/s' })
}
