// coulis/tsjam on the shared vectors, the recorded runs and the edges of the interface, as tsjam drives it. tsjam itself is not
// published: the shape of its values is made here.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { type ProgramParts, parseProgramBlob } from '../../src/blob/raw.ts'
import {
  createTsjam,
  TsjamAccess,
  type TsjamDump,
  type TsjamMemory,
  type TsjamProgram,
} from '../../src/compat/tsjam.ts'
import { objectOf, parseJson, registersOf, stringOf } from '../../src/conform/json.ts'
import { vectorBytes, vectorStart } from '../../src/conform/vector.ts'
import { loadProgram } from '../../src/index.ts'
import { parseTrace, type Trace } from '../../src/trace/index.ts'
import { vectors } from '../vectors.ts'
import { hex } from './client.ts'

const ENGINES = ['reference', 'interpreter', 'auto'] as const
const W3F = vectors && join(vectors, 'w3f-pvm')
const TRACES = vectors && join(vectors, 'traces')

/** Reasons as texts. */
const exits = {
  halt: () => 'halt',
  panic: () => 'panic',
  outOfGas: () => 'out-of-gas',
  hostCall: (index: number) => `host ${index}`,
  pageFault: (address: number) => `page-fault ${address}`,
}

class Register {
  value: bigint
  constructor(value = 0n) {
    this.value = value
  }
}

function registers(values: readonly bigint[] = []): { elements: Register[] } {
  return { elements: Array.from({ length: 13 }, (_, i) => new Register(values[i] ?? 0n)) }
}

function partsAsTheirs({ code, bitmask, jumpTable, jumpTableEntrySize }: ProgramParts): TsjamProgram {
  const k = Array.from(code, (_, i) => (bitmask[i >>> 3]! >> (i & 7)) & 1)
  return { j: [...jumpTable], z: jumpTableEntrySize, c: code, k }
}

function programOf(text: string): TsjamProgram {
  return partsAsTheirs(parseProgramBlob(assemble(text, { format: 'raw' }).bytes))
}

const EMPTY: TsjamDump = { pages: new Map(), heap: { start: 0, end: 0, pointer: 0 } }

function dumpOf(
  regions: readonly { address: number; length: number; access: number; data: Uint8Array }[],
  pointer = 0,
): TsjamDump {
  const pages = new Map<number, { acl: number; data: Uint8Array }>()
  for (const { address, length, access, data } of regions) {
    for (let at = 0; at < length; at += 4096) {
      const page = pages.get((address + at) / 4096)?.data ?? new Uint8Array(4096)
      page.set(data.subarray(at, at + 4096))
      pages.set((address + at) / 4096, { acl: access === 3 ? TsjamAccess.Write : TsjamAccess.Read, data: page })
    }
  }
  return { pages, heap: { start: pointer, end: pointer, pointer } }
}

const logger = (): void => {}

function build(
  engine: (typeof ENGINES)[number],
  text: string,
  dump = EMPTY,
  gas = 1000n,
  regs = registers(),
): ReturnType<ReturnType<typeof createTsjam<string>>['buildPVM']> {
  const tsjam = createTsjam({ exits, engine })
  return tsjam.buildPVM({ mem: tsjam.buildMemory(dump), regs, gas, pc: 0, program: programOf(text), logger })
}

function bytesOf(memory: TsjamMemory, address: number, length: number): string {
  const into = new Uint8Array(length)
  memory.readInto(address, into)
  return hex(into)
}

