// Which test files can tell where they run: those that start processes, look at the environment, or are skipped without
// something (vectors, peers, tools). Prints them. Not a run of them: .ci/run, step bare.
//
//   node scripts/bare-tests.mjs [--others]
//
// All other files see the sources and node_modules only, so they say the same in every clone of a commit; --others prints those.
// A file counts with all that it imports from test/ and scripts/. In doubt it can tell.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const TELLS =
  /child_process|worker_threads|node:(http|net|os)\b|process\.(env|platform|version|cwd)|existsSync|skipIf|runIf|\.skip\(|vectors|peers|shared\//

const known = new Map()

/** Whether a file, or one that it imports, can tell. */
function canTell(file) {
  if (known.has(file)) return known.get(file)
  known.set(file, false) // what imports it back asks for it already
  const text = readFileSync(file, 'utf8')
  const imported = [...text.matchAll(/(?:from|import|import\()\s*['"](\.[^'"]+)['"]/g)]
    .map(([, path]) => resolve(dirname(file), path))
    .filter(path => /\.(ts|mjs|js)$/.test(path) && existsSync(path) && !path.startsWith(join(ROOT, 'src')))
  const answer = TELLS.test(text) || imported.map(canTell).includes(true)
  known.set(file, answer)
  return answer
}

const files = readdirSync(join(ROOT, 'test'), { recursive: true })
  .filter(name => name.endsWith('.test.ts') && !name.includes('node_modules'))
  .map(name => join(ROOT, 'test', name))
  .sort()
const others = process.argv.includes('--others')
for (const file of files) {
  known.clear() // a circle is answered for the file that is asked about, not for those on it
  if (canTell(file) !== others) console.log(relative(ROOT, file))
}
