// What host calls put into register 7 (GP B.3), and what `invoke` does (GP B.8). Not the calls.

/** Result codes of host calls, as unsigned 64-bit values (GP B.3). */
export const HostResult = {
  /** Success. */
  OK: 0n,
  /** The item does not exist. */
  NONE: 0xffffffffffffffffn,
  /** Unknown host call. */
  WHAT: 0xfffffffffffffffen,
  /** Memory of an inner machine is not accessible. */
  OOB: 0xfffffffffffffffdn,
  /** Index or service unknown. */
  WHO: 0xfffffffffffffffcn,
  /** Storage full, no more resources. */
  FULL: 0xfffffffffffffffbn,
  /** Core index unknown. */
  CORE: 0xfffffffffffffffan,
  /** Insufficient funds. */
  CASH: 0xfffffffffffffff9n,
  /** Gas limit too low. */
  LOW: 0xfffffffffffffff8n,
  /** Invalid operation. */
  HUH: 0xfffffffffffffff7n,
} as const

/** The name of a result code, or undefined when the value is none but a length or number. OK is 0 and counts as none. */
export function hostResultName(value: bigint): keyof typeof HostResult | undefined {
  for (const [name, code] of Object.entries(HostResult)) {
    if (code === value && code !== HostResult.OK) return name as keyof typeof HostResult
  }
  return undefined
}