describe.skipIf(vectors === undefined)('tsjam: shared vectors', () => {
  const implementations = ENGINES.map(engine => createTsjam({ exits, engine }))

  it('end as they say on every engine', () => {
    const names = readdirSync(W3F!, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.json'))
    let count = 0
    for (const name of names) {
      const json = objectOf(parseJson(readFileSync(join(W3F!, name), 'utf8')), name)
      if (json.program === undefined) continue
      count += 1
      const { entry, gas, regs = [], pages = [], memory = [] } = vectorStart(json)
      const program = partsAsTheirs(parseProgramBlob(vectorBytes(json)))
      const seen = implementations.map(tsjam => {
        const dump = dumpOf(pages.map(page => ({ ...page, data: new Uint8Array(page.length) })))
        const mem = tsjam.buildMemory(dump)
        for (const { address, bytes } of memory) mem.writeAt(address, bytes)
        const objects = registers(Array.from(regs))
        const pvm = tsjam.buildPVM({ mem, regs: objects, gas, pc: entry as number, program, logger })
        const status = pvm.run()
        const values = objects.elements.map(({ value }) => value)
        return {
          status,
          values,
          pc: pvm.pc,
          gas: pvm.gas,
          memory: pages.map(page => bytesOf(mem, page.address, page.length)),
        }
      })
      expect(seen[1], name).toEqual(seen[0])
      expect(seen[2], name).toEqual(seen[0])
      expect(seen[0]!.status.split(' ')[0], name).toBe(stringOf(json['expected-status'], 'status').split(' ')[0])
      const expected = json['expected-regs-hex'] ?? json['expected-regs']
      if (expected !== undefined) expect(seen[0]!.values, name).toEqual(registersOf(expected, 'expected-regs'))
    }
    expect(count).toBeGreaterThanOrEqual(311)
  })

  it.each(ENGINES)('recorded runs replay on %s, new register objects at every call', engine => {
    const tsjam = createTsjam({ exits, engine })
    const files = readdirSync(TRACES!).filter(name => name.endsWith('.log'))
    expect(files.length).toBeGreaterThanOrEqual(32)
    for (const name of files) replay(parseTrace(readFileSync(join(TRACES!, name), 'utf8')), name)

    function replay(trace: Trace, name: string): void {
      const program = loadProgram(trace.program, { kind: 'jam' })
      const { layout, parts } = program
      const args = trace.initial[0]?.bytes ?? new Uint8Array(0)
      const length = Math.ceil(args.length / 4096) * 4096
      const regions = [...layout.regions, { address: layout.argumentsAddress, length, access: 1, data: args }]
      const mem = tsjam.buildMemory(dumpOf(regions, layout.heapStart))
      const objects = registers([...trace.start.regs])
      const { pc, gas } = trace.start
      const pvm = tsjam.buildPVM({ mem, regs: objects, gas, pc, program: partsAsTheirs(parts), logger })
      for (const call of trace.calls) {
        expect(pvm.run(), name).toBe(`host ${call.index}`)
        const behind = pvm.pc
        expect(behind).toBe(program.next(call.pc))
        expect(pvm.gas).toBe(call.gas)
        expect(objects.elements.map(({ value }) => value)).toEqual([...call.regs])
        for (const { address, bytes } of call.reads) expect(bytesOf(mem, address, bytes.length)).toBe(hex(bytes))
        for (const { address, bytes } of call.writes) {
          expect(mem.canWrite(address, bytes.length)).toBe(true)
          mem.writeAt(address, bytes)
        }
        for (const { register, value } of call.registers) objects.elements[register] = new Register(value)
        if (call.gasAfter !== undefined) pvm.gas = call.gasAfter
        pvm.pc = behind
      }
      expect(pvm.run(), name).toBe({ HALT: 'halt', PANIC: 'panic', OOG: 'out-of-gas' }[trace.end.kind])
      expect([pvm.pc, pvm.gas]).toEqual([trace.end.pc, trace.end.gas])
      expect(objects.elements.map(({ value }) => value)).toEqual([...trace.end.regs])
    }
  })
})

describe.each(ENGINES)('tsjam: the machine on %s', engine => {
  it('is behind the ecalli at a host call, goes on there, and jumps where pc is set', () => {
    const pvm = build(engine, 'ecalli 7\n load_imm r7, 1\n ecalli -1\n trap')
    expect([pvm.run(), pvm.pc]).toEqual(['host 7', 2])
    pvm.pc = 2
    expect([pvm.run(), pvm.pc]).toEqual(['host 4294967295', 7])
    pvm.pc = 0
    expect([pvm.pc, pvm.run(), pvm.pc]).toEqual([0, 'host 7', 2])
    pvm.pc = 1
    expect([pvm.run(), pvm.run()]).toEqual(['panic', 'panic'])
    pvm.pc = 2
    expect(pvm.run()).toBe('host 4294967295')
  })

  it('reads and writes the register objects it was given, and those that take their places', () => {
    const objects = registers([5n])
    const pvm = build(
      engine,
      'add_imm_64 r1, r0, 1\n ecalli 1\n add_64 r2, r0, r1\n ecalli 2\n trap',
      EMPTY,
      100n,
      objects,
    )
    expect(pvm.registers).toBe(objects)
    pvm.run()
    expect(objects.elements[1]!.value).toBe(6n)
    objects.elements[0]!.value = 100n
    objects.elements[1] = new Register(2n ** 64n - 1n)
    pvm.run()
    expect(objects.elements.map(({ value }) => value).slice(0, 3)).toEqual([100n, 2n ** 64n - 1n, 99n])
    expect(Object.keys(objects.elements[0]!)).toEqual(['value'])
    pvm.deinit()
    expect(objects.elements[2]!.value).toBe(99n)
  })

  it('counts gas up to 2^64 - 1, and below 0 what was taken too much', () => {
    const pvm = build(engine, 'load_imm r7, 1\n ecalli 1\n load_imm r7, 1\n trap', EMPTY, 2n ** 64n - 1n)
    pvm.run()
    expect(pvm.gas).toBe(2n ** 64n - 3n)
    pvm.gas = -5n
    expect(pvm.gas).toBe(-5n)
    expect(pvm.run()).toBe('out-of-gas')
    pvm.gas = 10n
    expect([pvm.run(), pvm.gas]).toEqual(['panic', 8n])
  })

  it('writes instructions to the logger where that is asked for', () => {
    const lines: string[] = []
    const tsjam = createTsjam({ exits, engine })
    const config = {
      regs: registers(),
      gas: 10n,
      pc: 0,
      program: programOf('load_imm r7, 1\n trap'),
      logger: (line: string) => lines.push(line),
    }
    const pvm = tsjam.buildPVM({ ...config, mem: tsjam.buildMemory(EMPTY) })
    pvm.set_debug(true)
    pvm.run()
    expect(lines.length).toBe(2)
    expect(lines[0]).toContain('load_imm')
  })

  it('refuses misuse by name', () => {
    const tsjam = createTsjam({ exits, engine })
    const mem = tsjam.buildMemory(EMPTY)
    const config = { mem, regs: registers(), gas: 1n, pc: 0, program: programOf('trap'), logger }
    expect(() => tsjam.buildPVM({ ...config, program: { j: [], z: 0, c: Uint8Array.of(0), k: [] } })).toThrow(
      /^program: /,
    )
    expect(() => tsjam.buildPVM({ ...config, mem: {} as never })).toThrow(/^mem: /)
    expect(() => tsjam.buildPVM({ ...config, gas: 2n ** 64n })).toThrow(/^gas: /)
    expect(() => tsjam.buildPVM({ ...config, regs: { elements: [new Register()] } })).toThrow(/^regs: 1/)
    expect(() =>
      tsjam.buildMemory({ ...EMPTY, pages: new Map([[2 ** 20, { acl: 0, data: new Uint8Array(1) }]]) }),
    ).toThrow(/^page: /)
    expect(() => mem.upsertACL(16, 3)).toThrow(/^kind: /)
    const pvm = tsjam.buildPVM(config)
    pvm.deinit()
    pvm.deinit()
    expect(() => pvm.run()).toThrow(TypeError)
    expect([pvm.pc, pvm.gas]).toEqual([0, 1n])
  })
})

describe.each(ENGINES)('tsjam: memory on %s', engine => {
  const text = 'load_u8 r7, [0x20000]\n store_imm_u8 [0x20001], 9\n ecalli 1\n trap'
  const page = (access: number, ...data: number[]) => ({
    address: 0x20000,
    length: 4096,
    access,
    data: Uint8Array.from(data),
  })

  it('answers alike before a machine, with one and after it', () => {
    const tsjam = createTsjam({ exits, engine })
    const mem = tsjam.buildMemory(
      dumpOf([page(3, 1, 2), { address: 0x21000, length: 4096, access: 1, data: Uint8Array.of(3) }]),
    )
    const look = (): unknown[] => [
      [0x20000, 0x20fff, 0x21000, 0x22000, 0xfffff000].map(at => [mem.canRead(at, 2), mem.canWrite(at, 2)]),
      mem.firstUnreadable(0x20ffe, 8192),
      mem.firstUnwriteable(0x20ffe, 4),
      mem.firstUnwriteable(0x20000, 0),
      mem.firstUnreadable(0xffffffff, 2),
      bytesOf(mem, 0x20ffe, 4),
      bytesOf(mem, 0x20000, 2),
    ]
    const before = look()
    expect(before.slice(1)).toEqual([0x22000, 0x21000, undefined, 0xfffff000, '00000300', '0102'])
    const pvm = tsjam.buildPVM({
      mem,
      regs: registers(),
      gas: 9n,
      pc: 0,
      program: programOf('ecalli 1\n trap'),
      logger,
    })
    pvm.run()
    expect(look()).toEqual(before)
    pvm.deinit()
    expect(look()).toEqual(before)
  })

  it('is given from machine to machine, with rights and contents, as inner machines do', () => {
    const tsjam = createTsjam({ exits, engine })
    const mem = tsjam.buildMemory(EMPTY)
    const config = { mem, gas: 100n, pc: 0, program: programOf(text), logger }
    const first = registers()
    expect(tsjam.buildPVM({ ...config, regs: first }).run()).toBe('page-fault 131072')
    mem.upsertACL(0x20, TsjamAccess.Write)
    mem.writeAt(0x20000, Uint8Array.of(42))
    const second = registers()
    const pvm = tsjam.buildPVM({ ...config, regs: second })
    expect([pvm.run(), second.elements[7]!.value, bytesOf(mem, 0x20000, 2)]).toEqual(['host 1', 42n, '2a09'])
    mem.upsertACL(0x20, TsjamAccess.Read)
    expect(tsjam.buildPVM({ ...config, regs: registers() }).run()).toBe('panic')
    expect(bytesOf(mem, 0x20000, 2)).toBe('2a09')
    mem.upsertACL(0x20, TsjamAccess.Null)
    expect(mem.canRead(0x20000, 1)).toBe(false)
    mem.upsertACL(0x20, TsjamAccess.Write)
    expect(bytesOf(mem, 0x20000, 2)).toBe('0000')
    expect(second.elements[7]!.value).toBe(42n)
    expect(() => pvm.run()).toThrow(TypeError)
  })

  it('is copied: neither side sees what the other writes', () => {
    const tsjam = createTsjam({ exits, engine })
    const mem = tsjam.buildMemory(dumpOf([page(3, 1)]))
    const early = mem.clone()
    const pvm = tsjam.buildPVM({ mem, regs: registers(), gas: 9n, pc: 0, program: programOf(text), logger })
    pvm.run()
    const late = mem.clone()
    mem.writeAt(0x20000, Uint8Array.of(5))
    late.writeAt(0x20002, Uint8Array.of(6))
    late.upsertACL(0x20, TsjamAccess.Read)
    expect([mem, early, late].map(it => bytesOf(it, 0x20000, 3))).toEqual(['050900', '010000', '010906'])
    expect([mem, early, late].map(it => it.canWrite(0x20000, 1))).toEqual([true, true, false])
  })

  it('is still there after the end, when other machines have been built', () => {
    const tsjam = createTsjam({ exits, engine })
    const results = Array.from({ length: 40 }, (_, i) => {
      const mem = tsjam.buildMemory(dumpOf([page(3, i)]))
      const regs = registers([0xffff0000n])
      const pvm = tsjam.buildPVM({
        mem,
        regs,
        gas: 9n,
        pc: 0,
        program: programOf('load_u8 r7, [0x20000]\n store_imm_u8 [0x20001], 9\n jump_ind r0'),
        logger,
      })
      return { mem, regs, pvm, reason: pvm.run() }
    })
    results.forEach(({ mem, regs, pvm, reason }, i) => {
      expect([reason, bytesOf(mem, 0x20000, 2), regs.elements[7]!.value, pvm.gas, pvm.run()]).toEqual([
        'halt',
        hex(Uint8Array.of(i, 9)),
        BigInt(i),
        6n,
        'halt',
      ])
    })
  })

  it('takes zeros where nothing is mapped, and nothing else', () => {
    const mem = createTsjam({ exits, engine }).buildMemory(EMPTY)
    mem.writeAt(0x20000, new Uint8Array(4096))
    expect(() => mem.writeAt(0x20000, Uint8Array.of(1))).toThrow(/^address: /)
    expect(() => mem.readInto(0x20000, new Uint8Array(1))).toThrow(/^address: /)
    mem.readInto(0x20000, new Uint8Array(0))
  })

  it('has a heap behind the pointer, up to what is mapped next', () => {
    const dump = dumpOf([page(3), { address: 0x30000, length: 4096, access: 3, data: new Uint8Array(0) }], 0x21000)
    const objects = registers()
    const heap =
      'load_imm r7, 0xe000\n sbrk r8, r7\n load_imm r7, 0x1000\n sbrk r9, r7\n load_imm r7, 1\n sbrk r10, r7\n ecalli 1\n trap'
    build(engine, heap, dump, 100n, objects).run()
    expect(objects.elements.map(({ value }) => value).slice(8, 11)).toEqual([0x21000n, 0x2f000n, 0n])
  })
})
