// How exactly `run({ maxMs })` stops an endless guest: how long it takes beyond what was asked for, by kind of guest and engine,
// each in processes of their own too: `--cold N [engine [guest]]`, N processes for each, one run in each, all of them in turn, and a
// loop of JavaScript that looks at the clock beside them, which shows what the machine itself makes late. `--raw` prints every
// time. And what `step(n)` and portions of gas cost beside `run`, in turn in one process (`--speed`).
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { manyFunctions } from '../lib/late-guests.mjs'
import { DIST } from '../lib/programs.mjs'

const coulis = await import(join(DIST, 'index.js'))
const { createHost, createInnerMachines } = await import(join(DIST, 'host/index.js'))
const programFrom = text => coulis.loadProgram(coulis.assemble(text).bytes)

const MS = 10
const CONTROL = 'JavaScript, no machine'
/** What the inner machines run: a loop without an end. */
const CHILD = coulis.assemble('@loop:\nadd_imm_64 r7, r7, 1\njump @loop', { format: 'raw' }).bytes
const GUESTS = {
  loop: '@loop:\nadd_imm_64 r7, r7, 1\nxor r8, r8, r7\nmul_64 r9, r8, r7\njump @loop',
  'new pages': `load_imm r8, 0x7f000000
    sbrk r9, r8
    fallthrough\n@again:\nmove_reg r7, r9
    fallthrough\n@loop:\nstore_ind_u8 r8, [r7]\nadd_imm_64 r7, r7, 4096\nbranch_lt_u_imm r7, 0x70000000, @loop\njump @again`,
  sbrk: 'load_imm r8, 1\nfallthrough\n@loop:\nsbrk r7, r8\njump @loop',
  'sbrk of much': 'load_imm r8, 0x1000000\nfallthrough\n@loop:\nsbrk r7, r8\njump @loop',
  'host calls': '@loop:\necalli 1\njump @loop',
  'many functions': manyFunctions(400),
  'sorting memory': `load_imm r8, 0x200000
    sbrk r9, r8
    fallthrough\n@again:\nmove_reg r7, r9\nload_imm r10, 0
    fallthrough\n@pass:\nload_ind_u64 r2, [r7]\nload_ind_u64 r3, [r7 + 8]\nmul_imm_64 r2, r2, 31\nadd_64 r2, r2, r10
    branch_lt_u r2, r3, @next\nstore_ind_u64 r3, [r7]\nstore_ind_u64 r2, [r7 + 8]
    fallthrough\n@next:\nadd_imm_64 r7, r7, 8\nadd_imm_64 r10, r10, 1\nbranch_lt_u_imm r10, 0x3fff0, @pass\njump @again`,
  'child machines': `@loop:\nload_imm r7, 0x20000\nload_imm r8, ${CHILD.length}\nload_imm r9, 0\necalli 8
    load_imm r2, 0x3fffffff\nstore_u64 r2, [0x21000]\nload_imm r8, 0x21000\nmove_reg r11, r7\necalli 12
    move_reg r7, r11\necalli 13\njump @loop`,
  'an endless child': `load_imm r7, 0x20000\nload_imm r8, ${CHILD.length}\nload_imm r9, 0\necalli 8\nmove_reg r11, r7
    fallthrough\n@loop:\nload_imm_64 r2, 0x3fffffffffffff\nstore_u64 r2, [0x21000]\nload_imm r8, 0x21000\nmove_reg r7, r11\necalli 12\njump @loop`,
  'slow host calls': '@loop:\necalli 2\njump @loop',
  'fast, then new pages': `load_imm r8, 0x7f000000
    sbrk r9, r8
    fallthrough\n@again:\nmove_reg r7, r9\nload_imm r10, 0x100000
    fallthrough\n@fast:\nadd_imm_64 r10, r10, -1\nbranch_ne_imm r10, 0, @fast
    fallthrough\n@loop:\nstore_ind_u8 r8, [r7]\nadd_imm_64 r7, r7, 4096\nbranch_lt_u_imm r7, 0x70000000, @loop\njump @again`,
}
const spin = ms => {
  for (const until = performance.now() + ms; performance.now() < until; );
}
const entries = [
  undefined,
  { name: 'fast', price: 10, call: () => undefined },
  { name: 'slow', price: 10, call: () => spin(0.5) },
]

