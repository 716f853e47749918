// Control frames of the function at hand, and what is known where ways meet: how much gas has been compared, which ranges may be used.
// The values of locals are not here, because nothing of those outlives a label.

export const Frame = { Block: 0, Loop: 1, If: 2, Value: 3 } as const

/** What is known on the way at hand. */
export class Way {
  /** Whether code is reached. */
  live = true
  /** How much gas there is at least: what was compared and is not yet paid. */
  gas = 0
  /** The bits of pairs of locals that keep a range. A bit is set while nothing has changed rights since its pair was set. */
  fresh = -1
  /** How many bytes from the address in the frame local may be read and written. Nothing has changed rights since they were checked. */
  frame = 0
  /** Whether the frame local is 0, or is checked: then as many bytes from its address may be accessed as every check of it asks for. */
  framed = true
  /** The number of the outermost loop around since whose head nothing has been paid. */
  unpaid = 0x7fffffff
  /** What was paid last at least, whichever way was taken. An exit may have no more given back. */
  paid = 0
  /** Whether the two locals of an exit do not belong together: the place in one is newer than the reason in the other. */
  astray = true
  /** Whether the target local is the index of compiled code. */
  target = false
  /** Whether nothing has been paid since the function began. */
  free = true
}

/** The frames that are open, and what is known of the ways that meet at the end of each. */
export class Control {
  depth = 0
  /** How many of the frames are loops. */
  loops = 0
  construct: number[] = []
  height: number[] = []
  /** Where the code of the frame begins. */
  begin: number[] = []
  /** For a loop, its number and what holds at its head. For any other frame, what the ways to its end have in common. */
  reached: boolean[] = []
  gas: number[] = []
  fresh: number[] = []
  unpaid: number[] = []
  bytes: number[] = []
  framed: boolean[] = []
  paid: number[] = []
  astray: boolean[] = []
  target: boolean[] = []
  free: boolean[] = []

  reset(): void {
    this.depth = 0
    this.loops = 0
  }

  /** Opens a frame whose code begins at `begin`. */
  open(construct: number, height: number, way: Way, begin: number): void {
    const d = this.depth++
    this.construct[d] = construct
    this.height[d] = height
    this.begin[d] = begin
    this.reached[d] = false
    if (construct !== Frame.Loop) return
    way.paid = 0
    this.fresh[d] = way.fresh
    this.unpaid[d] = this.loops
    if (way.unpaid > this.loops) way.unpaid = this.loops
    this.loops += 1
    way.gas = 0
    way.target = false
    way.frame = 0
    this.astray[d] = way.astray
    this.framed[d] = way.framed
  }

  /** The frame that stands `label` frames outside of the innermost, or -1. */
  frame(label: number): number {
    return label < this.depth ? this.depth - 1 - label : -1
  }

  /** The way at hand goes to the end of a frame that is no loop. */
  join(frame: number, way: Way): void {
    if (!this.reached[frame]) {
      this.reached[frame] = true
      this.gas[frame] = way.gas
      this.fresh[frame] = way.fresh
      this.unpaid[frame] = way.unpaid
      this.bytes[frame] = way.frame
      this.framed[frame] = way.framed
      this.paid[frame] = way.paid
      this.astray[frame] = way.astray
      this.target[frame] = way.target
      this.free[frame] = way.free
      return
    }
    if (way.gas < this.gas[frame]!) this.gas[frame] = way.gas
    this.fresh[frame] = this.fresh[frame]! & way.fresh
    if (way.unpaid < this.unpaid[frame]!) this.unpaid[frame] = way.unpaid
    if (way.frame < this.bytes[frame]!) this.bytes[frame] = way.frame
    if (!way.framed) this.framed[frame] = false
    if (way.paid < this.paid[frame]!) this.paid[frame] = way.paid
    if (way.astray) this.astray[frame] = true
    if (!way.target) this.target[frame] = false
    if (way.free) this.free[frame] = true
  }

  /** Leaves the innermost frame, whose end the way at hand reaches if it is live. */
  close(way: Way): void {
    const d = this.depth - 1
    if (this.construct[d] === Frame.Loop) this.loops -= 1
    else {
      if (way.live) this.join(d, way)
      way.live = this.reached[d]!
      if (way.live) {
        way.gas = this.gas[d]!
        way.fresh = this.fresh[d]!
        way.unpaid = this.unpaid[d]!
        way.frame = this.bytes[d]!
        way.framed = this.framed[d]!
        way.paid = this.paid[d]!
        way.astray = this.astray[d]!
        way.target = this.target[d]!
        way.free = this.free[d]!
      }
    }
    this.depth = d
  }
}
