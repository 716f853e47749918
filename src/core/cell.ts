// A cell is where a machine runs: one WebAssembly.Memory with an instance of the core on it. residence.ts and cell-pool.ts know which
// cells there are and who is in them.
import type { Program } from '../program/program.ts'
import type { CellTally } from './cell-tally.ts'
import { AT_ARENA, AT_VM, AT_WINDOW, FRAMES_SIZE, VM, WINDOW_END } from './contract.gen.ts'
import { type CoreExports, coreModule } from './core.ts'
import { ResourceError } from './resource-error.ts'
import { coreRules } from './rules.ts'

const WASM_PAGE = 65536
/** The size of the largest memory, in bytes: a page less than 4 GiB, so that its end is still an address. */
const MAX_SIZE = 2 ** 32 - WASM_PAGE

function wholePages(bytes: number): number {
  return Math.ceil(bytes / WASM_PAGE) * WASM_PAGE
}

/** Who answers the core while it runs: host calls, trace events. */
export interface CellUser {
  /**
   * Makes the host call of the `ecalli` at `pc`. The machine's pc is `next` already. Returns a `HostAnswer`: `Continue`, or
   * `Stopped` plus an exit.
   */
  onEcalli(index: number, pc: number, next: number): number
  /** Reports the event that the core has written. Returns 0, or 1 to end the run. */
  onTrace(): number
  /** How much gas compiled code may use before `onSpent` has to be called. It is infinity where the run has no bound of time. */
  readonly sliceGas: number
  /** Called when compiled code has used so much gas since the last call. It may end the run by taking the gas away. */
  onSpent(gas: number): void
  /** Called when compiled code was left. It may end the run by taking the gas away; then it returns true. */
  onLeft(): boolean
  /** The milliseconds that the run has left. It is infinity without a bound. */
  readonly remainingMs: number
}

/** Makes an instance of the core. */
function instantiateCore(env: WebAssembly.ModuleImports): CoreExports {
  const module = coreModule()
  try {
    return new WebAssembly.Instance(module, { env }).exports as unknown as CoreExports
  } catch (error) {
    throw new ResourceError('memory', 'a machine: the runtime makes no instance of the core', error)
  }
}

/** The sizes of a cell that differ between cells, in bytes. */
export interface CellSizes {
  /** The size of an arena of its own, for a program that is too large for the usual one, or 0. */
  readonly arena: number
  /** The room for pages outside of the window. It is FRAMES_SIZE in most cells. */
  readonly frames: number
  /** The room at its end for counts of runs; default none. */
  readonly counts?: number
}

/** Where a machine runs. Its memory never grows, so views of it stay valid. */
export class Cell {
  readonly memory: WebAssembly.Memory
  readonly core: CoreExports
  /** Who answers the core while it runs. Undefined otherwise, so that the cell does not keep a dropped machine from being collected. */
  user: CellUser | undefined
  /** Called after each slice of the interpreter, while the word `hot` of struct pvm is not 0. The recompiler sets it. */
  onSlice: ((gas: number) => void) | undefined
  /** Called once when a run with a bound of time is over. The recompiler sets it. */
  onUnbound: (() => void) | undefined
  /** What the recompiler keeps with the program that is loaded here. It is dropped together with the program. */
  compiled: unknown
  /** The counts of its machine's runs, if somebody has asked for them. */
  tally: CellTally | undefined
  /** Where the memory ends, without the room for counts. */
  readonly end: number
  /** The program whose decoded form is in the arena. */
  program: Program | undefined
  /** How many programs have been in it. */
  loads = 0
  readonly #arenaAt: number
  readonly #arenaEnd: number
  readonly #stackTop: number
  readonly u8: Uint8Array
  readonly u32: Uint32Array
  readonly i32: Int32Array
  readonly regs: BigUint64Array
  readonly regs32: Uint32Array
  readonly gas: BigInt64Array

  constructor({ arena, frames, counts = 0 }: CellSizes = { arena: 0, frames: FRAMES_SIZE }) {
    const behind = wholePages(arena) + wholePages(counts)
    const framesEnd = wholePages(WINDOW_END + Math.min(frames, MAX_SIZE - WINDOW_END - behind))
    const size = framesEnd + behind
    this.end = size - wholePages(counts)
    try {
      this.memory = new WebAssembly.Memory({ initial: size / WASM_PAGE, maximum: size / WASM_PAGE })
    } catch (error) {
      throw new ResourceError('memory', `a machine: the runtime gives no memory of ${size} bytes`, error)
    }
    this.#arenaAt = arena === 0 ? AT_ARENA : framesEnd
    this.#arenaEnd = arena === 0 ? AT_WINDOW : this.end
    const env = {
      memory: this.memory,
      host: (index: number, pc: number, next: number): number => this.user!.onEcalli(index, pc >>> 0, next >>> 0),
      trace: (): number => this.user!.onTrace(),
      slice: (gas: number): void => this.onSlice?.(gas),
    }
    this.core = instantiateCore(env)
    this.core.pvm_init(framesEnd)
    this.#stackTop = this.core.__stack_pointer.value as number
    const { buffer } = this.memory
    this.u8 = new Uint8Array(buffer)
    this.u32 = new Uint32Array(buffer)
    this.i32 = new Int32Array(buffer)
    this.regs = new BigUint64Array(buffer, AT_VM + VM.regs, 13)
    this.regs32 = new Uint32Array(buffer, AT_VM + VM.regs, 26)
    this.gas = new BigInt64Array(buffer, AT_VM + VM.gas, 1)
  }

  /** Makes the core usable again after an error went through its frames, such as an overflow of the host's stack. */
  recover(): void {
    this.core.__stack_pointer.value = this.#stackTop
    this.u32[(AT_VM + VM.busy) >>> 2] = 0
  }

  /** Puts a program into the arena. If its code is there already, decoded instructions stay. */
  load(program: Program): void {
    if (this.program === program) return
    const { code, bitmask, jumpTable, jumpTableLength } = program
    const { core } = this
    const at = core.pvm_stage(AT_VM, this.#arenaAt, this.#arenaEnd, code.length, jumpTable.length) >>> 0
    if (at === 0) throw new RangeError(`program: ${code.length} bytes of code do not fit the arena`)
    const maskAt = at + align16(code.length)
    this.u8.set(code, at)
    this.u8.set(bitmask, maskAt)
    this.u32.set(jumpTable, (maskAt + align16((code.length >>> 3) + 1)) >>> 2)
    const loaded = core.pvm_load(AT_VM, this.#arenaAt, this.#arenaEnd, code.length, jumpTableLength, jumpTable.length)
    if (loaded < 0) throw new RangeError(`program: ${code.length} bytes of code do not fit the arena`)
    const rules = coreRules(program)
    core.pvm_set_profile(AT_VM, rules.set, rules.rules, rules.gasModel)
    if (loaded === 0 || this.program?.profile !== program.profile) {
      this.compiled = undefined
      core.pvm_clear_entries(AT_VM)
    }
    this.program = program
    this.loads += 1
  }
}

function align16(n: number): number {
  return (n + 15) & ~15
}
