// How a machine starts: checks the options, and fills in the defaults of the program's format. Engines map the memory.
import { Access, HALT_ADDRESS, type MemoryLayout, PAGE_SIZE, pageAlign, type Region } from '../blob/address-space.ts'
import type { Program } from '../program/program.ts'
import { checkAccess, checkBytes, checkOptions, checkProgram, isAddress, knownOptions } from './check.ts'
import type { HostTable, MemoryChunk, StartOptions } from './engine.ts'
import { hostFor } from './narrow-registers.ts'

/** Everything an engine needs to start a machine. */
export interface Start {
  readonly pc: number
  readonly gas: bigint
  /** Whether the options did not say how much gas there is. */
  readonly gasMissing: boolean
  /** The 13 registers. They may be any bigints; the machine takes them modulo 2^64. */
  readonly regs: readonly bigint[]
  /** The regions to map, in this order. Where they overlap, the later one counts. */
  readonly regions: readonly Region[]
  /** Further contents. They are loaded when everything is mapped, whatever the rights. */
  readonly memory: readonly MemoryChunk[]
  readonly heapEnd: number
  readonly heapLimit: number
  readonly host: HostTable | undefined
  readonly hostErrors: 'throw' | 'panic'
}

const START_OPTIONS = ['args', 'entry', 'gas', 'regs', 'pages', 'memory', 'heap', 'host', 'hostErrors'] as const

const NO_BYTES = new Uint8Array(0)
const NO_CHUNKS: readonly MemoryChunk[] = []

/** Checks a list of objects. */
function checkList(name: string, list: unknown): void {
  if (!Array.isArray(list) || !list.every(item => typeof item === 'object' && item !== null)) {
    throw new TypeError(`${name}: expected an array of objects`)
  }
}

const ENTRY_POINTS = { 'is-authorized': 0, refine: 0, accumulate: 5 } as const // GP B.1, B.4, B.5

function resolveEntry(entry: StartOptions['entry'] = 0): number {
  if (typeof entry === 'number') {
    if (!isAddress(entry)) throw new RangeError(`entry: ${entry} is not within 0…2^32 - 1`)
    return entry
  }
  const pc = Object.hasOwn(ENTRY_POINTS, entry) ? ENTRY_POINTS[entry] : undefined
  if (pc === undefined) throw new RangeError(`entry: ${entry} is none of ${Object.keys(ENTRY_POINTS).join(', ')}`)
  return pc
}

function resolveGas(gas: bigint = 0n): bigint {
  if (typeof gas !== 'bigint') throw new TypeError('gas: expected a bigint')
  if (gas < 0n || gas >= 2n ** 63n)
    throw new RangeError(`gas: ${gas} is not within 0…2^63 - 1 (coulis/typeberry has WideGas)`)
  return gas
}

/** The registers at the start: those of the program's format (GP A.7, A.43), where the options do not give others. */
function resolveRegisters(program: Program, args: Uint8Array, given: ArrayLike<bigint> | undefined): bigint[] {
  const { layout } = program
  const regs = new Array<bigint>(13).fill(0n)
  if (layout.stackTop > 0) {
    regs[0] = BigInt(HALT_ADDRESS)
    regs[1] = BigInt(layout.stackTop)
  }
  if (layout.argumentsLimit > 0) {
    regs[7] = BigInt(layout.argumentsAddress)
    regs[8] = BigInt(args.length)
  }
  if (given === undefined) return regs
  if (typeof given !== 'object' || given === null || !(Number.isInteger(given.length) && given.length >= 0)) {
    throw new TypeError('regs: expected an array of bigint')
  }
  if (given.length > 13) throw new RangeError(`regs: ${given.length} values for 13 registers`)
  for (let i = 0; i < given.length; i++) {
    const value = given[i]
    if (typeof value !== 'bigint') throw new TypeError(`regs: register ${i} is no bigint`)
    regs[i] = value
  }
  return regs
}

