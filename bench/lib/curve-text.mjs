// The numbers beside the plots of docs/speed.md, from results/curves.json: what a reader would read off the curves. Measures nothing.

import { summarized } from './curve-points.mjs'
import { hostOf } from './host.mjs'
import { between, figure } from './spread.mjs'

/** A table with padded columns, as the formatter wants it. */
function table(header, rows) {
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map(cells => cells[i].length)))
  const pad = (cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))
  const line = cells => `| ${cells.join(' | ')} |`
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [header.map(pad), rule, ...rows.map(cells => cells.map(pad))].map(line).join('\n')
}

/** Rows of series, columns of some x: the median, and the least and the most of the rounds; `more` are columns computed from a series. */
function tableOf(points, head, columns, near = 0, more = []) {
  const all = summarized(points)
  const series = [...new Set(all.map(p => p.series))]
  const at = (name, x) =>
    all.filter(p => p.series === name).find(p => Math.abs(Math.log(p.x / x)) <= Math.log(1 + near) + 1e-12)
  const rows = series.map(name => [
    name,
    ...columns.map(([x]) => {
      const point = at(name, x)
      return point === undefined ? '–' : between(point.y, point.rounds < 2 ? [] : [point.low, point.high])
    }),
    ...more.map(([, of]) => of(all.filter(p => p.series === name))),
  ])
  return table([head, ...[...columns, ...more.map(([title]) => [title, title])].map(([, title]) => title)], rows)
}

/** What stands below each plot. */
const TABLES = {
  'tier-up': points => {
    const passes = [1, 2, 3, 4, 6, 8, 12, 20, 40]
    const worst = [...new Set(points.map(p => p.series))].map(series => {
      const all = summarized(points.filter(p => p.series === series))
      const most = all.reduce((a, b) => (b.y > a.y ? b : a))
      const even = all.find((_, i) => all.slice(i).every(later => later.y <= 1))
      const from = even === undefined ? 'It stays above' : `From pass ${even.x} on it is below`
      return `${series}: at worst ${figure(most.y)} after pass ${most.x}. ${from} the interpreter.`
    })
    const columns = passes.map(x => [x, `pass ${x}`])
    return `${tableOf(points, 'all time so far, auto ÷ interpreter', columns)}\n\n${worst.join(' ')}`
  },
  size: points => {
    const columns = [1024, 16_384, 65_536, 262_144, 1_048_576]
    const title = x => (x >= 2 ** 20 ? '1 MB' : `${x / 1024} KB`)
    return tableOf(
      points,
      'ms from bytes to the result',
      columns.map(x => [x, title(x)]),
      0.15,
    )
  },
  length: points => {
    const columns = [3, 5, 6, 7, 8, 9, 10].map(n => [10 ** n, `10^${n}`])
    return tableOf(points, 'ms from bytes to the result', columns)
  },
  machines: points => {
    const columns = [1, 16, 128, 1024].map(x => [x, x === 1 ? '1 machine' : `${x.toLocaleString('en-US')}`])
    /** From the fewest machines to the most that were measured. */
    const each = all => {
      const [few, most] = [all[0], all.at(-1)]
      return figure((1024 * (most.y - few.y)) / (most.x - few.x))
    }
    return tableOf(points, 'resident MiB of the process', columns, 0, [['KiB for each', each]])
  },
}

function about({ rounds, pieces }) {
  const [first] = pieces
  const commits = [...new Set(pieces.map(p => p.commit))].join(', ')
  const day = pieces.at(-1).ended.slice(0, 10)
  const { others, stolen } = hostOf(pieces.map(p => p.host))
  const host =
    others === undefined
      ? ''
      : ` Others had ${others.toFixed(2)} cores in use, the hypervisor took ${(100 * stolen).toFixed(1)} % of the time.`
  return `Measured ${day} on ${first.machine.cpu}, ${first.machine.cores} cores, Node ${first.machine.node.slice(1)}, commit ${commits}, rounds: ${rounds}. In brackets are the least and the most of them.${host}`
}

/** The page with the numbers of every curve renewed, each between its marks. Throws where a curve has no place. */
export function withCurves(text, curves) {
  let out = text
  for (const [name, curve] of Object.entries(curves)) {
    const begin = `<!-- curve: ${name} -->\n`
    const from = out.indexOf(begin)
    const to = out.indexOf('<!-- /curve -->', from)
    if (from < 0 || to < 0) throw new Error(`no place for the curve, ${begin.trim()} … <!-- /curve -->`)
    out = `${out.slice(0, from)}${begin}\n${TABLES[name](curve.points)}\n\n${about(curve)}\n\n${out.slice(to)}`
  }
  return out
}
