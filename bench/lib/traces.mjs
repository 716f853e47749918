// The recorded service runs as the figures use them: read once, played on one engine with programs and machines made anew each
// time, host calls answered inline from the record. Not what is measured of them: micro/traces.mjs, micro/tier-up.mjs.

import { coulis, engineKind, programFrom, skip, start, traceModule, traceTexts } from './figure.mjs'

/** Where a standard program finds its arguments. */
const ARGUMENTS = 0xfeff0000

/** The arguments of a recorded run. */
export function argumentsOf(trace) {
  return trace.initial.find(w => w.address >= ARGUMENTS)?.bytes ?? new Uint8Array(0)
}

/** Does to a machine what the recorded host function did. */
export function answerAsRecorded(vm, call) {
  for (const write of call.writes) vm.memory.load(write.address, write.bytes)
  for (const { register, value } of call.registers) vm.regs[register] = value
  if (call.gasAfter !== undefined) vm.gas = call.gasAfter
}

/** All of them; a script that needs them ends where they are not. */
export async function recordedRuns() {
  const texts = traceTexts()
  if (texts === undefined) skip('no recorded traces here')
  const { parseTrace } = await traceModule()
  return texts.map(text => {
    const trace = parseTrace(text)
    // Own copies: every pass loads from bytes, nothing is shared by accident.
    return { trace, args: argumentsOf(trace), program: trace.program.slice() }
  })
}

/** Plays one of them. Answers whether it ended as recorded, and what the machine says of compiled code. */
export function play({ trace, args, program }) {
  let at = 0
  const entry = {
    name: 'recorded',
    price: 0,
    call(vm) {
      const call = trace.calls[at++]
      if (vm.gas !== call.gas || vm.regs[7] !== call.regs[7]) throw new Error(`call ${at} differs`)
      answerAsRecorded(vm, call)
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
  const { stats } = vm
  vm.dispose()
  return { same: same && gas === trace.end.gas, stats }
}

/** Plays all of them, one after the other; throws where one ends otherwise than recorded. Answers the last one's stats. */
export function playAll(runs) {
  let last
  for (const [i, run] of runs.entries()) {
    const { same, stats } = play(run)
    if (!same) throw new Error(`trace ${i + 1} ended otherwise than recorded`)
    last = stats
  }
  return last
}

/** A service-like loop of loads, stores, calls and host calls, other code than the traces', for `ms` milliseconds. */
export function warmUp(ms) {
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
