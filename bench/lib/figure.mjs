// What the scripts in micro/ share: the built package, their arguments, assembling a text, printing a figure.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cpuMs } from './clock.mjs'
import { adapterArguments, summary } from './measure.mjs'
import { entryOf, vectorsFolder } from './programs.mjs'

export const coulis = await import(entryOf('index'))
export const traceModule = () => import(entryOf('trace'))

const { engine: kind = 'auto' } = adapterArguments()
export const engineKind = kind

/**
 * Prints one figure as a JSON line.
 *
 * @param {{ name: string, value: number, unit: string, must?: number, goal?: number, atLeast?: boolean, note?: string }} figure
 */
export function printFigure(figure) {
  console.log(JSON.stringify({ engine: kind, node: process.version, ...figure }))
}

/** A program from assembly text. A text with `.rw` or `.stack` becomes a standard program. */
export function programFrom(text) {
  return coulis.loadProgram(coulis.assemble(text).bytes)
}

/** Start options of such a program: r0 returns to the halt address, plenty of gas. */
export function start(more = {}) {
  const { regs = [], ...rest } = more
  return { regs: [0xffff0000n, ...regs], gas: 10n ** 15n, ...rest }
}

/** Median time in ms of `count` calls of `run`, each after an untimed `before`. */
export function medianMs(count, run, before = () => undefined) {
  const times = []
  for (let i = 0; i < count; i++) {
    const given = before()
    const begun = cpuMs()
    run(given)
    times.push(cpuMs() - begun)
  }
  return summary(times).median
}

/** The recorded service runs, as texts; undefined where the shared test data is not here. */
export function traceTexts() {
  const folder = vectorsFolder() && join(vectorsFolder(), 'traces')
  if (folder === undefined || !existsSync(folder)) return undefined
  const names = readdirSync(folder).filter(n => n.endsWith('.log'))
  return names.sort().map(n => readFileSync(join(folder, n), 'utf8'))
}

/** A script that cannot run here says why and prints nothing else. */
export function skip(reason) {
  console.log(JSON.stringify({ engine: kind, node: process.version, skipped: reason }))
  process.exit(0)
}
