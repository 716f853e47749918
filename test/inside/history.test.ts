// A run gone through in both directions: wherever it goes, the machine is what it was there on the way forward. Every engine.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/fuzz/random.ts'
import { createJamStub } from '../../src/host/index.ts'
import {
  Access,
  availableEngines,
  createEngine,
  type EngineKind,
  Exit,
  HostAction,
  type HostFunction,
  type HostTable,
  loadProgram,
  profile,
  type Vm,
} from '../../src/index.ts'
import {
  createHistory,
  type History,
  HistoryError,
  historyOfTrace,
  lastWrite,
  snapshot,
} from '../../src/inside/index.ts'
import { parseTrace, type Trace } from '../../src/trace/index.ts'
import { programOf } from '../suite/cases.ts'
import { vectors } from '../vectors.ts'

const ENGINES = availableEngines()
const W = 0x20000
const PAGES = [{ address: W, length: 8192, access: Access.Write }]
const WALK = Number(process.env.COULIS_WALK ?? 10_000)

const bytesToText = new TextDecoder('latin1')

/** All that can be seen of a machine, and how it goes on, in a text: compared 10,000 times. */
function stateOf(vm: Vm): string {
  const { rights, pages, pc, gas, gasUsed, charged, heapEnd } = snapshot(vm)
  const ranges = rights.map(({ page, count, access }) => `${page}+${count}:${access}`)
  const contents = [...pages].map(([page, bytes]) => `${page}=${bytesToText.decode(bytes)}`)
  return [pc, gas, gasUsed, charged, heapEnd, ...vm.regs, ...ranges, ...contents].join(' ')
}

/** A host with a state of its own: what it answers is never the same. */
function countingHost(made: number[] = []): HostTable {
  const functions: Record<number, HostFunction> = {
    0: vm => {
      made.push(vm.pc)
      vm.regs[7] = BigInt(made.length) * 3n
      vm.memory.writeU32(W + 16, made.length)
    },
    1: vm => {
      made.push(vm.pc)
      const view = vm.memory.view(W, 64)!
      view[made.length % 64]! += 1
      vm.gas -= 5n
    },
    2: vm => {
      made.push(vm.pc)
      vm.memory.protect(W / 4096 + 1, 1, made.length % 2 === 0 ? Access.Write : Access.Read)
      vm.heapEnd = W + made.length
    },
    3: vm => {
      made.push(vm.pc)
      vm.memory.zero(W / 4096, 1)
      vm.memory.protect(W / 4096 + 1, 1, Access.None)
      vm.memory.protect(W / 4096 + 1, 1, Access.Write)
      vm.memory.writeU64(W + 4096, BigInt(made.length))
      const { pc } = vm
      vm.pc = pc // a new payment of the block
    },
  }
  const entry = (index: number): ReturnType<HostTable['entry']> =>
    functions[index] && { name: `f${index}`, price: index === 0 ? 2 : () => 1, call: functions[index] }
  return { entry }
}

const CALLS = `@a: add_imm_64 r8, r8, 1
store_u64 [0x20008], r8
ecalli 0
store_u64 [0x20100], r7
ecalli 1
ecalli 2
add_imm_64 r9, r9, 7
ecalli 3
load_u32 r10, [0x20010]
xor r11, r11, r9
branch_lt_u_imm r8, 40, @a
trap`

/** The state of a machine before every instruction, made step by step. */
function statesOf(vm: Vm): string[] {
  const states = [stateOf(vm)]
  while (vm.step() === Exit.Step) states.push(stateOf(vm))
  states.push(stateOf(vm))
  return states
}

function walk(history: History, states: readonly string[], moves: number, seed: number): void {
  const random = new Random(seed)
  for (let i = 0; i < moves; i++) {
    const near = history.time + random.below(21) - 10
    const time = random.below(3) === 0 ? random.below(states.length) : Math.max(0, near)
    const came = history.goto(time)
    if (came !== Math.min(time, states.length - 1)) throw new Error(`goto(${time}) came to ${came}`)
    if (stateOf(history.vm) !== states[came]) throw new Error(`another state at ${came}, move ${i}`)
  }
}

