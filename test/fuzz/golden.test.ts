// Bugs that were found once: a small program each, with what is expected, run on every engine. docs/testing.md says how
// to add one. `GOLDEN=write npx vitest run test/fuzz/golden.test.ts` writes what the reference machine does into files that
// expect nothing yet.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { availableEngines } from '../../src/engine/create.ts'
import { describeRun } from '../../src/fuzz/describe.ts'
import { driveCase } from '../../src/fuzz/drive.ts'
import { parseCase } from '../../src/fuzz/text.ts'

const FOLDER = join(import.meta.dirname, '../golden')
const files = readdirSync(FOLDER).filter(name => name.endsWith('.pvm'))

/** The text with expectations behind its other directives. */
function withExpectations(text: string, lines: readonly string[]): string {
  const all = text.split('\n')
  const last = all.findLastIndex(line => line.startsWith(';!'))
  return [...all.slice(0, last + 1), ...lines.map(line => `;! expect ${line}`), ...all.slice(last + 1)].join('\n')
}

describe.each(files)('%s', name => {
  const path = join(FOLDER, name)
  const text = readFileSync(path, 'utf8')
  const { fuzz, expected } = parseCase(text, name)
  if (expected.length === 0 && process.env.GOLDEN === 'write') {
    writeFileSync(path, withExpectations(text, describeRun(fuzz, 'reference')))
  }

  it('says what is expected', () => expect(expected.length).toBeGreaterThan(0))

  it.each(availableEngines())('%s does what is expected', kind => {
    expect(describeRun(fuzz, kind)).toEqual(expected)
    expect(driveCase(fuzz, ['reference', kind]).finding).toBeUndefined()
  })
})
