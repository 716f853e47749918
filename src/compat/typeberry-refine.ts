// typeberry's inner machines over our table: the eight `machine…` functions of its RefineExternalities, of which its own
// implementation lacks five. Not the others, which are the node's.

import { PAGE_SIZE } from '../blob/address-space.ts'
import { Exit } from '../engine/exit.ts'
import { createInnerTable, type InnerTable, type PagesMode } from '../host/inner-table.ts'
import { type ClientOptions, clientProfile } from './client-machine.ts'

/** This is a result of typeberry's shape. */
export type RefineResult<Ok, Failure> =
  | { readonly isOk: true; readonly isError: false; readonly ok: Ok }
  | { readonly isOk: false; readonly isError: true; readonly error: Failure; readonly details: () => string }

/** Memory of the outer machine, as typeberry's host calls are given it. */
interface OuterMemory {
  // biome-ignore lint/suspicious/noExplicitAny: typeberry's own types of numbers, whatever they are
  storeFrom(address: any, bytes: Uint8Array): { readonly isOk: boolean }
  // biome-ignore lint/suspicious/noExplicitAny: as above
  loadInto(output: Uint8Array, address: any): { readonly isOk: boolean }
}

/** 104 bytes of registers. */
interface OuterRegisters {
  getEncoded(): Uint8Array
}

/** typeberry's numbers of what went wrong. Outer faults end the outer machine, inner ones answer OOB. */
const PeekPoke = { Outer: 0, Inner: 1, NoMachine: 2 } as const
const ZeroVoid = { NoMachine: 0, InvalidPage: 1 } as const
const Pages = { NoMachine: 0, InvalidOperation: 1, InvalidPage: 2 } as const
const INVALID_PROGRAM = 0

/** These are the options of `createTypeberryRefine`. */
export interface TypeberryRefineOptions<Ok, NoMachine> extends ClientOptions {
  /** This is typeberry's `NoMachineError`. */
  readonly noMachine: NoMachine
  /** This is typeberry's `OK`. */
  readonly ok: Ok
}

/** This says how an inner machine ended. */
export type RefineStatus =
  | { readonly status: 3; readonly hostCallIndex: bigint }
  | { readonly status: 2; readonly address: bigint }
  | { readonly status: 0 | 1 | 4 }

/** The functions. Everything is answered at once; promises are what typeberry asks for. */
export class TypeberryRefine<Ok, NoMachine> {
  /** These are the machines themselves. */
  readonly table: InnerTable
  readonly #ok: Ok
  readonly #noMachine: NoMachine

  constructor(options: TypeberryRefineOptions<Ok, NoMachine>) {
    this.table = createInnerTable({ engine: options.engine, profile: clientProfile(options.profile) })
    this.#ok = options.ok
    this.#noMachine = options.noMachine
  }

  /** A new machine; an error where the code is no program. */
  async machineInit(code: { readonly raw: Uint8Array }, pc: bigint): Promise<RefineResult<bigint, 0>> {
    const number = this.table.create(code.raw, pc)
    return number === undefined ? failure(INVALID_PROGRAM, 'the code is no program') : success(BigInt(number))
  }

