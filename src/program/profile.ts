// Profiles: the rules that differ between protocol versions and test suites, as data. Engines carry the rules out.
import { knownOptions } from '../isa/own-options.ts'
import { INSTRUCTION_SETS, type InstructionSetName } from '../isa/set.ts'

/**
 * How instructions are paid.
 * - `instruction`: 1 before each instruction (GP 0.7.2 A.1).
 * - `block`: the instruction count of the whole basic block on entering it (the W3F vectors, PolkaVM's naive model).
 * - `pipeline`: the simulated cycles of the whole basic block on entering it (GP 0.8.0 A.9).
 */
export type GasModel = 'instruction' | 'block' | 'pipeline'

/** What core/pvm.h says of the gas models. `npm run core` writes it there. */
export const GAS_MODEL_TEXTS: Readonly<Record<GasModel, string>> = {
  instruction: '1 before each instruction (GP A.1)',
  block: 'the instruction count of a basic block on entering it',
  pipeline: 'the simulated cycles of a basic block on entering it (GP 0.8.0 A.9)',
}

/** All gas models. The place of a model is its number in the core. */
export const GAS_MODELS: readonly GasModel[] = Object.keys(GAS_MODEL_TEXTS) as GasModel[]

/** The rules that a program is loaded and run under. All fields are plain data. `profile` makes variants. */
export interface Profile {
  readonly name: string
  readonly instructionSet: InstructionSetName
  readonly gasModel: GasModel
  /** `strict`: loading code that is not valid (GP 0.8.0 A.2) throws a BlobError. `lenient`: only the structure is checked. */
  readonly loader: 'lenient' | 'strict'
  /**
   * What a machine pays that starts where no instruction begins, or is sent there by its host. It panics. Under `paid` it pays for a
   * trap first (GP 0.7.2), under `unpaid` it pays nothing (GP 0.8.0 A.2, PolkaVM). Where instructions are paid one by one, the same
   * goes for a machine that runs off the end of the code.
   */
  readonly wrongStart: 'paid' | 'unpaid'
  /** Whether a branch checks only the target that it takes (0.7.2), or both successors, and fallthrough its own (0.8.0 A.5). */
  readonly branchCheck: 'taken' | 'both'
  /**
   * Whether a jump may lead to what follows an undefined opcode, in PolkaVM's instruction sets with a bitmask: not in 0.35, but in 0.37.
   * In the extended encoding it always may. In the sets of the Gray Paper it never may.
   */
  readonly jumpBehindUndefined: boolean
  /**
   * What there is at a mark more than 25 bytes behind the one before, or without one before, in PolkaVM's instruction sets with a bitmask:
   * nothing that a machine can be at, up to the end of its block (0.35), or a block (0.37), and in front of it a trap.
   */
  readonly behindGap: 'nothing' | 'block'
  /** What a store to a read-only page does: a page fault by the formula (GP A.8), a panic in the vectors and in today's nodes. */
  readonly readOnlyStore: 'fault' | 'panic'
  /** Whether an access to an inaccessible address is a page fault (GP A.8) or a panic (PolkaVM without dynamic paging). */
  readonly inaccessible: 'fault' | 'panic'
  /**
   * Below this address all accesses panic, also where others fault. It is 2^16 (GP A.8), or 2^14 (the interpreter of PolkaVM 0.35 with
   * dynamic paging).
   */
  readonly panicBelow: 65536 | 16384
  /** Whether running out of gas leaves the counter as it is (0.8.0) or empties it (0.7.2). */
  readonly outOfGas: 'keep' | 'drain'
  /** Whether `sbrk` returns the old or the new end of the heap. On failure it returns 0. */
  readonly sbrkResult: 'old' | 'new'
  /** Whether `sbrk` counts in 64 bits, or takes a size beyond 32 bits as 0 and sign-extends its result from 32 bits (PolkaVM). */
  readonly sbrkWidth: '64-bit' | '32-bit'
  /** Which numbers and prices host calls have. */
  readonly hostCalls: 'gp-0.7.2' | 'gp-0.8.0' | 'gp-main' | 'free'
  /** Whether `grow_heap` is as in the released 0.8.0, or has the corrections of the Gray Paper's pull requests #533 and #538. */
  readonly growHeap: 'released' | 'corrected'
  /** Whether a cmov reads its old destination in the pipeline model (GP pull request #559). */
  readonly cmovReadsDestination: boolean
  /**
   * What `memset` leaves in its address register. PolkaVM 0.35 advances all 64 bits. PolkaVM 0.37 makes it an address of 32 bits, also
   * for 0 bytes.
   */
  readonly memsetAddress: '64-bit' | '32-bit'
  /**
   * Whether numbers in a `.polkavm` file may be longer than they need to be, and lose their bits above 32. They may until PolkaVM 0.36,
   * and not in 0.37.
   */
  readonly polkavmNumbers: 'any' | 'shortest'
  /** Whether programs have at most 2^25 bytes of code and 2^24 jump-table entries (GP pull request #559), or any number. */
  readonly codeLimits: 'none' | 'pr-559'
  /** How many bytes a page of the host of a `.polkavm` file has, 4096 to 65536. Sizes of data, heap and stack are rounded up to it. */
  readonly pageSize: number
}

