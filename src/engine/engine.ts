/// <reference lib="esnext.disposable" preserve="true" />
// The contract every engine satisfies: machines, how they are made and run. Not an implementation.
import type { Access } from '../blob/address-space.ts'
import type { Profile } from '../program/profile.ts'
import type { Program } from '../program/program.ts'
import type { Exit } from './exit.ts'
import type { VmStatus, VmSummary } from './face.ts'
import type { Memory } from './memory.ts'
import type { RunAsyncOptions, RunOptions } from './run-options.ts'
import type { Tracer } from './tracing.ts'

/** The engines. `auto` interprets at once and compiles what gets hot. */
export type EngineKind = 'reference' | 'interpreter' | 'recompiler' | 'auto'

/** Every engine name, for help texts and option checks. */
export const ENGINE_KINDS: readonly EngineKind[] = ['reference', 'interpreter', 'recompiler', 'auto']

/** A page range to map at start, for plain programs. Page aligned. */
export interface Mapping {
  readonly address: number
  readonly length: number
  readonly access: Access
}

/** Bytes to put into mapped memory at start, whatever its rights. */
export interface MemoryChunk {
  readonly address: number
  readonly bytes: Uint8Array
}

/** How a machine starts. Everything is optional. */
export interface StartOptions {
  /** Arguments of a standard program, up to 2^24 bytes (GP A.7); default none. */
  readonly args?: Uint8Array
  /** Start pc, or the entry point it belongs to (`is-authorized` and `refine` 0, `accumulate` 5); default 0. */
  readonly entry?: number | 'is-authorized' | 'refine' | 'accumulate'
  /** Gas, 0…2^63 - 1. Without it the machine has to be given some before it runs (`vm.gas`). */
  readonly gas?: bigint
  /** Registers, up to 13; default those of the program's format, else 0. */
  readonly regs?: ArrayLike<bigint>
  /** Further memory to map; default none. */
  readonly pages?: readonly Mapping[]
  /** Contents for mapped memory; default none. */
  readonly memory?: readonly MemoryChunk[]
  /** Where the heap of a plain program ends at start and how far sbrk may grow it; default: no heap. */
  readonly heap?: { readonly start: number; readonly limit: number }
  /** Host functions; default none, every `ecalli` exits with `Exit.Host`. */
  readonly host?: HostTable
  /** What `run` does when a host function throws: rethrow as HostCallError, or return Panic; default `throw`. */
  readonly hostErrors?: 'throw' | 'panic'
}

/** What has been compiled of a program, over all machines that run its code, and what this machine made of it. */
export interface CodeStats {
  readonly modules: number
  /** Functions, and variants of functions that start elsewhere. */
  readonly functions: number
  /** PVM instructions compiled; those compiled twice count twice. */
  readonly instructions: number
  /** Bytes of WebAssembly. */
  readonly bytes: number
  /** Milliseconds in code generation, and in the runtime's validation. */
  readonly generateMs: number
  readonly validateMs: number
  /** Modules that the verifier refused, with `tierPolicy.verify`: always 0, unless the generator has a fault. */
  readonly refused: number
  /** Times this machine's body entered compiled code from outside, and left it for the interpreter. */
  readonly entered: number
  readonly left: number
}

