// coulis/ananas beside anan-as: its functions one by one, its class in typeberry, its own replayer of recorded runs over ours.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { type AnanasOptions, createAnanas, HasMetadata, InputKind } from '../../src/compat/ananas.ts'
import { vectors } from '../vectors.ts'
import { CASES } from './cases.ts'
import { hex } from './client.ts'
import { KNOWN } from './known.ts'
import {
  arePeersInstalled,
  importPeer,
  MODULES,
  typeberryOverOurAnanas,
  typeberryPeer,
  unlessInstalled,
} from './peers.ts'

type Api = ReturnType<typeof createAnanas>

const RELEASE = '@fluffylabs/anan-as/dist/build/release-inline.js'
const M64 = 2n ** 64n - 1n

function raw(text: string): number[] {
  return [...assemble(text, { format: 'raw' }).bytes]
}

function words(...values: number[]): number[] {
  return [...new Uint8Array(Uint32Array.from(values).buffer)]
}

function regs(values: Readonly<Record<number, bigint>> = {}): number[] {
  const all = new BigUint64Array(13)
  for (const [i, value] of Object.entries(values)) all[Number(i)] = value
  return [...new Uint8Array(all.buffer)]
}

/** A value as a text, bigints included. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v instanceof Uint8Array ? hex(v) : v))
}

/** What the debugger's functions show. */
function debugState(api: Api): string {
  const argument = [2, 3].includes(api.getStatus()) ? api.getExitArg() : 0
  return text([api.getStatus(), argument, api.getProgramCounter(), api.getGasLeft(), api.getRegisters()])
}

function runOut(api: Api): string {
  while (api.nSteps(2 ** 32 - 1)) {}
  return debugState(api)
}

interface Act {
  readonly name: string
  run(api: Api): unknown[]
  /** Why anan-as gives something else, where it does. */
  readonly known?: string
}

const NONE = new Uint8Array(0)

function plain(api: Api, program: number[]): void {
  api.resetGenericWithMemory(program, regs(), NONE, NONE, 100n)
}

