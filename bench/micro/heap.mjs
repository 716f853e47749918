// sbrk of 256 MiB in one instruction, and giving it back: growth has to be lazy.

import { coulis, engineKind, medianMs, printFigure, programFrom, start } from '../lib/figure.mjs'

const grow = bytes => `
.rw_size 4096
.stack 4096
.code
    load_imm r8, ${bytes}
    sbrk r7, r8
    jump_ind r0
`
const engine = coulis.createEngine({ kind: engineKind })
const options = start()
delete options.regs

function time(program) {
  const vm = engine.instantiate(program, options)
  const run = medianMs(
    50,
    () => vm.run(),
    () => vm.reset(options),
  )
  if (vm.exit !== coulis.Exit.Halt || vm.regs[7] === 0n) throw new Error('sbrk failed')
  const reset = medianMs(
    50,
    () => vm.reset(options),
    () => vm.run(),
  )
  vm.dispose()
  return { run, reset }
}

const nothing = time(programFrom(grow(0)))
const large = time(programFrom(grow(256 * 2 ** 20)))
printFigure({ name: 'sbrk of 256 MiB', value: large.run - nothing.run, unit: 'ms', must: 0.1 })
printFigure({ name: 'reset after sbrk of 256 MiB', value: large.reset, unit: 'ms' })
