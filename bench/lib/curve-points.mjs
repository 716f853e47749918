// The points of a curve: what its rounds come to, and which ones a drawing shows. Needs nothing that has to be installed.

import { createHash } from 'node:crypto'
import { summary } from './measure.mjs'

/** Median, least and most of the rounds at each point. */
export function summarized(points) {
  const at = new Map()
  for (const { series, x, y } of points) {
    const key = `${series} ${x}`
    if (!at.has(key)) at.set(key, { series, x, ys: [] })
    at.get(key).ys.push(y)
  }
  return [...at.values()].map(({ series, x, ys }) => {
    const { median, min, max } = summary(ys)
    return { series, x, y: median, low: min, high: max, rounds: ys.length }
  })
}

/** Which points a drawing shows: a test asks whether it is of those that are kept. */
export const digest = points => createHash('sha256').update(JSON.stringify(points)).digest('hex').slice(0, 16)