const DEBUGGER: readonly Act[] = [
  {
    name: 'pages whose lengths are no multiples of 4096',
    run(api) {
      const pages = Uint8Array.from([...words(0x20000, 100), 1, ...words(0x30010, 5000), 0])
      const chunks = Uint8Array.from([...words(0x20002, 3), 1, 2, 3, ...words(0x30010, 2), 4, 5])
      const program = raw(
        'load_u32 r7, [0x20001]\n load_u8 r8, [0x31fff]\n store_imm_u8 [0x20fff], 9\n ecalli 3\n trap',
      )
      api.resetGenericWithMemory(program, regs(), pages, chunks, 100n)
      const lines = [runOut(api), api.getMemory(0x20000, 16), api.getMemory(0x30000, 0x2000), api.getMemory(0x32000, 1)]
      return [...lines, api.setMemory(0x20ffc, Uint8Array.of(1, 2, 3, 4)), api.getPageDump(0x20), api.getPageDump(0x77)]
    },
  },
  {
    name: 'sbrk behind the highest writable page, and without pages from 2^16',
    run(api) {
      const program = raw('load_imm r7, 4097\n sbrk r8, r7\n sbrk r9, r7\n store_ind_u8 [r9], r7\n ecalli 3\n trap')
      const pages = Uint8Array.from([...words(0x20000, 8192), 1, ...words(0x50000, 4096), 0])
      api.resetGenericWithMemory(program, regs(), pages, NONE, 100n)
      const lines = [runOut(api)]
      api.resetGenericWithMemory(program, regs(), NONE, NONE, 100n)
      return [...lines, runOut(api)]
    },
  },
  {
    name: 'two entries for one page: the first one holds',
    run(api) {
      const pages = Uint8Array.from([...words(0x20000, 100), 0, ...words(0x20800, 100), 1])
      api.resetGenericWithMemory(raw('store_imm_u8 [0x20800], 9\n trap'), regs(), pages, NONE, 100n)
      return [runOut(api)]
    },
  },
  {
    name: 'a plain program without memory',
    known: 'resetGeneric of anan-as 1.2.0 ends in an abort',
    run(api) {
      try {
        api.resetGeneric(raw('ecalli 4\n trap'), regs(), 100n)
        return [runOut(api)]
      } catch {
        return ['throws']
      }
    },
  },
  {
    name: 'contents where nothing is mapped are not there',
    known: 'what is not mapped is a page fault; anan-as has a page without rights there, and panics',
    run(api) {
      const chunks = Uint8Array.from([...words(0x20000, 2), 7, 7])
      api.resetGenericWithMemory(raw('load_u8 r7, [0x20000]\n trap'), regs(), NONE, chunks, 100n)
      return [runOut(api), api.getMemory(0x20000, 2)]
    },
  },
  {
    name: 'a service with and without metadata',
    run(api) {
      const program = [...assemble('.stack 4096\n ecalli 1\n trap', { format: 'standard' }).bytes]
      api.resetJAM([3, 1, 2, 3, ...program], 0, 100n, [9, 8], true)
      const lines = [runOut(api), api.getMemory(0xfeff0000, 2)]
      api.resetJAM(program, 0, 100n, [])
      return [...lines, runOut(api), api.getMemory(0xfeff0000, 1)]
    },
  },
  {
    name: 'metadata in front of a plain program',
    run(api) {
      api.resetGenericWithMemory([2, 7, 7, ...raw('ecalli 4\n trap')], regs({ 7: M64 }), NONE, NONE, 100n, true)
      return [runOut(api)]
    },
  },
  {
    name: 'registers, memory and gas written at a host call',
    run(api) {
      const pages = Uint8Array.from([...words(0x20000, 4096), 1])
      api.resetGenericWithMemory(raw('ecalli 1\n load_u8 r8, [0x20000]\n ecalli 2\n trap'), regs(), pages, NONE, 100n)
      const lines = [runOut(api)]
      api.setRegisters(regs({ 3: 5n, 12: M64 }))
      api.setGasLeft(40n)
      return [...lines, api.setMemory(0x20000, Uint8Array.of(77)), runOut(api), runOut(api)]
    },
  },
  {
    name: 'a pc set at a host call',
    run(api) {
      plain(api, raw('ecalli 1\n ecalli 2\n ecalli 3\n trap'))
      const lines = [runOut(api)]
      api.setNextProgramCounter(4)
      lines.push(runOut(api))
      api.setNextProgramCounter(4)
      return [...lines, runOut(api), runOut(api)]
    },
  },
  {
    name: 'a pc in the middle of an instruction, and behind the code',
    run(api) {
      const lines: string[] = []
      for (const pc of [1, 3, 100, 2 ** 31]) {
        plain(api, raw('load_imm r7, 1000\n ecalli 2\n trap'))
        api.setNextProgramCounter(pc)
        lines.push(runOut(api))
      }
      return lines
    },
  },
  {
    name: 'a pc set after the end',
    known: 'a machine goes on from a pc that is set (its users ask for that); anan-as stays as it ended',
    run(api) {
      plain(api, raw('trap\n ecalli 2\n trap'))
      runOut(api)
      api.setNextProgramCounter(1)
      return [runOut(api)]
    },
  },
  {
    name: 'one step after a reset',
    known: 'a step is an instruction; the first one of anan-as after a reset does nothing',
    run(api) {
      plain(api, raw('load_imm r7, 1\n load_imm r8, 2\n trap'))
      return [api.nextStep(), debugState(api)]
    },
  },
]

const PVMS: readonly Act[] = [
  {
    name: 'two machines in turn',
    run(api) {
      const start = (value: number): number =>
        api.pvmStart(prepare(api, `load_imm r9, ${value}\n ecalli ${value}\n trap`, { 0: BigInt(value) }))
      const [a, b] = [start(3), start(4)]
      const lines = [api.pvmResume(a, 50n, 0), api.pvmResume(b, 60n, 0)]
      api.pvmSetRegisters(a, [1n, 2n])
      lines.push(api.pvmResume(a, 10n, 5), api.pvmResume(b, 10n, 5))
      return [
        b - a,
        ...lines.map(withoutStaleCode),
        withoutStaleCode(api.pvmDestroy(a)),
        withoutStaleCode(api.pvmDestroy(b)),
      ]
    },
  },
  {
    name: 'a machine that is not there',
    run: api => [
      api.pvmResume(999, 1n, 0),
      api.pvmDestroy(999),
      api.pvmReadMemory(999, 0, 1),
      api.pvmWriteMemory(999, 0, NONE),
      api.pvmSetRegisters(999, [1n]),
    ],
  },
  {
    name: 'memory of a machine',
    run(api) {
      const id = api.pvmStart(prepare(api, 'ecalli 1\n load_u16 r7, [0x20000]\n trap'))
      return [
        withoutStaleCode(api.pvmResume(id, 100n, 0)),
        api.pvmReadMemory(id, 0x20000, 4),
        api.pvmReadMemory(id, 0x20ffe, 4),
        api.pvmReadMemory(id, 0x40000, 0),
        api.pvmWriteMemory(id, 0x20000, Uint8Array.of(9, 8)),
        api.pvmWriteMemory(id, 0x30000, Uint8Array.of(9)),
        withoutStaleCode(api.pvmResume(id, 50n, 2)),
        api.pvmDestroy(id)?.memory,
      ]
    },
  },
  ...(
    [
      [0n, 3n],
      [0x20000n, 0x20003n],
      [0x20000n, 0x20000n],
      [0x20ffen, 0x21001n],
      [M64, M64],
      [0x20000n, 3n],
    ] as const
  ).map(
    ([from, to]): Act => ({
      name: `the result from ${from} to ${to}`,
      run: api => [api.runProgram(prepare(api, 'jump_ind r0', { 0: 0xffff0000n, 7: from, 8: to }), 10n)],
    }),
  ),
  {
    name: 'memory that is not zero',
    run: api => {
      const program = prepare(api, 'store_imm_u32 [0x20ff0], 0x00010203\n ecalli 1\n trap')
      return [api.runProgram(program, 100n, 0, false, false, true)]
    },
  },
  {
    name: 'a service',
    run(api) {
      const program = assemble('.rw\n.ascii "abc"\n.stack 4096\n.code\n ecalli 2\n trap', { format: 'standard' }).bytes
      const prepared = api.prepareProgram(InputKind.SPI, HasMetadata.Yes, [1, 0, ...program], [], [], [], [1, 2, 3], 0)
      return [api.runProgram(prepared, 9n)]
    },
  },
  {
    name: 'the costs of blocks',
    run: api => [api.getGasCosts(raw('ecalli 1\n fallthrough\n trap'), 0, HasMetadata.No)],
  },
]

