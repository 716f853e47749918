// Processor time of the thread that asks: what a test may bound on a machine that has other things to do. Not the clock on the
// wall, by which a bound of seconds fails whenever another process is busy.
import { readFileSync } from 'node:fs'

/** Where Linux counts for the thread that reads it; elsewhere there is the wall clock. */
const COUNTS = '/proc/thread-self/stat'

/** Clock ticks in a second, as Linux reports times to programs (`USER_HZ`). */
const TICKS = 100

/** Seconds of processor time so far; differences are good to a hundredth. V8's threads beside this one are not counted. */
export function processorSeconds(): number {
  let text: string
  try {
    text = readFileSync(COUNTS, 'latin1')
  } catch {
    return performance.now() / 1000
  }
  // Behind the name in brackets: state, ten numbers, then time in the program and in the kernel (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}
