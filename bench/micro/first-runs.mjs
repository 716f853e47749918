// What `auto` costs or gains when a program is the first thing a process runs: each program of the benchmark in processes of
// its own, on `auto` and on the interpreter in turn. Wall clock on both cores, what a user waits for: processor time would
// count V8's compilers and its collector, in the background, wherever they happen to fall.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { engineKind, printFigure, skip } from '../lib/figure.mjs'
import { geometricMean } from '../lib/goals.mjs'
import { summary } from '../lib/measure.mjs'
import { BENCH, programFiles, programName } from '../lib/programs.mjs'

if (engineKind !== 'auto') skip('auto beside the interpreter')
/** Pairs of processes; more for programs on which `auto` seems not to be faster, which are those where nothing is compiled. */
const ROUNDS = 7
const MORE_ROUNDS = 40
const FASTER = 0.97

function firstMs(file, kind) {
  const own = [join(BENCH, 'engines', 'coulis.mjs'), '--engine', kind, '--runs', '1', '--warmup', '0', file]
  const line = JSON.parse(execFileSync(process.execPath, own, { encoding: 'utf8' }))
  if (!line.ok) throw new Error(`${file} on ${kind}: ${line.error ?? line.mismatches.join()}`)
  return line.wallMs.median
}

const found = []
for (const [suite, files] of Object.entries(programFiles())) {
  for (const file of files) {
    const ratios = []
    const pairs = count => {
      for (let i = 0; i < count; i++) {
        // In turn which of them is first.
        const kinds = ratios.length % 2 === 0 ? ['auto', 'interpreter'] : ['interpreter', 'auto']
        const ms = Object.fromEntries(kinds.map(kind => [kind, firstMs(file, kind)]))
        ratios.push(ms.auto / ms.interpreter)
      }
      return summary(ratios).median
    }
    const ratio = pairs(ROUNDS)
    found.push({ name: `${suite}/${programName(file)}`, ratio: ratio > FASTER ? pairs(MORE_ROUNDS) : ratio })
  }
}
found.sort((a, b) => b.ratio - a.ratio)
const show = list => list.map(({ name, ratio }) => `${name} ${ratio.toFixed(2)}`).join(', ')
const name = 'auto ÷ interpreter, first run of a process'
printFigure({ name: `${name}, slowest`, value: found[0].ratio, unit: '×', must: 1.05, note: show(found.slice(0, 6)) })
printFigure({
  name: `${name}, geometric mean`,
  value: geometricMean(found.map(f => f.ratio)),
  unit: '×',
  note: show(found.slice(-6)),
})
