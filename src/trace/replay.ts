// Runs a recorded program again, without any host, and compares every line of the record exactly. Not a judge of style: the
// argument of PANIC is an implementation detail and not compared.

import { Access, ARGUMENTS_SIZE, PAGE_SIZE } from '../blob/address-space.ts'
import type { Engine, HostTable, MemoryChunk, Vm } from '../engine/engine.ts'
import { Exit, exitName, hostIndex64 } from '../engine/exit.ts'
import { OK } from '../engine/memory.ts'
import { ownOptions } from '../isa/own-options.ts'
import type { Profile, ProfileName } from '../program/profile.ts'
import { loadProgram, type Program } from '../program/program.ts'
import { TraceError } from './error.ts'
import { hexFromBytes } from './hex.ts'
import type { Trace, TraceBytes, TraceCall, TraceEnd, TraceState } from './trace.ts'

const ARGUMENTS_ADDRESS = 0xfeff0000

/** One value that differs, as text. */
export interface FieldDifference {
  readonly name: string
  readonly expected: string
  readonly actual: string
}

/** The first place where a replay and its record differ. */
export interface ReplayDifference {
  /** This is the record's line. */
  readonly line: number
  readonly where: 'start' | 'ecalli' | 'memread' | 'memwrite' | 'end'
  /** Host calls that agreed before. */
  readonly call: number
  /** Everything that differs there. */
  readonly fields: readonly FieldDifference[]
}

/** What came out of a replay. */
export interface Replay {
  readonly identical: boolean
  readonly difference: ReplayDifference | undefined
  /** Host calls that agreed. */
  readonly calls: number
  /** How the machine stopped, and with what argument. */
  readonly exit: Exit
  readonly exitArg: number
  readonly pc: number
  readonly gas: bigint
  readonly gasUsed: bigint
}

/** These are the options of `replay`. */
export interface ReplayOptions {
  /** The engine to run on. */
  readonly engine: Engine
  /** The rules; default `gp-0.7.2`, which all recorded files follow. */
  readonly profile?: Profile | ProfileName
  /** Another program in place of the recorded one, to see what a change does. */
  readonly program?: Program
  /** Called at the first difference with the machine as it is there, which is disposed of behind it. */
  readonly onDifference?: (vm: Vm, difference: ReplayDifference) => void
}

const hex = (value: bigint): string => `0x${value.toString(16)}`

function halves(regs: BigUint64Array): Uint32Array {
  return new Uint32Array(regs.buffer, regs.byteOffset, 26)
}

/** What of pc, gas and registers differs. */
export function compareState(state: TraceState, vm: Vm, gas: bigint): FieldDifference[] {
  const expected = halves(state.regs)
  const actual = vm.regs32
  let same = state.pc === vm.pc && state.gas === gas
  for (let i = 0; i < 26; i++) if (expected[i] !== actual[i]) same = false
  if (same) return []
  const fields: FieldDifference[] = []
  if (state.pc !== vm.pc) fields.push({ name: 'pc', expected: `${state.pc}`, actual: `${vm.pc}` })
  if (state.gas !== gas) fields.push({ name: 'gas', expected: `${state.gas}`, actual: `${gas}` })
  for (let i = 0; i < 13; i++) {
    if (state.regs[i] !== vm.regs[i]) {
      fields.push({ name: `r${i}`, expected: hex(state.regs[i]!), actual: hex(vm.regs[i]!) })
    }
  }
  return fields
}

/** Whether the record is of a standard program: its start says so (trace-format section 3). */
export function isStandardTrace(trace: Trace): boolean {
  return (
    trace.start.regs[7] === BigInt(ARGUMENTS_ADDRESS) ||
    trace.initial.some(write => write.address === ARGUMENTS_ADDRESS)
  )
}

/** The argument bytes of a standard program's record. */
export function traceArguments(trace: Trace): Uint8Array {
  const { start } = trace
  const length = start.regs[8]!
  if (length > BigInt(ARGUMENTS_SIZE)) {
    throw new TraceError('bad-length', start.line, `r08=${hex(length)} is more than 2^24 argument bytes`)
  }
  const args = new Uint8Array(Number(length))
  for (const { line, address, bytes } of trace.initial) {
    if (address < ARGUMENTS_ADDRESS) continue
    if (address - ARGUMENTS_ADDRESS + bytes.length > args.length) {
      throw new TraceError('bad-length', line, `arguments beyond the ${args.length} bytes that r08 announces`)
    }
    args.set(bytes, address - ARGUMENTS_ADDRESS)
  }
  return args
}

