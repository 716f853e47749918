// The workspace of the recompiler: what it holds stays when it becomes larger, and no buffer is ever detached.
import { expect, test } from 'vitest'
import { Areas, isOpen } from '../../src/core/workspace.ts'

const MORE = 80 << 20 // more than a workspace has at first

test('a workspace that becomes larger keeps its contents, and the buffer that was there before', () => {
  const areas = new Areas()
  const at = areas.take(16)
  const first = areas.open()
  new Uint8Array(first.buffer).set([1, 2, 3], at)
  areas.take(MORE)
  const second = areas.open()
  expect(second.buffer.byteLength).toBeGreaterThanOrEqual(MORE)
  expect([...new Uint8Array(second.buffer, at, 4)]).toEqual([1, 2, 3, 0])
  expect(
    first.buffer.byteLength,
    'a buffer that is detached makes all typed arrays of the process slower',
  ).toBeGreaterThan(0)
  expect(isOpen(first)).toBe(false)
  expect(isOpen(second)).toBe(true)
})

test('a workspace is small again as soon as that is enough', () => {
  const large = new Areas()
  large.take(MORE)
  const { buffer } = large.open()
  const small = new Areas()
  small.take(16)
  expect(small.open().buffer.byteLength).toBeLessThan(buffer.byteLength)
  expect(buffer.byteLength).toBeGreaterThan(MORE)
})

test('a workspace is small enough for V8 to take no notice of it', () => {
  const areas = new Areas()
  areas.take(2 << 20) // what the tables of a service of 100 KB take
  expect(areas.open().buffer.byteLength, 'V8 collects garbage at once for 64 MiB').toBeLessThan(32 << 20)
})
