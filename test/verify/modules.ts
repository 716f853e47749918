// Modules of compiled code for the verifier's tests: of the golden programs, of random ones.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { analyseProgram, compileRoots } from '../../src/engine/recompiler/compile.ts'
import type { CompileOptions } from '../../src/engine/recompiler/compile-options.ts'
import { machineOf } from '../../src/engine/recompiler/verification.ts'
import { programOfCase } from '../../src/fuzz/case.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import type { ProfileName } from '../../src/program/profile.ts'
import type { Program } from '../../src/program/program.ts'
import type { Machine } from '../../src/verify/machine.ts'
import { programOf } from '../engine/recompiler/programs.ts'

const GOLDEN = join(import.meta.dirname, '../engine/recompiler/golden')

/** A module, and the machine it is for. */
export interface MadeModule {
  readonly name: string
  readonly program: Program
  readonly bytes: Uint8Array
  readonly machine: Machine
}

/** Where a module has its roots. */
export const ROOTS = ['functions', 'blocks', 'segments'] as const

/** It calls a function, which calls the host and returns. */
export const CALLING = `
    load_imm_jump r0, &back, @f
@back:
    add_imm_64 r3, r3, 1
    add_imm_64 r3, r3, 2
    trap
@f:
    ecalli 1
    jump_ind r0
`

/** A module of a program. */
export function moduleOf(
  name: string,
  program: Program,
  at: (typeof ROOTS)[number] = 'functions',
  options: CompileOptions = {},
): MadeModule {
  const analysis = analyseProgram(program)
  const { decoded, functions } = analysis
  const segments = Array.from({ length: decoded.segmentStart.length - 1 }, (_, segment) => segment)
  const starts = [...functions.start].filter(segment => segment < segments.length)
  const all = at === 'blocks' ? segments.filter(segment => decoded.isBlock[segment] === 1) : segments
  const roots = at === 'functions' ? starts : all.slice(0, 40)
  const { bytes } = compileRoots(analysis, roots, options)
  return { name, program, bytes, machine: machineOf(decoded, options.tallyAt) }
}

/** The golden programs of the recompiler. */
export function goldenPrograms(): { readonly name: string; readonly program: Program }[] {
  return readdirSync(GOLDEN)
    .filter(file => file.endsWith('.pvm'))
    .map(name => {
      const text = readFileSync(join(GOLDEN, name), 'utf8')
      const rules = /^; options: .*\b(gp-0\.8\.0|w3f-vectors)\b/.exec(text)?.[1] as ProfileName | undefined
      return { name, program: programOf(text, rules) }
    })
}

/** Random programs of the fuzzer that load. */
export function* randomPrograms(seed: string, count: number): Generator<{ name: string; program: Program }> {
  for (let i = 0, made = 0; made < count; i++) {
    try {
      yield { name: `${seed} ${i}`, program: programOfCase(generateCase(seed, i)) }
      made += 1
    } catch {
      // The loader refuses it.
    }
  }
}
