// Attacks that once worked, as kinds: places of the engine's own memory, gas near its largest, frames of the host's stack,
// what is thrown through the core. Not random: the fuzzer's are in fuzz.test.ts.
import { describe, expect, it } from 'vitest'
import { AT_VM, VM } from '../../src/core/contract.gen.ts'
import { MAX_STACK } from '../../src/core/stack.ts'
import type { EngineKind, HostTable } from '../../src/engine/engine.ts'
import { sharedCode } from '../../src/engine/recompiler/tiers/shared-code.ts'
import { Access, assemble, createEngine, Exit, loadProgram, ResourceError, type Vm } from '../../src/index.ts'
import { cellOf, coreOf } from '../core-body.ts'

const FAST: readonly EngineKind[] = ['interpreter', 'recompiler', 'auto']
const ALL: readonly EngineKind[] = ['reference', ...FAST]

/** What a host sees of a machine that has stopped. */
function stateOf(vm: Vm): unknown {
  return { exit: vm.exit, arg: vm.exitArg, pc: vm.pc, gas: vm.gas, regs: [...vm.regs], pages: vm.memory.pages() }
}

function call(what: (vm: Vm) => void): HostTable {
  return { entry: () => ({ name: 'attack', price: 0, call: what }) }
}

describe('places of the engine', () => {
  const NOPS = ' xor r6, r6, r6\n'.repeat(14)
  /** A loop of one segment that is entered again with another stride, one that leads to the address whose place is 0. */
  const loop = (access: string): string => `
    load_imm r2, 0x20000
    load_imm r3, 200
    load_imm r4, 8
    fallthrough
@loop:
${access}
${NOPS}
    add_64 r2, r2, r4
    add_imm_64 r3, r3, -1
    branch_ne_imm r3, 0, @loop
    branch_eq_imm r5, 1, @done
    load_imm r5, 1
    load_imm r2, 0x20000
    load_imm r3, 2
    load_imm_64 r4, 0xf9de0000
    jump @loop
@done:
    trap`
  const accesses = {
    loads: ' load_ind_u64 r8, [r2 + 0]\n load_ind_u64 r9, [r2 + 1024]\n load_ind_u64 r10, [r2 + 1128]',
    stores: ' store_ind_u64 [r2 + 0], r12\n store_ind_u64 [r2 + 1248], r12',
  }
  for (const [what, access] of Object.entries(accesses)) {
    it(`${what} at the guest address whose physical place is 0 fault (GP A.8)`, () => {
      const program = loadProgram(assemble(loop(access)).bytes)
      const outcomes = ALL.map(kind => {
        const pages = [{ address: 0x20000, length: 8192, access: Access.Write }]
        const vm = createEngine({ kind }).instantiate(program, { gas: 1_000_000n, pages })
        expect(vm.run()).toBe(Exit.PageFault)
        expect(vm.exitArg).toBe(0xf9e00000)
        return stateOf(vm)
      })
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
    })
  }
})

describe('gas', () => {
  for (const less of [0n, 100n, 1000n]) {
    it(`2^63 - 1 - ${less}, written by a host function, pays for no turn of a loop that is not checked`, () => {
      const program = loadProgram(
        assemble(`
    load_imm r2, 0x20000
    load_imm r3, 200
    fallthrough
@outer:
    ecalli 1
    fallthrough
@loop:
    store_ind_u64 [r2 + 0], r3
    add_imm_64 r2, r2, 8
    add_imm_64 r3, r3, -1
    branch_ne_imm r3, 0, @loop
    load_imm r2, 0x21fe0
    load_imm r3, 12
    jump @outer`).bytes,
      )
      const outcomes = ALL.map(kind => {
        const host = call(vm => {
          vm.gas = 2n ** 63n - 1n - less
        })
        const pages = [
          { address: 0x20000, length: 8192, access: Access.Write },
          { address: 0x22000, length: 4096, access: Access.Read },
        ] as const
        const vm = createEngine({ kind }).instantiate(program, { gas: 100_000n, host, pages })
        vm.memory.load(0x20000, new Uint8Array(8192).fill(1)) // a page that was never touched is not written fast
        expect(vm.run()).toBe(Exit.PageFault)
        expect(vm.memory.readU64(0x22000)).toBe(0n)
        return stateOf(vm)
      })
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
    })
  }
})

