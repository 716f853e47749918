// Keeps the documents' examples true. Runs every command of a ```console block and puts what it prints below it; runs every
// ```ts block that imports from 'coulis' and compares what it prints with its `// → ` comments.
//
//   node scripts/readme.mjs           renews the console blocks
//   node scripts/readme.mjs --check   fails where they are not what the commands print (times aside)
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { ENTRIES } from './entries.mjs'

const root = join(import.meta.dirname, '..')
const check = process.argv.includes('--check')
const vectors = process.env.COULIS_VECTORS ?? join(root, '../shared/vectors')
const problems = []

/** Output without what differs from run to run. */
function stable(text) {
  return text.replace(/\d+\.\d ms/g, '# ms')
}

/** The arguments of a command line; only double quotes. */
function split(command) {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(match => match[1] ?? match[2])
}

/** What `npx coulis …` prints, both streams; undefined when it needs the shared vectors and they are not there. */
function output(command) {
  const args = split(command)
  if (args[0] !== 'npx' || args[1] !== 'coulis') return undefined
  if (args.some(arg => arg.includes('shared/vectors')) && !existsSync(vectors)) return undefined
  const given = args.slice(2).map(arg => arg.replace('../shared/vectors', vectors))
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli.js'), ...given], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
  })
  return `${stdout}${stderr}`.replaceAll(vectors, '../shared/vectors').replace(/\n$/, '')
}

function renew(file, block) {
  const commands = block.split(/^(?=\$ )/m)
  return commands
    .map(text => {
      if (!text.startsWith('$ ')) return text
      const [line, ...old] = text.replace(/\n$/, '').split('\n')
      const [command, head] = line.slice(2).split(/ +\| head -/)
      let now = output(command)
      if (now === undefined) return text
      if (head !== undefined) now = now.split('\n').slice(0, Number(head)).join('\n')
      const before = old.join('\n')
      if (stable(before).trimEnd() === stable(now).trimEnd()) return text
      if (check)
        problems.push(
          `${file}: ${line}\n  is   ${stable(now).replaceAll('\n', '\n       ')}\n  says ${stable(before).replaceAll('\n', '\n       ')}`,
        )
      const space = before.endsWith('\n') ? '\n' : ''
      return now === '' ? `${line}\n${space}` : `${line}\n${now}\n${space}`
    })
    .join('')
}

async function runCode(file, code, index) {
  const folder = join(root, 'build/readme')
  mkdirSync(folder, { recursive: true })
  const source = join(folder, `${file.replace(/\W/g, '-')}-${index}.ts`)
  const bundle = source.replace(/ts$/, 'mjs')
  writeFileSync(source, code)
  const alias = Object.fromEntries(ENTRIES.map(({ specifier, source }) => [specifier, join(root, 'src', source)]))
  await build({
    entryPoints: [source],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    alias,
    logLevel: 'error',
  })
  const { stdout, stderr, status } = spawnSync(process.execPath, [bundle], { cwd: root })
  const printed = stdout.toString().trimEnd()
  const expected = [...code.matchAll(/\/\/ → (.*)$/gm)].map(match => match[1]).join('\n')
  if (status !== 0) problems.push(`${file}, code block ${index}: ${stderr}`)
  else if (printed !== expected) problems.push(`${file}, code block ${index}: prints\n${printed}\n  says\n${expected}`)
}

const docs = readdirSync(join(root, 'docs'), { recursive: true }).filter(name => name.endsWith('.md'))
for (const file of ['README.md', ...docs.map(name => `docs/${name}`)]) {
  const path = join(root, file)
  const text = readFileSync(path, 'utf8')
  const now = text.replace(
    /(^```console\n)([\s\S]*?)(^```$)/gm,
    (_, open, block, close) => open + renew(file, block) + close,
  )
  if (now !== text && !check) {
    writeFileSync(path, now)
    console.log(`${file}: renewed`)
  }
  let index = 0
  for (const [, code] of text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
    if (/from 'coulis[/'\w]*'/.test(code) && code.includes('// → ')) await runCode(file, code, ++index)
  }
}
rmSync(join(root, 'build/readme'), { recursive: true, force: true })
rmSync(join(root, 'counter.log'), { force: true }) // docs/debugging.md records a run

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exit(1)
