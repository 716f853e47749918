// How long a run of a given number of instructions takes from bytes to the result, in a new process: a loop, on everybody in turn.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileText, loop } from '../lib/curve-programs.mjs'
import { curveEngines, fromBytes } from './engines.mjs'

export const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10].map(power => 10 ** power)

/** The longest run of those for whom the longer ones would take half a minute and more. */
const MOST = { typeberry: 1e7, 'anan-as': 1e8, 'PolkaVM interpreter': 1e9 }

/** One round: { series, x: instructions, y: ms }. */
export async function round() {
  const folder = mkdtempSync(join(tmpdir(), 'coulis-curve-'))
  const points = []
  try {
    const { here } = await curveEngines()
    for (const length of LENGTHS) {
      const program = loop(length)
      const file = join(folder, `${program.name}.json`)
      writeFileSync(file, fileText(program))
      for (const engine of here.filter(e => length <= (MOST[e.name] ?? Number.POSITIVE_INFINITY)))
        points.push({ series: engine.name, x: length, y: fromBytes(engine, file) })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return points
}
