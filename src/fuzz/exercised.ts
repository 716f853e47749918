// Which things of compiled code a campaign should reach, and which of them it did. Not the noticing: engine/recompiler/exercise.ts.
import { INSTRUCTIONS, type InstructionKind } from '../isa/table.ts'

const each = (...parts: readonly (readonly string[])[]): string[] =>
  parts.reduce<string[]>((names, part) => names.flatMap(name => part.map(next => `${name}${next}`)), [''])

/** Kinds of instructions that are made from a template; the others are ends of nodes, or left to the interpreter. */
const STRAIGHT: ReadonlySet<InstructionKind> = new Set<InstructionKind>(['alu', 'load', 'store', 'branch'])

const ACCESSES = ['load', 'store'] as const
const MOVES = ['up', 'down', 'by a register', 'up, more than a page', 'down, more than a page'] as const

/**
 * What compiled code can do, by the names that it says. `in place`: a base that stays where it is; at a constant address a stream
 * neither moves nor has a register.
 */
export const EXERCISES: readonly string[] = [
  ...INSTRUCTIONS.filter(({ kind }) => STRAIGHT.has(kind)).map(({ name }) => `template ${name}`),
  ...each(
    ['check of a '],
    ACCESSES,
    [': '],
    ['Single', 'First', 'Both', 'Wide', 'WideConstant', 'Within', 'Member', 'Unchecked'],
  ),
  ...each(
    ['end '],
    [
      'Goto',
      'Branch',
      'Exit',
      'Call',
      'CallIndirect',
      'Return',
      'Switch',
      'TailIndirect',
      'Host',
      'Tail',
      'InlineReturn',
      'Hub',
      'CallTable',
      'CallElsewhere',
    ],
  ),
  'function of blocks and loops',
  'function with a dispatch loop',
  ...each(['exit that '], ['', 'goes on elsewhere and '], ['stores no register', 'stores registers']),
  ...each(['range '], ['asked for, ', 'remembered, '], ['loads ', 'stores '], [...MOVES, 'at a constant', 'in place']),
  ...each(['fast turn that '], ['loads ', 'stores '], [...MOVES, 'at a constant', 'in place']),
  'fast turn that only gas limits',
  'fast turn, the first of a row',
  'fast turn, a further one of a row',
  'fast turns that are counted',
  ...each(['turns at once that '], ['copy', 'fill'], [' up', ' down']),
  'left by a jump to an address',
  ...each(['left '], ['Unpaid', 'UnpaidWithin', 'Missing', 'Moved', 'Exit']),
  ...each(['left Paid, at '], ['load', 'store', 'sbrk', 'memset', 'trap', 'djump', 'branch']),
  'host call goes on',
  'host call stops the machine',
]

/** Those that were not reached. */
export function neverReached({ counts }: { readonly counts: ReadonlyMap<string, number> }): readonly string[] {
  return EXERCISES.filter(name => !counts.has(name))
}