function resolveRegions(program: Program, args: Uint8Array, pages: StartOptions['pages']): readonly Region[] {
  const { layout } = program
  if (args.length > layout.argumentsLimit) {
    const room = layout.argumentsLimit === 0 ? `a ${program.kind} program takes none` : `${layout.argumentsLimit} fit`
    throw new RangeError(`args: ${args.length} bytes, ${room}`)
  }
  if (args.length === 0 && pages === undefined) return layout.regions
  const regions = [...layout.regions]
  if (args.length > 0) {
    const address = layout.argumentsAddress
    regions.push({ address, length: pageAlign(args.length), access: Access.Read, data: args })
  }
  if (pages === undefined) return regions
  checkList('pages', pages)
  for (const { address, length, access } of pages) {
    checkAccess(access)
    if (!isAddress(address) || address % PAGE_SIZE !== 0) throw new RangeError(`pages: address ${address}`)
    if (!Number.isInteger(length) || length < 0 || length % PAGE_SIZE !== 0 || address + length > 2 ** 32) {
      throw new RangeError(`pages: length ${length} at address ${address}`)
    }
    if (length > 0) regions.push({ address, length, access, data: NO_BYTES })
  }
  return regions
}

/** Copies the chunks, so that what is checked is what is used. */
function resolveChunks(memory: readonly MemoryChunk[]): readonly MemoryChunk[] {
  checkList('memory', memory)
  const chunks = memory.map(({ address, bytes }) => ({ address, bytes }))
  for (const { address, bytes } of chunks) {
    if (!isAddress(address)) throw new RangeError(`memory: address ${address} is not within 0…2^32 - 1`)
    checkBytes('memory', bytes)
  }
  return chunks
}

/** Where the heap ends at the start, and how far it may grow. */
function resolveHeap(layout: MemoryLayout, heap: StartOptions['heap']): [end: number, limit: number] {
  if (heap === undefined) return [layout.heapStart, layout.heapLimit]
  if (typeof heap !== 'object' || heap === null) throw new TypeError('heap: expected an object')
  const { start, limit } = heap
  if (!isAddress(start)) throw new RangeError(`heap: start ${start} is not within 0…2^32 - 1`)
  if (!Number.isInteger(limit) || limit < start || limit > 2 ** 32) {
    throw new RangeError(`heap: limit ${limit} is not within ${start}…2^32`)
  }
  return [start, limit]
}

/**
 * Checks start options and fills in the defaults of the program's format. Much of it is for options that are rarely given. They cost
 * nothing where they are not, because a node makes a machine for each invocation (bench/micro/instance.mjs).
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function resolveStart(program: Program, given: StartOptions = {}): Start {
  checkProgram(program)
  checkOptions(given)
  const {
    args = NO_BYTES,
    hostErrors = 'throw',
    memory,
    host,
    heap,
    entry,
    gas,
    regs,
    pages,
  } = knownOptions(given, START_OPTIONS)
  checkBytes('args', args)
  if (hostErrors !== 'throw' && hostErrors !== 'panic') {
    throw new RangeError(`hostErrors: ${hostErrors} is none of throw, panic`)
  }
  if (host !== undefined && typeof host?.entry !== 'function') {
    throw new TypeError('host: expected a table of host functions, with a function entry')
  }
  const made = host?.version ?? 'free'
  if (made !== 'free') {
    const { hostCalls } = program.profile
    if (hostCalls !== 'free' && made !== hostCalls) {
      throw new RangeError(`host: its numbers are those of ${made}, the program calls by those of ${hostCalls}`)
    }
  }
  const [heapEnd, heapLimit] = resolveHeap(program.layout, heap)
  let table = host
  // biome-ignore lint/suspicious/noConfusingLabels: the build of the interpreter alone drops it (scripts/build-library.mjs)
  WHOLE: table = hostFor(program, host)
  return {
    pc: resolveEntry(entry),
    gas: resolveGas(gas),
    gasMissing: gas === undefined,
    regs: resolveRegisters(program, args, regs),
    regions: resolveRegions(program, args, pages),
    memory: memory === undefined ? NO_CHUNKS : resolveChunks(memory),
    heapEnd,
    heapLimit,
    host: table,
    hostErrors,
  }
}
