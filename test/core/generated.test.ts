// What is generated for the core, and the committed module, are what the sources give. Not the contract: contract.test.ts.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renewPublicHeader } from '../../scripts/contract.ts'
import { generateFused } from '../../scripts/fused.ts'
import { generateOpcodes } from '../../scripts/opcodes.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** Whether the compiler and the linker are there that make core.wasm. CI has them: its step `core` fails without. */
function hasTools(): boolean {
  try {
    for (const tool of ['clang-19', 'wasm-ld-19']) execFileSync(tool, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('generated files of the core', () => {
  it('core/isa/opcodes.gen.h is what the instruction table gives', () => {
    expect(read('core/isa/opcodes.gen.h')).toBe(generateOpcodes())
  })

  it('core/pvm.h has the gas models and rules of src/program/profile.ts', () => {
    expect(read('core/pvm.h')).toBe(renewPublicHeader(read('core/pvm.h')))
  })

  it('core/isa/fused.gen.h is what scripts/fused-sequences.ts gives', () => {
    expect(read('core/isa/fused.gen.h')).toBe(generateFused())
  })

  it.skipIf(!hasTools())('core/core.wasm and core.gen.ts are what the C sources give, where clang-19 is', () => {
    expect(() =>
      execFileSync('node', [join(ROOT, 'scripts/build-core.mjs'), '--check'], { stdio: 'pipe' }),
    ).not.toThrow()
  })
})
