// Start options: registers, entry, arguments, memory, and what is refused. Every engine.
import { describe, expect, it } from 'vitest'
import { Access, Exit, type StartOptions, type Vm } from '../../src/index.ts'
import { type CreateVm, programOf } from './cases.ts'

/** A standard program with read-only data, read-write data, one heap page and a stack of 5000 bytes. */
const STANDARD = `
.format standard
.ro
.u32 0x11223344
.rw
.u16 0x5566
.heap 1
.stack 5000
.code
  load_u32 r2, [0x10000]
  load_u16 r3, [0x30000]
  load_ind_u8 r4, [r7]
  trap
`

const PAGE = 4096
const zeros = (changes: Readonly<Record<number, bigint>>): bigint[] =>
  Array.from({ length: 13 }, (_, index) => changes[index] ?? 0n)

/** The suite. */
export function startSuite(createVm: CreateVm): void {
  const plain = programOf('load_imm r1, 1\nat: load_imm r2, 2\nmore: trap')
  const standard = programOf(STANDARD)
  const start = (options: StartOptions = {}): Vm => createVm(plain.program, options)

  describe('standard programs (GP A.7)', () => {
    it('registers, memory areas and arguments are where they belong', () => {
      const args = Uint8Array.of(6, 0, 3)
      const vm = createVm(standard.program, { args, gas: 10n })
      expect([...vm.regs]).toEqual(zeros({ 0: 0xffff0000n, 1: 0xfefe0000n, 7: 0xfeff0000n, 8: 3n }))
      expect(vm.memory.pages()).toEqual([
        { page: 0x10, count: 1, access: Access.Read },
        { page: 0x30, count: 2, access: Access.Write },
        { page: 0xfefde, count: 2, access: Access.Write },
        { page: 0xfeff0, count: 1, access: Access.Read },
      ])
      expect(vm.run()).toBe(Exit.Panic)
      expect([...vm.regs.slice(2, 5)]).toEqual([0x11223344n, 0x5566n, 6n])
    })

    it('without arguments nothing is mapped for them', () => {
      const vm = createVm(standard.program, { gas: 10n })
      expect([vm.regs[7], vm.regs[8]]).toEqual([0xfeff0000n, 0n])
      expect(vm.memory.access(0xfeff0)).toBe(Access.None)
      expect([vm.run(), vm.exitArg]).toEqual([Exit.PageFault, 0xfeff0000])
    })

    it('a machine that wrote its data starts from the original again after reset', () => {
      const vm = createVm(standard.program)
      vm.memory.writeU16(0x30000, 1)
      vm.memory.load(0x10000, Uint8Array.of(1))
      vm.reset()
      expect([vm.memory.readU16(0x30000), vm.memory.readU32(0x10000)]).toEqual([0x5566, 0x11223344])
    })

    it('arguments may be 2^24 bytes and no more', () => {
      const most = new Uint8Array(2 ** 24)
      most[most.length - 1] = 9
      const vm = createVm(standard.program, { args: most })
      expect(vm.memory.readU8(0xfeff0000 + 2 ** 24 - 1)).toBe(9)
      expect(vm.memory.readable(0xfeff0000 + 2 ** 24, 1)).toBe(false)
      expect(() => createVm(standard.program, { args: new Uint8Array(2 ** 24 + 1) })).toThrow(/^args/)
    })

    it('given registers replace the first ones', () => {
      const vm = createVm(standard.program, { regs: [5n] })
      expect([vm.regs[0], vm.regs[1]]).toEqual([5n, 0xfefe0000n])
    })
  })

  describe('plain programs', () => {
    it('start with nothing', () => {
      const vm = start()
      expect([...vm.regs]).toEqual(zeros({}))
      expect(vm.memory.pages()).toEqual([])
      expect([vm.gas, vm.pc]).toEqual([0n, 0])
    })

    it('registers wrap modulo 2^64', () => {
      expect([...start({ regs: [-1n, 2n ** 64n + 5n] }).regs]).toEqual(zeros({ 0: 2n ** 64n - 1n, 1: 5n }))
    })

    it('entry is a pc or the name of an entry point', () => {
      expect(start({ entry: 3 }).pc).toBe(3)
      expect(start({ entry: 'accumulate' }).pc).toBe(5)
      expect(start({ entry: 'refine' }).pc).toBe(0)
      expect(start({ entry: 'is-authorized' }).pc).toBe(0)
      expect(start({ entry: 0xffffffff }).pc).toBe(0xffffffff)
    })

    it('pages are mapped in their order, memory loaded whatever the rights', () => {
      const vm = start({
        pages: [
          { address: 0x20000, length: 3 * PAGE, access: Access.Write },
          { address: 0x21000, length: PAGE, access: Access.Read },
        ],
        memory: [{ address: 0x20fff, bytes: Uint8Array.of(1, 2) }],
      })
      expect(vm.memory.readU16(0x20fff)).toBe(0x0201)
      expect([vm.memory.access(0x20), vm.memory.access(0x21), vm.memory.access(0x22)]).toEqual([3, 1, 3])
    })

    it('pages spread over the whole address space are there', () => {
      const addresses = Array.from({ length: 64 }, (_, i) => (i * 0x4000000 + 0x10000) % 2 ** 32)
      const vm = start({ pages: addresses.map(address => ({ address, length: PAGE, access: Access.Write })) })
      addresses.forEach((address, i) => {
        expect(vm.memory.writeU32(address + 4092, i)).toBe(0)
      })
      addresses.forEach((address, i) => {
        expect(vm.memory.readU32(address + 4092)).toBe(i)
      })
      expect(vm.memory.pages()).toHaveLength(64)
    })
  })

  describe('refused, naming the option', () => {
    it.each<[string, StartOptions]>([
      ['gas', { gas: -1n }],
      ['gas', { gas: 2n ** 63n }],
      ['gas', { gas: 5 as unknown as bigint }],
      ['entry', { entry: -1 }],
      ['entry', { entry: 1.5 }],
      ['entry', { entry: 2 ** 32 }],
      ['entry', { entry: 'on-transfer' as 'refine' }],
      ['regs', { regs: new Array(14).fill(0n) }],
      ['regs', { regs: [1 as unknown as bigint] }],
      ['args', { args: Uint8Array.of(1) }],
      ['args', { args: 'ab' as unknown as Uint8Array }],
      ['pages', { pages: [{ address: 1, length: PAGE, access: Access.Read }] }],
      ['pages', { pages: [{ address: 0, length: 1, access: Access.Read }] }],
      ['pages', { pages: [{ address: 0xfffff000, length: 2 * PAGE, access: Access.Read }] }],
      ['memory', { memory: [{ address: 0x20000, bytes: Uint8Array.of(1) }] }],
      ['heap', { heap: { start: 10, limit: 5 } }],
      ['heap', { heap: { start: -1, limit: 5 } }],
    ])('%s %o', (name, options) => {
      expect(() => start(options)).toThrow(new RegExp(`^${name}`))
    })
  })
}