  /** Runs a machine. The registers given are those that come back. */
  async machineInvoke<Registers extends OuterRegisters>(
    machine: bigint,
    gas: bigint,
    registers: Registers,
  ): Promise<RefineResult<{ result: RefineStatus; gas: bigint; registers: Registers }, NoMachine>> {
    const bytes = registers.getEncoded()
    const regs = new BigUint64Array(bytes.slice().buffer)
    // typeberry reads and writes gas as a signed number; both are the same 64 bits.
    const stop = this.table.invoke(machine, BigInt.asUintN(64, gas), regs)
    if (stop === undefined) return failure(this.#noMachine, `no machine ${machine}`)
    bytes.set(new Uint8Array(regs.buffer))
    return success({ result: statusOf(stop.exit, stop.arg), gas: BigInt.asIntN(64, stop.gas), registers })
  }

  /** Rights and contents of pages; `mode` as the call has it, null where it is none of its numbers. */
  async machinePages(
    machine: bigint,
    first: bigint,
    count: bigint,
    mode: PagesMode | null,
  ): Promise<RefineResult<Ok, 0 | 1 | 2>> {
    if (!this.table.has(machine)) return failure(Pages.NoMachine, `no machine ${machine}`)
    if (mode === null) return failure(Pages.InvalidOperation, 'no such operation')
    const done = this.table.pages(machine, first, count, mode)
    return done === 'ok' ? success(this.#ok) : failure(Pages.InvalidPage, `pages ${first} + ${count}`)
  }

  /** Takes pages away; all of them have to be there. */
  async machineVoidPages(machine: bigint, first: bigint, count: bigint): Promise<RefineResult<Ok, 0 | 1>> {
    if (!this.table.has(machine)) return failure(ZeroVoid.NoMachine, `no machine ${machine}`)
    const size = BigInt(PAGE_SIZE)
    const isThere = this.table.readable(machine, first * size, count * size)
    const done = isThere ? this.table.pages(machine, first, count, 0) : 'invalid'
    return done === 'ok' ? success(this.#ok) : failure(ZeroVoid.InvalidPage, `pages ${first} + ${count}`)
  }

  /** Zeroes pages and makes them writable. */
  async machineZeroPages(machine: bigint, first: bigint, count: bigint): Promise<RefineResult<Ok, 0 | 1>> {
    const done = this.table.pages(machine, first, count, 2)
    if (done === 'ok') return success(this.#ok)
    return done === 'no-machine'
      ? failure(ZeroVoid.NoMachine, `no machine ${machine}`)
      : failure(ZeroVoid.InvalidPage, `pages ${first} + ${count}`)
  }

  /** Copies from a machine to the outer memory. */
  async machinePeekFrom(
    machine: bigint,
    to: bigint,
    from: bigint,
    length: bigint,
    outer: OuterMemory,
  ): Promise<RefineResult<Ok, 0 | 1 | 2>> {
    if (!isWritable(outer, to, length)) return failure(PeekPoke.Outer, `${length} bytes at ${to} are not writable`)
    if (!this.table.has(machine)) return failure(PeekPoke.NoMachine, `no machine ${machine}`)
    const isInner = this.table.readable(machine, from, length)
    const bytes = isInner ? new Uint8Array(Number(length)) : undefined
    if (bytes === undefined || this.table.read(machine, from, bytes) !== 'ok') {
      return failure(PeekPoke.Inner, `${length} bytes at ${from} of machine ${machine} are not readable`)
    }
    outer.storeFrom(to, bytes)
    return success(this.#ok)
  }

  /** Copies from the outer memory to a machine. */
  async machinePokeInto(
    machine: bigint,
    from: bigint,
    to: bigint,
    length: bigint,
    outer: OuterMemory,
  ): Promise<RefineResult<Ok, 0 | 1 | 2>> {
    if (!isReadable(outer, from, length)) return failure(PeekPoke.Outer, `${length} bytes at ${from} are not readable`)
    if (!this.table.has(machine)) return failure(PeekPoke.NoMachine, `no machine ${machine}`)
    if (!this.table.writable(machine, to, length)) {
      return failure(PeekPoke.Inner, `${length} bytes at ${to} of machine ${machine} are not writable`)
    }
    const bytes = new Uint8Array(Number(length))
    outer.loadInto(bytes, from)
    this.table.write(machine, to, bytes)
    return success(this.#ok)
  }

  /** Ends a machine; its pc. */
  async machineExpunge(machine: bigint): Promise<RefineResult<bigint, NoMachine>> {
    const pc = this.table.expunge(machine)
    return pc === undefined ? failure(this.#noMachine, `no machine ${machine}`) : success(pc)
  }
}

function success<Ok>(ok: Ok): { readonly isOk: true; readonly isError: false; readonly ok: Ok } {
  return { isOk: true, isError: false, ok }
}

function failure<Failure>(error: Failure, text: string): RefineResult<never, Failure> {
  return { isOk: false, isError: true, error, details: () => text }
}

function statusOf(exit: Exit, arg: bigint): RefineStatus {
  if (exit === Exit.Host) return { status: Exit.Host, hostCallIndex: arg }
  if (exit === Exit.PageFault) return { status: Exit.PageFault, address: arg }
  return { status: exit === Exit.Halt ? Exit.Halt : exit === Exit.OutOfGas ? Exit.OutOfGas : Exit.Panic }
}

const one = new Uint8Array(1)

/** Whether each page of a range answers; the outer memory takes the low 32 bits of an address, the paper takes all of them. */
function everyPage(address: bigint, length: bigint, answers: (address: bigint) => boolean): boolean {
  if (length === 0n) return true
  if (address + length > 2n ** 32n) return false
  const size = BigInt(PAGE_SIZE)
  for (let at = address; at < address + length; at = (at / size + 1n) * size) if (!answers(at)) return false
  return true
}

function isReadable(outer: OuterMemory, address: bigint, length: bigint): boolean {
  return everyPage(address, length, at => outer.loadInto(one, at).isOk)
}

function isWritable(outer: OuterMemory, address: bigint, length: bigint): boolean {
  return everyPage(address, length, at => outer.loadInto(one, at).isOk && outer.storeFrom(at, one).isOk)
}

/**
 * Inner machines for typeberry's refine externalities. `Functions` is typeberry's own type of them, where it is inferred.
 *
 * @example const inner = createTypeberryRefine({ ok: OK, noMachine: NoMachineError })
 * @throws RangeError when the engine does not work here, or there is no such profile.
 */
export function createTypeberryRefine<Ok, NoMachine, Functions = TypeberryRefine<Ok, NoMachine>>(
  options: TypeberryRefineOptions<Ok, NoMachine>,
): Functions {
  const functions: unknown = new TypeberryRefine(options)
  return functions as Functions
}
