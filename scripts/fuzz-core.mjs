// Builds the libFuzzer target of the native core with clang-19, address and undefined-behaviour sanitizers, and runs it.
// Needs clang-19 and libclang-rt-19-dev. Not the differential fuzzer: `coulis fuzz`.
//
//   node scripts/fuzz-core.mjs [--seconds 60] [--jobs 1] [--seed 1]
//
// The corpus is kept in build/fuzz-core/; what crashes is written there as crash-*. Replay: node scripts/fuzz-core.mjs --replay FILE
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const ROOT = resolve(import.meta.dirname, '..')
const OUT = join(ROOT, 'build/fuzz-core')
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' }, // libFuzzer's; the same start every time, other numbers look elsewhere
    jobs: { type: 'string', default: '1' },
    replay: { type: 'string' },
  },
})
const FLAGS = ['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-fsanitize=fuzzer,address,undefined']

/** Our own programs as a beginning: bytes of settings, then the blob (core/fuzz/execute.c). */
async function writeSeeds(folder) {
  const bundle = await build({
    stdin: {
      contents: `
        import { assemble } from './src/blob/assembly.ts'
        import { partsOf } from './src/blob/container.ts'
        import { encodeProgramBlob } from './src/blob/raw.ts'
        import { ownPrograms } from './test/runtimes/programs.ts'
        export const blobs = ownPrograms().map(({ text }) => encodeProgramBlob(partsOf(assemble(text).container)))`,
      resolveDir: ROOT,
    },
    bundle: true,
    format: 'esm',
    write: false,
  })
  const { blobs } = await import(
    `data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].text).toString('base64')}`
  )
  for (const name of ['adder.polkavm', 'counter.jam'])
    writeFileSync(join(folder, name), readFileSync(join(ROOT, 'examples', name)))
  blobs.forEach((blob, index) => {
    const settings = new Uint8Array(32)
    settings.set([0, 0, 0, 0, 100, index * 37, 2, 0x55])
    settings.set([3, 4], 15)
    writeFileSync(join(folder, `own-${index}`), Buffer.concat([settings, blob]))
  })
}

const corpus = join(OUT, 'corpus')
mkdirSync(corpus, { recursive: true })
const target = join(OUT, 'execute')
const sources = [join(ROOT, 'core/fuzz/execute.c'), join(ROOT, 'core/core.c')]
execFileSync('clang-19', [...FLAGS, '-fno-sanitize-recover=all', '-o', target, ...sources], { stdio: 'inherit' })
if (options.replay !== undefined) {
  process.exit(spawnSync(target, [resolve(options.replay)], { stdio: 'inherit' }).status ?? 1)
}
await writeSeeds(corpus)
const limits = [
  `-max_total_time=${options.seconds}`,
  `-seed=${options.seed}`,
  '-max_len=4096',
  '-timeout=20',
  '-rss_limit_mb=3000',
  '-print_final_stats=1',
]
const run = spawnSync(
  target,
  [...limits, `-fork=${options.jobs}`, corpus].filter(flag => flag !== '-fork=1'),
  {
    cwd: OUT,
    stdio: 'inherit',
  },
)
process.exit(run.status ?? 1)
