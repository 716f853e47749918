// What is stored before a loop with calls is what the register holds there, on whatever way the loop was entered. The
// golden text loop-stores.wat shows the code.
import { expect, it } from 'vitest'
import { CALLS_IN_LOOPS, machine, programOf, stateOf } from './programs.ts'

// r3 is written on one way into the loops only: on the other it has to be loaded, to be stored.
it.each([0n, 1n])('loops with calls end at every position of gas as on the reference machine, r7 = %d', r7 => {
  const program = programOf(CALLS_IN_LOOPS)
  const regs = Array.from({ length: 13 }, (_, r) => 0x1111111111n * BigInt(r + 1))
  regs[7] = r7
  for (let gas = 0n; gas < 1300n; gas += 7n) {
    const vm = machine('recompiler', program, { gas, regs })
    const reference = machine('reference', program, { gas, regs })
    expect([gas, vm.run(), stateOf(vm)]).toEqual([gas, reference.run(), stateOf(reference)])
    vm.dispose()
  }
})