/** A plain program with a writable page at 0x20000 and a readable one at 0x30000. */
function prepare(api: Api, program: string, values: Readonly<Record<number, bigint>> = {}): never {
  const pages = [
    { address: 0x20000, length: 4096, access: 2 },
    { address: 0x30000, length: 10, access: 1 },
  ]
  const registers = Array.from({ length: 13 }, (_, i) => values[i] ?? 0n)
  const memory = [{ address: 0x20000, data: [1, 2, 3] }]
  return api.prepareProgram(InputKind.Generic, HasMetadata.No, raw(program), registers, pages, memory, [], 0) as never
}

/** The exit's argument is defined for host calls and faults, the next pc for host calls. */
function withoutStaleCode<T extends { status: number; exitCode: number } | null>(answer: T): T {
  if (answer === null) return answer
  const exitCode = [2, 3].includes(answer.status) ? answer.exitCode : 0
  return { ...answer, exitCode, ...(answer.status === 3 ? {} : { nextPc: 0 }) }
}

function seen(act: Act, api: Api): string[] {
  return act.run(api).map(text)
}

describe('anan-as: its functions', () => {
  it.each([...DEBUGGER, ...PVMS])('$name: the same on the interpreter, the reference machine and auto', act => {
    const [first, ...others] = (['reference', 'interpreter', 'auto'] as const).map(engine =>
      seen(act, createAnanas({ engine })),
    )
    for (const other of others) expect(other).toEqual(first)
  })

  it('may be taken off the object', () => {
    const { resetGeneric, nSteps, getProgramCounter } = createAnanas({ engine: 'interpreter' })
    resetGeneric(raw('load_imm r7, 1\n trap'), regs(), 10n)
    nSteps(1)
    expect(getProgramCounter()).toBe(3)
  })

  it('answer before anything is loaded', () => {
    const api = createAnanas({ engine: 'interpreter' })
    api.setNextProgramCounter(5)
    api.setRegisters(regs())
    api.setGasLeft(1n)
    expect([api.getStatus(), api.getExitArg(), api.getProgramCounter(), api.getGasLeft(), api.nSteps(5)]).toEqual([
      1,
      0,
      0,
      0n,
      false,
    ])
    expect([api.getMemory(0, 1), api.setMemory(0, NONE), api.getRegisters().length]).toEqual([null, false, 104])
  })

  it('write a line per instruction where logs are asked for', () => {
    const lines: string[] = []
    const options: AnanasOptions = { engine: 'interpreter', log: line => lines.push(line) }
    const api = createAnanas(options)
    api.runProgram(prepare(api, 'load_imm r7, 1\n trap'), 10n, 0, true)
    api.runProgram(prepare(api, 'load_imm r7, 1\n trap'), 10n)
    expect(lines.map(line => line.split(/ +/)[4])).toEqual(['LOAD_IMM', 'TRAP'])
  })

  it('refuse misuse by name, bytes that are no program with code and offset', () => {
    const api = createAnanas({ engine: 'interpreter' })
    expect(() => api.resetGeneric(raw('trap'), [1], 1n)).toThrow(/^registers: 1 bytes/)
    expect(() => api.resetGeneric(raw('trap'), regs(), -1n)).toThrow(/^gas: /)
    expect(() => api.resetGeneric(null as never, regs(), 1n)).toThrow(/^program: /)
    expect(() => api.resetGeneric(raw('trap'), null as never, 1n)).toThrow(/^registers: /)
    expect(() => api.pvmStart({} as never)).toThrow(/^program: /)
    expect(() => api.getPageDump(2 ** 20)).toThrow(/^page: /)
    plain(api, raw('trap'))
    expect(() => api.getMemory(0, -1)).toThrow(/^length: /)
    expect(() => api.resetGeneric([9], regs(), 1n)).toThrow(expect.objectContaining({ code: 'truncated', offset: 1 }))
    const cut = Uint8Array.of(1, 2, 3)
    expect(() => api.resetGenericWithMemory(raw('trap'), regs(), cut, NONE, 1n)).toThrow(
      expect.objectContaining({ offset: 0 }),
    )
    const beyond = Uint8Array.from([...words(0xfffff000, 4097), 1])
    expect(() => api.resetGenericWithMemory(raw('trap'), regs(), beyond, NONE, 1n)).toThrow(/^pageMap: /)
    expect(() => api.prepareProgram(7, 1, [], [], [], [], [])).toThrow(/^kind: /)
    expect(() => api.prepareProgram(0, 1, raw('trap'), [], [{ address: 0, length: 1, access: 9 }], [], [])).toThrow(
      /^pages: /,
    )
  })
})

