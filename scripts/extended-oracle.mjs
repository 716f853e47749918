// Compares the extended encoding with PolkaVM 0.37 on random codes; see test/extended/oracle.ts.
//
//   cargo build --release --manifest-path bench/peers/polkavm-extended/Cargo.toml
//   node scripts/extended-oracle.mjs [--codes 1000000] [--from 0]
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({
  options: { codes: { type: 'string', default: '1000000' }, from: { type: 'string', default: '0' } },
})
const folder = mkdtempSync(join(tmpdir(), 'coulis-oracle-'))
try {
  const outfile = join(folder, 'oracle.mjs')
  await build({
    entryPoints: [join(root, 'test/extended/oracle.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    define: { 'import.meta.dirname': JSON.stringify(join(root, 'test/extended')) },
  })
  const { compareFacts, ORACLE } = await import(pathToFileURL(outfile).href)
  if (!existsSync(ORACLE))
    throw new Error(
      'build the oracle first: cargo build --release --manifest-path bench/peers/polkavm-extended/Cargo.toml',
    )
  const wrong = await compareFacts(Number(values.from), Number(values.codes), text => console.log(text))
  process.exitCode = wrong === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
