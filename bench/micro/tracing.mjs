// What tracing costs: a loop on a machine that never had a tracer, on one whose tracer was taken off again, and with a tracer that
// does nothing. The first two take turns in one process; their ratio has to be 1.

import { cpuMs } from '../lib/clock.mjs'
import { coulis, engineKind, printFigure, programFrom, start } from '../lib/figure.mjs'
import { adapterArguments, summary } from '../lib/measure.mjs'

const { runs } = { runs: 15, ...adapterArguments() }
const TURNS = engineKind === 'reference' ? 20_000 : 2_000_000
const TRACED_TURNS = 20_000
const loop = turns => `
    .stack 4096
    .code
    load_imm r4, ${turns}
    fallthrough
@loop:
    add_64 r8, r8, r4
    store_ind_u64 [r1 - 8], r8
    load_ind_u32 r9, [r1 - 8]
    xor r10, r10, r9
    add_imm_64 r4, r4, -1
    branch_ne_imm r4, 0, @loop
    jump_ind r0
`
const engine = coulis.createEngine({ kind: engineKind })
const program = programFrom(loop(TURNS))

function timed(vm) {
  vm.reset(start())
  const begun = cpuMs()
  if (vm.run() !== coulis.Exit.Halt) throw new Error(`${coulis.exitName(vm.exit)} instead of halt`)
  return cpuMs() - begun
}

const never = engine.instantiate(program, start())
const once = engine.instantiate(program, start())
once.tracer = () => undefined
once.step(3)
once.tracer = undefined
const times = { never: [], once: [] }
for (let i = 0; i < Math.max(15, runs) + 4; i++) {
  const [a, b] = i % 2 === 0 ? [never, once] : [once, never]
  const first = timed(a)
  const second = timed(b)
  if (i < 4) continue
  times.never.push(i % 2 === 0 ? first : second)
  times.once.push(i % 2 === 0 ? second : first)
}
const ratio = summary(times.once).min / summary(times.never).min
printFigure({ name: 'tracing switched off ÷ never on', value: ratio, unit: '×', must: 1.05 })

const traced = engine.instantiate(programFrom(loop(TRACED_TURNS)), start())
const tracer = () => undefined
const perInstruction = []
for (let i = 0; i < 7; i++) {
  traced.reset(start())
  traced.tracer = tracer
  const begun = cpuMs()
  if (traced.run() !== coulis.Exit.Halt) throw new Error(`${coulis.exitName(traced.exit)} instead of halt`)
  perInstruction.push(((cpuMs() - begun) * 1e6) / (6 * TRACED_TURNS))
}
printFigure({
  name: 'tracing on, per instruction, a tracer that does nothing',
  value: summary(perInstruction).min,
  unit: 'ns',
})
