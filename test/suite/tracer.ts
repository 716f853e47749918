// What a tracer is told. Every engine.
import { describe, expect, it } from 'vitest'
import { Access, Exit, profile, type StartOptions, type TraceEvent, type Vm } from '../../src/index.ts'
import { type CreateVm, programOf } from './cases.ts'
import { hostOf } from './host-calls.ts'

const W = 0x20000

/** The suite. */
export function tracerSuite(createVm: CreateVm): void {
  const start = (text: string, options: StartOptions = {}, rules = profile('gp-0.7.2')): Vm =>
    createVm(programOf(text, rules).program, {
      gas: 100n,
      pages: [{ address: W, length: 4096, access: Access.Write }],
      ...options,
    })

  const traced = (vm: Vm): TraceEvent[] => {
    const events: TraceEvent[] = []
    vm.tracer = event => {
      events.push({ ...event, operands: { ...event.operands } })
    }
    vm.run()
    return events
  }

  const NO_ACCESS = { access: 'none', address: 0, width: 0, value: 0n }

  it('registers: which was written, before and after', () => {
    const [event] = traced(start('add_imm_64 r7, r7, 5\ntrap', { regs: [0n, 0n, 0n, 0n, 0n, 0n, 0n, 2n ** 64n - 1n] }))
    expect(event).toMatchObject({
      pc: 0,
      register: 7,
      before: 2n ** 64n - 1n,
      after: 4n,
      gasBefore: 100n,
      gasAfter: 99n,
    })
    expect(event).toMatchObject(NO_ACCESS)
    expect(event!.instruction.name).toBe('add_imm_64')
    expect(event!.operands).toMatchObject({ a: 7, b: 7, x: 5 })
  })

  it('the instruction that ends the run is reported too, the trap behind the code as well', () => {
    const events = traced(start('load_imm r7, 1'))
    expect(events.map(event => [event.pc, event.instruction.name, event.register])).toEqual([
      [0, 'load_imm', 7],
      [3, 'trap', -1],
    ])
  })

  it('a store: address, width, value written', () => {
    const [event] = traced(
      start(`store_ind_u16 [r8 + ${W}], r7\ntrap`, { regs: [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0x12345678n, 4n] }),
    )
    expect(event).toMatchObject({ access: 'store', address: W + 4, width: 2, value: 0x5678n, register: -1, before: 0n })
  })

  it('a load: address, width, value read, register', () => {
    const memory = [{ address: W, bytes: Uint8Array.of(0xfe, 0xff) }]
    const [event] = traced(start(`load_i16 r7, [${W}]\ntrap`, { memory }))
    expect(event).toMatchObject({
      access: 'load',
      address: W,
      width: 2,
      value: 0xfffen,
      register: 7,
      after: 2n ** 64n - 2n,
    })
  })

  it('a load whose base it overwrites', () => {
    const [event] = traced(start('load_ind_u8 r7, [r7]\ntrap', { regs: [0n, 0n, 0n, 0n, 0n, 0n, 0n, BigInt(W)] }))
    expect(event).toMatchObject({
      access: 'load',
      address: W,
      width: 1,
      value: 0n,
      register: 7,
      before: BigInt(W),
      after: 0n,
    })
  })

  it('a load that faults: the access, no register', () => {
    const events = traced(start(`load_u32 r7, [${W + 4094}]\ntrap`))
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ access: 'load', address: W + 4094, width: 4, register: -1, gasAfter: 99n })
  })

  it('an instruction that cannot be paid is not reported: it was not executed', () => {
    expect(traced(start('load_imm r7, 1\nload_imm r8, 1', { gas: 1n }))).toHaveLength(1)
  })

  it('an ecalli is reported before its host function is called', () => {
    const order: string[] = []
    const vm = start('ecalli 1\ntrap', { host: hostOf(() => void order.push('host'), 10) })
    vm.tracer = event => {
      order.push(`${event.instruction.name} ${event.gasAfter}`)
    }
    vm.run()
    expect(order).toEqual(['ecalli 99', 'host', 'trap 88'])
  })

  it('jumps: the register a call writes', () => {
    const events = traced(start('load_imm_jump r0, 2, @to\ntrap\nto: trap'))
    expect(events[0]).toMatchObject({ register: 0, before: 0n, after: 2n })
    expect(events[0]!.operands.target).toBe(events[1]!.pc)
  })

  it('where blocks are paid, the first instruction of a block pays it', () => {
    const rules = profile('gp-0.7.2', { gasModel: 'block' })
    const events = traced(start('load_imm r7, 1\nfallthrough\ntrap', {}, rules))
    expect(events.map(({ gasBefore, gasAfter }) => [gasBefore, gasAfter])).toEqual([
      [100n, 98n],
      [98n, 98n],
      [98n, 97n],
    ])
  })

  it('can be switched on and off by a host function while the machine runs', () => {
    const seen: number[] = []
    const vm = start('load_imm r7, 1\necalli 1\nload_imm r7, 2\necalli 1\nload_imm r7, 3\ntrap', {
      host: hostOf(machine => {
        machine.tracer =
          machine.tracer === undefined
            ? event => {
                seen.push(event.pc)
              }
            : undefined
      }),
    })
    expect(vm.run()).toBe(Exit.Panic)
    expect(seen).toEqual([5, 8])
  })

  it('does not change what happens', () => {
    const text = `loop: store_ind_u32 [r8 + ${W}], r7\nadd_imm_64 r8, r8, 4\nadd_imm_64 r7, r7, 3\nbranch_lt_u_imm r8, 400, @loop\ntrap`
    const plain = start(text, { gas: 1000n })
    plain.run()
    const watched = start(text, { gas: 1000n })
    expect(traced(watched)).toHaveLength(401)
    expect([watched.pc, watched.gas, ...watched.regs]).toEqual([plain.pc, plain.gas, ...plain.regs])
    expect(watched.memory.view(W, 500)).toEqual(plain.memory.view(W, 500))
  })

  it('steps are traced too', () => {
    const vm = start('load_imm r7, 1\nload_imm r8, 1\ntrap')
    let count = 0
    vm.tracer = () => {
      count += 1
    }
    expect([vm.step(2), count]).toEqual([Exit.Step, 2])
  })

  describe('misuse', () => {
    it('run from a tracer is a TypeError, and the machine is usable afterwards', () => {
      const vm = start('load_imm r7, 1\ntrap')
      vm.tracer = () => {
        vm.run()
      }
      expect(() => vm.run()).toThrow(TypeError)
      vm.tracer = undefined
      vm.reset({ gas: 10n })
      expect(vm.run()).toBe(Exit.Panic)
    })
  })
}
