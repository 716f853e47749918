// A C program linked twice by PolkaVM's linker 0.37, with a bitmask and in the extended encoding: both compute the same on every
// engine. scripts/polkavm-fixture.sh makes the files; COULIS_LINKED is a folder with others, which CI has just linked.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  assemble,
  availableEngines,
  callExport,
  createEngine,
  disassemble,
  type EngineKind,
  Exit,
  encodeContainer,
  loadProgram,
  type Program,
} from '../../src/index.ts'

const FOLDER = process.env.COULIS_LINKED ?? join(import.meta.dirname, '../fixtures/polkavm')

function load(name: string): Program {
  return loadProgram(readFileSync(join(FOLDER, name)))
}

/** The result, and every call to the host with its arguments. */
function call(program: Program, engine: EngineKind, seed: bigint, rounds: bigint): string {
  const seen: string[] = []
  const vm = createEngine({ kind: engine }).instantiate(program, {
    ...callExport(program, 'mixture', [seed, rounds]),
    gas: 10_000_000_000n,
  })
  while (vm.run() === Exit.Host) {
    const [a, b] = [vm.regs[7]!, vm.regs[8]!]
    seen.push(`${a},${b}`)
    vm.regs[7] = a ^ (b * 7n)
  }
  return `${vm.exit} ${vm.regs[7]} ${seen.join(' ')}`
}

describe('a program linked by PolkaVM 0.37 in both encodings', () => {
  const old = load('mixture.polkavm')
  const next = load('mixture-extended.polkavm')

  it('is told apart by content', () => {
    expect(old.instructionSet.name).toBe('gp-0.8.0')
    expect(next.instructionSet.name).toBe('latest64-0.37')
    expect(next.code.length).toBeGreaterThan(1024) // more than a macro block
    expect([...next.exports.keys()]).toEqual(['mixture'])
    expect(next.imports).toEqual(['ask'])
  })

  it.each(availableEngines())('computes the same on %s', engine => {
    for (const [seed, rounds] of [
      [0n, 0n],
      [1n, 1n],
      [2n ** 63n, 77n],
      [2n ** 64n - 1n, 450n],
      [12345n, 1000n],
    ] as const)
      expect(call(next, engine, seed, rounds), `${seed} ${rounds}`).toBe(call(old, 'reference', seed, rounds))
  })

  it('is written again byte for byte, from its parts and from its text', () => {
    const file = readFileSync(join(FOLDER, 'mixture-extended.polkavm'))
    expect(Buffer.compare(encodeContainer(next.container), file)).toBe(0)
    expect(Buffer.compare(assemble(disassemble(next)).bytes, file)).toBe(0)
  })

  it('needs no widths in its text: the assembler chooses what PolkaVM’s writer has chosen', () => {
    expect(
      disassemble(next)
        .split('\n')
        .filter(line => /:\d/.test(line.replace(/;.*/, ''))),
    ).toEqual([])
  })
})
