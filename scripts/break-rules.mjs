// Breaks rules, one at a time, in a copy of the sources, and looks whether tests turn red. Not the rules: host-mutants.mjs has those of
// the service host, format-mutants.mjs those of formats and of PolkaVM.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const ROOT = resolve(import.meta.dirname, '..')
/** What tests need of the project. */
const NEEDED = ['core', 'src', 'test', 'docs', 'scripts', 'examples', 'package.json', 'vitest.config.ts']
/** How long a command may take. A mutant may go round for ever. */
const MOST_MS = 240_000

function patch(text, search, replace) {
  const parts = text.split(search)
  return parts.length < 2 ? undefined : parts[0] + replace + parts.slice(1).join(search)
}

/** Whether the command ends well; the whole group of processes ends with it. */
function passes(cwd, command, args) {
  return new Promise(resolve => {
    const run = spawn(command, args, { cwd, stdio: 'ignore', detached: true })
    const end = () => {
      try {
        process.kill(-run.pid, 'SIGKILL')
      } catch {} // all of them have ended
    }
    const timer = setTimeout(end, MOST_MS)
    run.once('close', code => {
      clearTimeout(timer)
      end()
      resolve(code === 0)
    })
  })
}

function copyTo(copy) {
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  for (const name of readdirSync(ROOT)) {
    if (NEEDED.includes(name) || name.startsWith('tsconfig'))
      cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
}

/**
 * Breaks each rule and ends the process: with 1 when a rule was not noticed, or has no place any more.
 *
 * @param rules what is broken, in which file of `folder`, what is looked for, what it becomes.
 * @param tests runs of vitest, of which one has to notice; what changes the core builds it first.
 */
export async function breakRules({ of, copy: name, folder, rules, tests }) {
  const { values: options } = parseArgs({ options: { only: { type: 'string' }, check: { type: 'boolean' } } })
  let missing = 0
  for (const [rule, file, search, replace] of rules) {
    if (patch(readFileSync(join(ROOT, folder, file), 'utf8'), search, replace) !== undefined) continue
    console.log(`no place any more: ${rule} (${file})`)
    missing += 1
  }
  if (options.check) {
    console.log(`${rules.length} rules of ${of}, ${missing} without a place`)
    process.exit(missing > 0 ? 1 : 0)
  }
  const copy = join(ROOT, name)
  copyTo(copy)
  const wanted = rules.filter(([rule]) => rule.includes(options.only ?? ''))
  const passesAll = async () => {
    for (const args of tests) if (!(await passes(copy, 'npx', ['vitest', 'run', '--bail', '1', ...args]))) return false
    return true
  }
  if (!(await passesAll())) throw new Error('the tests fail as they are')
  const unnoticed = []
  for (const [rule, file, search, replace] of wanted) {
    const path = join(copy, folder, file)
    const text = readFileSync(path, 'utf8')
    const wrong = patch(text, search, replace)
    if (wrong === undefined) continue
    const isCore = join(folder, file).startsWith('core')
    writeFileSync(path, wrong)
    // What does not build shows nothing: it counts as unnoticed.
    const builds = !isCore || (await passes(copy, 'node', ['scripts/build-core.mjs']))
    const isRed = builds && !(await passesAll())
    writeFileSync(path, text)
    if (isCore)
      for (const made of ['core/core.wasm', 'src/core']) cpSync(join(ROOT, made), join(copy, made), { recursive: true })
    if (!isRed) unnoticed.push(rule)
    console.log(`${isRed ? 'red     ' : builds ? 'UNNOTICED' : 'NO BUILD'} ${rule}`)
  }
  console.log(`${wanted.length} rules of ${of} broken, ${unnoticed.length} unnoticed, ${missing} without a place`)
  process.exit(unnoticed.length + missing > 0 ? 1 : 0)
}
