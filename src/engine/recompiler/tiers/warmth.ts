// The warmth of the process: what it has interpreted and compiled so far. The first of both is slower, because V8 has not optimized the
// code that does it. Decisions about compiling (hot-code.ts) depend on the samples and on the warmth, and on nothing else.
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

/** What a process has done so far, as far as this makes what comes next faster. */
export class Warmth {
  /** Samples of the interpreter taken so far. */
  samples = 0
  /** Instructions compiled so far. */
  compiled = 0

  /** Whether anything has been compiled yet. */
  get hasCompiled(): boolean {
    return this.compiled > 0
  }

  /**
   * Counts a slice of the interpreter. Returns whether it is one of the first of the process, of which no sample is taken. Where
   * the policy has no patience, all are sampled, so that a new process decides like one that has run for long.
   */
  isFirstSlice(): boolean {
    this.samples += 1
    return tierPolicy.patience > 0 && this.samples <= FIRST_SLICES
  }

  /** The milliseconds of interpretation that a sample stands for once V8 has optimized the interpreter. */
  get warmSampleMs(): number {
    return tierPolicy.samplePeriod / INTERPRETED_PER_MS
  }

  /** The milliseconds of interpretation that the present sample stands for. */
  get sampleMs(): number {
    const isCold = this.samples * tierPolicy.samplePeriod <= COLD_GAS
    return isCold ? COLD_SLOWNESS * this.warmSampleMs : this.warmSampleMs
  }

  /** What a module costs, in ms, beside its instructions. */
  get moduleMs(): number {
    return this.hasCompiled ? MODULE_MS : MODULE_MS + FIRST_MODULE_MS
  }

  /** What compiling so many instructions will take, in ms, beside what the module itself costs. */
  instructionsMs(instructions: number): number {
    const cold = Math.max(0, Math.min(instructions, COLD_INSTRUCTIONS - this.compiled))
    return cold * COLD_INSTRUCTION_MS + (instructions - cold) * INSTRUCTION_MS
  }

  /** What compiling so many instructions has to be worth, in ms. It includes what V8's optimizer takes away from the machine meanwhile. */
  worthMs(instructions: number): number {
    return this.instructionsMs(instructions) + instructions * OPTIMIZED_MS
  }
}

/** The warmth of this process. */
export const processWarmth: Warmth = new Warmth()
