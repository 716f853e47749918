// One instruction of the reference machine: its decoded operands, and what it does. What instructions do is written by hand here, and
// not taken from the effect column of the table, because the reference machine has to be able to disagree with that.
import { createOperands, decodeOperands, immediateX, immediateY, type Operands } from '../../isa/format.ts'
import { INSTRUCTIONS, type Instruction, TRAP_ID } from '../../isa/table.ts'
import { maskBit } from '../../program/code-map.ts'
import type { Program } from '../../program/program.ts'
import { Exit } from '../exit.ts'
import { addressOf, fillMemory, growHeap, load, store, type Width } from './access.ts'
import { BINARY, CONDITIONS, UNARY, WITH_IMMEDIATE } from './alu.ts'
import { branch, dynamicJump, fallThrough, staticJump } from './control.ts'
import { type ExtendedInstruction, extendedInstructionAt } from './extended.ts'
import { BINARY_32, narrowed, UNARY_32 } from './narrow.ts'
import type { MachineState } from './state.ts'

/** Executes an instruction. It changes the state and moves pc, or it returns how the machine stops and leaves pc. */
type Execute = (state: MachineState) => Exit | undefined

/** This is a decoded instruction. */
export interface Decoded {
  readonly instruction: Instruction
  readonly operands: Operands
  readonly execute: Execute
  /** The register it writes, or -1. */
  readonly writes: number
  /** Its memory access, if it has one. */
  readonly access: MemoryAccess | undefined
}

/** A load or store: its address, its width, and what a store writes. */
export interface MemoryAccess {
  readonly kind: 'load' | 'store'
  readonly width: Width
  /** The address, from the registers as they are now. */
  address(regs: BigUint64Array): number
  /** The value a store writes. */
  value(regs: BigUint64Array): bigint
}

function widthOf(name: string): Width {
  return (Number(/\d+$/.exec(name)![0]) / 8) as Width
}

function describeAccess(instruction: Instruction, operands: Operands): MemoryAccess {
  const { a, b } = operands
  const x = immediateX(operands)
  const y = immediateY(operands)
  const kind = instruction.name.startsWith('load') ? 'load' : 'store'
  const width = widthOf(instruction.name)
  switch (instruction.format) {
    case 'imm_imm': // store_imm: store(n, X, Y)
      return { kind, width, address: () => addressOf(x), value: () => y }
    case 'reg_imm': // load: rA := load(n, X); store: store(n, X, rA)
      return { kind, width, address: () => addressOf(x), value: regs => regs[a]! }
    case 'reg_imm_imm': // store_imm_ind: store(n, rA + X, Y)
      return { kind, width, address: regs => addressOf(regs[a]! + x), value: () => y }
    default: // reg_reg_imm, load_ind: rA := load(n, rB + X); store_ind: store(n, rB + X, rA)
      return { kind, width, address: regs => addressOf(regs[b]! + x), value: regs => regs[a]! }
  }
}

interface Semantics {
  readonly execute: Execute
  readonly writes: number
}

/** What an instruction does that computes register `to` and goes on. */
function assign(to: number, next: number, value: (regs: BigUint64Array) => bigint): Semantics {
  return {
    writes: to,
    execute: state => {
      state.regs[to] = value(state.regs)
      state.pc = next
      return undefined
    },
  }
}

function memorySemantics(access: MemoryAccess, instruction: Instruction, operands: Operands, next: number): Semantics {
  if (access.kind === 'load') {
    const signed = /_i\d+$/.test(instruction.name)
    const { a } = operands
    return {
      writes: a,
      execute: state => {
        const value = load(state, access.address(state.regs), access.width)
        if (typeof value === 'number') return value
        state.regs[a] = signed ? BigInt.asIntN(8 * access.width, value) : value
        state.pc = next
        return undefined
      },
    }
  }
  return {
    writes: -1,
    execute: state => {
      const failure = store(state, access.address(state.regs), access.width, access.value(state.regs))
      if (failure === undefined) state.pc = next
      return failure
    },
  }
}