function machine(kind, text) {
  const children = text.includes('ecalli 12') ? createInnerMachines({ kind }) : undefined
  const options = {
    host: children === undefined ? { entry: index => entries[index] } : createHost(children.handlers),
    pages: [{ address: 0x20000, length: 0x2000, access: coulis.Access.Write }],
    memory: [{ address: 0x20000, bytes: CHILD }],
    gas: 2n ** 62n,
    heap: { start: 0x40000, limit: 0x80000000 },
  }
  return coulis.createEngine({ kind }).instantiate(programFrom(text), options)
}

function late(vm) {
  const begun = performance.now()
  const exit = vm.run({ maxMs: MS })
  const took = performance.now() - begun
  if (exit !== coulis.Exit.Paused) throw new Error(`${coulis.exitName(exit)} instead of paused`)
  return took
}

const [mode, ...rest] = process.argv.slice(2)
const print = (what, times) => {
  times.sort((a, b) => a - b)
  const at = share => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(2)
  console.log(`${what.padEnd(36)} median ${at(0.5)}  99 % ${at(0.99)}  most ${at(1)} ms  (${times.length} runs)`)
}
const ENGINES = ['auto', 'recompiler', 'interpreter', 'reference']

/** Times in processes of their own, of every pair of an engine and a guest, in turn. */
function coldTimes(count, engines, guests, isRaw) {
  const times = new Map()
  for (let i = 0; i < count; i++) {
    for (const [engine, guest] of [
      ...engines.flatMap(kind => guests.map(name => [kind, name])),
      ['no engine', CONTROL],
    ]) {
      const args = [fileURLToPath(import.meta.url), '--one', engine, guest]
      const ms = Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))
      const what = `${engine}, ${guest}, cold`
      if (isRaw) console.log(`${what}\t${ms.toFixed(2)}`)
      times.set(what, [...(times.get(what) ?? []), ms])
    }
  }
  return times
}

if (mode === '--one') {
  const [engine, guest] = rest
  const begun = performance.now()
  if (guest === CONTROL) spin(MS)
  console.log(guest === CONTROL ? performance.now() - begun : late(machine(engine, GUESTS[guest])))
} else if (mode === '--cold') {
  const [count = '10', engine, guest] = rest.filter(argument => argument !== '--raw')
  const engines = engine === undefined ? ENGINES : engine.split(',')
  const isRaw = rest.includes('--raw')
  const times = coldTimes(Number(count), engines, guest?.split(',') ?? Object.keys(GUESTS), isRaw)
  if (!isRaw) for (const [what, list] of times) print(what, list)
} else if (mode === '--speed') {
  const text = GUESTS.loop
  for (const kind of ['auto', 'recompiler', 'interpreter']) {
    const vm = machine(kind, text)
    const ways = {
      run: total => {
        vm.gas = BigInt(total)
        vm.run()
      },
      'step(1e6)': total => {
        vm.gas = 2n ** 62n
        for (let i = 0; i < total; i += 1e6) vm.step(1e6)
      },
      'run({ maxGas: 1e6 })': total => {
        vm.gas = 2n ** 62n
        for (let i = 0; i < total; i += 1e6) vm.run({ maxGas: 1_000_000n })
      },
      'run({ maxMs })': total => {
        vm.gas = BigInt(total)
        vm.run({ maxMs: 1e9 })
      },
    }
    const best = {}
    const total = kind === 'interpreter' ? 1e8 : 4e8
    for (let round = 0; round < 9; round++) {
      for (const [name, way] of Object.entries(ways)) {
        const begun = performance.now()
        way(total)
        best[name] = Math.min(best[name] ?? Infinity, performance.now() - begun)
      }
    }
    for (const [name, ms] of Object.entries(best)) {
      console.log(
        `${kind.padEnd(12)} ${name.padEnd(22)} ${(total / ms / 1000).toFixed(0).padStart(6)} M/s  ${((100 * best.run) / ms).toFixed(0)} % of run`,
      )
    }
    vm.dispose()
  }
} else {
  for (const kind of ENGINES) {
    for (const [guest, text] of Object.entries(GUESTS)) {
      const times = []
      for (let i = 0; i < Number(mode ?? 30); i++) {
        const vm = machine(kind, text)
        times.push(late(vm))
        vm.dispose()
      }
      print(`${kind}, ${guest}`, times)
    }
  }
}
