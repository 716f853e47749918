// The machine's memory has the same layout in C and in TypeScript, and the committed module is what the sources give.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generateFused } from '../../scripts/fused.ts'
import { generateOpcodes } from '../../scripts/opcodes.ts'
import { Exit } from '../../src/engine/exit.ts'
import { HostAction } from '../../src/engine/host-call.ts'
import * as layout from '../../src/engine/machine/layout.ts'
import { Access } from '../../src/program/layout.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

function defines(text: string): Map<string, number> {
  return new Map([...text.matchAll(/#define (PVM_\w+) (0x[0-9a-fA-F]+)u/g)].map(m => [m[1]!, Number(m[2])]))
}

describe('machine memory layout', () => {
  it('core/layout.h and machine/layout.ts have the same addresses', () => {
    const c = defines(read('core/layout.h'))
    expect(c.get('PVM_AT_VM')).toBe(layout.AT_VM)
    expect(c.get('PVM_AT_RIGHTS')).toBe(layout.AT_RIGHTS)
    expect(c.get('PVM_AT_FRAMES')).toBe(layout.AT_FRAMES)
    expect(c.get('PVM_AT_DECODED')).toBe(layout.AT_DECODED)
    expect(c.get('PVM_AT_PROGRAM')).toBe(layout.AT_PROGRAM)
    expect(c.get('PVM_AT_GRAPH')).toBe(layout.AT_GRAPH)
    expect(c.get('PVM_AT_PLAN')).toBe(layout.AT_PLAN)
    expect(c.get('PVM_AT_TABLES')).toBe(layout.AT_TABLES)
    expect(c.get('PVM_AT_ARENA')).toBe(layout.AT_ARENA)
    expect(c.get('PVM_AT_WINDOW')).toBe(layout.AT_WINDOW)
    expect(c.get('PVM_TOP_SIZE')).toBe(layout.TOP_SIZE)
    expect(c.get('PVM_MEMORY_SIZE')).toBe(layout.MEMORY_SIZE)
    expect(c.get('PVM_FRAMES_SIZE')).toBe(layout.FRAMES_SIZE)
    expect(layout.ROTATION).toBe(layout.AT_WINDOW + layout.TOP_SIZE)
  })

  it('struct pvm has its fields where the C compiler asserts them', () => {
    const asserted = [...read('core/api.c').matchAll(/ASSERT_AT\((\w+), (\d+)\)/g)]
    const c = new Map(asserted.map(m => [m[1]!.replaceAll('_len', '_length'), Number(m[2])]))
    for (const [name, offset] of Object.entries(layout.VM)) {
      const cName = name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
      expect(c.get(cName), name).toBe(offset)
    }
  })

  it('rights bits are the same', () => {
    const c = new Map([...read('core/vm.h').matchAll(/(RIGHT_\w+) = (\d+)/g)].map(m => [m[1]!, Number(m[2])]))
    const { RIGHT_FAST_READ, RIGHT_FAST_WRITE, RIGHT_READ, RIGHT_WRITE, RIGHT_TOUCHED } = layout
    const bits = { RIGHT_FAST_READ, RIGHT_FAST_WRITE, RIGHT_READ, RIGHT_WRITE, RIGHT_TOUCHED }
    for (const [name, bit] of Object.entries(bits)) expect(c.get(name), name).toBe(bit)
  })
})

describe('core/pvm.h', () => {
  it('has the exit codes of engine/exit.ts and the host actions it shares with host-call.ts', () => {
    const c = new Map([...read('core/pvm.h').matchAll(/PVM_([A-Z_]+) = (-?\d+)/g)].map(m => [m[1]!, Number(m[2])]))
    for (const [name, code] of Object.entries(Exit)) {
      const cName = name.replaceAll(/(?!^)[A-Z]/g, letter => `_${letter}`).toUpperCase()
      expect(c.get(cName), name).toBe(code)
    }
    for (const name of ['Continue', 'Halt', 'Panic', 'Stop'] as const) {
      expect(c.get(`HOST_${name.toUpperCase()}`), name).toBe(HostAction[name])
    }
    expect([c.get('NONE'), c.get('READ'), c.get('WRITE')]).toEqual([Access.None, Access.Read, Access.Write])
  })
})

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
  it('core/opcodes.gen.h is what the instruction table gives', () => {
    expect(read('core/opcodes.gen.h')).toBe(generateOpcodes())
  })

  it('core/fused.gen.h is what scripts/fused-sequences.ts gives', () => {
    expect(read('core/fused.gen.h')).toBe(generateFused())
  })

  it.skipIf(!hasTools())('core/core.wasm and core.gen.ts are what the C sources give, where clang-19 is', () => {
    expect(() =>
      execFileSync('node', [join(ROOT, 'scripts/build-core.mjs'), '--check'], { stdio: 'pipe' }),
    ).not.toThrow()
  })
})
