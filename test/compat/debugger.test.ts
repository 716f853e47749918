// coulis/debugger: every vector step by step beside typeberry's debugger adapter; the edges of the interface; its worker.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import {
  createCommandHandler,
  DebuggerAdapter,
  DebuggerPvm,
  type DebuggerStart,
  serveWorker,
  type WorkerRequest,
  type WorkerResponse,
} from '../../src/compat/debugger.ts'
import { objectOf, parseJson } from '../../src/conform/json.ts'
import { vectorBytes, vectorStart } from '../../src/conform/vector.ts'
import { parseTrace, type TraceState } from '../../src/trace/index.ts'
import { vectors } from '../vectors.ts'
import { hex } from './client.ts'
import { arePeersInstalled, importPeer, unlessInstalled } from './peers.ts'

const W3F = vectors && join(vectors, 'w3f-pvm')
const ENGINES = ['reference', 'interpreter', 'auto'] as const

function raw(text: string): Uint8Array {
  return assemble(text, { format: 'raw' }).bytes
}

function start(more: Partial<DebuggerStart> = {}): DebuggerStart {
  return { pc: 0, gas: 1000n, registers: new Array(13).fill(0n), pageMap: [], memoryChunks: [], ...more }
}

function page(address: number, length: number, isWritable: boolean): DebuggerStart['pageMap'][number] {
  return { address, length, isWritable }
}

interface Steps {
  getStatus(): number
  getPc(): number
  getGas(): bigint
  getRegisters(): Uint8Array
  getExitArg(): number
}

function state(pvm: Steps): string {
  const argument = [2, 3].includes(pvm.getStatus()) ? pvm.getExitArg() : 0
  return `${pvm.getStatus()} (${argument}) pc ${pvm.getPc()} gas ${pvm.getGas()} ${hex(pvm.getRegisters())}`
}

/** States after each step, up to the end or 2,000 of them. */
function steps(pvm: Steps & Pick<DebuggerPvm, 'step'>): string[] {
  const states = [state(pvm)]
  for (let i = 0; i < 2000; i++) {
    const { finished } = pvm.step(1)
    states.push(state(pvm))
    if (finished) break
  }
  return states
}

interface Loadable {
  readonly name: string
  readonly program: Uint8Array
  readonly start: DebuggerStart
}

function vectorOf(name: string): Loadable[] {
  const json = objectOf(parseJson(readFileSync(join(W3F!, name), 'utf8')), name)
  if (json.program === undefined) return []
  const { entry, gas, regs = [], pages = [], memory = [] } = vectorStart(json)
  const initial = {
    pc: entry as number,
    gas,
    registers: Array.from(regs),
    pageMap: pages.map(({ address, length, access }) => page(address, length, access === 3)),
    memoryChunks: memory.map(({ address, bytes }) => ({ address, data: bytes })),
  }
  return [{ name, program: vectorBytes(json), start: initial }]
}

/** typeberry's own machine as its debugger adapter steps it. */
async function theirs({ program, start: initial }: Loadable): Promise<Steps & Pick<DebuggerPvm, 'step' | 'getMemory'>> {
  const {
    DebuggerAdapter: Theirs,
    MemoryBuilder,
    Registers,
  } = await importPeer('@typeberry/lib/packages/core/pvm-interpreter/index.js')
  const pvm = Theirs.new()
  const builder = new MemoryBuilder()
  for (const { address, length, isWritable } of initial.pageMap) {
    if (isWritable) builder.setWriteablePages(address, address + length, new Uint8Array(length))
    else builder.setReadablePages(address, address + length, new Uint8Array(length))
  }
  for (const { address, data } of initial.memoryChunks) builder.setData(address, data)
  const registers = Registers.fromBytes(new Uint8Array(BigUint64Array.from(initial.registers).buffer))
  pvm.reset(program, initial.pc, initial.gas, registers, builder.finalize(0xe0000000, 0xe0000000))
  return {
    step: count => ({ finished: count === 1 ? !pvm.nextStep() : !pvm.nSteps(count) }),
    getStatus: () => pvm.getStatus(),
    getPc: () => pvm.getProgramCounter(),
    getGas: () => pvm.getGasLeft(),
    getRegisters: () => pvm.getRegisters(),
    getExitArg: () => pvm.getExitArg(),
    getMemory(address, length) {
      const bytes = new Uint8Array(length)
      for (let at = 0; at < length; at += 4096) bytes.set(pvm.getPageDump((address + at) >>> 12), at)
      return bytes
    },
  }
}

