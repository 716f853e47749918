// Before the first machine of a process there is a short run of another one, so that the runtime has compiled what every run
// needs when time begins to count. Not what a machine compiles of its own program.
import { loadProgram, type Program } from '../program/program.ts'
import type { StartOptions, Vm } from './engine.ts'

/** A loop of two instructions: r7 plus 1, and a jump back to it. */
const LOOP = { code: Uint8Array.of(149, 119, 1, 40, 253), bitmask: Uint8Array.of(0b01001), jumpTable: [] }
/** Enough for some portions and for some looks at the clock. */
const GAS = 3000n
/** Milliseconds that the short run may take; it takes two or three. */
const MAX_MS = 20

type Make = (program: Program, options: StartOptions, maxMemory: number) => Vm
let isWarm = false

/** For a process that makes one run without a deadline: the short run would only be in its way. */
export function omitWarmUp(): void {
  isWarm = true
}

/**
 * Makes the short run, once in a process. A run with `maxMs` would else spend the most of 10 ms on the runtime's compilation
 * of the core, and could not stop in the middle of that. The first run of all would spend the same.
 */
export function warmUp(make: Make, maxMemory: number): void {
  if (isWarm) return
  isWarm = true
  try {
    const vm = make(loadProgram(LOOP), { gas: GAS }, maxMemory)
    try {
      vm.run({ maxMs: MAX_MS })
    } finally {
      vm.dispose()
    }
  } catch {
    // If the runtime refuses now, it refuses the machine that was asked for as well, which then says so.
  }
}
