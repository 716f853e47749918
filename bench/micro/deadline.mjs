// How exactly `run({ maxMs })` stops an endless guest, run after run in one process: how long it takes beyond what was asked for,
// by kind of guest and engine. And what `step(n)` and portions of gas cost beside `run`, in turn in one process (`--speed`). In
// processes of their own: deadline-cold.mjs.
import { coulis, GUESTS, machine } from '../lib/late-guests.mjs'

const MS = 10

function late(vm) {
  const begun = performance.now()
  const exit = vm.run({ maxMs: MS })
  const took = performance.now() - begun
  if (exit !== coulis.Exit.Paused) throw new Error(`${coulis.exitName(exit)} instead of paused`)
  return took
}

const [mode] = process.argv.slice(2)
const print = (what, times) => {
  times.sort((a, b) => a - b)
  const at = share => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(2)
  console.log(`${what.padEnd(36)} median ${at(0.5)}  99 % ${at(0.99)}  most ${at(1)} ms  (${times.length} runs)`)
}
const ENGINES = ['auto', 'recompiler', 'interpreter', 'reference']

if (mode === '--speed') {
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
