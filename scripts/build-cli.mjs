// Bundles src/cli.ts with the helpers it uses into dist/cli.js and dist/commands/, so that the package needs no dependencies:
// a command is loaded when it is asked for. The commands that are asked for most are bundled a second time, with all that they
// need in one file: they share code with all others, which makes forty small files, and each takes Node a millisecond.
// Writes the licences of what is bundled beside it. An argument names another folder to write to, for tests.
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { hexInOneLine } from './one-line.mjs'

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

// Imported, a module of Node gives all its exports a value at once. For node:fs that loads streams and promises, ten milliseconds
// that no command needs. Asked for in this way, it is there and nothing of it is touched.
const nodeModulesAsTheyAre = {
  name: "Node's modules as they are",
  setup(bundle) {
    bundle.onResolve({ filter: /^node:/ }, ({ kind, path }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin' } : undefined,
    )
    bundle.onLoad({ filter: /^node:/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }))
  },
}

// picocolors asks whether standard output is a terminal as soon as it is loaded, for which Node loads its streams. src/cli/terminal.ts
// says itself which colours there are.
const coloursUnasked = {
  name: 'picocolors without the process',
  setup(bundle) {
    bundle.onLoad({ filter: /\/picocolors\/picocolors\.js$/ }, ({ path }) => ({
      contents: `const process = {}\n${readFileSync(path, 'utf8')}`,
    }))
  },
}

/** The files of src/cli/ whose commands get a bundle of their own, and those commands. */
const BUNDLES = { reading: ['asm', 'disasm', 'inspect'], running: ['engines', 'run'] }
const commands = Object.entries(BUNDLES).flatMap(([file, names]) => names.map(name => [name, file]))

/** What few runs of the commands in bundles need, by the file that is loaded then: it comes from the bundle of all commands. */
const RARE = { functions: 'src/inside/functions.ts' }

/** In a bundle of some commands, the imports of all others lead out of it. Nobody loads those there. */
const onlyCommandsOf = file => ({
  name: 'only some commands',
  setup(bundle) {
    bundle.onResolve({ filter: /\.ts$/ }, ({ kind, path, resolveDir }) => {
      const rare = Object.keys(RARE).find(name => resolve(resolveDir, path) === join(root, RARE[name]))
      return kind === 'dynamic-import' && rare !== undefined ? { path: `./${rare}.js`, external: true } : undefined
    })
    bundle.onResolve({ filter: /^\.\/.*\.ts$/ }, ({ importer, kind, path }) =>
      kind === 'dynamic-import' && /\/cli\/program\.ts$/.test(importer) && path !== `./${file}.ts`
        ? { path: `coulis-${path.slice(2, -3)}`, external: true }
        : undefined,
    )
  },
})

/** The function of now.mjs. */
const CLOCK = 'processMilliseconds'

const settings = {
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
  define: {
    'performance.now': CLOCK,
    __COULIS_VERSION__: JSON.stringify(version),
    __COULIS_BUNDLES__: JSON.stringify(Object.fromEntries(commands)),
  },
  logLevel: 'warning',
  banner: {
    // Bundled CommonJS packages ask for Node's own modules through require. node:module's would be slower to get.
    js: 'const require = name => process.getBuiltinModule(name)',
  },
  inject: [join(import.meta.dirname, 'now.mjs')],
}

rmSync(join(folder, 'commands'), { recursive: true, force: true })
const { metafile } = await build({
  ...settings,
  entryPoints: {
    cli: join(root, 'src', 'cli.ts'),
    // What worker processes begin with: the pool's own entry, where the pool looks for it, and ours.
    'commands/entry/process': join(root, 'node_modules/tinypool/dist/entry/process.js'),
    'commands/worker': join(root, 'src', 'cli', 'worker.ts'),
    ...Object.fromEntries(Object.entries(RARE).map(([name, file]) => [`commands/${name}`, join(root, file)])),
  },
  outdir: folder,
  chunkNames: 'commands/[name]-[hash]',
  plugins: [withoutSubprocesses, nodeModulesAsTheyAre, coloursUnasked, hexInOneLine],
})
for (const file of Object.keys(BUNDLES)) {
  await build({
    ...settings,
    entryPoints: { [file]: join(root, 'src', 'cli', 'main.ts') },
    outdir: join(folder, 'commands'),
    chunkNames: `${file}-[name]-[hash]`,
    plugins: [withoutSubprocesses, nodeModulesAsTheyAre, coloursUnasked, hexInOneLine, onlyCommandsOf(file)],
  })
}
writeFileSync(out, `#!/usr/bin/env node\n${readFileSync(out, 'utf8')}`)
chmodSync(out, 0o755)

const packages = new Set()
for (const input of Object.keys(metafile.inputs)) {
  // Such a name in a source would be called in the place of the clock.
  if (/\.ts$/.test(input) && readFileSync(join(root, input), 'utf8').includes(CLOCK))
    throw new Error(`${input}: ${CLOCK} is taken`)
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
