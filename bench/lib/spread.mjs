// How far the rounds of a measurement are apart. A round runs everybody once, one after the other, so what is compared is compared
// within a round. Measures nothing.

/** Three significant digits: 1234, 123, 12.3, 1.23, 0.123. */
export function figure(value) {
  if (value === undefined || Number.isNaN(value)) return '–'
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toPrecision(2)
}

/** A figure of several rounds: `21.5 ±3%`, half of what lies between the least and the most, as a share of it. One round has none. */
export function around(value, rounds, unit = '') {
  const text = figure(value)
  const known = (rounds ?? []).filter(Number.isFinite)
  if (text === '–' || known.length < 2) return `${text}${text === '–' ? '' : unit}`
  const half = (Math.max(...known) - Math.min(...known)) / 2 / value
  return `${text}${unit} ±${half < 0.095 ? (100 * half).toFixed(1) : Math.round(100 * half)}%`
}

/** A ratio with the least and the most of its rounds in brackets. */
export function between(value, rounds) {
  const known = (rounds ?? []).filter(Number.isFinite)
  const text = figure(value)
  if (text === '–' || known.length < 2) return text
  return `${text} (${figure(Math.min(...known))}–${figure(Math.max(...known))})`
}

/** The record as if only round `k` had been: what it says of a figure is that round's figure. */
function roundOf(record, k) {
  const results = record.results.flatMap(r => {
    if (r.rounds?.[k] === undefined) return []
    const ms = { ...r.ms, min: r.rounds[k], median: r.medians?.[k] ?? r.rounds[k] }
    return [{ ...r, ms, fromBytes: r.fromBytes?.slice(k, k + 1) }]
  })
  return { ...record, results }
}

const memo = new WeakMap()

/** The record of each round. */
export function roundsOf(record) {
  if (!memo.has(record)) {
    const count = Math.max(0, ...record.results.map(r => r.rounds?.length ?? 0))
    memo.set(
      record,
      Array.from({ length: count }, (_, k) => roundOf(record, k)),
    )
  }
  return memo.get(record)
}
