// Generating WebAssembly for a whole program, timed. Uses the recompiler's passes directly: users only see their sum.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cpuMs } from './clock.mjs'
import { coulis, engineKind, printFigure, skip } from './figure.mjs'
import { DIST } from './programs.mjs'

const file = join(DIST, 'engine', 'recompiler', 'compile.js')
if (engineKind !== 'recompiler' || !existsSync(file)) skip('the recompiler only')
const { analyseProgram, compileRoots } = await import(file)

/** Generates all functions of a program once; a fresh program object each time, so nothing is kept. */
function generate(bytes) {
  const begun = cpuMs()
  const program = coulis.loadProgram(bytes)
  const loaded = cpuMs()
  const analysis = analyseProgram(program)
  const roots = Array.from(analysis.functions.start.subarray(0, -1))
  const compiled = compileRoots(analysis, roots)
  const generated = cpuMs()
  new WebAssembly.Module(compiled.bytes)
  const instructions = analysis.decoded.count
  return {
    instructions,
    ms: generated - loaded,
    load: loaded - begun,
    validate: cpuMs() - generated,
    bytes: compiled.bytes.length,
  }
}

/** Generates once cold and `warmRuns` times warm (the best counts) and prints the figures. */
export function report(name, bytes, warmRuns, whole) {
  const cold = generate(bytes)
  let warm = cold
  for (let i = 0; i < warmRuns; i++) {
    const next = generate(bytes)
    if (next.ms < warm.ms) warm = next
  }
  const perInstruction = r => (r.ms * 1000) / r.instructions
  printFigure({
    name: `generation, ${name}, cold`,
    value: perInstruction(cold),
    unit: 'µs/instruction',
    must: 4,
    goal: 2,
  })
  printFigure({ name: `generation, ${name}, warm`, value: perInstruction(warm), unit: 'µs/instruction', goal: 0.4 })
  printFigure({ name: `generation, ${name}, whole, cold`, value: cold.ms, unit: 'ms', ...whole })
  printFigure({ name: `generation, ${name}, validation by V8`, value: cold.validate, unit: 'ms' })
  printFigure({ name: `generation, ${name}, size of the module`, value: cold.bytes / 1024, unit: 'KiB' })
}
