// A runtime that refuses something the n-th time it is asked: a memory, an instance, a table, a module. The guest's outcome is the
// same, or a ResourceError is thrown at a state from which the machine goes on; and the pool stays clean. Not the stack: ../faults.test.ts.
import { beforeAll, describe, expect, it } from 'vitest'
import { tierPolicy } from '../../src/engine/auto.ts'
import type { EngineKind, StartOptions } from '../../src/engine/engine.ts'
import { engineLimits } from '../../src/engine/machine/limits.ts'
import { poolState } from '../../src/engine/machine/residence.ts'
import { createHost, createInnerMachines } from '../../src/host/index.ts'
import {
  Access,
  assemble,
  createEngine,
  Exit,
  HostCallError,
  loadProgram,
  type Program,
  ResourceError,
  type Vm,
} from '../../src/index.ts'

const ENGINES = ['interpreter', 'recompiler', 'auto'] as const
const PARTS = ['Memory', 'Instance', 'Table', 'Module'] as const
type Part = (typeof PARTS)[number]
type Constructor = new (...args: unknown[]) => object

/** Asked more than so often, something is wrong with the test. */
const MOST = 60

/** Lets the runtime refuse a part the n-th time, from 1, while something is done; whether it came to that. */
function refusing(part: Part, n: number, error: () => unknown, run: () => void): boolean {
  const real = WebAssembly[part] as unknown as Constructor
  let asked = 0
  const stub = new Proxy(real, {
    construct(target, args, newTarget): object {
      asked += 1
      if (asked === n) throw error()
      return Reflect.construct(target, args, newTarget) as object
    },
  })
  Object.defineProperty(WebAssembly, part, { value: stub, configurable: true, writable: true })
  try {
    run()
  } finally {
    Object.defineProperty(WebAssembly, part, { value: real, configurable: true, writable: true })
  }
  return asked >= n
}

/** Loops, calls, a table, misaligned accesses, inner machines: several modules. No two with the same number are alike. */
function programOf(number: number): Program {
  const { bytes } = assemble(
    `.format raw
    load_imm r12, ${number}
    load_imm r1, 0x20000
    load_imm r2, 6000
    fallthrough
@loop:
    add_imm_64 r3, r3, 3
    store_ind_u64 [r1 + 8], r3
    load_ind_u32 r4, [r1 + 9]
    add_64 r5, r5, r4
    add_imm_64 r2, r2, -1
    branch_ne_imm r2, 0, @loop
    load_imm r2, 300
    fallthrough
@calls:
    load_imm_jump r0, &back, @callee
@back:
    add_imm_64 r2, r2, -1
    branch_ne_imm r2, 0, @calls
    load_imm r7, 0x21000
    load_imm r8, 5
    load_imm r9, 0
    ecalli 8
    store_ind_u64 [r1 + 0x100], r7
    load_imm r8, 16
    load_imm r9, 3
    load_imm r10, 2
    ecalli 11
    load_ind_u64 r7, [r1 + 0x100]
    load_imm r8, 0x22000
    ecalli 12
    add_64 r5, r5, r7
    load_imm r2, 50
    fallthrough
@last:
    add_64 r5, r5, r2
    add_imm_64 r2, r2, -1
    branch_ne_imm r2, 0, @last
    trap
@callee:
    add_64 r5, r5, r2
    xor r6, r6, r5
    jump_ind r0
`,
  )
  return loadProgram(bytes, { kind: 'raw', profile: 'gp-0.7.2' })
}

const INNER = Uint8Array.of(0, 0, 1, 0, 1)

function start(kind: EngineKind, hostErrors: 'throw' | 'panic'): StartOptions {
  const inner = createInnerMachines({ kind })
  return {
    gas: 1_000_000n,
    hostErrors,
    host: createHost(inner.handlers, { profile: 'gp-0.7.2' }),
    pages: [{ address: 0x20000, length: 0x3000, access: Access.Write }],
    memory: [
      { address: 0x21000, bytes: INNER },
      { address: 0x22000, bytes: new Uint8Array(112).fill(1, 0, 1) },
    ],
  }
}

