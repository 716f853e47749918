// coulis under typeberry: a machine with the interface of `@typeberry/lib/pvm-interface`, version 0.11.0. Not its host calls,
// those stay typeberry's; and nothing of typeberry is imported, its types are inferred where a machine is asked for.

import { Access, ARGUMENTS_SIZE } from '../blob/address-space.ts'
import { checkBytes } from '../engine/check.ts'
import type { Vm } from '../engine/engine.ts'
import { OK as DONE } from '../engine/memory.ts'
import { ClientMachine, type ClientOptions } from './client-machine.ts'
import { gasOf, type WideGas } from './wide-gas.ts'

export type { ClientMachine } from './client-machine.ts'
export {
  createTypeberryRefine,
  type RefineResult,
  type RefineStatus,
  TypeberryRefine,
  type TypeberryRefineOptions,
} from './typeberry-refine.ts'
export type { WideGas } from './wide-gas.ts'

/** What stands for "done, no value" in results, unless the client's own symbol is given. */
export const OK: unique symbol = Symbol('OK')

/** The result of a memory operation: done, or the start of the first page that is not accessible. */
export type TypeberryResult<Ok, U32> =
  | { readonly isOk: true; readonly isError: false; readonly ok: Ok }
  | {
      readonly isOk: false
      readonly isError: true
      readonly error: { readonly address: U32 }
      readonly details: () => string
    }

/** These are the options of `createTypeberryPvm`. */
export interface TypeberryOptions<Ok> extends ClientOptions {
  /** The client's own `OK`, for those who compare it; default the one exported here. */
  readonly ok?: Ok
}

const BYTES = 13 * 8
/** Where the heap of a program without a memory layout begins, and how far it goes, as in typeberry's interpreter. */
const GENERIC_HEAP = { start: 65536, limit: 2 ** 32 - 1 }

/** Gas, 0…2^64 - 1. What it answers are bigints; it takes numbers too. */
export class TypeberryGas<Gas extends number | bigint> {
  /** What `used` counts from; the machine's start sets it. */
  initialGas: Gas
  readonly #gas: WideGas

  constructor(gas: WideGas) {
    this.#gas = gas
    this.initialGas = 0n as Gas
  }

  /** So much of it is left. */
  get(): Gas {
    return this.#gas.get() as Gas
  }

  /** @throws RangeError, TypeError when it is not within 0…2^64 - 1. */
  set(gas: number | bigint): void {
    this.#gas.set(gasOf('gas', gas))
  }

  /** Takes `gas`. True when there was less: then nothing is left. */
  sub(gas: number | bigint): boolean {
    // The usual price is a small number: taken without a bigint, a third of what this costs otherwise.
    const isSmall = typeof gas === 'number' && gas >= 0 && gas === gas >>> 0
    return !this.#gas.take(isSmall ? gas : gasOf('gas', gas))
  }

  /** What has been used; all of it, when there is more now than there was. */
  used(): Gas {
    const used = BigInt(this.initialGas) - this.#gas.get()
    return used < 0n ? this.initialGas : (used as Gas)
  }
}

/** The 13 registers, little endian. */
export class TypeberryRegisters {
  /** Clients keep what they are given over host calls and runs: these bytes never move and never belong to another machine. */
  readonly #bytes = new Uint8Array(BYTES)
  readonly #halves = new Uint32Array(this.#bytes.buffer)

  /** The registers themselves, 104 bytes, always the same array: what is written there is what the next run starts with. */
  getAllEncoded(): Uint8Array {
    return this.#bytes
  }