describe.each(ENGINES)('history on %s', kind => {
  const engine = createEngine({ kind })
  const RULES = ['gp-0.7.2', 'gp-0.8.0'] as const

  it.each(RULES)(
    `${WALK} random moves land on the states of the forward run, %s`,
    rules => {
      const { program } = programOf(CALLS, profile(rules))
      const start = { gas: 100_000n, pages: PAGES }
      const plain = engine.instantiate(program, { ...start, host: countingHost() })
      const states = statesOf(plain)
      expect(states.length).toBeGreaterThan(400)
      const made: number[] = []
      const history = createHistory({ engine, program, start: { ...start, host: countingHost(made) } })
      walk(history, states, WALK, 7)
      history.toEnd()
      expect(made).toHaveLength(160) // each call once, however often it was repeated
      expect(history.end).toMatchObject({ time: states.length - 1, exit: Exit.Panic })
      plain.dispose()
      history.dispose()
    },
    120_000,
  )

  it.each([false, true])(
    'a long walk lands on the states that steps of the interpreter come to, on its own engine: %s',
    ownEngine => {
      const rounds = kind === 'reference' ? 300 : 40_000
      const text = `load_imm r8, 0
fallthrough
@round: add_imm_64 r8, r8, 1
load_imm r9, 0
fallthrough
@a: add_imm_64 r9, r9, 1
xor r10, r10, r9
store_ind_u64 [r9 + 0x20100], r10
branch_lt_u_imm r9, 20, @a
and r11, r8, r5
branch_ne_imm r11, 0, @round
ecalli 0
branch_lt_u r8, r4, @round
trap`
      const { program } = programOf(text)
      const regs = Array.from({ length: 13 }, (_, i) => (i === 5 ? 1023n : i === 4 ? BigInt(rounds) : 0n))
      const start = { gas: 10n ** 9n, pages: PAGES, regs }
      const plain = createEngine({ kind: 'interpreter' }).instantiate(program, { ...start, host: countingHost() })
      const history = createHistory({ engine, program, start: { ...start, host: countingHost() }, ownEngine })
      const random = new Random(11)
      const end = history.toEnd()!.time
      expect(history.end!.exit).toBe(Exit.Panic)
      expect(end).toBeGreaterThan(80 * rounds)
      const times = Array.from({ length: 40 }, () => random.below(end)).sort((a, b) => a - b)
      let at = 0
      const states = times.map(time => {
        plain.step(time - at)
        at = time
        return stateOf(plain)
      })
      for (let i = 0; i < 80; i++) {
        const one = random.below(times.length)
        history.goto(Math.min(end, times[one]! + random.below(3000)))
        history.goto(times[one]!)
        if (stateOf(history.vm) !== states[one]) throw new Error(`another state at ${times[one]}`)
      }
      expect(history.kind).toBe(kind)
      if (ownEngine) expect(history.vm.kind).toBe(kind)
      plain.run()
      history.toEnd()
      expect(stateOf(history.vm)).toBe(stateOf(plain))
      plain.dispose()
      history.dispose()
    },
    60_000,
  )

  it('short stretches are interpreted, unless the engine itself is in question', () => {
    const { program } = programOf('@a: add_imm_64 r7, r7, 1\nbranch_lt_u_imm r7, 5000, @a\ntrap')
    for (const ownEngine of [false, true]) {
      const history = createHistory({ engine, program, start: { gas: 100_000n }, ownEngine })
      history.toEnd()
      history.goto(5000)
      const compiles = kind === 'auto' || kind === 'recompiler'
      expect(history.vm.kind).toBe(compiles && !ownEngine ? 'interpreter' : kind)
      expect([history.kind, history.end!.time]).toEqual([kind, 10_001])
      history.dispose()
    }
    const wrong = { engine, program, ownEngine: 1 } as never
    expect(() => createHistory(wrong)).toThrow('ownEngine: expected a boolean')
  })

  it('goes through a host call that ends the run, throws, is too dear, or that nobody answers', () => {
    const { program } = programOf('add_imm_64 r8, r8, 1\necalli 5\nadd_imm_64 r8, r8, 1\necalli 6\ntrap')
    const boom = new Error('boom')
    const ends: [HostFunction | undefined, number, Exit, number][] = [
      [() => HostAction.Halt, 0, Exit.Halt, 2],
      [() => HostAction.Panic, 0, Exit.Panic, 2],
      [
        () => {
          throw boom
        },
        0,
        Exit.Panic,
        2,
      ],
      [() => HostAction.Stop, 0, Exit.Break, 2],
      [() => undefined, 200, Exit.OutOfGas, 2],
      [
        vm => {
          vm.chargeGas(1000)
        },
        0,
        Exit.OutOfGas,
        2,
      ],
      [undefined, 0, Exit.Host, 2],
    ]
    for (const [call, price, exit, time] of ends) {
      const host: HostTable = {
        entry: index => (index === 5 && call !== undefined ? { name: 'f', price, call } : undefined),
      }
      const plain = engine.instantiate(program, { gas: 100n, host, hostErrors: 'panic' })
      plain.run()
      const history = createHistory({ engine, program, start: { gas: 100n, host } })
      history.toEnd()
      expect(history.end).toMatchObject({ time, exit, exitArg: plain.exitArg })
      expect(history.end!.error).toBe(plain.hostError)
      expect(stateOf(history.vm)).toBe(stateOf(plain))
      expect(history.vm.exit).toBe(plain.exit)
      history.goto(1)
      expect([history.vm.regs[8], history.vm.gas]).toEqual([1n, 99n])
      history.goto(2)
      expect(stateOf(history.vm)).toBe(stateOf(plain))
      expect(history.calls).toHaveLength(1)
      // What goes on, goes on alike.
      if (history.goOn()) {
        plain.run()
        history.toEnd()
        expect(stateOf(history.vm)).toBe(stateOf(plain))
        const last = history.time
        history.goto(0)
        expect(history.goto(last)).toBe(last)
        expect(stateOf(history.vm)).toBe(stateOf(plain))
      }
      plain.dispose()
      history.dispose()
    }
  })

  it('a change in the past makes another future, and hosts are asked anew', () => {
    const { program } = programOf(CALLS)
    const made: number[] = []
    const history = createHistory({ engine, program, start: { gas: 100_000n, pages: PAGES, host: countingHost(made) } })
    history.toEnd()
    const before = history.time
    history.goto(50)
    history.edit(vm => {
      vm.regs[8] = 39n
    })
    expect([history.frontier, history.end]).toEqual([50, undefined])
    history.toEnd()
    expect(history.time).toBeLessThan(before)
    expect(made.length).toBeGreaterThan(160)
    const end = stateOf(history.vm)
    history.goto(50)
    expect(history.vm.regs[8]).toBe(39n)
    history.goto(49)
    expect(history.vm.regs[8]).not.toBe(39n)
    history.goto(history.end!.time)
    expect(stateOf(history.vm)).toBe(end)
    history.dispose()
  })

  it('a host that says what it keeps is put to what it was, anywhere', () => {
    const { program } = programOf(CALLS)
    const make = (made: number[]): HostTable => ({
      ...countingHost(made),
      snapshot: () => made.slice(),
      restore: state => void made.splice(0, made.length, ...(state as number[])),
    })
    const start = { gas: 100_000n, pages: PAGES }
    for (const at of [0, 2, 3, 50, 97, 300]) {
      const made: number[] = []
      const history = createHistory({ engine, program, start: { ...start, host: make(made) } })
      const others: number[] = []
      const plain = engine.instantiate(program, { ...start, host: countingHost(others) })
      plain.step(at)
      plain.regs[8] = 3n
      plain.run()
      if (at === 97) history.goto(60) // a checkpoint nearer than the start
      history.toEnd()
      for (let round = 0; round < 3; round++) {
        history.goto(at)
        history.edit(vm => {
          vm.regs[8] = 3n
        })
        history.toEnd()
        expect(stateOf(history.vm)).toBe(stateOf(plain))
        expect(made).toEqual(others)
      }
      plain.dispose()
      history.dispose()
    }
  })

  it('a call that nobody answers can be answered by hand, more than once', () => {
    const { program } = programOf('ecalli 9\nadd_imm_64 r8, r7, 1\necalli 9\nadd_imm_64 r9, r7, 1\ntrap')
    const history = createHistory({ engine, program, start: { gas: 100n } })
    for (const answer of [5n, 70n]) {
      history.goto(0)
      history.edit(() => undefined)
      expect(history.toEnd()).toMatchObject({ exit: Exit.Host, exitArg: 9, time: 1 })
      history.edit(vm => {
        vm.regs[7] = answer
      })
      expect(history.toEnd()).toMatchObject({ exit: Exit.Host, time: 3 })
      expect(history.vm.regs[8]).toBe(answer + 1n)
      history.goto(1)
      history.goto(3)
      history.edit(vm => {
        vm.regs[7] = answer + 10n
      })
      expect(history.toEnd()).toMatchObject({ exit: Exit.Panic, time: 5 })
      expect([history.vm.regs[8], history.vm.regs[9]]).toEqual([answer + 1n, answer + 11n])
      history.goto(2)
      history.goto(4)
      expect([history.vm.regs[9], history.calls.length]).toEqual([answer + 11n, 2])
    }
    history.dispose()
  })

  it('the stub of a node goes back with the run', () => {
    const bytes = readFileSync(join(import.meta.dirname, '../../examples/counter.jam'))
    const program = loadProgram(bytes)
    const stub = createJamStub()
    const args = Uint8Array.of(42, 0, 3)
    const start = { gas: 10_000n, args, entry: 'accumulate', host: stub.host } as const
    const history = createHistory({ engine, program, start })
    const end = history.toEnd()!.time
    const [first] = [...stub.storage.values()].map(value => value.slice())
    expect([stub.storage.size, stub.logs.length, end]).toEqual([1, 1, 109])
    const write = lastWrite(history, { address: 0x30000, length: 8 })!
    for (const time of [0, write.time, end]) {
      history.goto(time)
      history.edit(() => undefined)
      if (time === 0) expect(stub.storage.size).toBe(0)
      expect(history.toEnd()!.time).toBe(end)
      expect([...stub.storage.values()]).toEqual([first])
      expect(stub.logs).toHaveLength(1)
    }
    history.dispose()
  })

  it('a host that answers otherwise when it is asked again is not believed', () => {
    const { program } = programOf(CALLS)
    const made: number[] = []
    const host: HostTable = { ...countingHost(made), snapshot: () => 0, restore: () => undefined }
    const history = createHistory({ engine, program, start: { gas: 100_000n, pages: PAGES, host } })
    history.toEnd()
    history.goto(50)
    expect(() => history.edit(() => undefined)).toThrow(HistoryError)
    const broken: HostTable = {
      ...countingHost(),
      snapshot: () => {
        throw new Error('no snapshot')
      },
      restore: () => undefined,
    }
    expect(() => createHistory({ engine, program, start: { gas: 1n, pages: PAGES, host: broken } })).toThrow(
      'no snapshot',
    )
    history.dispose()
  })

  it('says so when the machine was changed by hand', () => {
    const { program } = programOf('@a: add_imm_64 r7, r7, 1\nbranch_lt_u_imm r7, 50, @a\ntrap')
    const history = createHistory({ engine, program, start: { gas: 1000n } })
    history.goto(100)
    history.goto(10)
    history.vm.regs[7] = 49n
    expect(() => history.goto(99)).toThrow(HistoryError)
    expect(history.time).toBe(10)
    history.dispose()
  })

  it('shows a stretch again, to the instruction', () => {
    const { program } = programOf(CALLS)
    const history = createHistory({ engine, program, start: { gas: 100_000n, pages: PAGES, host: countingHost() } })
    const times: number[] = []
    const calls: [number, number][] = []
    expect(
      history.scan(0, 30, {
        event: (_, time) => times.push(time) < 0,
        call: ({ index }, time) => calls.push([index, time]) < 0,
      }),
    ).toBe(true)
    expect(times).toEqual(Array.from({ length: 30 }, (_, i) => i))
    expect(calls.slice(0, 4)).toEqual([
      [0, 2],
      [1, 4],
      [2, 5],
      [3, 7],
    ])
    expect(history.scan(5, 25, { event: (_, time) => time === 8 })).toBe(false)
    expect([history.time, history.frontier]).toEqual([5, 30])
    history.toEnd()
    const { time } = history
    let last = -1
    expect(history.scan(100, 10 ** 9, { event: (_, at) => (last = at) < 0 })).toBe(false)
    expect([last, history.time]).toEqual([time - 1, time])
    expect(history.failedAt(time - 1)).toBe(true)
    history.dispose()
  })

  it('refuses what is no time, and options that are none', () => {
    const { program } = programOf('trap')
    const history = createHistory({ engine, program, start: { gas: 1n } })
    for (const time of [-1, 0.5, Number.NaN, 2n as unknown as number])
      expect(() => history.goto(time)).toThrow(RangeError)
    expect(() => createHistory({ engine, program, step: 1 } as never)).toThrow('step: no option')
    expect(() => createHistory({ program } as never)).toThrow('engine: expected an engine')
    expect(() => createHistory({ engine, program, maxBytes: -1 })).toThrow('maxBytes')
    expect(() => createHistory({ engine, program, start: { gas: -1n } })).toThrow('gas')
    history.dispose()
  })

  it('a host function that returns a promise ends the run: there is nobody to wait', () => {
    const { program } = programOf('ecalli 0\ntrap')
    const host: HostTable = { entry: () => ({ name: 'late', price: 0, call: async () => undefined }) }
    const history = createHistory({ engine, program, start: { gas: 10n, host } })
    history.toEnd()
    expect(history.end).toMatchObject({ exit: Exit.Panic, error: { message: expect.stringContaining('promise') } })
    history.dispose()
  })
})

