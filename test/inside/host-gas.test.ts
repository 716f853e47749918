// Gas of host calls: price and what the function takes, however the call ends; the same with the machine's words and without.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import {
  Access,
  availableEngines,
  createEngine,
  Exit,
  HostAction,
  type HostEntry,
  loadProgram,
  ResourceError,
} from '../../src/index.ts'
import { countGas, type HostCallCost, watchHostGas } from '../../src/inside/index.ts'

const text = assemble(`
    ecalli 1
    ecalli 2
    ecalli 1
    load_imm_64 r0, 0xffff0000
    jump_ind r0
`)
const program = loadProgram(text.bytes, { kind: text.kind })

function rows(calls: readonly HostCallCost[]): unknown[] {
  return calls.map(({ index, name, calls: count, gas }) => [index, name, count, Number(gas)])
}

const ONE: HostEntry = { name: 'one', price: 10, call: () => undefined }

describe.each(availableEngines())('host calls on %s', kind => {
  describe.each([true, false])('attached %s', attached => {
    function machine(two: HostEntry | undefined, gas = 1000n) {
      const watched = watchHostGas({ entry: index => (index === 1 ? ONE : two) })
      const vm = createEngine({ kind }).instantiate(program, { gas, host: watched.host, hostErrors: 'panic' })
      const counter = countGas(vm, attached ? watched : undefined)
      return {
        vm,
        /** Rows, once the sums have been compared with what the machine says. */
        end: (used = vm.gasUsed) => {
          const calls = watched.calls()
          expect(counter.counts().total + calls.reduce((sum, one) => sum + one.gas, 0n)).toBe(used)
          return rows(calls)
        },
      }
    }

    it('cost their price and what the function takes, and less where it gives some', () => {
      const takes = machine({ name: 'two', price: 5, call: vm => void vm.chargeGas(100n) })
      expect(takes.vm.run()).toBe(Exit.Halt)
      expect(takes.end()).toEqual([
        [1, 'one', 2, 20],
        [2, 'two', 1, 105],
      ])
      const gives = machine({ name: 'two', price: vm => vm.regs[7]! + 5n, call: vm => void (vm.gas += 50n) })
      expect(gives.vm.run()).toBe(Exit.Halt)
      expect(gives.end(-20n)).toEqual([
        [1, 'one', 2, 20],
        [2, 'two', 1, -45],
      ])
    })

    it('that cannot be paid take what there is, and count as made when they are', () => {
      for (const price of [500, () => 500n]) {
        const poor = machine({ name: 'two', price, call: () => undefined }, 100n)
        expect(poor.vm.run()).toBe(Exit.OutOfGas)
        expect(poor.end()).toEqual([
          [1, 'one', 1, 10],
          [2, 'two', 0, 88],
        ])
        poor.vm.gas = 600n
        expect(poor.vm.run()).toBe(Exit.Halt)
        expect(poor.end(100n + 600n - poor.vm.gas)).toEqual([
          [1, 'one', 2, 20],
          [2, 'two', 1, 588],
        ])
      }
    })

    it('that throw, overdraw, stop, or are made again', () => {
      const throws = machine({
        name: 'two',
        price: 7,
        call: vm => {
          vm.gas -= 3n
          throw new Error('no')
        },
      })
      expect(throws.vm.run()).toBe(Exit.Panic)
      expect(throws.end()[1]).toEqual([2, 'two', 1, 10])
      const overdraws = machine({ name: 'two', price: 7, call: vm => void vm.chargeGas(10n ** 12n) })
      expect(overdraws.vm.run()).toBe(Exit.OutOfGas)
      expect(overdraws.end()[1]).toEqual([2, 'two', 1, 1000 - 2 - 10])
      const negative = machine({ name: 'two', price: 7, call: vm => void (vm.gas = -5n) })
      expect(negative.vm.run()).toBe(Exit.OutOfGas)
      expect(negative.end()[1]).toEqual([2, 'two', 1, 1000 - 2 - 10])
      for (const price of [7, () => 7]) {
        let times = 0
        const again = machine({ name: 'two', price, call: () => (times++ < 3 ? HostAction.Again : HostAction.Stop) })
        for (let i = 0; i < 3; i++) expect(again.vm.run()).toBe(Exit.Paused)
        expect(again.vm.run()).toBe(Exit.Break)
        expect(again.vm.run()).toBe(Exit.Halt)
        expect(again.end()[1]).toEqual([2, 'two', 1, 7])
        let short = true
        const resource = machine({
          name: 'two',
          price,
          call() {
            if (short) throw new ResourceError('memory', 'nothing left')
          },
        })
        expect(() => resource.vm.run()).toThrow('nothing left')
        short = false
        expect(resource.vm.run()).toBe(Exit.Halt)
        expect(resource.end()[1]).toEqual([2, 'two', 1, 7])
      }
    })

    it('that nobody answers, and that answer late', async () => {
      const alone = machine(undefined)
      expect(alone.vm.run()).toBe(Exit.Host)
      expect(alone.vm.run()).toBe(Exit.Halt)
      expect(alone.end()[1]).toEqual([2, undefined, 1, 0])
      const late = machine({
        name: 'two',
        price: 4,
        async call(vm) {
          vm.chargeGas(1)
          await Promise.resolve()
          vm.chargeGas(20)
        },
      })
      expect(await late.vm.runAsync()).toBe(Exit.Halt)
      expect(late.end()[1]).toEqual([2, 'two', 1, 25])
    })

    it('with a wrong price fail as they do unwatched', () => {
      for (const price of [-1, 1.5, Number.NaN]) {
        const wrong = machine({ name: 'two', price, call: () => undefined })
        expect(wrong.vm.run()).toBe(Exit.Panic)
        expect(String((wrong.vm.hostError as Error).message)).toMatch(/^amount: /)
        expect(wrong.end()[1]).toEqual([2, 'two', 0, 0])
      }
    })
  })
})

it('counting is for machines at rest, of this package, without views in a host function', () => {
  expect(() => countGas({} as never)).toThrow(TypeError)
  expect(() => countGas(null as never)).toThrow(TypeError)
  const vm = createEngine({ kind: 'interpreter' }).instantiate(program, {
    gas: 100n,
    host: { entry: () => ({ name: 'looks', price: 0, call: machine => void machine.regs[7] }) },
  })
  vm.run()
  expect(() => countGas(vm)).toThrow(/views/)
  vm.dispose()
  expect(() => countGas(vm)).toThrow(TypeError)
})

it('counts go on over resets, engines and what a machine had before', () => {
  const vm = createEngine({ kind: 'auto' }).instantiate(program, { gas: 100n })
  vm.regs[5] = 77n
  vm.memory.protect(16, 1, Access.Write)
  vm.memory.load(0x10000, Uint8Array.of(1, 2, 3))
  const counter = countGas(vm)
  expect([vm.regs[5], vm.gas, ...vm.memory.view(0x10000, 3)!]).toEqual([77n, 100n, 1, 2, 3])
  for (const kind of ['interpreter', 'recompiler', 'reference', 'auto'] as const) {
    vm.switchTo(kind)
    vm.run()
  }
  expect(counter.counts().instructions).toBe(5)
  vm.reset({ gas: 2n })
  vm.run()
  vm.run()
  expect(counter.counts().total).toBe(7n)
  expect([...counter.counts().executions.filter(count => count > 0)]).toEqual([2, 2, 1, 1, 1])
})
