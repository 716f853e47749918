// The pool of idle cells. They are clean, and keep the code that they have decoded for the next machine. They are few, because each
// memory reserves gigabytes of address space, and the garbage collector is slow to give them back. Cells with a machine in them are
// in residence.ts.
import { PAGE_COUNT } from '../blob/address-space.ts'
import type { Program } from '../program/program.ts'
import type { Cell } from './cell.ts'
import { AT_ARENA, AT_VM, AT_WINDOW, MEMORY_SIZE, Used } from './contract.gen.ts'

/** How many idle cells are kept. More are left to the garbage collector. */
const MAX_IDLE = 8
/** Up to this many idle cells keep what they have decoded. Another program then gets a new cell. */
const KEEP = 4
/**
 * So many bytes of code are decoded again quickly. An idle cell with no more goes to another program, which is 10 ms cheaper than
 * a new cell.
 */
const SMALL_CODE = 8192
/** If a machine has touched more pages than this (32 MiB), its memory is given back to the system. */
const MAX_TOUCHED = 8192

/** How many bytes of arena a program needs, with room for its records. */
function arenaFor({ code, jumpTable }: Program): number {
  return 9.5 * code.length + 16 * jumpTable.length + Math.min(24 * code.length, 2 ** 26) + 2 ** 20
}

/** How many bytes an arena of its own has for a program that is too large for the usual one. It is 0 for almost all programs. */
export function ownArena(program: Program): number {
  const needed = arenaFor(program)
  const usual = needed - Math.min(24 * program.code.length, 2 ** 26) <= AT_WINDOW - AT_ARENA
  return usual ? 0 : needed
}

/** Whether a cell probably has the code of the program, from another load of the same bytes. `Cell.load` compares all of it. */
export function holdsCode(cell: Cell, program: Program): boolean {
  if (cell.program === program) return true
  const { code } = program
  const other = cell.program?.code
  if (other === undefined || other.length !== code.length) return false
  const step = Math.ceil(code.length / 256)
  for (let at = 0; at < code.length; at += step) if (other[at] !== code[at]) return false
  return true
}

const idle: Cell[] = []

function takeAt(at: number): Cell | undefined {
  if (at === idle.length - 1) return idle.pop()
  return at < 0 ? undefined : idle.splice(at, 1)[0]
}

/** Takes an idle cell that has the program's code already. */
export function takeDecoded(program: Program): Cell | undefined {
  let same = idle.length - 1
  while (same >= 0 && idle[same]!.program !== program) same -= 1
  if (same < 0) for (same = idle.length - 1; same >= 0 && !holdsCode(idle[same]!, program); ) same -= 1
  return takeAt(same)
}

/**
 * Takes an idle cell that has another program. It is one that had none yet, or a small one. If there is none, and enough cells are
 * idle or no more shall be made, it is the one that was idle longest, of those with the same rules.
 */
export function takeOther(program: Program, makesNoMore: boolean): Cell | undefined {
  const isSmall = ({ loads, program: other }: Cell): boolean => loads === 1 && other!.code.length <= SMALL_CODE
  const small = idle.findIndex(cell => cell.loads === 0 || isSmall(cell))
  if (small >= 0) return takeAt(small)
  if (idle.length === 0 || (idle.length < KEEP && !makesNoMore)) return undefined
  const sameRules = idle.findIndex(cell => cell.program?.profile === program.profile)
  return takeAt(Math.max(sameRules, 0))
}

/**
 * Zeroes what was touched in a cell. Returns false when the cell must not be used again: it has another size than usual, or so much
 * was touched that its memory is given back to the system, or an error went through it, so that nobody knows whether it is clean.
 */
export function cleanCell(cell: Cell): boolean {
  cell.user = undefined
  const { core, memory } = cell
  if (memory.buffer.byteLength !== MEMORY_SIZE || core.pvm_used(AT_VM, Used.Touched) > MAX_TOUCHED) return false
  if (core.pvm_reset(AT_VM) !== 0 || core.pvm_used(AT_VM, Used.Touched) !== 0) return false
  for (let i = 0; i < 26; i++) if (cell.regs32[i] !== 0) return false
  return core.pvm_next_mapped(AT_VM, 0) >= PAGE_COUNT
}

/** Keeps a cell that no machine uses any more, or leaves it to the garbage collector. */
export function keepCell(cell: Cell): void {
  if (idle.length < MAX_IDLE && cleanCell(cell)) idle.push(cell)
  else cell.user = undefined
}

/** How many cells are idle. */
export function idleCells(): number {
  return idle.length
}

/** How many bytes of arena the idle cells hold. */
export function idleArenaBytes(): number {
  return idle.reduce((sum, cell) => sum + cell.core.pvm_used(AT_VM, Used.Arena), 0)
}