  /** @throws RangeError when it is not 104 bytes long. */
  setAllEncoded(bytes: Uint8Array): void {
    if (bytes.length !== BYTES) throw new RangeError(`bytes: ${bytes.length} bytes, not ${BYTES}`)
    if (bytes !== this.#bytes) this.#bytes.set(bytes)
  }

  /** They are taken from the machine after it stopped. */
  take({ regs32 }: Vm): void {
    this.#halves.set(regs32)
  }

  /** To the machine: before it runs. */
  give({ regs32 }: Vm): void {
    regs32.set(this.#halves)
  }
}

/** This is memory with the guest's rights. */
export class TypeberryMemory<U32 extends number, Ok> {
  readonly #machine: ClientMachine
  readonly #done: TypeberryResult<Ok, U32>

  constructor(machine: ClientMachine, ok: Ok) {
    this.#machine = machine
    this.#done = { isOk: true, isError: false, ok }
  }

  #fault(access: 1 | 3, address: number, length: number): TypeberryResult<Ok, U32> {
    const page = this.#machine.firstWithout(access, address, length)
    const details = (): string =>
      `${length} bytes at ${address} are not ${access === Access.Write ? 'writable' : 'readable'}`
    return { isOk: false, isError: true, error: { address: page as U32 }, details }
  }

  /** Copies bytes to the machine, all or none. @throws RangeError when the address is not within 0…2^32 - 1. */
  store(address: number, bytes: Uint8Array): TypeberryResult<Ok, U32> {
    if (bytes.length === 0 || this.#machine.vm.memory.write(address, bytes) === DONE) return this.#done
    return this.#fault(Access.Write, address, bytes.length)
  }

  /** Fills `result` from the machine, all or none. @throws RangeError when the address is not within 0…2^32 - 1. */
  read(address: number, result: Uint8Array): TypeberryResult<Ok, U32> {
    if (result.length === 0 || this.#machine.vm.memory.read(address, result) === DONE) return this.#done
    return this.#fault(Access.Read, address, result.length)
  }
}

/**
 * A machine for typeberry. One object runs one program after the other: each reset gives the memory of the one before back, and
 * code that was decoded or compiled before is found again by its contents.
 */
export class TypeberryPvm<U32 extends number, Gas extends number | bigint, Status extends number, Ok> {
  readonly #machine: ClientMachine
  readonly gas: TypeberryGas<Gas>
  readonly registers: TypeberryRegisters = new TypeberryRegisters()
  readonly memory: TypeberryMemory<U32, Ok>

  constructor(options: ClientOptions, ok: Ok) {
    this.#machine = new ClientMachine(options)
    this.gas = new TypeberryGas(this.#machine.gas)
    this.memory = new TypeberryMemory(this.#machine, ok)
  }

  /** The machine underneath, until the next reset. @throws TypeError before the first one. */
  get vm(): Vm {
    return this.#machine.vm
  }

  /**
   * Starts a service: metadata and a standard program. Bytes that are none, or more than 2^24 bytes of arguments, panic when
   * they are run (GP A.8).
   *
   * @param pc 0 is refine and is-authorized, 5 accumulate.
   * @throws RangeError, TypeError naming the argument that is out of range.
   */
  resetJam(program: Uint8Array, args: Uint8Array, pc: number, gas: number | bigint): void {
    checkBytes('args', args)
    const loaded = args.length <= ARGUMENTS_SIZE ? this.#machine.load(program, 'jam') : undefined
    this.#start(loaded, { args, entry: pc }, gas)
  }

  /** Starts a plain program: no metadata, no memory, registers 0. */
  resetGeneric(rawProgram: Uint8Array, pc: number, gas: number | bigint): void {
    this.#start(this.#machine.load(rawProgram, 'raw'), { entry: pc, heap: GENERIC_HEAP }, gas)
  }

  #start(
    program: ReturnType<ClientMachine['load']>,
    options: Parameters<ClientMachine['start']>[1],
    gas: number | bigint,
  ): void {
    const vm = this.#machine.start(program, options, gasOf('gas', gas))
    this.registers.take(vm)
    this.gas.initialGas = gas as Gas
  }

  /** Runs to the next exit. After a host call it goes on behind the `ecalli`. */
  runProgram(): void {
    const machine = this.#machine
    const { vm } = machine
    this.registers.give(vm)
    try {
      machine.run()
    } catch (error) {
      this.registers.take(vm) // it ran out of the host's memory or stack: what was done is done
      throw error
    }
    this.registers.take(vm)
  }

  /** 255 before the run, then 0 halt, 1 panic, 2 page fault, 3 host call, 4 out of gas. */
  getStatus(): Status {
    return this.#machine.status as Status
  }

  /** Where it stopped: at a host call the `ecalli`, after halt and panic the last instruction. */
  getPC(): number {
    return this.#machine.isLoaded ? this.#machine.vm.pc : 0
  }

  /** The host call's index or the page that faulted, unsigned; null after other exits. */
  getExitParam(): U32 | null {
    return (this.#machine.exitArg ?? null) as U32 | null
  }
}

/**
 * A machine for typeberry. The type parameters are typeberry's own types of numbers; they are inferred where its interface is
 * asked for.
 *
 * @example instances.push(createTypeberryPvm({ engine: 'auto' }))
 * @throws RangeError when the engine does not work here, or there is no such profile.
 */
export function createTypeberryPvm<
  U32 extends number = number,
  Gas extends number | bigint = bigint,
  Status extends number = number,
  Ok = typeof OK,
>(options: TypeberryOptions<Ok> = {}): TypeberryPvm<U32, Gas, Status, Ok> {
  return new TypeberryPvm(options, options.ok ?? (OK as Ok))
}
