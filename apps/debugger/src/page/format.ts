// Numbers as people read them. Not where they stand.
export const count = (value: number | bigint): string => value.toLocaleString('en-US')
export const hex = (value: number | bigint): string => `0x${value.toString(16)}`
export const signed = (value: bigint): string => count(BigInt.asIntN(64, value))
export const address = (value: number): string => value.toString(16).padStart(8, '0')

/** Parses an address as people type it; undefined when it is none. */
export function parseAddress(text: string): number | undefined {
  const dense = text.trim().replaceAll('_', '')
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(dense)) return undefined
  const value = Number(dense)
  return value < 2 ** 32 ? value : undefined
}
