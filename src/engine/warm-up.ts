// Before the first machine of a process is made, another one makes a short run. So the JavaScript engine has compiled what every run
// needs before time begins to count.
import { loadProgram, type Program } from '../program/program.ts'
import { beginYouth } from './allowance.ts'
import type { StartOptions, Vm } from './engine.ts'

/** A loop of two instructions: one adds 1 to r7, the other jumps back. */
const LOOP = { code: Uint8Array.of(149, 119, 1, 40, 253), bitmask: Uint8Array.of(0b01001), jumpTable: [] }
/** Enough for some portions and for some looks at the clock. */
const GAS = 3000n
/** Milliseconds that the short run may take; it takes two or three. */
const MAX_MS = 20

type Make = (program: Program, options: StartOptions, maxMemory: number) => Vm
let isWarm = false
let isOmitted = false

/** Leaves out all that prepares for bounds of time. A process that makes a single run without a bound has no use for it. */
export function omitWarmUp(): void {
  isWarm = isOmitted = true
}

/** Whether nothing is prepared for bounds of time in this process. */
export function isWarmUpOmitted(): boolean {
  return isOmitted
}

/**
 * Makes the short run, once in a process. Without it a run with `maxMs` would spend most of 10 ms while the JavaScript engine
 * compiles the core, and could not stop in the middle of that.
 */
export function warmUp(make: Make, maxMemory: number): void {
  if (isWarm) return
  isWarm = true
  beginYouth()
  try {
    const vm = make(loadProgram(LOOP), { gas: GAS }, maxMemory)
    try {
      vm.run({ maxMs: MAX_MS })
    } finally {
      vm.dispose()
    }
  } catch {
    // If the runtime refuses this machine, it will refuse the one that was asked for too, with an error.
  }
}
