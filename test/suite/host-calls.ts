// Everything an ecalli can end in. Every engine, every outcome (GP A.36, A.37; style rule 15).
import { describe, expect, it } from 'vitest'
import {
  Access,
  Exit,
  HostAction,
  HostCallError,
  type HostFunction,
  type HostPrice,
  type HostTable,
  type Profile,
  profile,
  type StartOptions,
  type Vm,
} from '../../src/index.ts'
import { type CreateVm, programOf } from './cases.ts'

const W = 0x20000
const PAGE = { address: W, length: 4096, access: Access.Write }

/** A host with one function under index 1, nothing else. */
export function hostOf(call: HostFunction, price: HostPrice = 0): HostTable {
  const entry = { name: 'test', price, call }
  return { entry: index => (index === 1 ? entry : undefined) }
}

/** r7 += 1 before and after the call; the labels are `call` and `after`, the last instruction is `end`. */
const TEXT = 'add_imm_64 r7, r7, 1\ncall: ecalli 1\nafter: add_imm_64 r7, r7, 1\nend: trap'

interface Machine {
  readonly vm: Vm
  readonly call: number
  readonly after: number
  readonly end: number
}

const rules: readonly Profile[] = [
  profile('gp-0.7.2'),
  profile('gp-0.7.2', { name: 'block', gasModel: 'block', outOfGas: 'keep' }),
]

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

