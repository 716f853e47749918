// The code of one function while it is written: in the workspace, where the core writes its part (core/recompiler/emit.c), and what
// does not fit there. Not the encoding: wasm-code.ts.
import { WasmCode } from './wasm-code.ts'

/** A function's code. `length` and `bytes` are of what is in the workspace. */
export class FunctionCode extends WasmCode {
  /** What was in the workspace before. */
  readonly #before = new WasmCode(0)

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
}
