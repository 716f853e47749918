// A benchmark is measured in pieces: some programs or some opponents at a time. Puts them together. A piece keeps when it was measured, on
// what commit and what host, and each line knows its piece.

import { summary } from './measure.mjs'

/** Several rounds of one program on one opponent as one line: median of the medians, smallest minimum. */
export function merged(lines) {
  const failed = lines.find(l => !l.ok)
  if (failed !== undefined) return failed
  const ms = { median: summary(lines.map(l => l.ms.median)).median, min: Math.min(...lines.map(l => l.ms.min)) }
  ms.max = Math.max(...lines.map(l => l.ms.max))
  const firstMs = Math.min(...lines.map(l => l.firstMs ?? Number.POSITIVE_INFINITY))
  const rounds = [...new Set(lines.map(l => l.round))].map(round => lines.filter(l => l.round === round))
  // From bytes to the result, in a new process: an engine without a warm-up run has no first one, all its runs are alike.
  const fromBytes = l => l.setupMs && l.setupMs.program + l.setupMs.instance + (l.firstMs ?? l.ms.median)
  return {
    ...lines[0],
    ms,
    ...(Number.isFinite(firstMs) ? { firstMs } : {}),
    runs: lines.reduce((n, l) => n + l.runs, 0),
    // The best, and the median, of each round: how far they are apart is how much a figure can be trusted.
    rounds: rounds.map(list => Math.min(...list.map(l => l.ms.min))),
    medians: rounds.map(list => summary(list.map(l => l.ms.median)).median),
    ...(lines[0].setupMs ? { fromBytes: rounds.map(list => Math.min(...list.map(fromBytes))) } : {}),
    quiet: lines.every(l => l.quiet),
  }
}

/** What was not measured this time stays from the time before; pieces of which nothing is left go. */
export function withEarlier(now, before, order) {
  const key = r => `${r.suite} ${r.program} ${r.opponent}`
  const measured = new Set(now.results.map(key))
  const rest = before.results.filter(r => !measured.has(key(r)) && order.includes(r.opponent))
  const results = [...now.results, ...rest]
  const used = new Set(results.map(r => r.piece))
  const opponents = new Map([...before.opponents, ...now.opponents].map(o => [o.id, o]))
  // The order of the tables is that of the list of opponents, and of programs by name.
  const place = r => [r.suite === 'micro' ? 0 : 1, r.program, order.indexOf(r.opponent)]
  results.sort((a, b) => {
    const [x, y] = [place(a), place(b)]
    return x[0] - y[0] || x[1].localeCompare(y[1]) || x[2] - y[2]
  })
  return {
    ...now,
    pieces: [...before.pieces, ...now.pieces].filter(p => used.has(p.id)),
    opponents: order.flatMap(id => opponents.get(id) ?? []).filter(o => results.some(r => r.opponent === o.id)),
    results,
  }
}
