// A cell: one WebAssembly.Memory with the core's instance on it, the body of a machine. Cells are pooled, because a
// memory reserves gigabytes of address space and the engine's collector is slow to give them back. Not a machine: no
// program semantics, no host calls.
import { PAGE_COUNT } from '../../program/layout.ts'
import type { Program } from '../../program/program.ts'
import { ResourceError } from '../resource-error.ts'
import { Used } from './contract.gen.ts'
import { type CoreExports, coreModule } from './core.ts'
import { AT_ARENA, AT_VM, AT_WINDOW, MEMORY_SIZE, VM } from './layout.ts'
import { coreRules } from './rules.ts'

const WASM_PAGE = 65536
/** Cells kept for reuse; more are left to the collector. */
const MAX_IDLE = 8
/** Up to this many idle cells keep what they have decoded: another program gets a new cell. */
const KEEP = 4
/** What that many bytes of code decode to is soon made again: such a cell is given away once, 10 ms cheaper than a new one. */
const SMALL_CODE = 8192
/** A machine that touched more guest pages than this gives its memory back to the system: 32 MiB. */
const MAX_TOUCHED = 8192

/** Who answers the core while it runs: host calls, trace events. */
export interface CellUser {
  /** Makes the call of the `ecalli` at `pc`; the machine's pc is `next` already. Code for the core, see call_host in core/step.c: `HostAnswer`: Continue, or Stopped and an exit. */
  onEcalli(index: number, pc: number, next: number): number
  /** 0, or 1 to end the run. */
  onTrace(): number
  /** Compiled code has used up the gas it could see: whether there is more now. */
  onShort(): boolean
  /** Compiled code was left. May end the run, by taking the gas away. */
  onLeft(): void
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

/** The body of a machine. Fields change when the memory grows: do not keep the views across runs. */
export class Cell {
  readonly memory: WebAssembly.Memory
  readonly core: CoreExports
  /** Who uses the cell while it runs; undefined else, so that a machine nobody holds can be collected. */
  user: CellUser | undefined
  /** Calls compiled code: set by the recompiler. */
  enter: ((tableIndex: number) => number) | undefined
  /** Called after each slice of the interpreter while the word `hot` of struct pvm is not 0: set by the recompiler. */
  onSlice: (() => void) | undefined
  /** What the recompiler keeps with the program that is loaded here; dropped with it. */
  compiled: unknown
  /** The program whose decoded form is in the arena. */
  program: Program | undefined
  /** How many programs have been in it. */
  loads = 0
  readonly #arenaAt: number
  readonly #arenaEnd: number
  readonly #stackTop: number
  #buffer: ArrayBuffer
  u8: Uint8Array
  u32: Uint32Array
  i32: Int32Array
  regs: BigUint64Array
  regs32: Uint32Array
  gas: BigInt64Array

