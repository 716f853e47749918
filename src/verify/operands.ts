// The operand stack of the function that is being verified: what is known of each value on it. locals.ts has the same for locals.

/** What a value is. The comments say what it stands for, and which columns of its place are used. */
export const Meaning = {
  Any: 0,
  /**
   * root + shift + something from 0 to extent, modulo 2^32. Root 0 stands for nothing. `exact` says that it has not wrapped, and is
   * not negative.
   */
  Value: 1,
  /** The gas local. Stack is the stack local, and CallGas the gas that a call has left. */
  Gas: 2,
  Stack: 3,
  CallGas: 4,
  /** Local `source` plus `plus`, rotated right by `x` bits. */
  Rotated: 5,
  /** The index of a page in the table of rights, for an access of `x` bytes at local `source` plus `plus`. */
  Page: 6,
  /** The rights byte of that page. If `y` is not negative, it is and-ed with the byte of `source` plus `y`. */
  Rights: 7,
  /** That byte, and-ed with the right `z`. It is about `x` bytes. Fail says whether the result is 0. */
  Test: 8,
  Fail: 9,
  /** Whether local `source` is above local `x`. NotBelow says whether it is `x` or more, where `x` is a number. */
  Above: 10,
  NotBelow: 11,
  /** The last address of the page of local `source`, less `x`. */
  PageEnd: 12,
  /** The limit of a wide group, computed from local `source`: `x` is the bytes of the widest access less 1, `z` the right. */
  Limit: 13,
  /**
   * Four times local `source`. Entry is an entry of the dispatch table. NoEntry says whether local `source`, which holds one, is 0.
   */
  Scaled: 14,
  Entry: 15,
  NoEntry: 16,
  /** What a host call leaves behind: where the machine is, and why compiled code has to leave. */
  Host: 17,
  /** The same as Test, but and-ed with 3, for both rights. */
  TestBoth: 18,
} as const

/**
 * If a value may be further than this from its root, it gets a root of its own, because no check reaches over more than two pages.
 */
export const MOST_EXTENT = 4096
const ROOM = 256

/** The stack, in columns. `height` operands are on it. */
export class Operands {
  height = 0
  /** The most operands that were on it at once. */
  highest = 0
  readonly meaning: Uint8Array = new Uint8Array(ROOM)
  readonly root: Int32Array = new Int32Array(ROOM)
  /** A second root that is added, or -1. */
  readonly second: Int32Array = new Int32Array(ROOM)
  readonly shift: Int32Array = new Int32Array(ROOM)
  readonly extent: Int32Array = new Int32Array(ROOM)
  readonly exact: Uint8Array = new Uint8Array(ROOM)
  /** The local that it is a copy of, plus `plus`, or -1. */
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

  /** Pushes a value of which nothing but the meaning is known. Returns its place. */
  push(meaning: number): number {
    const at = this.height++
    if (this.height > this.highest) this.highest = this.height
    this.meaning[at] = meaning
    this.source[at] = -1
    this.second[at] = -1
    this.exact[at] = 0
    return at
  }

  value(root: number, shift: number, extent: number, exact: boolean): number {
    const at = this.push(Meaning.Value)
    this.root[at] = root
    this.shift[at] = shift
    this.extent[at] = extent
    this.exact[at] = exact ? 1 : 0
    return at
  }

  /** Pushes a number from 0 to `most`. */
  bounded(most: number): void {
    if (most <= MOST_EXTENT) this.value(0, 0, most, true)
    else this.push(Meaning.Any)
  }

  /** Whether the operand at a place is a constant. */
  isConstant(at: number): boolean {
    return this.meaning[at] === Meaning.Value && this.root[at] === 0 && this.second[at] === -1 && this.extent[at] === 0
  }

  /** Whether the operand at a place is exactly what a local holds. */
  isLocal(at: number): boolean {
    return this.meaning[at] === Meaning.Value && this.source[at]! >= 0 && this.plus[at] === 0
  }

  /** Replaces the two values on top by their sum. `narrow` says that they have 32 bits. */
  add(narrow: boolean): void {
    const b = --this.height
    const a = b - 1
    if (this.meaning[a] !== Meaning.Value || this.meaning[b] !== Meaning.Value) {
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

  /** Puts the roots of two operands together into the first. Returns false when there are more than two roots. */
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

  /** Forgets all that is known of the operand at a place. */
  forget(at: number): void {
    this.meaning[at] = Meaning.Any
    this.source[at] = -1
  }

  /** Called when a local has been written. No operand is a copy of it any more. */
  unlink(local: number): void {
    for (let at = 0; at < this.height; at++) {
      if (this.meaning[at] === Meaning.Above && this.x[at] === local) this.forget(at)
      if (this.source[at] !== local) continue
      if (this.meaning[at] === Meaning.Value) this.source[at] = -1
      else this.forget(at)
    }
  }
}
