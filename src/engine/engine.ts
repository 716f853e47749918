/// <reference lib="esnext.disposable" preserve="true" />
// The contract of a machine, which every engine fulfils: how machines are made, what they show, how they run, what host functions are.
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

/** The names of all engines. */
export const ENGINE_KINDS: readonly EngineKind[] = ['reference', 'interpreter', 'recompiler', 'auto']

/** A range of pages to map at the start, for programs whose format has no memory layout. It is page aligned. */
export interface Mapping {
  readonly address: number
  readonly length: number
  readonly access: Access
}

/** Bytes to put into mapped memory at the start, whatever its rights. */
export interface MemoryChunk {
  readonly address: number
  readonly bytes: Uint8Array
}

/** How a machine starts. Every option has a default. */
export interface StartOptions {
  /** The arguments of a standard program, up to 2^24 bytes (GP A.7); default none. */
  readonly args?: Uint8Array
  /** The pc at the start, or the name of the entry point there (`is-authorized` and `refine` 0, `accumulate` 5); default 0. */
  readonly entry?: number | 'is-authorized' | 'refine' | 'accumulate'
  /** The gas at the start, 0…2^63 - 1. Without it the machine has to be given some before it runs (`vm.gas`). */
  readonly gas?: bigint
  /** Up to 13 registers; default those of the program's format, and 0 for all others. */
  readonly regs?: ArrayLike<bigint>
  /** Further memory to map; default none. */
  readonly pages?: readonly Mapping[]
  /** Contents for mapped memory; default none. */
  readonly memory?: readonly MemoryChunk[]
  /** Where the heap ends at the start, and how far sbrk may grow it; default what the program's format says. */
  readonly heap?: { readonly start: number; readonly limit: number }
  /** The host functions; default none. Without them every `ecalli` exits with `Exit.Host`. */
  readonly host?: HostTable
  /** What `run` does when a host function throws. It throws a HostCallError (`throw`, the default) or returns `Exit.Panic`. */
  readonly hostErrors?: 'throw' | 'panic'
}

