// What the cost of a basic block depends on (GP A.9). Not the cost: gas.ts.

import type { ProgramParts } from '../blob/raw.ts'
import type { CodeMap } from './code-map.ts'
import type { Profile } from './profile.ts'

/** Everything a cost depends on: the code and the rules, never registers or memory. */
export interface CostInput {
  readonly parts: ProgramParts
  readonly profile: Profile
  readonly map: CodeMap
}