describe.skipIf(vectors === undefined).each(ENGINES.filter(kind => kind !== 'reference'))(
  'a recorded service on %s',
  kind => {
    const engine = createEngine({ kind: kind as EngineKind })
    const trace = (): Trace => parseTrace(readFileSync(join(vectors!, 'traces', 'trace-001.log'), 'utf8'))

    it('is gone through in both directions', () => {
      const { history, departure } = historyOfTrace(trace(), { engine })
      history.toEnd()
      expect(history.end).toMatchObject({ exit: Exit.Halt })
      expect(history.calls).toHaveLength(66)
      const end = history.time
      const random = new Random(3)
      const times = Array.from({ length: 60 }, () => random.below(end)).sort((a, b) => a - b)
      const plain = historyOfTrace(trace(), { engine: createEngine({ kind: 'interpreter' }) }).history
      const states = times.map(time => {
        plain.goto(time)
        return [time, stateOf(plain.vm)] as const
      })
      for (let i = 0; i < 200; i++) {
        const [time, state] = states[random.below(states.length)]!
        history.goto(time + random.below(2000))
        history.goto(time)
        expect(stateOf(history.vm) === state).toBe(true)
      }
      expect(departure()).toBeUndefined()
      plain.dispose()
      history.dispose()
    }, 60_000)

    it('nobody answers another call than the one recorded, and other gas is noted', () => {
      const recorded = trace()
      const calls = recorded.calls.map((call, i) =>
        i === 3 ? { ...call, index: 77n } : i === 1 ? { ...call, gas: call.gas + 1n } : call,
      )
      const { history, departure } = historyOfTrace({ ...recorded, calls }, { engine })
      history.toEnd()
      expect(history.end!.exit).toBe(Exit.Host)
      expect(history.vm.pc).toBe(recorded.calls[3]!.pc)
      expect(departure()).toMatchObject({ call: 1, line: recorded.calls[1]!.line, fields: [{ name: 'gas' }] })
      history.dispose()
    })
  },
)
