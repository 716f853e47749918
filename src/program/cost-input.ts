// What the cost of a basic block depends on (GP 0.8.0 A.9). gas.ts computes the cost.

import type { ProgramParts } from '../blob/raw.ts'
import type { CodeMap } from './code-map.ts'
import type { Profile } from './profile.ts'

/** All that a cost depends on: the code and the rules. It never depends on registers or memory. */
export interface CostInput {
  readonly parts: ProgramParts
  readonly profile: Profile
  readonly map: CodeMap
}