/** Vectors that end in a page fault at an address within its page: typeberry 0.11.0 tells the address, not the page. */
function withoutOffset(line: string): string {
  return line.replace(/^2 \((\d+)\)/, (_, address) => `2 (${Math.floor(Number(address) / 4096) * 4096})`)
}

describe.skipIf(W3F === undefined)('debugger: shared vectors', () => {
  const all =
    W3F === undefined
      ? []
      : readdirSync(W3F, { recursive: true, encoding: 'utf8' })
          .filter(n => n.endsWith('.json'))
          .flatMap(vectorOf)

  it('by single steps, by a thousand and by a run end alike, on every engine', () => {
    expect(all.length).toBeGreaterThanOrEqual(311)
    const machines = ENGINES.map(engine => new DebuggerPvm({ engine }))
    for (const vector of all) {
      const ends = machines.flatMap(pvm => {
        pvm.load(vector.program, vector.start)
        const single = steps(pvm)
        pvm.reset()
        while (!pvm.step(1000).finished) {}
        const thousand = state(pvm)
        pvm.reset()
        pvm.runUntil([])
        return [single.at(-1), thousand, state(pvm)]
      })
      expect(new Set(ends).size, vector.name).toBe(1)
    }
  })

  it('recorded runs go as recorded, from host call to host call', () => {
    const pvm = new DebuggerPvm({ engine: 'auto' })
    const folder = join(vectors!, 'traces')
    const files = readdirSync(folder).filter(name => name.endsWith('.log'))
    expect(files.length).toBeGreaterThanOrEqual(32)
    for (const file of files) {
      const trace = parseTrace(readFileSync(join(folder, file), 'utf8'))
      const spiProgram = { program: trace.program, hasMetadata: true }
      const { pc, gas } = trace.start
      pvm.load(new Uint8Array(0), start({ pc, gas }), { spiProgram, spiArgs: trace.initial[0]?.bytes })
      const seen = (): unknown[] => [pvm.getPc(), pvm.getGas(), hex(pvm.getRegisters())]
      const said = ({ pc, gas, regs }: TraceState): unknown[] => [pc, gas, hex(new Uint8Array(regs.slice().buffer))]
      for (const call of trace.calls) {
        expect([pvm.step(2 ** 31).finished, pvm.getStatus(), BigInt(pvm.getExitArg())], file).toEqual([
          true,
          3,
          call.index,
        ])
        expect(seen(), file).toEqual(said(call))
        for (const { address, bytes } of call.reads) expect(hex(pvm.getMemory(address, bytes.length))).toBe(hex(bytes))
        for (const { address, bytes } of call.writes) pvm.setMemory(address, bytes)
        const registers = new BigUint64Array(pvm.getRegisters().buffer)
        for (const { register, value } of call.registers) registers[register] = value
        pvm.setRegisters(new Uint8Array(registers.buffer))
        if (call.gasAfter !== undefined) pvm.setGas(call.gasAfter)
      }
      pvm.step(2 ** 31)
      expect(pvm.getStatus(), file).toBe({ HALT: 0, PANIC: 1, OOG: 4 }[trace.end.kind])
      expect(seen(), file).toEqual(said(trace.end))
    }
  })

  it.skipIf(!arePeersInstalled)(
    `pass through the same states as typeberry’s own machine${unlessInstalled}`,
    async () => {
      for (const vector of all) {
        const pvm = new DebuggerPvm({ engine: 'interpreter' })
        pvm.load(vector.program, vector.start)
        const other = await theirs(vector)
        expect(steps(pvm), vector.name).toEqual(steps(other).map(withoutOffset))
        for (const { address, length } of vector.start.pageMap) {
          expect(hex(pvm.getMemory(address, length)), vector.name).toBe(hex(other.getMemory(address, length)))
        }
      }
    },
  )
})

