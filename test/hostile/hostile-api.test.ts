// Wrong use of the interface has a defined outcome on every engine: a TypeError or RangeError that names the argument, and a
// machine that is as it was. Not guests: hostile-guest.test.ts.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import {
  Access,
  availableEngines,
  createEngine,
  type Engine,
  Exit,
  exitName,
  HostAction,
  HostCallError,
  type HostFunction,
  type HostTable,
  loadProgram,
  OK,
  OOB,
  profile,
  type StartOptions,
  type Vm,
} from '../../src/index.ts'

const BYTES = assemble(
  '.stack 4096\n.rw\n.u64 5\n.code\nload_imm r7, 9\necalli 1\nadd_imm_64 r7, r7, 1\njump_ind r0',
).bytes
const PROGRAM = loadProgram(BYTES)
const STACK = 0xfefdf000
const HOSTILE_NUMBERS = [Number.NaN, -1, 0.5, 2 ** 32, 2 ** 53, -(2 ** 31), Number.POSITIVE_INFINITY, Number.MIN_VALUE]
const NO_NUMBERS: unknown[] = [undefined, null, '1', 1n, {}, [], true, Symbol.iterator]

function hostOf(call: HostFunction, price: unknown = 0): HostTable {
  return { entry: index => (index === 1 ? { name: 'test', price: price as number, call } : undefined) }
}

/** Passes anything as what the type asks for. */
function any<T>(value: unknown): T {
  return value as T
}

function thrownBy(action: () => unknown): { name: string; message: string } {
  try {
    action()
  } catch (error) {
    return { name: (error as Error).name, message: (error as Error).message }
  }
  return { name: 'nothing', message: 'nothing was thrown' }
}

/** That it throws a TypeError or RangeError whose message begins with the argument's name. */
function expectRefused(name: string, action: () => unknown, what: unknown = ''): void {
  const thrown = thrownBy(action)
  expect(thrown.name, `${what} ${thrown.message}`).toMatch(/^(TypeError|RangeError)$/)
  expect(thrown.message).toMatch(new RegExp(`^${name}\\b`))
}

function stateOf(vm: Vm): unknown {
  return [vm.pc, vm.gas, vm.gasUsed, vm.heapEnd, vm.exit, vm.exitArg, [...vm.regs], vm.memory.pages()]
}

describe('making things', () => {
  it('an engine that does not exist is refused, names of Object.prototype too', () => {
    for (const kind of ['fast', '', 'constructor', '__proto__', 'toString', 7, {}]) {
      expectRefused('kind', () => createEngine({ kind: any(kind) }))
    }
    for (const options of [null, 7, 'reference']) expectRefused('options', () => createEngine(any(options)))
  })

  it('a program that is no bytes, a profile and a container that do not exist are refused', () => {
    for (const bytes of [undefined, null, 'text', [1, 2], new Uint16Array(4), new ArrayBuffer(8)]) {
      expectRefused('bytes', () => loadProgram(any(bytes)))
    }
    for (const name of ['gp-0.1', 'constructor', '__proto__', null, 7]) {
      expectRefused('profile', () => profile(any(name)))
      if (name !== null) expectRefused('profile', () => loadProgram(BYTES, { profile: any(name) }))
    }
    for (const kind of ['elf', 'constructor', 7]) {
      expectRefused('kind', () => loadProgram(BYTES, { kind: any(kind) }))
    }
    for (const options of [null, 7]) expectRefused('options', () => loadProgram(BYTES, any(options)))
  })
})

