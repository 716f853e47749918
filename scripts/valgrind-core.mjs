// The native core under valgrind's memcheck: reads of what was never written, which the address sanitizer does not see, and
// leaks. Needs gcc and valgrind; by hand, not in CI, because it is some 30 times slower.
//
//   node scripts/valgrind-core.mjs [--cases 60]
//
// Runs test/native/misuse.c, and test/native/runner.c on random programs (test/native/cases.ts), once with memory of its own
// and once with borrowed memory. Exit code 1 when memcheck reports anything.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const ROOT = resolve(import.meta.dirname, '..')
const OUT = join(ROOT, 'build/valgrind')
const { values: options } = parseArgs({ options: { cases: { type: 'string', default: '60' } } })
const FLAGS = ['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', `-I${join(ROOT, 'core')}`]
const MEMCHECK = ['--error-exitcode=9', '--leak-check=full', '--show-leak-kinds=all', '--errors-for-leak-kinds=all']

mkdirSync(OUT, { recursive: true })
const cases = join(OUT, 'cases.mjs')
await build({
  entryPoints: [join(ROOT, 'test/native/cases.ts')],
  outfile: cases,
  bundle: true,
  platform: 'node',
  format: 'esm',
})
const { encodeCases, randomCases } = await import(pathToFileURL(cases).href)
const input = join(OUT, 'cases.bin')
writeFileSync(input, encodeCases(randomCases('valgrind', Number(options.cases))))

function check(name, stdin) {
  const program = join(OUT, name)
  const sources = [join(ROOT, `test/native/${name}.c`), join(ROOT, 'core/core.c')]
  execFileSync('gcc', [...FLAGS, '-o', program, ...sources], { stdio: 'inherit' })
  const started = performance.now()
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', `valgrind ${MEMCHECK.join(' ')} ${program} < ${stdin} > ${OUT}/${name}.out`],
    {
      encoding: 'utf8',
    },
  )
  const summary = stderr.split('\n').filter(line => /ERROR SUMMARY|total heap usage|no leaks/.test(line))
  console.log(`${name}: exit code ${status}, ${((performance.now() - started) / 1000).toFixed(0)} s`)
  for (const line of summary) console.log(`  ${line.replace(/^==\d+== +/, '')}`)
  if (status !== 0) {
    console.error(stderr)
    process.exitCode = 1
  }
}

check('misuse', '/dev/null')
check('runner', input)
