// Where the state of a machine is: in a cell, or in a copy while other machines use the cells. Nobody has to dispose of
// machines for that: a machine that is not running makes room when another one needs its cell, and comes back into one when
// it is used again. Not the machine: interpreter/vm.ts. Not what idle cells keep: cell-pool.ts.
import { PAGE_SIZE } from '../../program/layout.ts'
import type { Program } from '../../program/program.ts'
import { Cell, type CellSizes } from './cell.ts'
import {
  cleanCell,
  holdsCode,
  idleArenaBytes,
  idleCells,
  keepCell,
  ownArena,
  takeDecoded,
  takeOther,
} from './cell-pool.ts'
import { AT_VM, FRAMES_SIZE, VM } from './contract.gen.ts'
import { type Image, putImage, takeImage } from './image.ts'
import { engineLimits } from './limits.ts'

/** Machines at a time that keep their cell for good, because somebody has its registers as a view. */
const MAX_PINNED = 2
const MAX_PAGES = (AT_VM + VM.maxPages) >>> 2
/** One after the other: V8 makes single moves of these, 5 ns for all, where `set` takes 25. */
function copyRegisters(from: BigUint64Array, to: BigUint64Array): void {
  to[0] = from[0]!
  to[1] = from[1]!
  to[2] = from[2]!
  to[3] = from[3]!
  to[4] = from[4]!
  to[5] = from[5]!
  to[6] = from[6]!
  to[7] = from[7]!
  to[8] = from[8]!
  to[9] = from[9]!
  to[10] = from[10]!
  to[11] = from[11]!
  to[12] = from[12]!
}

/** Those in a cell, without those that only views keep there. */
const residents: Residence[] = []
let clock = 0
let count = 0

/**
 * Numbers of those whose machines were dropped without dispose(); where a runtime has no such registry, they make room when needed.
 * Numbers, because what V8's registry holds outlives its machine in the old heap, with all that it leads to.
 */
const forgotten =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<number>(number => residents.find(home => home.number === number)?.close())

/** The machine, as its residence sees it. Nothing here holds it: it is to be collected when nobody else does. */
export interface Resident {
  /** An object that only the machine holds, so that it is collected when the machine is. */
  readonly life: object
  /** Puts a cell, with the program in it, into the mode of the machine's engine. */
  prepare(cell: Cell): void
}

/** Where one machine is. */
export class Residence {
  readonly program: Program
  readonly number: number = ++count
  /** Undefined while it is in none. */
  cell: Cell | undefined
  #image: Image | undefined
  /** Registers of its own, where the cell's words cannot be handed out. What they hold is true while the guest does not run. */
  own: BigUint64Array | undefined
  own32: Uint32Array | undefined
  /** From when it gets a cell until it leaves it. */
  #token: object | undefined
  #pinned = false
  /** The machine is gone. */
  isClosed = false
  /** It has come to its end, and most likely nobody needs it any more. */
  hasEnded = false
  #lastUse = 0

  /** Bytes of memory that the guest may have anything in. */
  readonly maxMemory: number

  constructor(program: Program, maxMemory: number) {
    this.program = program
    this.maxMemory = maxMemory
  }

  /** Takes a cell for the machine, which is used now. */
  enter(machine: Resident): Cell {
    if (this.isClosed) throw new TypeError('vm: used after dispose()')
    const cell = takeCell(this.program, this.maxMemory)
    cell.u32[MAX_PAGES] = Math.floor(this.maxMemory / PAGE_SIZE)
    try {
      machine.prepare(cell)
      if (this.#image !== undefined) putImage(cell, this.#image)
    } catch (error) {
      keepCell(cell) // the machine stays where it is
      throw error
    }
    this.cell = cell
    this.#image = undefined
    this.use()
    residents.push(this)
    this.#token = {}
    forgotten?.register(machine.life, this.number, this.#token)
    return cell
  }

  /** It is used now: others make room before it does. */
  use(): void {
    this.#lastUse = ++clock
  }

  get #isFree(): boolean {
    return !this.#pinned && this.cell?.user === undefined
  }

  /** Leaves the cell, which is clean then; undefined when that is none to use again. */
  #leave(): Cell | undefined {
    const cell = this.cell!
    this.#image = takeImage(cell)
    this.#forgetCell()
    return cleanCell(cell) ? cell : undefined
  }

