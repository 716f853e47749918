// The entries of the package: the file of each in dist/lib/, and the source in src/ that it is made of.
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..')
/** Folders of src/ that are an entry as a whole. */
const FOLDERS = ['host', 'isa', 'trace', 'conform', 'inside']
/** Entries that are files of src/ itself. */
const FILES = ['index', 'interpreter']

function sourceOf(name) {
  if (FOLDERS.includes(name)) return `${name}/index.ts`
  return FILES.includes(name) ? `${name}.ts` : `compat/${name}.ts`
}

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** All entries that are code: what a client imports, the name of its file in dist/lib/, its source in src/. */
export const ENTRIES = Object.entries(exports).flatMap(([path, target]) => {
  if (typeof target === 'string') return []
  const name = basename(target.default, '.js')
  return [{ specifier: `coulis${path.slice(1)}`, name, source: sourceOf(name) }]
})
