// The microbench programs that the reference machine runs to their end soon. The others are for engines here; CI runs them on
// the reference machine too (`coulis conform`, .ci/run).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recogniseTest, runTest } from '../../../src/conform/conform.ts'
import { createEngine } from '../../../src/index.ts'
import { vectors } from '../../vectors.ts'

describe.skipIf(vectors === undefined)('microbench on the reference machine (skipped without shared vectors)', () => {
  it.each(['halt', 'ecalli'])('%s', name => {
    const bytes = readFileSync(join(vectors!, 'microbench', `${name}.json`))
    expect(recogniseTest(bytes)?.kind).toBe('microbench')
    expect(runTest(name, bytes, { engine: createEngine({ kind: 'reference' }) })).toMatchObject({ outcome: 'passed' })
  })
})