function startOptionsSuite(engine: Engine): void {
  const refused: [name: string, options: unknown][] = [
    ['options', null],
    ['options', 7],
    ...[...HOSTILE_NUMBERS, '5', null, {}, 'main', 'constructor'].map(
      entry => ['entry', { entry }] as [string, unknown],
    ),
    ...[5, '5', null, -1n, 2n ** 63n, 2n ** 64n].map(gas => ['gas', { gas }] as [string, unknown]),
    ...[7, null, [1], [null], { length: 14 }, { length: -1 }, { length: 2 ** 31 }, new Array(14).fill(0n)].map(
      regs => ['regs', { regs }] as [string, unknown],
    ),
    ...['text', null, [1], new Uint16Array(3), new Uint8Array(2 ** 24 + 1)].map(
      args => ['args', { args }] as [string, unknown],
    ),
    ...[7, null, [null], [7], 'pages'].map(pages => ['pages', { pages }] as [string, unknown]),
    ...HOSTILE_NUMBERS.map(
      address => ['pages', { pages: [{ address, length: 4096, access: 1 }] }] as [string, unknown],
    ),
    ...[...HOSTILE_NUMBERS, 1, 4095].map(
      length => ['pages', { pages: [{ address: 4096, length, access: 1 }] }] as [string, unknown],
    ),
    ['pages', { pages: [{ address: 1, length: 4096, access: 1 }] }],
    ['pages', { pages: [{ address: 2 ** 32 - 4096, length: 8192, access: 1 }] }],
    ...[2, 4, -1, Number.NaN, null, '1'].map(
      access => ['access', { pages: [{ address: 0, length: 4096, access }] }] as [string, unknown],
    ),
    ...[7, null, [null]].map(memory => ['memory', { memory }] as [string, unknown]),
    ...HOSTILE_NUMBERS.map(
      address => ['memory', { memory: [{ address, bytes: new Uint8Array(1) }] }] as [string, unknown],
    ),
    ['memory', { memory: [{ address: STACK, bytes: [1, 2] }] }],
    ['memory', { memory: [{ address: 0x1000, bytes: new Uint8Array(1) }] }],
    ['memory', { memory: [{ address: 2 ** 32 - 1, bytes: new Uint8Array(2) }] }],
    ['heap', { heap: null }],
    ['heap', { heap: 7 }],
    ...HOSTILE_NUMBERS.map(start => ['heap', { heap: { start, limit: 2 ** 32 } }] as [string, unknown]),
    ...[Number.NaN, -1, 2 ** 32 + 1, 4095].map(
      limit => ['heap', { heap: { start: 4096, limit } }] as [string, unknown],
    ),
    ...[null, 7, {}, { entry: 1 }].map(host => ['host', { host }] as [string, unknown]),
    ...['ignore', null, 7].map(hostErrors => ['hostErrors', { hostErrors }] as [string, unknown]),
  ]

  it('wrong start options are refused by name, by instantiate and by reset, which changes nothing', () => {
    const vm = engine.instantiate(PROGRAM, { gas: 77n, args: new Uint8Array([1, 2, 3]) })
    vm.step(1)
    const before = stateOf(vm)
    for (const wrong of refused) {
      const [name, options] = wrong
      expectRefused(
        name,
        () => engine.instantiate(PROGRAM, options as StartOptions),
        `option ${refused.indexOf(wrong)}`,
      )
      const unmapped =
        name === 'memory' && /0x1000|4096|4294967295/.test(thrownBy(() => vm.reset(any(options))).message)
      if (unmapped) vm.reset({ gas: 77n, args: new Uint8Array([1, 2, 3]) })
      else expectRefused(name, () => vm.reset(any(options)))
      if (unmapped) vm.step(1)
      expect(stateOf(vm)).toEqual(before)
    }
    vm.dispose()
  })

  it('a program that was not loaded is refused', () => {
    for (const program of [undefined, null, {}, new Uint8Array(4), 'code']) {
      expectRefused('program', () => engine.instantiate(any(program)))
    }
  })
}

