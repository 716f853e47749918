// The W3F program vectors on the reference machine. Other engines run them through test/suite/.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Access, createEngine, exitName, loadProgram, profile } from '../../src/index.ts'
import { type ProgramVector, parseVector } from '../vector-json.ts'
import { vectors } from '../vectors.ts'

describe.skipIf(vectors === undefined)('W3F vectors (skipped without shared vectors)', () => {
  const folder = join(vectors ?? '', 'w3f-pvm/programs')
  const files = vectors === undefined ? [] : readdirSync(folder).filter(file => file.endsWith('.json'))
  const engine = createEngine({ kind: 'reference' })
  it('all 311 are there', () => expect(files).toHaveLength(311))
  it.each(files)('%s', file => {
    const vector = parseVector<ProgramVector>(readFileSync(join(folder, file), 'utf8'))
    const program = loadProgram(Uint8Array.from(vector.program), { kind: 'raw', profile: profile('w3f-vectors') })
    const vm = engine.instantiate(program, {
      gas: BigInt(vector['initial-gas']),
      entry: vector['initial-pc'],
      regs: vector['initial-regs'].map(BigInt),
      pages: vector['initial-page-map'].map(({ address, length, 'is-writable': writable }) => ({
        address,
        length,
        access: writable ? Access.Write : Access.Read,
      })),
      memory: vector['initial-memory'].map(({ address, contents }) => ({ address, bytes: Uint8Array.from(contents) })),
    })
    expect(exitName(vm.run())).toBe(vector['expected-status'])
    if (vector['expected-page-fault-address'] !== undefined)
      expect(vm.exitArg).toBe(vector['expected-page-fault-address'])
    expect([...vm.regs]).toEqual(vector['expected-regs'].map(BigInt))
    expect(vm.pc).toBe(vector['expected-pc'])
    expect(vm.gas).toBe(BigInt(vector['expected-gas']))
    for (const { address, contents } of vector['expected-memory'] ?? []) {
      expect([...vm.memory.view(address, contents.length)!]).toEqual(contents)
    }
  })
})
