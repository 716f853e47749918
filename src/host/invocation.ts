// Running a standard program from start to result (GP A.8, the function Ψ_M). Not a machine to look into: see engine/.
import { BlobError } from '../blob/error.ts'
import { createEngine } from '../engine/create.ts'
import type { Engine, EngineKind, HostTable, StartOptions, Vm } from '../engine/engine.ts'
import { Exit, exitName } from '../engine/exit.ts'
import { knownOptions } from '../isa/own-options.ts'
import { type LoadOptions, loadProgram, type Program } from '../program/program.ts'
import { readBytes, registerNumber } from './registers.ts'
import { createHost } from './registry.ts'

/** These are the options of `invokeProgram`. */
export interface InvocationOptions extends LoadOptions {
  /** Gas limit; default 0. */
  readonly gas?: bigint
  /** Without it there are none. */
  readonly args?: Uint8Array
  /** Start pc or entry point; default 0. */
  readonly entry?: StartOptions['entry']
  /** Host functions; default none, every call answers WHAT. */
  readonly host?: HostTable
  /** This is the engine, or its kind; the default is `auto`. */
  readonly engine?: EngineKind | Engine
  /** Called with the machine when it has stopped, before it is disposed of. */
  readonly onEnd?: ((vm: Vm) => void) | undefined
}

/** This is what came out. */
export interface InvocationResult {
  readonly outcome: 'halt' | 'panic' | 'out-of-gas'
  /** After a halt: the |r8| bytes at r7 where they are readable, else none. */
  readonly result: Uint8Array
  /** Gas limit minus what was left, 0 where the program could not be loaded. */
  readonly gasUsed: bigint
  /** Why it is no halt: what is wrong with the bytes, or how the machine stopped and where. Undefined after a halt. */
  readonly reason: string | undefined
}

const NOTHING = new Uint8Array(0)

const OPTIONS = ['profile', 'kind', 'instructionSet', 'gas', 'args', 'entry', 'host', 'engine', 'onEnd'] as const

function load(program: Program | Uint8Array, options: LoadOptions): Program | BlobError {
  if (!(program instanceof Uint8Array)) return program
  const { profile, kind, instructionSet } = options
  try {
    return loadProgram(program, { profile, kind, instructionSet })
  } catch (error) {
    if (error instanceof BlobError) return error
    throw error
  }
}

/** It is a text such as `page-fault at pc 13, address 0x20000`. */
function reasonOf(vm: Vm, exit: Exit): string {
  const where =
    exit === Exit.PageFault
      ? `, address 0x${vm.exitArg.toString(16)}`
      : exit === Exit.Host
        ? `, host call ${vm.exitArg}`
        : ''
  return `${exitName(exit)} at pc ${vm.pc}${where}`
}

/**
 * Runs a program with its arguments and takes the result out of its memory (GP A.8). Bytes that are no program panic
 * without using gas; so does every exit but halt and out of gas, page faults included.
 *
 * @throws HostCallError when a host function threw.
 * @throws RangeError naming an option that is wrong.
 */
export function invokeProgram(source: Program | Uint8Array, given: InvocationOptions = {}): InvocationResult {
  const options = knownOptions(given, OPTIONS)
  const program = load(source, options)
  if (program instanceof BlobError) return { outcome: 'panic', result: NOTHING, gasUsed: 0n, reason: program.message }
  const { gas = 0n, args = NOTHING, entry = 0, host = createHost({}, { profile: program.profile }) } = options
  const { engine = 'auto' } = options
  const maker = typeof engine === 'string' ? createEngine({ kind: engine }) : engine
  const vm = maker.instantiate(program, { gas, args, entry, host })
  try {
    const exit = vm.run()
    const { gasUsed } = vm
    options.onEnd?.(vm)
    if (exit !== Exit.Halt) {
      const outcome = exit === Exit.OutOfGas ? 'out-of-gas' : 'panic'
      return { outcome, result: NOTHING, gasUsed, reason: reasonOf(vm, exit) }
    }
    const result = readBytes(vm, registerNumber(vm, 7), registerNumber(vm, 8)) ?? NOTHING
    return { outcome: 'halt', result, gasUsed, reason: undefined }
  } finally {
    vm.dispose()
  }
}
