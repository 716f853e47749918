// Bundles the entries of the package into dist/lib/, a few files instead of a hundred: the first import is that much faster.
// Their maps hold the sources.
// Not the types: build-types.mjs. Not the modules one by one that benchmarks look into: those are tsc's, beside it in dist/.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { withConstants } from './constants.mjs'
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

/** The classes of errors that more than one bundle throws. All of them import these from one file, so that `instanceof` is true. */
const ERRORS = ['blob/error.ts', 'core/resource-error.ts', 'engine/host-call-error.ts']
const errorsEntry = {
  name: 'errors',
  setup(build) {
    build.onResolve({ filter: /^the errors$/ }, ({ path }) => ({ path, namespace: 'errors' }))
    build.onLoad({ filter: /./, namespace: 'errors' }, () => ({
      contents: ERRORS.map(file => `export * from './${file}'`).join('\n'),
      resolveDir: join(root, 'src'),
    }))
  },
}

rmSync(shared.outdir, { recursive: true, force: true })
await build({
  ...shared,
  entryPoints: {
    ...Object.fromEntries(
      ENTRIES.filter(({ name }) => name !== 'interpreter').map(({ name, source }) => [name, src(source)]),
    ),
    errors: 'the errors',
  },
  plugins: [hexInOneLine, errorsEntry],
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
    {
      name: 'the errors of the other bundle',
      setup(build) {
        build.onResolve({ filter: /error\.ts$/ }, ({ path, resolveDir }) =>
          ERRORS.some(file => resolve(resolveDir, path) === src(file))
            ? { path: './errors.js', external: true }
            : undefined,
        )
      },
    },
  ],
})

for (const file of readdirSync(shared.outdir)) {
  if (!file.endsWith('.js')) continue
  const path = join(shared.outdir, file)
  writeFileSync(path, withConstants(readFileSync(path, 'utf8')))
}
