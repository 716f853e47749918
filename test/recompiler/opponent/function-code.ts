// The code of one function while it is written: in the workspace, where the core writes its part (core/recompiler/emit.c), and what
// does not fit there. Not the encoding: wasm-code.ts.
import { HOLE_LONG, HOLE_SIGNED, HOLE_UNSIGNED, RECORD_WORDS } from '../../../src/engine/machine/contract.gen.ts'
import type { Template } from '../../../src/engine/recompiler/template.ts'
import { WasmCode } from '../../../src/engine/recompiler/wasm-code.ts'

/** The longest encoding of one element of a template. */
const LONGEST = 10

/** A function's code. `length` and `bytes` are of what is in the workspace. */
export class FunctionCode extends WasmCode {
  /** What was in the workspace before. */
  readonly #before = new WasmCode(0)
  /** What `put` fills holes from. */
  readonly #parameters = new Int32Array(RECORD_WORDS)

  constructor() {
    super(0)
  }

  /** Begins a function, in these bytes of the workspace. */
  begin(area: Uint8Array): void {
    this.bytes = area
    this.length = 0
    this.values = 0
    this.#before.length = 0
  }

  /** Makes room by moving what is there elsewhere. */
  override reserve(extra: number): void {
    if (this.length + extra <= this.bytes.length) return
    this.#before.append(this)
    this.length = 0
  }

  /** All of it. */
  whole(): WasmCode {
    if (this.#before.length === 0) return this
    this.#before.append(this)
    return this.#before
  }

  /** A template without holes, or with two at most, filled from these parameters. */
  put(template: Template, p0 = 0, p1 = 0): void {
    const parameters = this.#parameters
    parameters[0] = p0
    parameters[1] = p1
    this.fill(template, parameters, 0)
  }

  /** A template with more. */
  putMany(template: Template, p0: number, p1: number, p2: number, p3: number, p4 = 0, p5 = 0): void {
    const parameters = this.#parameters
    parameters[0] = p0
    parameters[1] = p1
    parameters[2] = p2
    parameters[3] = p3
    parameters[4] = p4
    parameters[5] = p5
    this.fill(template, parameters, 0)
  }

  /**
   * A template with its holes filled from an array, parameter 0 at `first`. The lengths of numbers are unrolled: most have
   * one byte, and at over 460 bytes of bytecode V8 does not copy the method into all its callers (with loops instead, it
   * was copied, and TurboFan worked 107 ms for the 105 KB service instead of 91).
   */
  fill(template: Template, parameters: Int32Array, first: number): void {
    const { length } = template
    this.reserve(LONGEST * length)
    const { bytes } = this
    let at = this.length
    this.values += template[0]!
    for (let k = 1; k < length; k++) {
      const element = template[k]!
      if (element < HOLE_UNSIGNED) {
        bytes[at++] = element
        continue
      }
      const word = first + (element & 15)
      let low = parameters[word]!
      if (element < HOLE_SIGNED) {
        if (low >>> 0 <= 0x7f) {
          bytes[at++] = low
          continue
        }
        bytes[at++] = low | 0x80
        low >>>= 7
        if (low <= 0x7f) {
          bytes[at++] = low
          continue
        }
        bytes[at++] = low | 0x80
        low >>>= 7
        for (; low > 0x7f; low >>>= 7) bytes[at++] = low | 0x80
        bytes[at++] = low
        continue
      }
      let high = low >> 31
      if (element >= HOLE_LONG) high = parameters[word + 1]!
      else {
        if (low >= -64 && low <= 63) {
          bytes[at++] = low & 0x7f
          continue
        }
        bytes[at++] = low | 0x80
        low >>= 7
        if (low >= -64 && low <= 63) {
          bytes[at++] = low & 0x7f
          continue
        }
      }
      for (; high !== low >> 31 || low > 63 || low < -64; high >>= 7) {
        bytes[at++] = low | 0x80
        low = (low >>> 7) | (high << 25)
      }
      bytes[at++] = low & 0x7f
    }
    this.length = at
  }
}
