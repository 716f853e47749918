// Gas profiles: every unit of gas is somewhere in the tree, functions get what they and what they call took, on every engine.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { programOfCase } from '../../src/fuzz/case.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import { attempt, enter, optionsOf } from '../../src/fuzz/machines.ts'
import {
  availableEngines,
  BlobError,
  createEngine,
  type EngineKind,
  loadProgram,
  type StartOptions,
  type Vm,
} from '../../src/index.ts'
import {
  type CallNode,
  cpuProfileJson,
  createProfiler,
  foldedStacks,
  type GasProfile,
  lcovOf,
  speedscopeJson,
} from '../../src/inside/index.ts'
import { symbolsOfText } from '../../src/program/symbols.ts'

const ENGINES = availableEngines()

// main calls twice by way of outer, which calls inner and jumps into its tail; then makes a host call.
const TEXT = `
@main:
    load_imm       r1, 0
    load_imm_jump  r0, &a, @outer
@a: load_imm_jump  r0, &b, @outer
@b: ecalli 3
    load_imm_64 r0, 0xffff0000
    jump_ind  r0
@outer:
    move_reg  r5, r0
    load_imm_jump r0, &c, @inner
@c: add_imm_64 r1, r1, 1
    jump @tail
@inner:
    add_imm_64 r1, r1, 2
    add_imm_64 r1, r1, 2
    jump_ind  r0
@tail:
    jump_ind  r5
`

function simplify({ name, gas, calls, children }: CallNode): unknown {
  return [name, Number(gas), calls, ...children.map(simplify)]
}
const assembled = assemble(TEXT)
const program = loadProgram(assembled.bytes, { kind: assembled.kind })
const all = symbolsOfText(assembled, 'calls.pvm')
const functions = all.functions
  .filter(({ name }) => name.length > 1)
  .map((one, i, rest) => ({ ...one, end: rest[i + 1]?.start ?? program.code.length }))
const symbols = {
  ...all,
  functions,
  functionAt: (pc: number) => functions.find(({ start, end }) => pc >= start && pc < end),
}
const host = { entry: () => ({ name: 'three', price: 10, call: () => undefined }) }

function profileOf(kind: EngineKind, options: StartOptions = {}, named = true): { vm: Vm; profile: GasProfile } {
  const vm = createEngine({ kind }).instantiate(program, { gas: 1000n, host, ...options })
  const profiler = createProfiler(vm, named ? { symbols, hostName: index => (index === 3 ? 'three' : undefined) } : {})
  vm.tracer = profiler.tracer
  vm.run()
  return { vm, profile: profiler.profile() }
}

const INNER = ['inner', 6, 2]

describe.each(ENGINES)('the profile of %s', kind => {
  it('is a tree of calls with gas and counts, a jump into a function being a call in its place', () => {
    const { vm, profile } = profileOf(kind)
    const main = ['main', 6, 1, ['outer', 8, 2, INNER], ['tail', 2, 2], ['host call 3 three', 10, 1]]
    expect(simplify(profile.root)).toEqual(['(run)', 0, 0, main])
    expect(profile.gas).toBe(vm.gasUsed)
    expect(profile.instructions).toBe(22)
  })

  it('has names of places where there are none of functions', () => {
    const { labels } = assembled
    const { root } = profileOf(kind, {}, false).profile
    expect([root.name, root.children.map(({ name }) => name)]).toEqual([
      '(run)',
      [`code at ${labels.get('outer')}`, 'host call 3'],
    ])
  })

  it('counts the gas of a host call that could not be paid, and gas that was emptied', () => {
    for (const gas of [1n, 7n, 21n, 25n]) {
      const { vm, profile } = profileOf(kind, { gas })
      expect(profile.gas, `${gas}`).toBe(gas)
      expect(vm.gasUsed).toBe(gas)
    }
  })
})