/** The rules that the core has to know, and whether a profile has them. The first is bit 0, and each has the bit behind the one before. */
export const RULES = {
  CheckBoth: (profile: Profile): boolean => profile.branchCheck === 'both',
  ReadOnlyPanic: (profile: Profile): boolean => profile.readOnlyStore === 'panic',
  FaultPanic: (profile: Profile): boolean => profile.inaccessible === 'panic',
  Drain: (profile: Profile): boolean => profile.outOfGas === 'drain',
  SbrkNew: (profile: Profile): boolean => profile.sbrkResult === 'new',
  CmovReads: (profile: Profile): boolean => profile.cmovReadsDestination,
  Strict: (profile: Profile): boolean => profile.wrongStart === 'unpaid',
  MemsetNarrow: (profile: Profile): boolean => profile.memsetAddress === '32-bit',
  SbrkNarrow: (profile: Profile): boolean => profile.sbrkWidth === '32-bit',
  JumpBehindUndefined: (profile: Profile): boolean => profile.jumpBehindUndefined,
  LowFaults: (profile: Profile): boolean => profile.panicBelow === 16384,
}

/** What core/pvm.h says of these rules. `npm run core` writes it there. */
export const RULE_TEXTS: Readonly<Record<keyof typeof RULES, string>> = {
  CheckBoth: 'branches check both successors, fallthrough its own (GP 0.8.0 A.5)',
  ReadOnlyPanic: 'a store to a read-only page panics instead of faulting',
  FaultPanic: 'an inaccessible address panics instead of faulting',
  Drain: 'out of gas empties the counter',
  SbrkNew: 'sbrk returns the new end of the heap',
  CmovReads: 'pipeline model: cmov reads its old destination',
  Strict: 'a pc where no instruction begins panics, and is not paid (GP 0.8.0 A.2)',
  MemsetNarrow: 'memset makes its address register one of 32 bits (PolkaVM 0.37)',
  SbrkNarrow: 'sbrk takes a size beyond 32 bits as 0 and sign-extends its result from 32 bits (PolkaVM)',
  JumpBehindUndefined: 'what follows an undefined opcode can be jumped to, in the sets of PolkaVM (0.37)',
  LowFaults: 'below 2^16, accesses from 2^14 on fault (PolkaVM 0.35 with dynamic paging)',
}

const GP_072: Profile = {
  name: 'gp-0.7.2',
  instructionSet: 'gp-0.7.2',
  gasModel: 'instruction',
  loader: 'lenient',
  wrongStart: 'paid',
  branchCheck: 'taken',
  jumpBehindUndefined: false,
  behindGap: 'nothing',
  readOnlyStore: 'fault',
  inaccessible: 'fault',
  panicBelow: 65536,
  outOfGas: 'drain',
  sbrkResult: 'old',
  sbrkWidth: '64-bit',
  hostCalls: 'gp-0.7.2',
  growHeap: 'corrected',
  cmovReadsDestination: true,
  memsetAddress: '64-bit',
  polkavmNumbers: 'any',
  codeLimits: 'none',
  pageSize: 4096,
}

const GP_080: Profile = {
  ...GP_072,
  name: 'gp-0.8.0',
  instructionSet: 'gp-0.8.0',
  gasModel: 'pipeline',
  loader: 'strict',
  wrongStart: 'unpaid',
  branchCheck: 'both',
  outOfGas: 'keep',
  hostCalls: 'gp-0.8.0',
  codeLimits: 'pr-559',
}

/** The names of the preset profiles. */
export type ProfileName =
  | 'gp-0.7.2'
  | 'gp-0.8.0'
  | 'gp-main'
  | 'w3f-vectors'
  | 'gas-model-vectors'
  | 'polkavm'
  | 'polkavm-0.37'

const POLKAVM: Profile = {
  ...GP_072,
  name: 'polkavm',
  instructionSet: 'latest64',
  gasModel: 'block',
  wrongStart: 'unpaid',
  branchCheck: 'both',
  readOnlyStore: 'panic',
  inaccessible: 'panic',
  panicBelow: 16384,
  outOfGas: 'keep',
  sbrkResult: 'new',
  sbrkWidth: '32-bit',
  hostCalls: 'free',
  cmovReadsDestination: false,
}