function stateOf(vm: Vm): unknown {
  const bytes = new Uint8Array(0x3000)
  vm.memory.read(0x20000, bytes)
  const { exit, exitArg, pc, gas, charged } = vm
  return { exit, exitArg, pc, gas, charged, regs: [...vm.regs], bytes, pages: vm.memory.pages() }
}

/** Machines that keep what the pool has, so that the next one asks the runtime. */
function drain(): Vm[] {
  const held: Vm[] = []
  const engine = createEngine({ kind: 'interpreter' })
  const program = loadProgram(INNER, { kind: 'raw' })
  const pages = [{ address: 0x20000, length: 0x20000, access: Access.Read }]
  const { cells } = engineLimits
  engineLimits.cells = 1 // no new cell while one is idle
  while (poolState().idle > 0) {
    const vm = engine.instantiate(program, { pages })
    vm.memory.view(0x20000, 0x20000) // so large a view that it does not make room for others
    held.push(vm)
  }
  engineLimits.cells = cells
  return held
}

/** Runs until it ends; what was thrown on the way has to be a lack of something, also behind a host call. */
function runOn(vm: Vm, thrown: unknown[]): void {
  for (let again = 0; again < 5; again++) {
    try {
      vm.run()
      return
    } catch (error) {
      const cause = error instanceof HostCallError ? error.cause : error
      if (!(cause instanceof ResourceError)) throw error
      thrown.push(cause.code)
    }
  }
  throw new Error('it does not end')
}

const cases = ENGINES.flatMap(kind =>
  PARTS.flatMap(part => (['throw', 'panic'] as const).map(errors => [kind, part, errors] as const)),
)

beforeAll(() => {
  // The first slices of a process have no samples: nothing would be compiled as hot.
  const { bytes } = assemble('.format raw\n@loop:\n    add_imm_64 r2, r2, 1\n    jump @loop')
  const vm = createEngine({ kind: 'auto' }).instantiate(loadProgram(bytes, { kind: 'raw' }), { gas: 3_000_000n })
  vm.run()
  vm.dispose()
})

describe.each(cases)('%s, where %s is refused, hostErrors %s', (kind, part, hostErrors) => {
  it('ends as the reference machine does, and leaves a clean pool', () => {
    const before = { ...tierPolicy }
    Object.assign(tierPolicy, { samplePeriod: 50, patience: 0, misalignedLimit: 3 })
    let number = 1000 * (1 + cases.findIndex(it => it[0] === kind && it[1] === part && it[2] === hostErrors))
    try {
      for (let n = 1; ; n++) {
        expect(n).toBeLessThan(MOST)
        const program = programOf(number++)
        const whole = createEngine({ kind: 'reference' }).instantiate(program, start('reference', hostErrors))
        whole.run()
        expect(whole.exit).toBe(Exit.Panic) // its trap
        const options = [start(kind, hostErrors), start(kind, hostErrors)] as const
        const held = drain() // also of what their inner machines would run in
        const engine = createEngine({ kind })
        const thrown: unknown[] = []
        const refused = refusing(
          part,
          n,
          () => new RangeError('the runtime has none'),
          () => {
            let vm: Vm
            try {
              vm = engine.instantiate(program, options[0])
            } catch (error) {
              if (!(error instanceof ResourceError)) throw error
              thrown.push(error.code)
              vm = engine.instantiate(program, options[1])
            }
            runOn(vm, thrown)
            expect(stateOf(vm), `${part} ${n}, ${thrown.join()}`).toEqual(stateOf(whole))
            expect(vm.gasUsed).toBeGreaterThan(30_000n)
            vm.dispose()
          },
        )
        expect(thrown.length).toBeLessThanOrEqual(1)
        const next = createEngine({ kind }).instantiate(program, {
          gas: 1n,
          pages: [{ address: 0x20000, length: 0x3000, access: Access.Read }],
        })
        expect([...next.regs].every(value => value === 0n)).toBe(true)
        expect(next.memory.view(0x20000, 0x3000)!.every(byte => byte === 0)).toBe(true)
        next.dispose()
        for (const vm of held) vm.dispose()
        if (!refused) {
          if (kind !== 'interpreter' && part !== 'Module') expect(n).toBeGreaterThan(1) // it was asked for
          return
        }
      }
    } finally {
      Object.assign(tierPolicy, before)
    }
  })
})
