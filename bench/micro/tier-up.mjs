// What `auto` costs and gains a process that runs services: the 32 recorded runs, pass after pass, on `auto` and on the interpreter in
// processes of their own, in turn. Wall clock on two cores, from the begin of the first pass; the event loop turns once between passes,
// as a node's does; the processor time of all threads beside it. A process makes no warm-up: the first pass is its first.
//
// The peak is what passes take when nearly all that is worth it is compiled: from the 41st on. With fewer passes the last five are shown,
// which are not yet the peak.
//
// With `--heat` there is a third process in each round, which begins with what another one has kept of its heat (`exportHeat`), compiled
// before its first pass.
//
//   node micro/tier-up.mjs [--quick] [--heat] [--rounds 9] [--passes 60] [--patience 3] [--counts]

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cpuMs } from '../lib/clock.mjs'
import { coulis, engineKind, printFigure, skip } from '../lib/figure.mjs'
import { adapterArguments, summary } from '../lib/measure.mjs'
import { playAll, recordedRuns } from '../lib/traces.mjs'

const { quick, counts, one, heat, keep, from, patience, passes, rounds: pairs } = adapterArguments()
const PASSES = passes ?? (quick ? 12 : 60)
/** Passes before the peak. */
const RISE = 40
const ROUNDS = pairs ?? (quick ? 5 : 9)

/** In a process of its own: milliseconds since its first pass began, by the clock and of all threads, after each pass. */
async function onePass() {
  if (patience !== undefined) coulis.tierPolicy.patience = patience
  const runs = await recordedRuns()
  const program = coulis.loadProgram(runs[0].program)
  if (from !== undefined) await coulis.compileAsync(program, { heat: readFileSync(from) })
  const begun = performance.now()
  const cpuBegun = cpuMs()
  const after = []
  for (let pass = 0; pass < PASSES; pass++) {
    const stats = playAll(runs)
    after.push({ wall: performance.now() - begun, cpu: cpuMs() - cpuBegun, stats })
    await new Promise(resolve => setImmediate(resolve))
  }
  if (keep !== undefined) writeFileSync(keep, coulis.exportHeat(program))
  console.log(JSON.stringify(after))
}

/** Passes after which a process keeps its heat: by then it compiles nothing more for a while. */
const KEPT_AFTER = 20

function inProcess(kind, ...more) {
  const engine = kind === 'heat' ? 'auto' : kind
  const own = [fileURLToPath(import.meta.url), '--one', '--engine', engine, '--passes', `${PASSES}`, ...more]
  if (patience !== undefined) own.push('--patience', `${patience}`)
  return JSON.parse(execFileSync(process.execPath, own, { encoding: 'utf8' }))
}

const median = values => summary(values).median
const spread = values => {
  const { min, max } = summary(values)
  return `${min.toFixed(2)}-${max.toFixed(2)}`
}

function report() {
  const file = heat ? join(mkdtempSync(join(tmpdir(), 'coulis-heat-')), 'service.heat') : undefined
  if (file !== undefined) inProcess('auto', '--passes', `${KEPT_AFTER}`, '--keep', file)
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) {
    // In turn which of them is first.
    const kinds = round % 2 === 0 ? ['auto', 'interpreter'] : ['interpreter', 'auto']
    const played = Object.fromEntries(kinds.map(kind => [kind, inProcess(kind)]))
    if (file !== undefined) played.heat = inProcess('heat', '--from', file)
    rounds.push(played)
  }
  const at = (kind, pass, what) => rounds.map(round => (pass < 0 ? 0 : round[kind][pass][what]))
  const cumulative = (pass, what) => median(at('auto', pass, what)) / median(at('interpreter', pass, what))
  const lasted = (kind, pass) => {
    const before = at(kind, pass - 1, 'wall')
    return at(kind, pass, 'wall').map((ms, i) => ms - before[i])
  }
  const single = (pass, kind = 'auto') => median(lasted(kind, pass)) / median(lasted('interpreter', pass))
  const ratios = pass => at('auto', pass, 'wall').map((ms, i) => ms / at('interpreter', pass, 'wall')[i])
  if (counts) {
    for (let pass = 0; pass < PASSES; pass++) {
      const { modules, functions, instructions, bytes } = rounds[0].auto[pass].stats
      console.log(
        `after ${pass + 1}: auto ${median(at('auto', pass, 'wall')).toFixed(1)} interpreter ${median(at('interpreter', pass, 'wall')).toFixed(1)} ms, ${cumulative(pass, 'wall').toFixed(3)} (processor ${cumulative(pass, 'cpu').toFixed(2)}; rounds ${spread(ratios(pass))}), the pass ${median(lasted('auto', pass)).toFixed(1)} / ${median(lasted('interpreter', pass)).toFixed(1)} = ${single(pass).toFixed(2)}; ${modules} modules, ${functions} functions, ${instructions} instructions, ${bytes} bytes`,
      )
    }
  }
  const all = Array.from({ length: PASSES }, (_, pass) => pass)
  const worst = all.reduce((a, b) => (cumulative(b, 'wall') > cumulative(a, 'wall') ? b : a))
  const name = '32 traces, auto ÷ interpreter'
  const curve = all.map(pass => cumulative(pass, 'wall').toFixed(2)).join(' ')
  printFigure({
    name: `${name}, all time so far, at its worst`,
    value: cumulative(worst, 'wall'),
    unit: '×',
    must: 1.1,
    goal: 1.02,
    note: `after pass ${worst + 1}, rounds ${spread(ratios(worst))}; after each pass: ${curve}`,
  })
  printFigure({
    name: `${name}, processor time so far, at its worst`,
    value: Math.max(...all.map(pass => cumulative(pass, 'cpu'))),
    unit: '×',
    note: `after each pass: ${all.map(pass => cumulative(pass, 'cpu').toFixed(2)).join(' ')}`,
  })
  const each = all.map(pass => single(pass).toFixed(2)).join(' ')
  const sixth = single(5)
  printFigure({ name: `${name}, the sixth pass`, value: sixth, unit: '×', must: 0.55, note: `each pass: ${each}` })
  const isPeak = PASSES > RISE
  const last = all.slice(isPeak ? RISE : -5)
  const peak = median(last.map(pass => single(pass)))
  if (heat) {
    const withHeat = all.map(pass => single(pass, 'heat').toFixed(2)).join(' ')
    const note = `each pass: ${withHeat}`
    printFigure({
      name: `${name}, with saved heat, the first pass`,
      value: single(0, 'heat'),
      unit: '×',
      goal: 0.6,
      note,
    })
  }
  const which = isPeak ? `the peak, passes ${RISE + 1} to ${PASSES}` : `the last five of ${PASSES} passes`
  printFigure({ name: `${name}, ${which}`, value: peak, unit: '×', ...(isPeak ? { must: 0.45 } : {}) })
}

if (one) await onePass()
else if (engineKind !== 'auto') skip('auto beside the interpreter')
else report()
