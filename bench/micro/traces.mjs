// The 32 recorded service runs, replayed with fresh programs and machines in every pass: the first pass of a process after
// 30 ms of warm-up on another program, and later passes. Host calls are answered inline from the record. What a user waits
// for, on two cores; for the first pass also the processor time of all threads, V8's compilers included.

import { cpuMs } from '../lib/clock.mjs'
import { coulis, engineKind, printFigure, programFrom, skip, start, traceModule, traceTexts } from '../lib/figure.mjs'
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

/** A service-like loop of loads, stores, calls and host calls, other code than the traces', for `ms` milliseconds. */
function warmUp(ms) {
  const program = programFrom(`
    .stack 4096
    .code
        load_imm r4, 20000
        add_imm_64 r2, r1, -64
        fallthrough
    @loop:
        store_ind_u64 [r2 + 8], r4
        load_ind_u32 r5, [r2 + 8]
        load_imm_jump r6, &back, @leaf
    @back:
        and_imm r7, r4, 255
        branch_ne_imm r7, 0, @next
        ecalli 0
        fallthrough
    @next:
        add_imm_64 r4, r4, -1
        branch_ne_imm r4, 0, @loop
        jump_ind r0
    @leaf:
        add_64 r8, r8, r5
        xor r9, r9, r8
        jump_ind r6
  `)
  const entry = { name: 'warm-up', price: 0, call: vm => void (vm.regs[7] = vm.gas & 0xffn) }
  const engine = coulis.createEngine({ kind: engineKind })
  const until = performance.now() + ms
  while (performance.now() < until) {
    const vm = engine.instantiate(program, start({ host: { entry: () => entry } }))
    if (vm.run() !== coulis.Exit.Halt) throw new Error(`warm-up: ${coulis.exitName(vm.exit)} instead of halt`)
    vm.dispose()
  }
}

warmUp(30)
const passes = []
const begun = cpuMs()
let processor = 0
for (let pass = 0; pass < PASSES; pass++) {
  const from = performance.now()
  for (const [i, t] of traces.entries()) {
    if (!play(t)) throw new Error(`trace ${i + 1} ended otherwise than recorded`)
  }
  passes.push(performance.now() - from)
  if (pass === 0) processor = cpuMs() - begun
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
printFigure({ name: '32 traces from cold objects, after 30 ms of warm-up', value: passes[0], unit: 'ms', ...limits })
printFigure({ name: '32 traces from cold objects, processor time of all threads', value: processor, unit: 'ms' })
if (PASSES > 3) {
  const peak = summary(passes.slice(2)).median
  printFigure({ name: '32 traces, second pass', value: passes[1], unit: 'ms' })
  printFigure({ name: '32 traces, third pass and later', value: peak, unit: 'ms', ...(auto ? { must: 30 } : {}) })
  printFigure({ name: '32 traces, gas per second at peak', value: gas / peak / 1e3, unit: 'M/s' })
}
