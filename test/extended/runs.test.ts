// Programs with what PolkaVM 0.37 makes of them, on every engine: 32 bits, and 64 bits in the extended encoding, from their start and
// from any other place. `scripts/extended-oracle.mjs --fixture` wrote them; more programs: its `--runs`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ENGINE_KINDS } from '../../src/engine/engine.ts'
import { caseOf } from '../narrow/cases.ts'
import { type Bits, runCase, runOn } from './runs.ts'

const RECORDED = readFileSync(join(import.meta.dirname, '../fixtures/runs.txt'), 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => {
    const [asked, expected] = line.slice(3).split(' > ') as [string, string]
    return { bits: Number(line.slice(0, 2)) as Bits, asked, expected }
  })

it('has every kind of end, starts in the middle, and panics that cost nothing', () => {
  const exits = new Set(RECORDED.map(({ bits, expected }) => `${bits} ${expected.split(' ')[0]}`))
  expect([...exits].sort()).toEqual(
    [32, 64].flatMap(bits => ['halt', 'host', 'out-of-gas', 'panic'].map(exit => `${bits} ${exit}`)),
  )
  const unpaid = RECORDED.filter(({ asked, expected }) => {
    const { pc, gas } = caseOf(asked)
    return expected.startsWith(`panic ${pc.toString(16)} ${gas.toString(16)} `)
  })
  expect(unpaid.length).toBeGreaterThan(30)
})

it.each(ENGINE_KINDS)(`${RECORDED.length} programs end on %s as PolkaVM 0.37 says`, kind => {
  for (const { bits, asked, expected } of RECORDED) expect(runOn(kind, caseOf(asked), bits, expected)).toBe(expected)
})

it('a generated case is the same each time', () => {
  expect(runCase(7, 32)).toEqual(runCase(7, 32))
  expect(runCase(7, 64)).toEqual(runCase(7, 64))
})
