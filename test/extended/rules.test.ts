// What differs between PolkaVM 0.35 and 0.37, each rule in both forms, on every engine, and what both have beside the Gray Paper: widths of
// sbrk, pages of the host, strict ReviveV1. memset's address is in test/suite/heap.ts, numbers in files and section 131 in
// test/blob/blob-polkavm.test.ts.
import { describe, expect, it } from 'vitest'
import {
  assemble,
  availableEngines,
  type BlobError,
  callExport,
  createEngine,
  Exit,
  loadProgram,
  type Profile,
  type Program,
  profile,
} from '../../src/index.ts'
import { instructionNamed, instructionSet, instructionSet as instructionSetOf } from '../../src/isa/index.ts'

function programOf(text: string, rules: Profile): Program {
  const assembled = assemble(`.isa ${rules.instructionSet}\n.format raw\n${text}`)
  return loadProgram(assembled.bytes, { kind: 'raw', profile: rules })
}

describe.each(availableEngines())('the rules of PolkaVM 0.35 and 0.37 on %s', kind => {
  const engine = createEngine({ kind })

  it('a cmov’s old destination is a source in the gas model of 0.37', () => {
    const text = 'load_imm r1, 1\nmul_64 r2, r3, r4\ndiv_u_64 r1, r2, r2\ncmov_iz r1, r5, r6\ntrap'
    const costs = (['polkavm', 'polkavm-0.37'] as const).map(name => {
      const vm = engine.instantiate(programOf(text, profile(name, { gasModel: 'pipeline' })), { gas: 1000n })
      vm.run()
      expect(1000n - vm.gas).toBe(BigInt(vm.program.costAt(0)))
      return 1000n - vm.gas
    })
    expect(costs[1]).toBeGreaterThan(costs[0]!)
  })

  it('a branch needs two good successors in both, taken or not', () => {
    const text = 'load_imm r1, 1\nbranch_eq_imm r1, 5, 1\ntrap'
    for (const name of ['polkavm', 'polkavm-0.37'] as const) {
      const vm = engine.instantiate(programOf(text, profile(name)), { gas: 1000n })
      expect([vm.run(), vm.pc], name).toEqual([Exit.Panic, 3])
    }
  })

  it.each(['latest32', 'latest64', 'latest64-0.37', 'revive-v1', 'gp-0.8.0'] as const)(
    'a start where no instruction begins panics there unpaid under the rules of PolkaVM, in %s',
    instructionSet => {
      const text = 'load_imm r7, 5\nload_imm r8, 1000\ntrap'
      for (const name of ['polkavm', 'polkavm-0.37'] as const) {
        for (const gasModel of ['instruction', 'block', 'pipeline'] as const) {
          const end = (wrongStart: 'paid' | 'unpaid', entry: number, gas: bigint) => {
            const program = programOf(text, profile(name, { instructionSet, gasModel, wrongStart }))
            const vm = engine.instantiate(program, { gas, entry, regs: [1n] })
            return [vm.run(), vm.pc, vm.gas, program.costAt(entry), program.code.length] as const
          }
          const length = end('paid', 1, 100n)[4]
          for (const entry of [1, 2, 4, length, length + 1, 0xffffffff]) {
            const what = `${name} ${gasModel} ${entry}`
            expect(end('unpaid', entry, 100n).slice(0, 3), what).toEqual([Exit.Panic, entry, 100n])
            expect(end('unpaid', entry, 0n).slice(0, 3), what).toEqual([Exit.Panic, entry, 0n])
            const [exit, , gas, cost] = end('paid', entry, 100n)
            expect([exit, gas], what).toEqual([Exit.Panic, 100n - BigInt(gasModel === 'instruction' ? 1 : cost)])
            expect(end('paid', entry, 0n)[0], what).toBe(Exit.OutOfGas)
          }
        }
      }
    },
  )

  it('a host that sends a machine between instructions, or behind the code, has it panic there unpaid', () => {
    for (const gasModel of ['instruction', 'block', 'pipeline'] as const) {
      const program = programOf('ecalli 1\nload_imm r7, 5\ntrap', profile('polkavm', { gasModel }))
      for (const pc of [3, program.code.length]) {
        const call = { name: 'go', price: 0, call: (vm: { pc: number }) => void (vm.pc = pc) }
        const vm = engine.instantiate(program, { gas: 100n, host: { entry: () => call } })
        const paid = BigInt(gasModel === 'instruction' ? 1 : program.costAt(0))
        expect([vm.run(), vm.pc, vm.gas], `${gasModel} ${pc}`).toEqual([Exit.Panic, pc, 100n - paid])
      }
    }
  })

  /** A jump over a byte that is no opcode, to what follows it, in a set with a bitmask. */
  function overUndefined(
    instructionSet: 'latest32' | 'latest64' | 'revive-v1' | 'gp-0.7.2',
    to: number,
    changes: Partial<Profile> = {},
  ): Program {
    const { opcodes, byOpcode } = instructionSetOf(instructionSet)
    const nothing = byOpcode.indexOf(undefined)
    const jump = opcodes[instructionNamed('jump')!.id]!
    const load = opcodes[instructionNamed('load_imm')!.id]!
    const code = Uint8Array.of(jump, to, nothing, load, 7, 5, 0)
    const parts = { code, bitmask: Uint8Array.of(0b1001101), jumpTable: new Uint32Array(0) }
    return loadProgram(parts, { profile: profile('polkavm', { instructionSet, ...changes }) })
  }

  const endOf = (program: Program, entry = 0) => {
    const vm = engine.instantiate(program, { gas: 100n, entry })
    return [vm.run(), vm.pc, vm.gas, vm.regs[7]]
  }

  it('an undefined opcode is a trap like any other in the sets of PolkaVM: it can be jumped to', () => {
    for (const set of ['latest32', 'latest64', 'revive-v1'] as const)
      expect(endOf(overUndefined(set, 2)), set).toEqual([Exit.Panic, 2, 98n, 0n])
    for (const to of [2, 3]) expect(endOf(overUndefined('gp-0.7.2', to))).toEqual([Exit.Panic, 0, 99n, 0n])
  })

  it('what follows an undefined opcode can be jumped to in 0.37 and not in 0.35, where a host can start there all the same', () => {
    for (const set of ['latest32', 'latest64', 'revive-v1'] as const) {
      const [older, newer] = [false, true].map(rule => overUndefined(set, 3, { jumpBehindUndefined: rule }))
      expect(endOf(older!), set).toEqual([Exit.Panic, 0, 99n, 0n])
      expect(endOf(newer!), set).toEqual([Exit.Panic, 6, 97n, 5n])
      for (const program of [older!, newer!]) {
        expect(endOf(program, 3), set).toEqual([Exit.Panic, 6, 98n, 5n])
        expect([program.costAt(2), program.costAt(3)]).toEqual([1, 2])
      }
      expect([older!.isBlockStart(3), newer!.isBlockStart(3)]).toEqual([false, true])
    }
    // The Gray Paper allows it under no profile.
    const rules = { jumpBehindUndefined: true, gasModel: 'instruction' } as const
    expect(endOf(overUndefined('gp-0.7.2', 3, rules))).toEqual([Exit.Panic, 0, 99n, 0n])
  })

  it('a loop over what follows an undefined opcode ends alike, compiled or not', () => {
    const { opcodes, byOpcode } = instructionSetOf('latest64')
    const number = (name: string) => opcodes[instructionNamed(name)!.id]!
    const nothing = byOpcode.indexOf(undefined)
    // 0: r7 += 1; 3: if r7 < 100 go to 0; 7: fallthrough; 8: jump 11; 10: no opcode; 11: trap
    const code = Uint8Array.of(
      ...[number('add_imm_64'), 0x77, 1, number('branch_lt_u_imm'), 0x17, 100, 0xfd, number('fallthrough')],
      ...[number('jump'), 3, nothing, 0],
    )
    const parts = { code, bitmask: Uint8Array.of(0b10001001, 0b1101), jumpTable: new Uint32Array(0) }
    for (const [rule, at] of [
      [false, 8],
      [true, 11],
    ] as const) {
      const program = loadProgram(parts, { profile: profile('polkavm', { jumpBehindUndefined: rule }) })
      const vm = engine.instantiate(program, { gas: 10_000n })
      expect([vm.run(), vm.pc, vm.regs[7]], `${rule}`).toEqual([Exit.Panic, at, 100n])
    }
  })

  /** Code with a bitmask, in an instruction set that both versions read, from instructions at offsets. */
  function spread(
    instructionSet: 'latest32' | 'latest64' | 'revive-v1' | 'gp-0.7.2',
    behindGap: Profile['behindGap'],
    items: Readonly<Record<number, readonly [name: string, ...operands: number[]]>>,
  ): Program {
    const { opcodes } = instructionSetOf(instructionSet)
    const code = new Uint8Array(100)
    const bitmask = new Uint8Array(13)
    for (const [at, [name, ...operands]] of Object.entries(items)) {
      code.set([opcodes[instructionNamed(name)!.id]!, ...operands], Number(at))
      bitmask[Number(at) >>> 3]! |= 1 << (Number(at) & 7)
    }
    return loadProgram(
      { code, bitmask, jumpTable: new Uint32Array(0) },
      { profile: profile('polkavm', { instructionSet, behindGap }) },
    )
  }

  it('behind a gap of the bitmask there is a block in 0.37, and nothing to be at in 0.35', () => {
    for (const set of ['latest32', 'latest64', 'revive-v1'] as const) {
      const jump = {
        0: ['jump', 40],
        40: ['load_imm', 7, 5],
        43: ['trap'],
        44: ['load_imm', 7, 6],
        47: ['trap'],
      } as const
      const [older, newer] = (['nothing', 'block'] as const).map(rule => spread(set, rule, jump))
      expect(endOf(older!), set).toEqual([Exit.Panic, 0, 99n, 0n])
      expect(endOf(newer!), set).toEqual([Exit.Panic, 43, 97n, 5n])
      // A host cannot start there either, up to the end of the block; behind that it can.
      expect([40, 43].map(pc => endOf(older!, pc))).toEqual([
        [Exit.Panic, 40, 100n, 0n],
        [Exit.Panic, 43, 100n, 0n],
      ])
      expect([40, 43].map(pc => endOf(newer!, pc))).toEqual([
        [Exit.Panic, 43, 98n, 5n],
        [Exit.Panic, 43, 98n, 0n],
      ])
      for (const program of [older!, newer!]) expect(endOf(program, 44)).toEqual([Exit.Panic, 47, 98n, 6n])
      expect([older!, newer!].map(({ map }) => [...map.blocks])).toEqual([
        [0, 44],
        [0, 25, 40, 44, 72],
      ])
    }
  })

  it('a gap is a trap in both, which 0.37 has at its first byte, and at byte 0 if that is not marked', () => {
    for (const set of ['latest32', 'latest64', 'revive-v1'] as const) {
      const fall = { 0: ['load_imm', 7, 5], 40: ['load_imm', 7, 6] } as const
      for (const rule of ['nothing', 'block'] as const)
        expect(endOf(spread(set, rule, fall)), `${set} ${rule}`).toEqual([Exit.Panic, 25, 98n, 5n])
      const late = { 5: ['load_imm', 7, 6], 8: ['trap'], 9: ['jump', 0xf7, 255, 255, 255] } as const
      const [older, newer] = (['nothing', 'block'] as const).map(rule => spread(set, rule, late))
      expect([0, 5, 9].map(pc => endOf(older!, pc))).toEqual([
        [Exit.Panic, 0, 100n, 0n],
        [Exit.Panic, 5, 100n, 0n],
        [Exit.Panic, 9, 99n, 0n],
      ])
      expect([0, 5, 9].map(pc => endOf(newer!, pc))).toEqual([
        [Exit.Panic, 0, 99n, 0n],
        [Exit.Panic, 8, 98n, 6n],
        [Exit.Panic, 0, 98n, 0n],
      ])
    }
  })

  it('a gap says nothing of that kind in the sets of the Gray Paper', () => {
    for (const rule of ['nothing', 'block'] as const) {
      const program = spread('gp-0.7.2', rule, { 0: ['jump', 40], 40: ['load_imm', 7, 5], 43: ['trap'] })
      expect(endOf(program), rule).toEqual([Exit.Panic, 0, 99n, 0n])
      expect(endOf(program, 40)[3], rule).toBe(5n)
      expect(program.code).toBe(program.parts.code)
    }
  })

  it('a loop over a gap ends alike, compiled or not, and the file stays as it is', () => {
    const LOOP = {
      0: ['jump', 60],
      60: ['add_imm_32', 0x77, 1],
      63: ['branch_lt_u_imm', 0x17, 100, 0xfd],
      67: ['trap'],
    } as const
    for (const set of ['latest32', 'latest64', 'revive-v1'] as const) {
      for (const [rule, pc, r7] of [
        ['nothing', 0, 0n],
        ['block', 67, 100n],
      ] as const) {
        const program = spread(set, rule, LOOP)
        const vm = engine.instantiate(program, { gas: 10_000n })
        expect([vm.run(), vm.pc, vm.regs[7]], `${set} ${rule}`).toEqual([Exit.Panic, pc, r7])
        expect(loadProgram(program.toParts()).code).toEqual(program.code)
        expect(program.parts.code[25]).toBe(0)
        expect(program.parts.bitmask[3]).toBe(0)
      }
    }
  })

  it('a dynamic jump goes by the low half of its register in both', () => {
    for (const name of ['polkavm', 'polkavm-0.37'] as const) {
      const rules = profile(name)
      const { bytes } = assemble(
        `.isa ${rules.instructionSet}\n.format raw\n.jump_table @to\n.code\njump_ind r1\n@to: load_imm r7, 5\ntrap`,
      )
      const program = loadProgram(bytes, { kind: 'raw', profile: rules })
      for (const base of [2n, 2n ** 32n + 2n, 2n ** 64n - 2n ** 32n + 2n]) {
        const vm = engine.instantiate(program, { gas: 100n, regs: [0n, base] })
        expect([vm.run(), vm.regs[7]], `${name} ${base}`).toEqual([Exit.Panic, 5n])
      }
    }
  })

  it('register nibbles above 12 are r12 in both', () => {
    for (const name of ['polkavm', 'polkavm-0.37'] as const) {
      const program = programOf('move_reg r7, r12\ntrap', profile(name))
      for (const nibble of [12, 13, 14, 15]) {
        const code = program.code.slice()
        code[1] = (nibble << 4) | 7
        const changed = loadProgram({ ...program.parts, code }, { profile: profile(name) })
        const regs = [...new Array(12).fill(0n), 77n]
        const vm = engine.instantiate(changed, { gas: 100n, regs })
        expect([vm.run(), vm.regs[7]], `${name} ${nibble}`).toEqual([Exit.Panic, 77n])
      }
    }
  })

  it('an access from 2^14 to 2^16 faults in 0.35 and panics in 0.37, where others fault (dynamic paging)', () => {
    for (const name of ['polkavm', 'polkavm-0.37'] as const) {
      for (const inaccessible of ['fault', 'panic'] as const) {
        const rules = profile(name, { inaccessible })
        const end = (text: string) => {
          const vm = engine.instantiate(programOf(`${text}\ntrap`, rules), { gas: 100n })
          return [vm.run(), vm.exitArg]
        }
        const faults = (page: number) => (inaccessible === 'fault' ? [Exit.PageFault, page] : [Exit.Panic, 0])
        const low = (page: number) => (name === 'polkavm' ? faults(page) : [Exit.Panic, 0])
        for (const access of ['load_u8 r7, [AT]', 'store_u64 [AT], r7']) {
          const ends = [0, 4096, 16383, 16384, 40_000, 65535, 65536].map(at => end(access.replace('AT', `${at}`)))
          const panics = [Exit.Panic, 0]
          const expected = [panics, panics, panics, low(16384), low(36_864), low(61_440), faults(65536)]
          expect(ends, `${name} ${inaccessible} ${access}`).toEqual(expected)
        }
      }
    }
  })

  it('the price of a branch looks at the opcode right behind it, in both', () => {
    for (const name of ['polkavm', 'polkavm-0.37'] as const) {
      const rules = profile(name, { gasModel: 'pipeline' })
      const cost = (behind: string) =>
        programOf(`branch_eq r1, r2, @end\n${behind}\n@end: load_imm r7, 5\ntrap`, rules).costAt(0)
      expect(cost('trap'), name).toBeLessThan(cost('fallthrough'))
    }
  })

  it('a profile of PolkaVM 0.37 reads files of the other sets by their version byte', () => {
    const { bytes } = assemble('.isa gp-0.8.0\n.format polkavm\nload_imm r7, 5\njump_ind r0')
    const program = loadProgram(bytes, { profile: 'polkavm-0.37' })
    expect(program.profile).toMatchObject({
      instructionSet: 'gp-0.8.0',
      memsetAddress: '32-bit',
      cmovReadsDestination: true,
    })
    const vm = engine.instantiate(program, { gas: 1000n, regs: [0xffff0000n] })
    expect([vm.run(), vm.regs[7]]).toEqual([Exit.Halt, 5n])
  })

  /** r7 = sbrk(r7), then a byte is stored at r8. */
  const GROW = '.stack 4096\n.export grow @grow\n.code\n@grow: sbrk r7, r7\nstore_ind_u8 [r8], r8\njump_ind r0'

  function grow(data: string, rules: Profile, size: bigint, at: number): readonly [Exit | undefined, bigint] {
    const { bytes } = assemble(`.isa ${rules.instructionSet}\n.format polkavm\n.rw\n${data}\n${GROW}`)
    const program = loadProgram(bytes, { profile: rules })
    const vm = engine.instantiate(program, { ...callExport(program, 'grow', [size, BigInt(at)]), gas: 100n })
    return [vm.run(), vm.regs[7]!]
  }

  it.each(['polkavm', 'polkavm-0.37'] as const)('sbrk under %s takes what has more than 32 bits as 0', name => {
    for (const size of [2n ** 32n, 2n ** 32n + 5n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(grow('.u64 1', profile(name), size, 0x20000), `${size}`).toEqual([Exit.Halt, 0x20008n])
      expect(grow('.u64 1', profile(name, { sbrkWidth: '64-bit' }), size, 0x20000), `${size}`).toEqual([Exit.Halt, 0n])
    }
    for (const size of [2n ** 31n, 2n ** 32n - 1n]) {
      const fits = size === 2n ** 31n
      expect(grow('.u64 1', profile(name), size, 0x20000)[1]).toBe(fits ? 0xffffffff80020008n : 0n)
    }
  })

  it.each(['polkavm', 'polkavm-0.37'] as const)('what sbrk answers under %s is sign-extended from 32 bits', name => {
    const data = '.u64 1\n.rw_size 0x7fff0000'
    expect(grow(data, profile(name), 0n, 0x20000)).toEqual([Exit.Halt, 0xffffffff80010000n])
    expect(grow(data, profile(name), 1n, 0x20000)).toEqual([Exit.Halt, 0xffffffff80010001n])
    expect(grow(data, profile(name, { sbrkWidth: '64-bit' }), 0n, 0x20000)).toEqual([Exit.Halt, 0x80010000n])
  })

  it.each([4096, 8192, 16384, 32768, 65536])(
    'data, stack and heap are of whole pages of the host, of %i bytes',
    pageSize => {
      const rules = profile('polkavm', { pageSize })
      const program = loadProgram(
        assemble(
          '.isa latest64\n.format polkavm\n.ro\n.u8 1\n.rw\n.u64 1\n.stack 4096\n.export f @f\n.code\n@f: jump_ind r0',
        ).bytes,
        { profile: rules },
      )
      expect(program.layout.regions.map(({ address, length }) => [address, length])).toEqual([
        [0x10000, pageSize],
        [0x30000, pageSize],
        [0xfffe0000 - pageSize, pageSize],
      ])
      expect(program.layout.heapStart).toBe(0x30008)
      const last = (bytes: number): number => 0x20000 + Math.ceil(bytes / pageSize) * pageSize - 1
      for (const size of [0, 1, pageSize - 8, pageSize - 7, 2 * pageSize - 8, 65536 - 8, 65536, 100_000]) {
        expect(grow('.u64 1', rules, BigInt(size), last(8 + size))[0], `${size}`).toBe(Exit.Halt)
        expect(grow('.u64 1', rules, BigInt(size), last(8 + size) + 1)[0], `${size}`).toBe(Exit.Panic)
      }
    },
  )

  it('pages of the host end at the limit of the heap, also in the middle of one', () => {
    const rules = profile('polkavm', { pageSize: 16384 })
    const { bytes } = assemble(`.isa ${rules.instructionSet}\n.format polkavm\n.rw\n.u64 1\n${GROW}`)
    const program = loadProgram(bytes, { profile: rules })
    const store = (at: number): Exit | undefined => {
      const heap = { start: 0x30000, limit: 0x31800 } // the last page of 4,096 bytes that it touches begins at 0x31000
      return engine
        .instantiate(program, { ...callExport(program, 'grow', [0x1800n, BigInt(at)]), heap, gas: 100n })
        .run()
    }
    expect(store(0x31fff)).toBe(Exit.Halt)
    expect(store(0x32000)).toBe(Exit.Panic)
  })

  it('ReviveV1 has sbrk and memset of old files, strict ReviveV1 traps there, as PolkaVM does today', () => {
    const code = (text: string): Uint8Array => assemble(`.isa revive-v1\n.format raw\n${text}\ntrap`).bytes
    for (const text of ['sbrk r7, r8', 'memset']) {
      const run = (instructionSet: 'revive-v1' | 'revive-v1-strict') => {
        const program = loadProgram(code(text), { kind: 'raw', profile: 'polkavm', instructionSet })
        const vm = engine.instantiate(program, { gas: 100n })
        return [vm.run(), vm.pc]
      }
      const next = loadProgram(code(text), { kind: 'raw', instructionSet: 'revive-v1' }).next(0)
      expect(run('revive-v1'), text).toEqual([Exit.Panic, next])
      expect(run('revive-v1-strict'), text).toEqual([Exit.Panic, 0])
      expect(() => assemble(`.isa revive-v1-strict\n${text}`)).toThrow(/sbrk|memset/)
    }
  })
})

it('the strict ReviveV1 is the numbers of GP 0.7.2 without sbrk', () => {
  const [strict, paper] = [instructionSet('revive-v1-strict'), instructionSet('gp-0.7.2')]
  const sbrk = instructionNamed('sbrk')!.id
  expect([...strict.opcodes]).toEqual([...paper.opcodes].map((opcode, id) => (id === sbrk ? -1 : opcode)))
  expect([...strict.ids].filter(id => id !== 255).length).toBe(138)
})

it.each([0, 1, 2048, 4095, 4097, 12288, 131072, Number.NaN, '4096'])('pages of %s bytes are refused', pageSize => {
  expect(() => profile('polkavm', { pageSize: pageSize as number })).toThrow('pageSize')
})

describe('more than 2^25 bytes of code or 2^24 jump-table entries (GP pull request #559)', () => {
  const parts = (code: number, entries: number) => ({
    code: new Uint8Array(code),
    bitmask: new Uint8Array(Math.ceil(code / 8)).fill(255),
    jumpTable: new Uint32Array(entries),
  })
  const refused = (code: number, entries: number, rules: Profile): string | undefined => {
    try {
      loadProgram(parts(code, entries), { profile: rules })
      return undefined
    } catch (error) {
      return (error as BlobError).code
    }
  }

  it.each(['gp-0.8.0', 'gp-main'] as const)('%s refuses them', name => {
    // Checks of each instruction are left out: 2^25 of them take seconds.
    const rules = profile(name, { loader: 'lenient' })
    expect(refused(2 ** 25, 0, rules)).toBeUndefined()
    expect(refused(2 ** 25 + 1, 0, rules)).toBe('length-too-large')
    expect(refused(2 ** 25 + 1, 0, profile(name))).toBe('length-too-large')
    expect(refused(2 ** 25 + 1, 0, profile(name, { loader: 'lenient', codeLimits: 'none' }))).toBeUndefined()
  })

  it('counts jump-table entries', () => {
    const rules = profile('gp-0.8.0', { loader: 'lenient' })
    expect([refused(1, 2 ** 24, rules), refused(1, 2 ** 24 + 1, rules)]).toEqual([undefined, 'length-too-large'])
  })

  it('GP 0.7.2 has no such limits', () => {
    expect(refused(2 ** 25 + 1, 0, profile('gp-0.7.2'))).toBeUndefined()
    expect(refused(2 ** 25 + 1, 0, profile('gp-0.7.2', { codeLimits: 'pr-559' }))).toBe('length-too-large')
  })
})
