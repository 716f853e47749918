// What an attacker found in histories, symbols files, kept cases and pages of the host: each stays as it was mended.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { parseKept } from '../../src/fuzz/kept.ts'
import { createEngine, type EngineKind, Exit, loadProgram, profile, symbolsOf } from '../../src/index.ts'
import {
  countGas,
  createHistory,
  decodeSymbols,
  encodeSymbols,
  flatProfile,
  gasByFunction,
  lastWrite,
  watchHostGas,
} from '../../src/inside/index.ts'

const ENGINES: readonly EngineKind[] = ['reference', 'interpreter', 'recompiler', 'auto']
const LARGE = profile('gp-0.7.2', { pageSize: 16384 })
const load = (text: string, rules = profile('gp-0.7.2')) => loadProgram(assemble(text).bytes, { profile: rules })

describe.each(ENGINES)('large pages of the host on %s', kind => {
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
  const head = encodeSymbols(program, {
    names: new Map(),
    functions: [],
    functionAt: () => undefined,
    sourceAt: () => [],
  })
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

describe('profile() takes rules only', () => {
  const wrong: readonly [object, string][] = [
    [{ gasModel: 'free' }, 'gasModel free is none of instruction, block, pipeline'],
    [{ sbrkWidth: 64 }, 'sbrkWidth 64 is none of 64-bit, 32-bit'],
    [{ cmovReadsDestination: 'no' }, 'cmovReadsDestination no'],
    [{ instructionSet: 'x86' }, 'instructionSet x86'],
    [{ codeLimits: undefined }, 'codeLimits undefined'],
    [{ pageSize: Number.NaN }, 'pageSize NaN'],
    [{ pageSize: '4096' }, 'pageSize 4096'],
    [{ gasmodel: 'block' }, 'gasmodel: no option'],
    [{ toString: 1 }, 'toString: no option'],
  ]
  it.each(wrong)('%j', (changes, message) => {
    expect(() => profile('gp-0.7.2', changes)).toThrow(RangeError)
    expect(() => profile('gp-0.7.2', changes)).toThrow(message)
  })

  it('and says what else is wrong', () => {
    expect(() => profile('gp-0.7.2', null as never)).toThrow('changes: expected an object')
    expect(() => profile('gp-0.7.2', { name: 5 as never })).toThrow('name: expected a text')
    expect(() => profile({ ...LARGE, readOnlyStore: 'ignore' as never })).toThrow('readOnlyStore ignore')
    expect(() => profile({ name: 'mine' } as never)).toThrow('instructionSet undefined')
    expect(profile(LARGE)).toBe(LARGE)
    expect(profile({ ...LARGE }, { outOfGas: 'keep' }).pageSize).toBe(16384)
  })
})

describe('reports name the argument that is wrong', () => {
  const program = load('add_imm_64 r7, r7, 1\ntrap')
  const symbols = symbolsOf(program)
  const vm = createEngine().instantiate(program, { gas: 100n })
  const counter = countGas(vm)
  vm.run()
  const counts = counter.counts()

  it('encodeSymbols', () => {
    const encode = encodeSymbols as (...given: unknown[]) => string
    expect(() => encode(undefined, symbols)).toThrow('program: expected')
    for (const wrong of [undefined, null, 5, {}, { ...symbols, functions: {} }, { ...symbols, sourceAt: 1 }])
      expect(() => encode(program, wrong)).toThrow('symbols: expected')
    for (const one of [null, { name: 5, start: 0, end: 1 }, { name: 'f', start: 0.5, end: 1 }, { name: 'f', start: 0 }])
      expect(() => encode(program, { ...symbols, functions: [one] })).toThrow('symbols: functions[0]')
    expect(encode(program, symbols)).toContain('# coulis symbols 1')
  })

  it.each([flatProfile, gasByFunction] as ((...given: unknown[]) => unknown)[])('%o', report => {
    for (const wrong of [undefined, null, 3]) expect(() => report(wrong, symbols)).toThrow('counts: expected')
    expect(() => report({}, symbols)).toThrow('program: expected')
    expect(() => report({ ...counts, gas: [1] }, symbols)).toThrow('counts: gas: expected a Float64Array')
    expect(() => report({ ...counts, executions: new Float64Array(2) }, symbols)).toThrow('counts: executions')
    expect(() => report({ ...counts, instructions: 1n }, symbols)).toThrow('counts: instructions')
    expect(() => report({ ...counts, total: 1 }, symbols)).toThrow('counts: total')
    expect(() => report(counts, undefined)).toThrow('symbols: expected')
  })

  it('host calls of flatProfile', () => {
    const flat = flatProfile as (...given: unknown[]) => unknown
    expect(() => flat(counts, symbols, 5)).toThrow('hostCalls: expected an array')
    expect(() => flat(counts, symbols, [{ index: 1, calls: 1, gas: 5 }])).toThrow('hostCalls[0]')
    expect(() => flat(counts, symbols, [null])).toThrow('hostCalls[0]')
  })
})

it.each(ENGINES)('a counter below 0 that is emptied has taken nothing, on %s', kind => {
  for (const rules of ['gp-0.7.2', 'gp-0.8.0', 'polkavm'] as const) {
    const { instructionSet } = profile(rules)
    const { bytes } = assemble('@l: add_imm_64 r7, r7, 1\njump @l', { instructionSet })
    const vm = createEngine({ kind }).instantiate(loadProgram(bytes, { profile: rules }), { gas: 10n })
    const counter = countGas(vm)
    expect(vm.run()).toBe(Exit.OutOfGas)
    const { total } = counter.counts()
    vm.gas = -7n
    expect(vm.run()).toBe(Exit.OutOfGas)
    expect(counter.counts().total).toBe(total)
    expect([...counter.counts().gas].every(gas => gas >= 0)).toBe(true)
  }
})
