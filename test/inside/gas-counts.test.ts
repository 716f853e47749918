// Exact counts: every engine counts what the reference machine counts, that counts what a tracer sees, and gas is there to the unit.
import { describe, expect, it } from 'vitest'
import { startTally } from '../../src/engine/vm/access.ts'
import { type FuzzCase, programOfCase } from '../../src/fuzz/case.ts'
import { driveCase } from '../../src/fuzz/drive.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import { generateAttack } from '../../src/fuzz/generate-attack.ts'
import { attempt, enter, optionsOf } from '../../src/fuzz/machines.ts'
import {
  Access,
  assemble,
  availableEngines,
  BlobError,
  createEngine,
  type EngineKind,
  Exit,
  loadProgram,
  type Program,
  profile,
  type StartOptions,
  type Vm,
} from '../../src/index.ts'
import { countGas, watchHostGas } from '../../src/inside/index.ts'
import type { Counts } from '../../src/program/tally.ts'

const ENGINES = availableEngines()

function programOrNone(fuzz: FuzzCase): Program | undefined {
  try {
    return programOfCase(fuzz)
  } catch (error) {
    if (error instanceof BlobError) return undefined
    throw error
  }
}

/** A machine that writes down what it has counted when it is given back. */
function counting(kind: EngineKind, program: Program, options: StartOptions, done: (counts: Counts) => void): Vm {
  const vm = createEngine({ kind }).instantiate(program, options)
  const tally = startTally(vm)
  const dispose = vm.dispose.bind(vm)
  vm.dispose = () => {
    if (!vm.isDisposed) done(tally.counts())
    dispose()
  }
  return vm
}

function rows({ executed, paid, more }: Counts): string[] {
  const found: string[] = []
  for (let pc = 0; pc < executed.length; pc++) {
    if (executed[pc] !== 0 || paid[pc] !== 0 || more[pc] !== 0)
      found.push(`${pc}: ${executed[pc]} ${paid[pc]} ${more[pc]}`)
  }
  return found
}

describe('what machines count', () => {
  it('is the same on all engines, and disturbs nothing', { timeout: 120_000 }, () => {
    let instructions = 0
    for (let index = 0; index < 80; index++) {
      const fuzz = index % 2 === 0 ? generateCase('counts', index) : generateAttack('counts', index)
      const counted = new Map<EngineKind, string[][]>()
      const outcome = driveCase(fuzz, ENGINES, {
        memory: 'case',
        instantiate: (kind, program, options) =>
          counting(kind, program, options, counts => {
            if (!counted.has(kind)) counted.set(kind, [])
            counted.get(kind)!.push(rows(counts))
          }),
      })
      expect(outcome.finding, fuzz.label).toBeUndefined()
      const oracle = counted.get('reference')
      for (const kind of ENGINES) expect(counted.get(kind), `${fuzz.label} on ${kind}`).toEqual(oracle)
      instructions += outcome.instructions
    }
    expect(instructions).toBeGreaterThan(10_000)
  })

  it.each(ENGINES)(
    'on %s is what a tracer sees, and with host calls the gas used, to the unit',
    { timeout: 120_000 },
    kind => {
      let calls = 0
      for (let index = 0; index < 120; index++) {
        const fuzz = generateCase('sums', index, { plain: true, entries: 6, gas: 700, hugeGas: 0 })
        const program = programOrNone(fuzz)
        if (program === undefined) continue
        const options = optionsOf(fuzz, { calls: 0, sinceStart: 0, digest: 0 })
        const watched = options.host && watchHostGas(options.host)
        const start = { ...options, hostErrors: 'panic' as const, ...(watched && { host: watched.host }) }
        const vm = createEngine({ kind }).instantiate(program, start)
        const counter = countGas(vm, watched)
        let used = 0n
        let traced = 0
        for (const [i, entry] of fuzz.entries.entries()) {
          enter(vm, entry)
          // Every other entry with a tracer: then the other loop counts.
          const seen = new Map<number, number>()
          const ended = new Map<number, number>()
          const before = counter.counts().executions
          if (i % 2 === 1) {
            vm.tracer = ({ pc, instruction }) => {
              const at = Math.min(pc, program.code.length)
              seen.set(at, (seen.get(at) ?? 0) + 1)
              // Of a memset that gas stops and that goes on a tracer sees each part.
              if (instruction.kind !== 'memset' || vm.regs[9] === 0n) ended.set(at, (ended.get(at) ?? 0) + 1)
              traced += 1
            }
          }
          const from = vm.gas
          for (let exits = 0; exits < 4; exits++) attempt(vm, exits === 1 ? 7 : 0)
          used += from - (vm.gas > 0n ? vm.gas : 0n)
          vm.tracer = undefined
          if (i % 2 === 0) continue
          const { executions } = counter.counts()
          const wrong: string[] = []
          for (let pc = 0; pc <= program.code.length; pc++) {
            const counted = executions[pc]! - before[pc]!
            const [least, most] = [ended.get(pc) ?? 0, seen.get(pc) ?? 0]
            if (counted < least || counted > most) wrong.push(`${counted} at ${pc}, not ${least} to ${most}`)
          }
          expect(wrong, fuzz.label).toEqual([])
        }
        const { total, gas, instructions } = counter.counts()
        const host = watched?.calls() ?? []
        calls += host.reduce((sum, one) => sum + one.calls, 0)
        expect(total + host.reduce((sum, one) => sum + one.gas, 0n), fuzz.label).toBe(used)
        expect(gas.reduce((sum, one) => sum + one, 0)).toBe(Number(total))
        expect(instructions).toBeGreaterThanOrEqual(traced)
        vm.dispose()
      }
      expect(calls).toBeGreaterThan(40)
    },
  )
})

