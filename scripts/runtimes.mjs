// Runs the suite of test/runtimes/ in every JavaScript runtime to be had here and compares digests. Not the suite.
//
//   node scripts/runtimes.mjs [--short] [--only node22,chromium] [--write docs/runtimes.md]
//
// Node 20, 22, 24, 26, Deno, Bun and workerd come from their npm platform packages into build/runtimes/ (nothing of it is a dependency
// of the project, no install script runs). Chromium is the system's, or CHROMIUM=path. Some are restricted on purpose: Node
// without WebAssembly, a page that may compile none, workerd, which compiles the core and nothing else. What cannot be had is reported as
// absent, and fails the run unless it is named in --allow-absent (comma separated).
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const ROOT = resolve(import.meta.dirname, '..')
const OUT = join(ROOT, 'build/runtimes')
const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'string' },
    'allow-absent': { type: 'string', default: '' },
  },
})
const form = options.short ? 'short' : 'long'
const PLATFORM = `${process.platform}-${process.arch}`

/** Runtimes from npm: package, the command that starts a script. */
const PACKAGES = {
  node20: { spec: `node-${PLATFORM}@20`, command: dir => [join(dir, 'bin/node')] },
  node22: { spec: `node-${PLATFORM}@22`, command: dir => [join(dir, 'bin/node')] },
  node24: { spec: `node-${PLATFORM}@24`, command: dir => [join(dir, 'bin/node')] },
  node26: { spec: `node-${PLATFORM}@26`, command: dir => [join(dir, 'bin/node')] },
  deno: { spec: `@deno/${PLATFORM}-glibc`, command: dir => [join(dir, 'deno'), 'run', '--quiet', '--allow-read'] },
  'node20 --jitless': { like: 'node20', command: dir => [join(dir, 'bin/node'), '--jitless'] },
  bun: { spec: `@oven/bun-${PLATFORM}`, command: dir => [join(dir, 'bin/bun')] },
}
const WORKERD = { workerd: { spec: `@cloudflare/workerd-${PLATFORM.replace('x64', '64')}` } }
/** The call that runs the suite, and whether the page may compile WebAssembly. */
const BROWSERS = {
  'chromium page': { call: 'runHere', wasm: true },
  'chromium worker': { call: 'runInWorker', wasm: true },
  'chromium page without wasm': { call: 'runHere', wasm: false },
}
/** Engines that a runtime has to offer, where it is restricted; elsewhere all. */
const RESTRICTED = {
  'node20 --jitless': 'reference, auto',
  'chromium page without wasm': 'reference, auto',
  workerd: 'reference, interpreter, auto',
}
const ALL = 'reference, interpreter, recompiler, auto'

function wanted(name) {
  return options.only === undefined || options.only.split(',').some(part => name.startsWith(part))
}

function install(names) {
  const specs = Object.entries({ ...PACKAGES, ...WORKERD }).filter(([, { spec }]) => spec !== undefined)
  const needed = new Set(names.map(name => PACKAGES[name]?.like ?? name))
  if ([...needed].every(name => existsSync(join(OUT, 'node_modules', name)))) return
  mkdirSync(OUT, { recursive: true })
  writeFileSync(join(OUT, 'package.json'), '{ "private": true }\n')
  const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', OUT]
  // Those installed before are named again: npm prunes what it is not told about.
  const wantedNow = specs.filter(([name]) => needed.has(name) || existsSync(join(OUT, 'node_modules', name)))
  const aliases = wantedNow.map(([name, { spec }]) => `${name}@npm:${spec}`)
  spawnSync('npm', ['install', ...flags, ...aliases], { stdio: ['ignore', 'ignore', 'inherit'], cwd: OUT })
}

/** The shared vectors; for the short form every eighth file of each folder. */
function collectFiles() {
  const root = process.env.COULIS_VECTORS ?? resolve(ROOT, '../shared/vectors')
  if (!existsSync(root)) return []
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.(json|log)$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
  const taken = form === 'long' ? paths : paths.filter((_, i) => i % 8 === 0)
  return taken.map(path => [relative(root, path), readFileSync(path).toString('base64')])
}

async function bundle() {
  const entries = {
    command: 'command.ts',
    page: 'browser/page.ts',
    worker: 'browser/worker.ts',
    edge: 'edge/worker.ts',
  }
  await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([k, v]) => [k, join(ROOT, 'test/runtimes', v)])),
    outdir: OUT,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    external: ['node:fs', './core.wasm'],
    target: 'es2022',
    logLevel: 'warning',
  })
  writeFileSync(join(OUT, 'command.mjs'), readFileSync(join(OUT, 'command.js')))
  await build({
    entryPoints: [join(ROOT, 'src/interpreter.ts')],
    outfile: join(OUT, 'interpreter.js'),
    bundle: true,
    format: 'esm',
    logLevel: 'warning',
  })
  copyFileSync(join(ROOT, 'core/core.wasm'), join(OUT, 'core.wasm'))
  copyFileSync(join(ROOT, 'test/runtimes/edge/config.capnp'), join(OUT, 'config.capnp'))
}

