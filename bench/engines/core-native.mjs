// Runs benchmark programs on the C core built natively (clang -O2, one switch): what WebAssembly costs the same source.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { flatProgram } from '../lib/flat.mjs'
import { adapterArguments, summary } from '../lib/measure.mjs'
import { BENCH, mismatches, readProgram } from '../lib/programs.mjs'

const BINARY = join(BENCH, 'engines', 'build', 'core-native')
const EXITS = ['halt', 'panic', 'page-fault', 'host', 'out-of-gas', 'break', 'step']
const { files, runs } = adapterArguments()
for (const file of files) {
  const program = readProgram(file)
  const { stdout, stderr, status, error } = spawnSync(BINARY, { input: flatProgram(program, runs + 1) })
  if (status !== 0) {
    console.log(
      JSON.stringify({
        engine: 'core',
        file,
        ok: false,
        error: error?.message ?? (String(stderr).trim() || `status ${status}`),
      }),
    )
    continue
  }
  const lines = String(stdout).trim().split('\n')
  const runsDone = lines.map(line => {
    const [ms, exit, r7, r8, gas] = line.split(' ')
    return { ms: Number(ms), status: EXITS[exit] ?? exit, r7: BigInt(r7), r8: BigInt(r8), gasUsed: BigInt(gas) }
  })
  const differences = runsDone.flatMap(run => mismatches(program, run))
  const timed = runsDone.slice(1)
  const last = timed[timed.length - 1]
  console.log(
    JSON.stringify({
      engine: 'core',
      variant: 'native, clang -O2',
      program: program.name,
      runs: timed.length,
      ms: summary(timed.map(r => r.ms)),
      firstMs: runsDone[0].ms,
      status: last.status,
      r7: String(last.r7),
      r8: String(last.r8),
      gasUsed: String(last.gasUsed),
      ok: differences.length === 0,
      mismatches: differences,
    }),
  )
}