function pagesOf(writes: readonly TraceBytes[]): { address: number; length: number; access: Access }[] {
  const pages = new Set<number>()
  for (const { address, bytes } of writes) {
    const last = Math.floor((address + Math.max(bytes.length, 1) - 1) / PAGE_SIZE)
    for (let page = Math.floor(address / PAGE_SIZE); page <= last; page++) pages.add(page)
  }
  return [...pages].map(page => ({ address: page * PAGE_SIZE, length: PAGE_SIZE, access: Access.Write }))
}

interface LoadedBytes {
  readonly profile: Profile | ProfileName
  readonly kind: 'raw' | undefined
  readonly program: Program
}

/** The program that bytes were loaded as last; traces of one service share them (parse.ts). */
const loaded = new WeakMap<Uint8Array, LoadedBytes>()

function load(bytes: Uint8Array, profile: Profile | ProfileName, kind: 'raw' | undefined): Program {
  const known = loaded.get(bytes)
  if (known !== undefined && known.profile === profile && known.kind === kind) return known.program
  const program = loadProgram(bytes, { profile, ...(kind && { kind }) })
  loaded.set(bytes, { profile, kind, program })
  return program
}

/** What a record's machine is made of: everything but its host calls. */
export type TraceMachine = Pick<ReplayOptions, 'engine' | 'profile' | 'program'>

/**
 * The machine of a record at its start.
 *
 * @param host answers its calls; default: nobody.
 * @throws BlobError when the recorded program cannot be loaded, TraceError when its arguments make no sense.
 */
export function instantiateTrace(trace: Trace, options: TraceMachine, host?: HostTable): Vm {
  const { start } = trace
  const profile = options.profile ?? 'gp-0.7.2'
  const hosted = host && { host, hostErrors: 'panic' as const }
  const common = { entry: start.pc, gas: start.gas, ...hosted }
  if (isStandardTrace(trace)) {
    const program = options.program ?? load(trace.program, profile, undefined)
    const memory: MemoryChunk[] = trace.initial.filter(write => write.address < ARGUMENTS_ADDRESS)
    return options.engine.instantiate(program, { ...common, args: traceArguments(trace), memory })
  }
  const program = options.program ?? load(trace.program, profile, 'raw')
  const pages = pagesOf(trace.initial)
  return options.engine.instantiate(program, { ...common, regs: start.regs, pages, memory: trace.initial })
}

/** Does again what the host did at this call. Returns what could not be verified. */
function applyCall(call: TraceCall, vm: Vm): Omit<ReplayDifference, 'call'> | undefined {
  for (const { line, address, bytes } of call.reads) {
    const found = vm.memory.view(address, bytes.length)
    if (found === undefined) {
      const name = `[0x${address.toString(16)}, +${bytes.length})`
      return { line, where: 'memread', fields: [{ name, expected: 'readable', actual: 'not readable' }] }
    }
    let at = 0
    while (at < bytes.length && bytes[at] === found[at]) at += 1
    if (at < bytes.length) {
      const around = (all: Uint8Array): string => `0x${hexFromBytes(all.subarray(at, at + 16))}`
      const name = `bytes at 0x${(address + at).toString(16)}`
      return { line, where: 'memread', fields: [{ name, expected: around(bytes), actual: around(found) }] }
    }
  }
  for (const { line, address, bytes } of call.writes) {
    if (vm.memory.load(address, bytes) !== OK) {
      const name = `[0x${address.toString(16)}, +${bytes.length})`
      return { line, where: 'memwrite', fields: [{ name, expected: 'mapped', actual: 'not mapped' }] }
    }
  }
  for (const { register, value } of call.registers) vm.regs[register] = value
  if (call.gasAfter !== undefined) vm.gas = call.gasAfter
  return undefined
}