const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  'gp-0.7.2': GP_072,
  'gp-0.8.0': GP_080,
  'gp-main': { ...GP_080, name: 'gp-main', hostCalls: 'gp-main' },
  'w3f-vectors': {
    ...GP_072,
    name: 'w3f-vectors',
    gasModel: 'block',
    readOnlyStore: 'panic',
    outOfGas: 'keep',
    hostCalls: 'free',
  },
  'gas-model-vectors': {
    ...GP_072,
    name: 'gas-model-vectors',
    instructionSet: 'latest64',
    gasModel: 'pipeline',
    readOnlyStore: 'panic',
    outOfGas: 'keep',
    hostCalls: 'free',
    cmovReadsDestination: false,
  },
  polkavm: POLKAVM,
  'polkavm-0.37': {
    ...POLKAVM,
    name: 'polkavm-0.37',
    instructionSet: 'latest64-0.37',
    jumpBehindUndefined: true,
    behindGap: 'block',
    panicBelow: 65536,
    cmovReadsDestination: true,
    memsetAddress: '32-bit',
    polkavmNumbers: 'shortest',
  },
}

/** The names of all preset profiles. */
export const PROFILE_NAMES: readonly ProfileName[] = Object.keys(PROFILES) as ProfileName[]

/** The sizes that a page of a host may have, in bytes. */
export const PAGE_SIZES: readonly number[] = [4096, 8192, 16384, 32768, 65536]

/** What the value of each rule may be. */
const VALUES: { readonly [Rule in Exclude<keyof Profile, 'name'>]: readonly Profile[Rule][] } = {
  instructionSet: INSTRUCTION_SETS,
  gasModel: GAS_MODELS,
  loader: ['lenient', 'strict'],
  wrongStart: ['paid', 'unpaid'],
  branchCheck: ['taken', 'both'],
  jumpBehindUndefined: [false, true],
  behindGap: ['nothing', 'block'],
  readOnlyStore: ['fault', 'panic'],
  inaccessible: ['fault', 'panic'],
  panicBelow: [65536, 16384],
  outOfGas: ['keep', 'drain'],
  sbrkResult: ['old', 'new'],
  sbrkWidth: ['64-bit', '32-bit'],
  hostCalls: ['gp-0.7.2', 'gp-0.8.0', 'gp-main', 'free'],
  growHeap: ['released', 'corrected'],
  cmovReadsDestination: [false, true],
  memsetAddress: ['64-bit', '32-bit'],
  polkavmNumbers: ['any', 'shortest'],
  codeLimits: ['none', 'pr-559'],
  pageSize: PAGE_SIZES,
}

/** @throws TypeError or RangeError for a rule that is missing, or whose value is none that it may have. */
function checkRules(rules: Profile): void {
  if (typeof rules.name !== 'string') throw new TypeError('profile: name: expected a text')
  for (const [rule, values] of Object.entries(VALUES)) {
    const value: unknown = rules[rule as keyof Profile]
    if (!(values as readonly unknown[]).includes(value))
      throw new RangeError(`profile: ${rule} ${String(value)} is none of ${values.join(', ')}`)
  }
}

const CHANGEABLE = Object.keys(GP_072).filter(key => key !== 'name') as (keyof Profile)[]

/** The name of a variant, such as `gp-0.7.2 with sbrkResult new`. */
function variantName(base: string, changed: readonly (keyof Profile)[], rules: Profile): string {
  if (changed.length === 0) return base
  const parts = changed.map(key => `${key} ${rules[key]}`)
  return `${base}${base.includes(' with ') ? ', ' : ' with '}${parts.join(', ')}`
}

/**
 * The preset profile of that name, or a variant of it. The name of a variant says what differs, unless `changes` gives another name.
 *
 * @example profile('gp-0.7.2', { sbrkResult: 'new' })
 * @throws RangeError when there is no such preset or rule, for a value that a rule cannot have, and for strict loading without checking
 * both successors. TypeError for a name that is no text.
 */
export function profile(base: ProfileName | Profile = 'gp-0.7.2', changes: Partial<Profile> = {}): Profile {
  const preset: Profile | undefined =
    typeof base !== 'string' ? base : Object.hasOwn(PROFILES, base) ? PROFILES[base] : undefined
  if (typeof preset !== 'object' || preset === null)
    throw new RangeError(`profile: ${base} is none of ${PROFILE_NAMES.join(', ')}`)
  if (typeof changes !== 'object' || changes === null) throw new TypeError('profile: changes: expected an object')
  const given = knownOptions(changes, ['name', ...CHANGEABLE])
  const named = { ...preset, ...given }
  checkRules(named)
  const changed = CHANGEABLE.filter(key => named[key] !== preset[key])
  const result =
    Object.keys(given).length === 0 || (changed.length === 0 && named.name === preset.name)
      ? preset
      : { ...named, name: given.name ?? variantName(preset.name, changed, named) }
  // Under the strict rules no program runs off the end of its code. That holds only if both successors are checked.
  if (result.loader === 'strict' && result.branchCheck !== 'both')
    throw new RangeError(`profile: a strict loader needs branchCheck 'both', not '${result.branchCheck}'`)
  return result
}
