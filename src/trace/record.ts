// Records a run as an ecalli trace: wraps a host and notes what it reads and changes. The trace replays on any engine, without
// the host. Not for page rights: the format cannot say that a host changed them, so such a run is refused at the end.

import { PAGE_SIZE } from '../blob/address-space.ts'
import type { HostEntry, HostTable, Vm } from '../engine/engine.ts'
import { Exit, hostIndex64 } from '../engine/exit.ts'
import { type Memory, type MemoryResult, OK } from '../engine/memory.ts'
import { WatchedMemory } from '../engine/watched-memory.ts'
import type { Trace, TraceBytes, TraceCall, TraceEnd, TraceRegister, TraceState } from './trace.ts'

/** A recording in progress. */
export interface Recorder {
  /** The host to give to the machine. */
  readonly host: HostTable
  /** Call it on the fresh machine, before the first run. */
  start(vm: Vm): void
  /**
   * Call it when the run is over.
   *
   * @throws RangeError when a host function changed page rights, or the run did not end in halt, panic or out of gas.
   */
  finish(vm: Vm): Trace
}

/** These are the options of `createRecorder`. */
export interface RecordOptions {
  /** The program's bytes, as they are to stand in the trace. */
  readonly program: Uint8Array
  /** The host to listen to. */
  readonly host: HostTable
}

interface OpenCall extends TraceCall {
  readonly reads: TraceBytes[]
  readonly writes: TraceBytes[]
  readonly registers: TraceRegister[]
  gasAfter: bigint | undefined
}

const NO_LINE = 0 // a recorded trace has no lines until it is printed

function stateOf(vm: Vm): TraceState {
  return { line: NO_LINE, pc: vm.pc, gas: vm.gas, regs: vm.regs.slice() }
}

/** Guest memory that notes what goes through it during one host call. */
class RecordingMemory extends WatchedMemory {
  readonly #call: OpenCall
  readonly #onProtect: () => void

  constructor(memory: Memory, call: OpenCall, onProtect: () => void) {
    super(memory)
    this.#call = call
    this.#onProtect = onProtect
  }

  // All reads of a call stand before its writes in a trace: what the host wrote itself is not noted as read.
  #noteRead(address: number, length: number): void {
    const bytes = new Uint8Array(length)
    if (length === 0 || this.memory.read(address, bytes) !== OK) return
    const own = new Uint8Array(length)
    for (const write of this.#call.writes) {
      const from = Math.max(write.address - address, 0)
      own.fill(1, from, Math.max(write.address + write.bytes.length - address, from))
    }
    for (let from = 0; from < length; ) {
      let to = from
      while (to < length && own[to] === own[from]) to += 1
      if (own[from] === 0) {
        this.#call.reads.push({ line: NO_LINE, address: address + from, bytes: bytes.slice(from, to) })
      }
      from = to
    }
  }

  protected override wrote(address: number, length: number): void {
    const bytes = new Uint8Array(length)
    if (this.memory.read(address, bytes) === OK) this.#call.writes.push({ line: NO_LINE, address, bytes })
  }

  override view(address: number, length: number): Uint8Array | undefined {
    const view = super.view(address, length)
    if (view !== undefined) this.#noteRead(address, length)
    return view
  }

  override readU8(address: number): number {
    this.#noteRead(address, 1)
    return super.readU8(address)
  }

  override readU16(address: number): number {
    this.#noteRead(address, 2)
    return super.readU16(address)
  }

  override readU32(address: number): number {
    this.#noteRead(address, 4)
    return super.readU32(address)
  }

  override readU64(address: number): bigint {
    this.#noteRead(address, 8)
    return super.readU64(address)
  }

  override read(address: number, into: Uint8Array): MemoryResult {
    this.#noteRead(address, into.length)
    return super.read(address, into)
  }

  override protect(...args: Parameters<Memory['protect']>): void {
    this.#onProtect()
    super.protect(...args)
  }

  override zero(page: number, count: number): void {
    super.zero(page, count)
    if (count > 0) this.wrote(page * PAGE_SIZE, count * PAGE_SIZE)
  }

  /** Notes what was written through views. */
  finish(): void {
    this.lookAtViews()
  }
}

