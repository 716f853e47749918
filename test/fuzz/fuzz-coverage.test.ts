// What the generator's programs reach when they run: a kind of thing that none of them does is tested by no fuzzing. Not the
// engines: the reference machine runs them.
import { describe, expect, it } from 'vitest'
import { generateCase } from '../../src/fuzz/generate.ts'
import { INSTRUCTION_SETS, instructionSet } from '../../src/isa/set.ts'
import { profile } from '../../src/program/profile.ts'
import { Coverage, EDGE_NAMES, inspect, measure } from './coverage.ts'

const MODELS = ['instruction', 'block', 'pipeline'] as const
const all = new Coverage()
const BITMASK_SETS = INSTRUCTION_SETS.filter(name => instructionSet(name).encoding === 'bitmask')
const bySet = BITMASK_SETS.map(set => {
  const profiles = MODELS.map(gasModel => profile('gp-0.7.2', { instructionSet: set, gasModel }))
  const coverage = new Coverage()
  for (let i = 0; i < 260; i++) measure(generateCase('sets', i, { entries: 4, hugeGas: 0, profiles }), coverage)
  all.add(coverage)
  return { set, coverage }
})
for (let i = 0; i < 600; i++) measure(generateCase('presets', i, { entries: 4, hugeGas: 0 }), all)
for (let i = 0; i < 300; i++) inspect(generateCase('operands', i, { entries: 40, plain: true }), all)

/** Every combination of parts, in words. */
function each(...parts: readonly (readonly (string | number)[])[]): string[] {
  return parts.reduce<string[]>((names, part) => names.flatMap(name => part.map(next => `${name}${next}`)), [''])
}

/** What a block may begin with. */
const KINDS = ['alu', 'load', 'store', 'branch', 'jump', 'host']
const RIGHTS = ['none', 'read', 'write']
/** X is mostly an address in these: its edges are those of pages. */
const ADDRESSED = ['imm_imm', 'reg_imm_imm']

describe('the generator reaches', () => {
  it.each(bySet)('every opcode of $set, executed', ({ set, coverage }) => {
    const names = instructionSet(set).byOpcode.flatMap(instruction => instruction?.name ?? [])
    expect(coverage.missing(each(['executed: '], names))).toEqual([])
  })

  it('an end of gas at every instruction there is, and at every kind under every gas model', () => {
    const names = BITMASK_SETS.flatMap(set => instructionSet(set).byOpcode.flatMap(it => it?.name ?? []))
    expect(all.missing(each(['out of gas at '], names))).toEqual([])
    expect(all.missing(each(['out of gas: '], MODELS, [' '], KINDS))).toEqual([])
    expect(all.missing(['gas: more than 32 bits'])).toEqual([])
  })

  it.each(['imm', 'reg_imm', 'reg_reg_imm', 'reg_imm_off', 'reg_reg_imm_imm'])('every edge of %s', format => {
    expect(all.missing(each([`immediate: ${format} `], EDGE_NAMES))).toEqual([])
  })

  it.each(ADDRESSED)('every edge of the second immediate of %s', format => {
    expect(all.missing(each([`second immediate: ${format} `], EDGE_NAMES))).toEqual([])
  })

  it('immediates of every length, lengths that no compiler writes, registers that do not exist', () => {
    const plain = ['imm', 'off', 'reg_imm', 'reg_reg_imm', 'reg_reg_off']
    expect(all.missing(each(['length: '], plain, [' '], [0, 1, 2, 3, 4, 5]))).toEqual([])
    expect(all.missing(['length: reg_imm -1', 'length: reg_reg_imm -1'])).toEqual([])
    const nibbled = ['imm_imm', 'reg_imm_imm', 'reg_imm_off', 'reg_reg_imm_imm']
    expect(all.missing(each(['length: '], nibbled, [' '], [0, 1, 2, 3, 4]))).toEqual([])
    const odd = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    const never = odd.filter(n => nibbled.every(format => !all.counts.has(`length: ${format} ${n}`)))
    expect(never).toEqual([])
    const formats = ['reg_imm', 'reg_imm64', 'reg_imm_imm', 'reg_imm_off', 'reg_reg', 'reg_reg_imm', 'reg_reg_reg']
    expect(all.missing(each(['register above 12: '], formats))).toEqual([])
    expect(all.missing(['bytes beyond a skip of 24'])).toEqual([])
  })

  it('every exit, and a panic for every reason', () => {
    const exits = ['halt', 'panic', 'page-fault', 'host', 'out-of-gas', 'break', 'step']
    expect(all.missing(each(['exit: '], exits))).toEqual([])
    const reasons = ['trap', 'no opcode', 'behind the code', 'before anything ran', 'host', 'load', 'store']
    expect(all.missing(each(['panic: '], reasons))).toEqual([])
    expect(all.missing(['halt: djump', 'halt: host', 'refused'])).toEqual([])
    expect(all.missing(each(['page fault: '], ['load', 'store', 'on the second page of an access']))).toEqual([])
  })

  it('jumps to every kind of place', () => {
    const bad = ['the middle of an instruction', 'the middle of a block', 'beyond the code', 'the end of the code']
    expect(all.missing(each(['panic: '], ['branch', 'jump'], [' to '], [...bad, 'before the code']))).toEqual([])
    expect(all.missing(each(['indirect jump to '], [...bad, 'a block']))).toEqual([])
    const addresses = ['address 0', 'an odd address', 'beyond the table', 'the halt address']
    expect(all.missing(each(['indirect jump to '], addresses))).toEqual([])
    expect(all.missing(each(['start: '], bad))).toEqual([])
  })

  it('memory at the borders of pages, whatever their rights, and at the ends of the address space', () => {
    const access = ['load', 'store']
    expect(all.missing(each(access, [' across '], RIGHTS, [' and '], RIGHTS))).toEqual([])
    const places = ["at a page's first byte", "at a page's last byte", 'below 2^16', 'in the first page']
    expect(all.missing(each(access, [' '], [...places, 'in the last page', 'around 2^32']))).toEqual([])
  })

  it('deep recursion, irreducible flow, huge blocks, host calls in loops; runs, steps and changes of engine', () => {
    const flow = ['200 calls deep', 'irreducible', 'a block of more than 1,024', 'a host call in a loop']
    expect(all.missing(each(['flow: '], flow))).toEqual([])
    expect(all.missing(each(['schedule: '], ['run', 'step', 'change', 'piece']))).toEqual([])
  })
})
