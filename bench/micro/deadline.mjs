// How exactly `run({ maxMs })` stops an endless guest: how long it takes beyond what was asked for, by kind of guest and engine,
// each in processes of their own too (`--cold N`: N processes, one run each). And what `step(n)` and portions of gas cost beside
// `run`, in turn in one process (`--speed`).
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DIST } from '../lib/programs.mjs'

const coulis = await import(join(DIST, 'index.js'))
const programFrom = text => coulis.loadProgram(coulis.assemble(text).bytes)

const MS = 10
const GUESTS = {
  loop: '@loop:\nadd_imm_64 r7, r7, 1\nxor r8, r8, r7\nmul_64 r9, r8, r7\njump @loop',
  'new pages': `load_imm r8, 0x7f000000
    sbrk r9, r8
    fallthrough\n@again:\nmove_reg r7, r9
    fallthrough\n@loop:\nstore_ind_u8 r8, [r7]\nadd_imm_64 r7, r7, 4096\nbranch_lt_u_imm r7, 0x70000000, @loop\njump @again`,
  sbrk: 'load_imm r8, 1\nfallthrough\n@loop:\nsbrk r7, r8\njump @loop',
  'sbrk of much': 'load_imm r8, 0x1000000\nfallthrough\n@loop:\nsbrk r7, r8\njump @loop',
  'host calls': '@loop:\necalli 1\njump @loop',
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
  const options = {
    host: { entry: index => entries[index] },
    gas: 2n ** 62n,
    heap: { start: 0x20000, limit: 0x80000000 },
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
if (mode === '--one') {
  console.log(late(machine(rest[0], GUESTS[rest[1]])))
} else if (mode === '--cold') {
  for (const kind of ['auto', 'recompiler', 'interpreter', 'reference']) {
    for (const guest of Object.keys(GUESTS)) {
      const args = [fileURLToPath(import.meta.url), '--one', kind, guest]
      const times = Array.from({ length: Number(rest[0] ?? 10) }, () =>
        Number(execFileSync(process.execPath, args, { encoding: 'utf8' })),
      )
      print(`${kind}, ${guest}, cold`, times)
    }
  }
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
  for (const kind of ['auto', 'recompiler', 'interpreter', 'reference']) {
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