describe.each(ENGINES)('memsets in a run that time stops, on %s', kind => {
  it.each(['instruction', 'block'] as const)('count once where compiled code is left before each: %s', gasModel => {
    const rules = profile('gp-0.7.2', { name: `memsets ${gasModel}`, gasModel, instructionSet: 'latest64' })
    const loop = 'load_imm r7, 0x20000\nload_imm r9, 2\nmemset\nadd_imm_64 r6, r6, -1\nbranch_ne_imm r6, 0, @loop\ntrap'
    const text = `.isa latest64\nload_imm r6, 50\nfallthrough\n@loop: ${loop}`
    const program = loadProgram(assemble(text).bytes, { profile: rules })
    const countsOf = (maxMs: number): Counts => {
      const pages = [{ address: 0x20000, length: 4096, access: Access.Write }]
      using vm = createEngine({ kind }).instantiate(program, { gas: 100_000n, pages })
      const tally = startTally(vm)
      vm.run({ maxGas: 40n }) // it is compiled
      while (vm.run({ maxMs }) === Exit.Paused);
      return tally.counts()
    }
    expect(rows(countsOf(0))).toEqual(rows(countsOf(1e6)))
  })
})

describe.each(ENGINES)('a memset that gas stops in the middle, on %s', kind => {
  it.each(['instruction', 'block', 'pipeline'] as const)('counts as one that it does not: %s', gasModel => {
    const rules = profile('gp-0.7.2', {
      name: `memset ${gasModel}`,
      gasModel,
      instructionSet: 'latest64',
      outOfGas: 'keep',
    })
    const loop =
      'load_imm r7, 0x20000\nload_imm r9, 20\nmemset\nadd_imm_64 r6, r6, -1\nbranch_ne_imm r6, 0, @loop\ntrap'
    const program = loadProgram(assemble(`.isa latest64\nload_imm r6, 9\nfallthrough\n@loop: ${loop}`).bytes, {
      profile: rules,
    })
    const countsOf = (pieces: bigint, hasTracer: boolean, hasGas: boolean): string[] => {
      const pages = [{ address: 0x20000, length: 4096, access: Access.Write }]
      using vm = createEngine({ kind }).instantiate(program, { gas: hasGas ? 10_000n : 0n, pages })
      const tally = startTally(vm)
      if (hasTracer) vm.tracer = () => {}
      // A piece that is less than a block costs is no piece: nothing of the block would ever run.
      const piece = gasModel === 'pipeline' ? pieces + 150n : pieces
      if (hasGas) while (vm.run({ maxGas: piece }) === Exit.Paused);
      else while (vm.run() === Exit.OutOfGas) vm.gas += pieces
      return rows(tally.counts())
    }
    const whole = countsOf(10_000n, false, true)
    for (const hasTracer of [false, true]) {
      for (const hasGas of [false, true]) {
        for (const pieces of [5n, 6n, 7n, 13n, 22n, 50n])
          expect(countsOf(pieces, hasTracer, hasGas), `${pieces}`).toEqual(whole)
      }
    }
  })
})

describe.each(ENGINES)('a memset that time stops in the middle, on %s', kind => {
  it.each(['instruction', 'block'] as const)('counts as one that it does not: %s', gasModel => {
    const rules = profile('gp-0.7.2', { name: `memset ${gasModel}`, gasModel, instructionSet: 'latest64' })
    const text = '.isa latest64\nload_imm r7, 0x20000\nload_imm r9, 60000\nmemset\nadd_imm_64 r8, r8, 1\ntrap'
    const program = loadProgram(assemble(text).bytes, { profile: rules })
    const countsOf = (maxMs: number): { pauses: number; counts: Counts } => {
      const pages = [{ address: 0x20000, length: 65536, access: Access.Write }]
      const vm = createEngine({ kind }).instantiate(program, { gas: 100_000n, pages })
      const tally = startTally(vm)
      let pauses = 0
      while (vm.run({ maxMs }) === Exit.Paused) pauses += 1
      return { pauses, counts: tally.counts() }
    }
    const parts = countsOf(0)
    expect(parts.pauses).toBeGreaterThan(2)
    expect(rows(parts.counts)).toEqual(rows(countsOf(1e6).counts))
  })
})
