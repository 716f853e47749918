// Profiles in the format of pprof, a protocol buffer: the few fields that gas needs. Not compressed, which is how tools want it: gzip it.
// Field numbers are those of profile.proto of github.com/google/pprof.
import type { CallNode, GasProfile } from './profile.ts'

/** Bytes of a message while it is written. */
class Message {
  readonly #bytes: number[] = []

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  #varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value)
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes.push(Number(rest & 0x7fn) | 0x80)
    this.#bytes.push(Number(rest))
  }

  number(field: number, value: number | bigint): this {
    if (value === 0 || value === 0n) return this // as the format has it: 0 is left out
    this.#varint(BigInt(field * 8))
    this.#varint(BigInt(value))
    return this
  }

  part(field: number, bytes: Uint8Array): this {
    this.#varint(BigInt(field * 8 + 2))
    this.#varint(BigInt(bytes.length))
    for (const byte of bytes) this.#bytes.push(byte)
    return this
  }

  /** This packs several numbers into one field. */
  packed(field: number, values: readonly (number | bigint)[]): this {
    const inner = new Message()
    for (const value of values) inner.#varint(BigInt(value))
    return this.part(field, inner.bytes)
  }
}

/** A pprof profile with two values per stack: gas and executed instructions. Sums are those of the profile. */
export function pprofBytes(profile: GasProfile): Uint8Array {
  const strings = new Map<string, number>([['', 0]])
  const text = (value: string): number => {
    let at = strings.get(value)
    if (at === undefined) strings.set(value, (at = strings.size))
    return at
  }
  const valueType = (type: string, unit: string): Uint8Array =>
    new Message().number(1, text(type)).number(2, text(unit)).bytes
  const out = new Message().part(1, valueType('gas', 'gas')).part(1, valueType('instructions', 'count'))
  const functions = new Map<string, number>()
  const functionOf = ({ name, start }: CallNode): number => {
    const key = `${start}:${name}`
    let id = functions.get(key)
    if (id !== undefined) return id
    functions.set(key, (id = functions.size + 1))
    out.part(5, new Message().number(1, id).number(2, text(name)).number(3, text(name)).bytes)
    // One place per function: its number is the function's.
    const line = new Message().number(1, id).bytes
    out.part(
      4,
      new Message()
        .number(1, id)
        .number(3, start ?? 0)
        .part(4, line).bytes,
    )
    return id
  }
  const walk = (node: CallNode, stack: readonly number[]): void => {
    const here = [functionOf(node), ...stack] // the innermost is first
    if (node.gas !== 0n || node.instructions !== 0) {
      out.part(2, new Message().packed(1, here).packed(2, [node.gas, node.instructions]).bytes)
    }
    for (const child of node.children) walk(child, here)
  }
  walk(profile.root, [])
  out.number(14, text('gas'))
  for (const value of strings.keys()) out.part(6, new TextEncoder().encode(value))
  return out.bytes
}
