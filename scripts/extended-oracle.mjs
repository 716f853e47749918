// Compares with PolkaVM 0.37 itself: how it reads random codes of the extended encoding (test/extended/oracle.ts), or, with --runs,
// how random programs run on every engine (test/extended/runs.ts), in the extended encoding or, --bits 32, those of 32 bits.
//
//   cargo build --release --manifest-path bench/peers/polkavm-extended/Cargo.toml
//   node scripts/extended-oracle.mjs [--codes 1000000] [--from 0]
//   node scripts/extended-oracle.mjs --runs 100000 [--bits 32] [--from 0] [--engine E]
//   node scripts/extended-oracle.mjs --fixture N   writes test/fixtures/runs.txt: N programs of each width with what PolkaVM makes of them
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    codes: { type: 'string', default: '1000000' },
    runs: { type: 'string' },
    bits: { type: 'string', default: '64' },
    engine: { type: 'string' },
    fixture: { type: 'string' },
    from: { type: 'string', default: '0' },
  },
})
if (!['32', '64'].includes(values.bits)) throw new RangeError(`--bits ${values.bits}: 32 or 64`)
const folder = mkdtempSync(join(tmpdir(), 'coulis-oracle-'))
try {
  const outfile = join(folder, 'oracle.mjs')
  await build({
    entryPoints: [
      join(root, values.runs === undefined && !values.fixture ? 'test/extended/oracle.ts' : 'test/extended/runs.ts'),
    ],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outfile,
    logLevel: 'warning',
    define: { 'import.meta.dirname': JSON.stringify(join(root, 'test/extended')) },
  })
  if (!existsSync(join(root, 'bench/peers/polkavm-extended/target/release/polkavm-extended')))
    throw new Error(
      'build the oracle first: cargo build --release --manifest-path bench/peers/polkavm-extended/Cargo.toml',
    )
  const { compareFacts, compareRuns, recordRuns } = await import(pathToFileURL(outfile).href)
  const [from, print] = [Number(values.from), text => console.log(text)]
  const engines = values.engine && [values.engine]
  if (values.fixture) writeFileSync(join(root, 'test/fixtures/runs.txt'), await recordRuns(Number(values.fixture)))
  const wrong = values.fixture
    ? 0
    : values.runs === undefined
      ? await compareFacts(from, Number(values.codes), print)
      : await compareRuns({ from, count: Number(values.runs), bits: Number(values.bits), engines, print })
  process.exitCode = wrong === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
