// A cell: one WebAssembly.Memory with the core's instance on it, where a machine runs. Not a machine: no program semantics, no
// host calls. Not who has it: residence.ts and cell-pool.ts.
import type { Program } from '../program/program.ts'
import type { CellTally } from './cell-tally.ts'
import { AT_ARENA, AT_VM, AT_WINDOW, FRAMES_SIZE, VM, WINDOW_END } from './contract.gen.ts'
import { type CoreExports, coreModule } from './core.ts'
import { ResourceError } from './resource-error.ts'
import { coreRules } from './rules.ts'

const WASM_PAGE = 65536
/** Bytes of the largest memory: a page less than 4 GiB, so that its end is still an address. */
const MAX_SIZE = 2 ** 32 - WASM_PAGE

function wholePages(bytes: number): number {
  return Math.ceil(bytes / WASM_PAGE) * WASM_PAGE
}

/** Who answers the core while it runs: host calls, trace events. */
export interface CellUser {
  /** Makes the call of the `ecalli` at `pc`; the machine's pc is `next` already. Code for the core, see call_host in core/interpreter/step.c: `HostAnswer`: Continue, or Stopped and an exit. */
  onEcalli(index: number, pc: number, next: number): number
  /** 0, or 1 to end the run. */
  onTrace(): number
  /** Gas that compiled code may use before it says so; infinity where the run has no bound of time. */
  readonly sliceGas: number
  /** Compiled code has used so much gas since it said so last. May end the run, by taking the gas away. */
  onSpent(gas: number): void
  /** Compiled code was left. May end the run, by taking the gas away; then true. */
  onLeft(): boolean
  /** Milliseconds that the run has left; infinity without a bound. */
  readonly remainingMs: number
}

/** An instance of the core. */
function instantiateCore(env: WebAssembly.ModuleImports): CoreExports {
  const module = coreModule()
  try {
    return new WebAssembly.Instance(module, { env }).exports as CoreExports
  } catch (error) {
    throw new ResourceError('memory', 'a machine: the runtime makes no instance of the core', error)
  }
}

/** What a cell needs beyond what all of them have. */
export interface CellSizes {
  /** Bytes of an arena of its own, for a program too large for the usual one; 0 for none. */
  readonly arena: number
  /** Bytes for pages outside of the window; FRAMES_SIZE in most of them. */
  readonly frames: number
  /** Bytes at its end for counts of its runs; default none. */
  readonly counts?: number
}

/** Where a machine runs. Its memory never grows: views of it stay what they are. */
export class Cell {
  readonly memory: WebAssembly.Memory
  readonly core: CoreExports
  /** Who uses the cell while it runs. Undefined otherwise: then the cell does not keep a forgotten machine from being collected. */
  user: CellUser | undefined
  /** Called after each slice of the interpreter while the word `hot` of struct pvm is not 0: set by the recompiler. */
  onSlice: ((gas: number) => void) | undefined
  /** Called once when a run with a bound of time is over: set by the recompiler. */
  onUnbound: (() => void) | undefined
  /** What the recompiler keeps with the program that is loaded here; dropped with it. */
  compiled: unknown
  /** Counts of its machine's runs, where somebody asked for them. */
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
    this.regs = new BigUint64Array(buffer, AT_VM, 13)
    this.regs32 = new Uint32Array(buffer, AT_VM, 26)
    this.gas = new BigInt64Array(buffer, AT_VM + 104, 1)
  }

  /** Makes the core usable after an error went through its frames, such as an overflow of the host's stack in the middle of a run. */
  recover(): void {
    this.core.__stack_pointer.value = this.#stackTop
    this.u32[(AT_VM + VM.busy) >>> 2] = 0
  }

  /** Puts a program into the arena, unless its code is there already; decoded instructions then stay. */
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
