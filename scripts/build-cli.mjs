// Bundles src/cli.ts with the helpers it uses into dist/cli.js and dist/commands/, so that the package needs no dependencies:
// a command is loaded when it is asked for. Writes the licences of what is bundled beside it. An argument names another
// folder to write to, for tests.
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const folder = resolve(root, process.argv[2] ?? 'dist')
const out = join(folder, 'cli.js')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

// commander loads node:child_process, six milliseconds, for subcommands that are programs of their own. There are none here.
const withoutSubprocesses = {
  name: 'commander without subprocesses',
  setup(bundle) {
    bundle.onResolve({ filter: /^(node:)?child_process$/ }, ({ importer }) =>
      /node_modules\/commander\//.test(importer) ? { path: 'nothing', namespace: 'nothing' } : undefined,
    )
    bundle.onLoad({ filter: /^nothing$/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {}' }))
  },
}

rmSync(join(folder, 'commands'), { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: {
    cli: join(root, 'src', 'cli.ts'),
    // What worker processes begin with: the pool's own entry, where the pool looks for it, and ours.
    'commands/entry/process': join(root, 'node_modules/tinypool/dist/entry/process.js'),
    'commands/worker': join(root, 'src', 'cli', 'worker.ts'),
  },
  outdir: folder,
  chunkNames: 'commands/[name]-[hash]',
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  external: ['binaryen', 'bullmq', 'ioredis'], // optional, see src/cli/wat.ts and work-queue.ts
  metafile: true,
  plugins: [withoutSubprocesses],
  define: { __COULIS_VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
  banner: {
    // Bundled CommonJS packages ask for node's own modules through require.
    js: "import { createRequire as __createRequire } from 'node:module'\nconst require = __createRequire(import.meta.url)",
  },
})
writeFileSync(out, `#!/usr/bin/env node\n${readFileSync(out, 'utf8')}`)
chmodSync(out, 0o755)

const packages = new Set()
for (const input of Object.keys(metafile.inputs)) {
  const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)
  if (match !== null) packages.add(match[1])
}
const licences = [...packages].sort().map(name => {
  const folder = join(root, 'node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = ['LICENSE', 'LICENSE.md', 'license', 'LICENSE.txt', 'license.md', 'License.txt']
    .map(f => join(folder, f))
    .find(existsSync)
  const text = file === undefined ? `Licence: ${license}` : readFileSync(file, 'utf8').trim()
  return `${name} ${version}\n\n${text}\n`
})
writeFileSync(`${out}.LICENSES.txt`, `dist/cli.js contains these packages:\n\n${licences.join('\n---\n\n')}`)
