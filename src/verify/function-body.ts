// The function that is being verified, as the rules see it: what is known at the place at hand. Not the rules.
import type { Control, Way } from './control.ts'
import type { Locals } from './locals.ts'
import type { Machine } from './machine.ts'
import type { Operands } from './operands.ts'
import type { ModuleReader } from './reader.ts'

/** Accesses that move together: `span` bytes at base + constant, which moves by `stride`, or by a register, each turn. */
export interface Stream {
  /** Local of the base at the top of a turn, -1 for a constant address. */
  readonly base: number
  readonly constant: number
  readonly span: number
  readonly right: number
  stride: number
  /** Local of the register it moves by, -1 for a constant. */
  strideLocal: number
  /** Roots of base and stride in the turn at hand. */
  root: number
  strideRoot: number
}

/** A loop of unchecked turns while its code is followed. */
export interface FastTurns {
  /** Its control frame, the local of its floor, what a turn costs, turns in its code, turns begun. */
  readonly frame: number
  readonly floor: number
  readonly cost: number
  readonly turns: number
  turn: number
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
  /** The loop with unchecked turns at hand. */
  turns: FastTurns | undefined
  /** The next opcode, counted as a value if it makes one. */
  opcode(): number
  /** The local that the code names next. */
  local(): number
  /** Takes the operand on top; its place, where it still is. */
  pop(): number
  /** Sets a local of the code's own from the operand at a place. */
  write(local: number, at: number): void
  /** The way at hand also goes to a label. */
  branch(label: number): void
  /** Whether an exit may give back so much of what was paid before its case of a dispatch loop, which has paid nothing yet. */
  owes(amount: number): boolean
  /** Calls may change everything but locals; gas is what the callee left. */
  called(): void
}
