// What a host call costs, in ns: empty, reading three registers and writing one, and through 32-bit halves.
// The loop around it is measured without the call and taken off.

import { coulis, engineKind, medianMs, printFigure, programFrom, start } from '../lib/figure.mjs'

const CALLS = engineKind === 'reference' ? 20_000 : 1_000_000
const RUNS = 9

const loop = body => `
    load_imm r4, ${CALLS}
    load_imm r8, 2
    load_imm r9, 3
    fallthrough
@loop:
    ${body}
    add_imm_64 r4, r4, -1
    branch_ne_imm r4, 0, @loop
    jump_ind r0
`
const engine = coulis.createEngine({ kind: engineKind })

function time(body, call) {
  const program = programFrom(loop(body))
  const entry = { name: 'measured', price: 0, call }
  const vm = engine.instantiate(program, start({ host: { entry: () => entry } }))
  const options = start({ host: { entry: () => entry } })
  // Warm: the first runs compile.
  for (let i = 0; i < 5; i++) {
    vm.reset(options)
    vm.run()
  }
  const ms = medianMs(
    RUNS,
    () => vm.run(),
    () => vm.reset(options),
  )
  if (vm.exit !== coulis.Exit.Halt) throw new Error(`${coulis.exitName(vm.exit)} instead of halt`)
  vm.dispose()
  return (ms * 1e6) / CALLS
}

const empty = time('xor r10, r10, r9', () => undefined)
const bare = time('ecalli 1', () => undefined)
const bigint = time('ecalli 1', vm => {
  const { regs } = vm
  regs[7] = regs[7] + regs[8] + regs[9]
})
const halves = time('ecalli 1', vm => {
  const { regs32 } = vm
  regs32[14] = regs32[14] + regs32[16] + regs32[18]
})

const limits = engineKind === 'interpreter' || engineKind === 'auto' ? { must: 20, goal: 12 } : {}
printFigure({ name: 'host call, empty', value: bare - empty, unit: 'ns' })
printFigure({
  name: 'host call: read three registers, write one (bigint)',
  value: bigint - empty,
  unit: 'ns',
  ...limits,
})
printFigure({ name: 'host call: read three registers, write one (halves)', value: halves - empty, unit: 'ns' })
