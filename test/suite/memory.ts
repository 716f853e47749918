// What hosts see of guest memory: rights, widths, ends of pages and of the address space, views. Every engine.
import { describe, expect, it } from 'vitest'
import { Access, type Memory, OK, OOB, type StartOptions } from '../../src/index.ts'
import { type CreateVm, programOf } from './cases.ts'

const PAGE = 4096
const W = 0x20000
const R = 0x40000
/** The writable area is three pages, the read-only one two, both surrounded by nothing. */
const W_END = W + 3 * PAGE
const R_END = R + 2 * PAGE
const TOP = 2 ** 32 - PAGE

const START: StartOptions = {
  pages: [
    { address: W, length: 3 * PAGE, access: Access.Write },
    { address: R, length: 2 * PAGE, access: Access.Read },
    { address: TOP, length: PAGE, access: Access.Write },
  ],
}

interface Accessor {
  readonly width: number
  read(memory: Memory, address: number): number | bigint
  write(memory: Memory, address: number, value: number | bigint): number
}

const ACCESSORS: readonly Accessor[] = [
  { width: 1, read: (m, a) => m.readU8(a), write: (m, a, v) => m.writeU8(a, Number(v)) },
  { width: 2, read: (m, a) => m.readU16(a), write: (m, a, v) => m.writeU16(a, Number(v)) },
  { width: 4, read: (m, a) => m.readU32(a), write: (m, a, v) => m.writeU32(a, Number(v)) },
  { width: 8, read: (m, a) => m.readU64(a), write: (m, a, v) => m.writeU64(a, BigInt(v)) },
]

/** 1, 2, 3 … as the bytes of a little-endian number. */
function pattern(width: number): number | bigint {
  let value = 0n
  for (let i = width; i >= 1; i--) value = (value << 8n) | BigInt(i + 0xf0)
  return width === 8 ? value : Number(value)
}

const patternBytes = (width: number): number[] => Array.from({ length: width }, (_, i) => i + 0xf1)

