// Conformance as a function: the shared suites pass, wrong expectations are noticed, and each field is really compared.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ConformOptions, createReport, recogniseTest, runTest } from '../../src/conform/conform.ts'
import { parseJson } from '../../src/conform/json.ts'
import { sha256 } from '../../src/conform/sha256.ts'
import type { Verdict } from '../../src/conform/verdict.ts'
import { availableEngines, createEngine } from '../../src/engine/create.ts'
import { vectors } from '../vectors.ts'

const engine = createEngine({ kind: 'reference' })

/** load_imm r7, 9; trap: a W3F vector with everything it may state. */
const VECTOR = {
  name: 'load_imm',
  'initial-regs': [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5],
  'initial-pc': 0,
  'initial-page-map': [{ address: 131072, length: 4096, 'is-writable': true }],
  'initial-memory': [{ address: 131072, contents: [1, 2] }],
  'initial-gas': 100,
  program: [0, 0, 4, 51, 7, 9, 0, 9],
  'expected-status': 'panic',
  'expected-regs': [0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 5],
  'expected-pc': 3,
  'expected-memory': [{ address: 131072, contents: [1, 2] }],
  'expected-gas': 98,
}

/** Two host calls, then trap. */
const HOST_VECTOR = {
  'initial-regs': [0, 0, 0, 0, 0, 0, 0, 131072, 131080, 0, 0, 0, 0],
  'initial-pc': 0,
  'initial-page-map': [{ address: 131072, length: 4096, 'is-writable': true }],
  'initial-memory': [{ address: 131072, contents: [255, 255, 255, 255, 255, 255, 255, 255] }],
  'initial-gas': 100,
  program: [0, 0, 5, 10, 1, 10, 1, 0, 21],
  'host-calls': { 1: 'u64[r8] := u64[r7] + u64[r8] + 3 mod 2^64' },
  'expected-status': 'panic',
  'executed-instructions': 3,
}

function run(vector: object, options: Partial<ConformOptions> = {}): Verdict {
  return runTest('some/test.json', new TextEncoder().encode(JSON.stringify(vector)), { engine, ...options })!
}

describe('conformance of one vector', () => {
  it('a vector that is right passes', () => {
    expect(run(VECTOR)).toMatchObject({ kind: 'w3f-vector', outcome: 'passed' })
  })

  it.each([
    ['expected-status', 'halt', 'status: expected halt, got panic'],
    ['expected-regs', VECTOR['initial-regs'], 'r7 expected 0x0, got 0x9'],
    ['expected-pc', 2, 'pc: expected 2, got 3'],
    ['expected-gas', 97, 'gas: expected 97, got 98'],
    ['expected-memory', [{ address: 131072, contents: [1, 3] }], 'memory: expected 0x20001: 3, got 2'],
    ['expected-memory', [{ address: 131072, contents: [1] }], 'memory: expected 0 at 0x20001, got 2'],
    ['expected-memory-sha256', '00', 'memory sha256: expected 00, got '],
    ['expected-gas-used', 3, 'gas used: expected 3, got 2'],
    ['executed-instructions', 3, 'instructions: expected 3, got 2'],
    ['expected-result-r7', 10, 'r7: expected 10, got 9'],
    ['expected-colour', 'red', 'expected-colour: not understood'],
  ])('a wrong %s is a miss that says so', (key, value, what) => {
    const verdict = run({ ...VECTOR, [key]: value }, { profile: 'gp-0.7.2' })
    expect(verdict.outcome).toBe('failed')
    expect(verdict.what).toContain(what)
  })

  it('host calls are read from their description', () => {
    // (2^64 - 1) + 0 + 3 = 2, then (2^64 - 1) + 2 + 3 = 4
    const chunk = [{ address: 131072, contents: [255, 255, 255, 255, 255, 255, 255, 255, 4] }]
    expect(run({ ...HOST_VECTOR, 'expected-memory': chunk })).toMatchObject({ kind: 'microbench', outcome: 'passed' })
  })

  it('host calls described by the sentence about sums work too', () => {
    const text = 'Reads 8 bytes at r7 and writes the sum of their u64 words at r8'
    const chunk = [{ address: 131072, contents: Array.from({ length: 16 }, () => 255) }]
    expect(run({ ...HOST_VECTOR, 'host-calls': { 1: text }, 'expected-memory': chunk }).outcome).toBe('passed')
  })

  it('a host call whose description is not understood is a miss that names the part', () => {
    const verdict = run({ ...HOST_VECTOR, 'host-calls': { 1: 'r7 := hash of the moon' } })
    expect(verdict.outcome).toBe('failed')
    expect(verdict.what).toBe("host-call description 'r7 := hash of the moon': 'hash of the moon' was not understood")
  })

  it('a host call that is not described is a miss', () => {
    const verdict = run({ ...HOST_VECTOR, 'host-calls': { 2: 'r7 := 1' } })
    expect(verdict.what).toBe(
      'status: expected panic, got host 1 (pc 0, ecalli 1: nobody answers host call 1); instructions: expected 3, got 1',
    )
  })

  it('malformed programs, fields and JSON are misses, not crashes', () => {
    expect(run({ ...VECTOR, program: [0, 0, 200] }).what).toContain('truncated at offset 3')
    expect(run({ ...VECTOR, 'initial-regs': [1] }).what).toContain('initial-regs: expected 13 registers, found 1')
    const half = JSON.stringify(VECTOR).slice(0, 300)
    expect(runTest('a.json', new TextEncoder().encode(half), { engine })!.what).toMatch(/^not JSON/)
  })

  it('what is no test is recognised as such', () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
    for (const text of ['', '# A readme about start pc=', '{"name": "coulis"}', '{"program": "x"}', '[1,2]']) {
      expect(recogniseTest(bytes(text)), text).toBeUndefined()
    }
  })
})

