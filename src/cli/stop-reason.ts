// Why a program panicked or faulted, and where: read from the instruction it stopped at and its registers, which are as they
// were before it. Not the outcome itself: the engine has that.

import { BlobError } from '../blob/error.ts'
import type { Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import { createOperands, decodeOperands, type Operands } from '../isa/format.ts'
import { type RegisterLetter, shapeOf } from '../isa/shape.ts'
import type { Instruction } from '../isa/table.ts'
import type { Symbols } from '../program/symbols.ts'
import { formatOperands } from '../trace/steps.ts'
import type { Loaded } from './load.ts'
import { symbolsFor } from './source.ts'

/** Below it every access panics (GP A.8). */
const LOWEST = 0x10000

function hex(value: number): string {
  return `0x${value.toString(16)}`
}

/** The address that an instruction accesses or jumps to; undefined where it has none. */
function addressOf(vm: Vm, instruction: Instruction, operands: Operands): number | undefined {
  for (const slot of shapeOf(instruction).slots) {
    if (slot.is !== 'memory' && slot.is !== 'sum') continue
    const letters: Readonly<Record<RegisterLetter, number>> = { A: operands.a, B: operands.b, D: operands.d }
    const base = slot.base === undefined ? 0n : vm.regs[letters[slot.base]]!
    const offset = slot.offset === 'X' ? operands.x : operands.y
    return Number(BigInt.asUintN(32, base + BigInt(offset)))
  }
  return undefined
}

/** Bytes an instruction accesses, from its name: store_ind_u64 has 8. */
function widthOf({ name }: Instruction): number {
  return Number(/_[ui](8|16|32|64)$/.exec(name)?.[1] ?? 8) / 8
}

function whyAccess(vm: Vm, instruction: Instruction, address: number): string {
  const width = widthOf(instruction)
  const what = `${instruction.kind === 'store' ? 'writes' : 'reads'} ${width} byte${width === 1 ? '' : 's'} at ${hex(address)}`
  if (address < LOWEST) return `${what}, below ${hex(LOWEST)} every access panics`
  const readable = vm.memory.readable(address, width)
  if (instruction.kind === 'store' && readable) return `${what}, which is read-only`
  return `${what}, which is not mapped`
}

function whyTarget(vm: Vm, target: number): string {
  const { program } = vm
  if (target < 0 || target >= program.code.length) return `jumps to ${target}, outside of the code`
  if (!program.isInstruction(target)) return `jumps to ${target}, where no instruction begins`
  return `jumps to ${target}, where no basic block begins`
}

function whyDynamic(vm: Vm, address: number): string {
  const { jumpTable, jumpTableLength } = vm.program
  const what = `jumps to the address ${hex(address)}`
  if (address === 0) return `${what}: 0 leads nowhere`
  if (address % 2 !== 0) return `${what}, which is odd`
  if (address > 2 * jumpTableLength) return `${what}, behind the jump table of ${jumpTableLength}`
  return `entry ${address / 2 - 1} of the jump table: ${whyTarget(vm, jumpTable[address / 2 - 1] ?? 0)}`
}

function whyAt(vm: Vm, instruction: Instruction, operands: Operands): string | undefined {
  const { program, pc } = vm
  switch (instruction.kind) {
    case 'trap':
      return 'the program says so'
    case 'load':
    case 'store':
      return whyAccess(vm, instruction, addressOf(vm, instruction, operands)!)
    case 'jump':
      return whyTarget(vm, operands.target)
    case 'branch':
      return program.isBlockStart(operands.target) ? undefined : whyTarget(vm, operands.target)
    case 'djump':
      // Where the instruction also writes the register it jumps by, the address is gone.
      return instruction.name === 'load_imm_jump_ind' && operands.a === operands.b
        ? 'jumps to an address that is none'
        : whyDynamic(vm, addressOf(vm, instruction, operands)!)
    case 'host':
      return 'the host function ended it'
    case 'memset':
      return `writes ${vm.regs[8]} bytes at ${hex(Number(BigInt.asUintN(32, vm.regs[7]!)))}, which is not all writable`
    default:
      return program.isBlockStart(program.next(pc)) ? undefined : 'nothing can follow it: the code ends there'
  }
}

/** Where the pc is: the function or label it is in, then the source places, innermost first. */
function placeOf({ functionAt, sourceAt }: Symbols, pc: number): string | undefined {
  const inside = functionAt(pc)
  const parts: string[] = []
  if (inside !== undefined) parts.push(pc === inside.start ? inside.name : `${inside.name} + ${pc - inside.start}`)
  for (const { path, line, function: name } of sourceAt(pc)) {
    if (path === undefined || line === undefined) continue
    parts.push(`${path}:${line}${name === undefined || name === inside?.name ? '' : ` ${name}`}`)
  }
  return parts.length === 0 ? undefined : parts.join(', in ')
}

/** The place, or nothing where the file's debug sections are broken: the program ran all the same. */
function placeIn(loaded: Loaded, pc: number): string | undefined {
  try {
    return placeOf(symbolsFor(loaded), pc)
  } catch (error) {
    if (error instanceof BlobError) return undefined
    throw error
  }
}

/** What stopped a program, in a line each. */
export interface StopReason {
  /** The instruction and what was wrong. */
  readonly why: string
  /** Function and source lines, as far as the file knows them. */
  readonly where: string | undefined
}

/** Why a machine panicked or faulted; undefined for other exits. */
export function stopReason(vm: Vm, loaded: Loaded): StopReason | undefined {
  if (vm.exit !== Exit.Panic && vm.exit !== Exit.PageFault) return undefined
  const { program, pc } = vm
  const { code } = program
  const where = placeIn(loaded, pc)
  if (pc >= code.length) return { why: `there is no code at ${pc}: it has ${code.length} bytes`, where }
  const instruction = program.instructionSet.byOpcode[code[pc]!]
  if (!program.isInstruction(pc) || instruction === undefined) {
    const byte = `0x${code[pc]!.toString(16).padStart(2, '0')}`
    return { why: `no instruction at ${pc}: the byte there is ${byte} (${program.instructionSet.name} opcodes)`, where }
  }
  const operands = createOperands()
  decodeOperands(instruction.format, code, pc, program.skip(pc), operands)
  const text = `${instruction.name} ${formatOperands(instruction, operands)}`.trimEnd()
  const why = whyAt(vm, instruction, operands)
  return { why: why === undefined ? text : `${text}: ${why}`, where }
}
