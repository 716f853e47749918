// JavaScript heap taken per host call and per run: both have to be zero. Needs --expose-gc.

import { coulis, engineKind, printFigure, programFrom, start } from '../lib/figure.mjs'

const CALLS = engineKind === 'reference' ? 10_000 : 200_000
const program = programFrom(`
    load_imm r4, ${CALLS}
    fallthrough
@loop:
    ecalli 1
    add_imm_64 r4, r4, -1
    branch_ne_imm r4, 0, @loop
    jump_ind r0
`)
const engine = coulis.createEngine({ kind: engineKind })

/**
 * Heap growth of `work` in bytes, the least of some turns: what a call takes it takes in every turn, what V8's compilers take
 * falls into some, mostly the first. The young generation is large enough (figures.mjs) that nothing is collected in a turn.
 */
function growth(work) {
  const turns = []
  for (let i = 0; i < 16; i++) {
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    work()
    turns.push(process.memoryUsage().heapUsed - before)
  }
  return Math.min(...turns.slice(8))
}

const entry = {
  name: 'halves',
  price: 0,
  call(vm) {
    const { regs32 } = vm
    regs32[14] = (regs32[14] + regs32[16] + 1) >>> 0
  },
}
const options = start({ host: { entry: () => entry } })
const vm = engine.instantiate(program, options)
const inline = growth(() => {
  vm.reset(options)
  vm.run()
})
printFigure({ name: 'heap per host call, inline', value: inline / CALLS, unit: 'bytes', must: 0.5 })

const bare = engine.instantiate(program, start())
const resumed = growth(() => {
  bare.reset(start())
  while (bare.run() === coulis.Exit.Host) {}
})
printFigure({ name: 'heap per run and resume', value: resumed / CALLS, unit: 'bytes', must: 0.5 })
