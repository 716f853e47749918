// The operand stack of the function at hand: what is known of each value on it. Not of locals: those are in locals.ts.

/** What a value is, beside a number. */
export const Kind = {
  Any: 0,
  /** root + shift + something from 0 to extent, modulo 2^32; root 0 is nothing. `exact`: no modulo, and not negative. */
  Value: 1,
  /** The gas local, the stack local, the gas that a call answered. */
  Gas: 2,
  Stack: 3,
  CallGas: 4,
  /** Local `source` + plus, rotated right by `x` bits. */
  Rotated: 5,
  /** Index into the rights table of the page of local `source` + plus; after a rotation by `x` bits. */
  Page: 6,
  /** The byte there; if y >= 0, and-ed with that of `source` + y. */
  Rights: 7,
  /** That and-ed with the right `z`; and whether it is 0. */
  Test: 8,
  Fail: 9,
  /** Whether local `source` is above local x; is x or more. */
  Above: 10,
  NotBelow: 11,
  /** The last address of the page of local `source`, less x. */
  PageEnd: 12,
  /** What becomes of a wide group's limit, local `source`: x widest, y reach, z right. */
  Limit: 13,
  /** Four times local `source`, which is below x; an entry of the dispatch table; whether that is 0 (in local `source`). */
  Scaled: 14,
  Entry: 15,
  NoEntry: 16,
  /** What a host call leaves: where the machine is, why compiled code has to leave. */
  Host: 17,
  /** As Test, of both rights: and-ed with 3. */
  TestBoth: 18,
} as const

/**
 * What may be further than this from what it is relative to is a value of its own: no check reaches over more than two
 * pages.
 */
export const MOST_EXTENT = 4096
const ROOM = 256

/** Columns of the stack; `height` operands are on it. */
export class Operands {
  height = 0
  /** The most there were. */
  highest = 0
  readonly kind: Uint8Array = new Uint8Array(ROOM)
  readonly root: Int32Array = new Int32Array(ROOM)
  /** A second root that is added, -1 for none. */
  readonly second: Int32Array = new Int32Array(ROOM)
  readonly shift: Int32Array = new Int32Array(ROOM)
  readonly extent: Int32Array = new Int32Array(ROOM)
  readonly exact: Uint8Array = new Uint8Array(ROOM)
  /** The local it is a copy of, plus `plus`; -1 for none. */
  readonly source: Int32Array = new Int32Array(ROOM)
  readonly plus: Int32Array = new Int32Array(ROOM)
  readonly x: Int32Array = new Int32Array(ROOM)
  readonly y: Int32Array = new Int32Array(ROOM)
  readonly z: Int32Array = new Int32Array(ROOM)

  begin(): void {
    this.height = 0
    this.highest = 0
  }

  /** Whether there is room for more. */
  get isFull(): boolean {
    return this.height >= ROOM - 8
  }

  /** Pushes a value of a kind about which nothing else is known; its place. */
  push(kind: number): number {
    const at = this.height++
    if (this.height > this.highest) this.highest = this.height
    this.kind[at] = kind
    this.source[at] = -1
    this.second[at] = -1
    this.exact[at] = 0
    return at
  }

  value(root: number, shift: number, extent: number, exact: boolean): number {
    const at = this.push(Kind.Value)
    this.root[at] = root
    this.shift[at] = shift
    this.extent[at] = extent
    this.exact[at] = exact ? 1 : 0
    return at
  }

  /** A number from 0 to `most`. */
  bounded(most: number): void {
    if (most <= MOST_EXTENT) this.value(0, 0, most, true)
    else this.push(Kind.Any)
  }

  /** Whether the operand is a constant, by its place. */
  isConstant(at: number): boolean {
    return this.kind[at] === Kind.Value && this.root[at] === 0 && this.second[at] === -1 && this.extent[at] === 0
  }

  /** Whether it is a local as it stands. */
  isLocal(at: number): boolean {
    return this.kind[at] === Kind.Value && this.source[at]! >= 0 && this.plus[at] === 0
  }

  /** Replaces the two values on top by their sum; `narrow` when they have 32 bits. */
  add(narrow: boolean): void {
    const b = --this.height
    const a = b - 1
    if (this.kind[a] !== Kind.Value || this.kind[b] !== Kind.Value) {
      this.forget(a)
      return
    }
    const constant = this.isConstant(b)
    const source = narrow && constant ? this.source[a]! : -1
    const plus = (this.plus[a]! + this.shift[b]!) | 0
    const extent = this.extent[a]! + this.extent[b]!
    const sum = this.shift[a]! + this.shift[b]!
    const exact = this.exact[a] === 1 && this.exact[b] === 1 && sum + extent < 2 ** 31
    if (extent > MOST_EXTENT || !this.#roots(a, b)) {
      this.forget(a)
      return
    }
    this.shift[a] = sum | 0
    this.extent[a] = extent
    this.exact[a] = exact ? 1 : 0
    this.source[a] = source
    this.plus[a] = plus
  }

  /** Puts the roots of two operands together into the first; false when there are more than two. */
  #roots(a: number, b: number): boolean {
    if (this.root[b] === 0) return true
    if (this.root[a] === 0) {
      this.root[a] = this.root[b]!
      this.second[a] = this.second[b]!
      return true
    }
    if (this.second[a] !== -1 || this.second[b] !== -1) return false
    this.second[a] = this.root[b]!
    return true
  }

  /** Nothing is known any more of the operand at a place. */
  forget(at: number): void {
    this.kind[at] = Kind.Any
    this.source[at] = -1
  }

  /** A local has been written: no operand is a copy of it any more. */
  unlink(local: number): void {
    for (let at = 0; at < this.height; at++) {
      if (this.kind[at] === Kind.Above && this.x[at] === local) this.forget(at)
      if (this.source[at] !== local) continue
      if (this.kind[at] === Kind.Value) this.source[at] = -1
      else this.forget(at)
    }
  }
}