describe.each(ENGINES)('debugger: the machine on %s', engine => {
  const pvm = new DebuggerPvm({ engine })

  it('rounds pages up, starts the heap at 2^16 without a page map, and behind the last writable byte with one', () => {
    const program = raw('load_imm r7, 1\n sbrk r8, r7\n trap')
    pvm.load(program, start())
    pvm.step(10)
    expect(new BigUint64Array(pvm.getRegisters().buffer)[8]).toBe(65536n)
    pvm.load(program, start({ pageMap: [page(0x20000, 5000, true), page(0x40000, 1, false)] }))
    pvm.step(10)
    expect(new BigUint64Array(pvm.getRegisters().buffer)[8]).toBe(0x20000n + 5000n)
    expect(pvm.vm.memory.readable(0x20000, 8192)).toBe(true)
    expect(pvm.vm.memory.readable(0x40000, 4096)).toBe(true)
    expect(pvm.vm.memory.writable(0x40000, 1)).toBe(false)
  })

  it('refuses contents outside of pages, and keeps the machine before', () => {
    pvm.load(raw('trap'), start())
    const chunks = [{ address: 0x20ffe, data: new Uint8Array(4) }]
    expect(() => pvm.load(raw('trap'), start({ pageMap: [page(0x20000, 4096, true)], memoryChunks: chunks }))).toThrow(
      /^memory: /,
    )
    expect(() => pvm.load(Uint8Array.of(9), start())).toThrow(expect.objectContaining({ code: 'truncated' }))
    expect(() => pvm.load(raw('trap'), start({ gas: 2n ** 64n }))).toThrow(/^gas: /)
    expect(() => pvm.load(raw('trap'), start({ registers: [1 as never] }))).toThrow(/^registers: /)
    expect(() => pvm.setMemory(-1, Uint8Array.of(1))).toThrow(/^address: /)
    expect(pvm.step(1).finished).toBe(true)
  })

  it('counts gas up to 2^64 - 1', () => {
    pvm.load(raw('load_imm r7, 1\n trap'), start({ gas: 2n ** 64n - 1n }))
    pvm.step(1)
    expect(pvm.getGas()).toBe(2n ** 64n - 2n)
    pvm.setGas(0n)
    expect([pvm.step(1).finished, pvm.getStatus()]).toEqual([true, 4])
    pvm.setGas(1n)
    expect([pvm.step(1).finished, pvm.getStatus(), pvm.getGas()]).toEqual([true, 1, 0n])
  })

  it('acts on a pc at once, after any exit', () => {
    pvm.load(raw('trap\n load_imm r7, 1\n load_imm r8, 2\n trap'), start())
    pvm.step(1)
    expect(pvm.getStatus()).toBe(1)
    pvm.setPc(4)
    expect([pvm.getPc(), pvm.getStatus()]).toEqual([4, 255])
    pvm.step(1)
    expect([pvm.getPc(), new BigUint64Array(pvm.getRegisters().buffer)[8]]).toEqual([7, 2n])
    pvm.setPc(2)
    expect([pvm.step(5).finished, pvm.getStatus(), pvm.getPc()]).toEqual([true, 1, 2])
    pvm.setPc(1000)
    expect([pvm.step(1).finished, pvm.getStatus(), pvm.getPc()]).toEqual([true, 1, 1000])
  })

  it('goes on behind a host call with what was written, and makes it again when the pc is set to it', () => {
    pvm.load(raw('ecalli 9\n load_u8 r8, [0x20000]\n trap'), start({ pageMap: [page(0x20000, 1, false)] }))
    expect([pvm.step(100).finished, pvm.getStatus(), pvm.getExitArg(), pvm.getPc()]).toEqual([true, 3, 9, 0])
    pvm.setPc(0)
    expect([pvm.step(1).finished, pvm.getStatus(), pvm.getExitArg()]).toEqual([true, 3, 9])
    pvm.setMemory(0x20000, Uint8Array.of(55))
    const registers = new BigUint64Array(13).fill(4n)
    pvm.setRegisters(new Uint8Array(registers.buffer))
    pvm.setGas(77n)
    expect([pvm.step(1).finished, pvm.getGas()]).toEqual([false, 76n])
    expect([...new BigUint64Array(pvm.getRegisters().buffer)].slice(6, 10)).toEqual([4n, 4n, 55n, 4n])
  })

  it('reads zeros where nothing is, writes where something is', () => {
    pvm.load(
      raw('trap'),
      start({ pageMap: [page(0x20000, 1, true)], memoryChunks: [{ address: 0x20ffe, data: Uint8Array.of(1, 2) }] }),
    )
    expect(hex(pvm.getMemory(0x20ffc, 8))).toBe('0000010200000000')
    expect(hex(pvm.getMemory(0xfffffffe, 4))).toBe('00000000')
    expect(pvm.getMemory(0, 0).length).toBe(0)
    expect(() => pvm.setMemory(0x20fff, Uint8Array.of(7, 7))).toThrow(/0x21000/)
    expect(hex(pvm.getMemory(0x20fff, 1))).toBe('02')
    pvm.setMemory(0x99000, new Uint8Array(0))
  })

  it('runs to breakpoints, from one to the next, with bounds', () => {
    const loop = raw('@l:\n add_imm_64 r7, r7, 1\n branch_ne_imm r7, 100, @l\n trap')
    pvm.load(loop, start())
    expect(pvm.runUntil([3])).toEqual({ finished: false, steps: 1 })
    expect([pvm.getPc(), pvm.runUntil([3]), pvm.getPc()]).toEqual([3, { finished: false, steps: 2 }, 3])
    expect(pvm.runUntil([3], { maxSteps: 1 })).toEqual({ finished: false, steps: 1 })
    expect([pvm.getPc(), pvm.getStatus()]).toEqual([0, 255])
    expect(pvm.runUntil([999])).toEqual({ finished: true, steps: 196 })
    expect(pvm.getStatus()).toBe(1)
    pvm.load(raw('@l:\n jump @l'), start({ gas: 2n ** 62n }))
    expect(pvm.runUntil([], { maxMs: 5 }).finished).toBe(false)
    expect(() => pvm.runUntil([], { maxSteps: -1 })).toThrow(/^maxSteps: /)
    expect(() => pvm.runUntil([], { maxMs: Number.NaN })).toThrow(/^maxMs: /)
  })

  it('loads services with and without metadata', () => {
    const service = assemble('.stack 4096\n load_ind_u8 r9, [r7]\n ecalli 1\n trap', { format: 'standard' }).bytes
    const context = {
      spiProgram: { program: Uint8Array.of(2, 1, 1, ...service), hasMetadata: true },
      spiArgs: Uint8Array.of(42),
    }
    pvm.load(new Uint8Array(0), start({ pc: 0, gas: 10n }), context)
    pvm.step(2)
    expect([pvm.getStatus(), new BigUint64Array(pvm.getRegisters().buffer)[9]]).toEqual([3, 42n])
    pvm.load(new Uint8Array(0), start(), { spiProgram: { program: service, hasMetadata: false } })
    expect([pvm.step(1).finished, pvm.getStatus(), pvm.getExitArg()]).toEqual([true, 2, 0xfeff0000])
  })

  it('keeps what it was loaded with for a reset, whatever becomes of the caller’s arrays', () => {
    const data = Uint8Array.of(5)
    const program = raw('load_u8 r7, [0x20000]\n trap')
    pvm.load(program, start({ pageMap: [page(0x20000, 1, true)], memoryChunks: [{ address: 0x20000, data }] }))
    data[0] = 9
    program.fill(0)
    pvm.reset()
    pvm.step(1)
    expect(new BigUint64Array(pvm.getRegisters().buffer)[7]).toBe(5n)
  })

  it('can be loaded again after a shutdown', () => {
    pvm.shutdown()
    for (const act of [
      () => pvm.step(1),
      () => pvm.reset(),
      () => pvm.setPc(0),
      () => pvm.setGas(1n),
      () => pvm.runUntil([]),
    ]) {
      expect(act).toThrow(TypeError)
    }
    expect([pvm.getPc(), pvm.getGas(), pvm.getRegisters().length]).toEqual([0, 0n, 104])
    pvm.load(raw('trap'), start())
    expect(pvm.step(1).finished).toBe(true)
  })
})