/** What the instruction does, by its name and the sections of GP A.5. */
function semanticsOf(instruction: Instruction, operands: Operands, next: number): Semantics {
  const { name, format } = instruction
  const { a, b, d, target } = operands
  const x = immediateX(operands)
  const y = immediateY(operands)
  switch (name) {
    case 'trap':
      return { writes: -1, execute: () => Exit.Panic }
    case 'fallthrough':
      return { writes: -1, execute: state => fallThrough(state, next) }
    case 'unlikely':
      return { writes: -1, execute: state => void (state.pc = next) as undefined }
    case 'memset':
      return {
        writes: 7,
        execute: state => {
          const stop = fillMemory(state)
          if (stop === undefined) state.pc = next
          return stop
        },
      }
    case 'ecalli':
      return {
        writes: -1,
        execute: state => {
          state.exitArg = operands.x
          return Exit.Host
        },
      }
    case 'load_imm':
    case 'load_imm_64':
      return assign(a, next, () => x)
    case 'sbrk':
      return {
        writes: d,
        execute: state => {
          state.regs[d] = growHeap(state, state.regs[a]!)
          state.pc = next
          return undefined
        },
      }
    case 'jump':
      return { writes: -1, execute: state => staticJump(state, target) }
    case 'load_imm_jump': // rA is written, even when the jump fails
      return {
        writes: a,
        execute: state => {
          state.regs[a] = x
          return staticJump(state, target)
        },
      }
    case 'jump_ind':
      return { writes: -1, execute: state => dynamicJump(state, addressOf(state.regs[a]! + x)) }
    case 'load_imm_jump_ind': // the base is read first; then rA is written, even when the jump fails
      return {
        writes: a,
        execute: state => {
          const address = addressOf(state.regs[b]! + y)
          state.regs[a] = x
          return dynamicJump(state, address)
        },
      }
  }
  const condition = CONDITIONS[name]
  if (condition !== undefined) {
    if (format === 'reg_imm_off') {
      return { writes: -1, execute: state => branch(state, condition(state.regs[a]!, x), target, next) }
    }
    return { writes: -1, execute: state => branch(state, condition(state.regs[a]!, state.regs[b]!), target, next) }
  }
  let unary = UNARY[name]
  // biome-ignore lint/suspicious/noConfusingLabels: the build of the interpreter alone drops it (scripts/build-library.mjs)
  WHOLE: unary ??= UNARY_32[name]
  if (unary !== undefined) return assign(d, next, regs => unary(regs[a]!))
  const withImmediate = WITH_IMMEDIATE[name]
  if (withImmediate !== undefined) return assign(a, next, regs => withImmediate(regs[b]!, x, regs[a]!))
  let binary = BINARY[name]
  // biome-ignore lint/suspicious/noConfusingLabels: the build of the interpreter alone drops it (scripts/build-library.mjs)
  WHOLE: binary ??= BINARY_32[name]
  if (binary !== undefined) return assign(d, next, regs => binary(regs[a]!, regs[b]!, regs[d]!))
  throw new Error(`reference machine: no semantics for ${name}`)
}

/** What is executed where no instruction starts. */
function implicitTrap(pc: number): ExtendedInstruction {
  return { instruction: INSTRUCTIONS[TRAP_ID]!, operands: createOperands(), next: pc + 1 }
}

/** Whether an instruction begins at `pc`. Its opcode has to be defined; in the sets of PolkaVM any opcode will do. */
export function beginsInstruction(program: Program, pc: number): boolean {
  const { code, bitmask, instructionSet } = program
  if (instructionSet.encoding === 'extended') return extendedInstructionAt(code, pc) !== undefined
  return instructionSet.undefinedTraps ? maskBit(bitmask, code.length, pc) : program.isInstruction(pc)
}

function decodeMarked(program: Program, pc: number): ExtendedInstruction {
  const instruction = program.isInstruction(pc)
    ? program.instructionSet.byOpcode[program.code[pc]!]!
    : INSTRUCTIONS[TRAP_ID]!
  const operands = decodeOperands(instruction.format, program.code, pc, program.skip(pc))
  return { instruction, operands, next: program.next(pc) }
}

/** Decodes the instruction at `pc`. It is `trap` where none with a defined opcode starts (GP A.4). */
function decode(program: Program, pc: number): Decoded {
  const { instruction, operands, next } =
    program.instructionSet.encoding === 'extended'
      ? (extendedInstructionAt(program.code, pc) ?? implicitTrap(pc))
      : decodeMarked(program, pc)
  const isAccess = instruction.kind === 'load' || instruction.kind === 'store'
  const access = isAccess ? describeAccess(instruction, operands) : undefined
  let semantics =
    access === undefined
      ? semanticsOf(instruction, operands, next)
      : memorySemantics(access, instruction, operands, next)
  // biome-ignore lint/suspicious/noConfusingLabels: the build of the interpreter alone drops it (scripts/build-library.mjs)
  WHOLE: semantics = narrowed(program, instruction, operands.a, semantics)
  return { instruction, operands, access, ...semantics }
}

const decodedPrograms = new WeakMap<Program, Map<number, Decoded>>()

/** The decoded instruction at `pc`. Each program keeps its own. */
export function decodedAt(program: Program, pc: number): Decoded {
  let decoded = decodedPrograms.get(program)
  if (decoded === undefined) {
    decoded = new Map()
    decodedPrograms.set(program, decoded)
  }
  let instruction = decoded.get(pc)
  if (instruction === undefined) {
    instruction = decode(program, pc)
    decoded.set(pc, instruction)
  }
  return instruction
}
