// Exit codes of the process, which scripts can rely on. Not what leads to them: errors.ts.

/** These are the exit codes of the process. */
export const ExitCode = {
  Ok: 0,
  /** A comparison failed: conformance misses, a replay that differs. */
  Different: 1,
  /** Options are wrong, or input is unreadable or malformed. */
  Usage: 2,
  /** The output cannot be written: a full disk, a closed stream. */
  Output: 3,
  /** The host has too little memory or stack. */
  Resource: 4,
  /** The program of `coulis run` has panicked. */
  Panic: 10,
  /** It has stopped at an inaccessible page. */
  PageFault: 11,
  /** It has run out of gas. */
  OutOfGas: 12,
  /** It stopped at a host call that nobody handles. */
  Host: 13,
  /** It was stopped: a breakpoint, a step limit, or a host function that asked for it. */
  Stopped: 14,
  /** There is a mistake in coulis itself. */
  Internal: 70,
  /** Ctrl-C, as shells have it. */
  Interrupted: 130,
} as const
