// Where the state of a machine is: in a cell, or in a copy while other machines use the cells. Nobody has to dispose of
// machines for that: a machine that is not running makes room when another one needs its cell, and comes back into one when
// it is used again. Not the machine: interpreter/body.ts. Not what idle cells keep: cell-pool.ts.
import { PAGE_SIZE } from '../../blob/address-space.ts'
import { Cell, type CellSizes } from '../../core/cell.ts'
import {
  cleanCell,
  holdsCode,
  idleArenaBytes,
  idleCells,
  keepCell,
  ownArena,
  takeDecoded,
  takeOther,
} from '../../core/cell-pool.ts'
import { AT_VM, FRAMES_SIZE, MEMORY_SIZE, VM } from '../../core/contract.gen.ts'
import type { Program } from '../../program/program.ts'
import { type Image, putImage, takeImage } from './image.ts'
import { engineLimits } from './limits.ts'
import { OwnPages } from './own-pages.ts'

/** Machines at a time that keep their cell for good, because a host function has its registers or memory as a view. */
const MAX_PINNED = 2
const MAX_PAGES = (AT_VM + VM.maxPages) >>> 2
/** Copies 13 registers one by one: V8 makes single moves of that, 5 ns for all; `set` takes 25. */
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

/** Residences whose cell other machines can take; without those that a large view keeps in their cell. */
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
  /** An object that only the machine refers to, so that it is collected together with the machine. */
  readonly life: object
  /** Puts a cell, with the program in it, into the mode of the machine's engine. */
  prepare(cell: Cell): void
}

/** Where one machine is. */
export class Residence {
  readonly program: Program
  readonly number: number = ++count
  /** The cell; undefined while the machine is in none. */
  cell: Cell | undefined
  #image: Image | undefined
  /** Registers of its own, where the cell's words cannot be handed out. What they hold is true while the guest does not run. */
  own: BigUint64Array | undefined
  own32: Uint32Array | undefined
  /** Pages of its own, for views, likewise. */
  #ownPages: OwnPages | undefined
  /** It has registers or pages of its own: they are to be copied when control goes from guest to host or back. */
  isApart = false
  /** True from the moment it gets a cell until it leaves the cell. */
  #token: object | undefined
  #pinned = false
  /** The machine is gone. */
  isClosed = false
  /** The machine has come to its end; most likely it is not needed any more. */
  hasEnded = false
  #lastUse = 0

  /** Bytes of memory that the guest may have anything in. */
  readonly maxMemory: number

  constructor(program: Program, maxMemory: number) {
    this.program = program
    this.maxMemory = maxMemory
  }

  /**
   * Moves the machine, which is at rest, into a cell with room for counts at its end; nobody else gets that.
   *
   * @throws TypeError when a host function has views of the cell it is in.
   */
  moveTo(machine: Resident, counts: number, set: (cell: Cell) => void): void {
    if (this.#pinned) throw new TypeError('vm: a host function has its registers or memory as views')
    const old = this.cell!
    this.take()
    const image = takeImage(old)
    const frames = Math.max(this.maxMemory, FRAMES_SIZE)
    const cell = newCell(this.program, { arena: ownArena(this.program), frames, counts })
    cell.load(this.program)
    cell.u32[MAX_PAGES] = Math.floor(this.maxMemory / PAGE_SIZE)
    set(cell)
    machine.prepare(cell)
    putImage(cell, image)
    this.#forgetCell()
    keepCell(old)
    this.cell = cell
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
    if (cell.memory.buffer.byteLength !== MEMORY_SIZE) return cell // nobody else can use it: it is the machine's, and then the collector's
    residents.push(this)
    this.#token = {}
    forgotten?.register(machine.life, this.number, this.#token)
    return cell
  }

  /** The machine is used now: others have to make room before it has. */
  use(): void {
    this.#lastUse = ++clock
  }

  get #isFree(): boolean {
    return !this.#pinned && this.cell?.user === undefined
  }

  /**
   * Whether what a host function asks for may be the cell's own, so that nothing is ever copied for it. Whoever asks while the
   * machine does not run wants to look at a result, or is a client that keeps the registers of each of its machines.
   */
  get #mayPin(): boolean {
    return this.cell?.user !== undefined && residents.filter(home => home.#pinned).length < MAX_PINNED
  }

  /** Leaves the cell. Returns it, cleaned; undefined when it cannot be used again. */
  #leave(): Cell | undefined {
    const cell = this.cell!
    this.take()
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

  /** The live registers: the cell's words for host functions, while few machines keep their cell; else some of its own. */
  registers(cell: Cell): BigUint64Array {
    if (this.own !== undefined) return this.own
    if (this.#pinned) return cell.regs
    if (this.#mayPin) {
      this.#pinned = true
      return cell.regs
    }
    this.own = cell.regs.slice()
    this.own32 = new Uint32Array(this.own.buffer)
    this.isApart = true
    return this.own
  }

  /** The same as 26 halves. */
  halves(cell: Cell): Uint32Array {
    this.registers(cell)
    return this.own32 ?? cell.regs32
  }

  /** Copies from the cell to the registers and pages that the host sees: control goes to the host. */
  show(): void {
    if (!this.isApart) return
    const cell = this.cell!
    if (this.own !== undefined) copyRegisters(cell.regs, this.own)
    this.#ownPages?.show(cell)
  }

  /** Copies from the registers and pages that the host sees to the cell: control goes to the guest. */
  take(): void {
    if (!this.isApart) return
    const cell = this.cell!
    if (this.own !== undefined) copyRegisters(this.own, cell.regs)
    this.#ownPages?.take(cell)
  }

  /** The machine starts again: views of its memory end here. */
  forgetPages(): void {
    this.#ownPages = undefined
    this.isApart = this.own !== undefined
  }

  /** The same for the pages alone, where the host itself accesses memory. */
  takePages(): void {
    this.#ownPages?.take(this.cell!)
  }

  showPages(): void {
    this.#ownPages?.show(this.cell!)
  }

  /**
   * A view of pages of its own, where the cell's memory cannot be handed out because too many machines keep their cell already;
   * undefined where it can. The first of such a machine that is too large keeps it in its cell, which is left to the collector.
   */
  viewApart(cell: Cell, address: number, length: number): Uint8Array | undefined {
    if (this.#ownPages?.overlaps(address, length)) return this.#ownPages.view(cell, address, length)
    if (this.#pinned) return undefined
    if (!this.#mayPin) {
      const pages = this.#ownPages ?? new OwnPages()
      if (pages.hasRoom(address, length)) {
        this.#ownPages = pages
        this.isApart = true
        return pages.view(cell, address, length)
      }
      const at = residents.indexOf(this)
      if (at >= 0) residents.splice(at, 1)
      this.#endStay()
    }
    this.#pinned = true
    return undefined
  }

  /** The machine is gone. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#image = undefined
    this.own = this.own32 = this.#ownPages = undefined
    this.isApart = false
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
