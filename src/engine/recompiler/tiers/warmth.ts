// How far the process has come: what it has interpreted and compiled so far. The first of both are slower, because V8 has not
// optimized what does them. A record of samples gives the same decisions under the same warmth. Not the decisions: hot-code.ts.
import {
  COLD_GAS,
  COLD_INSTRUCTION_MS,
  COLD_INSTRUCTIONS,
  COLD_SLOWNESS,
  FIRST_MODULE_MS,
  FIRST_SLICES,
  INSTRUCTION_MS,
  INTERPRETED_PER_MS,
  MODULE_MS,
  OPTIMIZED_MS,
  tierPolicy,
} from './policy.ts'

/** What a process has done, as far as it makes what comes next faster. */
export class Warmth {
  /** Samples of the interpreter taken so far. */
  samples = 0
  /** Instructions compiled so far. */
  compiled = 0

  /** Whether anything has been compiled yet. */
  get hasCompiled(): boolean {
    return this.compiled > 0
  }

  /** Counts a slice of the interpreter; whether it is one of the first of the process, which nothing is made of. */
  isFirstSlice(): boolean {
    this.samples += 1
    return this.samples <= FIRST_SLICES
  }

  /** Milliseconds of interpretation that the sample at hand stands for. */
  get sampleMs(): number {
    const usual = tierPolicy.samplePeriod / INTERPRETED_PER_MS
    return this.samples * tierPolicy.samplePeriod <= COLD_GAS ? COLD_SLOWNESS * usual : usual
  }

  /** What a module costs in ms beside its instructions. */
  get moduleMs(): number {
    return this.hasCompiled ? MODULE_MS : MODULE_MS + FIRST_MODULE_MS
  }

  /** What compiling that many instructions will take, in ms, beside what the module itself costs. */
  instructionsMs(instructions: number): number {
    const cold = Math.max(0, Math.min(instructions, COLD_INSTRUCTIONS - this.compiled))
    return cold * COLD_INSTRUCTION_MS + (instructions - cold) * INSTRUCTION_MS
  }

  /** What it has to be worth, in ms: with what the runtime's optimizer takes away from the machine meanwhile. */
  worthMs(instructions: number): number {
    return this.instructionsMs(instructions) + instructions * OPTIMIZED_MS
  }
}

/** The process that this is. */
export const processWarmth: Warmth = new Warmth()
