// The modules that the core writes, for every program, root, option and profile: the verifier accepts them, and there is one answer,
// whatever was compiled before, however the tables look, however little room there is. Random programs run too, and do what they do
// on the reference machine; engines.test.ts, optimisations.test.ts and `coulis fuzz` run many more. `npm run plant -- --only generator:`
// plants mistakes in the generator for which this file has to be red.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AT_GRAPH, AT_TABLES, End, ProgramWord } from '../../../src/core/contract.gen.ts'
import type { Analysis } from '../../../src/engine/recompiler/analysis.ts'
import { analyseProgram, type CompiledModule, compileRoots } from '../../../src/engine/recompiler/compile.ts'
import type { CompileOptions } from '../../../src/engine/recompiler/compile-options.ts'
import { Coverage } from '../../../src/engine/recompiler/coverage.ts'
import { runPasses } from '../../../src/engine/recompiler/passes.ts'
import { tablesOf } from '../../../src/engine/recompiler/tables.ts'
import { machineOf } from '../../../src/engine/recompiler/verification.ts'
import { programOfCase } from '../../../src/fuzz/case.ts'
import { driveCase } from '../../../src/fuzz/drive.ts'
import { generateCase } from '../../../src/fuzz/generate.ts'
import { generateAttack } from '../../../src/fuzz/generate-attack.ts'
import { Random } from '../../../src/fuzz/random.ts'
import { type ProfileName, profile } from '../../../src/program/profile.ts'
import { loadProgram, type Program } from '../../../src/program/program.ts'
import { verifyModule } from '../../../src/verify/module.ts'
import { vectors } from '../../vectors.ts'
import { goldenPrograms } from '../../verify/modules.ts'
import { analysisOf, CALLS_IN_LOOPS, HANDLERS, MIXED, programOf, TABLES } from './programs.ts'

/** A switch whose labels are more than 4,096 entries apart: the branch table is cut. */
const FAR_LABELS = `
.entry_size 4
.jump_table @first, @back, ${'@function, '.repeat(4200)}@last
    load_imm_jump r0, 4, @function
@back:
    and_imm r10, r7, 1
    mul_imm_64 r10, r10, 8404
    jump_ind r10 + 2
@first:
    add_imm_64 r7, r7, 5
    jump @last
@last:
    trap
@function:
${'    add_64 r9, r9, r5\n'.repeat(50)}
    jump_ind r0
`

/** The indirect calls of HANDLERS, from a loop with two entrances: a dispatch loop. */
const TANGLED_HANDLERS = HANDLERS.replace('@loop:\n', '    branch_eq_imm r5, 2, @middle\n@loop:\n').replace(
  '    and_imm r10, r10, 3\n',
  '    fallthrough\n@middle:\n    and_imm r10, r10, 3\n',
)

const OPTIONS: readonly CompileOptions[] = [
  {},
  { tallyAt: 0x3000000 },
  { inline: false },
  { unrollRecursion: false, loopStores: false },
  { fastLoops: false, inlineIndirect: false },
  { groupChecks: false },
  { wideChecks: false, gasPaths: false },
  { unrollSearches: false },
  { inline: false, fastLoops: false, groupChecks: false, gasPaths: false, loopStores: false, tallyAt: 0x3000008 },
]

/** Roots of a program: all functions; all blocks, up to some; a few segments whatever they are. */
function* rootsOf({ decoded, functions }: Analysis, random: Random): Generator<number[]> {
  const starts = [...functions.start.subarray(0, -1)].filter(segment => segment < decoded.segments)
  yield starts
  const segments = Array.from({ length: decoded.segments }, (_, segment) => segment)
  yield segments.filter(segment => decoded.isBlock[segment] === 1).slice(0, 30)
  yield Array.from({ length: 3 }, () => random.below(decoded.segments))
}

/** Where some segments have not run. */
function someCoverage(analysis: Analysis, random: Random): Coverage {
  const { decoded } = analysis
  const coverage = new Coverage(analysis)
  for (let s = 0, ran = 1; s < decoded.segments; s++) {
    if (decoded.isBlock[s] === 1) ran = random.chance(70) ? 1 : 0
    coverage.ran[s] = ran
  }
  return coverage
}

/** Another program, which leaves its own in all tables. */
const between = analysisOf(MIXED)

/** What was found of one root before means nothing for the next: every byte of those tables changes. */
function spoilTables(analysis: Analysis, byte: number): void {
  new Uint8Array(tablesOf(analysis).workspace.buffer, AT_GRAPH, AT_TABLES - AT_GRAPH).fill(byte)
}

/** Compiles it four times, under other circumstances, and it is one module that the verifier accepts. Returns its size. */
function expectOne(
  what: unknown,
  analysis: Analysis,
  roots: number[],
  options: CompileOptions,
  coverage?: Coverage,
): number {
  const made = (): CompiledModule => compileRoots(analysis, roots, options, coverage)
  const first = made()
  const same = (how: string, { bytes, ...rest }: CompiledModule): void => {
    const { bytes: expected, ...expectedRest } = first
    expect([what, how, rest]).toEqual([what, how, expectedRest])
    if (!Buffer.from(bytes).equals(expected)) expect([what, how, [...bytes]]).toEqual([what, how, [...expected]])
  }
  spoilTables(analysis, 0xa5)
  same('tables full of something', made())
  compileRoots(between, [0])
  same('after another program', made())
  spoilTables(analysis, 0xff)
  tablesOf(analysis).words[ProgramWord.room] = first.bytes.length >> 1
  same('with half of the room at first', made())
  const { decoded } = analysis
  const refusal = verifyModule(first.bytes, machineOf(decoded, options.tallyAt))
  if (refusal !== undefined) expect([what, refusal.message]).toEqual([what, 'accepted'])
  expect(first.roots).toEqual([...new Set(roots)].sort((a, b) => a - b))
  expect(first.frames.length).toBe(first.roots.length)
  expect(first.externals.filter(segment => first.roots.includes(segment) || segment >= decoded.segments)).toEqual([])
  return first.bytes.length
}

