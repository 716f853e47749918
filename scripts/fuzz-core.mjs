// Builds the libFuzzer targets of the native core with clang-19, address and undefined-behaviour sanitizers, and runs them: `execute`
// runs programs, `compile` makes modules of them (core/fuzz/). Needs clang-19 and libclang-rt-19-dev. `coulis fuzz` is another
// fuzzer: it compares engines.
//
//   node scripts/fuzz-core.mjs [--target execute|compile] [--seconds 60] [--jobs 1] [--seed 1]
//
// The corpus is kept in build/fuzz-core/; what crashes is written there as crash-*. Replay: node scripts/fuzz-core.mjs --replay FILE
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
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
    target: { type: 'string', default: 'execute' },
  },
})
const FLAGS = ['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-fsanitize=fuzzer,address,undefined']

const { target } = options
if (target !== 'execute' && target !== 'compile') throw new RangeError('--target: expected execute or compile')

/** Our own programs, as parts and as blobs. */
async function ownParts() {
  const bundle = await build({
    stdin: {
      contents: `
        import { assemble } from './src/blob/assembly.ts'
        import { partsOf } from './src/blob/container.ts'
        import { encodeProgramBlob } from './src/blob/raw.ts'
        import { TEMPLATES_HEX } from './src/engine/recompiler/templates.gen.ts'
        import { ownPrograms } from './test/runtimes/programs.ts'
        export const templates = TEMPLATES_HEX.replaceAll('\\n', '')
        export const own = ownPrograms().map(({ text }) => partsOf(assemble(text).container))
        export const partsOfText = text => partsOf(assemble(text).container)
        export const blobOf = encodeProgramBlob`,
      resolveDir: ROOT,
    },
    bundle: true,
    format: 'esm',
    write: false,
  })
  return import(`data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].text).toString('base64')}`)
}

/** Seeds of core/fuzz/execute.c: bytes of settings, then the blob. */
function writeRuns(folder, { own, blobOf }) {
  for (const name of ['adder.polkavm', 'counter.jam'])
    writeFileSync(join(folder, name), readFileSync(join(ROOT, 'examples', name)))
  own.map(blobOf).forEach((blob, index) => {
    const settings = new Uint8Array(32)
    settings.set([0, 0, 0, 0, 100, index * 37, 2, 0x55])
    settings.set([3, 4], 15)
    writeFileSync(join(folder, `own-${index}`), Buffer.concat([settings, blob]))
  })
}

/** Seeds of core/fuzz/compile.c: bytes of settings, the jump table, code and mask. Golden programs of the recompiler are among them. */
function writeModules(folder, { own, partsOfText, templates }) {
  writeFileSync(join(OUT, 'templates'), Buffer.from(templates, 'hex'))
  const golden = join(ROOT, 'test/engine/recompiler/golden')
  const texts = readdirSync(golden).filter(name => name.endsWith('.pvm'))
  const parts = [...own, ...texts.map(name => partsOfText(readFileSync(join(golden, name), 'utf8')))]
  parts.forEach(({ code, bitmask, jumpTable }, index) => {
    const jumps = jumpTable.slice(0, 255)
    // Set, gas model, all optimisations, roots, room, flags, what varies, entries of the jump table.
    const settings = Uint8Array.of(0, index, 0xff, 0x06, index, 1, index % 8, index, jumps.length, 0, 0, 0)
    writeFileSync(join(folder, `own-${index}`), Buffer.concat([settings, new Uint8Array(jumps.buffer), code, bitmask]))
  })
}

const corpus = join(OUT, target === 'execute' ? 'corpus' : 'corpus-compile')
mkdirSync(corpus, { recursive: true })
const binary = join(OUT, target)
const sources =
  target === 'execute'
    ? [join(ROOT, 'core/fuzz/execute.c'), join(ROOT, 'core/core.c')]
    : ['-DPVM_GENERATOR', '-include', join(ROOT, 'core/core.c'), join(ROOT, 'core/fuzz/compile.c')]
execFileSync('clang-19', [...FLAGS, '-fno-sanitize-recover=all', '-o', binary, ...sources], { stdio: 'inherit' })
const made = await ownParts()
if (target === 'execute') writeRuns(corpus, made)
else writeModules(corpus, made)
const env = { ...process.env, PVM_TEMPLATES: join(OUT, 'templates') }
if (options.replay !== undefined) {
  process.exit(spawnSync(binary, [resolve(options.replay)], { stdio: 'inherit', env }).status ?? 1)
}
const limits = [
  `-max_total_time=${options.seconds}`,
  `-seed=${options.seed}`,
  '-max_len=4096',
  '-timeout=20',
  '-rss_limit_mb=3000',
  '-print_final_stats=1',
]
const run = spawnSync(
  binary,
  [...limits, `-fork=${options.jobs}`, corpus].filter(flag => flag !== '-fork=1'),
  {
    cwd: OUT,
    env,
    stdio: 'inherit',
  },
)
process.exit(run.status ?? 1)
