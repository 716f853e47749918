// The passes, each on small text programs.

import { describe, expect, it } from 'vitest'
import { Check, End } from '../../../src/core/contract.gen.ts'
import { compileRoots } from '../../../src/engine/recompiler/compile.ts'
import { isCall } from '../../../src/engine/recompiler/functions.ts'
import { accessesOf } from '../../../src/engine/recompiler/memory-plan.ts'
import { pathOf, planSegment, runPasses } from '../../../src/engine/recompiler/passes.ts'
import { loopAround } from '../../../src/engine/recompiler/tiers/hot-code.ts'
import { analysisOf, HANDLERS, MIXED } from './programs.ts'

function passes(text: string, root = 0, inline = false) {
  return runPasses(analysisOf(text), root, { inline, inlineIndirect: false })
}

describe('functions', () => {
  it('a call is a load_imm_jump whose immediate leads behind it', () => {
    const { decoded, functions } = analysisOf(MIXED)
    const calls = Array.from({ length: decoded.segments }, (_, s) => s).filter(s => isCall(decoded, s))
    expect(calls.length).toBe(2)
    expect(functions.links).toBe(1)
    expect([...functions.start]).toHaveLength(3) // the program, @function, the end
  })

  it('jump-table entries nobody returns to are labels where a dynamic jump is around', () => {
    const { functions } = analysisOf(MIXED)
    expect(functions.labels.get(0)).toEqual([1, 2, 3])
  })

  it('without a dynamic jump around they are functions', () => {
    const { functions } = analysisOf('.entry_size 4\n.jump_table @other\n    trap\n@other:\n    trap')
    expect([...functions.start]).toEqual([0, 1, 2])
  })
})

describe('order', () => {
  it('finds loops, merges and dominators', () => {
    const { graph, order } = passes(`
    branch_eq_imm r7, 0, @else
    fallthrough
@loop:
    add_imm_64 r7, r7, -1
    branch_ne_imm r7, 0, @loop
    jump @join
@else:
    fallthrough
@join:
    trap`)
    const bySegment = (s: number): number => graph.seg.indexOf(s)
    expect(order.reducible).toBe(true)
    expect(order.isLoop[bySegment(2)]).toBe(1)
    expect(order.isMerge[bySegment(5)]).toBe(1)
    expect(order.dominator[bySegment(5)]).toBe(0)
  })

  it('a loop with two entries is not reducible, and runs through a branch table', () => {
    const text = `
    branch_eq_imm r7, 0, @second
@first:
    add_imm_64 r8, r8, 1
    fallthrough
@second:
    add_imm_64 r8, r8, 2
    branch_lt_u_imm r8, 50, @first
    trap`
    expect(passes(text).order.reducible).toBe(false)
    const { bytes } = compileRoots(analysisOf(text), [0])
    expect(WebAssembly.validate(bytes as BufferSource)).toBe(true)
  })
})

describe('dataflow', () => {
  it('loads what is live, and at a side exit what is dirty is live', () => {
    const { flow } = passes('    add_imm_64 r7, r8, 1\n    load_u8 r9, [0x20000]\n    trap')
    expect(flow.liveIn[0]).toBe(1 << 8)
    expect(flow.dirtyIn[0]).toBe(0)
  })

  it('a loop makes dirty what it writes, from its second turn on', () => {
    const { flow, graph } = passes('@loop:\n    add_imm_64 r7, r7, 1\n    branch_ne r7, r8, @loop\n    trap')
    expect(flow.dirtyIn[graph.seg.indexOf(0)]).toBe(1 << 7)
    expect(flow.validIn[0]! & flow.dirtyIn[0]!).toBe(1 << 7)
  })
})

describe('gas', () => {
  it('a checkpoint covers the dearest way to the next', () => {
    const { gas, graph } = passes(`
    branch_eq_imm r7, 0, @short
    add_imm_64 r8, r8, 1
    add_imm_64 r8, r8, 1
    fallthrough
@short:
    trap`)
    expect(gas.cost[0]).toBe(1)
    expect(pathOf(gas, 0)).toBe(1 + 3 + 1)
    expect(graph.count).toBe(3)
  })
})

