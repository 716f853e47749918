// How long a program of a given size takes from its bytes to the result, in a new process: each of its blocks runs once.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileText, straight } from '../lib/curve-programs.mjs'
import { curveEngines, fromBytes } from './engines.mjs'

export const SIZES = [1024, 4096, 16_384, 65_536, 262_144, 1_048_576]

/** One round: { series, x: bytes of code, y: ms } of everybody, in turn at each size. */
export async function round() {
  const folder = mkdtempSync(join(tmpdir(), 'coulis-curve-'))
  const points = []
  try {
    const { here } = await curveEngines()
    for (const size of SIZES) {
      const program = straight(size)
      const file = join(folder, `${program.name}.json`)
      writeFileSync(file, fileText(program))
      for (const engine of here)
        points.push({ series: engine.name, x: program['code-bytes'], y: fromBytes(engine, file) })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return points
}
