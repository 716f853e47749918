// What must and what should hold of the programs' times, computed from one benchmark record. Tables are report.mjs's.

import { BY_CODE_ONLY, prototypeRatio } from './prototype.mjs'

/** The C core built by clang -O2 (bench/engines/core-native.c). */
const NATIVE_CORE = 'core-native'

/** The twelve programs that stand against PolkaVM's recompiler. */
export const TWELVE = [
  'alu64',
  'alu32',
  'divrem',
  'collatz',
  'blake2b',
  'dispatch',
  'ecalli',
  'sieve',
  'matmul',
  'memcpy64',
  'memcpy8',
  'fib33',
]

export function geometricMean(values) {
  return values.length === 0 ? Number.NaN : Math.exp(values.reduce((s, v) => s + Math.log(v), 0) / values.length)
}

/** The line of one program on one opponent. */
export function cell(record, suite, program, opponent) {
  return record.results.find(r => r.suite === suite && r.program === program && r.opponent === opponent)
}

/** Instructions of a program: the gas any opponent that metered it has used. */
export function gasOf(record, suite, program) {
  const line = record.results.find(r => r.suite === suite && r.program === program && r.gasUsed && r.part === undefined)
  return line === undefined ? undefined : Number(line.gasUsed)
}

const STRAIGHT = ['alu64', 'alu32', 'sieve', 'memcpy64', 'memcpy8', 'matmul', 'blake2b', 'sha256']
const BRANCHY = ['collatz', 'dispatch', 'fib33', 'fib', 'quicksort', 'fnptr', 'bytecode', 'hashmap']
/** Workloads that are loops and nothing else. */
const LOOPS = ['sieve', 'sha256', 'blake2b', 'bytecode']

/** What issues 3 and 5 ask of the programs' times: [engine, figures of an opponent of that engine]. */
const GOALS = {
  interpreter: (record, id) => {
    const speed = names => geometricMean(speeds(record, id, names))
    const native = [...ratios(record, 'micro', id, NATIVE_CORE), ...ratios(record, 'workloads', id, NATIVE_CORE)]
    return [
      {
        name: 'straight loops, geometric mean',
        value: speed(STRAIGHT),
        unit: 'M/s',
        must: 750,
        goal: 850,
        atLeast: true,
      },
      {
        name: 'calls and branches, geometric mean',
        value: speed(BRANCHY),
        unit: 'M/s',
        must: 500,
        goal: 600,
        atLeast: true,
      },
      {
        name: 'time ÷ the same core built natively by clang, geometric mean',
        value: geometricMean(native.map(r => r.ratio)),
        unit: '×',
        goal: 1.1,
      },
    ]
  },
  recompiler: (record, id) => {
    const native = ratios(record, 'workloads', id, 'native')
    const worst = names => Math.max(...native.filter(r => names.includes(r.program)).map(r => r.ratio))
    const polkavm = ratios(record, 'micro', id, 'polkavm-generic-gas').filter(r => TWELVE.includes(r.program))
    const all = list => geometricMean(list.map(r => r.ratio))
    return [
      { name: 'loops ÷ native, slowest', value: worst(LOOPS), unit: '×', must: 2.2, goal: 2.1 },
      { name: 'quicksort ÷ native', value: worst(['quicksort']), unit: '×', must: 1.5 },
      { name: 'recursive fib ÷ native', value: worst(['fib']), unit: '×', must: 3.9 },
      { name: 'workloads ÷ native, geometric mean', value: all(native), unit: '×', must: 1.9, goal: 1.6 },
      { name: 'memcpy ÷ native', value: worst(['memcpy']), unit: '×', must: 2.2, goal: 1.5 },
      {
        name: 'fnptr and bytecode ÷ native, slower',
        value: worst(['fnptr', 'bytecode']),
        unit: '×',
        must: 2.4,
        goal: 2,
      },
      {
        name: 'twelve ÷ PolkaVM recompiler with gas, geometric mean',
        value: all(polkavm),
        unit: '×',
        must: 0.9,
        goal: 0.75,
      },
      besidePrototype(polkavm),
      {
        name: 'twelve ÷ PolkaVM, slowest',
        value: Math.max(...polkavm.map(r => r.ratio)),
        unit: '×',
        must: 1.3,
        goal: 1,
      },
    ]
  },
  auto: (record, id) => {
    const core = id.replace('auto', 'interpreter')
    const both = [...ratios(record, 'micro', id, core), ...ratios(record, 'workloads', id, core)]
    const none = { ratio: Number.NEGATIVE_INFINITY, program: '' }
    const { ratio, program } = both.reduce((a, b) => (b.ratio > a.ratio ? b : a), none)
    // First runs are micro/first-runs.mjs.
    const warm = { name: `auto ÷ interpreter, warm, slowest (${program})`, value: ratio, unit: '×', must: 1.05 }
    return [warm, ...GOALS.recompiler(record, id)]
  },
}

/**
 * The program that lost most against the prototype: times of both as multiples of PolkaVM's on the same machine. Where that
 * is no measure of the machine, micro/prototype-code.mjs compares the code.
 */
function besidePrototype(polkavm) {
  const list = polkavm
    .filter(r => r.program !== BY_CODE_ONLY)
    .map(r => ({ program: r.program, ratio: r.ratio / prototypeRatio(r.program) }))
  const none = { ratio: Number.NEGATIVE_INFINITY, program: '' }
  const { ratio, program } = list.reduce((a, b) => (b.ratio > a.ratio ? b : a), none)
  const name = `eleven ÷ prototype, both as multiples of PolkaVM, slowest (${program})`
  return { name, value: ratio, unit: '×', must: 1 }
}

/** How many times faster than anan-as on the same Node: geometric mean over the small programs that compute. */
function besideAnanAs(record, id) {
  const list = ratios(record, 'micro', id, id.replace(/^coulis-\w+-/, 'anan-as-')).filter(r =>
    TWELVE.includes(r.program),
  )
  return {
    name: 'twelve, times faster than anan-as nSteps',
    value: 1 / geometricMean(list.map(r => r.ratio)),
    unit: '×',
  }
}

export function goals(record) {
  return record.opponents.flatMap(o => {
    const engine = /^coulis-(\w+)-/.exec(o.id)?.[1]
    const list = engine === undefined ? [] : [...GOALS[engine](record, o.id), besideAnanAs(record, o.id)]
    return list.filter(f => Number.isFinite(f.value)).map(f => ({ ...f, on: o.label }))
  })
}

function speeds(record, opponent, names) {
  return record.results.flatMap(r => {
    const gas = gasOf(record, r.suite, r.program)
    const wanted = r.opponent === opponent && r.ok && names.includes(r.program) && gas !== undefined
    return wanted ? [gas / r.ms.min / 1e3] : []
  })
}

/** Best time of one opponent over another's, by program. */
function ratios(record, suite, opponent, baseline) {
  const programs = [...new Set(record.results.filter(r => r.suite === suite).map(r => r.program))]
  return programs.flatMap(program => {
    const a = cell(record, suite, program, opponent)
    const b = cell(record, suite, program, baseline)
    return a?.ok && b?.ok ? [{ program, ratio: a.ms.min / b.ms.min }] : []
  })
}
