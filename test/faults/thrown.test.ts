// A host function or a tracer that throws the n-th time it is called, for every n, whatever it throws: the machine is where the reference
// machine is, goes on, starts again, and its cell is clean for the next one. Not what the runtime refuses: refused.test.ts.
import { describe, expect, it } from 'vitest'
import type { EngineKind, StartOptions, Vm } from '../../src/engine/engine.ts'
import { Access, assemble, createEngine, ENGINE_KINDS, HostCallError, loadProgram } from '../../src/index.ts'

const PROGRAM = loadProgram(
  assemble(`.format raw
    load_imm r2, 3
    fallthrough
@loop:
    store_u64 [0x20008], r3
    add_imm_64 r3, r3, 5
    load_imm_jump r0, &back, @callee
@back:
    ecalli 9
    add_imm_64 r2, r2, -1
    branch_ne_imm r2, 0, @loop
    trap
@callee:
    ecalli 4
    store_ind_u64 [r3 + 0x21000], r3
    jump_ind r0
`).bytes,
  { kind: 'raw', profile: 'gp-0.8.0' },
)
const PAGES = [{ address: 0x20000, length: 0x2000, access: Access.Write }]

const HOSTILE = new Proxy(
  {},
  {
    get: () => {
      throw new Error('no')
    },
    getPrototypeOf: () => {
      throw new Error('no')
    },
    has: () => {
      throw new Error('no')
    },
  },
)
const VALUES: readonly (readonly [string, unknown])[] = [
  ['an Error', new Error('mine')],
  ['a Proxy', HOSTILE],
  ['an object without prototype', Object.create(null)],
  ['nothing', undefined],
  ['a number', 5],
]

/** Something to call that throws the n-th time, from 1. */
function thrower(n: number, value: unknown): { readonly calls: number; count(): void } {
  let calls = 0
  return {
    get calls() {
      return calls
    },
    count() {
      calls += 1
      if (calls === n) throw value
    },
  }
}

/** What `run` does: an exit, or what it throws, by identity. */
function outcome(vm: Vm): unknown {
  try {
    return vm.run()
  } catch (error) {
    return error !== HOSTILE && error instanceof HostCallError
      ? ['HostCallError', error.index, error.cause]
      : ['thrown', error]
  }
}

function stateOf(vm: Vm): unknown[] {
  const bytes = new Uint8Array(0x2000)
  vm.memory.read(0x20000, bytes)
  const { pc, gas, gasUsed, charged, exit, exitArg, hostError } = vm
  return [pc, gas, gasUsed, charged, exit, exitArg, [...vm.regs], Buffer.from(bytes).toString('hex'), hostError]
}

/** Same values at every place, objects by identity: those here cannot be looked into. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, i) => isSame(value, b[i]))
  return Object.is(a, b)
}

interface Passed {
  readonly seen: unknown[]
  readonly calls: number
}

/** A machine through it all: the run that is thrown out of, two more, a start over without anybody who throws. */
function pass(kind: EngineKind, options: StartOptions, prepare: (vm: Vm) => () => number): Passed {
  const vm = createEngine({ kind }).instantiate(PROGRAM, options)
  const calls = prepare(vm)
  const seen: unknown[] = []
  for (let again = 0; again < 3; again++) seen.push(outcome(vm), stateOf(vm))
  vm.pc = 0
  seen.push(outcome(vm), stateOf(vm))
  const made = calls()
  vm.tracer = undefined
  vm.reset({ gas: 1000n, pages: PAGES })
  seen.push(outcome(vm), stateOf(vm), vm.memory.pages().length)
  vm.dispose()
  // The next one out of the pool, as in a fresh process.
  const next = createEngine({ kind }).instantiate(PROGRAM, { gas: 50n, pages: PAGES })
  seen.push(outcome(next), stateOf(next))
  next.dispose()
  return { seen, calls: made }
}

describe.each(VALUES)('%s, thrown', (_, value) => {
  it.each(['throw', 'panic'] as const)('by a host function at every call, hostErrors %s', hostErrors => {
    for (let n = 1; ; n++) {
      const passes = ENGINE_KINDS.map(kind => {
        const thrown = thrower(n, value)
        const entry = {
          name: 'it',
          price: 1,
          call: (vm: Vm) => {
            vm.regs[8] = vm.regs[8]! + 1n
            vm.memory.writeU8(0x20100, thrown.calls)
            thrown.count()
          },
        }
        const options = { gas: 1000n, pages: PAGES, host: { entry: () => entry }, hostErrors }
        return pass(kind, options, () => () => thrown.calls)
      })
      for (const [k, { seen }] of passes.entries())
        expect(isSame(seen, passes[0]!.seen), `${n} ${ENGINE_KINDS[k]}`).toBe(true)
      if (passes[0]!.calls < n) {
        expect(n).toBeGreaterThan(6)
        break
      }
    }
  })

  it('by a tracer at every instruction', () => {
    for (let n = 1; ; n++) {
      const passes = ENGINE_KINDS.map(kind => {
        const thrown = thrower(n, value)
        const entry = { name: 'it', price: 1, call: () => undefined }
        return pass(kind, { gas: 1000n, pages: PAGES, host: { entry: () => entry } }, vm => {
          vm.tracer = () => thrown.count()
          return () => thrown.calls
        })
      })
      for (const [k, { seen }] of passes.entries())
        expect(isSame(seen, passes[0]!.seen), `${n} ${ENGINE_KINDS[k]}`).toBe(true)
      if (passes[0]!.calls < n) {
        expect(n).toBeGreaterThan(20)
        break
      }
    }
  })
})
