// What the prototype behind ../shared/design/engine-guide.md took for the twelve programs, and PolkaVM's recompiler with gas on
// the same machine, in ms. On another machine only their ratios mean something.

/** The opponent whose times stand beside the prototype's. */
export const PROTOTYPE_BASELINE = 'polkavm-generic-gas'

const TIMES = {
  alu64: [16.3, 16.1],
  alu32: [22.0, 26.8],
  divrem: [19.2, 32.2],
  collatz: [23.8, 25.0],
  blake2b: [3.0, 3.0],
  dispatch: [103, 94],
  ecalli: [12, 25],
  sieve: [13.7, 10.4],
  matmul: [6.1, 2.6],
  memcpy64: [13.7, 4.9],
  memcpy8: [14.5, 7.0],
  fib33: [39, 13.7],
}

/**
 * Here PolkaVM's time says nothing about ours on the same machine: it divides five times a turn, V8 once and multiplies
 * where it knows the divisor (node --print-wasm-code). The prototype's machine divided slowly: there PolkaVM took twice as
 * long as for alu64, here 1.3 times as long.
 */
export const BY_CODE_ONLY = 'divrem'

/** The prototype's time as a multiple of PolkaVM's, undefined for other programs. */
export function prototypeRatio(program) {
  const times = TIMES[program]
  return times === undefined ? undefined : times[0] / times[1]
}
