// Runs the workloads' native builds (clang -O2 of the same C source) and prints the same JSON lines as the engines.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { adapterArguments } from '../lib/measure.mjs'
import { BENCH, mismatches, programName, readProgram } from '../lib/programs.mjs'

const { files, runs } = adapterArguments()
for (const file of files) {
  const { native } = JSON.parse(readFileSync(file, 'utf8'))
  const binary = join(BENCH, 'workloads', 'build', programName(file))
  const out = JSON.parse(execFileSync(binary, [String(native.n), String(runs)]).toString())
  const differences = mismatches(readProgram(file), { r7: BigInt(out.result) })
  const { median, min, max } = out
  const ms = { median, min, max }
  const line = {
    engine: 'native',
    variant: 'clang -O2',
    program: programName(file),
    runs: out.runs,
    ms,
    r7: out.result,
  }
  console.log(JSON.stringify({ ...line, ok: differences.length === 0, mismatches: differences }))
}