  /** @param arenaBytes size of an arena behind the window, for programs too large for the usual one; 0 for none. */
  constructor(arenaBytes = 0) {
    const size = MEMORY_SIZE + Math.ceil(arenaBytes / WASM_PAGE) * WASM_PAGE
    try {
      this.memory = new WebAssembly.Memory({ initial: size / WASM_PAGE, maximum: 65536 })
    } catch (error) {
      throw new ResourceError('memory', `a machine: the runtime gives no memory of ${size} bytes`, error)
    }
    this.#arenaAt = arenaBytes === 0 ? AT_ARENA : MEMORY_SIZE
    this.#arenaEnd = arenaBytes === 0 ? AT_WINDOW : size
    const env = {
      memory: this.memory,
      host: (index: number, pc: number, next: number): number => {
        if (this.u32.length === 0) this.refresh()
        return this.user!.onEcalli(index, pc >>> 0, next >>> 0)
      },
      trace: (): number => {
        if (this.u32.length === 0) this.refresh()
        return this.user!.onTrace()
      },
      enter: (tableIndex: number): number => {
        if (this.u32.length === 0) this.refresh()
        return this.enter!(tableIndex)
      },
      slice: (): void => {
        if (this.u32.length === 0) this.refresh()
        this.onSlice?.()
      },
    }
    this.core = instantiateCore(env)
    this.core.pvm_init()
    this.#stackTop = this.core.__stack_pointer.value as number
    this.#buffer = this.memory.buffer
    this.u8 = new Uint8Array(this.#buffer)
    this.u32 = new Uint32Array(this.#buffer)
    this.i32 = new Int32Array(this.#buffer)
    this.regs = new BigUint64Array(this.#buffer, AT_VM, 13)
    this.regs32 = new Uint32Array(this.#buffer, AT_VM, 26)
    this.gas = new BigInt64Array(this.#buffer, AT_VM + 104, 1)
  }

  /** After an error that unwound the core's frames, such as an overflow of the host's stack in the middle of a run. */
  recover(): void {
    this.core.__stack_pointer.value = this.#stackTop
    this.refresh()
    this.u32[(AT_VM + VM.busy) >>> 2] = 0
  }

  /**
   * Renews the views when the memory has grown: guest pages outside of the window beyond the frames there are. The core
   * does that while it runs, so whatever it calls looks first; a detached view has the length 0.
   */
  refresh(): void {
    if (this.memory.buffer === this.#buffer) return
    this.#buffer = this.memory.buffer
    this.u8 = new Uint8Array(this.#buffer)
    this.u32 = new Uint32Array(this.#buffer)
    this.i32 = new Int32Array(this.#buffer)
    this.regs = new BigUint64Array(this.#buffer, AT_VM, 13)
    this.regs32 = new Uint32Array(this.#buffer, AT_VM, 26)
    this.gas = new BigInt64Array(this.#buffer, AT_VM + 104, 1)
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

/** Bytes of arena that a program of that size needs, with room for its records. */
function arenaFor(codeLength: number, jumpSize: number): number {
  return 9.5 * codeLength + 16 * jumpSize + Math.min(24 * codeLength, 2 ** 26) + 2 ** 20
}

const idle: Cell[] = []

/** Whether a cell most likely has that code, from another load of the same bytes; `Cell.load` compares it all. */
function holdsCode(cell: Cell, program: Program): boolean {
  const { code } = program
  const other = cell.program?.code
  if (other === undefined || other.length !== code.length) return false
  const step = Math.ceil(code.length / 256)
  for (let at = 0; at < code.length; at += step) if (other[at] !== code[at]) return false
  return true
}

/**
 * A cell with that program in it: one that has it already, one that had a small program only, a new one, or when enough
 * are idle the one idle longest of those with the same rules. A new cell costs some milliseconds, most of them the collector's.
 */
export function takeCell(program: Program): Cell {
  const needed = arenaFor(program.code.length, program.jumpTable.length)
  const usual = needed - Math.min(24 * program.code.length, 2 ** 26) <= AT_WINDOW - AT_ARENA
  if (!usual) {
    const cell = new Cell(needed)
    cell.load(program)
    return cell
  }
  let at = idle.findLastIndex(cell => cell.program === program)
  if (at < 0) at = idle.findLastIndex(cell => holdsCode(cell, program))
  if (at < 0) at = idle.findIndex(cell => cell.loads === 1 && cell.program!.code.length <= SMALL_CODE)
  if (at < 0 && idle.length >= KEEP) {
    at = idle.findIndex(cell => cell.program?.profile === program.profile)
    if (at < 0) at = 0 // the one that has been idle longest makes room
  }
  let cell = at < 0 ? undefined : idle.splice(at, 1)[0]
  if (cell === undefined) cell = new Cell()
  cell.load(program)
  return cell
}

/** Gives a cell back. Its memory is zeroed, pages that were touched only, or left to the collector if those are many. */
export function releaseCell(cell: Cell): void {
  cell.user = undefined
  const touched = cell.core.pvm_used(AT_VM, Used.Touched)
  const grown = cell.memory.buffer.byteLength !== MEMORY_SIZE
  if (grown || touched > MAX_TOUCHED || idle.length >= MAX_IDLE) return
  // Only what is known to be clean is kept: not a cell that something was thrown through.
  if (cell.core.pvm_reset(AT_VM) !== 0 || cell.core.pvm_used(AT_VM, Used.Touched) !== 0) return
  if (cell.core.pvm_next_mapped(AT_VM, 0) < PAGE_COUNT || cell.regs.some(value => value !== 0n)) return
  idle.push(cell)
}

/** Idle cells and the bytes they hold, for tests and measurements. */
export function poolState(): { readonly idle: number; readonly arenaBytes: number } {
  return { idle: idle.length, arenaBytes: idle.reduce((sum, cell) => sum + cell.core.pvm_used(AT_VM, Used.Arena), 0) }
}
