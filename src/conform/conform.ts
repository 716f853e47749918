// Conformance as a function: recognises by content what a test file is, runs it, says what differs. No test runner, no file
// system: callers name the contents.
import { BlobError } from '../blob/error.ts'
import type { Engine } from '../engine/engine.ts'
import { HostCallError } from '../engine/host-call-error.ts'
import { ownOptions } from '../isa/own-options.ts'
import type { InstructionSetName } from '../isa/set.ts'
import { type Profile, type ProfileName, profile as resolveProfile } from '../program/profile.ts'
import { TraceError } from '../trace/error.ts'
import { looksLikeTrace, parseTrace } from '../trace/parse.ts'
import { describeDifference, replay } from '../trace/replay.ts'
import { isAccumulateVector, runAccumulateVector } from './accumulate.ts'
import { type BlockTrace, readBlockTrace, runBlockTrace } from './block-trace.ts'
import { runGasModel } from './gas-model.ts'
import { isObject, type JsonObject, parseJson, VectorError } from './json.ts'
import { runVector } from './vector.ts'
import { knownReason, type Mismatch, type TestKind, type Verdict } from './verdict.ts'

/** What a file is; undefined for what is no test. */
export type Recognised =
  | { readonly kind: Exclude<TestKind, 'ecalli-trace' | 'block-trace'>; readonly vector: JsonObject }
  | { readonly kind: 'ecalli-trace'; readonly text: string }
  | { readonly kind: 'block-trace'; readonly trace: BlockTrace }
  /** It is meant as a vector, but is not even JSON. */
  | { readonly kind: 'broken'; readonly why: string }

/** The documented rules of each kind, used where none are asked for. */
export const DEFAULT_PROFILES: Readonly<Record<TestKind, ProfileName>> = {
  'w3f-vector': 'w3f-vectors',
  'gas-model-vector': 'gas-model-vectors',
  'gas-model-program': 'gas-model-vectors',
  workload: 'gp-0.7.2',
  microbench: 'gp-0.7.2',
  'ecalli-trace': 'gp-0.7.2',
  'accumulate-vector': 'gp-0.7.2',
  'block-trace': 'gp-0.7.2',
}

function recogniseVector(vector: JsonObject): Recognised | undefined {
  if (isAccumulateVector(vector)) return { kind: 'accumulate-vector', vector }
  if (!Array.isArray(vector.program)) return undefined
  if (Array.isArray(vector.steps)) return { kind: 'gas-model-vector', vector }
  if (isObject(vector['block-gas-costs'])) return { kind: 'gas-model-program', vector }
  if (vector['expected-result-r7'] !== undefined) return { kind: 'workload', vector }
  if (vector['executed-instructions'] !== undefined || vector['expected-regs-hex'] !== undefined) {
    return { kind: 'microbench', vector }
  }
  if (vector['expected-status'] !== undefined && vector['initial-regs'] !== undefined)
    return { kind: 'w3f-vector', vector }
  return undefined
}

/** This recognises a test by its content. */
export function recogniseTest(bytes: Uint8Array): Recognised | undefined {
  const trace = readBlockTrace(bytes)
  if (trace !== undefined) return { kind: 'block-trace', trace }
  const first = bytes.find(byte => byte > 32)
  const text = new TextDecoder().decode(bytes)
  if (first !== 0x7b) return looksLikeTrace(text) ? { kind: 'ecalli-trace', text } : undefined
  if (!/"(program|pre_state)"\s*:/.test(text)) return undefined
  try {
    const value = parseJson(text)
    return isObject(value) ? recogniseVector(value) : undefined
  } catch (error) {
    return { kind: 'broken', why: (error as Error).message }
  }
}

/** These are the options of `runTest`. */
export interface ConformOptions {
  readonly engine: Engine
  /** The rules; default: those each suite documents, see `DEFAULT_PROFILES`. */
  readonly profile?: Profile | ProfileName
  /** These opcode numbers stand in for the profile's. */
  readonly instructionSet?: InstructionSetName
}

function mismatches(test: Exclude<Recognised, { kind: 'broken' }>, engine: Engine, profile: Profile): Mismatch[] {
  switch (test.kind) {
    case 'ecalli-trace': {
      const { difference } = replay(parseTrace(test.text), { engine, profile })
      return difference === undefined ? [] : [{ field: difference.where, text: describeDifference(difference) }]
    }
    case 'accumulate-vector':
      return runAccumulateVector(test.vector, engine, profile)
    case 'block-trace':
      return runBlockTrace(test.trace, engine, profile)
    case 'gas-model-vector':
    case 'gas-model-program':
      return runGasModel(test.vector, engine, profile)
    default:
      return runVector(test.vector, engine, profile)
  }
}

/** Whether the error is about the test's content, not about us. */
function isContentError(error: unknown): error is Error {
  return (
    error instanceof BlobError ||
    error instanceof TraceError ||
    error instanceof VectorError ||
    error instanceof HostCallError ||
    error instanceof RangeError
  )
}

/**
 * Runs one test file.
 *
 * @returns undefined when the bytes are no test.
 */
export function runTest(file: string, bytes: Uint8Array, options: ConformOptions): Verdict | undefined {
  const test = recogniseTest(bytes)
  if (test === undefined) return undefined
  if (test.kind === 'broken') return { file, kind: 'w3f-vector', outcome: 'failed', what: test.why }
  const { kind } = test
  const { profile: wanted, instructionSet } = ownOptions(options)
  const profile = resolveProfile(wanted ?? DEFAULT_PROFILES[kind], instructionSet && { instructionSet })
  try {
    const found = mismatches(test, options.engine, profile)
    if (found.length === 0) return { file, kind, outcome: 'passed', what: '' }
    const what = found.map(({ text }) => text).join('; ')
    const reason = knownReason(kind, file, profile, found)
    return reason === undefined
      ? { file, kind, outcome: 'failed', what }
      : { file, kind, outcome: 'known', what, reason }
  } catch (error) {
    if (!isContentError(error)) throw error
    return { file, kind, outcome: 'failed', what: error.message }
  }
}

/** The counts of a run. */
export interface ConformReport {
  readonly passed: number
  readonly failed: number
  /** Deviations that are documented; neither passed nor failed. */
  readonly known: number
  readonly misses: readonly { readonly file: string; readonly what: string }[]
  readonly deviations: readonly { readonly file: string; readonly what: string; readonly reason: string }[]
  /** This counts passed, failed and known tests of each kind that occurred. */
  readonly kinds: Readonly<Partial<Record<TestKind, { passed: number; failed: number; known: number }>>>
  /** Files that are no tests. */
  readonly skipped: number
}

/** Sums verdicts up; undefined ones count as skipped. */
export function createReport(verdicts: Iterable<Verdict | undefined>): ConformReport {
  const counts = { passed: 0, failed: 0, known: 0 }
  const misses: { file: string; what: string }[] = []
  const deviations: { file: string; what: string; reason: string }[] = []
  const kinds: Partial<Record<TestKind, { passed: number; failed: number; known: number }>> = {}
  let skipped = 0
  for (const verdict of verdicts) {
    if (verdict === undefined) {
      skipped += 1
      continue
    }
    const { file, kind, outcome, what } = verdict
    counts[outcome] += 1
    const ofKind = (kinds[kind] ??= { passed: 0, failed: 0, known: 0 })
    ofKind[outcome] += 1
    if (outcome === 'failed') misses.push({ file, what })
    if (outcome === 'known') deviations.push({ file, what, reason: verdict.reason ?? '' })
  }
  return { ...counts, misses, deviations, kinds, skipped }
}