/** The suite, under a gas model that pays instructions and one that pays blocks. */
export function hostCallSuite(createVm: CreateVm): void {
  describe.each(rules.map(rule => [rule.gasModel, rule] as const))('gas model %s', (_model, rule) => {
    const start = (host: HostTable | undefined, options: StartOptions = {}, text = TEXT): Machine => {
      const { program, labels } = programOf(text, rule)
      const vm = createVm(program, { gas: 100n, ...(host && { host }), ...options })
      return { vm, call: labels.get('call')!, after: labels.get('after')!, end: labels.get('end')! }
    }
    /** Gas after the ecalli and before the call, from 100. */
    const paid = rule.gasModel === 'block' ? 96n : 98n
    /** What is paid behind the call up to the trap. */
    const rest = rule.gasModel === 'block' ? 0n : 2n

    it('a function that returns nothing: the machine goes on', () => {
      const { vm, end } = start(hostOf(() => {}))
      expect([vm.run(), vm.pc, vm.regs[7], vm.gas]).toEqual([Exit.Panic, end, 2n, paid - rest])
    })

    it('pages so many that the memory under the machine has grown: the function sees all of it', () => {
      const at = 0x2000_0000 // outside of the window, where pages take frames: 4096 of them are there at first
      const count = 4200
      const text = `load_imm r8, ${at}
    load_imm r6, ${count}
    fallthrough
@loop: store_ind_u32 [r8], r6
    add_imm_32 r8, r8, 4096
    add_imm_32 r6, r6, -1
    branch_ne_imm r6, 0, @loop
call: ecalli 1
after: trap
end: trap`
      const seen: unknown[] = []
      const host = hostOf(vm => {
        const { memory } = vm
        const across = memory.writeU64(at + 4094, 0x0123_4567_89ab_cdefn)
        seen.push(vm.gas > 0n, memory.readU32(at + 8192), across, memory.readU64(at + 4094), memory.readU64(at + 8192))
      })
      const pages = [{ address: at, length: count * 4096, access: Access.Write }]
      const { vm, after } = start(host, { gas: 100_000n, pages }, text)
      expect([vm.run(), vm.pc]).toEqual([Exit.Panic, after])
      expect(seen).toEqual([true, count - 2, 0, 0x0123_4567_89ab_cdefn, BigInt(count - 2)])
    })

    it('the function sees the machine and its own index; pc is behind the ecalli, both are paid', () => {
      const seen: unknown[] = []
      const { vm, after } = start(
        hostOf((machine, index) => {
          seen.push(machine === vm, index, machine.pc, machine.gas, machine.regs[7], machine.regs32[14])
        }, 3),
      )
      vm.run()
      expect(seen).toEqual([true, 1, after, paid - 3n, 1n, 1])
    })

    it('registers, memory, rights and gas it changes are in effect at once', () => {
      const text = `ecalli 1\nload_u32 r8, [${W}]\nload_u8 r9, [${W + 4096}]\nend: trap`
      const host = hostOf(vm => {
        vm.regs[7] = 2n ** 64n - 1n
        vm.regs32[20] = 5
        vm.memory.writeU32(W, 0xdeadbeef)
        vm.memory.protect(W / 4096 + 1, 1, Access.Read)
        vm.memory.load(W + 4096, Uint8Array.of(7))
        vm.gas = 1000n
      })
      const { vm, end } = start(host, { pages: [PAGE] }, text)
      expect([vm.run(), vm.pc]).toEqual([Exit.Panic, end])
      expect([...vm.regs.slice(7, 11)]).toEqual([2n ** 64n - 1n, 0xdeadbeefn, 7n, 5n])
      expect(vm.gas).toBe(rule.gasModel === 'block' ? 1000n : 997n)
    })

    it('a right it takes away is gone for the next instruction', () => {
      const text = `ecalli 1\nend: load_u32 r8, [${W}]\ntrap`
      const host = hostOf(vm => vm.memory.protect(W / 4096, 1, Access.None))
      const { vm, end } = start(host, { pages: [PAGE] }, text)
      expect([vm.run(), vm.exitArg, vm.pc]).toEqual([Exit.PageFault, W, end])
    })

    it('writing pc jumps there, into the middle of a block too, and the block is paid anew', () => {
      const text = 'jump @call\nto: load_imm r8, 1\ninside: load_imm r9, 2\nend: trap\ncall: ecalli 1\ntrap'
      const { labels } = programOf(text, rule)
      const { vm, end } = start(
        hostOf(machine => {
          machine.pc = labels.get('inside')!
        }),
        {},
        text,
      )
      expect([vm.run(), vm.pc, vm.regs[8], vm.regs[9]]).toEqual([Exit.Panic, end, 0n, 2n])
      // jump 1, ecalli and trap 2 (block) or ecalli 1; then to, inside, end 3 (block) or inside, end 2
      expect(vm.gas).toBe(rule.gasModel === 'block' ? 94n : 96n)
    })

    it('Halt halts, pc at the ecalli', () => {
      const { vm, call } = start(hostOf(() => HostAction.Halt))
      expect([vm.run(), vm.pc, vm.paperPc, vm.regs[7], vm.gas]).toEqual([Exit.Halt, call, 0, 1n, paid])
      expect([vm.run(), vm.exitArg]).toEqual([Exit.Halt, 0])
    })

    it('Panic panics, pc at the ecalli, what was changed stays', () => {
      const { vm, call } = start(
        hostOf(machine => {
          machine.regs[9] = 9n
          return HostAction.Panic
        }, 5),
      )
      expect([vm.run(), vm.pc, vm.paperPc, vm.regs[9], vm.gas]).toEqual([Exit.Panic, call, 0, 9n, paid - 5n])
      expect(vm.hostError).toBeUndefined()
    })

    it('Stop leaves run with Break and the index; the next run goes on behind the call', () => {
      const { vm, after, end } = start(hostOf(() => HostAction.Stop, 5))
      expect([vm.run(), vm.exitArg, vm.pc, vm.gas]).toEqual([Exit.Break, 1, after, paid - 5n])
      expect([vm.run(), vm.exitArg, vm.pc, vm.regs[7], vm.gas]).toEqual([Exit.Panic, 0, end, 2n, paid - 5n - rest])
    })

    it('OutOfGas stops at the ecalli with the gas there is; the next run makes the call again', () => {
      let calls = 0
      const { vm, call, end } = start(hostOf(() => (++calls === 1 ? HostAction.OutOfGas : HostAction.Continue)))
      expect([vm.run(), vm.pc, vm.gas]).toEqual([Exit.OutOfGas, call, paid])
      expect([vm.run(), vm.pc, vm.gas, calls]).toEqual([Exit.Panic, end, paid - rest, 2])
    })

    it('a throw panics with everything as it was at the throw and comes out of run as HostCallError', () => {
      const cause = new Error('disk on fire')
      const { vm, call } = start(
        hostOf(machine => {
          machine.regs[9] = 9n
          throw cause
        }, 5),
      )
      const error = thrownBy(() => vm.run())
      expect(error).toBeInstanceOf(HostCallError)
      expect(error).toMatchObject({ index: 1, pc: call, cause })
      expect([vm.exit, vm.pc, vm.regs[7], vm.regs[9], vm.gas]).toEqual([Exit.Panic, call, 1n, 9n, paid - 5n])
      expect(vm.hostError).toBe(cause)
      expect(vm.run()).toBe(Exit.Panic)
    })

    it("hostErrors 'panic' returns the panic and keeps the error on the machine", () => {
      const cause = new Error('disk on fire')
      const { vm } = start(
        hostOf(() => {
          throw cause
        }),
        { hostErrors: 'panic' },
      )
      expect([vm.run(), vm.hostError]).toEqual([Exit.Panic, cause])
      vm.reset({ gas: 1n })
      expect(vm.hostError).toBeUndefined()
    })

    it('anything thrown counts, undefined too', () => {
      const { vm } = start(
        hostOf(() => {
          throw undefined
        }),
      )
      expect(thrownBy(() => vm.run())).toBeInstanceOf(HostCallError)
    })

    it.each([6, -1, 0.5, '1', null])('a return value that is no HostAction is a mistake of the host: %o', value => {
      const { vm } = start(hostOf((() => value) as unknown as HostFunction))
      expect((thrownBy(() => vm.run()) as HostCallError).cause).toBeInstanceOf(TypeError)
    })

    it('an error is not rethrown by the next run', () => {
      let calls = 0
      const { vm, end } = start(
        hostOf(() => {
          calls += 1
          if (calls === 1) throw new Error('once')
        }),
      )
      expect(() => vm.run()).toThrow(HostCallError)
      vm.pc = 0
      vm.gas = 100n
      expect([vm.run(), vm.pc, vm.hostError]).toEqual([Exit.Panic, end, undefined])
    })

    it('an unknown index exits with Host, pc at the ecalli; the next run goes on behind it', () => {
      const { vm, call, after, end } = start(
        hostOf(() => {}),
        {},
        TEXT.replace('ecalli 1', 'ecalli 2'),
      )
      expect([vm.run(), vm.exitArg, vm.pc, vm.gas]).toEqual([Exit.Host, 2, call, paid])
      expect([vm.run(), vm.pc, vm.regs[7], vm.gas]).toEqual([Exit.Panic, end, 2n, paid - rest])
      expect(after).toBeGreaterThan(call)
    })

    it('no host at all does the same', () => {
      const { vm, call, end } = start(undefined)
      expect([vm.run(), vm.exitArg, vm.pc, vm.gas]).toEqual([Exit.Host, 1, call, paid])
      expect([vm.run(), vm.pc, vm.regs[7], vm.gas]).toEqual([Exit.Panic, end, 2n, paid - rest])
    })

    it('out of gas by the price: gas emptied, pc at the ecalli, nothing called; with gas the call is made up for', () => {
      let calls = 0
      const { vm, call, end } = start(
        hostOf(() => {
          calls += 1
        }, 1000),
      )
      expect([vm.run(), vm.pc, vm.gas, vm.regs[7], calls]).toEqual([Exit.OutOfGas, call, 0n, 1n, 0])
      expect([vm.run(), vm.pc, vm.gas, calls]).toEqual([Exit.OutOfGas, call, 0n, 0])
      vm.gas = 1000n + rest
      expect([vm.run(), vm.pc, vm.gas, vm.regs[7], calls]).toEqual([Exit.Panic, end, 0n, 2n, 1])
    })

    it('a call made up for may stop the machine, with its index', () => {
      const { vm, after } = start(hostOf(() => HostAction.Stop, 1000))
      expect([vm.run(), vm.exitArg]).toEqual([Exit.OutOfGas, 0])
      vm.gas = 1000n
      expect([vm.run(), vm.exitArg, vm.pc]).toEqual([Exit.Break, 1, after])
    })

    it('a call is made up for before a step, which it is not', () => {
      const { vm, after } = start(hostOf(() => {}, 1000))
      expect(vm.run()).toBe(Exit.OutOfGas)
      vm.gas = 1010n
      expect([vm.step(0), vm.pc]).toEqual([Exit.Step, after])
      expect([vm.step(1), vm.regs[7]]).toEqual([Exit.Step, 2n])
    })

    it('all of it with a tracer', () => {
      const events: number[] = []
      const { vm, call, end } = start(
        hostOf(machine => {
          machine.regs[9] = machine.regs[9]! + 1n
        }, 1000),
      )
      vm.tracer = event => {
        events.push(event.pc)
      }
      expect([vm.run(), vm.pc]).toEqual([Exit.OutOfGas, call])
      vm.gas = 2000n
      expect([vm.run(), vm.pc, vm.regs[9]]).toEqual([Exit.Panic, end, 1n])
      expect(events).toEqual([0, call, call + 2, end])
    })

    it('the exact price is enough', () => {
      const { vm, after } = start(hostOf(() => HostAction.Stop, Number(paid)))
      expect([vm.run(), vm.pc, vm.gas]).toEqual([Exit.Break, after, 0n])
    })

    it('writing pc drops a call that could not be paid', () => {
      const { vm, end } = start(hostOf(() => {}, 1000))
      expect(vm.run()).toBe(Exit.OutOfGas)
      vm.gas = 50n
      vm.pc = end
      expect([vm.run(), vm.pc]).toEqual([Exit.Panic, end])
    })

    it('a price may be computed, and be larger than any gas', () => {
      const prices = [7n, 2n ** 64n + 5n]
      const { vm, call } = start(
        hostOf(
          () => {},
          () => prices.shift()!,
        ),
        {},
        'ecalli 1\ncall: ecalli 1\ntrap',
      )
      expect([vm.run(), vm.pc, vm.gas]).toEqual([Exit.OutOfGas, call, 0n])
    })

    it('a price that cannot be computed is a throw of the host', () => {
      const { vm, call } = start(
        hostOf(
          () => {},
          () => {
            throw new Error('no price')
          },
        ),
      )
      expect(thrownBy(() => vm.run())).toMatchObject({ index: 1, pc: call })
      expect([vm.exit, vm.pc, vm.gas]).toEqual([Exit.Panic, call, paid])
    })

    it('out of gas by what the function set: gas emptied, pc behind the call, which is not made again', () => {
      let calls = 0
      const { vm, after, end } = start(
        hostOf(machine => {
          calls += 1
          machine.gas = -5n
        }),
      )
      expect([vm.run(), vm.pc, vm.gas]).toEqual([Exit.OutOfGas, after, 0n])
      vm.gas = 10n
      expect([vm.run(), vm.pc, vm.gas, calls]).toEqual([Exit.Panic, end, 10n - rest, 1])
    })

    it('out of gas by what the function charged and there was not', () => {
      const taken: boolean[] = []
      const { vm, after } = start(
        hostOf(machine => {
          taken.push(machine.chargeGas(20), machine.chargeGas(1000))
        }),
      )
      expect([vm.run(), vm.pc, vm.gas]).toEqual([Exit.OutOfGas, after, 0n])
      expect(taken).toEqual([true, false])
    })

    it('out of gas by what the function took comes before what it asks for', () => {
      for (const action of [HostAction.Halt, HostAction.Panic, HostAction.Stop]) {
        const { vm, after } = start(
          hostOf(machine => {
            machine.chargeGas(1000)
            return action
          }),
        )
        expect([vm.run(), vm.pc]).toEqual([Exit.OutOfGas, after])
      }
    })

    it('a charge that failed before the run is forgotten', () => {
      const { vm, end } = start(hostOf(() => {}))
      expect(vm.chargeGas(1000)).toBe(false)
      vm.gas = 100n
      expect([vm.run(), vm.pc]).toEqual([Exit.Panic, end])
    })

    it('even where gas was not given since, if nothing has to be paid', () => {
      if (rule.gasModel !== 'block') return
      const host = hostOf(() => {})
      const { vm, end } = start(
        { entry: index => (index === 1 ? host.entry(1) : undefined) },
        {},
        'ecalli 2\ncall: ecalli 1\nend: trap',
      )
      expect(vm.run()).toBe(Exit.Host)
      expect([vm.chargeGas(1000), vm.gas]).toEqual([false, 0n])
      expect([vm.run(), vm.pc]).toEqual([Exit.Panic, end])
    })

    it('a host function may run another machine, which may call hosts too', () => {
      const inner = start(
        hostOf(machine => {
          machine.regs[8] = 8n
        }),
      ).vm
      const { vm, end } = start(
        hostOf(machine => {
          machine.regs[9] = BigInt(inner.run())
          machine.regs[10] = inner.regs[8]!
        }),
      )
      expect([vm.run(), vm.pc, vm.regs[9], vm.regs[10], vm.regs[7]]).toEqual([Exit.Panic, end, 1n, 8n, 2n])
      expect(inner.regs[7]).toBe(2n)
    })

    it('machines nest as deep as host functions make them', () => {
      const depths: number[] = []
      const nested = (depth: number): Vm =>
        start(
          hostOf(machine => {
            depths.push(depth)
            if (depth < 5) machine.regs[9] = BigInt(nested(depth + 1).run())
          }),
        ).vm
      const vm = nested(0)
      expect([vm.run(), vm.regs[9], vm.regs[7]]).toEqual([Exit.Panic, 1n, 2n])
      expect(depths).toEqual([0, 1, 2, 3, 4, 5])
    })

    it.each(['run', 'step', 'reset'] as const)(
      '%s on the same machine is a TypeError, and a throw of the host',
      method => {
        const { vm, call } = start(
          hostOf(machine => {
            machine[method]()
          }),
        )
        const error = thrownBy(() => vm.run())
        expect(error).toBeInstanceOf(HostCallError)
        expect((error as HostCallError).cause).toBeInstanceOf(TypeError)
        expect([vm.exit, vm.pc]).toEqual([Exit.Panic, call])
      },
    )

    it('a host that catches that TypeError goes on', () => {
      const { vm, end } = start(
        hostOf(machine => {
          expect(() => machine.run()).toThrow(TypeError)
        }),
      )
      expect([vm.run(), vm.pc]).toEqual([Exit.Panic, end])
    })

    it('dispose inside a host function ends the machine first; then every use is a TypeError', () => {
      let inside = 0n
      const { vm } = start(
        hostOf(machine => {
          machine.dispose()
          inside = machine.regs[7]!
        }),
      )
      expect(vm.run()).toBe(Exit.Break)
      expect(inside).toBe(1n)
      expect(() => vm.run()).toThrow(TypeError)
      expect(() => vm.step()).toThrow(TypeError)
      expect(() => vm.reset()).toThrow(TypeError)
      expect(() => vm.regs).toThrow(TypeError)
      expect(() => vm.memory).toThrow(TypeError)
      expect(() => vm.pc).toThrow(TypeError)
      expect(() => vm.gas).toThrow(TypeError)
      vm.dispose()
    })

    it('a function that disposes and throws: the error comes out all the same', () => {
      const { vm } = start(
        hostOf(machine => {
          machine.dispose()
          throw new Error('and out')
        }),
      )
      expect(thrownBy(() => vm.run())).toBeInstanceOf(HostCallError)
      expect(() => vm.run()).toThrow(TypeError)
    })

    it('many calls: a loop of them is exact', () => {
      const text = 'loop: ecalli 1\nbranch_lt_u_imm r7, 1000, @loop\nend: trap'
      const { vm, end } = start(
        hostOf(machine => {
          machine.regs[7] = machine.regs[7]! + 1n
        }, 10),
        { gas: 1_000_000n },
        text,
      )
      expect([vm.run(), vm.pc, vm.regs[7], vm.gas]).toEqual([Exit.Panic, end, 1000n, 1_000_000n - 12_001n])
    })
  })
}
