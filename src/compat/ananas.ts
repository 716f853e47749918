// coulis under the users of anan-as: its functions by their names and signatures, those of its debugger and those that start
// many machines. Not its exports that hand out pointers into its memory.

import { Access, PAGE_COUNT, PAGE_SIZE } from '../blob/address-space.ts'
import { disassemble as disassembleProgram } from '../blob/disassembly.ts'
import { Reader } from '../blob/reader.ts'
import type { MemoryChunk, StartOptions, Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import { OK } from '../engine/memory.ts'
import { type Profile, profile } from '../program/profile.ts'
import { loadProgram, type Program } from '../program/program.ts'
import { stepTracer } from '../trace/steps.ts'
import { ClientMachine, type ClientOptions, clientProfile, STATUS_OK } from './client-machine.ts'
import { loadContents, nonZero, type PageEntry, plainMemory, readOrZero } from './page-map.ts'
import { gasOf } from './wide-gas.ts'

/** What a program is: bare code, or a standard program. */
export const InputKind = { Generic: 0, SPI: 1 } as const
/** Whether a length and metadata stand in front of it. */
export const HasMetadata = { Yes: 0, No: 1 } as const

/** Bytes as anan-as takes them. */
export type Bytes = ArrayLike<number>

/** A range to map; `access` is 1 for readable, 2 for writable. Missing fields are 0. */
export interface InitialPage {
  readonly address: number | undefined
  readonly length: number | undefined
  readonly access: number | undefined
}

/** Contents for mapped memory; what lies outside of it is left out. */
export interface InitialChunk {
  readonly address: number | undefined
  readonly data: readonly number[]
}

/** How a machine stopped. Status -1 is OK; `nextPc` is where it goes on after a host call, else 2^32 - 1. */
export interface VmPause {
  status: number
  exitCode: number
  pc: number
  nextPc: number
  gas: bigint
  registers: bigint[]
}

/** How a machine ended. `result` is what lies from r7 to r8 after a halt, up to 2^20 bytes; `memory` what is not zero. */
export interface VmOutput {
  status: number
  exitCode: number
  pc: number
  gas: bigint
  result: number[]
  registers: bigint[]
  memory: { address: number; data: number[] }[]
}

/** These are the options of `createAnanas`. */
export interface AnanasOptions extends ClientOptions {
  /** Where instructions go that are asked for by `logs`, one line each; default `console.log`. */
  readonly log?: (line: string) => void
}

/** A program and how it starts, as `prepareProgram` makes it. */
interface Prepared {
  readonly program: Program
  readonly options: Omit<StartOptions, 'gas' | 'memory'>
  readonly chunks: readonly MemoryChunk[]
}

/** The functions. `Handle`, `Kinds` and `Metadata` are anan-as' own types where they are inferred, else ours. */
export interface Ananas<Handle, Kinds, Metadata> {
  readonly InputKind: Kinds
  readonly HasMetadata: Metadata
  resetJAM(program: Bytes, pc: number, gas: bigint, args: Bytes, hasMetadata?: boolean, useBlockGas?: boolean): void
  resetGeneric(program: Bytes, registers: Bytes, gas: bigint, hasMetadata?: boolean, useBlockGas?: boolean): void
  resetGenericWithMemory(
    program: Bytes,
    registers: Bytes,
    pageMap: Uint8Array,
    chunks: Uint8Array,
    gas: bigint,
    hasMetadata?: boolean,
    useBlockGas?: boolean,
  ): void
  nextStep(): boolean
  nSteps(steps: number): boolean
  getProgramCounter(): number
  setNextProgramCounter(pc: number): void
  getStatus(): number
  getExitArg(): number
  getGasLeft(): bigint
  setGasLeft(gas: bigint): void
  getRegisters(): Uint8Array
  setRegisters(registers: Bytes): void
  getPageDump(page: number): Uint8Array
  getMemory(address: number, length: number): Uint8Array | null
  setMemory(address: number, data: Uint8Array): boolean
  prepareProgram(
    kind: number,
    hasMetadata: number,
    program: Bytes,
    registers: readonly bigint[],
    pages: readonly InitialPage[],
    memory: readonly InitialChunk[],
    args: Bytes,
    preallocatePages?: number,
    useBlockGas?: boolean,
  ): Handle
  runProgram(
    program: Handle,
    gas?: bigint,
    pc?: number,
    logs?: boolean,
    useSbrkGas?: boolean,
    dumpMemory?: boolean,
  ): VmOutput
  pvmStart(program: Handle, useSbrkGas?: boolean): number
  pvmResume(id: number, gas: bigint, pc: number, logs?: boolean): VmPause | null
  pvmSetRegisters(id: number, registers: readonly bigint[]): void
  pvmReadMemory(id: number, address: number, length: number): Uint8Array | null
  pvmWriteMemory(id: number, address: number, data: Uint8Array): boolean
  pvmDestroy(id: number): VmOutput | null
  getGasCosts(program: Bytes, kind: number, hasMetadata: number): { pc: number; gas: bigint }[]
  disassemble(program: Bytes, kind: number, hasMetadata: number): string
}

const NO_NEXT = 0xffffffff
const MAX_RESULT = 2 ** 20
const ACCESS: readonly Access[] = [Access.None, Access.Read, Access.Write]

/** The program behind its metadata. @throws BlobError. */
function withoutMetadata(bytes: Uint8Array): Uint8Array {
  const reader = new Reader(bytes)
  reader.take(reader.varint('metadata length', bytes.length), 'metadata')
  return bytes.subarray(reader.offset)
}

function registersOf(vm: Vm): bigint[] {
  return Array.from(vm.regs)
}

function readResult(vm: Vm): number[] {
  const [from, to] = [vm.regs32[14]!, vm.regs32[16]!]
  if (from >= to || to - from > MAX_RESULT) return []
  const into = new Uint8Array(to - from)
  return vm.memory.read(from, into) === OK ? Array.from(into) : []
}

/** These are the functions over machines of one kind. */
class Functions implements Ananas<Prepared, typeof InputKind, typeof HasMetadata> {
  readonly InputKind: typeof InputKind = InputKind
  readonly HasMetadata: typeof HasMetadata = HasMetadata
  readonly #options: ClientOptions
  readonly #rules: Profile
  readonly #blockRules: Profile
  readonly #log: (line: string) => void
  /** This is the debugger's machine. */
  readonly #one: ClientMachine
  /** These are the others, by number. */
  readonly #machines = new Map<number, ClientMachine>()
  #last = 0
  readonly #prepared = new WeakSet<Prepared>()

  constructor(options: AnanasOptions) {
    const { log = console.log, ...rest } = options
    this.#options = rest
    this.#rules = clientProfile(rest.profile)
    this.#blockRules = profile(this.#rules, { gasModel: 'block' })
    this.#log = log
    this.#one = new ClientMachine(rest)
  }

  #load(kind: 'standard' | 'raw', bytes: Bytes, hasMetadata: boolean, useBlockGas = false): Program {
    const own = bytesOf('program', bytes)
    const code = hasMetadata ? withoutMetadata(own) : own
    return loadProgram(code, { kind, profile: useBlockGas ? this.#blockRules : this.#rules })
  }

  resetJAM(program: Bytes, pc: number, gas: bigint, args: Bytes, hasMetadata = false, useBlockGas = false): void {
    const loaded = this.#load('standard', program, hasMetadata, useBlockGas)
    this.#one.start(loaded, { entry: pc, args: bytesOf('args', args) }, gasOf('gas', gas))
  }

  resetGeneric(program: Bytes, registers: Bytes, gas: bigint, hasMetadata = false, useBlockGas = false): void {
    const none = new Uint8Array(0)
    this.resetGenericWithMemory(program, registers, none, none, gas, hasMetadata, useBlockGas)
  }

  resetGenericWithMemory(
    program: Bytes,
    registers: Bytes,
    pageMap: Uint8Array,
    chunks: Uint8Array,
    gas: bigint,
    hasMetadata = false,
    useBlockGas = false,
  ): void {
    const loaded = this.#load('raw', program, hasMetadata, useBlockGas)
    const regs = encodedRegisters(registers)
    const memory = chunksOf(chunks)
    const vm = this.#one.start(loaded, { ...plainMemory(pagesOf(pageMap), memory), regs }, gasOf('gas', gas))
    loadContents(vm, memory)
  }

  nextStep(): boolean {
    return this.nSteps(1)
  }

  nSteps(steps: number): boolean {
    return this.#one.isLoaded && this.#one.step(steps) === STATUS_OK
  }

  getProgramCounter(): number {
    return this.#one.isLoaded ? this.#one.vm.pc : 0
  }

  setNextProgramCounter(pc: number): void {
    if (this.#one.isLoaded) this.#one.jump(pc)
  }

  getStatus(): number {
    return this.#one.isLoaded ? this.#one.status : Exit.Panic
  }

  getExitArg(): number {
    return this.#one.exitArg ?? 0
  }

  getGasLeft(): bigint {
    return this.#one.gas.get()
  }

  setGasLeft(gas: bigint): void {
    this.#one.gas.set(gasOf('gas', gas))
  }

  getRegisters(): Uint8Array {
    return this.#one.isLoaded ? new Uint8Array(this.#one.vm.regs.slice().buffer) : new Uint8Array(104)
  }

  setRegisters(registers: Bytes): void {
    const regs = encodedRegisters(registers)
    if (this.#one.isLoaded) this.#one.vm.regs.set(regs)
  }

  getPageDump(page: number): Uint8Array {
    if (!Number.isInteger(page) || page < 0 || page >= PAGE_COUNT) throw new RangeError(`page: ${page} is no page`)
    return this.#one.isLoaded ? readOrZero(this.#one.vm, page * PAGE_SIZE, PAGE_SIZE) : new Uint8Array(PAGE_SIZE)
  }

  getMemory(address: number, length: number): Uint8Array | null {
    return this.#one.isLoaded ? this.#read(this.#one, address, length) : null
  }

  setMemory(address: number, data: Uint8Array): boolean {
    return this.#one.isLoaded && this.#one.vm.memory.write(address, data) === OK
  }

  #read({ vm }: ClientMachine, address: number, length: number): Uint8Array | null {
    if (!Number.isInteger(length) || length < 0) throw new RangeError(`length: ${length} is no number of bytes`)
    if (length > 0 && !vm.memory.readable(address, length)) return null
    const into = new Uint8Array(length)
    return vm.memory.read(address, into) === OK ? into : null
  }

  prepareProgram(
    kind: number,
    hasMetadata: number,
    program: Bytes,
    registers: readonly bigint[],
    pages: readonly InitialPage[],
    memory: readonly InitialChunk[],
    args: Bytes,
    _preallocatePages = 0,
    useBlockGas = false,
  ): Prepared {
    if (kind !== InputKind.Generic && kind !== InputKind.SPI) throw new RangeError(`kind: ${kind} is none of 0, 1`)
    const isPlain = kind === InputKind.Generic
    const loaded = this.#load(isPlain ? 'raw' : 'standard', program, hasMetadata === HasMetadata.Yes, useBlockGas)
    if (!isPlain) return this.#keep({ program: loaded, options: { args: bytesOf('args', args) }, chunks: [] })
    const chunks = memory.map(({ address = 0, data }) => ({ address, bytes: Uint8Array.from(data) }))
    const entries = pages.map(({ address = 0, length = 0, access = 0 }) => {
      const rights = ACCESS[access]
      if (rights === undefined) throw new RangeError(`pages: access ${access} is none of 0, 1, 2`)
      return { address, length, access: rights }
    })
    const regs = registers.slice(0, 13).map(value => BigInt.asUintN(64, value))
    return this.#keep({ program: loaded, options: { ...plainMemory(entries, chunks), regs }, chunks })
  }

  #keep(prepared: Prepared): Prepared {
    this.#prepared.add(prepared)
    return prepared
  }

  #start(prepared: Prepared, gas: bigint, pc: number): ClientMachine {
    if (!this.#prepared.has(prepared)) throw new TypeError('program: expected what prepareProgram gives')
    const { program, options, chunks } = prepared
    const machine = new ClientMachine(this.#options)
    loadContents(machine.start(program, { ...options, entry: pc }, gasOf('gas', gas)), chunks)
    return machine
  }

  #run(machine: ClientMachine, logs: boolean): void {
    machine.vm.tracer = logs ? stepTracer(machine.vm, this.#log) : undefined
    machine.run()
  }

  #output(machine: ClientMachine, dumpMemory: boolean): VmOutput {
    const { vm, status, exitArg = 0 } = machine
    return {
      status: status === STATUS_OK ? -1 : status,
      exitCode: exitArg,
      pc: vm.pc,
      gas: machine.gas.get(),
      result: status === Exit.Halt ? readResult(vm) : [],
      registers: registersOf(vm),
      memory: dumpMemory ? nonZero(vm).map(({ address, bytes }) => ({ address, data: Array.from(bytes) })) : [],
    }
  }

  /** The fifth argument is `dumpMemory` for callers of 1.4, the sixth for those of 1.2. */
  runProgram(program: Prepared, gas = 0n, pc = 0, logs = false, useSbrkGas = false, dumpMemory = useSbrkGas): VmOutput {
    const machine = this.#start(program, gas, pc)
    try {
      this.#run(machine, logs)
      return this.#output(machine, dumpMemory)
    } finally {
      machine.dispose()
    }
  }

  pvmStart(program: Prepared): number {
    const machine = this.#start(program, 0n, 0)
    this.#last += 1
    this.#machines.set(this.#last, machine)
    return this.#last
  }

  pvmResume(id: number, gas: bigint, pc: number, logs = false): VmPause | null {
    const machine = this.#machines.get(id)
    if (machine === undefined) return null
    const { vm } = machine
    machine.gas.set(gasOf('gas', gas))
    // Behind the host call it stopped for it goes on by itself, with the block paid that it has paid.
    const goesOn = machine.status === Exit.Host ? vm.program.next(vm.pc) : vm.pc
    const isOver = machine.status === Exit.Halt || machine.status === Exit.Panic
    if (isOver || pc !== goesOn) machine.jump(pc)
    this.#run(machine, logs)
    const { status, exitArg = 0 } = machine
    const nextPc = status === Exit.Host ? vm.program.next(vm.pc) : NO_NEXT
    return { status, exitCode: exitArg, pc: vm.pc, nextPc, gas: machine.gas.get(), registers: registersOf(vm) }
  }

  pvmSetRegisters(id: number, registers: readonly bigint[]): void {
    const machine = this.#machines.get(id)
    if (machine === undefined) return
    for (let i = 0; i < Math.min(13, registers.length); i++) machine.vm.regs[i] = registers[i]!
  }

  pvmReadMemory(id: number, address: number, length: number): Uint8Array | null {
    const machine = this.#machines.get(id)
    return machine === undefined ? null : this.#read(machine, address, length)
  }

  pvmWriteMemory(id: number, address: number, data: Uint8Array): boolean {
    return this.#machines.get(id)?.vm.memory.write(address, data) === OK
  }

  pvmDestroy(id: number): VmOutput | null {
    const machine = this.#machines.get(id)
    if (machine === undefined) return null
    const output = this.#output(machine, false)
    machine.dispose()
    this.#machines.delete(id)
    return output
  }

  getGasCosts(program: Bytes, kind: number, hasMetadata: number): { pc: number; gas: bigint }[] {
    const isPlain = kind === InputKind.Generic
    const loaded = this.#load(isPlain ? 'raw' : 'standard', program, hasMetadata === HasMetadata.Yes, true)
    return Array.from(loaded.map.blocks, pc => ({ pc, gas: BigInt(loaded.costAt(pc)) }))
  }

  disassemble(program: Bytes, kind: number, hasMetadata: number): string {
    const isPlain = kind === InputKind.Generic
    return disassembleProgram(this.#load(isPlain ? 'raw' : 'standard', program, hasMetadata === HasMetadata.Yes))
  }
}

/** The caller gets a copy. @throws TypeError when it is no list of bytes. */
function bytesOf(name: string, bytes: Bytes): Uint8Array {
  if (typeof bytes !== 'object' || bytes === null || !Number.isInteger(bytes.length)) {
    throw new TypeError(`${name}: expected a list of bytes`)
  }
  return Uint8Array.from(bytes)
}

function encodedRegisters(bytes: Bytes): BigUint64Array {
  if (typeof bytes !== 'object' || bytes === null) throw new TypeError('registers: expected a list of bytes')
  if (bytes.length !== 104) throw new RangeError(`registers: ${bytes.length} bytes, not 104`)
  const own = new Uint8Array(104) // not Uint8Array.from, which asks an array for its iterator: 2 µs
  for (let i = 0; i < 104; i++) own[i] = bytes[i]!
  return new BigUint64Array(own.buffer)
}

/** Nine bytes a range: address, length, whether it is writable. */
function pagesOf(pageMap: Uint8Array): PageEntry[] {
  const reader = new Reader(pageMap)
  const entries: PageEntry[] = []
  while (reader.remaining > 0) {
    const [address, length] = [reader.uint(4, 'page address'), reader.uint(4, 'page length')]
    entries.push({ address, length, access: reader.uint(1, 'page rights') > 0 ? Access.Write : Access.Read })
  }
  return entries
}

/** This is an address, a length, and contents. */
function chunksOf(chunks: Uint8Array): MemoryChunk[] {
  const reader = new Reader(chunks)
  const list: MemoryChunk[] = []
  while (reader.remaining > 0) {
    const address = reader.uint(4, 'address of contents')
    list.push({ address, bytes: reader.take(reader.uint(4, 'length of contents'), 'contents') })
  }
  return list
}

/** What `prepareProgram` gives and the others take; nothing to look into. */
export type PreparedProgram = Prepared

/**
 * The functions of anan-as over machines of coulis: where a program takes anan-as as an object, it takes this one.
 *
 * @example replayTraceFile('trace-001.log', { pvm: createAnanas(), hasMetadata: 0, logs: false, verify: true })
 * @throws RangeError when the engine does not work here, or there is no such profile.
 */
export function createAnanas<Handle = PreparedProgram, Kinds = typeof InputKind, Metadata = typeof HasMetadata>(
  options: AnanasOptions = {},
): Ananas<Handle, Kinds, Metadata> {
  // A handle goes out and comes back, nobody looks into it: its type is the caller's.
  const functions: unknown = new Functions(options)
  return bound(functions as Ananas<Handle, Kinds, Metadata>)
}

/** The same with functions that may be taken off the object, as imports of a module are. */
function bound<T extends object>(functions: T): T {
  const names = Object.getOwnPropertyNames(Functions.prototype).filter(name => name !== 'constructor')
  const entries = names.map(name => [name, (functions as Record<string, unknown>)[name]] as const)
  const methods = entries.map(([name, value]) => [name, (value as () => unknown).bind(functions)])
  return { ...functions, ...Object.fromEntries(methods) }
}
