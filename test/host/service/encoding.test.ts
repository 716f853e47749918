// The inputs of accumulate in bytes (GP C.6), which `fetch` answers.
import { expect, it } from 'vitest'
import { encodeInput } from '../../../src/host/service/encoding.ts'
import { hashOf } from './caller.ts'

const operand = {
  packageHash: hashOf(1),
  exportsRoot: hashOf(2),
  authorizerHash: hashOf(3),
  payloadHash: hashOf(4),
  gas: 300n,
  authTrace: Uint8Array.of(9),
}
const hashes = [1, 2, 3, 4].flatMap(byte => [...hashOf(byte)])

it('an operand: its gas is a number of variable length', () => {
  const bytes = encodeInput({ ...operand, result: Uint8Array.of(7, 8) })
  expect([...bytes]).toEqual([0, ...hashes, 0x81, 0x2c, 0, 2, 7, 8, 1, 9])
})

it.each([
  ['out-of-gas', 1],
  ['panic', 2],
  ['bad-exports', 3],
  ['oversize', 4],
  ['bad', 5],
  ['big', 6],
] as const)('a result that is %s', (result, number) => {
  expect([...encodeInput({ ...operand, result })]).toEqual([0, ...hashes, 0x81, 0x2c, number, 1, 9])
})

it('a transfer: everything in fixed lengths', () => {
  const bytes = encodeInput({ from: 1, to: 2, amount: 3n, memo: new Uint8Array(128).fill(5), gas: 4n })
  const eight = (value: number): number[] => [value, 0, 0, 0, 0, 0, 0, 0]
  expect([...bytes]).toEqual([1, 1, 0, 0, 0, 2, 0, 0, 0, ...eight(3), ...new Array<number>(128).fill(5), ...eight(4)])
})