/** The machine as a host function sees it, with that memory. */
function withMemory(vm: Vm, memory: Memory): Vm {
  return new Proxy(vm, {
    get(target, key) {
      if (key === 'memory') return memory
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  })
}

/** Memory contents at the start: the arguments of a standard program, all mapped memory of a plain one. */
function initialOf(vm: Vm): TraceBytes[] {
  const { layout } = vm.program
  const contents = (address: number, length: number): TraceBytes => {
    const bytes = new Uint8Array(length)
    vm.memory.read(address, bytes)
    return { line: NO_LINE, address, bytes }
  }
  if (layout.argumentsLimit === 0) {
    return vm.memory.pages().map(({ page, count }) => contents(page * PAGE_SIZE, count * PAGE_SIZE))
  }
  const length = Number(vm.regs[8])
  return length === 0 ? [] : [contents(layout.argumentsAddress, length)]
}

const END_KINDS: Readonly<Partial<Record<Exit, TraceEnd['kind']>>> = {
  [Exit.Halt]: 'HALT',
  [Exit.Panic]: 'PANIC',
  [Exit.PageFault]: 'PANIC',
  [Exit.OutOfGas]: 'OOG',
}

/**
 * Records a run. `finish` throws a TypeError without `start`, and a RangeError for a run that a trace cannot hold: it has not ended in
 * halt, panic or out of gas, or a host function has changed page rights.
 *
 * @example
 * const recorder = createRecorder({ program: bytes, host })
 * const vm = engine.instantiate(program, { gas, args, host: recorder.host })
 * recorder.start(vm)
 * vm.run()
 * const text = formatTrace(recorder.finish(vm))
 */
export function createRecorder(options: RecordOptions): Recorder {
  const calls: OpenCall[] = []
  const wrapped = new Map<number, HostEntry | undefined>()
  let start: TraceState | undefined
  let initial: readonly TraceBytes[] = []
  let protectedBy: string | undefined

  const wrap = (index: number): HostEntry | undefined => {
    const entry = options.host.entry(index)
    if (entry === undefined) return undefined
    const { name, price, call } = entry
    return {
      name,
      price(vm, at) {
        const state = stateOf(vm)
        calls.push({ ...state, index: hostIndex64(at), reads: [], writes: [], registers: [], gasAfter: undefined })
        return typeof price === 'number' ? price : price(vm, at)
      },
      call(vm, at) {
        const open = calls.at(-1)!
        const memory = new RecordingMemory(vm.memory, open, () => {
          protectedBy = name
        })
        try {
          return call(withMemory(vm, memory), at)
        } finally {
          memory.finish()
          for (let register = 0; register < 13; register++) {
            const value = vm.regs[register]!
            if (value !== open.regs[register]) open.registers.push({ line: NO_LINE, register, value })
          }
          if (vm.gas !== open.gas) open.gasAfter = vm.gas
        }
      },
    }
  }

  return {
    host: {
      entry(index) {
        if (!wrapped.has(index)) wrapped.set(index, wrap(index))
        return wrapped.get(index)
      },
    },
    start(vm) {
      start = stateOf(vm)
      initial = initialOf(vm)
    },
    finish(vm) {
      if (start === undefined) throw new TypeError('record: finish without start')
      if (protectedBy !== undefined) {
        throw new RangeError(`record: host function ${protectedBy} changed page rights, which a trace cannot say`)
      }
      const kind = vm.exit === undefined ? undefined : END_KINDS[vm.exit]
      if (kind === undefined) throw new RangeError('record: the run has not ended in halt, panic or out of gas')
      const argument = kind === 'PANIC' ? BigInt(vm.exitArg >>> 0) : undefined
      const end: TraceEnd = { ...stateOf(vm), gas: vm.gas > 0n ? vm.gas : 0n, kind, argument }
      return { program: options.program, initial, start, calls, end }
    },
  }
}