function endName(exit: Exit): TraceEnd['kind'] {
  return exit === Exit.Halt ? 'HALT' : exit === Exit.OutOfGas ? 'OOG' : 'PANIC'
}

function describeExit(exit: Exit, vm: Vm): string {
  if (exit === Exit.Host) return `ecalli=${hostIndex64(vm.exitArg)} at pc ${vm.pc}`
  const fault = exit === Exit.PageFault ? ` at 0x${vm.exitArg.toString(16)}` : ''
  return `${exitName(exit)}${fault}, pc ${vm.pc}`
}

/** Whether the host itself ended the run at its last call: the end has the pc of that ecalli, and no run could. */
export function endedByHost(call: TraceCall | undefined, end: TraceEnd): boolean {
  return call !== undefined && end.pc === call.pc && (end.kind !== 'OOG' || call.gasAfter === undefined)
}

function compareEnd(end: TraceEnd, exit: Exit, vm: Vm): FieldDifference[] {
  if (endName(exit) !== end.kind || exit === Exit.Host) {
    return [{ name: 'end', expected: `${end.kind} at pc ${end.pc}`, actual: describeExit(exit, vm) }]
  }
  return compareState(end, vm, vm.gas > 0n ? vm.gas : 0n) // GP A.8: what is left is never negative
}

/**
 * Replays a trace: every ecalli record's index, pc, gas and 13 registers, every memread, and the end record's kind, pc,
 * gas and registers have to be equal. Stops at the first difference.
 *
 * @throws BlobError when the recorded program cannot be loaded, TraceError when its arguments make no sense.
 */
export function replay(trace: Trace, options: ReplayOptions): Replay {
  const own = ownOptions(options)
  const vm = instantiateTrace(trace, own)
  let calls = 0
  const result = (exit: Exit, found: Omit<ReplayDifference, 'call'> | undefined): Replay => {
    const difference = found && { ...found, call: calls }
    const { exitArg, pc, gas, gasUsed } = vm
    if (difference !== undefined) own.onDifference?.(vm, difference)
    return { identical: difference === undefined, difference, calls, exit, exitArg, pc, gas, gasUsed }
  }
  try {
    const { end } = trace
    const atStart = compareState(trace.start, vm, vm.gas)
    if (atStart.length > 0) return result(Exit.Step, { line: trace.start.line, where: 'start', fields: atStart })
    for (;;) {
      const call = trace.calls[calls]
      if (call === undefined && endedByHost(trace.calls.at(-1), end)) {
        if (end.kind === 'OOG') vm.gas = 0n
        const fields = compareState({ ...end, pc: vm.pc }, vm, vm.gas)
        const exit = end.kind === 'HALT' ? Exit.Halt : end.kind === 'OOG' ? Exit.OutOfGas : Exit.Panic
        return result(exit, fields.length === 0 ? undefined : { line: end.line, where: 'end', fields })
      }
      const exit = vm.run()
      if (call === undefined) {
        const fields = compareEnd(end, exit, vm)
        return result(exit, fields.length === 0 ? undefined : { line: end.line, where: 'end', fields })
      }
      const where = 'ecalli'
      if (exit !== Exit.Host) {
        const expected = `ecalli=${call.index} at pc ${call.pc}`
        return result(exit, {
          line: call.line,
          where,
          fields: [{ name: 'event', expected, actual: describeExit(exit, vm) }],
        })
      }
      const fields = compareState(call, vm, vm.gas)
      const index = hostIndex64(vm.exitArg)
      if (call.index !== index && call.index !== BigInt.asUintN(32, index)) {
        fields.unshift({ name: 'index', expected: `${call.index}`, actual: `${index}` })
      }
      if (fields.length > 0) return result(exit, { line: call.line, where, fields })
      const difference = applyCall(call, vm)
      if (difference !== undefined) return result(exit, difference)
      calls += 1
    }
  } finally {
    vm.dispose()
  }
}

/** A difference in one line. */
export function describeDifference(difference: ReplayDifference): string {
  const { line, where, call, fields } = difference
  const list = fields.map(({ name, expected, actual }) => `${name} ${expected} recorded, ${actual} replayed`)
  return `line ${line}, ${where} after ${call} host call${call === 1 ? '' : 's'}: ${list.join('; ')}`
}
