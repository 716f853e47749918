// What machines cost that nobody disposes of, in a loop without a turn of the event loop, against the same ones disposed of: where
// only copying accessors were used, where registers were taken as a view, where memory was. Each in a process of its own, with a
// small heap and with a gigabyte that lives; with the address space that the process had in the end. Then what a node does, as a
// script: a service run over recorded traces, a machine for each, its registers kept as a view, 300 MB of live heap. Its pairs
// take turns at being first. What counts is the processor time of the whole script, as with a real one. That of its runs alone is
// beside it, and says more, because most of the script is the heap. `--only loop` or `--only script` measures one of them.
// `--pairs N` says how many pairs of the script.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cpuMs } from '../lib/clock.mjs'
import { coulis, engineKind, printFigure, programFrom, start, traceModule, traceTexts } from '../lib/figure.mjs'
import { adapterArguments, summary } from '../lib/measure.mjs'

const { only, pairs = 9 } = adapterArguments()

const MACHINES = engineKind === 'reference' ? 1000 : 10_000
const NODE_RUNS = 63
const WAYS = ['disposed', 'copied', 'registers', 'views']

/** Something that lives: objects of 100 bytes and more. */
function live(megabytes) {
  return Array.from({ length: megabytes * 8192 }, (_, i) => ({ i, text: `${i}`, list: [i, i + 1, i + 2] }))
}

/** A loop that fills four pages of its memory: 40,000 instructions. */
const LOOP = `
    load_imm r4, 0
    fallthrough
@loop:
    add_imm_64 r5, r4, 0x20000
    store_ind_u64 [r5], r4
    add_imm_64 r4, r4, 8
    branch_lt_u_imm r4, 0x4000, @loop
    jump_ind r0
`

const addressSpaceGiB = () =>
  Number(/VmSize:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? Number.NaN) / 2 ** 20

function useAndLeave(vm, way, into) {
  vm.run()
  if (vm.exit !== coulis.Exit.Halt) throw new Error(`${coulis.exitName(vm.exit)} instead of halt`)
  if (way === 'registers' && vm.regs[4] !== 0x4000n) throw new Error('another result')
  if (way === 'views' && vm.memory.view(0x21000, 8)[1] !== 16) throw new Error('another result')
  if (way === 'copied' || way === 'disposed') vm.memory.read(0x21000, into)
  if (way === 'disposed') vm.dispose()
}

function loop(way) {
  const engine = coulis.createEngine({ kind: engineKind })
  const program = programFrom(LOOP)
  const options = start({ pages: [{ address: 0x20000, length: 0x10000, access: coulis.Access.Write }] })
  const into = new Uint8Array(64)
  for (let i = 0; i < 200; i++) useAndLeave(engine.instantiate(program, options), 'disposed', into)
  const begun = cpuMs()
  for (let i = 0; i < MACHINES; i++) useAndLeave(engine.instantiate(program, options), way, into)
  return (cpuMs() - begun) / MACHINES
}

/** As a node does it: a machine for each run, never disposed of, its registers kept as a view. */
async function node(way) {
  const { parseTrace } = await traceModule()
  const traces = traceTexts()
    .slice(0, NODE_RUNS)
    .map(text => parseTrace(text))
  const engine = coulis.createEngine({ kind: engineKind })
  const programs = new Map()
  const begun = cpuMs()
  for (let i = 0; i < NODE_RUNS; i++) {
    const trace = traces[i % traces.length]
    const key = `${trace.program.length} ${trace.program.subarray(0, 64)}`
    if (!programs.has(key)) programs.set(key, coulis.loadProgram(trace.program))
    const args = trace.initial.find(w => w.address >= 0xfeff0000)?.bytes ?? new Uint8Array(0)
    const vm = engine.instantiate(programs.get(key), { args, entry: trace.pc ?? 5, gas: 20_000_000n, host: HOST })
    const kept = { regs: vm.regs }
    vm.run()
    if (kept.regs[0] === undefined) throw new Error('the view detached')
    if (way === 'disposed') vm.dispose()
    await undefined // a turn of promises, as a node has, none of the event loop
  }
  return cpuMs() - begun
}

