// The numbers that decide when code is compiled, and why they are what they are. hot-code.ts and runtime.ts use them.

/**
 * The first slice of gas that compiled code gets, by how much each slice that was used up makes the next one larger, and the largest
 * one. V8 replaces the code of a wasm function only when that is entered. So a long loop has to be left and entered again to get the
 * optimized code.
 */
export const FIRST_SLICE = 500_000
export const SLICE_GROWTH = 1.5
export const MAX_SLICE = 1_000_000_000

/** In a run with bounds, a loop lasts when a slice that ends in it has used at least so much gas. */
export const LASTING_GAS = 50_000

/**
 * A run with a bound of time compiles only what takes at most this share of the time that is left, by estimate. The share is small
 * because estimates are those of a quiet machine, and because V8 compiles code once more when it is first called.
 */
export const TIMED_SHARE = 0.3

/**
 * Programs with more bytes of code than this are never compiled: the analysis of 3.9 MB took 693 MB of memory. Doom has 0.5 MB.
 */
export const MAX_COMPILED_CODE: number = 2 ** 20

/** A module that is compiled on demand takes callees along until it has so many instructions. */
export const CLUSTER_INSTRUCTIONS = 6000

/**
 * Where everything is compiled, a function takes the functions behind it into its module until they have so many instructions. A
 * module costs 0.3 ms whatever is in it: 20,000 functions of one instruction took 53 s one by one.
 */
export const NEIGHBOUR_INSTRUCTIONS = 1000

/** Where everything is compiled, a program with at most so many instructions is compiled whole, in one module. */
export const WHOLE_INSTRUCTIONS = 8000

/**
 * How often modules are made again because of misaligned accesses. The last time all accesses of the program become tolerant.
 * Without this bound a program of many small functions had all its modules made again for each of them.
 */
export const MAX_REMAKES = 6

/**
 * A root that was left after at most so much gas on average, looked at after so many entries, is entered no more. An entry and the
 * way back cost about 150 ns, in which the interpreter does a hundred instructions. At this average they are 2.3 ns per gas. The
 * entries are more than `misalignedLimit`, so that code which is left for a misaligned access is made again first.
 */
export const BRIEF_GAS = 64
export const BRIEF_ENTRIES = 4000

/**
 * Compiled code stops before code that is not compiled. One of so many stops is counted, for all of them: the others never leave
 * WebAssembly. It is a prime number, so that a loop of as many stops does not count the same one each time. With 16 a pass over the
 * recorded services called JavaScript 2,500 times, which cost most where it was cold: in the passes after the first module.
 */
export const MISSES_ASKED = 251

/**
 * One of so many stops before an instruction that is not certain is counted, for all of them, as with MISSES_ASKED. A pass over the
 * recorded services has 700 of them, half of them first writes to a page.
 */
export const PAID_ASKED = 17

/**
 * Bytes of WebAssembly that a program may have made for each byte of its code, and beside. A service has 58 when everything it runs
 * is compiled. A function of 1,500 loops, compiled from each of them, had 1,700. V8's own compilers spend half a second on a megabyte.
 */
export const CODE_GROWTH = 64
export const CODE_BASE: number = 2 ** 20

/** When hot code is compiled. A user may set the fields before machines are made. */
export interface TierPolicy {
  /** The gas between two samples of the interpreter's pc, at first (`SAMPLE_STRETCH`). Once V8 has optimized it, a sample costs 0.2 µs. */
  samplePeriod: number
  /** Compilation starts when interpretation has taken this many times as long as compilation will. */
  patience: number
  /** How many bytes of WebAssembly a program may have. Beyond that, what is not compiled stays interpreted. The whole of Doom is 5 MB. */
  maxCodeBytes: number
  /**
   * Modules with more bytes are compiled by the host in the background, and the machine goes on interpreted until they
   * are there. What a host refuses to compile at once (Chrome's main thread: more than 8 MiB, formerly 4 KiB) goes that
   * way without being told.
   */
  maxSyncBytes: number
  /** How many milliseconds a program may take to make and validate its modules. */
  maxCompileMs: number
  /**
   * When an access has left compiled code so often because it is misaligned, its module is made again, with a check there that takes
   * any alignment. Leaving costs about 1 µs, a module 1 ms and more.
   */
  misalignedLimit: number
  /**
   * Whether each module is verified before the JavaScript engine gets it (docs/verifier.md). A module that is refused is not compiled: its
   * code stays interpreted, and `CodeStats.refused` counts it. With `strict`, for tests and fuzzing, the refusal is thrown.
   */
  verify: boolean | 'strict'
}

/**
 * The policy of `auto`. With patience 3 a run that ends just after a compilation has lost a third of the time that it took before.
 * One that goes on has won it back when it has gone on for less than half of that time. What it gives is measured: bench, traces,
 * time-to-peak, and the table of auto beside the interpreter.
 */
export const tierPolicy: TierPolicy = {
  samplePeriod: 50_000,
  patience: 3,
  maxCodeBytes: 32 * 2 ** 20,
  maxSyncBytes: Number.POSITIVE_INFINITY,
  maxCompileMs: 10_000,
  misalignedLimit: 1000,
  verify: false,
}

/** The gas that the interpreter uses in a millisecond. Measured are 350 (service code) to 1,100 (straight loops) million a second. */
export const INTERPRETED_PER_MS = 480_000

