// disassemble | assemble gives identical bytes on every program of the shared vectors.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { detectBlob } from '../../src/blob/detect.ts'
import { disassemble } from '../../src/blob/disassembly.ts'
import { type InstructionSetName, instructionSet } from '../../src/isa/set.ts'
import { vectors } from '../vectors.ts'

interface Sample {
  readonly name: string
  readonly bytes: Uint8Array
}

function jsonPrograms(folder: string): Sample[] {
  return readdirSync(folder)
    .filter(file => file.endsWith('.json') && !file.startsWith('schema'))
    .map(file => ({
      name: file,
      bytes: Uint8Array.from(JSON.parse(readFileSync(join(folder, file), 'utf8')).program as number[]),
    }))
}

function tracePrograms(folder: string): Sample[] {
  const logs = readdirSync(folder).filter(file => file.endsWith('.log'))
  return logs.map(file => {
    const hex = /program 0x([0-9a-f]+)/.exec(readFileSync(join(folder, file), 'utf8'))![1]!
    return { name: file, bytes: Uint8Array.from(Buffer.from(hex, 'hex')) }
  })
}

function expectSame(samples: readonly Sample[], set: InstructionSetName): void {
  const wrong: string[] = []
  for (const { name, bytes } of samples) {
    const { container } = detectBlob(bytes)
    const again = assemble(disassemble({ container, instructionSet: instructionSet(set) }))
    if (!Buffer.from(again.bytes).equals(bytes) || again.kind !== container.kind) wrong.push(name)
  }
  expect(wrong).toEqual([])
}

const root = vectors ?? ''

describe.skipIf(vectors === undefined)('disassemble | assemble gives identical bytes', () => {
  it('on all 311 programs of w3f-pvm', () => {
    const samples = jsonPrograms(join(root, 'w3f-pvm/programs'))
    expect(samples).toHaveLength(311)
    expectSame(samples, 'gp-0.7.2')
  })

  it('on all 356 programs of gas-model and its three big ones', () => {
    const samples = [
      ...jsonPrograms(join(root, 'gas-model/tests/programs')),
      ...jsonPrograms(join(root, 'gas-model/integration-tests')),
    ]
    expect(samples).toHaveLength(359)
    expectSame(samples, 'latest64')
  })

  it('on microbench, workloads and the recorded service', () => {
    expectSame(jsonPrograms(join(root, 'microbench')), 'gp-0.7.2')
    expectSame(jsonPrograms(join(root, 'workloads')), 'gp-0.7.2')
    const traces = tracePrograms(join(root, 'traces'))
    expectSame(traces.slice(0, 1), 'gp-0.7.2')
    for (const { bytes } of traces) expect(Buffer.from(bytes).equals(traces[0]!.bytes)).toBe(true)
  })
})