  #forgetCell(): void {
    this.cell = undefined
    const at = residents.indexOf(this)
    if (at >= 0) residents.splice(at, 1)
    this.#endStay()
  }

  #endStay(): void {
    if (this.#token !== undefined) forgotten?.unregister(this.#token)
    this.#token = undefined
  }

  /** The live registers: the cell's words, or some of its own when too many machines keep their cell already. */
  registers(cell: Cell): BigUint64Array {
    if (this.own !== undefined) return this.own
    if (this.#pinned) return cell.regs
    if (residents.filter(home => home.#pinned).length < MAX_PINNED) {
      this.#pinned = true
      return cell.regs
    }
    this.own = cell.regs.slice()
    this.own32 = new Uint32Array(this.own.buffer)
    return this.own
  }

  /** The same as 26 halves. */
  halves(cell: Cell): Uint32Array {
    this.registers(cell)
    return this.own32 ?? cell.regs32
  }

  /** Own registers get what the cell's words hold: the host has the machine now. */
  show(): void {
    if (this.own !== undefined) copyRegisters(this.cell!.regs, this.own)
  }

  /** The cell's words get what own registers hold: the guest goes on. */
  take(): void {
    if (this.own !== undefined) copyRegisters(this.own, this.cell!.regs)
  }

  /** Somebody has a view of the cell's memory: it stays. One too many is not counted, but left to the collector. */
  pin(): void {
    if (this.#pinned) return
    this.#pinned = true
    if (residents.filter(home => home.#pinned).length <= MAX_PINNED) return
    residents.splice(residents.indexOf(this), 1)
    this.#endStay()
  }

  /** The machine is gone. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#image = undefined
    this.own = this.own32 = undefined
    const { cell } = this
    if (cell === undefined) return
    this.#forgetCell()
    keepCell(cell)
  }

  /** A cell of a machine that can make room: of those with the program's code, or all of them. The one used longest ago. */
  static makeRoom(program: Program, all: boolean): Cell | undefined {
    let found: Residence | undefined
    for (const home of residents) {
      if (!home.#isFree || !(all || (home.hasEnded && holdsCode(home.cell!, program)))) continue
      if (found === undefined || home.#lastUse < found.#lastUse) found = home
    }
    return found === undefined ? undefined : found.#leave()
  }
}

/** A new cell; where the runtime has no memory for one, that of a machine that can make room. */
function newCell(program: Program, sizes?: CellSizes): Cell {
  try {
    return new Cell(sizes)
  } catch (error) {
    const cell = sizes === undefined ? Residence.makeRoom(program, true) : undefined
    if (cell === undefined) throw error
    return cell
  }
}

/**
 * A clean cell with the program in it. One that has the code already: idle, or of a machine that has ended. Else, while there are
 * few, a new one, which costs some milliseconds, most of them the collector's. Else another program's.
 */
function takeCell(program: Program, maxMemory: number): Cell {
  const arena = ownArena(program)
  const isFull = idleCells() + residents.length >= engineLimits.cells
  const cell =
    arena > 0 || maxMemory > FRAMES_SIZE
      ? newCell(program, { arena, frames: Math.max(maxMemory, FRAMES_SIZE) })
      : (takeDecoded(program) ??
        Residence.makeRoom(program, false) ??
        takeOther(program, isFull) ??
        (isFull ? Residence.makeRoom(program, true) : undefined) ??
        newCell(program))
  cell.load(program)
  return cell
}

/** Cells and the bytes of arena that idle ones hold, for tests and measurements. */
export function poolState(): { readonly idle: number; readonly resident: number; readonly arenaBytes: number } {
  return { idle: idleCells(), resident: residents.length, arenaBytes: idleArenaBytes() }
}
