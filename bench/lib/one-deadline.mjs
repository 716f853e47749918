// One run with a deadline in a process of its own: `node one-deadline.mjs ENGINE GUEST MS`; the engine `none` is a loop of
// JavaScript that looks at the clock. Prints, in milliseconds, how long it took, how long of that the thread had a processor, and how
// long it stood ready and had none, as the kernel has it; the rest it waited for threads of V8's. Not the series: micro/deadline-cold.mjs.
import { closeSync, openSync, readSync } from 'node:fs'

const [engine, guest, ms] = process.argv.slice(2)
const buffer = Buffer.alloc(128)
let descriptor
try {
  descriptor = openSync('/proc/self/schedstat', 'r')
} catch {
  // Only Linux has it.
}

/** Milliseconds that the process's first thread has had a processor, and has waited for one. */
function shares() {
  if (descriptor === undefined) return [Number.NaN, Number.NaN]
  const text = buffer.latin1Slice(0, readSync(descriptor, buffer, 0, buffer.length, 0))
  return text.split(' ').map(nanoseconds => Number(nanoseconds) / 1e6)
}

shares() // compiled once
let run
if (engine === 'none') {
  run = () => {
    for (const until = performance.now() + Number(ms); performance.now() < until; );
  }
} else {
  const { coulis, GUESTS, machine } = await import('./late-guests.mjs')
  const vm = machine(engine, GUESTS[guest])
  run = () => {
    const exit = vm.run({ maxMs: Number(ms) })
    if (exit !== coulis.Exit.Paused) throw new Error(`${coulis.exitName(exit)} instead of paused`)
  }
}
const before = shares()
const begun = performance.now()
run()
const took = performance.now() - begun
const after = shares()
console.log(JSON.stringify({ took, ran: after[0] - before[0], waited: after[1] - before[1] }))
if (descriptor !== undefined) closeSync(descriptor)
