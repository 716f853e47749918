// The rules that cases of one instruction set run under: those that differ in how it is run. Not the usual mixtures: generate.ts.
import type { InstructionSetName } from '../isa/set.ts'
import { type Profile, type ProfileName, profile } from '../program/profile.ts'

const made = new Map<string, readonly Profile[]>()

function variants(isa: InstructionSetName): Profile[] {
  const instructionSet = isa
  const polkavm = isa === 'latest64-0.37' ? 'polkavm-0.37' : 'polkavm'
  return [
    profile(polkavm, { instructionSet }),
    profile(polkavm, { instructionSet, inaccessible: 'fault' }),
    profile('polkavm-0.37', { instructionSet, inaccessible: 'fault' }),
    profile(polkavm, { instructionSet, gasModel: 'instruction', wrongStart: 'paid' }),
    profile(polkavm, { instructionSet, gasModel: 'instruction' }),
    profile(polkavm, { instructionSet, gasModel: 'pipeline', inaccessible: 'fault' }),
    profile('gp-0.7.2', { instructionSet }),
    profile('gp-0.7.2', { instructionSet, pageSize: 16384, sbrkWidth: '32-bit', memsetAddress: '32-bit' }),
    profile('gp-0.8.0', { instructionSet }),
    profile('gp-0.8.0', { instructionSet, loader: 'lenient', gasModel: 'block', readOnlyStore: 'panic' }),
  ]
}

/** The rules to pick from: a profile, or several that have an instruction set. The same are the same objects, which machines compare. */
export function rulesFor(
  name: ProfileName | undefined,
  isa: InstructionSetName | undefined,
): readonly Profile[] | undefined {
  if (isa === undefined) return name && [profile(name)]
  const key = `${name} ${isa}`
  let rules = made.get(key)
  if (rules === undefined) {
    rules = name === undefined ? variants(isa) : [profile(name, { instructionSet: isa })]
    made.set(key, rules)
  }
  return rules
}