/** The suite. */
export function memorySuite(createVm: CreateVm): void {
  const memoryOf = (options: StartOptions = START): Memory => createVm(programOf('trap').program, options).memory
  const bytes = (memory: Memory, address: number, length: number): number[] | undefined => {
    const view = memory.view(address, length)
    return view && [...view]
  }

  describe.each(ACCESSORS.map(accessor => [accessor.width, accessor] as const))('%i bytes', (width, accessor) => {
    const value = pattern(width)
    const failed = width === 8 ? -1n : OOB

    it.each([
      ['at the first byte of a page', W],
      ['at the last bytes before the end', W_END - width],
      ['across pages', W + PAGE - (width >> 1)],
      ['at odd addresses', W + 7],
      ['at the end of the address space', 2 ** 32 - width],
    ])('%s: written little-endian, read back unsigned', (_name, address) => {
      const memory = memoryOf()
      expect(accessor.write(memory, address, value)).toBe(OK)
      expect(accessor.read(memory, address)).toBe(value)
      expect(bytes(memory, address, width)).toEqual(patternBytes(width))
    })

    it.each([
      ['in front of an area', W - 1],
      ['across the end of an area', W_END - width + 1],
      ['behind an area', W_END],
      ['at 0', 0],
      ['across the end of the address space', 2 ** 32 - width + 1],
      ['beyond the address space', 2 ** 32],
      ['far beyond', 2 ** 32 + W],
      ['below 0', -1],
    ])('%s: OOB, nothing read or written', (_name, address) => {
      const memory = memoryOf()
      expect(accessor.read(memory, address)).toBe(failed)
      expect(accessor.write(memory, address, value)).toBe(OOB)
      for (const place of [W, W_END - 8, TOP, 2 ** 32 - 8]) expect(memory.readU64(place)).toBe(0n)
    })

    it('a read-only page can be read and not written', () => {
      const memory = memoryOf()
      expect(memory.load(R_END - width, Uint8Array.from(patternBytes(width)))).toBe(OK)
      expect(accessor.read(memory, R_END - width)).toBe(value)
      expect(accessor.write(memory, R_END - width, 0)).toBe(OOB)
      expect(accessor.read(memory, R_END - width)).toBe(value)
    })

    it('more bits than fit are dropped', () => {
      const memory = memoryOf()
      const all = width === 8 ? 2n ** 70n - 1n : 2 ** 32 - 1
      expect(accessor.write(memory, W + 8, all)).toBe(OK)
      expect(bytes(memory, W + 7, width + 2)).toEqual([0, ...new Array(width).fill(255), 0])
    })

    it('negative values are taken modulo their width', () => {
      const memory = memoryOf()
      expect(accessor.write(memory, W, -2)).toBe(OK)
      expect(bytes(memory, W, width)).toEqual([254, ...new Array(width - 1).fill(255)])
    })
  })

  describe('ranges', () => {
    it.each([
      ['a whole area', W, 3 * PAGE, true, true],
      ['its last byte', W_END - 1, 1, true, true],
      ['one more byte', W_END - 1, 2, false, false],
      ['one byte in front', W - 1, 2, false, false],
      ['a read-only area', R, 2 * PAGE, true, false],
      ['up to 2^32', TOP, PAGE, true, true],
      ['beyond 2^32', TOP, PAGE + 1, false, false],
      ['nothing, anywhere', 0, 0, true, true],
      ['nothing, far away', 2 ** 40, 0, true, true],
      ['a negative length', W, -1, false, false],
      ['a negative address', -1, 1, false, false],
      ['a huge length', W, 2 ** 53, false, false],
    ])('%s', (_name, address, length, readable, writable) => {
      const memory = memoryOf()
      expect(memory.readable(address, length)).toBe(readable)
      expect(memory.writable(address, length)).toBe(writable)
    })

    it('read and write copy whole ranges or nothing', () => {
      const memory = memoryOf()
      const long = new Uint8Array(2 * PAGE + 2).fill(7) // one byte more than there is behind the address
      expect(memory.write(W + PAGE - 1, long)).toBe(OOB)
      expect(bytes(memory, W + PAGE - 1, 2)).toEqual([0, 0])
      expect(memory.read(W + PAGE - 1, long)).toBe(OOB)
      expect(long[0]).toBe(7)
    })

    it('read and write across pages give back what was given', () => {
      const memory = memoryOf()
      const data = Uint8Array.from({ length: 2 * PAGE }, (_, i) => i % 251)
      expect(memory.write(W + 100, data)).toBe(OK)
      const back = new Uint8Array(data.length)
      expect(memory.read(W + 100, back)).toBe(OK)
      expect(back).toEqual(data)
      expect(bytes(memory, W + 100, 5)).toEqual([0, 1, 2, 3, 4])
    })

    it('write needs the right to write, load only a mapped page', () => {
      const memory = memoryOf()
      expect(memory.write(R, Uint8Array.of(1))).toBe(OOB)
      expect(memory.load(R, Uint8Array.of(1))).toBe(OK)
      expect(memory.readU8(R)).toBe(1)
      expect(memory.load(R_END - 1, Uint8Array.of(1, 2))).toBe(OOB)
      expect(memory.readU8(R_END - 1)).toBe(0)
      expect(memory.load(R_END, new Uint8Array(0))).toBe(OK)
    })
  })

  describe('views', () => {
    it('a view is undefined where something is not readable', () => {
      const memory = memoryOf()
      expect(memory.view(W_END - 1, 2)).toBeUndefined()
      expect(memory.view(0, 1)).toBeUndefined()
      expect(memory.view(2 ** 32 - 1, 2)).toBeUndefined()
      expect(memory.view(W, 0)).toHaveLength(0)
      expect(memory.view(W, 3 * PAGE)).toHaveLength(3 * PAGE)
    })

    it('a view within a page is live in both directions, before anything was written too', () => {
      const memory = memoryOf()
      const view = memory.view(W + 16, 8)!
      expect([...view]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
      memory.writeU32(W + 16, 0x04030201)
      expect([...view]).toEqual([1, 2, 3, 4, 0, 0, 0, 0])
      view[7] = 9
      expect(memory.readU8(W + 23)).toBe(9)
    })

    it('the guest sees what is written through a view, and the view what the guest writes', () => {
      const { program } = programOf(`load_u8 r7, [${W}]\nstore_imm_u8 [${W + 1}], 8\ntrap`)
      const vm = createVm(program, { ...START, gas: 10n })
      const view = vm.memory.view(W, 2)!
      view[0] = 7
      vm.run()
      expect([vm.regs[7], view[1]]).toEqual([7n, 8])
    })
  })

  describe('rights', () => {
    it('pages are listed ascending, merged into runs', () => {
      const memory = memoryOf()
      expect(memory.pages()).toEqual([
        { page: W / PAGE, count: 3, access: Access.Write },
        { page: R / PAGE, count: 2, access: Access.Read },
        { page: TOP / PAGE, count: 1, access: Access.Write },
      ])
      memory.protect(W / PAGE + 1, 1, Access.Read)
      memory.protect(W / PAGE + 3, 1, Access.Write)
      expect(memory.pages().slice(0, 3)).toEqual([
        { page: W / PAGE, count: 1, access: Access.Write },
        { page: W / PAGE + 1, count: 1, access: Access.Read },
        { page: W / PAGE + 2, count: 2, access: Access.Write },
      ])
      expect(memory.access(W / PAGE + 1)).toBe(Access.Read)
      expect(memory.access(0)).toBe(Access.None)
    })

    it('changing rights keeps contents; taking all away drops them', () => {
      const memory = memoryOf()
      memory.writeU8(W, 5)
      memory.protect(W / PAGE, 1, Access.Read)
      expect([memory.readU8(W), memory.writeU8(W, 6)]).toEqual([5, OOB])
      memory.protect(W / PAGE, 1, Access.Write)
      expect([memory.readU8(W), memory.writeU8(W, 6)]).toEqual([5, OK])
      memory.protect(W / PAGE, 1, Access.None)
      expect(memory.readU8(W)).toBe(OOB)
      memory.protect(W / PAGE, 1, Access.Write)
      expect(memory.readU8(W)).toBe(0)
    })

    it('pages that were never mapped are zero when they are', () => {
      const memory = memoryOf()
      for (const page of [16, 0x7ffff, 0x80000, 0xffffe]) {
        memory.protect(page, 1, Access.Write)
        expect(memory.readU64(page * PAGE)).toBe(0n)
        expect(memory.writeU64(page * PAGE + PAGE - 8, 1n)).toBe(OK)
        expect(memory.readU64(page * PAGE + PAGE - 8)).toBe(1n)
      }
    })

    it('zero clears pages whatever their rights', () => {
      const memory = memoryOf()
      memory.load(R, Uint8Array.of(1))
      memory.writeU8(W + PAGE, 2)
      memory.zero(R / PAGE, 1)
      memory.zero(W / PAGE, 3)
      expect([memory.readU8(R), memory.readU8(W + PAGE)]).toEqual([0, 0])
    })

    it('pages outside of the address space are a RangeError', () => {
      const memory = memoryOf()
      expect(() => memory.protect(-1, 1, Access.Read)).toThrow(RangeError)
      expect(() => memory.protect(2 ** 20, 1, Access.Read)).toThrow(RangeError)
      expect(() => memory.protect(2 ** 20 - 1, 2, Access.Read)).toThrow(RangeError)
      expect(() => memory.zero(0.5, 1)).toThrow(RangeError)
      memory.protect(2 ** 20 - 1, 1, Access.Read)
      expect(memory.access(2 ** 20 - 1)).toBe(Access.Read)
    })
  })
}
