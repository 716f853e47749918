// The curves: what figures become with size, length, number and time, and the plots of them. Measures rounds of each, keeps them in
// results/curves.json, draws ../docs/plots/*.svg and renews the numbers beside them in ../docs/speed.md.
//
//   node curves.mjs [--only tier-up,size,length,machines] [--rounds 3] [--add] [--quiet] [--write]
//   node curves.mjs --draw          draws what is kept, measures nothing
//
// With --add, rounds are added to those that are kept of the same commit: a round of one curve takes 10 to 40 seconds.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { missingNames } from './curves/engines.mjs'
import * as length from './curves/length.mjs'
import * as machines from './curves/machines.mjs'
import * as size from './curves/size.mjs'
import * as tierUp from './curves/tier-up.mjs'
import { withCurves } from './lib/curve-text.mjs'
import { endUnlessQuiet, hostRecord, hostText, watchHost } from './lib/host.mjs'
import { commit, machine } from './lib/machine.mjs'
import { draw } from './lib/plots.mjs'
import { BENCH, ROOT } from './lib/programs.mjs'

const CURVES = { 'tier-up': tierUp, size, length, machines }
const FILE = join(BENCH, 'results', 'curves.json')

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    add: { type: 'boolean' },
    quiet: { type: 'boolean' },
    write: { type: 'boolean' },
    draw: { type: 'boolean' },
  },
})

const kept = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {}

/** One curve measured: its points with who measured them. */
async function measured(name, before) {
  const endOfWatch = watchHost()
  const begun = new Date().toISOString()
  const points = []
  for (let k = 0; k < Number(options.rounds); k++) {
    const from = performance.now()
    const round = await CURVES[name].round((before?.rounds ?? 0) + k)
    if (round.length === 0) throw new Error(`${name}: the recorded service runs are not here (README.md)`)
    points.push(...round.map(({ y, ...point }) => ({ ...point, y: Number(y.toPrecision(5)) })))
    console.error(`${name}: round ${k + 1}, ${((performance.now() - from) / 1000).toFixed(0)} s`)
  }
  const host = hostRecord(endOfWatch(), { measured: 0, disturbed: 0, asked: options.quiet === true })
  console.error(hostText(host))
  const own = { date: begun, ended: new Date().toISOString(), commit: commit(), machine: machine(), host }
  const isSame = options.add === true && before?.pieces.every(p => p.commit === own.commit)
  return {
    rounds: Number(options.rounds) + (isSame ? before.rounds : 0),
    pieces: [...(isSame ? before.pieces : []), own],
    points: [...(isSame ? before.points : []), ...points],
  }
}

const names = options.only?.split(',') ?? Object.keys(CURVES)
const unknown = names.find(name => !(name in CURVES))
if (unknown !== undefined) throw new RangeError(`--only ${unknown}: ${Object.keys(CURVES).join(', ')}`)
if (!options.draw) {
  if (options.quiet) endUnlessQuiet()
  for (const text of await missingNames()) console.error(`missing: ${text}`)
  for (const name of names) {
    kept[name] = await measured(name, kept[name])
    if (options.write) writeFileSync(FILE, `${JSON.stringify(kept)}\n`)
  }
}
if (options.write || options.draw) {
  const folder = join(ROOT, 'docs', 'plots')
  mkdirSync(folder, { recursive: true })
  for (const name of Object.keys(CURVES).filter(name => name in kept)) {
    writeFileSync(join(folder, `${name}.svg`), await draw(name, kept[name].points))
  }
  const page = join(ROOT, 'docs', 'speed.md')
  writeFileSync(page, withCurves(readFileSync(page, 'utf8'), kept))
}
