// What a host call costs in two builds of coulis beside each other: both in one process, in turn, many short runs, one process per
// figure and round. A neighbour that takes half of the processor takes it from both, which separate processes cannot say.
//   node bench/micro/host-calls-against.mjs OLD_DIST [NEW_DIST] [--engine auto] [--rounds 3] [--runs 60] [--only TEXT]
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CALLED } from '../lib/host-functions.mjs'
import { summary } from '../lib/measure.mjs'
import { DIST, entryOf } from '../lib/programs.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'auto' },
    rounds: { type: 'string', default: '3' },
    runs: { type: 'string', default: '60' },
    only: { type: 'string', default: '' },
    figure: { type: 'string' },
  },
})
const dists = [positionals[0], positionals[1] ?? DIST].map(dist => resolve(dist))

/** Turns of the loop in a run: some 2 ms. */
const TURNS = options.engine === 'reference' ? 2_000 : 60_000
const WARM_UP = 25

const loop = calls => `
    load_imm r4, ${TURNS}
    load_imm r8, 2
    load_imm r9, 3
    load_imm r10, 0x20000
    fallthrough
@loop:
    ${calls.map((_, i) => `ecalli ${i}`).join('\n    ')}
    add_imm_64 r4, r4, -1
    branch_ne_imm r4, 0, @loop
    jump_ind r0
`

/** Something that makes all calls of a run on a build, and returns the ns of one. */
async function caller(dist, side, name) {
  const coulis = await import(entryOf('index', dist))
  const calls = (await import(`../lib/host-functions.mjs?${side}`)).CALLED[name]
  const program = coulis.loadProgram(coulis.assemble(loop(calls)).bytes)
  const price = name.includes('price') ? 10 : 0
  const entries = calls.map((call, i) => ({ name: `measured ${i}`, price, call }))
  const host = { entry: index => entries[index] }
  const start = {
    regs: [0xffff0000n],
    gas: 10n ** 15n,
    host,
    pages: [{ address: 0x20000, length: 4096, access: 3 }],
  }
  const vm = coulis.createEngine({ kind: options.engine }).instantiate(program, start)
  return () => {
    vm.reset(start)
    const begun = performance.now()
    vm.run()
    const ms = performance.now() - begun
    if (vm.exit !== coulis.Exit.Halt) throw new Error(`${coulis.exitName(vm.exit)} instead of halt`)
    return (ms * 1e6) / (TURNS * calls.length)
  }
}

async function measure(name) {
  const sides = [await caller(dists[0], 'old', name), await caller(dists[1], 'new', name)]
  const times = [[], []]
  for (let i = 0; i < WARM_UP + Number(options.runs); i++) {
    for (const side of i % 2 === 0 ? [0, 1] : [1, 0]) {
      const ns = sides[side]()
      if (i >= WARM_UP) times[side].push(ns)
    }
  }
  return times
}

const shown = ([old, now]) => `${old.toFixed(2)} → ${now.toFixed(2)}`

if (options.figure !== undefined) console.log(JSON.stringify(await measure(options.figure)))
else {
  for (const name of Object.keys(CALLED)) {
    if (!name.includes(options.only)) continue
    const rounds = []
    for (let i = 0; i < Number(options.rounds); i++) {
      const own = [...process.execArgv, import.meta.filename ?? process.argv[1], ...dists, '--engine', options.engine]
      const text = execFileSync(process.execPath, [...own, '--runs', options.runs, '--figure', name], {
        encoding: 'utf8',
      })
      rounds.push(JSON.parse(text))
    }
    const least = [0, 1].map(side => Math.min(...rounds.map(round => summary(round[side]).min)))
    // Two runs that follow each other meet the same machine, so their ratio says more than the ratio of any two sums.
    const each = rounds.map(([old, now]) => summary(old.map((ns, i) => now[i] / ns)).median)
    const texts = each.map(ratio => ratio.toFixed(2)).join(' ')
    console.log(
      `${options.engine} ${name.padEnd(64)} ratio ${summary(each).median.toFixed(3)} of ${texts}, least ${shown(least)} ns`,
    )
  }
}