describe('the stack of the host', () => {
  /** A function of so many small loops that calls itself, three times: the first time is compiled piece by piece. */
  const recursion = (loops: number, depth: number, work = 0): Uint8Array => {
    const body = Array.from(
      { length: loops },
      (_, i) => `load_imm r3, 1
    fallthrough
@l${i}:
    ${'xor r8, r8, r3\n    '.repeat(work)}add_imm_64 r3, r3, -1
    branch_ne_imm r3, 0, @l${i}`,
    )
    return assemble(`.jump_table @back1, @back2
    jump @main
@f:
    add_imm_64 r1, r1, -8
    store_ind_u64 [r1 + 0], r0
    branch_eq_imm r5, 0, @out
    add_imm_64 r5, r5, -1
    ${body.join('\n')}
    load_imm_jump r0, 2, @f
@back1:
    fallthrough
@out:
    load_ind_u64 r0, [r1 + 0]
    add_imm_64 r1, r1, 8
    jump_ind r0
@main:
    load_imm r1, 0x30000
    load_imm r6, 3
    fallthrough
@again:
    load_imm r5, ${depth}
    load_imm_jump r0, 4, @f
@back2:
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @again
    trap`).bytes
  }
  const start = { gas: 5_000_000n, pages: [{ address: 0x20000, length: 65536, access: Access.Write }] }

  it('a function of many loops that calls itself ends as on the reference machine', () => {
    for (const [loops, depth] of [
      [400, 60],
      [20, 6000],
    ] as const) {
      const program = loadProgram(recursion(loops, depth))
      const outcomes = ALL.map(kind => {
        const vm = createEngine({ kind }).instantiate(program, start)
        vm.run()
        return stateOf(vm)
      })
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
    }
  })

  it('a frame grows with the locals and the values of its function, and one beyond the stack is not entered', () => {
    const frames = [
      [10, 0],
      [400, 0],
      [1500, 18],
    ].map(([loops, work]) => {
      const program = loadProgram(recursion(loops!, 3, work))
      const vm = createEngine({ kind: 'recompiler' }).instantiate(program, start)
      expect(vm.run()).toBe(Exit.Panic)
      return Math.max(...[...sharedCode(program).modules()].flatMap(made => made.compiled.frames))
    })
    expect(frames[0]).toBeLessThan(frames[1]!)
    expect(frames[1]).toBeLessThan(frames[2]!)
    expect(frames[2]).toBeGreaterThan(MAX_STACK)
  })

  it('run() at any depth of the stack runs, or throws a ResourceError and runs later', () => {
    const program = loadProgram(recursion(20, 100))
    for (const kind of ALL) {
      const engine = createEngine({ kind })
      const whole = engine.instantiate(program, start)
      whole.run()
      const vm = engine.instantiate(program, start)
      const seen = new Set<string>()
      const descend = (): void => {
        let below = false
        try {
          descend()
          below = true
        } catch (error) {
          if (!(error instanceof RangeError)) throw error
        }
        if (below || seen.has('ran')) return
        try {
          vm.run()
          seen.add('ran')
        } catch (error) {
          if (error instanceof RangeError) throw error
          if (!(error instanceof ResourceError)) throw error
          expect(error.code).toBe('stack')
          seen.add('refused')
          throw new RangeError('further up')
        }
      }
      descend()
      expect(seen).toContain('ran')
      expect(stateOf(vm)).toEqual(stateOf(whole))
    }
  })
})

describe('what is thrown through the core', () => {
  const hostile = new Proxy(
    {},
    {
      getPrototypeOf: () => {
        throw new Error('no')
      },
      get: () => {
        throw new Error('no')
      },
    },
  )
  const values = { 'a Proxy': hostile, 'an object without prototype': Object.create(null), nothing: undefined }
  const program = loadProgram(assemble('ecalli 1\n trap').bytes)
  const pages = [{ address: 0x20000, length: 4096, access: Access.Write }]

  for (const [name, value] of Object.entries(values)) {
    it(`${name} is a panic, and the next machine finds a clean memory`, () => {
      for (const kind of ALL) {
        const host = call(vm => {
          vm.memory.writeU64(0x20000, 0x1234n)
          throw value
        })
        const vm = createEngine({ kind }).instantiate(program, { gas: 10n, host, hostErrors: 'panic', pages })
        expect(vm.run()).toBe(Exit.Panic)
        expect(vm.hostError).toBe(value)
        vm.dispose()
        const next = createEngine({ kind }).instantiate(program, { gas: 10n })
        expect(next.memory.pages()).toEqual([])
        next.dispose()
        const last = createEngine({ kind }).instantiate(program, { gas: 10n, pages })
        expect(last.memory.readU64(0x20000)).toBe(0n)
        last.dispose()
      }
    })
  }
})