/**
 * The first gas that a process interprets. There it is four times slower, because V8 has not optimized the interpreter yet: it takes
 * 10 to 25 ms at 90 to 200 M/s, whatever the program. A sample stands for five times as long there, because the first slices have
 * none. A loop that lasts is compiled behind it.
 */
export const COLD_GAS = 2_000_000
export const COLD_SLOWNESS = 5
/** Slices of a process before the first sample. That one takes 0.4 ms, in which V8 reads the code that takes samples. */
export const FIRST_SLICES = 16

/**
 * A sample takes 10 to 20 µs as long as V8 interprets the code that takes it. It does for the first passes over the recorded services,
 * where samples took 4 % of the time. After so many samples of a code each one stands for so many periods, unless the last ones were in one loop.
 */
export const ENOUGH_SAMPLES = 64
export const SAMPLE_STRETCH = 4

/**
 * What it costs, in ms, when compiled code stops because what follows is not compiled: the way to the core and back, with what both
 * put into the machine and take out again. It was measured on recorded services by leaving one caller out. The time that is
 * interpreted because of such a stop is not in it, because the samples see that.
 */
export const MISS_MS = 0.00015

/**
 * What has run for less than `patience` times this long, in ms at the speed above, over all machines, is likely over soon:
 * 4.3 million instructions. A loop that ends just then has lost a third of its time to its module, not two thirds as with a
 * tenth of it; one of twice the length has lost nothing (bench/micro/short-runs.mjs).
 */
export const SHORT_MS = 3

/**
 * Samples in a row in one loop after which it counts as one that lasts. It is entered in the middle, and has this share of
 * the patience: a loop that has run for a millisecond will go on, more likely than any other code.
 */
export const LASTING_SAMPLES = 16
/** Samples in a row after which a function's module gets a root at the loop as well. */
export const SOON_SAMPLES = 4
export const LASTING_PATIENCE: number = 1 / 3
/**
 * Before the first module of a process, a loop that does not say how long it goes on has this share: 22 ms by estimate, which is after
 * 6.6 million instructions. With a third, after 2 million, one that ended just then took 2.3 to 4.5 times as long as on the interpreter. With
 * four thirds it would take 1.25 times as long, and the first loop of a process would reach its peak 40 ms later (bench/micro/time-to-peak.mjs).
 */
export const FIRST_LASTING_PATIENCE = 0.6
/**
 * Before the first module of a process, a loop that counts is compiled only if it will go on for this many times as long as that module
 * takes. Compiled code is two to three times as fast, so it has won the module back then.
 */
export const FAR_TO_GO = 2

/** A module takes along each function that has this share of the heat which would make it worth a module of its own. */
export const TOGETHER = 0.25

/**
 * A function goes into a module of functions that it calls when its own time and theirs while it called them have together this share
 * of what would make it worth a module of its own. With 0.07 callers came along that V8's optimizer worked for beside the guest, in the
 * passes over the recorded services in which it has most to do, for longer than they saved there.
 */
export const CALLER_SHARE = 0.4

/** Samples grow by this factor between two looks at whether all warm functions together are worth a module. */
export const GROUP_GROWTH = 1.1

/** Samples grow by this factor between two looks at what of the program has run by now: a look costs 4 ns per block. */
export const LOOK_GROWTH = 1.5

/** Callees of at most so many instructions are compiled with a function when they have run at all. */
export const SMALL_CALLEE = 150

/** Bytes of an instruction, on average: 3.3 in services, 2.9 in the small programs. */
export const INSTRUCTION_BYTES = 3.3

/**
 * Estimated cost of analysing a program: per instruction, in ms, and what the first one of a process costs; measured for the
 * 105 KB service: first analysis 0.15 to 0.3 µs, later ones 0.05 to 0.12. The first is followed by the first module, and a
 * run of a service must not wait for them: 32 runs of it in a fresh process end before (bench, traces).
 */
export const ANALYSIS_MS = 0.00015
export const COLD_ANALYSIS_MS = 0.00045
/** What the first analysis of a process takes in addition: V8 reads the code that analyses. It counts where time is bounded. */
export const FIRST_ANALYSIS_MS = 2.5

/**
 * Estimated cost of a module in ms: fixed, per instruction (a part of it V8's compilers), and what the first one of a
 * process and its first instructions cost more: the compiler itself runs through V8's interpreter then.
 */
export const MODULE_MS = 0.3
export const INSTRUCTION_MS = 0.004
/**
 * And what V8's optimizer takes away from the machine, for each instruction: it works for 33 µs in the background (78 KB of
 * WebAssembly for 2,500 instructions of a service: 84 ms), and where two processors share a core a third of that is missed.
 */
export const OPTIMIZED_MS = 0.01
/**
 * The first module of a process, measured on a quiet machine of two cores (Node 20): the analysis takes 2 ms in a small program and 4 to
 * 7 in the 105 KB service, the module 3 and 5 to 7. In the service's case the thread then waits 10 to 20 ms for a processor,
 * because up to four threads of V8 compile what has just become warm: the generator, this runtime, the module itself.
 */
export const FIRST_MODULE_MS = 12
export const COLD_INSTRUCTIONS = 1500
export const COLD_INSTRUCTION_MS = 0.008
