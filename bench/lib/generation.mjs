// Generating WebAssembly for a whole program, timed. Uses the recompiler's passes directly: users only see their sum.
// Loading the file is not in it, and neither is V8's validation of the module. Processor time of all threads is, as
// everywhere: cold, most of it is V8 optimizing the generator in the background. What the caller's own thread takes is
// what is waited for where another core is free, and shown beside it (Linux only).

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cpuMs } from './clock.mjs'
import { coulis, engineKind, printFigure, skip } from './figure.mjs'
import { DIST } from './programs.mjs'

const file = join(DIST, 'engine', 'recompiler', 'compile.js')
if (engineKind !== 'recompiler' || !existsSync(file)) skip('the recompiler only')
const { analyseProgram, compileRoots } = await import(file)

/** Processor time of this thread so far, in ms; undefined where the system does not tell. */
function threadMs() {
  const file = `/proc/self/task/${process.pid}/schedstat`
  return existsSync(file) ? Number(readFileSync(file, 'latin1').split(' ')[0]) / 1e6 : undefined
}

/** Generates all functions of a program once; a fresh program object each time, so nothing is kept. */
function generate(bytes) {
  const begun = cpuMs()
  const program = coulis.loadProgram(bytes)
  const thread = threadMs()
  const loaded = cpuMs()
  const analysis = analyseProgram(program)
  const roots = Array.from(analysis.functions.start.subarray(0, -1))
  const compiled = compileRoots(analysis, roots)
  const generated = cpuMs()
  const threadNow = threadMs()
  new WebAssembly.Module(compiled.bytes)
  const instructions = analysis.decoded.count
  return {
    instructions,
    ms: generated - loaded,
    threadMs: thread === undefined ? undefined : threadNow - thread,
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
  const note = `${cold.instructions} instructions`
  printFigure({
    note,
    name: `generation, ${name}, cold`,
    value: perInstruction(cold),
    unit: 'µs/instruction',
    must: 4,
    goal: 2,
  })
  if (cold.threadMs !== undefined) {
    const value = (cold.threadMs * 1000) / cold.instructions
    printFigure({ name: `generation, ${name}, cold, the caller's thread`, value, unit: 'µs/instruction', note })
  }
  printFigure({
    name: `generation, ${name}, warm`,
    value: perInstruction(warm),
    unit: 'µs/instruction',
    goal: 0.4,
    note,
  })
  printFigure({ name: `generation, ${name}, whole, cold`, value: cold.ms, unit: 'ms', ...whole })
  printFigure({ name: `generation, ${name}, validation by V8`, value: cold.validate, unit: 'ms' })
  printFigure({ name: `generation, ${name}, size of the module`, value: cold.bytes / 1024, unit: 'KiB' })
}