/** All ways to compile a program, or those of some option sets. */
function compareAll(name: string, program: Program, options = OPTIONS): number {
  const random = new Random(name)
  const analysis = analyseProgram(program)
  if (analysis.decoded.segments === 0) return 0
  let bytes = 0
  for (const [k, option] of options.entries()) {
    if (k % 3 === 2) analysis.tolerant.fill(1)
    else analysis.tolerant.fill(0)
    for (const roots of rootsOf(analysis, random)) {
      bytes += expectOne([name, option, roots], analysis, roots, option)
      bytes += expectOne([name, option, roots, 'covered'], analysis, roots, option, someCoverage(analysis, random))
    }
  }
  return bytes
}

/** Two option sets of all, others for each program. */
const someOptions = (i: number): CompileOptions[] => [OPTIONS[0]!, OPTIONS[1 + (i % (OPTIONS.length - 1))]!]

function jsonPrograms(folder: string): [string, Uint8Array][] {
  return readdirSync(folder)
    .filter(file => file.endsWith('.json') && !file.startsWith('schema'))
    .map(file => [file, Uint8Array.from(JSON.parse(readFileSync(join(folder, file), 'utf8')).program as number[])])
}

describe('one module', () => {
  it.each(goldenPrograms().map(({ name, program }) => [name, program] as const))('of %s', (name, program) => {
    expect(compareAll(name, program)).toBeGreaterThan(1000)
  })

  it.each(['gp-0.7.2', 'gp-0.8.0', 'polkavm', 'w3f-vectors'] as ProfileName[])('of text programs under %s', rules => {
    for (const [k, text] of [MIXED, HANDLERS, TABLES, CALLS_IN_LOOPS, FAR_LABELS, TANGLED_HANDLERS].entries()) {
      expect(compareAll(`text ${k}`, programOf(text, rules))).toBeGreaterThan(1000)
    }
  })

  it.each([['mixed'], ['attack']])('of 250 random programs, style %s', style => {
    let count = 0
    for (let i = 0; count < 250; i++) {
      const fuzz = style === 'attack' ? generateAttack('generator', i) : generateCase('generator', i)
      let program: Program
      try {
        program = programOfCase(fuzz)
      } catch {
        continue // the loader refuses it
      }
      count += 1
      compareAll(`${style} ${i}`, program, someOptions(i))
      const { finding } = driveCase(fuzz, ['reference', 'recompiler'], { memory: 'ends' })
      expect([i, finding?.what]).toEqual([i, undefined])
    }
  })

  it('of graphs with a hub that is cut, and with callees in a dispatch loop', () => {
    const ends = (text: string): [boolean, number[]] => {
      const { graph, order } = runPasses(analysisOf(text), 0)
      return [order.reducible, [...graph.end.subarray(0, graph.count)]]
    }
    expect(ends(FAR_LABELS)).toEqual([true, expect.arrayContaining([End.Hub])])
    expect(ends(TANGLED_HANDLERS)).toEqual([false, expect.arrayContaining([End.CallTable])])
  })

  it('when there is no room at first', () => {
    // One function with a root at each of its 80 blocks: 80 times the code.
    const block = `${'mul_upper_s_s r7, r8, r9\n    xor r8, r9, r7\n    '.repeat(40)}branch_eq_imm r7, 5, @begin\n    `
    const analysis = analysisOf(`@begin:\n    ${block.repeat(80)}trap`)
    const { moduleRoom } = tablesOf(analysis)
    const roots = Array.from({ length: 80 }, (_, segment) => segment)
    expect(expectOne('large', analysis, roots, {})).toBeGreaterThan(moduleRoom)
    expect(tablesOf(analysis).moduleRoom).toBeGreaterThan(moduleRoom)
  })
})

describe.skipIf(vectors === undefined)('one module of the shared vectors', () => {
  const folder = vectors ?? ''
  const load = (bytes: Uint8Array, rules: ProfileName): Program => loadProgram(bytes, { profile: profile(rules) })

  it.each(['microbench', 'workloads', 'gas-model/integration-tests'])('of %s', path => {
    for (const [k, [name, bytes]] of jsonPrograms(join(folder, path)).entries()) {
      const lenient = { loader: 'lenient', instructionSet: 'latest64' } as const
      const program = loadProgram(bytes, { profile: profile(k % 2 === 0 ? 'gp-0.8.0' : 'gp-0.7.2', lenient) })
      expect(compareAll(name, program, someOptions(k))).toBeGreaterThan(1000)
    }
  })

  it('of the recorded service, as a whole too', () => {
    const text = readFileSync(join(folder, 'traces/trace-001.log'), 'latin1')
    const bytes = Uint8Array.from(Buffer.from(/program 0x([0-9a-f]+)/.exec(text)![1]!, 'hex'))
    expect(compareAll('service', load(bytes, 'gp-0.7.2'), [OPTIONS[0]!])).toBeGreaterThan(1_000_000)
  })
})