describe('debugger: the adapter', () => {
  it('does the same by promises', async () => {
    const adapter = new DebuggerAdapter({ engine: 'interpreter', name: 'ours' })
    await adapter.load(raw('load_imm r7, 3\n ecalli 8\n trap'), start())
    expect(await adapter.step(1)).toEqual({ status: 'ok', pc: 3, gas: 999n })
    expect(await adapter.step(1)).toEqual({ status: 'host', pc: 3, gas: 998n, exitArg: 8 })
    await adapter.setRegisters(new Map([[12, 2n ** 64n - 1n]]))
    await expect(
      adapter.setRegisters(
        new Map([
          [0, 5n],
          [13, 1n],
        ]),
      ),
    ).rejects.toThrow(/^registers: 13/)
    const { registers, status } = await adapter.getState()
    expect([registers[0], registers[7], registers[12], status]).toEqual([0n, 3n, 2n ** 64n - 1n, 'host'])
    await adapter.setPc(0)
    expect(await adapter.runUntil([3])).toEqual({ status: 'ok', pc: 3, gas: 997n })
    await adapter.setGas(0n)
    expect((await adapter.step(1)).status).toBe('out_of_gas')
    await adapter.reset()
    expect((await adapter.getState()).gas).toBe(1000n)
    await adapter.shutdown()
    await expect(adapter.step(1)).rejects.toThrow(TypeError)
    expect([adapter.pvmId, adapter.pvmName]).toEqual(['coulis', 'ours'])
  })
})