/** The flags that worker processes of the command line start with. */
async function startFlags() {
  const entry = join(ROOT, 'src/cli/sparing-flags.ts')
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  })
  return (await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)).START_FLAGS
}

const FLAGS = await startFlags()

function runCommand(name) {
  const [program, ...args] = PACKAGES[name].command(join(OUT, 'node_modules', PACKAGES[name].like ?? name))
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout?.match(/\d+\.\d+\.\d+/)?.[0] ?? ''
  if (/^node\d+$/.test(name)) {
    const worker = spawnSync(program, [...FLAGS, '-e', '0'], { encoding: 'utf8' })
    if (worker.status !== 0) return { version, error: `worker processes cannot start: ${worker.stderr}` }
  }
  const run = spawnSync(program, [...args, join(OUT, 'command.mjs'), join(OUT, 'files.json'), form], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 1_800_000,
  })
  if (run.status !== 0) return { version, error: (run.stderr || String(run.error)).slice(-2000) }
  return { version, ...JSON.parse(run.stdout) }
}

const TYPES = { js: 'text/javascript', html: 'text/html', css: 'text/css', json: 'application/json' }
/** wasm may be compiled, nothing else is loosened; and not even that. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'"
const STRICT_POLICY = "default-src 'self'"

function serve(policy) {
  const server = createServer((request, response) => {
    const name = request.url === '/' ? 'index.html' : request.url.slice(1)
    const file = [join(OUT, name), join(ROOT, 'test/runtimes/browser', name)].find(path => existsSync(path))
    if (file === undefined || name.includes('..')) return void response.writeHead(404).end()
    const type = TYPES[name.replace(/^.*\./, '')] ?? 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(readFileSync(file))
  })
  return new Promise(done => server.listen(0, '127.0.0.1', () => done(server)))
}

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

async function runBrowsers(names, report) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  if (!existsSync(executablePath)) {
    for (const name of names) report(name, { version: '', error: 'absent' })
    return
  }
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM_FLAGS })
  try {
    for (const name of names) {
      const { call, wasm } = BROWSERS[name]
      const server = await serve(wasm ? POLICY : STRICT_POLICY)
      const page = await browser.newPage()
      page.setDefaultTimeout(1_800_000)
      await page.goto(`http://127.0.0.1:${server.address().port}/`)
      const outcome = await page
        .evaluate(([call, form]) => window[call](form), [call, form])
        .catch(error => ({ error: String(error) }))
      report(name, { version: browser.version(), ...outcome })
      await page.close()
      server.close()
    }
  } finally {
    await browser.close()
  }
}

/** A port that was free a moment ago. */
function freePort() {
  return new Promise(done => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}

/** Serves a configuration in workerd and posts bytes to it; the answer's text, or an Error. */
async function askWorkerd(program, config, path, body) {
  const at = `127.0.0.1:${await freePort()}`
  const stdio = ['ignore', 'ignore', 'pipe']
  const server = spawn(program, ['serve', join(OUT, config), `--socket-addr=http=${at}`], { cwd: OUT, stdio })
  let said = ''
  server.stderr.on('data', data => {
    said += data
  })
  try {
    for (let attempt = 0; ; attempt++) {
      const options = { method: 'POST', body, signal: AbortSignal.timeout(1_800_000) }
      const response = await fetch(`http://${at}${path}`, options).catch(error => error)
      if (!(response instanceof Error)) {
        const text = await response.text()
        return response.ok ? text : new Error(`${text} ${said}`.slice(0, 2000))
      }
      const early = response.cause?.code === 'ECONNREFUSED' && attempt < 100 && server.exitCode === null
      if (!early) return new Error(`${response} ${said}`.slice(0, 2000))
      await new Promise(done => setTimeout(done, 100)) // it is starting
    }
  } finally {
    server.kill()
  }
}

/** The worker of docs/embedding.md, as it stands there. Undefined when it does what it should. */
async function tryDocs(program) {
  const [, worker] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/embedding.md'), 'utf8'))
  writeFileSync(join(OUT, 'docs.js'), worker)
  const config = readFileSync(join(OUT, 'config.capnp'), 'utf8')
    .replace(
      '(name = "edge.js", esModule = embed "edge.js")',
      '(name = "docs.js", esModule = embed "docs.js"),\n    (name = "coulis/interpreter", esModule = embed "interpreter.js")',
    )
    .replace('name = "core.wasm"', 'name = "coulis/core.wasm"')
  writeFileSync(join(OUT, 'docs.capnp'), config)
  const jump = Uint8Array.of(0, 0, 2, 50, 0, 1) // jump_ind r0, to 0: a panic, for one gas
  const answer = await askWorkerd(program, 'docs.capnp', '/', jump)
  return answer === '{"exit":1,"gas":"999999"}' ? undefined : `docs/embedding.md: the worker answers ${answer}`
}

async function runWorkerd() {
  const program = join(OUT, 'node_modules/workerd/bin/workerd')
  if (!existsSync(program)) return { version: '', error: 'absent' }
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout?.match(/[\d-]{8,}/)?.[0] ?? ''
  const started = performance.now()
  const answer = await askWorkerd(program, 'config.capnp', `/?form=${form}`, readFileSync(join(OUT, 'files.json')))
  if (answer instanceof Error) return { version, error: answer.message }
  const seconds = (performance.now() - started) / 1000
  const error = await tryDocs(program)
  return { version, seconds, ...JSON.parse(answer), ...(error && { error }) }
}

function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map(row => row[i].length)))
  const line = row => `| ${row.map((text, i) => text.padEnd(widths[i])).join(' | ')} |`
  return [line(rows[0]), `| ${widths.map(w => '-'.repeat(w)).join(' | ')} |`, ...rows.slice(1).map(line)].join('\n')
}

