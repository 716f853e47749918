// Makes the static files of the page in apps/debugger/dist. Not the server: serve.mjs.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

const here = new URL('.', import.meta.url)
const at = path => new URL(path, here).pathname
const root = new URL('../../', here)
if (!existsSync(new URL('dist/lib/index.js', root)))
  throw new Error('dist/lib is missing: run npm ci or npm run build first')

const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
/** coulis is the repository's own build, by the entries that the package has. */
const entries = Object.fromEntries(
  ['.', './host', './inside', './trace'].map(entry => [
    `coulis${entry.slice(1)}`,
    new URL(exports[entry].default, root).pathname,
  ]),
)
const coulis = {
  name: 'coulis',
  setup({ onResolve }) {
    onResolve({ filter: /^coulis(\/|$)/ }, ({ path }) => ({ path: entries[path] }))
  },
}

/** What the gallery offers: from examples/, and from here. */
export const EXAMPLES = [
  ['apps/debugger/examples/notes.trace', 'notes.trace'],
  ['apps/debugger/examples/notes.pvm', 'notes.pvm'],
  ['examples/counter.jam', 'counter.jam'],
  ['examples/broken.pvm', 'broken.pvm'],
  ['examples/overflow.pvm', 'overflow.pvm'],
  ['examples/fibonacci.pvm', 'fibonacci.pvm'],
  ['examples/hello.pvm', 'hello.pvm'],
  ['examples/adder.polkavm', 'adder.polkavm'],
]

export async function buildApp(out = at('dist/')) {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(`${out}/examples`, { recursive: true })
  await build({
    entryPoints: { page: at('src/page/main.tsx'), worker: at('src/worker/worker.ts'), style: at('static/style.css') },
    outdir: out,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    plugins: [coulis],
    logLevel: 'warning',
    // dist/lib says itself that its parts have no side effects.
    logOverride: { 'ignored-bare-import': 'silent' },
    legalComments: 'linked',
  })
  copyFileSync(at('static/index.html'), `${out}/index.html`)
  for (const [from, to] of EXAMPLES) copyFileSync(new URL(from, root), `${out}/examples/${to}`)
}

if (process.argv[1] === import.meta.filename) await buildApp()
