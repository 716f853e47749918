// The cost column and the register sets of every instruction, parsed for the pipeline model (GP 0.8.0 A.9, A.10).
// Not the model: pipeline.ts simulates, pipeline-fast.ts computes the same faster.
import { effectOf, type Letter, visitOperands } from '../isa/semantics.ts'
import { INSTRUCTIONS } from '../isa/table.ts'

/** Execution units, in the order of the spec's vector t. */
export const UNIT_LETTERS = 'ALSMD'
/** How many of each unit exist: 4 ALU, 4 load, 4 store, 1 multiply, 1 divide. */
export const UNIT_COUNTS: readonly number[] = [4, 4, 4, 1, 1]
/** Latency of a load, the spec's m. */
export const LOAD_CYCLES = 25
/** Latency of a branch, the spec's b, when neither successor begins with `trap` or `unlikely`. */
export const BRANCH_CYCLES = 20
/** Latency of a branch that has such a successor. */
export const CHEAP_BRANCH_CYCLES = 1

/** When the cheaper number of decode slots applies. */
export type SlotRule = 'fixed' | 'overlap' | 'first-overlap'

/** One instruction in the pipeline. */
export interface CostRow {
  /** Latency; for branches the dear one. */
  readonly cycles: number
  /** Whether the latency depends on what follows (`b`). */
  readonly branch: boolean
  readonly slotRule: SlotRule
  /** Slots if the rule's overlap holds; the same as `slotsApart` where fixed. */
  readonly slots: number
  readonly slotsApart: number
  /** Units occupied while executing, in the order of `UNIT_LETTERS`. */
  readonly units: readonly number[]
  /** Register operands read, the old destination of a cmov not among them. */
  readonly sources: readonly Letter[]
  /** The register operand written. */
  readonly destination: 'A' | 'D' | undefined
  /** Whether the old value of the destination goes into the new one: the cmovs. */
  readonly readsDestination: boolean
  /** Handled by the front end, makes no entry in the reorder buffer: `move_reg`. */
  readonly frontEnd: boolean
}

function parseCycles(text: string): number {
  if (text === 'm') return LOAD_CYCLES
  return text === 'b' ? BRANCH_CYCLES : Number(text)
}

function parseRow(id: number): CostRow {
  const { name, cost } = INSTRUCTIONS[id]!
  const match = /^(\d+|[mb]) (?:(\d)|(PS?)(\d)\/(\d)) ([ALSMD]+|-)$/.exec(cost)
  if (match === null) throw new SyntaxError(`cost of ${name}: ${cost}`)
  const [, cycles, fixed, rule, overlapping, apart, units] = match
  const { assign, action } = effectOf(id)
  const read = new Set<Letter>()
  const visit = (letter: Letter): void => {
    if (letter === 'A' || letter === 'B' || letter === 'D') read.add(letter)
  }
  if (assign !== undefined) visitOperands(assign.value, visit)
  for (const arg of action?.args ?? []) visitOperands(arg, visit)
  // No format lets an instruction name its destination as a source, but cmov: the only reader of its own destination.
  const readsDestination = assign !== undefined && read.delete(assign.to)
  return {
    cycles: parseCycles(cycles!),
    branch: cycles === 'b',
    slotRule: rule === undefined ? 'fixed' : rule === 'P' ? 'overlap' : 'first-overlap',
    slots: Number(fixed ?? overlapping),
    slotsApart: Number(fixed ?? apart),
    units: [...UNIT_LETTERS].map(letter => units!.split(letter).length - 1),
    sources: [...read],
    destination: assign?.to,
    readsDestination,
    frontEnd: name === 'move_reg',
  }
}

let rows: readonly CostRow[] | undefined

/** The cost rows of all instructions, by id. Parsed once, on first use. */
export function costRows(): readonly CostRow[] {
  rows ??= INSTRUCTIONS.map(instruction => parseRow(instruction.id))
  return rows
}
