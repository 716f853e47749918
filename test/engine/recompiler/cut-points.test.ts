// Compiled code is exact wherever it is cut: by gas at every position, by pages, by the depth of calls, at every block.

import { describe, expect, it } from 'vitest'
import { WasmCode } from '../../../scripts/templates/wasm-code.ts'
import { encodeModule, putFunction } from '../../../scripts/templates/wasm-module.ts'
import { I32, Op } from '../../../scripts/templates/wasm-op.ts'
import type { Cell } from '../../../src/core/cell.ts'
import { AT_VM, VM } from '../../../src/core/contract.gen.ts'
import { createEngine } from '../../../src/engine/create.ts'
import type { Vm } from '../../../src/engine/engine.ts'
import { Exit } from '../../../src/engine/exit.ts'
import { runtimeOf } from '../../../src/engine/recompiler/runtime/attach.ts'
import { Random } from '../../../src/fuzz/random.ts'
import type { ProfileName } from '../../../src/program/profile.ts'
import { cellOf } from '../../core-body.ts'
import { MIXED, machine, PAGES, programOf, stateOf } from './programs.ts'

const STACK = (AT_VM + VM.stack) >>> 2
const PROFILES: readonly ProfileName[] = ['gp-0.7.2', 'w3f-vectors', 'gas-model-vectors']

function runBoth(left: Vm, right: Vm): void {
  expect([right.run(), stateOf(right)]).toEqual([left.run(), stateOf(left)])
}

describe('gas', () => {
  for (const rules of PROFILES) {
    it(`runs out at the same instruction wherever it runs out (${rules})`, () => {
      const program = programOf(MIXED, rules)
      const reference = machine('reference', program)
      const compiled = machine('recompiler', program)
      const whole = machine('reference', program, { gas: 1_000_000n })
      expect(whole.run()).toBe(Exit.Panic)
      const used = Number(whole.gasUsed)
      expect(used).toBeGreaterThan(500)
      for (let gas = 0; gas <= used + 1; gas += gas < 60 || gas > used - 60 ? 1 : 7) {
        reference.reset({ gas: BigInt(gas), pages: PAGES })
        compiled.reset({ gas: BigInt(gas), pages: PAGES })
        runBoth(reference, compiled)
        // and goes on exactly when there is more
        reference.gas = compiled.gas = 50n
        runBoth(reference, compiled)
      }
    })
  }
})

describe('pages', () => {
  it('a page that is taken away or write-protected faults at the same instruction', () => {
    const program = programOf(MIXED)
    const random = new Random('pages', 1)
    for (let i = 0; i < 60; i++) {
      const pages = []
      for (let page = 0; page < 8; page++) {
        const right = random.pick([0, 1, 3, 3, 3] as const)
        if (right !== 0) pages.push({ address: 0x20000 + page * 4096, length: 4096, access: right })
      }
      const gas = BigInt(random.between(100, 3000))
      const reference = machine('reference', program, { gas, pages })
      const compiled = machine('recompiler', program, { gas, pages })
      for (let turn = 0; turn < 4; turn++) {
        runBoth(reference, compiled)
        if (reference.exit !== Exit.PageFault) break
        for (const vm of [reference, compiled]) vm.memory.protect(vm.exitArg / 4096, 1, 3)
      }
      compiled.dispose()
    }
  })

  it('rights that a host function takes away count at once, in loops too', () => {
    const program = programOf(`
    load_imm r8, 0x20000
    fallthrough
@loop:
    store_ind_u64 [r8], r8
    add_imm_64 r8, r8, 8
    branch_lt_u_imm r8, 0x20f00, @loop
    ecalli 1
    load_imm r8, 0x20000
    fallthrough
@again:
    load_ind_u64 r9, [r8]
    store_ind_u64 [r8 + 8], r9
    add_imm_64 r8, r8, 8
    branch_lt_u_imm r8, 0x24000, @again
    trap`)
    const call = (vm: Vm): void => vm.memory.protect(0x21, 1, 1)
    const host = { entry: () => ({ name: 'protect', price: 0, call }) }
    for (const gas of [2000n, 3000n, 100_000n]) {
      const reference = machine('reference', program, { gas, host })
      const compiled = machine('recompiler', program, { gas, host })
      runBoth(reference, compiled)
      if (gas === 100_000n) expect([compiled.exit, compiled.exitArg]).toEqual([Exit.PageFault, 0x21000])
      compiled.dispose()
    }
  })
})

