// Draws who imports whom, folder by folder, as a table: a row imports what its columns name. What stands right of the diagonal goes
// upwards, against the order. Of the tree here, or of any commit. Not the rules: test/project/architecture.test.ts.
//
//   node scripts/imports.mjs FILE.svg [--at COMMIT]
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { parseArgs } from 'node:util'

const ROOT = join(import.meta.dirname, '..')
const { values, positionals } = parseArgs({ options: { at: { type: 'string' } }, allowPositionals: true })
if (positionals.length !== 1) throw new TypeError('usage: node scripts/imports.mjs FILE.svg [--at COMMIT]')
const git = (...words) => execFileSync('git', words, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 28 })
const names = values.at === undefined ? git('ls-files') : git('ls-tree', '-r', '--name-only', values.at)
const files = names.split('\n').filter(name => /^(src\/.*\.ts|core\/.*\.[ch])$/.test(name))
const textOf = name =>
  values.at === undefined ? readFileSync(join(ROOT, name), 'utf8') : git('show', `${values.at}:${name}`)

/** From the lowest to the highest. Folders that a tree does not have are left out. */
const ORDER = `
core core/isa core/gas core/machine core/interpreter core/recompiler core/lib core/hosts core/hash core/fuzz
src/isa src/blob src/program src/core src/verify
src/engine src/engine/machine src/engine/vm src/engine/reference src/engine/interpreter
src/engine/recompiler src/engine/recompiler/tiers src/engine/recompiler/runtime src/engine,on-top
src/hash src/host src/host/contract src/host/service src/host,on-top
src/trace src/inside src/conform src/compat src/fuzz src/cli src`
  .trim()
  .split(/\s+/)
  .map(name => name.replace(',on-top', ', on top'))
const DEEP = /^(src\/engine\/recompiler\/[^/]+|src\/(engine|host)\/[^/]+|core\/[^/]+)(?=\/)/

/** Files of a folder that has subfolders, which import from these: they stand on top of them. */
const onTop = new Set()

/** The folder that a file is counted in: subfolders of engine, host and core are folders of their own. */
function folderOf(name) {
  if (onTop.has(name)) return `${dirname(name)}, on top`
  const deep = DEEP.exec(name)?.[0]
  if (deep !== undefined) return deep
  const parts = name.split('/')
  return parts.length === 2 ? parts[0] : `${parts[0]}/${parts[1]}`
}

function importsOf(name) {
  const text = textOf(name)
  const pattern = name.endsWith('.ts')
    ? /^(?:import|export)\b[^'"`]*?\bfrom '(\.[^']+)'|^import '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm
    : /^#include "([^"]+)"/gm
  return [...text.matchAll(pattern)].map(match => normalize(join(dirname(name), match[1] ?? match[2] ?? match[3])))
}

const edges = new Map(files.map(name => [name, importsOf(name)]))
for (let before = -1; before < onTop.size; ) {
  before = onTop.size
  for (const [name, targets] of edges) {
    const folder = dirname(name)
    if (folder !== 'src/engine' && folder !== 'src/host') continue
    if (
      targets.some(
        target =>
          (onTop.has(target) && dirname(target) === folder) ||
          (target.startsWith(`${folder}/`) && dirname(target) !== folder),
      )
    )
      onTop.add(name)
  }
}

const counts = new Map()
const sizes = new Map()
for (const name of files) {
  const from = folderOf(name)
  sizes.set(from, (sizes.get(from) ?? 0) + 1)
  if (name === 'core/core.c') continue // it names all files of the library: the list, no part
  for (const target of edges.get(name)) {
    const key = `${from}|${folderOf(target)}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
}
const unknown = [...sizes.keys()].filter(folder => !ORDER.includes(folder))
if (unknown.length > 0) throw new Error(`no place in the order for ${unknown.join(', ')}`)
const folders = ORDER.filter(folder => sizes.has(folder))

const CELL = 26
const LEFT = 190
const TOP = 150
const width = LEFT + folders.length * CELL + 20
const height = TOP + folders.length * CELL + 20
const parts = []
let upwards = 0
for (const [row, from] of folders.entries()) {
  const y = TOP + row * CELL
  parts.push(`<text class="word" x="${LEFT - 8}" y="${y + 17}" text-anchor="end">${from} (${sizes.get(from)})</text>`)
  parts.push(
    `<text class="word" transform="translate(${LEFT + row * CELL + 17} ${TOP - 8}) rotate(-90)">${from}</text>`,
  )
  for (const [column, to] of folders.entries()) {
    const count = counts.get(`${from}|${to}`) ?? 0
    const x = LEFT + column * CELL
    const tone = row === column ? 'own' : count === 0 ? 'none' : column > row ? 'up' : 'down'
    if (tone === 'up') upwards += count
    parts.push(`<rect class="${tone}" x="${x}" y="${y}" width="${CELL - 1}" height="${CELL - 1}"/>`)
    if (count > 0)
      parts.push(`<text class="count" x="${x + CELL / 2}" y="${y + 17}" text-anchor="middle">${count}</text>`)
  }
}
const STYLE = `.page{fill:#fff}.word,.count{fill:#1f2328}.own{fill:#e6e8eb}.none{fill:#f6f8fa}.down{fill:#dafbe1}.up{fill:#ffb4ac}
text{font:13px system-ui,sans-serif}.count{font-size:11px}
@media(prefers-color-scheme:dark){.page{fill:#0d1117}.word,.count{fill:#e6edf3}.own{fill:#30363d}.none{fill:#161b22}.down{fill:#0f3d22}.up{fill:#7d2a24}}`
const title = `Who imports whom${values.at === undefined ? '' : ` at ${values.at}`}`
writeFileSync(
  positionals[0],
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"><title>${title}</title><style>${STYLE}</style><rect class="page" width="${width}" height="${height}"/>\n${parts.join('\n')}\n</svg>\n`,
)
console.log(`${files.length} files, ${folders.length} folders, ${upwards} imports upwards between folders`)
