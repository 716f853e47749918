// What hostile-leaks.test.ts runs in a process of its own: a long row of different programs, on each engine. Prints a JSON
// object. Needs --expose-gc.
import { programOfCase, startOptions } from '../../src/fuzz/case.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import { createEngine, type EngineKind, profile } from '../../src/index.ts'

const ENGINES: readonly EngineKind[] = ['interpreter', 'recompiler', 'auto']

/** Bytes of JavaScript objects in use. */
function heapUsed(): number {
  ;(globalThis as { gc?: () => void }).gc!()
  return process.memoryUsage().heapUsed
}

/** Runs `count` different programs one after the other. */
function runPrograms(kind: EngineKind, from: number, count: number): void {
  const engine = createEngine({ kind })
  for (let i = from; i < from + count; i++) {
    const fuzz = generateCase('row', i, { entries: 2, profiles: [profile('gp-0.7.2')] })
    const vm = engine.instantiate(programOfCase(fuzz), { ...startOptions(fuzz), gas: 1000n })
    vm.run()
    vm.dispose()
  }
}

const growth = ENGINES.map(kind => {
  runPrograms(kind, 0, 60)
  const before = heapUsed()
  runPrograms(kind, 60, 200)
  return { kind, bytesPerProgram: Math.round((heapUsed() - before) / 200) }
})
console.log(JSON.stringify(growth))
