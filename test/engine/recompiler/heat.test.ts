// Heat that survives the process: what auto has compiled once is compiled ahead the next time, and bytes that say anything else do no harm.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { idleCells, takeOther } from '../../../src/core/cell-pool.ts'
import { compile, compileAsync, exportHeat, heatRefusal } from '../../../src/engine/auto.ts'
import { engineLimits } from '../../../src/engine/machine/limits.ts'
import { tierPolicy } from '../../../src/engine/recompiler/tiers/policy.ts'
import { sharedCode } from '../../../src/engine/recompiler/tiers/shared-code.ts'
import { profile } from '../../../src/program/profile.ts'
import { loadProgram, type Program } from '../../../src/program/program.ts'
import { MIXED, machine, programOf, stateOf } from './programs.ts'

const GAS = 100_000n
const before = { ...tierPolicy }
const { codes } = engineLimits

/** The program as a new process has it: nothing is known of its code. */
function anew(): Program {
  const small = programOf('trap')
  while (idleCells() > 0) takeOther(small, true)
  engineLimits.codes = 1
  sharedCode(small)
  engineLimits.codes = codes
  return programOf(MIXED)
}

/** Runs it on `auto`, and says how often compiled code was entered. The end has to be that of the reference machine. */
function runs(program: Program): number {
  const reference = machine('reference', program, { gas: GAS })
  const vm = machine('auto', program, { gas: GAS })
  expect([vm.run(), stateOf(vm)]).toEqual([reference.run(), stateOf(reference)])
  const { entered } = vm.stats!
  vm.dispose()
  return entered
}

/** What a process that compiles what it sees knows at its end. */
function learnt(): Uint8Array {
  tierPolicy.samplePeriod = 20
  tierPolicy.patience = 0
  const program = anew()
  for (let i = 0; i < 10; i++) runs(program)
  Object.assign(tierPolicy, before)
  return exportHeat(program)
}

describe('heat', () => {
  let heat: Uint8Array
  beforeEach(() => {
    heat = learnt()
  })
  afterEach(() => Object.assign(tierPolicy, before))

  it('has a new process begin with compiled code, though nothing is hot yet', async () => {
    expect(runs(anew())).toBe(0)
    const program = anew()
    expect(heatRefusal(program, heat)).toBe(undefined)
    const { modules, functions } = await compileAsync(program, { heat })
    expect(modules).toBe(1)
    expect(functions).toBeGreaterThan(1)
    expect(runs(program)).toBeGreaterThan(0)
  })

  it('does so at once too', () => {
    const program = anew()
    expect(compile(program, { heat }).modules).toBe(1)
    expect(runs(program)).toBeGreaterThan(0)
  })

  it('is the same when it is exported again', () => {
    const program = anew()
    compile(program, { heat })
    expect(exportHeat(program)).toEqual(heat)
  })

  it('is empty while nothing is known, and then nothing is compiled', () => {
    const program = anew()
    const empty = exportHeat(program)
    expect(heatRefusal(program, empty)).toBe(undefined)
    expect(empty.length).toBeLessThan(heat.length)
    expect(compile(program, { heat: empty }).modules).toBe(0)
  })

  it('of another code or other rules is ignored, and said to be', async () => {
    const other = programOf(`${MIXED}\n    trap`)
    expect(heatRefusal(other, heat)).toBe('it is of another code, or of other rules')
    expect((await compileAsync(other, { heat })).modules).toBe(0)
    const { code, bitmask, jumpTable } = anew()
    const rules = loadProgram(
      { code, bitmask, jumpTable: [...jumpTable] },
      { profile: profile('gp-0.8.0', { loader: 'lenient', instructionSet: 'gp-0.7.2' }) },
    )
    expect(heatRefusal(rules, heat)).toBe('it is of another code, or of other rules')
  })

  it.each([
    ['where a jump may lead', { jumpBehindUndefined: true }],
    ['which sides of a branch are checked', { branchCheck: 'taken' }],
    ['what a block costs', { gasModel: 'block' }],
    ['what a cmov waits for', { cmovReadsDestination: false }],
  ] as const)('and compiled code are not those of the same code under another rule: %s', (_, rule) => {
    const { code, bitmask, jumpTable } = anew()
    const [one, other] = [{}, rule].map(changed =>
      loadProgram(
        { code, bitmask, jumpTable: [...jumpTable] },
        { profile: profile('gp-0.8.0', { loader: 'lenient', ...changed }) },
      ),
    )
    expect(sharedCode(one!)).not.toBe(sharedCode(other!))
    expect(heatRefusal(other!, exportHeat(one!))).toBe('it is of another code, or of other rules')
  })

  it('that ends too soon, or too late, is refused at every length', () => {
    const program = anew()
    for (let length = 0; length < heat.length; length++)
      expect(heatRefusal(program, heat.subarray(0, length))).toBeTypeOf('string')
    expect(heatRefusal(program, Uint8Array.of(...heat, 0))).toBe('there are bytes behind its end')
    expect(heatRefusal(program, new TextEncoder().encode('{"hot":[1,2,3]}'))).toBe(
      'it does not begin as heat of coulis does',
    )
    expect(heatRefusal(program, heat.with(11, 9))).toContain('it has form 9')
  })

  it('with any byte changed is refused, or the runs are the same', () => {
    let refused = 0
    for (let at = 12; at < heat.length; at++) {
      for (const change of [1, 2, 0x7f, 0x80, 0xff]) {
        const program = anew()
        const changed = heat.with(at, heat[at]! ^ change)
        if (heatRefusal(program, changed) === undefined) {
          compile(program, { heat: changed })
          runs(program)
        } else {
          refused += 1
          expect(compile(program, { heat: changed }).modules).toBe(0)
        }
      }
    }
    expect(refused).toBeGreaterThan(heat.length)
  })

  it('names wrong arguments', async () => {
    const program = anew()
    const wrong = { heat: 'hot' } as unknown as { heat: Uint8Array }
    await expect(compileAsync(program, wrong)).rejects.toThrow(new TypeError('heat: expected bytes, found string'))
    expect(() => compile(program, wrong)).toThrow(new TypeError('heat: expected bytes, found string'))
    expect(() => heatRefusal(program, wrong.heat)).toThrow(new TypeError('heat: expected bytes, found string'))
    expect(() => compile(program, { hot: heat } as object)).toThrow(new RangeError('hot: no option; there are heat'))
  })
})
