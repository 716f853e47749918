// What is known of the local that keeps the address of a frame, in the function at hand. In a function that asks whether the frame
// has been checked, the local is 0 wherever it has not been. This holds behind calls and round loops too.
import { type Control, Frame, type Way } from './control.ts'
import type { Locals } from './locals.ts'
import type { Operands } from './operands.ts'
import type { ModuleReader } from './reader.ts'
import { FRAME_LOCAL, PC_LOCAL, WHY_LOCAL } from './words.ts'

/** No check of the frame local asks for more bytes. */
const MOST_FRAME = 4096

/** What it looks at and changes of the function (function-body.ts). */
interface Around {
  readonly reader: ModuleReader
  readonly operands: Operands
  readonly locals: Locals
  readonly control: Control
  readonly way: Way
  readonly turns: unknown
  opcode(): number
}

/** The frame local of one function after the other. */
export class FrameLocal {
  /** Whether a way round some loop leaves the local neither 0 nor checked, though it was one of these when the loop began. */
  lost = false
  /** The control frame of an `if` that checks it, or -1. */
  #open = -1
  /** Whether there is such an `if`. How many bytes the first check of the function asks for; 0 before it. Others should ask for as many. */
  #asks = false
  #bytes = 0

  begin(): void {
    this.lost = false
    this.#open = -1
    this.#asks = false
    this.#bytes = 0
  }

  get isOpen(): boolean {
    return this.#open >= 0
  }

  /** Whether the function asks if the frame is checked, and the answer may be wrong. */
  get isLost(): boolean {
    return this.#asks && this.lost
  }

  /** Notes that so many bytes from the address in the local may be read and written. */
  checked({ way }: Around, bytes: number): void {
    way.frame = bytes
    if (this.#bytes === 0) this.#bytes = bytes
    way.framed = bytes === this.#bytes
  }

  /** Notes that a local is set from the operand at a place. */
  assigned({ operands, reader, way }: Around, local: number, at: number): void {
    if (this.isOpen && local !== FRAME_LOCAL && local !== PC_LOCAL && local !== WHY_LOCAL)
      reader.refuse('local', 'a local is assigned where the frame is checked')
    if (local !== FRAME_LOCAL) return
    way.frame = 0
    way.framed = operands.isConstant(at) && operands.shift[at] === 0
  }

  /**
   * `local.get frame` has been read. If `i32.eqz` and `if` follow, this reads them and returns true. Code in the `if` checks the frame,
   * and assigns nothing else. If the local is not 0 the frame has been checked, and may be accessed as far as that check asked for.
   */
  opens(around: Around): boolean {
    const { control, operands, reader, way } = around
    const { bytes, at } = reader
    if (bytes[at] !== 0x45 || bytes[at + 1] !== 0x04 || bytes[at + 2] !== 0x40) return false
    around.opcode()
    around.opcode()
    reader.byte()
    if (operands.height !== 0 || this.isOpen) reader.refuse('control', 'a block among operands')
    if (around.turns !== undefined) reader.refuse('turns', 'a block in an unchecked turn')
    control.open(Frame.If, 0, way, reader.at)
    this.#open = control.depth - 1
    this.#asks = true
    way.frame = way.framed ? MOST_FRAME : 0
    control.join(this.#open, way)
    way.frame = 0
    return true
  }

  /** Called when a control frame has ended. If it is that `if`, this returns true, and all that is known of other locals stays. */
  closes({ locals, way }: Around, frame: number): boolean {
    if (this.#open !== frame) return false
    this.#open = -1
    // On the way that did not check, the local is 0 or has been checked for so many bytes, whatever was asked for here.
    if (way.frame > this.#bytes) way.frame = this.#bytes
    for (const local of [PC_LOCAL, WHY_LOCAL, FRAME_LOCAL]) locals.forget(local)
    return true
  }
}
