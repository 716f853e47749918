// Repeats a run, takes its times, prints one JSON line per program. Every Node adapter goes through it.

import { cpuMs } from './clock.mjs'
import { mismatches, readProgram } from './programs.mjs'

/** Median, smallest and largest of some times in ms. */
export function summary(times) {
  const t = [...times].sort((a, b) => a - b)
  const half = t.length >> 1
  const median = t.length % 2 === 1 ? t[half] : (t[half - 1] + t[half]) / 2
  return { median, min: t[0], max: t[t.length - 1] }
}

/** Arguments without a value. */
const FLAGS = ['quick', 'counts', 'one', 'heat', 'write', 'add', 'quiet', 'draw']

/** The arguments every adapter takes: `--runs N --seconds S --name value file ...`. */
export function adapterArguments(argv = process.argv.slice(2)) {
  const options = { runs: 5, seconds: 10, warmup: 1 }
  const files = []
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]
    if (!arg.startsWith('--')) {
      files.push(arg)
      continue
    }
    if (FLAGS.includes(arg.slice(2))) {
      options[arg.slice(2)] = true
      continue
    }
    const value = argv[++i]
    if (value === undefined) throw new TypeError(`${arg} needs a value`)
    options[arg.slice(2)] = /^[\d.]+$/.test(value) ? Number(value) : value
  }
  return { ...options, files }
}

/**
 * Runs every file and prints its JSON line.
 *
 * @param {object} about engine, version, variant: what is measured, copied into the line
 * @param {(program, options) => Promise<{ instance(): { run(): object } }> | object} prepare
 *   makes the program ready once (setupMs.program); `instance()` makes a machine (setupMs.instance);
 *   `run()` is what is timed and answers { status, r7, r8, gasUsed }.
 */
export async function measureAll(about, prepare) {
  const options = adapterArguments()
  let failures = 0
  for (const file of options.files) {
    try {
      const line = await measure(readProgram(file), prepare, options)
      failures += line.ok ? 0 : 1
      console.log(JSON.stringify({ ...about, node: process.version, ...line }, bigintAsText))
    } catch (error) {
      failures++
      console.log(JSON.stringify({ ...about, node: process.version, file, ok: false, error: String(error) }))
    }
  }
  process.exitCode = failures > 0 ? 1 : 0
}

/**
 * A program of which only the first `gas` instructions run: slow engines say their speed in them as well. What is checked then is that
 * it ends for lack of gas and has used all of it. `part` is how much of the whole that is; undefined where all of it runs.
 */
export function partOf(program, gas) {
  const whole = program.expected.gasUsed
  if (!gas || whole === undefined || whole <= BigInt(gas)) return { program }
  const part = { ...program, gas: BigInt(gas), expected: { status: 'out-of-gas', gasUsed: BigInt(gas) } }
  return { program: part, part: gas / Number(whole) }
}

const bigintAsText = (_key, value) => (typeof value === 'bigint' ? value.toString() : value)

async function measure(whole, prepare, options) {
  const { program, part = 1 } = partOf(whole, options['most-gas'])
  const begun = cpuMs()
  const ready = await prepare(program, options)
  const programMs = cpuMs() - begun

  const times = []
  const wall = []
  const instances = []
  let first
  let outcome
  const started = performance.now()
  for (let i = 0; i < options.runs + options.warmup; i++) {
    if (times.length > 0 && performance.now() - started > options.seconds * 1000) break
    const a = cpuMs()
    const machine = await ready.instance()
    const wallBegun = performance.now()
    const b = cpuMs()
    outcome = machine.run()
    const c = cpuMs()
    const wallMs = performance.now() - wallBegun
    machine.dispose?.()
    first ??= c - b
    // A slow engine's warm-up counts as its only run: 30 s of anan-as show nothing new the second time.
    const slow = i < options.warmup && c - b > options.seconds * 1000
    if (i >= options.warmup || slow) {
      times.push(c - b)
      wall.push(wallMs)
      instances.push(b - a)
    }
    if (slow) break
  }
  const estimated = times => times.map(ms => ms / part)
  const differences = mismatches(program, outcome)
  return {
    program: program.name,
    runs: times.length,
    ...(part < 1 ? { part } : {}),
    ms: summary(estimated(times)),
    wallMs: summary(estimated(wall)),
    firstMs: first / part,
    setupMs: { program: programMs, instance: summary(instances).median },
    ...outcome,
    ok: differences.length === 0,
    mismatches: differences,
    ...(ready.stats?.() ?? {}),
  }
}