/** Answers every call with 0, at the usual price. */
const ENTRY = {
  name: 'answer',
  price: 10,
  call: vm => {
    vm.regs[7] = 0n
  },
}
const HOST = { entry: () => ENTRY }

/** What a process of its own measures: a way, megabytes of live heap. */
const [mode, megabytes] = process.env.COULIS_DROPPED?.split(',') ?? []
if (mode !== undefined) {
  const kept = live(Number(megabytes))
  globalThis.gc() // what lives is old, and no collection of it is under way
  const cost = mode.startsWith('node ') ? await node(mode.slice(5)) : loop(mode)
  console.log(JSON.stringify({ cost, whole: cpuMs(), gib: addressSpaceGiB(), kept: kept.length }))
} else {
  const once = (way, heap) => {
    const flags = ['--max-old-space-size=8192', '--expose-gc', fileURLToPath(import.meta.url), '--engine', engineKind]
    const env = { ...process.env, COULIS_DROPPED: `${way},${heap}` }
    return JSON.parse(execFileSync(process.execPath, flags, { env, encoding: 'utf8' }))
  }
  const ratioOf = (way, base, heap, rounds) => {
    const ratios = []
    let gib = 0
    for (let round = 0; round < rounds; round++) {
      const against = once(base, heap).cost
      const measured = once(way, heap)
      ratios.push(measured.cost / against)
      gib = Math.max(gib, measured.gib)
    }
    return { ratio: summary(ratios).median, gib }
  }
  const MUST = { copied: 1.5, registers: 8, views: 8 }
  for (const heap of only === 'script' ? [] : [0, 1000]) {
    for (const way of WAYS.slice(1)) {
      const { ratio, gib } = ratioOf(way, 'disposed', heap, heap === 0 ? 3 : 1)
      const name = `dropped in a loop, ${way}, ${heap} MB of live heap`
      printFigure({
        name,
        value: ratio,
        unit: 'times disposed',
        must: MUST[way],
        note: `${gib.toFixed(0)} GiB of address space`,
      })
    }
  }
  if (only !== 'loop' && traceTexts() !== undefined) {
    const found = Array.from({ length: pairs }, (_, i) => {
      const first = i % 2 === 0 ? 'dropped' : 'disposed'
      const second = first === 'dropped' ? 'disposed' : 'dropped'
      return { [first]: once(`node ${first}`, 300), [second]: once(`node ${second}`, 300) }
    })
    // What comes before the runs is the same work in both and varies most: its median counts for both.
    const before = summary(found.flatMap(p => [p.dropped, p.disposed]).map(({ whole, cost }) => whole - cost)).median
    const logs = found.map(({ dropped, disposed }) => Math.log(dropped.cost / disposed.cost))
    const mean = logs.reduce((sum, x) => sum + x, 0) / pairs
    const error = Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (pairs - 1) / pairs)
    const disposed = summary(found.map(p => p.disposed.cost)).median
    const whole = runs => (before + disposed * runs) / (before + disposed)
    printFigure({
      name: 'a script that drops its machines, the whole of it',
      value: whole(Math.exp(mean)),
      unit: 'times disposed',
      must: 1.1,
      note:
        `its runs alone ${Math.exp(mean).toFixed(3)}, ${Math.exp(mean - 2 * error).toFixed(3)} to ${Math.exp(mean + 2 * error).toFixed(3)} ` +
        `(two standard errors, ${pairs} pairs; disposed ${disposed.toFixed(0)} ms, ${before.toFixed(0)} before them); ` +
        `${Math.max(...found.map(p => p.dropped.gib)).toFixed(0)} GiB of address space`,
    })
  }
}
