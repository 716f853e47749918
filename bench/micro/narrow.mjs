// The same C with 32 and with 64 bits (test/fixtures/polkavm/kernels.c), in turn, processor time of the whole process: what 32-bit
// programs cost on the machine of 64 bits. Medians of five; the goal is 0.8 times the speed.
//
//   node bench/micro/narrow.mjs [engine]
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callExport, createEngine, loadProgram } from '../../dist/lib/index.js'

const fixtures = join(import.meta.dirname, '../../test/fixtures/polkavm')
const programs = [32, 64].map(bits => loadProgram(readFileSync(join(fixtures, `kernels${bits}.polkavm`))))
const TIMES = { sieve: 60, matmul: 40, crc: 600, quicksort: 40, sha: 6000 }
/** Of the numbers above, so that a run takes long enough to measure and not longer. */
const SHARE = { interpreter: 1, recompiler: 20, auto: 20 }
const kinds = process.argv[2] ? [process.argv[2]] : Object.keys(SHARE)

function milliseconds(engine, program, name, n) {
  const vm = engine.instantiate(program, { ...callExport(program, name, [BigInt(n)]), gas: 10n ** 15n })
  const before = process.cpuUsage()
  vm.run()
  const { user, system } = process.cpuUsage(before)
  vm.dispose()
  return (user + system) / 1000
}

const median = values => values.toSorted((a, b) => a - b)[values.length >> 1]

for (const kind of kinds) {
  const engine = createEngine({ kind })
  for (const [name, times] of Object.entries(TIMES)) {
    const n = times * SHARE[kind]
    for (const program of programs) milliseconds(engine, program, name, n) // code is compiled
    const runs = Array.from({ length: 5 }, () => programs.map(program => milliseconds(engine, program, name, n)))
    const [narrow, wide] = [0, 1].map(i => median(runs.map(pair => pair[i])))
    console.log(
      `${kind.padEnd(12)} ${name.padEnd(10)} 32 bits ${narrow.toFixed(1)} ms, 64 bits ${wide.toFixed(1)} ms, speed ${(wide / narrow).toFixed(2)}`,
    )
  }
}
