// Two builds of coulis beside each other in figures that need a process of their own: what a host call costs, what making an instance
// costs. One process per build and figure, in turn, many rounds; the ratio of their least and of their median figures.
//   node bench/micro/figures-against.mjs OLD_DIST [NEW_DIST] [--engine auto] [--rounds 9] [--only TEXT]
import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { summary } from '../lib/measure.mjs'
import { DIST } from '../lib/programs.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'auto' },
    rounds: { type: 'string', default: '9' },
    only: { type: 'string', default: '' },
  },
})
const dists = [positionals[0], positionals[1] ?? DIST].map(dist => resolve(dist))
const CALLS = [
  'host call, empty',
  'host call: read three registers, write one (bigint)',
  'host call: read three registers, write one (halves)',
  'host call: one of four functions in turn, three registers read, one written',
]

/** What a script of this folder prints when it measures a build. */
function printed(dist, script, more = []) {
  const file = join(import.meta.dirname, script)
  const args = [...process.execArgv, file, '--engine', options.engine, ...more]
  return execFileSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, COULIS_DIST: dist } })
}

/** Figures by name that one round measures of a build. */
function round(dist) {
  const figures = {}
  for (const name of CALLS) {
    if (name.includes(options.only)) figures[name] = Number(printed(dist, 'host-call.mjs', ['--variant', name]))
  }
  if (!'instance'.includes(options.only)) return figures
  for (const line of printed(dist, 'instance.mjs').trim().split('\n')) {
    const { name, value } = JSON.parse(line)
    if (name?.startsWith('instance')) figures[name] = value
  }
  return figures
}

const seen = {}
for (let i = 0; i < Number(options.rounds); i++) {
  for (const side of i % 2 === 0 ? [0, 1] : [1, 0]) {
    for (const [name, value] of Object.entries(round(dists[side]))) {
      seen[name] ??= [[], []]
      seen[name][side].push(value)
    }
  }
}
for (const [name, sides] of Object.entries(seen)) {
  const [old, now] = sides.map(summary)
  console.log(
    `${name.padEnd(80)} least ${old.min.toFixed(2)} → ${now.min.toFixed(2)} (${(now.min / old.min).toFixed(3)})` +
      `  median ${old.median.toFixed(2)} → ${now.median.toFixed(2)} (${(now.median / old.median).toFixed(3)})`,
  )
}
