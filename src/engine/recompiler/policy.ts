// The numbers of the tiers, and why they are what they are. Not the machinery: runtime.ts and ../auto.ts.

/** Programs whose analysis and modules are kept although no Program object refers to them. */
export const MAX_CACHED_PROGRAMS = 16

/** WebAssembly a program may have made; then what is not compiled stays interpreted. Doom whole is 5 MB. */
export const MAX_CODE_BYTES: number = 32 * 2 ** 20

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

/** Programs up to this many instructions are compiled whole, in one module. */
export const WHOLE_INSTRUCTIONS = 8000