describe('memory plan', () => {
  const plan = (text: string) => {
    const analysis = analysisOf(text)
    const { check } = planSegment(analysis, 0)
    return accessesOf(analysis.decoded, 0).map(i => check[i])
  }

  it('accesses near one base are checked once, through moves and additions', () => {
    expect(
      plan('    load_ind_u64 r7, [r1]\n    add_imm_64 r2, r1, 8\n    load_ind_u64 r8, [r2 + 8]\n    trap'),
    ).toEqual([Check.Leader, Check.Member])
  })

  it('loads and stores next to each other are together, but not in a loop of one segment', () => {
    const pair = '    load_ind_u64 r7, [r1]\n    store_ind_u64 [r1 + 8], r7\n'
    expect(plan(`${pair}    trap`)).toEqual([Check.Leader, Check.Member])
    expect(plan(`@loop:\n${pair}    branch_eq_imm r7, 0, @loop\n    trap`)).toEqual([0, 0])
  })

  it('loads and stores that are not, far and unrelated bases are apart', () => {
    expect(plan('    load_ind_u64 r7, [r1]\n    store_ind_u64 [r1 + 57], r7\n    trap')).toEqual([0, 0])
    expect(plan('    load_ind_u64 r7, [r1]\n    load_ind_u64 r8, [r1 + 4096]\n    trap')).toEqual([0, 0])
    expect(plan('    load_ind_u64 r1, [r1]\n    load_ind_u64 r1, [r1 + 8]\n    trap')).toEqual([0, 0])
  })

  it('constant addresses on both sides of 2^31 are apart', () => {
    expect(plan('    store_imm_u64 [0x7ffffffb], 1\n    store_imm_u64 [0x20000], 1\n    trap')).toEqual([0, 0])
  })
})

describe('fast loops', () => {
  const loops = (text: string) => [...passes(text).loops.values()]

  it('streams move by constants, by an invariant register, or not at all', () => {
    const [loop] = loops(`
@loop:
    load_ind_u64 r7, [r8]
    store_ind_u8 [r9 + 3], r7
    store_ind_u8 [r10], r7
    add_imm_64 r8, r8, 16
    add_64 r9, r9, r5
    branch_ne r8, r11, @loop
    trap`)
    expect(loop!.streams.map(s => [s.base, s.low, s.span, s.stride, s.strideRegister, s.isStore])).toEqual([
      [8, 0, 8, 16, -1, false],
      [9, 3, 1, 0, 5, true],
      [10, 0, 1, 0, -1, true],
    ])
  })

  it('an address computed in the loop keeps its check', () => {
    const [loop] = loops(`
@loop:
    load_ind_u64 r7, [r7]
    add_imm_64 r8, r8, 1
    branch_ne r8, r9, @loop
    trap`)
    expect(loop!.streams).toEqual([])
    expect([...loop!.unchecked]).toEqual([0])
  })
})

describe('graph', () => {
  it('a small callee is inlined, its return compared with the expected address', () => {
    const { graph } = passes(MIXED, 0, true)
    const ends = Array.from({ length: graph.count }, (_, n) => graph.end[n])
    expect(ends).toContain(End.InlineReturn)
    expect(ends).toContain(End.Call) // the recursion ends somewhere
    expect(passes(MIXED, 0, false).graph.count).toBeLessThan(graph.count)
  })
})

describe('hot code', () => {
  it('the innermost loop around a segment has the highest header below it', () => {
    const { decoded, functions } = analysisOf(MIXED)
    const analysis = analysisOf(MIXED)
    expect(functions.of[0]).toBe(0)
    const fill = decoded.segmentOf[decoded.indexOf[decoded.pc[5]!]!]!
    expect(loopAround(analysis, fill)).toBe(fill)
  })
})

describe('bytes', () => {
  it('are the same when other programs come in between', () => {
    const mixed = analysisOf(MIXED)
    const handlers = analysisOf(HANDLERS)
    const first = [compileRoots(mixed, [0]), compileRoots(handlers, [0])]
    analysisOf('    trap')
    expect([compileRoots(mixed, [0]), compileRoots(handlers, [0])]).toEqual(first)
    expect([compileRoots(handlers, [0]), compileRoots(mixed, [0])]).toEqual(first.reverse())
  })

  it('the same roots give the same bytes, whatever the order', () => {
    const roots = [...analysisOf(MIXED).functions.start].slice(0, -1)
    const first = compileRoots(analysisOf(MIXED), roots)
    expect(compileRoots(analysisOf(MIXED), [...roots].reverse()).bytes).toEqual(first.bytes)
  })
})
