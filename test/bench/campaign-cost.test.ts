// The table of docs/campaigns.md is what was measured, and its arithmetic is right. Not a measurement.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const { costText, withCost } = await import(pathToFileURL(join(ROOT, 'bench/lib/campaign-cost.mjs')).href)

it('the document has what results/campaigns.json says', () => {
  const record = JSON.parse(readFileSync(join(ROOT, 'bench/results/campaigns.json'), 'utf8'))
  const document = readFileSync(join(ROOT, 'docs/campaigns.md'), 'utf8')
  expect(withCost(document, record)).toBe(document)
  expect(() => withCost('# no place', record)).toThrow('no place for the table')
})

it('a million instructions in a second make 10^12 of eleven and a half days', () => {
  const machine = { cpu: 'a processor', node: 'v20.0.0' }
  const campaigns = [{ name: 'it', instructions: 5e6, processor: 5 }]
  const [, , row] = costText({ date: '2026-01-01', machine, campaigns }).split('\n')
  // 10^6 s: 11.57 days; an eighth of it: 34.7 h; by 1,600: 10.4 min; 277.8 hours at 2 cents.
  expect(row.split('|').map((cell: string) => cell.trim())).toEqual([
    '',
    'it',
    '5.0 M in 5 s',
    '1.0 M',
    '11.6 days',
    '34.7 h',
    '10 min',
    '$5.56',
    '',
  ])
})
