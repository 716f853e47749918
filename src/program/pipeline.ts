// The pipeline gas model of GP 0.8.0 (A.9). Arrives with the 0.8.0 work.
import type { CostInput } from './gas.ts'

/** The simulated cycles of the block that starts at `start`. */
export function pipelineCost(input: CostInput, start: number): number {
  throw new RangeError(`profile: ${input.profile.name} needs the pipeline gas model, block ${start}`)
}