describe('alignment', () => {
  it('an access that is misaligned again and again is compiled to take it, with the same results', () => {
    const program = programOf(`
    load_imm r8, 0x20001
    load_imm r6, 4000
    fallthrough
@loop:
    load_ind_u64 r9, [r8]
    add_64 r9, r9, r6
    store_ind_u64 [r8], r9
    xor r8, r8, r6
    and_imm r8, r8, 0x3fff
    or_imm r8, r8, 0x20000
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap`)
    const reference = machine('reference', program, { gas: 1_000_000n })
    const compiled = machine('recompiler', program, { gas: 1_000_000n })
    runBoth(reference, compiled)
    const runtime = runtimeOf(cellOf(compiled))!
    expect(runtime.shared.version).toBeGreaterThan(0)
    expect(runtime.left).toBeLessThan(4000)
    compiled.dispose()
  })
})

/** From now on every entry of compiled code has so much stack: a gate before the gate. */
function lessStack(cell: Cell, bytes: number): void {
  const table = cell.core.__indirect_function_table
  const code = new WasmCode()
  code.i32(0)
  code.i32(bytes)
  code.memory(Op.i32Store, 2, 4 * STACK)
  code.get(0)
  code.op(Op.call, 0)
  const body = new WasmCode()
  putFunction(body, { type: 0, locals: [], code })
  const module = encodeModule({
    types: [{ params: [I32], results: [I32] }],
    imports: [
      { name: 'memory', is: 'memory' },
      { name: 'gate', is: { type: 0 } },
    ],
    functions: [0],
    code: body,
    exports: [{ name: 'before', index: 1 }],
  })
  const e = { memory: cell.memory, gate: table.get(1) }
  table.set(1, new WebAssembly.Instance(new WebAssembly.Module(module as BufferSource), { e }).exports.before)
}

describe('stack', () => {
  for (const calls of [1, 2, 3]) {
    it(`calls for which ${calls} frames leave no room go on with an empty native stack`, () => {
      const program = programOf(MIXED)
      const reference = machine('reference', program, { gas: 100_000n })
      const compiled = machine('recompiler', program, { gas: 100_000n })
      const cell = cellOf(compiled)
      const runtime = runtimeOf(cell)!
      runtime.compile([0])
      const frames = [...runtime.shared.modules()].flatMap(made => made.compiled.frames)
      lessStack(cell, calls * Math.max(...frames))
      runBoth(reference, compiled)
      compiled.dispose()
    })
  }
})

describe('roots', () => {
  it('every block can be a root', () => {
    const program = programOf(MIXED)
    const compiled = machine('recompiler', program, { gas: 100_000n })
    const runtime = runtimeOf(cellOf(compiled))!
    const { decoded } = runtime.shared.analysis
    const all = Array.from({ length: decoded.segments }, (_, s) => s)
    expect(runtime.compile(all)).toBe(true)
    expect(all.every(s => runtime.isCompiled(s))).toBe(true)
    for (const segment of all) {
      const pc = decoded.pc[decoded.segmentStart[segment]!]!
      const reference = machine('reference', program, { gas: 400n, entry: pc })
      compiled.reset({ gas: 400n, entry: pc, pages: PAGES })
      runBoth(reference, compiled)
    }
    compiled.dispose()
  })

  it('a machine can change engine at any exit and back', () => {
    const program = programOf(MIXED)
    const reference = machine('reference', program, { gas: 37n })
    const changing = createEngine({ kind: 'auto' }).instantiate(program, { gas: 37n, pages: PAGES })
    const kinds = ['recompiler', 'interpreter', 'auto', 'reference'] as const
    for (let turn = 0; reference.exit !== Exit.Panic; turn++) {
      changing.switchTo(kinds[turn % kinds.length]!)
      runBoth(reference, changing)
      reference.gas = changing.gas = 41n
    }
    changing.dispose()
  })
})
