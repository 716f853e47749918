// The function that is being verified, as the rules see it: what is known at the place that the verifier has come to.
import type { Control, Way } from './control.ts'
import type { FrameLocal } from './frame-local.ts'
import type { Locals } from './locals.ts'
import type { Machine } from './machine.ts'
import type { Operands } from './operands.ts'
import type { ModuleReader } from './reader.ts'

/** Accesses that move together. They have `span` bytes from base plus `constant` on, and move by `stride` or by a register in each turn. */
export interface Stream {
  /** The local that holds the base at the top of a turn, or -1 for a constant address. */
  readonly base: number
  readonly constant: number
  readonly span: number
  readonly right: number
  stride: number
  /** The local of the register by which they move, or -1 if they move by a constant. */
  strideLocal: number
  /** The roots of base and stride in the present turn. */
  root: number
  strideRoot: number
}

/** A loop of unchecked turns, while its code is followed. */
export interface FastTurns {
  /** Its control frame, the local of its floor, what a turn costs, how many turns its code has. */
  readonly frame: number
  readonly floor: number
  readonly cost: number
  readonly turns: number
  /** How many turns have begun, and how many had before the last payment, which pays for one or for all. */
  turn: number
  at: number
  readonly streams: readonly Stream[]
}

/** What the rules look at and change. */
export interface FunctionBody {
  readonly reader: ModuleReader
  readonly machine: Machine
  readonly operands: Operands
  readonly locals: Locals
  readonly control: Control
  way: Way
  /** The loop of unchecked turns that the verifier is in, if it is in one. */
  turns: FastTurns | undefined
  /** What is known of the frame local. */
  readonly frameLocal: FrameLocal
  /** Reads the next opcode, and counts it as a value if it makes one. */
  opcode(): number
  /** Reads the number of a local. */
  local(): number
  /** Takes the operand on top. Returns its place, where it can still be read. */
  pop(): number
  /** Sets a local, which has no special meaning, from the operand at a place. */
  write(local: number, at: number): void
  /** Notes that the present way also goes to a label. */
  branch(label: number): void
  /** Whether an exit may give back so much of what was paid before its case of a dispatch loop, which has paid nothing itself. */
  owes(amount: number): boolean
  /** Notes a call. It may change everything but locals, and the gas is what the callee has left. */
  called(): void
}