function machineSuite(engine: Engine): void {
  const make = (options: StartOptions = {}): Vm => engine.instantiate(PROGRAM, { gas: 1000n, ...options })

  it('nonsense written to pc, gas, heapEnd, tracer and regs is refused and changes nothing', () => {
    const vm = make()
    vm.step(1)
    const before = stateOf(vm)
    for (const value of [...HOSTILE_NUMBERS, ...NO_NUMBERS]) {
      expectRefused('pc', () => void (vm.pc = any(value)))
      expectRefused('heapEnd', () => void (vm.heapEnd = any(value)))
    }
    for (const value of [undefined, null, 5, Number.NaN, '5', 2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n]) {
      expectRefused('gas', () => void (vm.gas = any(value)))
    }
    for (const value of [null, 7, 'log', {}]) expectRefused('tracer', () => void (vm.tracer = any(value)))
    expect(() => void (vm.regs[3] = any(5))).toThrow(TypeError)
    expect(stateOf(vm)).toEqual(before)
    vm.dispose()
  })

  it('the ends of what pc, gas and heapEnd take are taken', () => {
    const vm = make()
    for (const end of [0, 2 ** 32 - 1]) {
      vm.pc = end
      vm.heapEnd = end
      expect([vm.pc, vm.heapEnd]).toEqual([end, end])
    }
    for (const gas of [2n ** 63n - 1n, -(2n ** 63n), 0n]) {
      vm.gas = gas
      expect(vm.gas).toBe(gas)
    }
    vm.dispose()
  })

  it('a pc without instruction is a panic of the guest, wherever it points', () => {
    for (const pc of [1, PROGRAM.code.length, PROGRAM.code.length + 1, 2 ** 31, 2 ** 32 - 1]) {
      const vm = make()
      vm.pc = pc
      expect(exitName(vm.run()), `pc ${pc}`).toBe('panic')
      vm.dispose()
    }
  })

  it('chargeGas takes whole amounts only', () => {
    const vm = make()
    for (const amount of [-1, -1n, 0.5, Number.NaN, Number.POSITIVE_INFINITY, undefined, null, '1', {}]) {
      expectRefused('amount', () => vm.chargeGas(any(amount)))
    }
    expect(vm.gas).toBe(1000n)
    expect(vm.chargeGas(2n ** 64n)).toBe(false)
    expect(vm.gas).toBe(0n)
    vm.dispose()
  })

  it('step takes whole counts only, switchTo engines only', () => {
    const vm = make()
    for (const count of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, null, '1', 1n, {}]) {
      expectRefused('count', () => vm.step(any(count)))
    }
    for (const kind of ['fast', 'constructor', '__proto__', undefined, null, 7]) {
      expectRefused('kind', () => vm.switchTo(any(kind)))
    }
    expect(vm.step(0)).toBe(Exit.Step)
    expect(vm.pc).toBe(0)
    expect(vm.kind).toBe(engine.kind)
    vm.dispose()
  })

  it('after dispose every use is a TypeError, dispose again is fine', () => {
    const vm = make()
    const { memory } = vm
    vm.dispose()
    vm.dispose()
    const uses: (() => unknown)[] = [
      () => vm.run(),
      () => vm.step(),
      () => vm.reset(),
      () => vm.switchTo('reference'),
      () => vm.regs,
      () => vm.regs32,
      () => vm.memory,
      () => vm.pc,
      () => (vm.pc = 0),
      () => vm.paperPc,
      () => vm.gas,
      () => (vm.gas = 0n),
      () => vm.gasUsed,
      () => vm.chargeGas(1),
      () => vm.charged,
      () => (vm.charged = true),
      () => vm.heapEnd,
      () => (vm.heapEnd = 0),
      () => vm.exit,
      () => vm.exitArg,
      () => vm.hostError,
      () => vm.tracer,
      () => (vm.tracer = undefined),
      () => memory.read(STACK, new Uint8Array(4)),
      () => memory.readU8(STACK),
      () => memory.readU64(STACK),
      () => memory.write(STACK, new Uint8Array(4)),
      () => memory.writeU32(STACK, 1),
      () => memory.writeU64(STACK, 1n),
      () => memory.load(STACK, new Uint8Array(4)),
      () => memory.view(STACK, 4),
      () => memory.readable(STACK, 4),
      () => memory.writable(STACK, 4),
      () => memory.access(0),
      () => memory.protect(0, 1, Access.Write),
      () => memory.zero(0, 1),
      () => memory.pages(),
    ]
    for (const use of uses) expect(use, use.toString()).toThrow(TypeError)
  })
}

