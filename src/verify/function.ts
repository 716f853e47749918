// Verifies one function of a module: follows its code once, from the first byte to the last, and refuses what no rule allows.
// docs/verifier.md has the rules and which file has which.
import { loadFrom, storeTo } from './access.ts'
import { learn, selectValue } from './checks.ts'
import { Control, Frame, Way } from './control.ts'
import { DispatchLoop } from './dispatch.ts'
import { place } from './exits.ts'
import { FrameLocal } from './frame-local.ts'
import type { FastTurns, FunctionBody } from './function-body.ts'
import { matchHost } from './host-form.ts'
import { Locals } from './locals.ts'
import { isEntry, type Machine } from './machine.ts'
import { Meaning, Operands } from './operands.ts'
import { isPlain, plain } from './plain.ts'
import type { ModuleReader } from './reader.ts'
import { matchTurns, turnBegins, turnEnds } from './turns.ts'
import { skipUnreached } from './unreached.ts'
import {
  FIRST_ROOT,
  FRAME_BASE,
  FRAME_LOCAL,
  GAS_LOCAL,
  PC_LOCAL,
  SLOT,
  STACK_LOCAL,
  TARGET_LOCAL,
  UNLIMITED,
  WHY_LOCAL,
} from './words.ts'

const VOID = 0x40

/** The code of one function after the other. */
export class FunctionVerifier implements FunctionBody {
  readonly reader: ModuleReader
  readonly machine: Machine
  readonly operands: Operands = new Operands()
  readonly locals: Locals = new Locals()
  readonly control: Control = new Control()
  way: Way = new Way()
  /** For each root of the module, whether it is in the middle of a block. */
  readonly #roots: readonly boolean[]
  /** How many values the code makes, and how many bytes it asks for its frame. That is 0 before it has asked. */
  values = 0
  #frame = 0
  /** The bits of pairs whose range some loop keeps although rights may have changed in it. */
  #kept = 0
  turns: FastTurns | undefined
  readonly frameLocal: FrameLocal = new FrameLocal()
  /** The dispatch loop, if the function is one, and the case at hand. */
  #dispatch: DispatchLoop | undefined
  #case = -1
  /** How many `if` with a result are open. */
  #choosing = 0

  constructor(reader: ModuleReader, machine: Machine, roots: readonly boolean[]) {
    this.reader = reader
    this.machine = machine
    this.#roots = roots
  }

