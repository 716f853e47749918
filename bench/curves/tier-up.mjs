// What `auto` costs and gains a process that runs services, pass by pass over the recorded ones: both engines in new processes, in turn.
// The measuring itself is micro/tier-up.mjs, of which this asks for one process at a time.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { traceTexts } from '../lib/figure.mjs'
import { nodeBinaries } from '../lib/opponents.mjs'
import { BENCH } from '../lib/programs.mjs'

const PASSES = 40

function passes(node, kind) {
  const own = [join(BENCH, 'micro', 'tier-up.mjs'), '--one', '--engine', kind, '--passes', `${PASSES}`]
  const { stdout, stderr } = spawnSync(node.path, own, { encoding: 'utf8', timeout: 120_000 })
  const text = stdout?.split('\n').find(l => l.startsWith('['))
  if (text === undefined) throw new Error(`tier-up on ${kind}: ${stderr?.trim().split('\n').pop()}`)
  return JSON.parse(text).map(p => p.wall)
}

/** One round: { series: Node version, x: pass, y: all time of `auto` so far ÷ that of the interpreter, ms of both }. */
export function round(k) {
  if (traceTexts() === undefined) return []
  return nodeBinaries().flatMap(node => {
    // In turn which of them is first.
    const kinds = k % 2 === 0 ? ['auto', 'interpreter'] : ['interpreter', 'auto']
    const wall = Object.fromEntries(kinds.map(kind => [kind, passes(node, kind)]))
    return wall.auto.map((auto, pass) => ({
      series: `Node ${node.major}`,
      x: pass + 1,
      y: auto / wall.interpreter[pass],
      auto,
      interpreter: wall.interpreter[pass],
    }))
  })
}
