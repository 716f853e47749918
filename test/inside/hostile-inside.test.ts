// What an attacker found in histories, symbols files, kept cases and pages of the host: each stays as it was mended.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { parseKept } from '../../src/fuzz/kept.ts'
import { createEngine, type EngineKind, Exit, loadProgram, profile } from '../../src/index.ts'
import {
  countGas,
  createHistory,
  decodeSymbols,
  encodeSymbols,
  lastWrite,
  watchHostGas,
} from '../../src/inside/index.ts'

const KINDS: readonly EngineKind[] = ['reference', 'interpreter', 'recompiler', 'auto']
const LARGE = profile('gp-0.7.2', { pageSize: 16384 })
const load = (text: string, rules = profile('gp-0.7.2')) => loadProgram(assemble(text).bytes, { profile: rules })

describe.each(KINDS)('large pages of the host on %s', kind => {
  it('give nothing behind the limit of the heap', () => {
    const text = 'load_imm r7, 1\nsbrk r8, r7\nload_imm r9, 0x23000\nstore_ind_u8 r7, [r9]\ntrap'
    const pages = [{ address: 0x23000, length: 4096, access: 1 as const }]
    const vm = createEngine({ kind }).instantiate(load(text, LARGE), {
      gas: 1000n,
      heap: { start: 0x20000, limit: 0x20001 },
      pages,
    })
    expect([vm.run(), vm.exitArg]).toEqual([Exit.PageFault, 0x23000])
  })

  it('leave the stack alone when all of the heap is asked for', () => {
    const text =
      '.stack 4096\n.code\nload_imm r2, 77\nstore_ind_u64 r2, [r1-8]\nsbrk r8, r7\nload_ind_u64 r9, [r1-8]\ntrap'
    const vm = createEngine({ kind }).instantiate(load(text, LARGE), { gas: 1000n })
    vm.regs[7] = 0xfefbf000n
    vm.run()
    expect([vm.regs[8], vm.regs[9]]).toEqual([0x20000n, 77n])
  })

  it('are there behind a start that is no end of one', () => {
    const text = '.stack 4096\n.rw\n.u64 1\n.code\nload_imm r7, 4096\nsbrk r8, r7\nstore_ind_u8 r7, [r8]\ntrap'
    const vm = createEngine({ kind }).instantiate(load(text, LARGE), { gas: 1000n })
    expect([vm.run(), vm.pc]).toEqual([Exit.Panic, 8])
  })

  it('go back to what they were when an edit throws', () => {
    const text = 'load_imm r6, 30000\nfallthrough\n@l:\nadd_imm_64 r6, r6, -1\nbranch_ne_imm r6, 0, @l\ntrap'
    const history = createHistory({ engine: createEngine({ kind }), program: load(text), start: { gas: 1_000_000n } })
    history.goto(500)
    history.goto(100)
    const before = history.vm.regs[6]
    const change = (): void =>
      history.edit(vm => {
        vm.regs[6] = 50n
        throw new Error('half')
      })
    expect(change).toThrow('half')
    expect([history.vm.regs[6], history.time, history.frontier]).toEqual([before, 100, 500])
  })
})

describe('searches', () => {
  const history = createHistory({
    engine: createEngine({ kind: 'auto' }),
    program: load('load_imm r7, 1\ntrap'),
    start: { gas: 100n },
  })
  history.goto(1)

  it('end at the frontier, whatever they were told', () => {
    for (const before of [2 ** 60, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY])
      expect(lastWrite(history, { register: 7 }, before)?.time).toBe(0)
    expect(lastWrite(history, { register: 1 }, 2 ** 60)).toBeUndefined()
  })

  it('name what they cannot take', () => {
    for (const before of [Number.NaN, -1, 1.5])
      expect(() => lastWrite(history, { register: 7 }, before)).toThrow(/^before: /)
    for (const before of ['3', 1n])
      expect(() => lastWrite(history, { register: 7 }, before as never)).toThrow(TypeError)
    expect(() => lastWrite(history, undefined as never)).toThrow(/^target: /)
    expect(() => watchHostGas(undefined as never)).toThrow(/^host: /)
    expect(() => countGas(history.vm, 5 as never)).toThrow(/^hostGas: /)
    expect(() => decodeSymbols(5 as never, history.program)).toThrow(/^file: /)
  })
})

describe('symbols files', () => {
  const program = load('@a:\nload_imm r7, 1\ntrap')
  const head = encodeSymbols(program, { names: new Map(), functions: [], sourceAt: () => [] } as never)
  it.each([
    ['one function in another', 'function\t0\t3\touter\nfunction\t1\t2\tinner', 'bad-order'],
    ['control characters', 'function\t0\t3\ta\x1b]0;x\x07', 'bad-line'],
    ['no name', 'function\t0\t3\t ', 'bad-line'],
    ['words of the language', 'constructor\t1', 'bad-line'],
  ])('with %s are refused', (_, lines, code) => {
    expect(() => decodeSymbols(head + lines, program)).toThrow(expect.objectContaining({ code }))
  })
})

describe('kept cases', () => {
  it('have rules that are some, and few entries', () => {
    expect(() => parseKept(';! profile gp-0.7.2 null\n;! entry 0 gas 100\n.format raw\ntrap', 'x')).toThrow(SyntaxError)
    const entries = ';! entry 0 gas 100\n'.repeat(40)
    expect(() => parseKept(`${entries}.format raw\ntrap`, 'x')).toThrow(/more than 16 entries/)
  })
})
