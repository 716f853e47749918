// The host functions of which host calls are measured. A script that measures two builds imports this file once for each, with
// a different query behind its name, so that V8 learns about each build's machines apart.

const add = vm => {
  const { regs } = vm
  regs[7] = regs[7] + regs[8] + regs[9]
}

/** What is called in each turn of the loop, by the name of the figure. */
export const CALLED = {
  empty: [() => undefined],
  'read three registers, write one (bigint)': [add],
  'read three registers, write one (halves)': [
    ({ regs32 }) => {
      regs32[14] = regs32[14] + regs32[16] + regs32[18]
    },
  ],
  'one of four functions in turn, three registers read, one written': [
    add,
    vm => {
      const { regs } = vm
      regs[7] = regs[8] + regs[9] + regs[10]
    },
    vm => {
      const { regs } = vm
      regs[8] = regs[9] + regs[10] + regs[11]
    },
    vm => {
      const { regs } = vm
      regs[9] = regs[11] + regs[10] + regs[9]
    },
  ],
  'empty, at a price': [() => undefined],
  chargeGas: [
    vm => {
      vm.chargeGas(3)
    },
  ],
  'read four bytes of memory': [
    vm => {
      const { memory, regs32 } = vm
      regs32[14] = memory.readU32(regs32[20])
    },
  ],
  'write four bytes of memory': [
    vm => {
      const { memory, regs32 } = vm
      memory.writeU32(regs32[20], regs32[14])
    },
  ],
}