describe('the pool', () => {
  const program = loadProgram(assemble('ecalli 1\n trap').bytes)
  const pages = [{ address: 0x20000, length: 4096, access: Access.Write }]
  const host = call(() => {})
  const make = (): Vm => {
    const vm = createEngine({ kind: 'interpreter' }).instantiate(program, { gas: 10n, host, pages })
    vm.memory.writeU64(0x20000, 0x1234n)
    return vm
  }
  const expectClean = (): void => {
    const next = createEngine({ kind: 'interpreter' }).instantiate(program, { gas: 10n })
    expect(next.memory.pages()).toEqual([])
    next.memory.protect(0x20, 1, Access.Write)
    expect(next.memory.readU64(0x20000)).toBe(0n)
    next.dispose()
  }

  it('does not take back a cell that refuses to be reset', () => {
    const vm = make()
    cellOf(vm).u32[(AT_VM + VM.busy) >>> 2] = 1
    vm.dispose()
    expectClean()
  })

  it('a machine that something was thrown through can be reset, and its cell is clean', () => {
    const vm = make()
    coreOf(vm).onEcalli = () => {
      throw new Error('in the glue')
    }
    expect(() => vm.run()).toThrow('in the glue')
    vm.reset({ gas: 10n })
    expect(vm.memory.pages()).toEqual([])
    vm.dispose()
    expectClean()
  })
})

describe('exitArg', () => {
  it('is the index of the call inside a host function, on every engine', () => {
    const program = loadProgram(assemble('ecalli 7\n ecalli -3\n trap').bytes)
    for (const kind of ALL) {
      const seen: number[] = []
      const host = call(vm => {
        seen.push(vm.exitArg)
      })
      const vm = createEngine({ kind }).instantiate(program, { gas: 10n, host })
      vm.run()
      expect(seen, kind).toEqual([7, -3])
      expect(vm.exitArg).toBe(0)
    }
  })
})

describe('programs', () => {
  it('a program shares its copy of the bytes with those that were loaded from the same, and with no others', () => {
    const source = assemble(`load_imm r2, 5\n${'add_imm_64 r3, r3, 1\n'.repeat(3000)}trap`).bytes
    const bytes = source.slice()
    const first = loadProgram(bytes)
    const second = loadProgram(source.slice())
    expect(second.code.buffer).toBe(first.code.buffer)
    const other = source.slice()
    other[other.length - 400]! ^= 1 // the bitmask
    expect(loadProgram(other).code.buffer).not.toBe(first.code.buffer)
    expect(loadProgram(source.subarray(0)).code.buffer).not.toBe(source.buffer)
    bytes.fill(0)
    for (const program of [first, second, loadProgram(source)]) {
      const vm = createEngine().instantiate(program, { gas: 10_000n })
      vm.run()
      expect([vm.regs[2], vm.regs[3]]).toEqual([5n, 3000n])
    }
    const many = Array.from({ length: 20 }, (_, k) => {
      const changed = source.slice()
      changed[changed.length - 400]! ^= 2 + k
      return loadProgram(changed).bitmask.slice()
    })
    expect(new Set(many.map(mask => mask.join())).size).toBe(20)
  })

  it('a program does not change when the bytes it was loaded from do', () => {
    const bytes = assemble('load_imm r2, 5\n trap').bytes.slice()
    const program = loadProgram(bytes)
    bytes.fill(0)
    for (const kind of ALL) {
      const vm = createEngine({ kind }).instantiate(program, { gas: 10n })
      vm.run()
      expect(vm.regs[2]).toBe(5n)
    }
  })
})
