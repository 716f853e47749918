// The residence of a machine: where its state is. That is a cell, or an image (image.ts) while other machines use the cells. So nobody
// has to dispose of machines. A machine that is not running makes room when another one needs its cell, and comes back into a cell
// when it is used again. Idle cells are kept in cell-pool.ts.
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
import { ResourceError } from '../../core/resource-error.ts'
import type { Program } from '../../program/program.ts'
import type { Care } from '../care.ts'
import { type Image, putImage, takeImage } from './image.ts'
import { engineLimits } from './limits.ts'
import { OwnPages } from './own-pages.ts'

/** How many machines at a time may keep their cell for good, because a host function has their registers or memory as a view. */
const MAX_PINNED = 2
const MAX_PAGES = (AT_VM + VM.maxPages) >>> 2
/** Copies 13 registers one by one. V8 makes single moves of that, which take 5 ns for all; `set` takes 25. */
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

/** The residences whose cell other machines can take. Those that a large view keeps in their cell are not among them. */
const residents: Residence[] = []
let clock = 0
let count = 0

/**
 * Hears of machines that were dropped without dispose(), by the numbers of their residences. They are numbers because V8's registry
 * keeps what it holds, with all that this leads to, longer than the machine. Without such a registry, dropped machines make room
 * when others need it.
 */
const forgotten =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<number>(number => residents.find(home => home.number === number)?.close())
/** Whether machines will be registered with `forgotten` when the current turn of the event loop ends. */
let willRegister = false

/** The machine, as its residence sees it. Nothing here keeps a reference to it, so that it can be collected. */
export interface Resident {
  /** An object that only the machine refers to, so that it is collected together with the machine. */
  readonly life: object
  /** Puts a cell that has the program into the mode of the machine's engine. */
  prepare(cell: Cell): void
}

/** The residence of one machine. */
export class Residence {
  readonly program: Program
  readonly number: number = ++count
  /** The cell. Undefined while the machine is in none. */
  cell: Cell | undefined
  /** The same cell, unless the machine has pages of its own. Then the host can access memory in it at once. */
  direct: Cell | undefined
  #image: Image | undefined
  /** Registers of its own, if the host cannot get those of the cell. They are true while the guest does not run. */
  own: BigUint64Array | undefined
  own32: Uint32Array | undefined
  /** Pages of its own, for views, in the same way. */
  #ownPages: OwnPages | undefined
  readonly #care: Care
  /** The machine's `life`, until the turn of the event loop ends in which it got its cell. */
  #life: object | undefined
  /** An object that it registers with `forgotten` while it is in a cell. */
  #token: object | undefined
  #pinned = false
  /** Whether the machine was disposed of. */
  isClosed = false
  /** Whether the machine has come to its end. Then most likely nobody needs it any more. */
  hasEnded = false
  #lastUse = 0

  /** How many bytes of memory may hold something at a time. */
  readonly maxMemory: number

  constructor(program: Program, maxMemory: number, care: Care) {
    this.program = program
    this.maxMemory = maxMemory
    this.#care = care
  }

