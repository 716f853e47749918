// What is known of each local of the function at hand: its value relative to roots, checked addresses, limits, pairs. All but the
// pairs holds from where it was found out to the next label. The rules that use it are in function.ts and access.ts.
import { Meaning, type Operands } from './operands.ts'
import { FRAME_LOCAL } from './words.ts'

/** What a local is for, all over the function. */
const Use = { None: 0, Other: 1, Low: 2, Size: 3 } as const

/** A pair of locals that keeps the range of a stream. For all n below size, `span` bytes from low + n on have the right. */
export interface Pair {
  readonly low: number
  readonly size: number
  /** Its number, a bit of which says whether nothing has changed rights since it was set. */
  readonly bit: number
  /** 0 while no range has been asked for. */
  span: number
  right: number
}

/** What is known, in columns with an entry for each local. */
export class Locals {
  count = 0
  /** It grows at labels. What was found out under a lower number counts no more. */
  epoch = 1
  #roots = 1
  #room = 0
  /** The value, if `known` is the epoch. The columns are those of Operands. */
  known: Int32Array = new Int32Array(0)
  root: Int32Array = new Int32Array(0)
  second: Int32Array = new Int32Array(0)
  shift: Int32Array = new Int32Array(0)
  extent: Int32Array = new Int32Array(0)
  exact: Uint8Array = new Uint8Array(0)
  /** How many bytes from the address in the local have which right, if `checked` is the epoch. */
  checked: Int32Array = new Int32Array(0)
  right: Int32Array = new Int32Array(0)
  bytes: Int32Array = new Int32Array(0)
  /** What the local is the limit of, if `limited` is the epoch: the base of a wide group, its right, the bytes of its widest access. */
  limited: Int32Array = new Int32Array(0)
  limitRoot: Int32Array = new Int32Array(0)
  limitSecond: Int32Array = new Int32Array(0)
  limitShift: Int32Array = new Int32Array(0)
  limitRight: Int32Array = new Int32Array(0)
  limitBytes: Int32Array = new Int32Array(0)
  /** The local is below `bound`, if `bounded` is the epoch; it is an index of compiled code, if `entry` is. */
  bounded: Int32Array = new Int32Array(0)
  bound: Int32Array = new Int32Array(0)
  entry: Int32Array = new Int32Array(0)
  use: Uint8Array = new Uint8Array(0)
  pairOf: (Pair | undefined)[] = []
  pairs: Pair[] = []

  begin(count: number): void {
    this.count = count
    this.#roots = 1
    if (count > this.#room) this.#grow(Math.max(2 * this.#room, count, 64))
    this.use.fill(0, 0, count)
    if (this.pairs.length > 0) {
      this.pairOf = []
      this.pairs = []
    }
    this.label()
  }

  #grow(room: number): void {
    this.#room = room
    this.epoch = 1
    const column = (): Int32Array<ArrayBuffer> => new Int32Array(room)
    this.known = column()
    this.root = column()
    this.second = column()
    this.shift = column()
    this.extent = column()
    this.exact = new Uint8Array(room)
    this.checked = column()
    this.right = column()
    this.bytes = column()
    this.limited = column()
    this.limitRoot = column()
    this.limitSecond = column()
    this.limitShift = column()
    this.limitRight = column()
    this.limitBytes = column()
    this.bounded = column()
    this.bound = column()
    this.entry = column()
    this.use = new Uint8Array(room)
  }

  /** Called where ways meet. What was known of locals ends there. */
  label(): void {
    this.epoch += 1
  }

  /** The root of a local whose value is not known otherwise. */
  rootOf(local: number): number {
    if (this.known[local] !== this.epoch) {
      this.known[local] = this.epoch
      this.root[local] = this.#roots++
      this.second[local] = -1
      this.shift[local] = 0
      this.extent[local] = 0
      this.exact[local] = 0
    }
    return this.root[local]!
  }

  /** Pushes a local. */
  get(operands: Operands, local: number): void {
    this.rootOf(local)
    const at = operands.value(this.root[local]!, this.shift[local]!, this.extent[local]!, this.exact[local] === 1)
    operands.second[at] = this.second[local]!
    operands.source[at] = local
    operands.plus[at] = 0
  }

  /** Sets a local to the operand at a place, which stays where it is. False when the local keeps a range. */
  set(operands: Operands, at: number, local: number): boolean {
    if (this.use[local]! >= Use.Low) return false
    this.use[local] = Use.Other
    this.checked[local] = 0
    this.limited[local] = 0
    this.bounded[local] = 0
    this.entry[local] = 0
    if (operands.meaning[at] === Meaning.Value) {
      this.known[local] = this.epoch
      this.root[local] = operands.root[at]!
      this.second[local] = operands.second[at]!
      this.shift[local] = operands.shift[at]!
      this.extent[local] = operands.extent[at]!
      this.exact[local] = operands.exact[at]!
    } else this.known[local] = 0
    operands.unlink(local)
    return true
  }

  /** Forgets all that is known of a local that keeps no range. */
  forget(local: number): void {
    this.known[local] = 0
    this.checked[local] = 0
    this.limited[local] = 0
    this.bounded[local] = 0
    this.entry[local] = 0
  }

  /** Notes that bytes from the address in a local have a right. */
  check(local: number, right: number, bytes: number): void {
    this.checked[local] = this.epoch
    this.right[local] = right
    this.bytes[local] = bytes
  }

  /** The pair of two locals. It is undefined when they have been something else before. */
  pair(low: number, size: number): Pair | undefined {
    const known = this.pairOf[low]
    if (known !== undefined) return known.size === size && known.low === low ? known : undefined
    const { use } = this
    // Parameters and locals with a meaning of their own keep no range.
    if (low <= FRAME_LOCAL || size <= FRAME_LOCAL) return undefined
    if (low === size || use[low] !== Use.None || use[size] !== Use.None || this.pairs.length >= 32) return undefined
    use[low] = Use.Low
    use[size] = Use.Size
    const made: Pair = { low, size, bit: 1 << this.pairs.length, span: 0, right: 0 }
    this.pairs.push(made)
    this.pairOf[low] = made
    this.pairOf[size] = made
    return made
  }
}
