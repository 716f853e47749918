// What host calls put into register 7 (GP B.3), and what `invoke` does (GP B.8). Not the calls.

/** Result codes of host calls, as unsigned 64-bit values (GP B.3). */
export const HostResult = {
  /** The call succeeded. */
  OK: 0n,
  /** The item does not exist. */
  NONE: 0xffffffffffffffffn,
  /** The host call is unknown. */
  WHAT: 0xfffffffffffffffen,
  /** Memory of an inner machine is not accessible. */
  OOB: 0xfffffffffffffffdn,
  /** The index or service is unknown. */
  WHO: 0xfffffffffffffffcn,
  /** The storage is full, or there are no more resources. */
  FULL: 0xfffffffffffffffbn,
  /** The core index is unknown. */
  CORE: 0xfffffffffffffffan,
  /** There are not enough funds. */
  CASH: 0xfffffffffffffff9n,
  /** Gas limit too low. */
  LOW: 0xfffffffffffffff8n,
  /** The operation is invalid. */
  HUH: 0xfffffffffffffff7n,
} as const

/** The name of a result code, or undefined when the value is none but a length or number. OK is 0 and counts as none. */
export function hostResultName(value: bigint): keyof typeof HostResult | undefined {
  for (const [name, code] of Object.entries(HostResult)) {
    if (code === value && code !== HostResult.OK) return name as keyof typeof HostResult
  }
  return undefined
}
