// The microbench programs that the reference machine can run to their end in a second or two; the others are for engines.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recogniseTest, runTest } from '../../src/conform/conform.ts'
import { createEngine } from '../../src/index.ts'
import { vectors } from '../vectors.ts'

describe.skipIf(vectors === undefined)('microbench on the reference machine (skipped without shared vectors)', () => {
  it.each(['halt', 'ecalli', 'fib27'])('%s', name => {
    const bytes = readFileSync(join(vectors!, 'microbench', `${name}.json`))
    expect(recogniseTest(bytes)?.kind).toBe('microbench')
    expect(runTest(name, bytes, { engine: createEngine({ kind: 'reference' }) })).toMatchObject({ outcome: 'passed' })
  })
})
