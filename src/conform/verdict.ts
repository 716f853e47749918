// What one test and a whole run come to, and the deviations that are known. Not the running: see conform.ts.
import type { Profile } from '../program/profile.ts'

/** What a file was recognised as. */
export type TestKind =
  | 'w3f-vector'
  | 'gas-model-vector'
  | 'gas-model-program'
  | 'workload'
  | 'microbench'
  | 'ecalli-trace'
  | 'accumulate-vector'
  | 'block-trace'

/** One thing that is not as expected. `field` is what the known deviations are keyed by. */
export interface Mismatch {
  readonly field: string
  readonly text: string
}

/** This tells a mismatch in the usual words. */
export function mismatch(field: string, expected: unknown, actual: unknown): Mismatch {
  return { field, text: `${field}: expected ${expected}, got ${actual}` }
}

/** This is a test's outcome. */
export interface Verdict {
  readonly file: string
  readonly kind: TestKind
  readonly outcome: 'passed' | 'failed' | 'known'
  /** What differs, the first things first; empty when passed. */
  readonly what: string
  /** Why it is known to differ. */
  readonly reason?: string
}

/** A documented deviation: which tests, under which rules, may differ in which fields, and why. */
export interface KnownDeviation {
  readonly kind: TestKind
  /** Test names without folder and extension; all of the kind where left out. */
  readonly names?: readonly string[]
  /** Applies to profiles with these settings. */
  readonly when: Partial<Profile>
  readonly fields: readonly string[]
  readonly reason: string
}

const READ_ONLY_STORES = ['inst_store_imm_u8_trap_read_only', 'inst_store_u8_trap_read_only']

/** These are all known deviations. The suites' READMEs document each of them. */
export const KNOWN_DEVIATIONS: readonly KnownDeviation[] = [
  {
    kind: 'w3f-vector',
    names: [
      'inst_load_u8_nok',
      'inst_store_imm_indirect_u8_with_offset_nok',
      'inst_store_imm_indirect_u16_with_offset_nok',
      'inst_store_imm_indirect_u32_with_offset_nok',
      'inst_store_imm_indirect_u64_with_offset_nok',
      'inst_store_imm_u8_trap_inaccessible',
      'inst_store_indirect_u8_with_offset_nok',
      'inst_store_indirect_u16_with_offset_nok',
      'inst_store_indirect_u32_with_offset_nok',
      'inst_store_indirect_u64_with_offset_nok',
      'inst_store_u8_trap_inaccessible',
      ...READ_ONLY_STORES,
    ],
    when: { gasModel: 'instruction' },
    fields: ['gas'],
    reason:
      'the suite pays a block on entering it; GP 0.7.2 pays per instruction and stops in mid-block one gas richer',
  },
  {
    kind: 'w3f-vector',
    names: READ_ONLY_STORES,
    when: { readOnlyStore: 'fault' },
    fields: ['status'],
    reason: 'the suite expects a panic where the Gray Paper says page fault (A.8)',
  },
  {
    kind: 'gas-model-vector',
    names: READ_ONLY_STORES,
    when: { readOnlyStore: 'fault' },
    fields: ['status'],
    reason: 'the suite expects a panic where the Gray Paper says page fault (A.8)',
  },
  {
    kind: 'gas-model-vector',
    names: ['inst_fallthrough'],
    when: { branchCheck: 'both' },
    fields: ['gas', 'pc'],
    reason:
      'its fallthrough leads behind the code; GP 0.8.0 checks that successor and panics at pc 0, the suite goes there',
  },
  {
    kind: 'gas-model-program',
    names: ['pinky'],
    when: { cmovReadsDestination: true },
    fields: ['block-gas-costs of 9 blocks'],
    reason: 'the suite predates GP pull request #559, which counts the old destination of a cmov as read',
  },
  {
    kind: 'gas-model-vector',
    when: { gasModel: 'instruction' },
    fields: ['gas'],
    reason: 'the suite is about the pipeline gas model, which this profile does not have',
  },
]

/** Whether all mismatches are known for this test under this profile; if so, why. */
export function knownReason(
  kind: TestKind,
  file: string,
  profile: Profile,
  mismatches: readonly Mismatch[],
): string | undefined {
  const name = file.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '')
  const applying = KNOWN_DEVIATIONS.filter(
    known =>
      known.kind === kind &&
      (known.names === undefined || known.names.includes(name)) &&
      Object.entries(known.when).every(([key, value]) => profile[key as keyof Profile] === value),
  )
  const used = applying.filter(known => mismatches.some(({ field }) => known.fields.includes(field)))
  const covered = mismatches.every(({ field }) => used.some(known => known.fields.includes(field)))
  return covered ? used.map(known => known.reason).join('; ') : undefined
}