  /** Verifies the function whose locals and code stand between the reader's place and `end`. */
  verify(end: number): void {
    const { reader } = this
    const size = reader.end
    reader.end = end
    let count = 2
    for (let runs = reader.unsigned(); runs > 0; runs--) {
      count += reader.unsigned()
      const type = reader.byte()
      if (type !== 0x7f && type !== 0x7e) reader.refuse('local', 'a local that is no integer')
      if (count > 50_000) reader.refuse('local', 'more than 50,000 locals')
    }
    this.locals.begin(count)
    this.operands.begin()
    this.control.reset()
    this.way = new Way()
    this.values = 0
    this.#frame = 0
    this.#choosing = 0
    this.frameLocal.begin()
    this.#kept = 0
    this.#dispatch = undefined
    this.#case = -1
    this.turns = undefined
    while (reader.at < end) {
      if (this.way.live) this.#instruction()
      else {
        skipUnreached(this)
        this.#end()
      }
      if (this.operands.isFull) reader.refuse('frame', 'more operands than any compiled code has')
    }
    if (this.control.depth !== -1) reader.refuse('control', 'the function does not end')
    if (this.locals.pairs.some(({ bit }) => (this.#kept & bit) !== 0)) {
      reader.refuse('turns', 'a range is kept round a loop in which rights may have changed')
    }
    if (this.frameLocal.isLost) reader.refuse('load', 'round a loop the frame is lost')
    const needed = FRAME_BASE + SLOT * (count + this.operands.highest + this.values)
    if (this.#frame < needed) reader.refuse('frame', `a frame of ${this.#frame} bytes, ${needed} are needed`)
    reader.end = size
  }

  opcode(): number {
    const op = this.reader.byte()
    if (op >= 0x28 && !(op >= 0x36 && op <= 0x3e) && op !== 0x41 && op !== 0x42) this.values += 1
    else if (op === 0x1b) this.values += 1
    else if (op === 0x10 || op === 0x11) this.values += 2
    return op
  }

  local(): number {
    const local = this.reader.unsigned()
    if (local >= this.locals.count) this.reader.refuse('local', `local ${local} of ${this.locals.count}`)
    return local
  }

  pop(): number {
    const { operands, control } = this
    const floor = control.depth > 0 ? control.height[control.depth - 1]! : 0
    if (operands.height <= floor) this.reader.refuse('control', 'an operand is missing')
    return --operands.height
  }

  write(local: number, at: number): void {
    const { reader } = this
    if (local === GAS_LOCAL || local === STACK_LOCAL) reader.refuse('gas', 'gas or stack is assigned')
    if (this.#choosing > 0) reader.refuse('local', 'a local is assigned in a choice of values')
    if (this.turns?.floor === local) reader.refuse('turns', 'the floor is assigned in a turn')
    if (local === PC_LOCAL || local === WHY_LOCAL) place(this, local, at)
    this.frameLocal.assigned(this, local, at)
    if (local === TARGET_LOCAL) {
      this.way.target = this.operands.isConstant(at) && isEntry(this.machine, this.operands.shift[at]!)
    }
    if (!this.locals.set(this.operands, at, local)) reader.refuse('local', 'half a range is assigned')
  }

  branch(label: number): void {
    const { control, reader, way } = this
    if (this.#choosing > 0) reader.refuse('control', 'a branch out of a choice of values')
    const frame = control.frame(label)
    if (frame < 0) reader.refuse('control', 'a branch out of the function')
    const dispatch = this.#dispatch
    if (dispatch !== undefined && frame > dispatch.frame && frame <= dispatch.endOf(this.#case))
      reader.refuse('control', 'a branch to a case by other ways than the table')
    if (control.height[frame] !== 0 || control.construct[frame] === Frame.Value)
      reader.refuse('control', 'a branch with operands')
    if (control.construct[frame] !== Frame.Loop) {
      // Whether something was paid in front of the case is known where the dispatch loop ends.
      const isOpen = way.free && this.#case >= 0 && frame < dispatch!.frame
      if (isOpen) dispatch!.isFreeAt(this.#case, frame)
      way.free &&= !isOpen
      control.join(frame, way)
      way.free ||= isOpen
      return
    }
    if (dispatch?.frame === frame) dispatch.leaves(this.locals, way.paid)
    if (way.unpaid <= control.unpaid[frame]!) this.#roundUnpaid(frame)
    if (way.astray && !control.astray[frame]!) reader.refuse('control', 'round a loop the reason of an exit is lost')
    if (control.framed[frame]! && !way.framed) this.frameLocal.lost = true
    this.#kept |= control.fresh[frame]! & ~way.fresh
    if (this.turns?.frame === frame) turnEnds(this, this.turns)
  }

  /** Called on a way back to the head of a loop that pays nothing. It is allowed from case to case of a dispatch loop, and not for ever. */
  #roundUnpaid(frame: number): void {
    const dispatch = this.#dispatch?.frame === frame && this.#case >= 0 ? this.#dispatch : undefined
    if (dispatch?.goesOn(this.locals, this.#case) !== true) {
      this.reader.refuse('gas', 'a way round a loop that pays nothing')
    }
  }

  owes(amount: number): boolean {
    const isOwed = this.#case >= 0 && this.way.paid === -1
    if (isOwed) this.#dispatch?.owes(this.#case, amount)
    return isOwed
  }

  /** Follows a branch table. That of a dispatch loop is known by its place and its labels. */
  #branchTable(): void {
    const { control, operands, reader } = this
    const at = this.pop()
    const state = operands.isLocal(at) ? operands.source[at]! : -1
    const behind = reader.at
    const count = reader.unsigned()
    const head = control.depth - count - 2
    let inOrder = state >= 0 && this.#dispatch === undefined
    inOrder &&= DispatchLoop.begins(control, reader.bytes, { head, cases: count + 1, state, behind })
    for (let k = 0; k <= count; k++) {
      const label = reader.unsigned()
      inOrder &&= label === k
      this.branch(label)
    }
    if (inOrder) this.#dispatch = new DispatchLoop(head, count + 1, state)
    this.way.live = false
  }

  called(): void {
    if (this.frameLocal.isOpen) this.reader.refuse('call', 'a call where the frame is checked')
    if (this.#frame === 0) this.reader.refuse('frame', 'a call before the stack is looked at')
    if (this.turns !== undefined) this.reader.refuse('turns', 'a call in an unchecked turn')
    if (this.#choosing > 0) this.reader.refuse('control', 'a call in a choice of values')
    this.locals.label()
    this.way.gas = 0
    this.way.fresh = 0
    this.way.frame = 0
    this.way.framed = false
    this.way.paid = 0
    this.way.target = false
  }

  #end(): void {
    const { control, operands, reader, way } = this
    if (control.depth === 0) {
      if (way.live) this.#answer()
      if (reader.at !== reader.end) reader.refuse('control', 'code behind the end')
      control.depth = -1
      return
    }
    const frame = control.depth - 1
    const isValue = control.construct[frame] === Frame.Value
    if (way.live && operands.height !== control.height[frame]! + (isValue ? 1 : 0)) {
      reader.refuse('control', 'operands are left at the end of a frame')
    }
    if (this.turns?.frame === frame) this.turns = undefined
    if (isValue) {
      this.#choosing -= 1
      control.depth -= 1
      operands.height = control.height[frame]!
      operands.push(Meaning.Any)
      return
    }
    const dispatch = this.#dispatch
    const ends = dispatch !== undefined && frame === dispatch.endOf(this.#case)
    if (ends && way.live) reader.refuse('control', 'a case that runs on into the next')
    control.close(way)
    operands.height = control.height[frame]!
    if (this.frameLocal.closes(this, frame)) return
    this.locals.label()
    if (!ends) return
    way.paid = -1
    this.#case += 1
    if (frame !== dispatch.frame) return
    if (!dispatch.isSound(control)) reader.refuse('gas', 'cases that go round, call or give back unpaid')
    this.#dispatch = undefined
    this.#case = -1
  }

  /** Takes what a function answers: a target and the gas. */
  #answer(): void {
    const meaning = this.operands.meaning[this.pop()]
    if (meaning !== Meaning.Gas && meaning !== Meaning.CallGas)
      this.reader.refuse('gas', 'what is answered is not the gas')
    this.pop()
  }

  #instruction(): void {
    const { control, locals, operands, reader, way } = this
    const op = this.opcode()
    switch (op) {
      case 0x00:
        reader.refuse('control', 'a trap that is reached')
        return
      case 0x02:
      case 0x03:
        if (reader.byte() !== VOID) reader.refuse('control', 'a block with a result')
        if (operands.height !== 0 || this.#choosing > 0) reader.refuse('control', 'a block among operands')
        if (this.turns !== undefined) reader.refuse('turns', 'a block in an unchecked turn')
        if (this.frameLocal.isOpen) reader.refuse('control', 'a block where the frame is checked')
        control.open(op === 0x02 ? Frame.Block : Frame.Loop, 0, way, reader.at)
        if (op === 0x03) locals.label()
        return
      case 0x04:
        this.#if()
        return
      case 0x05:
        this.#else()
        return
      case 0x0b:
        this.#end()
        return
      case 0x0c:
        this.branch(reader.unsigned())
        way.live = false
        return
      case 0x0d: {
        const at = this.pop()
        this.branch(reader.unsigned())
        learn(this, at)
        return
      }
      case 0x0e:
        this.#branchTable()
        return
      case 0x0f:
        this.#answer()
        if (operands.height !== 0 || this.#choosing > 0) reader.refuse('control', 'a return among operands')
        way.live = false
        return
      case 0x10:
      case 0x11:
        this.#call(op === 0x11)
        return
      case 0x1b:
        selectValue(this)
        return
      case 0x20:
        this.#get()
        return
      case 0x21: {
        const local = this.local()
        const at = this.pop()
        if (local === GAS_LOCAL && operands.meaning[at] === Meaning.CallGas) {
          way.gas = 0 // whatever was compared before
          return
        }
        this.write(local, at)
        return
      }
      case 0x22:
        this.#tee()
        return
      case 0x41:
        this.#constant()
        return
      case 0x42: {
        const low = reader.signed64()
        operands.value(0, low, 0, reader.high === 0 && low >= 0)
        return
      }
      default:
        if (op >= 0x36 && op <= 0x3e) {
          storeTo(this, op)
          return
        }
        if (op >= 0x28 && op <= 0x35) {
          loadFrom(this, op)
          return
        }
        if (!isPlain(op)) reader.refuse('opcode', `opcode ${op}`)
        plain(this, op)
    }
  }

  #if(): void {
    const { control, operands, reader, way } = this
    this.pop()
    const type = reader.byte()
    if (type === VOID) {
      if (operands.height !== 0 || this.#choosing > 0) reader.refuse('control', 'a block among operands')
      if (this.turns !== undefined) reader.refuse('turns', 'a block in an unchecked turn')
      if (this.frameLocal.isOpen) reader.refuse('control', 'a block where the frame is checked')
      control.open(Frame.If, 0, way, reader.at)
      control.join(control.depth - 1, way)
    } else if (type === 0x7e || type === 0x7f) {
      control.open(Frame.Value, operands.height, way, reader.at)
      this.#choosing += 1
    } else reader.refuse('control', 'a block of that type')
  }

  #else(): void {
    const { control, operands, reader } = this
    const frame = control.depth - 1
    if (frame < 0 || control.construct[frame] !== Frame.Value) reader.refuse('control', 'an else of no value')
    if (operands.height !== control.height[frame]! + 1) reader.refuse('control', 'no value in front of else')
    operands.height -= 1
  }

  #get(): void {
    const { operands, reader, way } = this
    const local = this.local()
    if (local === STACK_LOCAL) {
      if (this.#frame === 0) {
        this.#stackCheck()
        return
      }
      operands.push(Meaning.Stack)
      return
    }
    if (local !== GAS_LOCAL) {
      if (local !== FRAME_LOCAL || this.#choosing > 0 || !this.frameLocal.opens(this)) this.locals.get(operands, local)
      return
    }
    operands.push(Meaning.Gas)
    const { bytes, at } = reader
    if (bytes[at] !== 0x42) return
    this.opcode()
    const low = reader.signed64()
    const amount = reader.high * 2 ** 32 + (low >>> 0)
    const next = this.opcode()
    if (next === 0x53) {
      if (amount > 2 ** 52 || amount < 0) reader.refuse('gas', 'gas is compared with a number that is no cost')
      if (this.opcode() !== 0x0d) reader.refuse('gas', 'gas is compared, and nothing follows from it')
      operands.height -= 1
      this.branch(reader.unsigned())
      if (way.gas < amount) way.gas = amount
      return
    }
    if (next !== 0x7d || this.opcode() !== 0x21 || reader.unsigned() !== GAS_LOCAL)
      reader.refuse('gas', 'gas is used otherwise')
    if (amount <= 0 || amount >= 2 ** 32) reader.refuse('gas', 'what is paid is no cost')
    if (way.gas < amount) reader.refuse('gas', `${amount} are paid, ${way.gas} were compared`)
    if (this.#choosing > 0 || operands.height !== 1) reader.refuse('gas', 'gas is paid among operands')
    operands.height -= 1
    way.gas -= amount
    way.paid = amount
    way.unpaid = 0x7fffffff
    way.free = false
    if (this.turns !== undefined) turnBegins(this, this.turns, amount)
  }

  /** Reads what follows the first `local.get stack`: code takes a frame from the stack that is left, and leaves if that is too little. */
  #stackCheck(): void {
    const { reader } = this
    const form = (ok: boolean): void => {
      if (!ok) reader.refuse('frame', 'not the form of the look at the stack')
    }
    form(this.opcode() === 0x41)
    const frame = reader.signed()
    form(this.opcode() === 0x6b && this.opcode() === 0x22 && reader.unsigned() === STACK_LOCAL)
    form(this.opcode() === 0x41 && reader.signed() === 0 && this.opcode() === 0x48 && this.opcode() === 0x0d)
    this.branch(reader.unsigned())
    form(frame > 0 && this.operands.height === 0)
    this.#frame = frame
  }

  /** Follows `local.tee`. In `i32.const 0; local.tee a; local.set b` it begins what forgets the range of a pair. */
  #tee(): void {
    const { locals, operands, reader, way } = this
    const local = this.local()
    const at = operands.height - 1
    if (at < 0) reader.refuse('control', 'an operand is missing')
    const zero = operands.isConstant(at) && operands.shift[at] === 0 && operands.source[at] === -1
    if (zero && reader.bytes[reader.at] === 0x21) {
      this.opcode()
      const pair = locals.pair(local, this.local())
      if (pair === undefined || this.#choosing > 0) {
        reader.refuse('turns', 'no pair is forgotten')
        return
      }
      operands.height -= 1
      way.fresh |= pair.bit
      return
    }
    const entry = operands.meaning[at] === Meaning.Entry
    this.write(local, at)
    if (entry) {
      operands.source[at] = local
      return
    }
    operands.height -= 1
    locals.get(operands, local)
  }

  #constant(): void {
    const { operands, reader } = this
    const value = reader.signed()
    const { bytes, at } = reader
    if (value === UNLIMITED && bytes[at] === 0x21 && matchTurns(this)) return
    operands.value(0, value, 0, value >= 0)
    if (value === 0 && bytes[at] === 0x20 && bytes[at + 1] === GAS_LOCAL && operands.height === 1) {
      if (bytes[at + 2] === 0x41) matchHost(this)
    }
  }

  #call(indirect: boolean): void {
    const { locals, machine, operands, reader, way } = this
    if (!indirect) {
      const index = reader.unsigned()
      if (this.#roots[index - FIRST_ROOT] !== false) reader.refuse('call', `function ${index} is no root of a block`)
    } else {
      if (reader.unsigned() !== 0 || reader.unsigned() !== 0) reader.refuse('call', 'another type or table')
      const at = this.pop()
      const source = operands.source[at]!
      const known = source >= 0 && operands.plus[at] === 0 && locals.entry[source] === locals.epoch
      const constant = operands.isConstant(at) && isEntry(machine, operands.shift[at]!)
      if (!constant && !known && !(source === TARGET_LOCAL && way.target))
        reader.refuse('call', 'the index is not known to be code')
    }
    const stack = this.pop()
    const gas = this.pop()
    if (operands.meaning[stack] !== Meaning.Stack || operands.meaning[gas] !== Meaning.Gas) {
      reader.refuse('call', 'not the gas and the stack that are left')
    }
    if (operands.height !== 0) reader.refuse('control', 'a call among operands')
    // No code calls a root in the middle of a block, so it is in no recursion.
    const isFree = way.free && this.#roots[reader.function - 1] === false
    if (isFree && this.#case < 0) reader.refuse('gas', 'a call of a function that has paid nothing')
    if (isFree) this.#dispatch!.isFreeAt(this.#case)
    way.free = false
    const [next, into] = reader.bytes.subarray(reader.at)
    if (next !== 0x0f && !(next === 0x21 && into === GAS_LOCAL))
      reader.refuse('gas', 'the gas of a callee is not taken')
    this.called()
    operands.push(Meaning.Any)
    operands.push(Meaning.CallGas)
  }
}
