// `.pvmstate` files: what is written is read again, on any engine; what is damaged or made up is refused, or a state that is none of
// a danger.
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/fuzz/random.ts'
import { blake2b } from '../../src/hash/blake2b.ts'
import {
  Access,
  availableEngines,
  BlobError,
  createEngine,
  type EngineKind,
  Exit,
  profile,
  type Vm,
} from '../../src/index.ts'
import { decodeSnapshot, encodeSnapshot, restore, snapshot } from '../../src/inside/index.ts'
import { equalBytes } from '../../src/program/equal-bytes.ts'
import { programOf } from '../suite/cases.ts'

const W = 0x20000
const TEXT = '@a: add_imm_64 r7, r7, 1\nstore_u64 [0x20008], r7\necalli 5\nbranch_lt_u_imm r7, 50, @a\ntrap'
const { program } = programOf(TEXT)

function machine(kind: EngineKind): Vm {
  const pages = [
    { address: W, length: 8192, access: Access.Write },
    { address: 0x40000, length: 4096, access: Access.Read },
  ]
  return createEngine({ kind }).instantiate(program, { gas: 1000n, pages })
}

function fileOf(kind: EngineKind = 'reference'): Uint8Array {
  const vm = machine(kind)
  vm.memory.writeU8(W + 4096, 9)
  expect(vm.run()).toBe(Exit.Host)
  const bytes = encodeSnapshot(snapshot(vm))
  vm.dispose()
  return bytes
}

/** The file with the hash that it says to have. */
function sign(bytes: Uint8Array): Uint8Array {
  bytes.set(blake2b(bytes.subarray(0, bytes.length - 32)), bytes.length - 32)
  return bytes
}

function codeOf(bytes: Uint8Array, of = program): string {
  try {
    decodeSnapshot(bytes, of)
    return 'read'
  } catch (error) {
    if (error instanceof BlobError) return `${error.code} at ${error.offset}`
    throw error
  }
}

describe('.pvmstate files', () => {
  it('are the same of every engine, and go on on every other', () => {
    const file = fileOf()
    expect(file.length).toBe(192 + 2 * 12 + 2 * 4100 + 32)
    for (const kind of availableEngines()) {
      expect(equalBytes(fileOf(kind), file)).toBe(true)
      const vm = machine(kind)
      restore(vm, decodeSnapshot(file, program))
      expect(equalBytes(encodeSnapshot(snapshot(vm)), file)).toBe(true)
      expect([vm.exit, vm.exitArg, vm.regs[7], vm.gasUsed]).toEqual([Exit.Host, 5, 1n, 3n])
      expect([vm.run(), vm.regs[7], vm.memory.readU8(W + 4096), vm.memory.access(0x40)]).toEqual([Exit.Host, 2n, 9, 1])
      vm.dispose()
    }
  })

  it('are read only for their own program and rules', () => {
    const file = fileOf()
    expect(codeOf(file, programOf('trap').program)).toBe('bad-section at 152')
    expect(codeOf(file, programOf(TEXT, profile('gp-0.7.2', { sbrkResult: 'new' })).program)).toBe('bad-section at 152')
    expect(() => decodeSnapshot('no' as unknown as Uint8Array, program)).toThrow(TypeError)
  })

  it('are refused when a byte is flipped, cut off or added anywhere', () => {
    const file = fileOf()
    const random = new Random('flips')
    for (let i = 0; i < 300; i++) {
      const at = i < 260 ? i : random.below(file.length)
      const broken = file.slice()
      broken[at]! ^= 1 << random.below(8)
      expect(codeOf(broken), `byte ${at}`).not.toBe('read')
    }
    for (const length of [0, 1, 8, 12, 191, 192, 223, 224, 4000, file.length - 1]) {
      expect(codeOf(file.subarray(0, length)), `${length} bytes`).toMatch(/truncated|bad-magic|bad-section/)
    }
    const longer = new Uint8Array(file.length + 1)
    longer.set(file)
    expect(codeOf(longer)).toBe(`trailing-bytes at ${file.length}`)
  })

  it.each([
    ['a version to come', 8, 2, 'bad-version at 8'],
    ['an unknown flag', 12, 0x10, 'bad-section at 12'],
    ['an exit that is none', 13, 8, 'bad-section at 12'],
    ['a host call that is open in two ways', 14, 3, 'bad-section at 12'],
    ['a machine that ended waiting for its host', 12, 8, 'bad-section at 12'],
    ['a block that is paid where there are none', 12, 1, 'bad-section at 12'],
    ['a host call that is open elsewhere', 16, 0, 'bad-section at 12'],
    ['gas below 0 to start with', 47, 0x80, 'bad-section at 40'],
    ['more ranges than there are', 187, 0xff, 'truncated at 8448'],
    ['more pages than there are', 191, 0xff, 'truncated at 8448'],
    ['rights that are none', 200, 2, 'bad-section at 200'],
    ['no pages in a range', 196, 0, 'bad-section at 196'],
    ['pages beyond the last', 199, 0xff, 'bad-section at 196'],
    ['ranges that do not ascend', 204, 0x20, 'bad-section at 204'],
    ['contents of a page without rights', 216, 0x1f, 'bad-section at 216'],
    ['pages that do not ascend', 216 + 4100, 0x20, `bad-section at ${216 + 4100}`],
  ])('are refused with %s, though the hash is right', (_name, at, value, code) => {
    const made = fileOf()
    expect(made.length).toBe(8448)
    made[at] = value
    expect(codeOf(sign(made))).toBe(code)
  })

  it('are refused with a machine that has ended by a step, or waits for its host though it panicked', () => {
    const made = (exit: number, pending: number): string => {
      const bytes = fileOf()
      bytes.set([8, exit, pending], 12)
      return codeOf(sign(bytes))
    }
    expect([made(6, 0), made(1, 2), made(1, 0)]).toEqual(['bad-section at 12', 'bad-section at 12', 'read'])
  })

  it('that somebody has made up are refused, or run as any machine does', { timeout: 60_000 }, () => {
    const file = fileOf()
    const random = new Random('made up')
    let run = 0
    for (let i = 0; i < 600; i++) {
      const made = file.slice()
      for (let n = 1 + random.below(4); n > 0; n--)
        made[8 + random.below(random.chance(80) ? 216 : made.length - 40)] = random.below(256)
      if (random.chance(50)) made.set(file.subarray(152, 184), 152)
      sign(made)
      if (codeOf(made) !== 'read') continue
      const state = decodeSnapshot(made, program)
      expect(equalBytes(encodeSnapshot(state), made)).toBe(true)
      const exits = (['reference', 'auto'] as const).map(kind => {
        const vm = machine(kind)
        restore(vm, state)
        expect(equalBytes(encodeSnapshot(snapshot(vm)), made)).toBe(true)
        const exit = vm.run({ maxGas: 500n })
        const end = [exit, vm.pc, vm.gas, vm.gasUsed, ...vm.regs]
        vm.dispose()
        return end
      })
      expect(exits[1]).toEqual(exits[0])
      run += 1
    }
    expect(run).toBeGreaterThan(30)
  })
})
