// coulis under tsjam: its implementation of machines, made of memory that comes first and a program in parts. Nothing of
// tsjam is imported; its class of exits is given. Not its host calls.
import type { ProgramParts } from '../blob/raw.ts'
import { createEngine } from '../engine/create.ts'
import type { Engine, Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import type { Profile } from '../program/profile.ts'
import { createProgram, type Program } from '../program/program.ts'
import { textTracer } from '../trace/steps.ts'
import { type ClientOptions, clientProfile } from './client-machine.ts'
import { type TsjamDump, TsjamMemory } from './tsjam-memory.ts'
import { gasOf, WideGas } from './wide-gas.ts'

export { TsjamAccess, type TsjamDump, TsjamMemory } from './tsjam-memory.ts'

/** A program as tsjam takes blobs apart: jump table, size of its entries, code, one bit per byte of code. */
export interface TsjamProgram {
  readonly j: readonly number[]
  readonly z: number
  readonly c: Uint8Array
  readonly k: ArrayLike<number>
}

/** 13 objects with a value each. Others may take their places; the machine reads them when it runs. */
export interface TsjamRegisters {
  readonly elements: { value: bigint }[]
}

/** The class that exits are made of; its static functions are all that is used. */
export interface TsjamExits<Reason> {
  halt(): Reason
  panic(): Reason
  outOfGas(): Reason
  // biome-ignore lint/suspicious/noExplicitAny: tsjam's own types of numbers, whatever they are
  hostCall(index: any): Reason
  // biome-ignore lint/suspicious/noExplicitAny: as above
  pageFault(address: any): Reason
}

/** What a machine is made of. */
export interface TsjamConfig<Memory, Registers> {
  readonly mem: Memory
  readonly regs: Registers
  readonly gas: bigint
  readonly pc: number
  readonly program: TsjamProgram
  readonly logger: (line: string) => void
}

/** These are the options of `createTsjam`. */
export interface TsjamOptions<Reason> extends ClientOptions {
  /** This is tsjam's `PVMExitReasonImpl`. */
  readonly exits: TsjamExits<Reason>
}

/** This is tsjam's pair of functions. */
export interface Tsjam<Memory, Machine, Config> {
  buildMemory(dump: TsjamDump): Memory
  buildPVM(config: Config): Machine
}

/** @throws RangeError when there are not as many bits as bytes. */
function partsOf({ j, z, c, k }: TsjamProgram): ProgramParts {
  if (k.length !== c.length) throw new RangeError(`program: ${k.length} bits for ${c.length} bytes of code`)
  const bitmask = new Uint8Array(Math.ceil(c.length / 8))
  for (let i = 0; i < k.length; i++) if (k[i] !== 0) bitmask[i >>> 3]! |= 1 << (i & 7)
  const jumpTable = Uint32Array.from(z === 0 ? [] : j, entry => Math.min(entry, 0xffffffff))
  return { code: new Uint8Array(c), bitmask, jumpTable, jumpTableLength: j.length, jumpTableEntrySize: z }
}

/**
 * The values of register objects, in the machine while there is one. Those that were there first read the machine when they are
 * asked: a copy of all values at each host call costs more than the call does. Those that took their places are few, and copied.
 */
class Registers {
  readonly #objects: TsjamRegisters
  readonly #first: readonly unknown[]
  #regs: () => BigUint64Array

  constructor(objects: TsjamRegisters, vm: Vm) {
    this.#objects = objects
    this.#first = objects.elements.slice(0, 13)
    this.#regs = () => vm.regs
    for (let i = 0; i < 13; i++) {
      vm.regs[i] = objects.elements[i]!.value
      Object.defineProperty(objects.elements[i]!, 'value', {
        configurable: true,
        enumerable: true,
        get: () => this.#regs()[i]!,
        set: (value: bigint) => {
          this.#regs()[i] = value
        },
      })
    }
  }

  /** To the machine: values of objects that are new. */
  give(): void {
    const { elements } = this.#objects
    const regs = this.#regs()
    for (let i = 0; i < 13; i++) if (elements[i] !== this.#first[i]) regs[i] = elements[i]!.value
  }

  /** From the machine: to objects that are new. */
  take(): void {
    const { elements } = this.#objects
    const regs = this.#regs()
    for (let i = 0; i < 13; i++) if (elements[i] !== this.#first[i]) elements[i]!.value = regs[i]!
  }

  /** Notes that the machine is gone. The values stay. */
  keep(): void {
    const copy = this.#regs().slice()
    this.#regs = () => copy
  }
}

/** This is a machine of tsjam's shape. */
export class TsjamPvm<Reason, Memory, Objects extends TsjamRegisters> {
  readonly memory: Memory
  readonly registers: Objects
  readonly #exits: TsjamExits<Reason>
  readonly #logger: (line: string) => void
  readonly #values: Registers
  readonly #gas = new WideGas()
  #vm: Vm
  /** Where the call is that it stopped for, and how the client sees that: behind it. */
  #behind: number | undefined
  #debug = false
  /** This is how its machine stood when it was given back. It is undefined before that. */
  #last: { readonly pc: number; readonly gas: bigint; readonly reason: Reason | undefined } | undefined
  /** How it ended, when nothing but another pc makes it go on. */
  #ended: Reason | undefined

  constructor(vm: Vm, config: TsjamConfig<Memory, Objects>, exits: TsjamExits<Reason>) {
    this.#vm = vm
    this.#exits = exits
    this.#logger = config.logger
    this.memory = config.mem
    this.registers = config.regs
    this.#values = new Registers(config.regs, vm)
    this.#gas.attach(vm, 0n)
    this.gas = config.gas
    vm.pc = config.pc
  }

  /** Where it goes on; after a host call that is behind the `ecalli`. */
  get pc(): number {
    return this.#behind ?? this.#last?.pc ?? this.#vm.pc
  }

  set pc(pc: number) {
    if (pc === this.pc) return
    this.#alive().pc = pc
    this.#behind = undefined
    this.#ended = undefined
  }

  /** What is left, up to 2^64 - 1; negative when more was taken than there was. */
  get gas(): bigint {
    if (this.#last !== undefined) return this.#last.gas
    const { gas } = this.#vm
    return gas < 0n ? gas : this.#gas.get()
  }

  set gas(gas: bigint) {
    const vm = this.#alive()
    this.#gas.set(gas < 0n ? 0n : gasOf('gas', gas))
    if (gas < 0n) vm.gas = gas
  }

  #alive(): Vm {
    if (this.#last !== undefined) throw new TypeError('pvm: used after deinit(), or its memory runs on another machine')
    return this.#vm
  }

  /** Whether it has halted or panicked. */
  get hasEnded(): boolean {
    return this.#ended !== undefined
  }

  /** Runs to the next exit. After a host call it goes on behind it, or where `pc` was set. */
  run(): Reason {
    if (this.#last?.reason !== undefined) return this.#last.reason
    const vm = this.#alive()
    this.#values.give()
    this.#behind = undefined
    vm.tracer = this.#debug ? textTracer(this.#logger) : undefined
    const exit = vm.run()
    this.#values.take()
    switch (exit) {
      case Exit.OutOfGas:
        return this.#exits.outOfGas()
      case Exit.PageFault:
        return this.#exits.pageFault(vm.exitArg)
      case Exit.Host:
        this.#behind = vm.program.next(vm.pc)
        return this.#exits.hostCall(vm.exitArg >>> 0)
      case Exit.Halt:
        this.#ended = this.#exits.halt()
        return this.#ended
      default:
        this.#ended = this.#exits.panic()
        return this.#ended
    }
  }

  /** Gives the machine back, as the next one does that is built on this memory. Registers, gas and pc can still be read. */
  deinit(): void {
    if (this.#last !== undefined) return
    const { pc, gas } = this
    this.#last = { pc, gas, reason: this.#ended }
    this.#behind = undefined
    this.#values.keep()
    if (this.memory instanceof TsjamMemory && this.memory.vm === this.#vm) this.memory.detach()
    this.#vm.dispose()
  }

  /** Whether every instruction is written to the logger. */
  set_debug(value: boolean): void {
    this.#debug = value
  }
}

/** This is the implementation: memory is made first, then machines on it. */
class Implementation<Reason> {
  readonly #engine: Engine
  readonly #profile: Profile
  readonly #exits: TsjamExits<Reason>
  /** Nobody calls `deinit`: a machine that has ended gives its memory back when the next one is built. */
  #before: TsjamPvm<Reason, TsjamMemory, TsjamRegisters> | undefined
  readonly #owners = new WeakMap<TsjamMemory, TsjamPvm<Reason, TsjamMemory, TsjamRegisters>>()

  constructor(options: TsjamOptions<Reason>) {
    this.#engine = createEngine({ kind: options.engine ?? 'auto' })
    this.#profile = clientProfile(options.profile)
    this.#exits = options.exits
  }

  buildMemory(dump: TsjamDump): TsjamMemory {
    return new TsjamMemory(dump)
  }

  #program(parts: ProgramParts): Program {
    return createProgram({ container: { kind: 'raw', parts }, profile: this.#profile })
  }

  buildPVM(config: TsjamConfig<TsjamMemory, TsjamRegisters>): TsjamPvm<Reason, TsjamMemory, TsjamRegisters> {
    const { mem, program } = config
    const { length } = config.regs.elements
    if (length !== 13) throw new RangeError(`regs: ${length} register objects, not 13`)
    if (!(mem instanceof TsjamMemory)) throw new TypeError('mem: expected a memory of buildMemory')
    const loaded = this.#program(partsOf(program))
    this.#owners.get(mem)?.deinit()
    if (this.#before?.hasEnded === true) this.#before.deinit()
    const heap = { start: mem.heapEnd, limit: Math.max(mem.heapEnd, mem.heapLimit()) }
    const vm = this.#engine.instantiate(loaded, { pages: mem.mappings(), heap })
    mem.attach(vm)
    const pvm = new TsjamPvm<Reason, TsjamMemory, TsjamRegisters>(vm, config, this.#exits)
    this.#owners.set(mem, pvm)
    this.#before = pvm
    return pvm
  }
}

/**
 * tsjam's implementation of machines. Its types of memory, machine and numbers are inferred where it is asked for.
 *
 * @example export const pvmImpl: PVMImplementation<PVM, BaseMemory> = createTsjam({ exits: PVMExitReasonImpl })
 * @throws RangeError when the engine does not work here, or there is no such profile.
 */
export function createTsjam<
  Reason,
  Memory = TsjamMemory,
  Machine = TsjamPvm<Reason, TsjamMemory, TsjamRegisters>,
  Config = TsjamConfig<TsjamMemory, TsjamRegisters>,
>(options: TsjamOptions<Reason>): Tsjam<Memory, Machine, Config> {
  const implementation = new Implementation(options)
  const functions: unknown = {
    buildMemory: (dump: TsjamDump) => implementation.buildMemory(dump),
    buildPVM: (config: TsjamConfig<TsjamMemory, TsjamRegisters>) => implementation.buildPVM(config),
  }
  return functions as Tsjam<Memory, Machine, Config>
}