  /**
   * Moves the machine, which is at rest, into a cell with room for counts at its end. No other machine ever gets that cell.
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
    this.#settle(cell)
  }

  /** Takes a cell for the machine, because it is used now. */
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
    this.#settle(cell)
    this.#image = undefined
    this.use()
    if (cell.memory.buffer.byteLength !== MEMORY_SIZE) return cell // no other machine can use a cell of this size, so it is not listed
    residents.push(this)
    if (forgotten !== undefined) this.#stay(machine.life)
    return cell
  }

  /** Notes that the machine is used now. Others, which were used earlier, have to make room before it. */
  use(): void {
    this.#lastUse = ++clock
  }

  get #isFree(): boolean {
    return !this.#pinned && this.cell?.user === undefined
  }

  /**
   * Whether a host function may get a view of the cell itself, so that nothing has to be copied for it. A view is asked for outside
   * of a run by clients that look at a result, or that keep the registers of each of their machines; those do not get it.
   */
  get #mayPin(): boolean {
    return this.cell?.user !== undefined && residents.filter(home => home.#pinned).length < MAX_PINNED
  }

  /** Leaves the cell. Returns it cleaned, or undefined when it cannot be used again. */
  #leave(): Cell | undefined {
    const cell = this.cell!
    this.take()
    this.#image = takeImage(cell)
    this.#forgetCell()
    return cleanCell(cell) ? cell : undefined
  }

  #settle(cell: Cell | undefined): void {
    this.cell = cell
    this.direct = this.#ownPages === undefined ? cell : undefined
  }

  #forgetCell(): void {
    this.#settle(undefined)
    const at = residents.indexOf(this)
    if (at >= 0) residents.splice(at, 1)
    this.#endStay()
  }

  /**
   * Sees to it that the registry hears when the machine is dropped. It cannot hear before the current turn of the event loop ends. So
   * the machine is registered then, which costs a microsecond. Most machines have been disposed of or have made room until then.
   */
  #stay(life: object): void {
    this.#life = life
    if (willRegister) return
    willRegister = true
    Promise.resolve().then(Residence.#register)
  }

  static #register(): void {
    willRegister = false
    for (const home of residents) {
      if (home.#life === undefined) continue
      home.#token = {}
      forgotten!.register(home.#life, home.number, home.#token)
      home.#life = undefined
    }
  }

  #endStay(): void {
    this.#life = undefined
    if (this.#token === undefined) return
    forgotten!.unregister(this.#token)
    this.#token = undefined
  }

  /** The live registers. They are the words of the cell if the machine may keep its cell, and otherwise registers of its own. */
  registers(cell: Cell): BigUint64Array {
    if (this.own !== undefined) return this.own
    if (this.#pinned) return cell.regs
    if (this.#mayPin) {
      this.#pinned = true
      return cell.regs
    }
    this.own = cell.regs.slice()
    this.own32 = new Uint32Array(this.own.buffer)
    this.#care.isApart = true
    return this.own
  }

  /** The live registers as 26 halves. */
  halves(cell: Cell): Uint32Array {
    this.registers(cell)
    return this.own32 ?? cell.regs32
  }

  /** Called when control goes to the host. Copies from the cell to the registers and pages that the host sees. */
  show(): void {
    if (!this.#care.isApart) return
    const cell = this.cell!
    if (this.own !== undefined) copyRegisters(cell.regs, this.own)
    this.#ownPages?.show(cell)
  }

  /** Called when control goes to the guest. Copies from the registers and pages that the host sees to the cell. */
  take(): void {
    if (!this.#care.isApart) return
    const cell = this.cell!
    if (this.own !== undefined) copyRegisters(this.own, cell.regs)
    this.#ownPages?.take(cell)
  }

  /** Called when the machine starts again. Views of its memory end here. */
  forgetPages(): void {
    this.#ownPages = undefined
    this.direct = this.cell
    this.#care.isApart = this.own !== undefined
  }

  /** Copies the pages alone, because the host itself accesses memory. */
  takePages(): void {
    this.#ownPages?.take(this.cell!)
  }

  showPages(): void {
    this.#ownPages?.show(this.cell!)
  }

  /**
   * A view of pages of its own, for a machine that may not keep its cell. Undefined if the host can get a view of the cell. If the
   * view is too large for pages of its own, the machine stays in its cell after all, and the cell is never used for another one.
   */
  viewApart(cell: Cell, address: number, length: number): Uint8Array | undefined {
    if (this.#ownPages?.overlaps(address, length)) return this.#ownPages.view(cell, address, length)
    if (this.#pinned) return undefined
    if (!this.#mayPin) {
      const pages = this.#ownPages ?? new OwnPages()
      if (pages.hasRoom(address, length)) {
        this.#ownPages = pages
        this.direct = undefined
        this.#care.isApart = true
        return pages.view(cell, address, length)
      }
      const at = residents.indexOf(this)
      if (at >= 0) residents.splice(at, 1)
      this.#endStay()
    }
    this.#pinned = true
    return undefined
  }

  /** Called when the machine is disposed of, or was dropped. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#image = undefined
    this.own = this.own32 = this.#ownPages = undefined
    this.#care.isApart = false
    const { cell } = this
    if (cell === undefined) return
    this.#forgetCell()
    keepCell(cell)
  }

  /**
   * Takes the cell of a machine that can make room. It is the one that was used longest ago, of those with the program's code, or
   * of all of them.
   */
  static makeRoom(program: Program, all: boolean): Cell | undefined {
    let found: Residence | undefined
    for (const home of residents) {
      if (!home.#isFree || !(all || (home.hasEnded && holdsCode(home.cell!, program)))) continue
      if (found === undefined || home.#lastUse < found.#lastUse) found = home
    }
    return found === undefined ? undefined : found.#leave()
  }
}

/** Makes a new cell. If the runtime has no memory for one, takes that of a machine that can make room. */
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
 * Takes a clean cell, and puts the program into it. If there is one that has the code already, idle or of a machine that has ended,
 * it is that one. Otherwise, while there are few cells, it is a new one, which costs some milliseconds, most of them in the garbage
 * collector. Otherwise it is the cell of another program.
 */
function takeCell(program: Program, maxMemory: number): Cell {
  const arena = ownArena(program)
  const frames = Math.max(maxMemory, FRAMES_SIZE)
  const isUsual = arena === 0 && frames === FRAMES_SIZE
  const cell = isUsual ? (takeDecoded(program) ?? otherCell(program)) : newCell(program, { arena, frames })
  cell.load(program)
  return cell
}

/** What `takeCell` takes if no idle cell has the code. */
function otherCell(program: Program): Cell {
  const isFull = idleCells() + residents.length >= engineLimits.cells
  return (
    Residence.makeRoom(program, false) ??
    takeOther(program, isFull) ??
    (isFull ? Residence.makeRoom(program, true) : undefined) ??
    newCell(program)
  )
}

/**
 * Sees to it that there are cells for so many machines, so that none of them has to be made while time counts. Does nothing where
 * the runtime has no memory for that.
 */
export function reserveCells(count: number): void {
  try {
    while (idleCells() + residents.length < count) keepCell(new Cell())
  } catch (error) {
    if (!ResourceError.is(error)) throw error
  }
}

/** How many cells there are, and how many bytes of arena the idle ones hold. */
export function poolState(): { readonly idle: number; readonly resident: number; readonly arenaBytes: number } {
  return { idle: idleCells(), resident: residents.length, arenaBytes: idleArenaBytes() }
}
