// Plants bugs, one at a time, in a copy of the sources, and measures who catches them and how fast. Not a test: the suites
// and the fuzzer are what is tested here.
//
//   node scripts/plant.mjs [--only NAME] [--from 1] [--sample N] [--programs 40000] [--all] [--json] [--write FOLDER] [--check]
//
// The bugs are in plants/, by the place where they are: each is a search and replace in a source file. In a git worktree in build/plant, of what is committed, the
// core is rebuilt, then the fuzzer (`coulis fuzz`, one worker process) runs so many programs at most, and the suites where it finds
// nothing (--all: always). Programs are counted, not seconds, so that a busy machine catches the same bugs. --write keeps the
// programs that gave bugs away, made small, as files for test/golden/; --check only looks whether the sources still have the
// places to plant in; --sample takes every N-th bug. Exit code 1 when a bug was caught by neither, or has no place any more.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { BUGS } from './plants/index.mjs'

const ROOT = resolve(import.meta.dirname, '..')
const COPY = join(ROOT, 'build/plant')
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    from: { type: 'string', default: '1' },
    sample: { type: 'string', default: '1' },
    programs: { type: 'string', default: '40000' },
    write: { type: 'string' },
    check: { type: 'boolean' },
    all: { type: 'boolean' },
    json: { type: 'boolean' },
  },
})

function run(command, args, timeout = 3_600_000) {
  const started = performance.now()
  const env = { ...process.env, COULIS_VECTORS: process.env.COULIS_VECTORS ?? resolve(ROOT, '../shared/vectors') }
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: COPY, encoding: 'utf8', timeout, env })
  return { status, output: `${stdout}${stderr}`, seconds: (performance.now() - started) / 1000 }
}

const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' })

/** A fresh copy of what is committed. */
function prepare() {
  if (existsSync(COPY)) git('worktree', 'remove', '--force', COPY)
  git('worktree', 'add', '--detach', '--force', COPY, 'HEAD')
  symlinkSync(join(ROOT, 'node_modules'), join(COPY, 'node_modules'))
}

const FUZZ = [
  'dist/cli.js',
  'fuzz',
  '--json',
  '--stop-at-first',
  '--jobs',
  '1',
  '--seed',
  'plant',
  '--programs',
  options.programs,
]
const SUITES = [
  'test/engine/engines.test.ts',
  'test/fuzz/golden.test.ts',
  'test/runtimes',
  'test/hostile/hostile-guest.test.ts',
  'test/hostile/hostile-compile.test.ts',
]

/** The reproducer as a golden program: what the bug was about, and no expectations of an engine with a bug in it. */
function keep(bug, text) {
  const lines = text.split('\n').filter(line => !/^; |^;! expect /.test(line))
  mkdirSync(options.write, { recursive: true })
  const path = join(options.write, `planted-${bug.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.pvm`)
  writeFileSync(path, `; Gives away a bug planted by scripts/plant.mjs: ${bug.name}.\n${lines.join('\n')}`)
}

/** Bugs whose place is gone. */
function displaced(bugs) {
  return bugs.filter(bug => !readFileSync(join(ROOT, bug.file), 'utf8').includes(bug.search))
}

/** Whether the file goes into what `npm run core` makes: the core, or the recompiler's templates. */
function isBuilt(file) {
  return file === undefined || !file.startsWith('src/') || /\/(emit-memory|effects|helpers|pieces)\.ts$/.test(file)
}

/** Whether the test that has to see a bug does; and that it ran at all, and was not stopped. */
function inItsTest(bug) {
  const { output, seconds } = run('npx', ['--no-install', 'vitest', 'run', '--reporter=json', bug.test], 300_000)
  git('-C', COPY, 'checkout', '-q', '--', '.')
  const failed = /"numFailedTests":\s*(\d+)/.exec(output)?.[1]
  if (failed === undefined) throw new Error(`${bug.name}: ${bug.test} came to no end in ${seconds.toFixed(0)} s`)
  return { bug: bug.name, test: bug.test, suites: failed !== '0', failed }
}

