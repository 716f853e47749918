// The rules of a command that runs recorded or written-down programs: a profile with the opcode numbers asked for. Program files say
// theirs themselves: load.ts.
import type { InstructionSetName } from '../isa/set.ts'
import { type Profile, type ProfileName, profile } from '../program/profile.ts'

/** What `--profile` and `--isa` say. */
export interface RuleOptions {
  readonly profile?: ProfileName | undefined
  readonly isa?: InstructionSetName | undefined
}

/** The rules; `usual` where no profile is given. */
export function rulesOf({ profile: name, isa }: RuleOptions, usual: ProfileName): Profile {
  return profile(name ?? usual, isa === undefined ? {} : { instructionSet: isa })
}
