// What the shared suites do not see of machines on the core: cells and their reuse, lazy growth, pages outside of the
// window, views over time, decoded programs, engines changed on the way.
import { afterEach, describe, expect, it } from 'vitest'
import { Access, PAGE_SIZE } from '../../src/blob/address-space.ts'
import { assemble } from '../../src/blob/assembly.ts'
import { AT_VM, MEMORY_SIZE, ROTATION, WINDOW_END } from '../../src/core/contract.gen.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { StartOptions, Vm } from '../../src/engine/engine.ts'
import { Exit } from '../../src/engine/exit.ts'
import { poolState } from '../../src/engine/machine/residence.ts'
import { memoryDifference } from '../../src/fuzz/compare.ts'
import { profile } from '../../src/program/profile.ts'
import { createProgram, loadProgram, type Program } from '../../src/program/program.ts'
import { cellOf } from '../core-body.ts'

const HALT = 0xffff0000n
const GIB = 2 ** 30
const open: Vm[] = []

function programOf(text: string): Program {
  const { bytes, kind } = assemble(text)
  return loadProgram(bytes, { kind })
}

function make(program: Program, options: StartOptions = {}, kind: 'interpreter' | 'reference' = 'interpreter'): Vm {
  const vm = createEngine({ kind }).instantiate(program, { gas: 10n ** 9n, regs: [HALT], ...options })
  open.push(vm)
  return vm
}

const numbers = new WeakMap<object, number>()
let known = 0
/** A number for each cell: comparing cells themselves would print 400 MiB. */
function cellNumber(vm: Vm): number {
  const cell = cellOf(vm)
  if (!numbers.has(cell)) numbers.set(cell, ++known)
  return numbers.get(cell)!
}

/** Pages with bytes of their own since the last reset. */
const touched = (vm: Vm): number => cellOf(vm).core.pvm_used(AT_VM, 1)
/** Bytes of arena in use: tables and decoded records. */
const arena = (vm: Vm): number => cellOf(vm).core.pvm_used(AT_VM, 0)
const flushes = (vm: Vm): number => cellOf(vm).core.pvm_used(AT_VM, 2)

afterEach(() => {
  for (const vm of open.splice(0)) vm.dispose()
})

const STORE = `
@loop:
    store_ind_u64 [r7], r8
    add_64 r7, r7, r9
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @loop
    jump_ind r0
`

/** Registers for STORE: `count` stores of 7, `step` bytes apart. */
const stores = (from: number, step: number, count: number): bigint[] => [
  HALT,
  ...new Array<bigint>(6).fill(0n),
  BigInt(from),
  7n,
  BigInt(step),
  BigInt(count),
]

