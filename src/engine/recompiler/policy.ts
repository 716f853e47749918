// The numbers of the tiers, and why they are what they are. Not the machinery: runtime.ts and hot-code.ts.

/** Programs whose analysis and modules are kept although no Program object refers to them. */
export const MAX_CACHED_PROGRAMS = 16

/** Nested calls of compiled code. A frame has up to 0.8 KB in Liftoff, V8's stack 984 KB, host functions may nest. */
export const MAX_DEPTH = 256

/**
 * Gas compiled code gets at first, and how it grows by each slice that was used up. V8 replaces code on entry only
 * (no on-stack replacement for wasm), so a long loop has to be left and entered again to get the optimized code.
 */
export const FIRST_SLICE = 500_000
export const SLICE_GROWTH = 1.5
export const MAX_SLICE = 1_000_000_000

/** Instructions that a module compiled on demand takes beside the root that was asked for. */
export const CLUSTER_INSTRUCTIONS = 6000

/**
 * Instructions of the functions behind it that a function takes into its module, where everything is compiled. A module
 * costs 0.3 ms whatever is in it: 20,000 functions of one instruction took 53 s one by one.
 */
export const NEIGHBOUR_INSTRUCTIONS = 1000

/** Programs up to this many instructions are compiled whole, in one module. */
export const WHOLE_INSTRUCTIONS = 8000

/**
 * Times an access leaves compiled code for being misaligned before its module is made again with a check that takes any
 * alignment there. Leaving costs about 1 µs, a module 1 ms and more.
 */
export const MISALIGNED_LIMIT = 1000

/** When hot code is compiled. A user may set the fields before machines are made; tests do. */
export interface TierPolicy {
  /** Gas between two samples of the interpreter's pc. A sample costs 0.1 µs, so 100,000 (0.15 ms) is free. */
  samplePeriod: number
  /** Compilation starts when interpretation has taken this many times as long as compilation will. */
  patience: number
  /** WebAssembly a program may have made; then what is not compiled stays interpreted. Doom whole is 5 MB. */
  maxCodeBytes: number
  /** Milliseconds of generation and validation a program may have taken. */
  maxCompileMs: number
}

/**
 * The policy of `auto`. With patience 8 a run that ends just after compilation has lost at most an eighth, and
 * a fresh hot loop still reaches its peak well within 60 ms.
 */
export const tierPolicy: TierPolicy = {
  samplePeriod: 100_000,
  patience: 8,
  maxCodeBytes: 32 * 2 ** 20,
  maxCompileMs: 10_000,
}

/** Instructions the interpreter executes per millisecond: 600 to 950 M/s, measured (engine-guide.md section 1). */
export const INTERPRETED_PER_MS = 600_000

/** Estimated cost of analysing a program: per instruction, in ms. */
export const ANALYSIS_MS = 0.0007

/**
 * Estimated cost of a module in ms: fixed, per instruction, and for the first instructions of a process, whose
 * compilation runs through V8's own interpreter.
 */
export const MODULE_MS = 0.3
export const INSTRUCTION_MS = 0.003
export const COLD_INSTRUCTIONS = 1500
export const COLD_INSTRUCTION_MS = 0.02
