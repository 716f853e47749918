// Which tests hold which rule of the machine: test/project/rules.json has the rules by sections of the machine's reference and of the Gray
// Paper, each with tests that name it. Not the tests, and not the texts.
//
//   node scripts/rules.mjs            rules without a test; exit code 1 if there are any
//   node scripts/rules.mjs A.18       rules whose section or words have this, with their tests
//   node scripts/rules.mjs all        all of them
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const ROOT = join(import.meta.dirname, '..')

/** The rules, and the sections that have none. */
export function readRules(file = join(ROOT, 'test/project/rules.json')) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** Whether a test of that name is in the file: a test, a group, or what makes them, behind a quotation mark. */
export function hasTest({ file, name }, root = ROOT) {
  const path = join(root, file)
  if (!existsSync(path)) return false
  const text = readFileSync(path, 'utf8')
  if (/^(describe|it)\(/.test(name)) return text.includes(name)
  return ["'", '"', '`'].some(quote => text.includes(quote + name))
}

/** Rules that no test names, or whose tests there are not, as lines. */
export function missing({ rules }, root = ROOT) {
  return rules.flatMap(({ id, paper, rule, tests }) => {
    if (tests.length === 0) return [`${id} (${paper}): ${rule}: no test`]
    return tests
      .filter(test => !hasTest(test, root))
      .map(({ file, name }) => `${id} (${paper}): no "${name}" in ${file}`)
  })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [wanted] = process.argv.slice(2)
  const all = readRules()
  if (wanted === undefined) {
    const lines = missing(all)
    for (const line of lines) console.log(line)
    console.log(`${all.rules.length} rules, ${lines.length} without their test`)
    process.exitCode = lines.length > 0 ? 1 : 0
  } else {
    const has = text => text.toLowerCase().includes(wanted.toLowerCase())
    const found = all.rules.filter(({ id, paper, rule }) => wanted === 'all' || has(id) || has(paper) || has(rule))
    for (const { id, paper, rule, tests } of found) {
      console.log(`${id} (${paper}): ${rule}`)
      for (const { file, name } of tests) console.log(`    ${file}: ${name}`)
    }
    if (found.length === 0) {
      console.error(`no rule has ${wanted}`)
      process.exitCode = 1
    }
  }
}