describe('cells', () => {
  it('a cell is used again, zeroed, with nothing mapped, and the decoded program still in it', () => {
    const program = programOf(STORE)
    const pages = [{ address: 0x20000, length: 0x10000, access: Access.Write }]
    const first = make(program, { pages, regs: stores(0x20000, 8, 100) })
    expect(first.run()).toBe(Exit.Halt)
    const cell = cellNumber(first)
    const decoded = arena(first)
    first.dispose()
    const second = make(program)
    expect(cellNumber(second)).toBe(cell)
    expect(second.memory.pages()).toEqual([])
    expect([...second.regs]).toEqual([HALT, ...new Array(12).fill(0n)])
    second.memory.protect(0x20, 16, Access.Read)
    expect(second.memory.view(0x20000, 0x10000)!.every(byte => byte === 0)).toBe(true)
    expect(arena(second)).toBe(decoded)
  })

  it('the same code from other bytes keeps its decoded instructions; other code does not', () => {
    const long = STORE + '\nmove_reg r7, r7'.repeat(5000)
    const first = make(programOf(long), { gas: 1n })
    first.run()
    const cell = cellNumber(first)
    const decoded = arena(first)
    first.dispose()
    const same = make(programOf(long), { gas: 1n })
    expect([cellNumber(same), arena(same)]).toEqual([cell, decoded])
    same.dispose()
    const other = make(programOf(long.replace('-1', '-2').replaceAll('r7, r7', 'r6, r6')), { gas: 1n })
    expect(other.run()).toBe(Exit.Panic) // a store at 0
    expect(cellNumber(other)).not.toBe(cell)
  })

  it('the cell of a small program that nobody came back to goes to another, once', () => {
    const [a, b, c] = ['-30', '-31', '-32'].map(step => programOf(STORE.replace('-1', step)))
    const cellOf = (program: Program): number => {
      const vm = make(program, { gas: 1n })
      const cell = cellNumber(vm)
      vm.dispose()
      return cell
    }
    const cells = [a, b, c, a, b, c, a, b, c].map(program => cellOf(program!))
    expect(cells[1]).toBe(cells[0])
    expect(cells[2]).not.toBe(cells[0])
    expect(cells.slice(6)).toEqual(cells.slice(3, 6))
    expect(new Set(cells.slice(6)).size).toBe(3)
  })

  it('programs that take turns stay decoded, each in its own cell; idle cells do not pile up', () => {
    const programs = Array.from({ length: 20 }, (_, i) => programOf(STORE.replace('-1', `-${i + 3}`)))
    const cellOf = (program: Program): number => {
      const vm = make(program, { gas: 1n })
      const cell = cellNumber(vm)
      vm.dispose()
      return cell
    }
    for (const program of programs) cellOf(program)
    const [a, b] = programs.slice(-2) as [Program, Program]
    const cells = [cellOf(a), cellOf(b)]
    expect(cells[0]).not.toBe(cells[1])
    for (let i = 0; i < 3; i++) expect([cellOf(a), cellOf(b)]).toEqual(cells)
    expect(poolState().idle).toBeLessThanOrEqual(8)
  })

  it('the same code under other rules is decoded anew', () => {
    const { bytes } = assemble('trap')
    const run = (name: 'gp-0.7.2' | 'w3f-vectors'): bigint => {
      const vm = make(loadProgram(bytes, { profile: profile(name, { gasModel: 'pipeline' }) }), { gas: 100n })
      vm.run()
      const { gasUsed } = vm
      vm.dispose()
      return gasUsed
    }
    expect([run('gp-0.7.2'), run('w3f-vectors'), run('gp-0.7.2')]).toEqual([2n, 2n, 2n])
    const plain = make(loadProgram(bytes), { gas: 100n })
    plain.run()
    expect(plain.gasUsed).toBe(1n)
  })

  it('two machines of one program do not see each other', () => {
    const program = programOf(STORE)
    const pages = [{ address: 0x20000, length: 0x1000, access: Access.Write }]
    const [a, b] = [1, 2].map(() => make(program, { pages, regs: stores(0x20000, 8, 3) }))
    expect(cellNumber(a!)).not.toBe(cellNumber(b!))
    a!.run()
    expect([a!.memory.readU32(0x20000), b!.memory.readU32(0x20000)]).toEqual([7, 0])
  })

  it('a machine that was dropped without dispose() gives its cell back', async () => {
    const { setFlagsFromString } = await import('node:v8')
    setFlagsFromString('--expose-gc')
    const gc = (await import('node:vm')).runInNewContext('gc') as () => void
    const { idle } = poolState()
    const taken = idle === 0 ? 0 : 1
    const drop = (): void => {
      createEngine({ kind: 'interpreter' }).instantiate(programOf('trap'), { gas: 5n }).run()
    }
    drop()
    expect(poolState().idle).toBe(idle - taken)
    for (let i = 0; i < 50 && poolState().idle === idle - taken; i++) {
      gc()
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    expect(poolState().idle).toBe(idle - taken + 1)
  })
})

describe('growth', () => {
  const heap = { start: 0x20000, limit: 0xf0000000 }

  it('sbrk of 256 MiB maps it all and touches nothing; a store touches one page', () => {
    const text = 'load_imm r1, 0x10000000\nsbrk r2, r1\nstore_u8 [0x8000000], r1\njump_ind r0'
    const vm = make(programOf(text), { heap })
    vm.step(2)
    expect([vm.regs[2], touched(vm)]).toEqual([0x20000n, 0])
    expect(vm.memory.writable(0x20000, 0x10000000)).toBe(true)
    expect(vm.run()).toBe(Exit.Halt)
    expect(touched(vm)).toBe(1)
    vm.reset()
    expect([touched(vm), vm.memory.pages()]).toEqual([0, []])
  })

  it('views of registers and memory stay live through 3.7 GiB of sbrk', () => {
    const text =
      'load_imm_64 r1, 0xe0000000\nsbrk r2, r1\nstore_u8 [0x20000], r1\nstore_u8 [0xd0000000], r1\njump_ind r0'
    const vm = make(programOf(text), { heap, pages: [{ address: 0x10000, length: PAGE_SIZE, access: Access.Write }] })
    const { regs, regs32 } = vm
    const view = vm.memory.view(0x10000, 16)!
    expect(vm.run()).toBe(Exit.Halt)
    expect([regs[2], regs32[4], view.length]).toEqual([0x20000n, 0x20000, 16])
    vm.memory.writeU8(0x10003, 9)
    expect(view[3]).toBe(9)
    expect(vm.regs).toBe(regs)
  })

  it('a machine that touched more than 32 MiB gives its memory to the system instead of zeroing it', () => {
    const program = programOf(STORE)
    const pages = [{ address: 0x100000, length: 64 * 2 ** 20, access: Access.Write }]
    const vm = make(program, { pages, regs: stores(0x100000, PAGE_SIZE, 9000) })
    vm.run()
    const cell = cellNumber(vm)
    vm.dispose()
    expect(cellNumber(make(program))).not.toBe(cell)
  })
})

describe('pages outside of the window', () => {
  const far = 2 * GIB
  const pages = [
    { address: far, length: 4 * PAGE_SIZE, access: Access.Write },
    { address: WINDOW_END - ROTATION - PAGE_SIZE, length: 2 * PAGE_SIZE, access: Access.Write },
  ]

  it.each([
    ['aligned', far, 8],
    ['across pages', far + 4, 8],
    ['a page each', far + 16, PAGE_SIZE],
    ['across the end of the window', WINDOW_END - ROTATION - 4, 1],
  ])('loads and stores there are exact: %s', (_, from, step) => {
    const program = programOf(STORE)
    const options = { pages, regs: stores(from, step, 3) }
    const [vm, reference] = [make(program, options), make(program, options, 'reference')]
    expect(vm.run()).toBe(reference.run())
    expect(memoryDifference(reference.memory, vm.memory)).toBeUndefined()
  })

  it('a view of one page is live, a view of several is a copy, as with the reference machine', () => {
    const vm = make(programOf('trap'), { pages })
    const live = vm.memory.view(far + 8, 4)!
    const copy = vm.memory.view(far + PAGE_SIZE - 4, 8)!
    vm.memory.writeU32(far + 8, 5)
    vm.memory.writeU32(far + PAGE_SIZE - 4, 5)
    expect([live[0], copy[0]]).toEqual([5, 0])
  })

  it('however many they are, what somebody has a view of stays where it is', () => {
    const count = 20_000
    const program = programOf(STORE)
    const mapped = [{ address: far, length: count * PAGE_SIZE, access: Access.Write }]
    const vm = make(program, { pages: mapped, regs: stores(far, PAGE_SIZE, count) })
    const { regs, regs32 } = vm
    const view = vm.memory.view(far + 4096 * PAGE_SIZE, 8)!
    expect(vm.run()).toBe(Exit.Halt)
    expect([regs.length, vm.regs, vm.regs32, regs[10]]).toEqual([13, regs, regs32, 0n])
    expect(view[0]).toBe(7)
    expect(vm.gasUsed).toBe(BigInt(4 * count + 1))
    for (const page of [0, 1, 4095, 4096, count - 1]) expect(vm.memory.readU32(far + page * PAGE_SIZE)).toBe(7)
  })
})

describe('large programs', () => {
  /** `count` fallthroughs and a jump back to the start. */
  function circle(count: number): Program {
    const code = new Uint8Array(count + 5).fill(1)
    code[count] = 40
    new DataView(code.buffer).setInt32(count + 1, -count, true)
    const bitmask = new Uint8Array(Math.ceil(code.length / 8)).fill(0xff)
    for (let pc = count + 1; pc < 8 * bitmask.length; pc++) bitmask[pc >> 3]! &= ~(1 << (pc & 7))
    const parts = { code, bitmask, jumpTable: new Uint32Array(0), jumpTableLength: 0, jumpTableEntrySize: 0 }
    return createProgram({ container: { kind: 'raw', parts }, profile: profile('gp-0.7.2') })
  }

  it('records that do not fit are thrown away and made again, unseen', () => {
    const count = 1_200_000
    const vm = make(circle(count), { gas: 3_000_000n })
    expect(vm.run()).toBe(Exit.OutOfGas)
    expect([vm.pc, vm.gas]).toEqual([3_000_000 % (count + 1), 0n])
    expect(flushes(vm)).toBeGreaterThan(0)
  })

  it('pages outside of the window do not reach the arena of a large program', () => {
    // The store loop, its jump_ind replaced by the first of six million fallthroughs: their code and records are in an arena of its own.
    const loop = programOf(STORE)
    const around = circle(6_000_000)
    const end = loop.code.length - 2
    const bytes = around.code.slice()
    const bitmask = around.bitmask.slice()
    bytes.set(loop.code.subarray(0, end))
    for (let pc = 0; pc < end; pc++) if (!loop.isInstruction(pc)) bitmask[pc >> 3]! &= ~(1 << (pc & 7))
    const parts = { code: bytes, bitmask, jumpTable: new Uint32Array(0), jumpTableLength: 0, jumpTableEntrySize: 0 }
    const program = createProgram({ container: { kind: 'raw', parts }, profile: profile('gp-0.7.2') })
    const count = 20_000
    const pages = [{ address: 0x80000000, length: count * PAGE_SIZE, access: Access.Write }]
    const options = { pages, regs: stores(0x80000000, PAGE_SIZE, count), gas: BigInt(4 * count + 3_000_000) }
    const [vm, reference] = [make(program, options), make(program, options, 'reference')]
    expect([vm.run(), vm.pc, vm.gas]).toEqual([reference.run(), reference.pc, reference.gas])
    expect(vm.exit).toBe(Exit.OutOfGas)
  })

  it('code too large for the arena has one of its own', () => {
    const count = 6_000_000
    const vm = make(circle(count), { gas: 6_000_100n })
    expect(vm.run()).toBe(Exit.OutOfGas)
    expect(vm.pc).toBe(99)
    expect(cellOf(vm).memory.buffer.byteLength).toBeGreaterThan(MEMORY_SIZE)
  })

  it('a jump table too large for the arena has one of its own, also where an idle cell has the same code', () => {
    const withTable = (length: number): Program => {
      const { code, bitmask } = circle(7)
      const table = { jumpTable: new Uint32Array(length), jumpTableLength: length, jumpTableEntrySize: 1 }
      return createProgram({
        container: { kind: 'raw', parts: { code, bitmask, ...table } },
        profile: profile('gp-0.7.2'),
      })
    }
    make(withTable(0)).dispose()
    const vm = make(withTable(3_200_000), { gas: 100n })
    expect(vm.run()).toBe(Exit.OutOfGas)
    expect(cellOf(vm).memory.buffer.byteLength).toBeGreaterThan(MEMORY_SIZE)
  })
})

describe('engines changed on the way', () => {
  it.each(['instruction', 'block', 'pipeline'] as const)(
    'interpreter and reference take turns on one state: gas model %s',
    gasModel => {
      const { bytes } = assemble(STORE)
      const program = loadProgram(bytes, { profile: profile('gp-0.7.2', { gasModel }) })
      const options: StartOptions = {
        pages: [{ address: 0x20000, length: 0x10000, access: Access.Write }],
        regs: stores(0x20000, 100, 200),
        gas: 500n,
      }
      const [vm, reference] = [make(program, options), make(program, options, 'reference')]
      for (let turn = 0; turn < 200; turn++) {
        vm.switchTo(turn % 2 === 0 ? 'interpreter' : 'reference')
        const count = 1 + (turn % 7)
        expect(vm.step(count)).toBe(reference.step(count))
        expect([vm.pc, vm.gas, vm.charged, ...vm.regs]).toEqual([
          reference.pc,
          reference.gas,
          reference.charged,
          ...reference.regs,
        ])
      }
      expect(memoryDifference(reference.memory, vm.memory)).toBeUndefined()
    },
  )
})
