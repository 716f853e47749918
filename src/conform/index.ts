// `coulis/conform`: conformance as a function, without test runner or file system. Not a place for code.

export {
  type ConformOptions,
  type ConformReport,
  createReport,
  DEFAULT_PROFILES,
  type Recognised,
  recogniseTest,
  runTest,
} from './conform.ts'
export { KNOWN_DEVIATIONS, type KnownDeviation, type Mismatch, type TestKind, type Verdict } from './verdict.ts'