describe.skipIf(!arePeersInstalled)(`anan-as: beside its own${unlessInstalled}`, () => {
  it.each([...DEBUGGER, ...PVMS])('$name', async act => {
    const { instantiate } = await importPeer(RELEASE)
    const [ours, theirs] = [seen(act, createAnanas({ engine: 'interpreter' })), seen(act, await instantiate())]
    if (act.known === undefined) expect(ours).toEqual(theirs)
    else expect(ours, act.known).not.toEqual(theirs)
  })

  it.each(CASES)('under typeberry’s class: $name', async testCase => {
    const attempt = (client: Parameters<typeof testCase.run>[0]): string[] => {
      try {
        return testCase.run(client)
      } catch {
        return ['throws']
      }
    }
    const ours = attempt(await typeberryOverOurAnanas('interpreter'))
    const theirs = attempt(await typeberryPeer('ananas'))
    const known = KNOWN.find(entry => entry.peer === 'ananas' && entry.name.test(testCase.name))
    const different = ours.flatMap((line, i) => (line === theirs[i] ? [] : [theirs[i] ?? '']))
    expect(different.filter(line => known?.theirs.test(line) !== true)).toEqual([])
  })
})

const TRACES = vectors && join(vectors, 'traces')

describe.skipIf(!arePeersInstalled || TRACES === undefined || !existsSync('dist/lib/ananas.js'))(
  `anan-as: its own replayer over ours${unlessInstalled}`,
  () => {
    it('verifies every recorded run', async () => {
      // Its program as published, with one file replaced: the one that its own machine comes from.
      const copy = join(MODULES, '.anan-as-over-coulis')
      rmSync(copy, { recursive: true, force: true })
      mkdirSync(join(copy, 'build'), { recursive: true })
      cpSync(join(MODULES, '@fluffylabs/anan-as/dist/bin'), join(copy, 'bin'), { recursive: true })
      writeFileSync(join(copy, 'package.json'), '{ "type": "module" }')
      const names = Object.keys(createAnanas({ engine: 'interpreter' })).filter(name => !name.startsWith('#'))
      const source = pathToFileURL(join(process.cwd(), 'dist/lib/ananas.js')).href
      const text = `import { createAnanas } from ${JSON.stringify(source)}\nexport const { ${names.join(', ')} } = createAnanas()\n`
      writeFileSync(join(copy, 'build/release.js'), text)
      const { replayTraceFile } = await importPeer('.anan-as-over-coulis/bin/src/trace-replay.js')
      const { NoOpTracer } = await importPeer('.anan-as-over-coulis/bin/src/tracer.js')
      const files = readdirSync(TRACES!).filter(name => name.endsWith('.log'))
      expect(files.length).toBeGreaterThanOrEqual(32)
      for (const name of files) {
        const options = { logs: false, hasMetadata: HasMetadata.Yes, verify: true, tracer: new NoOpTracer() }
        expect(replayTraceFile(join(TRACES!, name), options), name).toMatchObject({ success: true })
      }
    })
  },
)
