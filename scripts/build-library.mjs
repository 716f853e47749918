// Bundles the entries of the package into dist/lib/, a few files instead of a hundred: the first import is that much faster.
// Their maps hold the sources.
// Not the types: build-types.mjs. Not the modules one by one that benchmarks look into: those are tsc's, beside it in dist/.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { ENTRIES } from './entries.mjs'
import { hexInOneLine } from './one-line.mjs'

const root = join(import.meta.dirname, '..')
const src = name => join(root, 'src', name)
const shared = {
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  outdir: join(root, 'dist/lib'),
  sourcemap: true,
  minifySyntax: true,
  logLevel: 'warning',
  plugins: [hexInOneLine],
}

rmSync(shared.outdir, { recursive: true, force: true })
await build({
  ...shared,
  entryPoints: Object.fromEntries(
    ENTRIES.filter(({ name }) => name !== 'interpreter').map(({ name, source }) => [name, src(source)]),
  ),
  splitting: true,
  chunkNames: 'shared-[hash]',
})
await build({
  ...shared,
  entryPoints: { interpreter: src('interpreter.ts') },
  minifyWhitespace: true,
  dropLabels: ['WHOLE'],
  plugins: [
    hexInOneLine,
    {
      // The core without the passes of the recompiler.
      name: 'small core',
      setup(build) {
        build.onResolve({ filter: /\/core\.gen\.ts$/ }, () => ({ path: src('core/small-core.gen.ts') }))
      },
    },
  ],
})