/** A conversation with the worker; what matters of each answer. */
const TALK: readonly (readonly [WorkerRequest['type'], object, object])[] = [
  ['getState', {}, { status: 'ok', pc: 0, gas: '0' }],
  [
    'load',
    {
      program: raw('load_imm r7, 3\n ecalli 8\n load_u8 r9, [0x20001]\n trap'),
      initialState: {
        pc: 0,
        gas: '18446744073709551615',
        registers: ['18446744073709551615', ...new Array(12).fill('0')],
        pageMap: [page(0x20000, 4096, true)],
        memoryChunks: [{ address: 0x20000, data: Uint8Array.of(1, 2, 3) }],
      },
    },
    {},
  ],
  ['step', { n: 1 }, { status: 'ok', pc: 3, gas: '18446744073709551614', finished: false }],
  ['step', { n: 1000 }, { status: 'host', pc: 3, gas: '18446744073709551613', exitArg: 8, finished: true }],
  ['setMemory', { address: 0x20001, data: Uint8Array.of(200) }, {}],
  ['getMemory', { address: 0x20000, length: 3 }, { data: Uint8Array.of(1, 200, 3) }],
  ['setRegisters', { data: new Uint8Array(104).fill(255) }, {}],
  ['setGas', { gas: '50' }, {}],
  ['runUntil', { breakpoints: [10] }, { status: 'ok', pc: 10, gas: '49', finished: false, steps: 1 }],
  [
    'getState',
    {},
    { registers: [...new Array(9).fill('18446744073709551615'), '200', ...new Array(3).fill('18446744073709551615')] },
  ],
  ['setPc', { pc: 0 }, {}],
  ['step', { n: 1 }, { status: 'ok', pc: 3, gas: '48' }],
  ['reset', {}, {}],
  ['getState', {}, { pc: 0, gas: '18446744073709551615' }],
  ['shutdown', {}, {}],
]

