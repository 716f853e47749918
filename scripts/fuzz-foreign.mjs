// Compares coulis with anan-as on random programs: `node scripts/fuzz-foreign.mjs --seconds 60 --engine interpreter`.
// Needs `npm install` in bench/; says so where that is missing.
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const home = process.env.ANAN_AS ?? join(root, 'bench/node_modules/@fluffylabs/anan-as')
const module = join(home, 'dist/build/release-inline.js')
if (!existsSync(module)) {
  console.error(`${module} is missing: npm install in bench/, or set ANAN_AS to the package's folder`)
  process.exit(2)
}
const outfile = join(mkdtempSync(join(tmpdir(), 'coulis-foreign-')), 'main.mjs')
await build({
  entryPoints: [join(root, 'scripts/foreign/main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
})
const { fuzzForeign } = await import(pathToFileURL(outfile).href)
process.exitCode = await fuzzForeign(process.argv.slice(2), pathToFileURL(module).href)
