// Measures while nobody else is on the core. The processors of a virtual machine are threads of cores, and the other
// thread of one may be somebody else's, or the other of our two: then this one is up to half as fast, for seconds at a
// time, and processor time does not show it. engines/quiet.c does: 4.6 ms alone, 6 to 7 beside another (AMD EPYC).

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BENCH } from './programs.mjs'

const PROGRAM = join(BENCH, 'engines', 'build', 'quiet')
/** Slower than the best by this factor is not alone. */
const DISTURBED = 1.12
const MAX_WAIT_MS = 2000

/** Whether that can be told here: `npm run build:core` has been run. */
export const canTell = existsSync(PROGRAM)

let best = Number.POSITIVE_INFINITY

/** Whether the core is ours alone now, compared with the best so far. */
function isQuiet(cpu) {
  const [command, ...rest] = cpu === 'none' ? [PROGRAM] : ['taskset', '-c', cpu, PROGRAM]
  const ms = Number(spawnSync(command, rest, { encoding: 'utf8' }).stdout)
  best = Math.min(best, ms)
  return ms <= best * DISTURBED
}

function waitForQuiet(cpu, mostMs) {
  // What is quiet has to be found out first.
  if (best === Number.POSITIVE_INFINITY) for (let i = 0; i < 100; i++) isQuiet(cpu)
  const until = performance.now() + mostMs
  while (!isQuiet(cpu)) if (performance.now() > until) return
}

/**
 * Runs `measure` when the core is quiet, or after `mostMs` of waiting for that. Runs it again if the core was not quiet at the end,
 * `tries` times at most. Answers all results, or the undisturbed one alone if there was one, and whether there was.
 */
export function quietly(cpu, tries, measure, mostMs = MAX_WAIT_MS) {
  const results = []
  for (let i = 0; i < tries && canTell; i++) {
    waitForQuiet(cpu, mostMs)
    results.push(measure())
    if (isQuiet(cpu)) return { results: results.slice(-1), quiet: true }
  }
  if (results.length === 0) results.push(measure())
  return { results, quiet: false }
}