function memorySuite(engine: Engine): void {
  it('ranges that are no ranges are out of bounds, and nothing is read or written', () => {
    const vm = engine.instantiate(PROGRAM)
    const { memory } = vm
    const into = new Uint8Array(8).fill(0xaa)
    for (const address of [
      Number.NaN,
      -1,
      -(2 ** 31),
      2 ** 32,
      2 ** 32 - 7,
      2 ** 53,
      Number.POSITIVE_INFINITY,
      0xffff,
    ]) {
      const at = `address ${address}`
      expect(memory.read(address, into), at).toBe(OOB)
      expect(memory.write(address, into), at).toBe(OOB)
      expect(memory.load(address, into), at).toBe(OOB)
      expect(memory.view(address, 8), at).toBeUndefined()
      expect(memory.readable(address, 8), at).toBe(false)
      expect(memory.writable(address, 8), at).toBe(false)
      expect(memory.readU64(address), at).toBe(-1n)
      expect(memory.writeU64(address, 1n), at).toBe(OOB)
    }
    for (const address of [Number.NaN, -1, 0.5, STACK + 0.5, 2 ** 32, 2 ** 32 + STACK, Number.POSITIVE_INFINITY]) {
      const at = `address ${address}`
      expect([memory.readU8(address), memory.readU16(address), memory.readU32(address)], at).toEqual([OOB, OOB, OOB])
      const written = [memory.writeU8(address, 1), memory.writeU16(address, 1), memory.writeU32(address, 1)]
      expect(written, at).toEqual([OOB, OOB, OOB])
      expect(memory.read(address, into.subarray(0, 1)), at).toBe(OOB)
    }
    for (const length of [-1, Number.NaN, 0.5, 2 ** 32, Number.POSITIVE_INFINITY]) {
      expect(memory.readable(STACK, length), `length ${length}`).toBe(false)
      expect(memory.writable(STACK, length), `length ${length}`).toBe(false)
      expect(memory.view(STACK, length), `length ${length}`).toBeUndefined()
    }
    expect([...into]).toEqual(new Array(8).fill(0xaa))
    expect(memory.readU64(STACK)).toBe(0n)
    vm.dispose()
  })

  it('nothing at all succeeds everywhere', () => {
    const vm = engine.instantiate(PROGRAM)
    const none = new Uint8Array(0)
    for (const address of [0, STACK, 2 ** 32 - 1, 2 ** 32]) {
      expect(vm.memory.read(address, none)).toBe(OK)
      expect(vm.memory.write(address, none)).toBe(OK)
      expect(vm.memory.load(address, none)).toBe(OK)
      expect(vm.memory.readable(address, 0)).toBe(true)
    }
    vm.dispose()
  })

  it('what is no byte array, no bigint, no page, no right is refused by name', () => {
    const vm = engine.instantiate(PROGRAM)
    const { memory } = vm
    for (const bytes of [undefined, null, 'text', [1], 5, new Uint16Array(1), { length: 4 }]) {
      expectRefused('into', () => memory.read(STACK, any(bytes)))
      expectRefused('bytes', () => memory.write(STACK, any(bytes)))
      expectRefused('bytes', () => memory.load(STACK, any(bytes)))
    }
    for (const value of [5, '5', null, undefined]) expectRefused('value', () => memory.writeU64(STACK, any(value)))
    for (const page of [-1, 0.5, Number.NaN, 2 ** 20 + 1, 2 ** 32, undefined, '1']) {
      expectRefused('page', () => memory.protect(any(page), 1, Access.Write))
      expectRefused('page', () => memory.zero(any(page), 1))
      expect(memory.access(any(page))).toBe(Access.None)
    }
    for (const count of [-1, 0.5, Number.NaN, 2 ** 20 + 1, undefined, '1']) {
      expectRefused('count', () => memory.protect(0, any(count), Access.Write))
      expectRefused('count', () => memory.zero(0, any(count)))
    }
    for (const access of [2, 4, -1, Number.NaN, undefined, '1', 'write']) {
      expectRefused('access', () => memory.protect(0, 1, any(access)))
    }
    expect(memory.access(0)).toBe(Access.None)
    vm.dispose()
  })
}