describe('known deviations', () => {
  const named = (vector: object): Verdict =>
    runTest('x/inst_load_u8_nok.json', new TextEncoder().encode(JSON.stringify(vector)), {
      engine,
      profile: 'gp-0.7.2',
    })!

  it('a documented test that differs in its documented field is known, with the reason', () => {
    const verdict = named({ ...VECTOR, 'expected-gas': 97 })
    expect(verdict.outcome).toBe('known')
    expect(verdict.reason).toContain('pays per instruction')
  })

  it('a documented test that differs in any other field as well is a failure', () => {
    expect(named({ ...VECTOR, 'expected-gas': 97, 'expected-pc': 1 }).outcome).toBe('failed')
    expect(named({ ...VECTOR, 'expected-status': 'halt' }).outcome).toBe('failed')
  })

  it('another test that differs in that field is a failure, and so is the documented one under other rules', () => {
    expect(run({ ...VECTOR, 'expected-gas': 97 }, { profile: 'gp-0.7.2' }).outcome).toBe('failed')
    const bytes = new TextEncoder().encode(JSON.stringify({ ...VECTOR, 'expected-gas': 96 }))
    expect(runTest('inst_load_u8_nok.json', bytes, { engine })!.outcome).toBe('failed')
  })

  it('a documented test that agrees has passed', () => {
    expect(named(VECTOR).outcome).toBe('passed')
  })

  it('a report counts each outcome once', () => {
    const verdicts = [
      named(VECTOR),
      named({ ...VECTOR, 'expected-gas': 97 }),
      run({ ...VECTOR, 'expected-pc': 1 }),
      undefined,
    ]
    expect(createReport(verdicts)).toMatchObject({
      passed: 1,
      failed: 1,
      known: 1,
      skipped: 1,
      misses: [{ file: 'some/test.json' }],
    })
  })
})

describe('exact numbers', () => {
  it('integers beyond 2^53 survive, strings and fractions stay what they are', () => {
    const text =
      '{"a": [18446744073709551615, -9223372036854775808], "b": "x 1234567890123456789", "c": 0.1234567890123456}'
    expect(parseJson(text)).toEqual({
      a: ['18446744073709551615', '-9223372036854775808'],
      b: 'x 1234567890123456789',
      c: 0.1234567890123456,
    })
  })

  it('SHA-256 equals that of node for all lengths around a block', () => {
    for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 4096]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) & 255)
      expect(Buffer.from(sha256(bytes)).toString('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
    }
  })
})

function conform(folder: string, options: ConformOptions): ReturnType<typeof createReport> {
  const files = readdirSync(join(vectors!, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
  return createReport(files.map(file => runTest(file, readFileSync(file), options)))
}

describe.skipIf(vectors === undefined).each(availableEngines())('shared suites on %s', kind => {
  const engine = createEngine({ kind })

  it('the W3F vectors pass under their documented profile', () => {
    const { passed, failed, known, misses } = conform('w3f-pvm', { engine })
    expect({ passed, failed, known, misses }).toEqual({ passed: 311, failed: 0, known: 0, misses: [] })
  })

  it('under GP 0.7.2 the 13 files its README names are known, nothing fails', () => {
    const { passed, failed, known } = conform('w3f-pvm', { engine, profile: 'gp-0.7.2' })
    expect({ passed, failed, known }).toEqual({ passed: 298, failed: 0, known: 13 })
  })

  it('the gas-model vectors pass: executions and every block cost', () => {
    const { passed, failed, known, misses } = conform('gas-model', { engine })
    expect({ passed, failed, known, misses }).toEqual({ passed: 359, failed: 0, known: 0, misses: [] })
  })

  it('renumbered to GP 0.8.0, the gas-model vectors differ only where their README says', () => {
    const report = conform('gas-model', { engine, profile: 'gp-0.8.0' })
    expect(report).toMatchObject({ passed: 355, failed: 0, known: 4, misses: [] })
    expect(report.deviations.map(({ file }) => file.replace(/^.*\//, '')).sort()).toEqual([
      'inst_fallthrough.json',
      'inst_store_imm_u8_trap_read_only.json',
      'inst_store_u8_trap_read_only.json',
      'pinky.json',
    ])
  })

  it.each([
    ['accumulate', 30],
    ['blocks', 20],
  ])('the state transitions of services pass: %s', (folder, count) => {
    const { passed, failed, misses } = conform(folder, { engine })
    expect({ passed, failed, misses }).toEqual({ passed: count, failed: 0, misses: [] })
  })

  it('all recorded service runs replay exactly', () => {
    const { passed, failed, misses } = conform('traces', { engine })
    expect({ passed, failed, misses }).toEqual({ passed: 32, failed: 0, misses: [] })
  })
})
