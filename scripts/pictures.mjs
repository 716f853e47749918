// Draws docs/images/*.svg. What they say of addresses, fields and numbers comes from the sources; test/project/pictures.test.ts
// fails while a picture is not what this draws.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const bundle = await build({
  entryPoints: [join(root, 'scripts/pictures/index.ts')],
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
})
const { pictures } = await import(
  `data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].text).toString('base64')}`
)
const header = readdirSync(join(root, 'core'), { recursive: true }).find(name => /(^|\/)vm\.h$/.test(name))
for (const [name, svg] of Object.entries(pictures(readFileSync(join(root, 'core', header), 'utf8')))) {
  writeFileSync(join(root, 'docs/images', name), svg)
}
