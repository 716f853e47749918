// Makes the static files of the page in apps/debugger/dist. Not the server: serve.mjs.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'

const here = new URL('.', import.meta.url)
const at = path => new URL(path, here).pathname
const root = new URL('../../', here)
const isThere = path => existsSync(new URL(path, root))
if (!isThere('dist/lib/index.js') || !isThere('node_modules/esbuild')) {
  console.log('A fresh clone: npm ci installs the tools and builds coulis, once.')
  const { status } = spawnSync('npm ci --no-audit --no-fund', { cwd: root, stdio: 'inherit', shell: true })
  if (status !== 0) process.exit(status ?? 1)
}
const { build } = await import('esbuild')

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
  ['apps/debugger/examples/maze.pvm', 'maze.pvm'],
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