describe('profiles as files', () => {
  const { profile } = profileOf('auto')

  it('are folded stacks that sum up to the gas', () => {
    expect(foldedStacks(profile).split('\n')).toEqual([
      '(run);main 6',
      '(run);main;outer 8',
      '(run);main;outer;inner 6',
      '(run);main;tail 2',
      '(run);main;host call 3 three 10',
      '',
    ])
  })

  it('are speedscope files with a weight for each stack', () => {
    const { profiles, shared } = JSON.parse(speedscopeJson(profile, 'calls'))
    const [{ samples, weights, endValue, unit }] = profiles
    expect([endValue, unit, weights]).toEqual([32, 'none', [6, 8, 6, 2, 10]])
    expect(samples[2].map((at: number) => shared.frames[at].name)).toEqual(['(run)', 'main', 'outer', 'inner'])
  })

  it('are cpuprofiles whose deltas sum up to the gas', () => {
    const { nodes, samples, timeDeltas, endTime } = JSON.parse(cpuProfileJson(profile))
    expect(timeDeltas.reduce((sum: number, delta: number) => sum + delta)).toBe(endTime)
    expect([endTime, samples.length, timeDeltas.length]).toEqual([32, 6, 6])
    for (const { children } of nodes) for (const id of children) expect(nodes[id - 1].id).toBe(id)
  })

  it('are lcov records of lines and functions', () => {
    const text = lcovOf(program, profile, symbols)!
    const lineOf = (code: string): number => TEXT.split('\n').findIndex(line => line.includes(code)) + 1
    expect(text).toContain('SF:calls.pvm\n')
    expect(text).toContain(`\nDA:${lineOf('ecalli 3')},1\n`)
    expect(text).toContain(`\nDA:${lineOf('jump @tail')},2\n`)
    expect(text).toMatch(/\nFNDA:2,inner\n/)
    expect(text).toMatch(/LF:14\nLH:14\nend_of_record\n$/)
    const { profile: short } = profileOf('auto', { gas: 7n })
    expect(lcovOf(program, short, symbols)).toMatch(/\nFNDA:0,tail\n[\s\S]*LF:14\nLH:7\n/)
    const strange = { ...symbols, sourceAt: () => [{ function: 'f', path: 'a\nSF:b', line: 1, column: undefined }] }
    expect(lcovOf(program, profile, strange)!.match(/^SF:.*$/gm)).toEqual(['SF:a SF:b'])
    expect(lcovOf(program, profile, { ...symbols, sourceAt: () => [] })).toBeUndefined()
  })
})

it('profiles of generated programs sum up to the gas used, and count what was executed', { timeout: 120_000 }, () => {
  let watched = 0
  for (let index = 0; index < 80; index++) {
    const fuzz = generateCase('profiles', index, { plain: true, entries: 8, gas: 600, hugeGas: 0 })
    let vms: Vm[]
    try {
      const one = programOfCase(fuzz)
      const options = { ...optionsOf(fuzz, { calls: 0, sinceStart: 0, digest: 0 }), hostErrors: 'panic' as const }
      vms = (['interpreter', 'auto'] as const).map(kind => createEngine({ kind }).instantiate(one, options))
    } catch (error) {
      if (error instanceof BlobError) continue
      throw error
    }
    for (const vm of vms) {
      for (const entry of fuzz.entries) {
        enter(vm, entry)
        const start = vm.gas
        const profiler = createProfiler(vm)
        const counts = new Map<number, number>()
        vm.tracer = event => {
          counts.set(event.pc, (counts.get(event.pc) ?? 0) + 1)
          profiler.tracer(event)
        }
        for (let exits = 0; exits < 3; exits++) attempt(vm, 0)
        const { gas, instructions, executions } = profiler.profile()
        expect(gas, fuzz.label).toBe(start - (vm.gas > 0n ? vm.gas : 0n))
        expect(instructions).toBe([...counts.values()].reduce((sum, count) => sum + count, 0))
        for (const [pc, count] of counts) if (pc < executions.length) expect(executions[pc]).toBe(count)
        watched += instructions
      }
      vm.dispose()
    }
  }
  expect(watched).toBeGreaterThan(10_000)
})

it('recursion without end fills no memory: deeper calls count where the depth is reached', () => {
  const text = assemble('@f: load_imm_jump r0, &a, @f\n@a: trap')
  const vm = createEngine().instantiate(loadProgram(text.bytes, { kind: text.kind }), { gas: 60_000n })
  const profiler = createProfiler(vm)
  vm.tracer = profiler.tracer
  vm.run()
  const { gas, root } = profiler.profile()
  let depth = 0
  for (let node: CallNode | undefined = root; node !== undefined; node = node.children[0]) depth += 1
  expect([gas, depth]).toEqual([60_000n, 501])
})