/** Builds with one bug in it, or none, and asks who notices. */
function examine(bug) {
  if (bug !== undefined) {
    const path = join(COPY, bug.file)
    const text = readFileSync(path, 'utf8')
    const parts = text.split(bug.search)
    if (parts.length < 2) throw new Error(`${bug.name}: ${bug.file} has no '${bug.search}' any more`)
    writeFileSync(path, [parts[0], parts.slice(1).join(bug.search)].join(bug.replace))
  }
  for (const script of isBuilt(bug?.file) ? ['scripts/build-core.mjs'] : []) {
    const built = run('node', [script])
    if (built.status !== 0) throw new Error(`${bug?.name}: ${built.output}`)
  }
  if (bug?.test !== undefined) return inItsTest(bug)
  const built = run('node', ['scripts/build-cli.mjs'])
  if (built.status !== 0) throw new Error(`${bug?.name}: ${built.output}`)
  const fuzz = run('node', bug?.attack ? [...FUZZ, '--style', 'attack', '--no-verify'] : FUZZ)
  const lines = fuzz.output.split('\n')
  const line =
    lines.find(text => text.includes('"event":"difference"')) ?? lines.find(text => text.includes('"event":"done"'))
  const { programs = '?', found = fuzz.seconds, text } = line === undefined ? {} : JSON.parse(line)
  const differs = (fuzz.status === 1 && fuzz.output.includes('"event":"difference"')) || fuzz.status === 70 // an engine broke down
  if (fuzz.status !== 0 && !differs) throw new Error(`${bug?.name}: ${fuzz.output}`)
  if (text !== undefined && bug !== undefined && options.write !== undefined) keep(bug, text)
  const wanted = options.all || fuzz.status === 0
  const suites = wanted ? run('npx', ['--no-install', 'vitest', 'run', '--reporter=json', ...SUITES]) : undefined
  const failed = /"numFailedTests":\s*(\d+)/.exec(suites?.output ?? '')?.[1] ?? '?'
  if (bug !== undefined) git('-C', COPY, 'checkout', '-q', '--', '.')
  return {
    bug: bug?.name ?? 'none',
    fuzz: fuzz.status !== 0,
    fuzzSeconds: found,
    programs,
    suites: suites === undefined ? undefined : suites.status !== 0,
    failed,
  }
}

const bugs = BUGS.slice(Number(options.from) - 1).filter(
  ({ name }, i) => i % Number(options.sample) === 0 && (options.only === undefined || name.includes(options.only)),
)
const gone = displaced(bugs)
for (const { name, file, search } of gone) console.error(`${name}: ${file} has no '${search}' any more`)
if (gone.length > 0) process.exit(1)
if (options.check) {
  console.log(`${bugs.length} bugs have their place`)
  process.exit(0)
}
prepare()
const results = []
let missed = 0
try {
  for (const bug of options.all ? [undefined, ...bugs] : bugs) {
    const result = examine(bug)
    results.push(result)
    const { fuzz, fuzzSeconds, programs, suites, failed, test } = result
    const by =
      test !== undefined
        ? test
        : fuzz
          ? `fuzz after ${fuzzSeconds.toFixed(1)} s, ${programs} programs`
          : 'fuzz: not caught'
    const also =
      suites === undefined ? 'suites: not run' : suites ? `suites: ${failed} tests fail` : 'suites: not caught'
    console.log(options.json ? JSON.stringify(result) : `${result.bug}: ${by}; ${also}`)
    if (bug === undefined && (fuzz || suites)) throw new Error('something fails without a planted bug')
    if (bug !== undefined && !fuzz && !suites) missed += 1
  }
} finally {
  git('worktree', 'remove', '--force', COPY)
}
const planted = results.filter(({ bug }) => bug !== 'none').length
console.log(`${planted - missed} of ${planted} bugs caught`)
if (missed > 0) process.exit(1)
