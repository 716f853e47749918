// What V8 is told in worker processes. When PVM code is compiled there is in patience.ts.
// All flags spare processor time. A single process leaves cores idle for V8's threads. With a worker on each core no core is idle.
// Replays of 1,000 traces took 1.77 s of processor time without these flags and 1.51 s with them.
import { setFlagsFromString } from 'node:v8'

/** Bun and Deno say that they are Node, and have other flags. */
const isNode = !('bun' in process.versions || 'deno' in process.versions)

/**
 * Flags that a process has to be started with. One thread collects garbage in less processor time than five together. Node does
 * not start with a flag that it does not know: `npm run runtimes` tries them with each version.
 */
export const START_FLAGS: readonly string[] = isNode ? ['--single-threaded-gc'] : []

/** Up to Node 20: later versions optimize in three steps, by other counts, and complain of the flag. */
const isBefore12 = isNode && Number.parseInt(process.versions.v8, 10) < 12

/**
 * Flags for what is optimized from now on. In a second or two it does not pay to optimize functions as early as V8 does, nor
 * to copy so many others into each.
 */
const LATER_FLAGS = [
  ...(isNode ? ['--max-inlined-bytecode-size-cumulative=300'] : []),
  ...(isBefore12 ? ['--interrupt-budget=200000'] : []),
]

/** Sets the flags of a process that runs. */
export function spareTime(): void {
  for (const flag of LATER_FLAGS) setFlagsFromString(flag)
}
