// Generating WebAssembly for a whole program, timed. Uses the recompiler's passes directly: users only see their sum.
// Loading the file is not in it, and neither is V8's validation of the module. What the caller waits for, on two cores; the
// processor time of all threads and of the caller's beside it: cold, most of it is V8 optimizing the generator in the background,
// in up to four threads, for which two cores are not enough.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cpuMs, threadMs } from './clock.mjs'
import { coulis, engineKind, printFigure, skip } from './figure.mjs'
import { DIST } from './programs.mjs'

const file = join(DIST, 'engine', 'recompiler', 'compile.js')
if (engineKind !== 'recompiler' || !existsSync(file)) skip('the recompiler only')
const { analyseProgram, compileRoots } = await import(file)

/** Generates all functions of a program once; a fresh program object each time, so nothing is kept. */
function generate(bytes) {
  const program = coulis.loadProgram(bytes)
  const cpu = cpuMs()
  const thread = threadMs()
  const begun = performance.now()
  const analysis = analyseProgram(program)
  const roots = Array.from(analysis.functions.start.subarray(0, -1))
  const compiled = compileRoots(analysis, roots)
  const generated = performance.now()
  const cpuGenerated = cpuMs()
  const threadGenerated = threadMs()
  new WebAssembly.Module(compiled.bytes)
  return {
    instructions: analysis.decoded.count,
    ms: generated - begun,
    cpuMs: cpuGenerated - cpu,
    threadMs: thread === undefined ? undefined : threadGenerated - thread,
    validate: performance.now() - generated,
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
  const perInstruction = ms => (ms * 1000) / cold.instructions
  const unit = 'µs/instruction'
  const note = `${cold.instructions} instructions`
  const goals = { must: 4, goal: 2 }
  printFigure({ name: `generation, ${name}, cold`, value: perInstruction(cold.ms), unit, note, ...goals })
  const all = `generation, ${name}, cold, processor time of all threads`
  printFigure({ name: all, value: perInstruction(cold.cpuMs), unit, note })
  if (cold.threadMs !== undefined) {
    const own = `generation, ${name}, cold, processor time of the caller's thread`
    printFigure({ name: own, value: perInstruction(cold.threadMs), unit, note })
  }
  printFigure({ name: `generation, ${name}, warm`, value: perInstruction(warm.ms), unit, goal: 0.4, note })
  printFigure({ name: `generation, ${name}, whole, cold`, value: cold.ms, unit: 'ms', ...whole })
  printFigure({ name: `generation, ${name}, validation by V8`, value: cold.validate, unit: 'ms' })
  printFigure({ name: `generation, ${name}, size of the module`, value: cold.bytes / 1024, unit: 'KiB' })
}
