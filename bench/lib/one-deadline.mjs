// One run with a deadline in a process of its own: `node one-deadline.mjs ENGINE GUEST MS`; the engine `none` is a loop of
// JavaScript that looks at the clock. Prints, in milliseconds, how long it took and how long of that the thread stood ready and had
// no processor, as the kernel has it. Not the series: micro/deadline-cold.mjs.
import { closeSync, openSync, readSync } from 'node:fs'

const [engine, guest, ms] = process.argv.slice(2)
const buffer = Buffer.alloc(128)
let descriptor
try {
  descriptor = openSync('/proc/self/schedstat', 'r')
} catch {
  // Only Linux has it.
}

/** Milliseconds that the process's first thread has waited for a processor. */
function waited() {
  if (descriptor === undefined) return Number.NaN
  const text = buffer.latin1Slice(0, readSync(descriptor, buffer, 0, buffer.length, 0))
  return Number(text.split(' ')[1]) / 1e6
}

waited() // compiled once
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
const before = waited()
const begun = performance.now()
run()
const took = performance.now() - begun
console.log(JSON.stringify({ took, waited: waited() - before }))
if (descriptor !== undefined) closeSync(descriptor)
