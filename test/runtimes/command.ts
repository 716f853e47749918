// Runs the suite under Node, Deno or Bun and prints the result as JSON. Arguments: a file made by scripts/runtimes.mjs with
// the test files, the form. Not for browsers: see browser/.
import { readFileSync } from 'node:fs'
import { decodeFiles } from './files.ts'
import { runSuite } from './suite.ts'

const [path, form] = process.argv.slice(2)
const files = decodeFiles(readFileSync(path!, 'utf8'))
const started = performance.now()
const engines = runSuite({ files, form: form === 'long' ? 'long' : 'short' })
console.log(JSON.stringify({ engines, seconds: (performance.now() - started) / 1000 }))