describe('debugger: the worker', () => {
  it('speaks the protocol', () => {
    const answer = createCommandHandler(new DebuggerPvm({ engine: 'interpreter' }))
    TALK.forEach(([type, request, expected], i) => {
      const response = answer({ type, messageId: String(i), ...request } as WorkerRequest)
      expect(response).toMatchObject({ type: 'ok', messageId: String(i), payload: { command: type, ...expected } })
    })
  })

  it('answers what goes wrong', () => {
    const answer = createCommandHandler(new DebuggerPvm({ engine: 'interpreter' }))
    for (const request of [
      { type: 'step', n: 1 },
      { type: 'jump' },
      { type: 'load', program: Uint8Array.of(9), initialState: { ...start(), gas: '1', registers: [] } },
      { type: 'load', program: raw('trap'), initialState: { ...start(), gas: '0x10', registers: [] } },
      { type: 'load', program: raw('trap') },
      { type: 'setGas', gas: 5 },
    ]) {
      const response = answer({ messageId: 'a', ...request } as unknown as WorkerRequest)
      expect(response).toMatchObject({ type: 'error', messageId: 'a', message: expect.stringMatching(/./) })
    }
  })

  it('serves whatever has onmessage and postMessage', () => {
    const sent: WorkerResponse[] = []
    const scope = {
      onmessage: null as ((event: { data: WorkerRequest }) => void) | null,
      postMessage: (m: WorkerResponse) => sent.push(m),
    }
    serveWorker(scope, { engine: 'interpreter' })
    scope.onmessage!({ data: { type: 'getState', messageId: '7' } })
    expect(sent).toMatchObject([{ type: 'ok', messageId: '7' }])
  })

  // The ready worker asks for what workers of browsers, Deno and Bun have; Node's threads get it here.
  const OWN = `const scope = { onmessage: null, postMessage: message => parentPort.postMessage(message) }
    import(LIB + '/debugger.js').then(({ serveWorker }) => {
      serveWorker(scope, { engine: 'auto' })
      parentPort.on('message', data => scope.onmessage({ data }))
    })`
  const READY = `Object.assign(globalThis, { WorkerGlobalScope: class {}, postMessage: message => parentPort.postMessage(message) })
    import(LIB + '/debugger-worker.js').then(({ isServing }) => {
      if (isServing) parentPort.on('message', data => globalThis.onmessage({ data }))
    })`

  it.skipIf(!readdirSync('.').includes('dist')).each([
    { name: 'serveWorker', source: OWN },
    { name: 'the ready worker', source: READY },
  ])('$name works in a thread, as built', async ({ source }) => {
    const head = `const { parentPort } = require('node:worker_threads')\nconst LIB = ${JSON.stringify(join(process.cwd(), 'dist/lib'))}\n`
    const worker = new Worker(head + source, { eval: true })
    try {
      for (const [i, [type, request, expected]] of TALK.entries()) {
        const response = new Promise(resolve => worker.once('message', resolve))
        worker.postMessage({ type, messageId: String(i), ...request })
        expect(await response).toMatchObject({
          type: 'ok',
          messageId: String(i),
          payload: { command: type, ...expected },
        })
      }
    } finally {
      await worker.terminate()
    }
  })

  it('is not started where it is not a worker', async () => {
    expect((await import('../../src/compat/debugger-worker.ts')).isServing).toBe(false)
  })
})
