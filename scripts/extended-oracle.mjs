// Compares with PolkaVM 0.37 itself: how it reads random codes of the extended encoding (test/extended/oracle.ts), or, with --runs,
// how random programs run on every engine (test/extended/runs.ts), in the extended encoding or, --bits 32, those of 32 bits.
//
//   cargo build --release --manifest-path bench/peers/polkavm-extended/Cargo.toml
//   node scripts/extended-oracle.mjs [--codes 1000000] [--from 0]
//   node scripts/extended-oracle.mjs --runs 100000 [--bits 32] [--from 0] [--engine E]
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
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
    from: { type: 'string', default: '0' },
  },
})
if (!['32', '64'].includes(values.bits)) throw new RangeError(`--bits ${values.bits}: 32 or 64`)
const folder = mkdtempSync(join(tmpdir(), 'coulis-oracle-'))
try {
  const outfile = join(folder, 'oracle.mjs')
  await build({
    entryPoints: [join(root, values.runs === undefined ? 'test/extended/oracle.ts' : 'test/extended/runs.ts')],
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
  const { compareFacts, compareRuns } = await import(pathToFileURL(outfile).href)
  const [from, print] = [Number(values.from), text => console.log(text)]
  const engines = values.engine && [values.engine]
  const wrong =
    values.runs === undefined
      ? await compareFacts(from, Number(values.codes), print)
      : await compareRuns({ from, count: Number(values.runs), bits: Number(values.bits), engines, print })
  process.exitCode = wrong === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