function hostSuite(engine: Engine): void {
  const make = (host: HostTable, options: StartOptions = {}): Vm =>
    engine.instantiate(PROGRAM, { gas: 1000n, host, ...options })

  it('what a host function may not answer, and what is no host function, panics as HostCallError', () => {
    const tables: HostTable[] = [
      ...[6, -1, 0.5, 'halt', null, {}, 0n].map(answer => hostOf(() => any(answer))),
      ...[-1, 0.5, Number.NaN, '5', null, () => -1, () => 'x'].map(price => hostOf(() => {}, price)),
      ...[null, 7, {}, { price: 0 }, { price: 0, call: 7 }].map(entry => ({ entry: () => any<undefined>(entry) })),
      {
        entry() {
          throw new Error('the table is broken')
        },
      },
    ]
    tables.forEach((host, index) => {
      const vm = make(host)
      expect(() => vm.run(), `table ${index}`).toThrow(HostCallError)
      expect([vm.exit, vm.pc, vm.regs[7]], `table ${index}`).toEqual([Exit.Panic, 3, 9n])
      const kept = make(host, { hostErrors: 'panic' })
      expect(kept.run(), `table ${index}`).toBe(Exit.Panic)
      expect(kept.hostError, `table ${index}`).toBeInstanceOf(Error)
      vm.dispose()
      kept.dispose()
    })
  })

  it('whatever is thrown is the cause, no error at all too', () => {
    for (const cause of [
      undefined,
      null,
      'text',
      7,
      new Error('x'),
      { toString: () => any<string>(7) },
      Object.create(null),
    ]) {
      const vm = make(
        hostOf(() => {
          throw cause
        }),
      )
      try {
        vm.run()
        expect.unreachable()
      } catch (error) {
        expect(error).toBeInstanceOf(HostCallError)
        expect((error as HostCallError).cause).toBe(cause)
      }
      expect(vm.exit).toBe(Exit.Panic)
      vm.dispose()
    }
  })

  it('machines inside host functions inside machines: as deep as the stack of the host goes, then a HostCallError', () => {
    let deepest = 0
    const nest = (depth: number): HostTable =>
      hostOf(() => {
        deepest = Math.max(deepest, depth)
        if (depth > 60) throw new Error('deep enough')
        const inner = make(nest(depth + 1))
        try {
          inner.run()
        } finally {
          inner.dispose()
        }
      })
    const vm = make(nest(0))
    expect(() => vm.run()).toThrow(HostCallError)
    expect(deepest).toBe(61)
    vm.dispose()
    const after = make(hostOf(() => {}))
    expect(after.run()).toBe(Exit.Halt)
    after.dispose()
  })

  it("a host function that recurses without end overflows the host's stack, is a HostCallError, and the machine is whole", () => {
    const forever = (): number => forever() + 1
    const vm = make(hostOf(() => void forever()))
    expect(() => vm.run()).toThrow(HostCallError)
    expect([vm.exit, vm.regs[7]]).toEqual([Exit.Panic, 9n])
    vm.reset({ gas: 1000n, host: hostOf(() => HostAction.Halt) })
    expect(vm.run()).toBe(Exit.Halt)
    vm.dispose()
  })

  it('dispose inside a host function, then using the machine there: TypeErrors, and run ends', () => {
    const seen: string[] = []
    const vm = make(
      hostOf(machine => {
        machine.dispose()
        for (const use of [() => machine.run(), () => machine.reset(), () => machine.step(1)]) {
          seen.push(thrownBy(use).name)
        }
      }),
    )
    vm.run()
    expect(seen).toEqual(['TypeError', 'TypeError', 'TypeError'])
    expect(() => vm.regs).toThrow(TypeError)
  })

  it('a tracer that throws ends the run with its error; the machine goes on from there and ends as without', () => {
    const plain = make(hostOf(() => {}))
    plain.run()
    const vm = make(hostOf(() => {}))
    let calls = 0
    vm.tracer = () => {
      calls += 1
      throw new Error(`tracer ${calls}`)
    }
    expect(() => vm.run()).toThrow('tracer 1')
    expect(() => vm.run()).toThrow('tracer 2')
    vm.tracer = undefined
    expect(vm.run()).toBe(Exit.Halt)
    expect(stateOf(vm)).toEqual(stateOf(plain))
    vm.dispose()
    plain.dispose()
  })

  it('a host function that writes nonsense to the machine gets the error, and may go on', () => {
    const names: string[] = []
    const vm = make(
      hostOf(machine => {
        names.push(thrownBy(() => (machine.pc = -1)).name, thrownBy(() => (machine.gas = 2n ** 70n)).name)
        names.push(thrownBy(() => machine.memory.protect(-1, 1, 1)).name)
      }),
    )
    expect(vm.run()).toBe(Exit.Halt)
    expect(names).toEqual(['RangeError', 'RangeError', 'RangeError'])
    expect(vm.regs[7]).toBe(10n)
    vm.dispose()
  })
}

describe.each(availableEngines())('misuse on %s', kind => {
  const engine = createEngine({ kind })
  describe('start options', () => startOptionsSuite(engine))
  describe('machine', () => machineSuite(engine))
  describe('memory', () => memorySuite(engine))
  describe('host functions', () => hostSuite(engine))
})
