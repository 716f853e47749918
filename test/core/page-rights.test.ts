// Rights of ranges of pages, which the core keeps by chunks of 512 until something is accessed there: the same as the reference
// machine, which knows pages only.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Access, PAGE_SIZE } from '../../src/blob/address-space.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Vm } from '../../src/engine/engine.ts'
import { programOf } from '../engine/recompiler/programs.ts'

const CHUNK = 512
const PAGES = 2 ** 20
/** Pages at the edges of chunks, of the window and of the address space, and some between. */
const EDGES = [16, 17, 511, 512, 513, 1024, 0x10000, 0x11dff, 0x11e00, 0x12000, 0xfde00, 0xfddff, 0xffe00, 0xfffff]

const page = fc.oneof(fc.constantFrom(...EDGES), fc.integer({ min: 16, max: PAGES - 1 }))
const count = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.constantFrom(CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK, 2 ** 19, PAGES - 16),
)
const access = fc.constantFrom(Access.None, Access.Read, Access.Write)
const operation = fc.oneof(
  fc.record({ do: fc.constant('protect' as const), page, count, access }),
  fc.record({ do: fc.constant('zero' as const), page, count }),
  fc.record({ do: fc.constant('write' as const), page, value: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ do: fc.constant('view' as const), page, value: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ do: fc.constant('read' as const), page }),
  fc.record({ do: fc.constant('check' as const), page, count }),
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

/** Does it, and says what came of it. */
function apply({ memory }: Vm, op: Operation): unknown {
  const address = op.page * PAGE_SIZE + 7
  switch (op.do) {
    case 'protect':
      return memory.protect(op.page, Math.min(op.count, PAGES - op.page), op.access)
    case 'zero':
      return memory.zero(op.page, Math.min(op.count, PAGES - op.page))
    case 'write':
      return memory.writeU8(address, op.value)
    case 'view': {
      const view = memory.view(address, 2)
      if (view !== undefined) view[1] = op.value
      return view === undefined
    }
    case 'read':
      return [memory.readU8(address), memory.readU8(address + 1), memory.access(op.page)]
    case 'check': {
      const length = Math.max(1, Math.min(op.count, PAGES - op.page) * PAGE_SIZE)
      return [memory.readable(op.page * PAGE_SIZE, length), memory.writable(op.page * PAGE_SIZE, length)]
    }
  }
}

const START = { gas: 0n, pages: [] } as const

describe('rights of ranges of pages', () => {
  it('are those of the reference machine after any operations', () => {
    const program = programOf('    trap')
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 40 }), operations => {
        const reference = createEngine({ kind: 'reference' }).instantiate(program, START)
        const vm = createEngine({ kind: 'interpreter' }).instantiate(program, START)
        for (const op of operations) expect(apply(vm, op)).toEqual(apply(reference, op))
        expect(vm.memory.pages()).toEqual(reference.memory.pages())
        vm.dispose() // the next one gets its memory, which has to be clean
        const next = createEngine({ kind: 'interpreter' }).instantiate(program, START)
        expect(next.memory.pages()).toEqual([])
        for (const { page } of operations) {
          next.memory.protect(page, 1, Access.Read)
          expect(next.memory.view(page * PAGE_SIZE, PAGE_SIZE)!.every(byte => byte === 0)).toBe(true)
        }
        next.dispose()
      }),
      { numRuns: 60, seed: 7 },
    )
  })

  it('what is zeroed and written again is zeroed again, also where only a view writes', () => {
    const program = programOf('    trap')
    for (const at of [0x40, 0x20000]) {
      const vm = createEngine({ kind: 'interpreter' }).instantiate(program, START)
      vm.memory.protect(at, 1, Access.Write)
      const view = at === 0x40 ? vm.memory.view(at * PAGE_SIZE, 8)! : undefined
      for (const value of [1, 2, 3]) {
        if (view === undefined) vm.memory.writeU8(at * PAGE_SIZE + 3, value)
        else view[3] = value
        expect(vm.memory.readU8(at * PAGE_SIZE + 3)).toBe(value)
        vm.memory.zero(at - 1, 600)
        expect(vm.memory.readU8(at * PAGE_SIZE + 3)).toBe(0)
      }
      if (view !== undefined) view[3] = 9 // behind everything
      vm.dispose()
      const next = createEngine({ kind: 'interpreter' }).instantiate(program, START)
      next.memory.protect(at, 1, Access.Read)
      expect(next.memory.readU8(at * PAGE_SIZE + 3)).toBe(0)
      next.dispose()
    }
  })
})
