// A recorded run replays on every engine without the host, whatever the host did and however it ended.
import { describe, expect, it } from 'vitest'
import { Access } from '../../src/blob/address-space.ts'
import { assemble } from '../../src/blob/assembly.ts'
import { availableEngines, createEngine } from '../../src/engine/create.ts'
import type { EngineKind, StartOptions, Vm } from '../../src/engine/engine.ts'
import { HostAction, type HostEntry, type HostFunction } from '../../src/engine/engine.ts'
import { loadProgram } from '../../src/program/program.ts'
import { parseTrace } from '../../src/trace/parse.ts'
import { createRecorder } from '../../src/trace/record.ts'
import { describeDifference, replay } from '../../src/trace/replay.ts'
import { formatTrace } from '../../src/trace/trace.ts'

const CALLS = `
    load_imm_64 r9, 0x123456789abcdef0
    store_u64 [0x20000], r9
    ecalli 1
    load_u64 r10, [0x20000]
    ecalli 1
    jump_ind r0
`

/** Records on every engine; all records are the same. */
function record(text: string, call: HostFunction, options: StartOptions = {}): string {
  const [first, ...others] = availableEngines().map(kind => recordOn(kind, text, call, options))
  for (const other of others) expect(other).toBe(first)
  return first!
}

function recordOn(kind: EngineKind, text: string, call: HostFunction, options: StartOptions): string {
  const { bytes, kind: container } = assemble(text)
  const entry: HostEntry = { name: 'test', price: 10, call }
  const recorder = createRecorder({ program: bytes, host: { entry: index => (index === 1 ? entry : undefined) } })
  const program = loadProgram(bytes, { kind: container })
  const start: StartOptions =
    container === 'raw'
      ? { regs: [0xffff0000n], pages: [{ address: 0x20000, length: 4096, access: Access.Write }] }
      : { args: Uint8Array.of(6, 0, 3), entry: 0 }
  const engine = createEngine({ kind })
  const vm = engine.instantiate(program, { gas: 1000n, hostErrors: 'panic', ...start, ...options, host: recorder.host })
  recorder.start(vm)
  vm.run()
  return formatTrace(recorder.finish(vm))
}

function difference(trace: string): string[] {
  return availableEngines().map(kind => {
    const result = replay(parseTrace(trace), { engine: createEngine({ kind }) })
    return result.difference === undefined ? 'identical' : describeDifference(result.difference)
  })
}

const identical = availableEngines().map(() => 'identical')

const HOSTS: Readonly<Record<string, HostFunction>> = {
  'does nothing': () => {},
  'sets registers': (vm: Vm) => {
    vm.regs[7] = 2n ** 64n - 1n
    vm.regs[0] = vm.regs[0]!
  },
  'reads and writes in all widths': vm => {
    const { memory } = vm
    memory.writeU8(0x20008, memory.readU8(0x20000))
    memory.writeU16(0x20010, memory.readU16(0x20000))
    memory.writeU32(0x20020, memory.readU32(0x20000))
    memory.writeU64(0x20028, memory.readU64(0x20001))
    const bytes = new Uint8Array(64)
    memory.read(0x20000, bytes)
    memory.write(0x20040, bytes)
  },
  'writes what it read from before': vm => {
    vm.memory.writeU64(0x20000, vm.memory.readU64(0x20000) + 1n)
  },
  'writes through a view': vm => {
    const view = vm.memory.view(0x20000, 16)!
    view[3] = 77
    view[9] = 78
  },
  'takes gas': vm => {
    vm.gas -= 100n
  },
  'fails to read what is not mapped': vm => {
    vm.regs[7] = vm.memory.readU64(0x50000) === -1n ? 1n : 2n
  },
  'zeroes a page': vm => vm.memory.zero(0x20, 1),
  panics: () => HostAction.Panic,
  halts: () => HostAction.Halt,
  throws: () => {
    throw new Error('no')
  },
  'takes all gas': vm => {
    vm.chargeGas(10_000)
  },
}

describe('recording', () => {
  it.each(Object.keys(HOSTS))('a run whose host %s replays identically', name => {
    expect(difference(record(CALLS, HOSTS[name]!))).toEqual(identical)
  })

  it('a run that ends out of gas, before and at a host call, replays identically', () => {
    for (const gas of [0n, 1n, 2n, 3n, 5n, 12n, 13n, 14n, 15n, 20n]) {
      expect(difference(record(CALLS, HOSTS['sets registers']!, { gas })), `${gas}`).toEqual(identical)
    }
  })

  it('a run that ends in a page fault is recorded as a panic', () => {
    const trace = record('ecalli 1\nload_u8 r7, [0x30000]', HOSTS['does nothing']!)
    expect(trace).toContain('PANIC=196608 pc=2 gas=')
    expect(difference(trace)).toEqual(identical)
  })

  it('writes down arguments, host calls and changes, in the spelling of the field', () => {
    const service = `.format standard
      .stack 4096
      load_ind_u8 r9, [r7]
      store_ind_u8 [r1 - 8], r9
      ecalli 1
      jump_ind r0`
    const trace = record(service, vm => {
      vm.regs[7] = BigInt(vm.memory.readU8(0xfefdfff8))
      vm.memory.writeU8(0xfefdfff9, 255)
    })
    expect(trace.split('\n').slice(1)).toEqual([
      'memwrite 0xfeff0000 len=3 <- 0x060003',
      'start pc=0 gas=1000 r00=0xffff0000 r01=0xfefe0000 r07=0xfeff0000 r08=0x3',
      'ecalli=1 pc=5 gas=997 r00=0xffff0000 r01=0xfefe0000 r07=0xfeff0000 r08=0x3 r09=0x6',
      'memread 0xfefdfff8 len=1 -> 0x06',
      'memwrite 0xfefdfff9 len=1 <- 0xff',
      'setreg r07 <- 0x6',
      'setgas <- 987',
      'HALT pc=7 gas=986 r00=0xffff0000 r01=0xfefe0000 r07=0x6 r08=0x3 r09=0x6',
      '',
    ])
    expect(difference(trace)).toEqual(identical)
  })

  it('a run whose host changed page rights is refused: the format cannot say it', () => {
    expect(() => record(CALLS, vm => vm.memory.protect(0x40, 1, Access.Write))).toThrow(/changed page rights/)
  })
})
