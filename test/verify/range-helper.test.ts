// The helper `range`, whose bytes the verifier takes as they are: what it answers, against the sentence it stands for. Every
// pattern of rights around a page, and random tables.
import { describe, expect, it } from 'vitest'
import { AT_RIGHTS } from '../../src/core/contract.gen.ts'
import { Random } from '../../src/fuzz/random.ts'
import { goldenPrograms, moduleOf } from './modules.ts'

type Range = (address: number, span: number, right: number) => readonly [low: number, size: number]

/** The helper of a module, exported instead of its first root. */
function helper(memory: WebAssembly.Memory): Range {
  const { bytes } = moduleOf('any', goldenPrograms()[0]!.program)
  // In the export section the first index is that of the first root, 2; the helper is 1.
  const at = Buffer.from(bytes).indexOf(Buffer.from([0x07]), 60)
  const index = bytes.indexOf(2, at + 4)
  const changed = bytes.with(index, 1)
  const module = new WebAssembly.Module(changed as BufferSource)
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: 16 })
  const { exports } = new WebAssembly.Instance(module, { e: { memory, table, host: () => 0 } })
  return Object.values(exports)[0] as Range
}

const memory = new WebAssembly.Memory({ initial: 256 })
const rights = new Uint8Array(memory.buffer, AT_RIGHTS, 2 ** 20)
const range = helper(memory)

/** Whether the answer is what the sentence says. */
function isRight(address: number, span: number, right: number): boolean {
  const [low, size] = range(address, span, right).map(value => value >>> 0) as [number, number]
  const has = (page: number): boolean => (rights[page]! & right) !== 0
  const own = address >>> 12
  if (size === 0) {
    // None: the page has not the right, or there is no room for the span around it.
    if (!has(own)) return true
    let [first, end] = [own, own]
    while (has(first - 1)) first -= 1
    while (has(end)) end += 1
    return (end - first) * 4096 < span
  }
  // Every page from the low end to the end of the last span has the right; the address's page is among them.
  const last = (low + size - 1 + span - 1) >>> 12
  if (size > 513 * 4096 || (low & 4095) !== 0 || own < low >>> 12 || own > last) return false
  for (let page = low >>> 12; page <= last; page++) if (!has(page)) return false
  return true
}

describe('range', () => {
  it('every pattern of 12 pages, from each of them', () => {
    const base = 0x4000
    const wrong: number[] = []
    for (let pattern = 0; pattern < 4096; pattern++) {
      for (let k = 0; k < 12; k++) rights[base + k] = (pattern >> k) & 1 ? 3 : 0
      for (let k = 0; k < 12; k += 1 + (pattern & 1)) {
        if (!isRight((base + k) * 4096 + 7, 1 + (pattern % 4096), 1 + (k & 1))) wrong.push(pattern)
      }
    }
    expect(wrong).toEqual([])
    rights.fill(0)
  })

  it('random tables, ranges longer than are looked at, other rights beside', () => {
    const random = new Random('range', 0)
    const wrong: number[] = []
    for (let i = 0; i < 300; i++) {
      const base = 0x4000 + random.below(0x10000)
      for (let at = base; at < base + 1200; ) {
        const right = random.pick([0, 1, 2, 3, 3, 3, 0x1c, 0x1d, 0xff])
        const end = at + random.pick([1, 2, 7, 8, 9, 63, 400, 900])
        rights.fill(right, at, end)
        at = end
      }
      for (let k = 0; k < 20; k++) {
        const address = (base + random.below(1200)) * 4096 + random.below(4096)
        if (!isRight(address, random.between(1, 4096), random.pick([1, 2]))) wrong.push(i)
      }
      rights.fill(0, base, base + 2200)
    }
    expect(wrong).toEqual([])
  })
})
