// Bundles the declarations that tsc wrote into dist/ into a file for each entry of the package and few that these share, in dist/lib/
// beside the code. Whoever installs the package gets 25 files of them instead of 170, and only types that an entry exports or needs.
import { join } from 'node:path'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import { ENTRIES } from './entries.mjs'

const root = join(import.meta.dirname, '..')
const bundle = await rollup({
  input: Object.fromEntries(
    ENTRIES.map(({ name, source }) => [name, join(root, 'dist', source.replace(/\.ts$/, '.d.ts'))]),
  ),
  plugins: [
    dts(),
    {
      // For who has only the library of an earlier year.
      name: 'what they need of the language',
      generateBundle(_, files) {
        for (const file of Object.values(files)) {
          if (file.code.includes('[Symbol.dispose]'))
            file.code = `/// <reference lib="esnext.disposable" />\n${file.code}`
        }
      },
    },
  ],
  onwarn(warning) {
    throw new Error(`types: ${warning.message}`)
  },
})
await bundle.write({
  dir: join(root, 'dist/lib'),
  format: 'es',
  entryFileNames: '[name].d.ts',
  chunkFileNames: ({ name }) => `types-${name.replace(/\.d$/, '')}.d.ts`,
})
