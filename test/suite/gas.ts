// Paying by blocks: when, how much, and what the charged flag remembers (GP 0.8.0 A.6, with 1 per instruction). Every engine.
// The pipeline model's own rules are in test/program/gas080.test.ts.
import { describe, expect, it } from 'vitest'
import { Access, Exit, profile, type StartOptions, type Vm } from '../../src/index.ts'
import { type CreateVm, programOf } from './cases.ts'
import { hostOf } from './host-calls.ts'

const W = 0x20000
const keep = profile('gp-0.7.2', { name: 'block-keep', gasModel: 'block', outOfGas: 'keep' })
const drain = profile('gp-0.7.2', { name: 'block-drain', gasModel: 'block', outOfGas: 'drain' })

const TEXT = `
one: load_imm r7, 1
inside: load_imm r8, 2
  jump @two
two: load_u8 r9, [${W}]
  ecalli 1
behind: load_imm r10, 3
end: trap
`

/** The suite. */
export function gasSuite(createVm: CreateVm): void {
  const { labels } = programOf(TEXT, keep)
  const at = (label: string): number => labels.get(label)!
  const start = (options: StartOptions = {}, rules = keep, text = TEXT): Vm =>
    createVm(programOf(text, rules).program, { gas: 100n, ...options })
  const seen = (vm: Vm): unknown[] => [vm.pc, vm.gas, vm.charged]
  const mapped = { pages: [{ address: W, length: 4096, access: Access.Write }] }

  describe('paying a block', () => {
    it('happens on entering it, before its first instruction', () => {
      const vm = start()
      expect([vm.step(1), ...seen(vm)]).toEqual([Exit.Step, at('inside'), 97n, true])
      expect([vm.step(1), ...seen(vm)]).toEqual([Exit.Step, at('inside') + 3, 97n, true])
      expect([vm.step(1), ...seen(vm)]).toEqual([Exit.Step, at('two'), 97n, false])
    })

    it('a start in the middle of a block pays the whole block', () => {
      const vm = start({ entry: at('inside') })
      expect([vm.step(1), ...seen(vm)]).toEqual([Exit.Step, at('inside') + 3, 97n, true])
      expect(vm.regs[7]).toBe(0n)
    })

    it('a block that runs off the end pays for the trap behind the code', () => {
      const vm = start({}, keep, 'load_imm r7, 1')
      expect([vm.run(), ...seen(vm)]).toEqual([Exit.Panic, 3, 98n, true])
    })

    it('an undefined opcode is the trap that ends its block', () => {
      const vm = start({}, keep, 'load_imm r7, 1\n.raw ff\nload_imm r8, 1\ntrap')
      expect([vm.run(), ...seen(vm)]).toEqual([Exit.Panic, 3, 98n, true])
    })

    it('where no instruction starts is a block of its own that costs 1', () => {
      for (const entry of [1, 99, 0xffffffff]) {
        const vm = start({ entry })
        expect([vm.run(), ...seen(vm)]).toEqual([Exit.Panic, entry, 99n, true])
      }
    })

    it('a block that jumps to itself is paid each time round', () => {
      const vm = start({ gas: 30n }, keep, 'loop: add_imm_64 r7, r7, 1\nbranch_lt_u_imm r7, 10, @loop\ntrap')
      expect([vm.run(), vm.gas, vm.regs[7]]).toEqual([Exit.Panic, 9n, 10n])
    })
  })

  describe('out of gas', () => {
    it('leaves the counter, nothing of the block executed, and goes on with exactly enough', () => {
      const vm = start({ gas: 2n })
      expect([vm.run(), ...seen(vm), vm.regs[7]]).toEqual([Exit.OutOfGas, 0, 2n, false, 0n])
      vm.gas = 3n
      expect([vm.run(), ...seen(vm), vm.regs[7]]).toEqual([Exit.OutOfGas, at('two'), 0n, false, 1n])
    })

    it('empties the counter under the other rule', () => {
      const vm = start({ gas: 2n }, drain)
      expect([vm.run(), ...seen(vm)]).toEqual([Exit.OutOfGas, 0, 0n, false])
    })

    it('in the middle of a block stops there', () => {
      const vm = start({ gas: 2n, entry: at('inside') })
      expect([vm.run(), ...seen(vm)]).toEqual([Exit.OutOfGas, at('inside'), 2n, false])
    })
  })

  describe('the charged flag', () => {
    it('survives a page fault: the block is not paid again, nor given back', () => {
      const vm = start()
      expect([vm.run(), vm.exitArg, ...seen(vm)]).toEqual([Exit.PageFault, W, at('two'), 93n, true])
      expect([vm.run(), ...seen(vm)]).toEqual([Exit.PageFault, at('two'), 93n, true])
      vm.memory.protect(W / 4096, 1, Access.Read)
      expect([vm.run(), ...seen(vm)]).toEqual([
        Exit.Host,
        at('two') + programOf(TEXT, keep).program.skip(at('two')) + 1,
        93n,
        true,
      ])
      expect([vm.run(), ...seen(vm)]).toEqual([Exit.Panic, at('end'), 93n, true])
    })

    it('survives host functions', () => {
      const charged: boolean[] = []
      const vm = start({ ...mapped, host: hostOf(machine => void charged.push(machine.charged), 10) })
      expect([vm.run(), ...seen(vm)]).toEqual([Exit.Panic, at('end'), 83n, true])
      expect(charged).toEqual([true])
    })

    it('survives panic and halt, is false after out of gas and at the start', () => {
      const vm = start()
      expect(vm.charged).toBe(false)
      const halt = start({ regs: [0xffff0000n] }, keep, 'jump_ind r0')
      expect([halt.run(), halt.charged]).toEqual([Exit.Halt, true])
      const out = start({ gas: 0n })
      expect([out.run(), out.charged]).toEqual([Exit.OutOfGas, false])
    })

    it('can be set: the block that starts is then free', () => {
      const vm = start()
      vm.charged = true
      expect([vm.run(), vm.gas]).toEqual([Exit.PageFault, 96n])
    })

    it('is cleared by writing pc', () => {
      const vm = start()
      vm.step(1)
      vm.pc = at('inside')
      expect(vm.charged).toBe(false)
      expect([vm.step(1), vm.gas]).toEqual([Exit.Step, 94n])
    })

    it('is cleared by reset', () => {
      const vm = start()
      vm.step(1)
      vm.reset({ gas: 100n })
      expect(vm.charged).toBe(false)
    })

    it('is always false where instructions are paid one by one', () => {
      const vm = start({}, profile('gp-0.7.2'))
      vm.charged = true
      expect(vm.charged).toBe(false)
      expect([vm.step(1), vm.gas, vm.charged]).toEqual([Exit.Step, 99n, false])
    })
  })
}