/** A machine: one program, 13 registers, pc, gas, memory. */
export interface Vm {
  readonly program: Program
  /** The engine that runs it now; see `switchTo`. */
  readonly kind: EngineKind
  /** The live registers: 13 unsigned 64-bit values. Reading and writing acts on the machine at once. */
  readonly regs: BigUint64Array
  /** The same registers as 26 halves, low half first: cheaper than bigint. */
  readonly regs32: Uint32Array
  readonly memory: Memory
  /**
   * Address of the current instruction: what stopped the machine, or runs next. Inside a host function it is already
   * behind the `ecalli`, where the machine goes on. Writing it, inside a host function too, jumps there: re-arms a halted
   * or panicked machine, starts a new block payment (the whole block, wherever in it), and drops a pending host call. A
   * strict profile panics at a pc where no instruction starts before anything is paid; a lenient one executes `trap`.
   *
   * @throws RangeError, TypeError when it is no number 0…2^32 - 1; the same goes for `heapEnd`.
   */
  pc: number
  /** pc as the Gray Paper reports it: 0 after halt and panic (GP A.1). */
  readonly paperPc: number
  /**
   * Remaining gas, signed 64 bit. Writing it resets what `gasUsed` counts from only through `reset`.
   *
   * @throws RangeError, TypeError when it is no bigint of 64 bits.
   */
  gas: bigint
  /** Start gas minus remaining gas, never negative. */
  readonly gasUsed: bigint
  /** Takes `amount` from the gas; when there is not enough, empties it and returns false (GP A.36, A.37). */
  chargeGas(amount: number | bigint): boolean
  /** Whether the current basic block has been paid (GP 0.8.0 A.1); false under the `instruction` model. */
  charged: boolean
  /** The end of the heap, which sbrk moves. */
  heapEnd: number
  /** In a word: `ready` before the first run, then the name of its last exit, in the end `disposed`. */
  readonly status: VmStatus
  readonly isDisposed: boolean
  /** The machine as plain data, for logs; `JSON.stringify(vm)` uses it, `console.log(vm)` prints it as text. */
  toJSON(): VmSummary
  /** How the machine stopped last, undefined before the first run. */
  readonly exit: Exit | undefined
  /**
   * Page address (PageFault), host-call index as signed 32 bit (Host, Break; inside a host function its own), else 0.
   * `hostIndex64` makes the index what the machine sees.
   */
  readonly exitArg: number
  /** What a host function threw, with `hostErrors: 'panic'`. */
  readonly hostError: unknown
  /** What was compiled; undefined on engines that never compile. */
  readonly stats: CodeStats | undefined
  /**
   * Called after every instruction, or undefined. Set it at any time, from a host function too; off costs nothing. What it
   * throws comes out of `run`; the next `run` goes on behind the instruction, and makes the host call if it was an `ecalli`.
   */
  tracer: Tracer | undefined
  /**
   * Runs until the machine exits, or until a bound is reached: then it returns `Exit.Paused`, which no guest can tell from
   * a run that went on. Continues behind a host call it exited for; does nothing on a halted or panicked machine but return
   * the same exit again.
   *
   * @throws HostCallError when a host function threw (option `hostErrors`), or had too little of something (its cause is a
   * ResourceError): then the machine is at the `ecalli`, and the next run makes the call again.
   * @throws ResourceError when the host has too little stack (nothing has changed) or memory to go on.
   * @throws TypeError when called on a disposed machine, from inside its own host function, or while `runAsync` is under
   * way; when a host function returned a promise: then `runAsync` goes on, and so does `run` once it is settled.
   */
  run(options?: RunOptions): Exit
  /**
   * The same with turns of the event loop: between slices of time, so that a signal is seen, and while the promise of a
   * host function is not settled. Meanwhile `run`, `step`, `reset` and `switchTo` throw a TypeError; registers, memory, gas
   * and pc may be used; `dispose` makes it resolve with `Exit.Break`. All errors are rejections.
   */
  runAsync(options?: RunAsyncOptions): Promise<Exit>
  /** Milliseconds that the run under way has left, for host functions that take long; infinity without a bound. */
  readonly remainingMs: number
  /**
   * Runs at most `count` instructions; `Exit.Step` when all were executed. An `ecalli` and its host function are one; a
   * host call that could not be paid before is made first and counts as none. Large counts run as fast as `run`, where each
   * instruction costs 1 gas.
   */
  step(count?: number): Exit
  /**
   * Back to the start with new options; keeps the program.
   *
   * @throws RangeError or TypeError naming the option that is wrong; nothing has changed then, but for `memory` that is
   * not mapped: the machine is at its start without it.
   */
  reset(options?: StartOptions): void
  /**
   * Continues on another engine, same state.
   *
   * @throws RangeError where that engine is not available here, TypeError from inside a host function.
   */
  switchTo(kind: EngineKind): void
  /** Gives the memory back. Every later use throws a TypeError. Inside a host function: the machine ends first. */
  dispose(): void
  /** The same, for `using`. */
  [Symbol.dispose](): void
}

/** Makes machines of one kind. */
export interface Engine {
  readonly kind: EngineKind
  /** @throws RangeError or TypeError naming the option that is wrong. */
  instantiate(program: Program, options?: StartOptions): Vm
}

/** What a host function asks for; nothing (undefined) means Continue. */
export const HostAction = {
  Continue: 0,
  /** The machine halts. */
  Halt: 1,
  /** The machine panics. */
  Panic: 2,
  /** `run` returns `Exit.Break`; the next `run` continues behind the call. */
  Stop: 3,
  /** The machine runs out of gas at the `ecalli`; the counter stays. The next `run` makes the call again. */
  OutOfGas: 4,
  /** `run` returns `Exit.Paused` with pc at the `ecalli`; the price is given back. The next `run` makes the call again. */
  Again: 5,
} as const
export type HostAction = (typeof HostAction)[keyof typeof HostAction]

/**
 * A host function. It sees and changes the machine in place: registers, memory, gas, pc (already behind the `ecalli`).
 * `index` is the low 32 bits of the call's index, signed. One that returns a promise needs `runAsync`; until the promise is
 * settled it may change the machine as well.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without return statement continues
export type HostFunction = (vm: Vm, index: number) => HostAction | void | Promise<HostAction | void>

/** The price of a host call in gas: a number, or computed from the registers. Beyond 2^53 use bigint. */
export type HostPrice = number | ((vm: Vm, index: number) => number | bigint)

/** A host function with its price. */
export interface HostEntry {
  readonly name: string
  readonly price: HostPrice
  readonly call: HostFunction
}

/** What an engine needs of a registry: see host/registry.ts. */
export interface HostTable {
  /** The entry for an index (low 32 bits, signed), or undefined: the machine exits with `Exit.Host`. */
  entry(index: number): HostEntry | undefined
  /** Whose numbers and prices it has, if those of a protocol version; a program of the other version refuses it. */
  readonly version?: Profile['hostCalls']
  /**
   * What the host keeps for itself, as a value that later calls leave as it is; undefined where that cannot be now. Engines never
   * ask. A history does at its checkpoints, so that a change in the past begins with the host as it was then.
   */
  snapshot?(): unknown
  /** Makes the host what it was when `snapshot` gave this value; may be done more than once with the same one. */
  restore?(state: unknown): void
}
