// Runs benchmark programs on the C core built natively (clang -O2, one switch): what WebAssembly costs the same source.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { adapterArguments, summary } from '../lib/measure.mjs'
import { BENCH, mismatches, readProgram } from '../lib/programs.mjs'

const BINARY = join(BENCH, 'engines', 'build', 'core-native')
const EXITS = ['halt', 'panic', 'page-fault', 'host', 'out-of-gas', 'break', 'step']
const WRITE = 3
const READ = 1

/** The flat form that core-native.c reads. */
function flat(program, runs) {
  const parts = []
  const u32 = value => parts.push(Buffer.from(Uint32Array.of(value).buffer))
  parts.push(Buffer.from(BigInt64Array.of(program.gas).buffer), Buffer.from(BigUint64Array.from(program.regs).buffer))
  u32(program.pc)
  u32(runs)
  u32(program.blob.length)
  parts.push(program.blob)
  u32(program.pages.length)
  for (const { address, length, writable } of program.pages) {
    u32(address)
    u32(length)
    u32(writable ? WRITE : READ)
  }
  u32(program.memory.length)
  for (const { address, contents } of program.memory) {
    u32(address)
    u32(contents.length)
    parts.push(contents)
  }
  return Buffer.concat(parts)
}

const { files, runs } = adapterArguments()
for (const file of files) {
  const program = readProgram(file)
  const { stdout, stderr, status, error } = spawnSync(BINARY, { input: flat(program, runs + 1) })
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
