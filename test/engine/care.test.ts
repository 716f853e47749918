// What makes a host call unusual may begin in the middle of one: registers or pages apart from the cell, too little gas, disposal.
import { afterEach, describe, expect, it } from 'vitest'
import {
  Access,
  assemble,
  createEngine,
  ENGINE_KINDS,
  Exit,
  type HostEntry,
  loadProgram,
  type Vm,
} from '../../src/index.ts'

const AT = 0x20000
const PAGES = [{ address: AT, length: 4096, access: Access.Write }]
/** Calls 0 many times, so that `auto` compiles the loop as well. r7 is what the host has written last, plus 1. */
const LOOP = loadProgram(
  assemble(
    '.format raw\n load_imm r4, 2000\n fallthrough\n@loop:\n ecalli 0\n add_imm_64 r7, r7, 1\n add_imm_64 r4, r4, -1\n branch_ne_imm r4, 0, @loop\n trap',
  ).bytes,
)

const machines: Vm[] = []
afterEach(() => {
  for (const vm of machines.splice(0)) vm.dispose()
})

function machine(kind: (typeof ENGINE_KINDS)[number], call: HostEntry['call'], price = 0): Vm {
  const host = { entry: () => ({ name: 'call', price, call }) }
  const vm = createEngine({ kind }).instantiate(LOOP, { gas: 1_000_000n, host, pages: PAGES })
  machines.push(vm)
  return vm
}

/** Machines that may keep their cells, because a host function has views of them. The next ones get registers and pages apart. */
function pinOthers(kind: (typeof ENGINE_KINDS)[number]): void {
  for (let i = 0; i < 4; i++) machine(kind, vm => void vm.regs[0]).run()
}

describe.each(ENGINE_KINDS)('%s', kind => {
  it.each([1, 2, 1000])(
    'registers that a host function gets in call %i for the first time are its own from then on',
    first => {
      pinOthers(kind)
      let calls = 0
      const vm = machine(kind, ({ regs }) => void (regs[7] = 40n + BigInt(calls)))
      const late = machine(kind, self => {
        calls += 1
        if (calls === first) self.regs[7] = 10_000n
      })
      expect(late.run()).toBe(Exit.Panic)
      expect(late.regs[7]).toBe(10_000n + BigInt(2001 - first))
      expect(vm.run()).toBe(Exit.Panic)
      expect(vm.regs[7]).toBe(2041n)
    },
  )

  it.each([1, 2, 1000])('what is written to pages that are viewed from call %i on is in memory', first => {
    pinOthers(kind)
    let calls = 0
    const vm = machine(kind, ({ memory }) => {
      calls += 1
      if (calls !== first) return
      memory.writeU32(AT + 4, calls)
      memory.view(AT, 16)![0] = calls & 0xff // nothing else of memory is touched before the call returns
    })
    expect(vm.run()).toBe(Exit.Panic)
    expect([vm.memory.readU8(AT), vm.memory.readU32(AT + 4)]).toEqual([first & 0xff, first])
  })

  it.each([
    ['charges too much', (vm: Vm): void => void vm.chargeGas(10n ** 9n), Exit.OutOfGas],
    ['writes gas below zero', (vm: Vm): void => void (vm.gas = -1n), Exit.OutOfGas],
    ['disposes', (vm: Vm): void => vm.dispose(), Exit.Break],
  ] as const)('a call that %s ends the run, with and without a price, apart and not', (_, end, exit) => {
    for (const isApart of [false, true]) {
      if (isApart) pinOthers(kind)
      for (const price of [0, 3]) {
        let calls = 0
        const vm = machine(
          kind,
          self => {
            calls += 1
            if (isApart) self.regs[7] = 1n
            if (calls === 1500) end(self)
          },
          price,
        )
        expect(vm.run()).toBe(exit)
        expect(calls).toBe(1500)
      }
    }
  })

  it('charges exactly, at the edges of the lower half of the counter', () => {
    const vm = machine(kind, () => undefined)
    for (const have of [0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 32n + 5n, 2n ** 63n - 1n]) {
      for (const amount of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 6]) {
        vm.gas = have
        expect(vm.chargeGas(amount)).toBe(BigInt(amount) <= have)
        expect(vm.gas).toBe(BigInt(amount) <= have ? have - BigInt(amount) : 0n)
      }
    }
    for (const wrong of [-1, 0.5, Number.NaN]) expect(() => vm.chargeGas(wrong)).toThrow()
  })

  it('what is written runs no code of the host between the check and the write', () => {
    const vm = machine(kind, () => undefined)
    const value = {
      valueOf() {
        vm.memory.protect(AT / 4096, 1, Access.None)
        return 7
      },
    }
    vm.memory.writeU32(AT, value as unknown as number)
    expect(vm.memory.readable(AT, 1)).toBe(false)
    vm.memory.protect(AT / 4096, 1, Access.Read)
    expect(vm.memory.readU32(AT)).toBe(0)
  })
})
