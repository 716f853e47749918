// What an editor shows of a stopped machine: frames, variables, instructions, memory. Not requests: adapter.ts.
import { Source } from '@vscode/debugadapter'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { Access, PAGE_SIZE } from '../../blob/address-space.ts'
import { exitName } from '../../engine/exit.ts'
import { placeOf } from '../../inside/place.ts'
import type { Opened } from '../debug/open.ts'
import { formatCallRecord } from '../debug/show.ts'
import { CliError } from '../errors.ts'
import { formatValue } from '../registers.ts'

/** The two lists of variables. */
export const REGISTERS = 1
export const MACHINE = 2
export const CALLS = 3

const MOST_CALLS = 50

/** An address, or a code offset, as editors get it and give it back. */
export function reference(value: number): string {
  return `0x${value.toString(16)}`
}

/** @throws CliError when it is none. */
export function parseReference(text: string, offset = 0): number {
  const value = /^(0x[\da-f]+|\d+)$/i.test(text) ? Number(text) + offset : Number.NaN
  if (!Number.isInteger(value)) throw new CliError(`${text}: no address`)
  return value
}

/** The source file of a path, where it was found. */
export function sourceOf(opened: Opened, path: string): Source {
  return new Source(path.split(/[\\/]/).at(-1)!, opened.sourceFile(path) ?? path)
}

/** This describes a frame at a pc. */
function frameAt(opened: Opened, id: number, pc: number, entry: number | undefined): DebugProtocol.StackFrame {
  const place = placeOf(opened.program, pc, opened.symbols)
  const line = place?.lines.find(one => one.path !== undefined && one.line !== undefined)
  return {
    id,
    name: place?.function ?? (entry === undefined ? `pc ${pc}` : `code at ${entry}`),
    line: line?.line ?? 0,
    column: line?.column ?? (line === undefined ? 0 : 1),
    instructionPointerReference: reference(pc),
    ...(line?.path !== undefined && { source: sourceOf(opened, line.path) }),
  }
}

/** This lists all frames, innermost first. */
export function stackFrames(opened: Opened): DebugProtocol.StackFrame[] {
  const frames = opened.session.callStack().toReversed()
  return [opened.history.vm.pc, ...frames.map(({ call }) => call)].map((pc, id) =>
    frameAt(opened, id, pc, frames[id]?.entry),
  )
}

function variable(name: string, value: string, more: Partial<DebugProtocol.Variable> = {}): DebugProtocol.Variable {
  return { name, value, variablesReference: 0, ...more }
}

function registerVariables({ history }: Opened, isHex: boolean): DebugProtocol.Variable[] {
  const { vm } = history
  const show = (value: bigint): string => (isHex ? `0x${value.toString(16)}` : formatValue(value, 'hex'))
  const registers = Array.from(vm.regs, (value, i) => {
    const address = Number(BigInt.asUintN(32, value))
    const isMapped = vm.memory.access(Math.floor(address / PAGE_SIZE)) !== Access.None
    return variable(`r${i}`, show(value), {
      evaluateName: `r${i}`,
      ...(isMapped && { memoryReference: reference(address) }),
    })
  })
  return [
    ...registers,
    variable('pc', `${vm.pc}`, { evaluateName: 'pc' }),
    variable('gas', `${vm.gas}`, { evaluateName: 'gas' }),
  ]
}

function machineVariables({ history, program }: Opened): DebugProtocol.Variable[] {
  const { vm, time, frontier, end } = history
  const fixed = { presentationHint: { attributes: ['readOnly'] } }
  return [
    variable('time', `${time}`, fixed),
    variable('known up to', `${frontier}${end === undefined ? '' : `, ${exitName(end.exit)}`}`, fixed),
    variable('gas used', `${vm.gasUsed}`, fixed),
    variable('host calls', `${history.callCount}`, fixed),
    variable('heap end', reference(vm.heapEnd), { ...fixed, memoryReference: reference(vm.heapEnd) }),
    variable('engine', `${vm.kind}, ${program.profile.name}`, fixed),
  ]
}

function callVariables(opened: Opened): DebugProtocol.Variable[] {
  const { history } = opened
  const first = Math.max(0, history.callCount - MOST_CALLS)
  return history.calls
    .slice(first, history.callCount)
    .map((call, i) =>
      variable(`${first + i + 1}`, formatCallRecord(call, opened), { presentationHint: { attributes: ['readOnly'] } }),
    )
    .reverse()
}

/** The variables of a list. */
export function variablesOf(opened: Opened, list: number, isHex: boolean): DebugProtocol.Variable[] {
  if (list === REGISTERS) return registerVariables(opened, isHex)
  if (list === MACHINE) return machineVariables(opened)
  return list === CALLS ? callVariables(opened) : []
}

const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0')

/** Instructions around a code offset: as many as are asked for, those outside of the code are invalid. */
export function disassemble(
  opened: Opened,
  { memoryReference, offset = 0, instructionOffset = 0, instructionCount }: DebugProtocol.DisassembleArguments,
): DebugProtocol.DisassembledInstruction[] {
  const { code, program } = opened
  const pc = parseReference(memoryReference, offset)
  const at = code.findLastIndex(line => line.pc <= pc)
  let last: string | undefined
  return Array.from({ length: Math.min(instructionCount, 10_000) }, (_, i) => {
    const line = code[at + instructionOffset + i]
    if (line === undefined) {
      const far = at + instructionOffset + i
      const address = far < 0 ? 0 : program.code.length + far - code.length
      return { address: reference(address), instruction: 'no code', presentationHint: 'invalid' as const }
    }
    const place = placeOf(program, line.pc, opened.symbols)?.lines[0]
    const key = `${place?.path}:${place?.line}`
    const isNew = place?.path !== undefined && place.line !== undefined && key !== last
    last = key
    return {
      address: reference(line.pc),
      instructionBytes: Array.from(program.code.subarray(line.pc, line.pc + line.length), hexByte).join(' '),
      instruction: line.text,
      ...(line.label !== undefined && { symbol: line.label }),
      ...(isNew && { location: sourceOf(opened, place.path!), line: place.line! }),
    }
  })
}

/** Bytes from an address on, as far as they can be read. */
export function readMemory(
  { history }: Opened,
  { memoryReference, offset = 0, count }: DebugProtocol.ReadMemoryArguments,
): NonNullable<DebugProtocol.ReadMemoryResponse['body']> {
  const { memory } = history.vm
  const address = parseReference(memoryReference, offset)
  const most = Math.max(0, Math.min(count, 2 ** 20, 2 ** 32 - address))
  if (address < 0) return { address: reference(0), unreadableBytes: count }
  const failing = memory.failing(address, most, Access.Read)
  const length = failing === undefined ? most : Math.max(0, failing - address)
  const bytes = new Uint8Array(length)
  memory.read(address, bytes)
  return {
    address: reference(address),
    data: Buffer.from(bytes).toString('base64'),
    ...(length < count && { unreadableBytes: count - length }),
  }
}

/** All source files that the program's lines are of. */
export function sourcesOf(opened: Opened): Source[] {
  const paths = new Set<string>()
  for (const pc of opened.program.map.offsets) {
    for (const { path } of opened.symbols?.sourceAt(pc) ?? []) if (path !== undefined) paths.add(path)
  }
  return [...paths].sort().map(path => sourceOf(opened, path))
}
