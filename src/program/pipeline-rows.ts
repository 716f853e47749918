// The cost column and the register sets of every instruction, parsed for the pipeline model (GP 0.8.0 A.9, A.10). The model itself is
// in pipeline.ts.
import { effectOf, type Letter, visitOperands } from '../isa/semantics.ts'
import { INSTRUCTIONS } from '../isa/table.ts'

/** The execution units, in the order of the paper's vector t. */
export const UNIT_LETTERS = 'ALSMD'
/** How many there are of each unit: 4 ALUs, 4 load units, 4 store units, 1 multiplier, 1 divider. */
export const UNIT_COUNTS: readonly number[] = [4, 4, 4, 1, 1]
/** The latency of a load, which is the paper's m. */
export const LOAD_CYCLES = 25
/** The latency of a branch, which is the paper's b, when neither successor begins with `trap` or `unlikely`. */
export const BRANCH_CYCLES = 20
/** The latency of a branch that has such a successor. */
export const CHEAP_BRANCH_CYCLES = 1

/** When the cheaper number of decode slots applies. */
export type SlotRule = 'fixed' | 'overlap' | 'first-overlap'

/** What the pipeline model knows of one instruction. */
export interface CostRow {
  /** The latency. For branches it is the dear one. */
  readonly cycles: number
  /** Whether the latency depends on what follows (`b`). */
  readonly branch: boolean
  readonly slotRule: SlotRule
  /** The decode slots that it takes if the overlap of its rule holds. With a fixed rule it is the same as `slotsApart`. */
  readonly slots: number
  readonly slotsApart: number
  /** How many units it occupies while it executes, in the order of `UNIT_LETTERS`. */
  readonly units: readonly number[]
  /** The register operands that it reads. The old destination of a cmov is not among them. */
  readonly sources: readonly Letter[]
  /** The register operand that it writes. */
  readonly destination: 'A' | 'D' | undefined
  /** Whether the old value of the destination goes into the new one: the cmovs. */
  readonly readsDestination: boolean
  /** Whether the front end handles it, so that it makes no entry in the reorder buffer. Only `move_reg` is handled so. */
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
  // A cmov is the only instruction whose effect reads its own destination.
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

/** The cost rows of all instructions, by id. They are parsed once, on first use. */
export function costRows(): readonly CostRow[] {
  rows ??= INSTRUCTIONS.map(instruction => parseRow(instruction.id))
  return rows
}
