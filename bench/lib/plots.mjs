// Draws results/curves.json as SVG, with Vega. A plot is a curve's points by series: the median of the rounds, and a band from the least to
// the most of them. Colours are chosen for light and dark pages; words follow the reader's setting. Measures nothing.

import { parse, View } from 'vega'
import { compile } from 'vega-lite'
import { digest, summarized } from './curve-points.mjs'

/** One colour for each, told apart on white and on black, and by most who see colours differently. */
const COLOURS = {
  'coulis interpreter': '#5b8def',
  'coulis recompiler': '#9b6dd6',
  'coulis auto': '#e8590c',
  'PolkaVM interpreter': '#6b9e78',
  'PolkaVM recompiler': '#2f9e44',
  'PolkaVM 0.37 interpreter': '#94a93b',
  'PolkaVM 0.37 recompiler': '#1c9aa0',
  'anan-as': '#c2255c',
  typeberry: '#b08900',
  'Node 20': '#2f9e44',
  'Node 26': '#e8590c',
}

const count = { field: 'x', type: 'quantitative' }
const bytes = "datum.value >= 1048576 ? datum.value / 1048576 + ' MB' : datum.value / 1024 + ' KB'"

/** What each curve looks like: titles of axes, scales, and for whom it cannot be seen what it shows. */
export const PLOTS = {
  'tier-up': {
    title: 'auto beside the interpreter, 32 recorded service runs a pass',
    x: {
      ...count,
      title: 'after pass',
      scale: { type: 'log', domain: [1, 40] },
      axis: { values: [1, 2, 3, 4, 6, 8, 12, 20, 40] },
    },
    y: { title: 'all time so far, auto ÷ interpreter', scale: { domainMin: 0 } },
    rule: 1,
  },
  size: {
    title: 'A program that runs once, by its size',
    x: {
      ...count,
      title: 'bytes of code',
      scale: { type: 'log', domain: [900, 1_200_000] },
      axis: { values: [1024, 4096, 16_384, 65_536, 262_144, 1_048_576], labelExpr: bytes },
    },
    y: { title: 'ms from bytes to the result, new process', scale: { type: 'log' } },
  },
  length: {
    title: 'A loop in a new process, by its length',
    x: {
      ...count,
      title: 'instructions',
      scale: { type: 'log', domain: [1000, 1e10] },
      axis: { values: [3, 4, 5, 6, 7, 8, 9, 10].map(n => 10 ** n), format: '~s' },
    },
    y: { title: 'ms from bytes to the result', scale: { type: 'log' } },
  },
  machines: {
    title: 'Memory of a process with machines that wait',
    x: {
      ...count,
      title: 'machines',
      scale: { type: 'log', base: 2, domain: [1, 1024] },
      axis: { values: [1, 16, 128, 1024] },
    },
    y: { title: 'resident MiB of the process', scale: { type: 'log' } },
  },
}

function specification(plot, values) {
  const names = [...new Set(values.map(v => v.series))]
  const colour = {
    field: 'series',
    type: 'nominal',
    title: null,
    scale: { domain: names, range: names.map(name => COLOURS[name] ?? '#868e96') },
  }
  const y = { field: 'y', type: 'quantitative', ...plot.y }
  const layer = [
    {
      mark: { type: 'area', opacity: 0.18 },
      encoding: { x: plot.x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colour },
    },
    { mark: { type: 'line', strokeWidth: 2, point: { size: 24 } }, encoding: { x: plot.x, y, color: colour } },
  ]
  if (plot.rule !== undefined) {
    layer.push({ mark: { type: 'rule', strokeDash: [4, 4], color: '#868e96' }, encoding: { y: { datum: plot.rule } } })
  }
  return {
    width: 560,
    height: 320,
    title: plot.title,
    background: null,
    data: { values },
    layer,
    config: {
      aria: false,
      font: 'system-ui, sans-serif',
      title: { color: 'currentColor', anchor: 'start', fontSize: 14 },
      axis: {
        labelColor: 'currentColor',
        titleColor: 'currentColor',
        titleFontWeight: 'normal',
        domainColor: '#868e96',
        tickColor: '#868e96',
        gridColor: '#868e96',
        gridOpacity: 0.25,
        labelFontSize: 12,
        titleFontSize: 12,
      },
      legend: { labelColor: 'currentColor', labelFontSize: 12, labelLimit: 0, symbolOpacity: 1 },
      view: { stroke: null },
    },
  }
}

const STYLE =
  '<style>svg{color:#1f2328;background:#fff}@media(prefers-color-scheme:dark){svg{color:#e6edf3;background:#0d1117}}</style>'

const escaped = text => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

/** The SVG of one curve. */
export async function draw(name, points) {
  const plot = PLOTS[name]
  const { spec } = compile(specification(plot, summarized(points)))
  const svg = await new View(parse(spec), { renderer: 'none' }).toSVG()
  const head = /^<svg[^>]*>/.exec(svg)[0]
  // The page says in words what the picture shows; roles for each tick, and more digits than a screen has points, only make it longer.
  const body = svg
    .slice(head.length)
    .replace(/ (role|aria-[a-z]+|pointer-events)="[^"]*"/g, '')
    .replace(/\d+\.\d{3,}/g, digits => String(Number(Number(digits).toFixed(2))))
  return `${head}<!-- ${digest(points)} --><title>${escaped(plot.title)}</title>${STYLE}${body}\n`
}
