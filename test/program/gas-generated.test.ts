// The core's cost rows are those of the instruction table.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { generateCosts } from '../../scripts/costs.ts'

it('core/gas/costs.gen.h is what scripts/costs.ts makes of the instruction table', () => {
  expect(readFileSync(join(import.meta.dirname, '../../core/gas/costs.gen.h'), 'utf8')).toBe(generateCosts())
})