/** What has been compiled of a program, over all machines that run its code, and how often this machine entered it. */
export interface CodeStats {
  readonly modules: number
  /** Compiled functions. A function that is compiled from several places counts for each. */
  readonly functions: number
  /** PVM instructions that were compiled. One that is compiled twice counts twice. */
  readonly instructions: number
  /** This is the size of the WebAssembly in bytes. */
  readonly bytes: number
  /** Milliseconds that making the code took, and milliseconds that the runtime took to validate it. */
  readonly generateMs: number
  readonly validateMs: number
  /** Modules that the verifier has refused, with `tierPolicy.verify`. It is 0 unless the code generator has a fault. */
  readonly refused: number
  /** How often this machine has entered compiled code from outside, and has left it for the interpreter. */
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
   * The address of the current instruction: the one that stopped the machine, or the one that runs next. Inside a host function it
   * is already behind the `ecalli`, where the machine goes on.
   *
   * Writing it jumps there, inside a host function too. A halted or panicked machine can run again then. Under a block gas model
   * the whole block is paid anew, wherever in it pc is. A pending host call is dropped. Where no instruction starts at pc, a
   * strict profile panics before anything is paid, and a lenient one executes `trap`.
   *
   * @throws RangeError or TypeError when it is no number 0…2^32 - 1. The same goes for `heapEnd`.
   */
  pc: number
  /** pc as the Gray Paper reports it: 0 after halt and panic (GP A.1). */
  readonly paperPc: number
  /**
   * The remaining gas, a signed number of 64 bits. It may be written at any time. `gasUsed` still counts from the gas at the start.
   *
   * @throws RangeError or TypeError when it is no bigint of 64 bits.
   */
  gas: bigint
  /** The gas at the start minus the remaining gas, but never less than 0. */
  readonly gasUsed: bigint
  /**
   * Takes an amount from the gas. When there is not enough, empties it and returns false (GP A.36, A.37).
   *
   * @throws RangeError or TypeError when the amount is negative, or no whole number.
   */
  chargeGas(amount: number | bigint): boolean
  /**
   * Whether the current basic block has been paid (GP 0.8.0 A.1). Under the `instruction` model, whether the `memset` at pc is: it
   * has stopped in the middle and goes on there. All else is paid when it is executed.
   */
  charged: boolean
  /** The end of the heap, which sbrk moves. */
  heapEnd: number
  /** One word: `ready` before the first run, then the name of its last exit, and `disposed` in the end. */
  readonly status: VmStatus
  readonly isDisposed: boolean
  /** The machine as plain data, for logs; `JSON.stringify(vm)` uses it, `console.log(vm)` prints it as text. */
  toJSON(): VmSummary
  /** How the machine stopped last, undefined before the first run. */
  readonly exit: Exit | undefined
  /**
   * The argument of the last exit: the address of the page after `PageFault`, the host-call index as a signed number of 32 bits
   * after `Host` and `Break`, otherwise 0. Inside a host function it is the index of that call. `hostIndex64` gives the index as
   * the machine sees it.
   */
  readonly exitArg: number
  /** What a host function threw, with the option `hostErrors: 'panic'`. */
  readonly hostError: unknown
  /** What was compiled. Undefined on engines that never compile. */
  readonly stats: CodeStats | undefined
  /**
   * A function that is called after every instruction, or undefined. It can be set at any time, from a host function too. Without
   * it tracing costs nothing. What it throws comes out of `run`. The next `run` goes on behind the instruction, and makes the
   * host call if that was an `ecalli`.
   */
  tracer: Tracer | undefined
  /**
   * Runs until the machine exits or a bound is reached. At a bound it returns `Exit.Paused`; a guest cannot tell such a pause from a
   * run that went on. After `Exit.Host` it goes on behind the host call. A halted or panicked machine does nothing, and the same
   * exit is returned again.
   *
   * @throws HostCallError when a host function threw (see the option `hostErrors`). If its cause is a ResourceError, the machine is
   * at the `ecalli`, and the next run makes the call again.
   * @throws ResourceError when the host has too little stack (nothing has changed then) or too little memory to go on.
   * @throws TypeError on a disposed machine, from inside its own host function, and while `runAsync` is under way. Also when a host
   * function returned a promise: then `runAsync` goes on, and so does `run` once the promise is settled.
   */
  run(options?: RunOptions): Exit
  /**
   * Runs with turns of the event loop: between slices of time, so that a signal is seen, and while the promise of a host function
   * is not settled. Meanwhile `run`, `step`, `reset` and `switchTo` throw a TypeError. Registers, memory, gas and pc may be used.
   * `dispose` makes the promise resolve with `Exit.Break`. All errors are rejections.
   */
  runAsync(options?: RunAsyncOptions): Promise<Exit>
  /** The milliseconds that the present run has left, for host functions that take long. It is infinity without a bound. */
  readonly remainingMs: number
  /**
   * Runs at most `count` instructions. Returns `Exit.Step` when all were executed. An `ecalli` and its host function count as one
   * instruction. A host call that could not be paid before is made first, and counts as none. Large counts run as fast as `run` if
   * each instruction costs 1 gas.
   *
   * @throws what `run` throws, and a RangeError or TypeError for a wrong count.
   */
  step(count?: number): Exit
  /**
   * Brings the machine back to its start, with new options. The program stays.
   *
   * @throws RangeError or TypeError naming the option that is wrong. Nothing has changed then, with one exception: if `memory` is
   * not mapped, the machine is at its start without it.
   */
  reset(options?: StartOptions): void
  /**
   * Goes on with another engine, in the same state.
   *
   * @throws RangeError where that engine is not available here, TypeError from inside a host function.
   */
  switchTo(kind: EngineKind): void
  /** Gives the memory back. Every later use throws a TypeError. Called inside a host function, it takes effect when the run has ended. */
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

/** What a host function answers. Undefined means `Continue`. */
export const HostAction = {
  Continue: 0,
  /** The machine halts. */
  Halt: 1,
  /** The machine panics. */
  Panic: 2,
  /** `run` returns `Exit.Break`. The next `run` goes on behind the call. */
  Stop: 3,
  /** The machine runs out of gas at the `ecalli`. The gas counter stays as it is. The next `run` makes the call again. */
  OutOfGas: 4,
  /** `run` returns `Exit.Paused` with pc at the `ecalli`. The price is given back. The next `run` makes the call again. */
  Again: 5,
} as const
export type HostAction = (typeof HostAction)[keyof typeof HostAction]

/**
 * A host function. It sees and changes the machine in place: registers, memory, gas, and pc, which is already behind the `ecalli`.
 * `index` is the low 32 bits of the call's index, as a signed number. A function that returns a promise needs `runAsync`. It may
 * change the machine until the promise is settled.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without return statement continues
export type HostFunction = (vm: Vm, index: number) => HostAction | void | Promise<HostAction | void>

/** The price of a host call in gas: a number, or a function that computes it from the registers. Prices beyond 2^53 have to be bigints. */
export type HostPrice = number | ((vm: Vm, index: number) => number | bigint)

/** A host function with its price. */
export interface HostEntry {
  readonly name: string
  readonly price: HostPrice
  readonly call: HostFunction
}

/** The host functions as an engine needs them. `createHost` (src/host/registry.ts) makes such a table. */
export interface HostTable {
  /** The entry for an index (its low 32 bits, signed), or undefined; then the machine exits with `Exit.Host`. */
  entry(index: number): HostEntry | undefined
  /** The protocol version that its numbers and prices are of, if they are of one. A program of another version refuses the table. */
  readonly version?: Profile['hostCalls']
  /**
   * The state that the host keeps for itself, as a value that later calls do not change. Undefined when it cannot be given now.
   * Engines never ask. A history asks at its checkpoints, so that a change in the past begins with the host as it was then.
   */
  snapshot?(): unknown
  /** Makes the host what it was when `snapshot` gave this value. It may be called more than once with the same value. */
  restore?(state: unknown): void
}
