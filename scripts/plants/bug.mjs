// A bug to plant: one search and replace in one source file.

/**
 * What the bug is, and how it is made.
 *
 * @typedef {object} Bug
 * @property {string} name what is wrong, in words
 * @property {string} file the source file, from the root of the project
 * @property {string} search what stands there, once or at first
 * @property {string} replace what stands there instead
 * @property {string} [test] the one test file that has to turn red, in place of the fuzzer and the suites
 * @property {boolean} [attack] whether a program that is made to attack gives it away, with the verifier off
 */

/** The test that compares what the generator made with what it is to make. */
export const GENERATOR = 'test/engine/recompiler/generator.test.ts'