/** One digest per part: the value all runs agree on, or each value with who has it. */
function compare(results) {
  const parts = new Map()
  for (const [runtime, { engines = {} }] of results) {
    for (const [engine, all] of Object.entries(engines)) {
      for (const [part, result] of Object.entries(all)) {
        const entry = parts.get(part) ?? { digests: new Map(), result, engines: new Set() }
        const who = entry.digests.get(result.digest) ?? []
        entry.digests.set(result.digest, [...who, `${runtime} ${engine}`])
        entry.engines.add(engine)
        parts.set(part, entry)
      }
    }
  }
  return parts
}

mkdirSync(OUT, { recursive: true })
const names = Object.keys(PACKAGES).filter(wanted)
const workerd = Object.keys(WORKERD).filter(wanted)
const files = collectFiles()
if (files.length === 0) console.log('no shared vectors here: our own programs only')
install([...names, ...workerd])
await bundle()
writeFileSync(join(OUT, 'files.json'), JSON.stringify(files))

const results = new Map()
const problems = []
function report(name, result) {
  results.set(name, result)
  if (result.error !== undefined) {
    const absent = result.version === ''
    if (!(absent && options['allow-absent'].split(',').some(part => part !== '' && name.startsWith(part)))) {
      problems.push(`${name}: ${result.error}`)
    }
    return console.log(`${name}: ${absent ? 'absent' : 'failed'}`)
  }
  const has = Object.keys(result.engines).join(', ')
  if (has !== (RESTRICTED[name] ?? ALL)) problems.push(`${name}: has ${has}, expected ${RESTRICTED[name] ?? ALL}`)
  let passed = 0
  let failed = 0
  for (const [engine, parts] of Object.entries(result.engines)) {
    for (const [part, { misses, ...counts }] of Object.entries(parts)) {
      passed += counts.passed
      failed += counts.failed
      for (const miss of misses) problems.push(`${name} ${engine} ${part}: ${miss}`)
    }
  }
  console.log(`${name} ${result.version}: ${passed} passed, ${failed} failed, ${result.seconds.toFixed(1)} s`)
}
for (const name of names) report(name, runCommand(name))
for (const name of workerd) report(name, await runWorkerd())
const browsers = Object.keys(BROWSERS).filter(wanted)
if (browsers.length > 0) await runBrowsers(browsers, report)

const parts = compare(results)
for (const [part, { digests }] of parts) {
  if (digests.size > 1) {
    problems.push(`${part} differs: ${[...digests].map(([digest, who]) => `${digest} ${who.join(', ')}`).join(' | ')}`)
  }
}
const runs = [['runtime', 'version', 'engines', 'programs', 'seconds']]
for (const [name, { version, engines = {}, seconds, error }] of results) {
  const programs = Object.values(engines)
    .flatMap(all => Object.values(all))
    .reduce((sum, result) => sum + result.programs, 0)
  const what = error === undefined ? Object.keys(engines).join(', ') : 'not run'
  runs.push([name, version, what, `${programs}`, seconds?.toFixed(1) ?? ''])
}
const digests = [['part', 'programs', 'engines', 'digest, the same everywhere']]
for (const [part, { digests: found, result, engines }] of parts) {
  const digest = found.size === 1 ? `\`${[...found.keys()][0]}\`` : 'DIFFERS'
  digests.push([part, `${result.programs}`, [...engines].join(', '), digest])
}
const text = `${table(runs)}\n\n${table(digests)}\n`
console.log(`\n${text}`)
if (options.write !== undefined) {
  const head = `# Runtimes\n\nWritten by \`npm run runtimes -- --write ${options.write}\` (${form} form). Do not edit.\n\n`
  writeFileSync(join(ROOT, options.write), head + text)
}
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exit(1)
