// Collects what compiled code does: which templates, ends, exits, ranges and fast loops have run. The fuzzer asks for it, to report
// what it reaches (src/fuzz/exercised.ts). Then code says itself what it does, by setting a byte for each kind of thing. Otherwise
// all of this is off.

import type { Cell } from '../../core/cell.ts'
import { AT_PROBES, AT_VM, End, Form, More, Said, VM, Way, Why } from '../../core/contract.gen.ts'
import { INSTRUCTIONS } from '../../isa/table.ts'
import type { Decoded } from './decode.ts'
import { KIND_OF } from './facts.ts'

const nameOf = (names: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(names).find(name => names[name] === value) ?? `${value}`

/** How a stream moves. */
const MOVES: Readonly<Record<number, string>> = {
  [Form.ByRegister]: 'by a register',
  [Form.Up]: 'up',
  [Form.Down]: 'down',
  [Form.Constant]: 'at a constant',
  [Form.InPlace]: 'in place',
}
const formOf = (form: number): string =>
  `${form & Form.Stores ? 'stores' : 'loads'} ${MOVES[form & ~(Form.Stores | Form.Far)]}${form & Form.Far ? ', more than a page' : ''}`

/** The names of the things that code can say. `more` is how far the number is beyond that in `Said`. */
const NAMES: Readonly<Record<Exclude<keyof typeof Said, 'Beyond'>, (more: number) => string>> = {
  Template: id => `template ${INSTRUCTIONS[id]!.name}`,
  Check: more => `check of a ${more & More.CheckStore ? 'store' : 'load'}: ${nameOf(Way, more & ~More.CheckStore)}`,
  End: end => `end ${nameOf(End, end)}`,
  Blocks: () => 'function of blocks and loops',
  Dispatch: () => 'function with a dispatch loop',
  Leave: more =>
    `exit that ${more & More.LeaveElsewhere ? 'goes on elsewhere and ' : ''}${more & More.LeaveStores ? 'stores registers' : 'stores no register'}`,
  Asked: form => `range asked for, ${formOf(form)}`,
  Remembered: form => `range remembered, ${formOf(form)}`,
  Turn: form => `fast turn that ${formOf(form)}`,
  Limited: () => 'fast turn that only gas limits',
  FirstTurn: () => 'fast turn, the first of a row',
  FurtherTurn: () => 'fast turn, a further one of a row',
  CountedTurns: () => 'fast turns that are counted',
  Bulk: more => `turns at once that ${more & More.BulkFills ? 'fill' : 'copy'} ${more & More.BulkDown ? 'down' : 'up'}`,
}

/** The name of a number. */
function nameOfSaid(number: number): string {
  const names = Object.keys(NAMES) as (keyof typeof NAMES)[]
  const first = names.findLast(name => Said[name] <= number)!
  return NAMES[first](number - Said[first])
}

/** How often each kind of thing was seen. It counts once at most for each time that compiled code was entered. */
export class Exercise {
  readonly counts: Map<string, number> = new Map()

  note(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  /** Takes over what code on a cell has said. */
  collect({ u8 }: Cell): void {
    const said = u8.subarray(AT_PROBES, AT_PROBES + Said.Beyond)
    for (let number = said.indexOf(1); number >= 0; number = said.indexOf(1, number + 1)) {
      said[number] = 0
      this.note(nameOfSaid(number))
    }
  }
}

let active: Exercise | undefined

/** Whether modules say what they do. Then whatever leaves compiled code has to come through JavaScript. */
export function isExercised(): boolean {
  return active !== undefined
}

/** Modules that are made from now on say what they do. The verifier does not accept such modules, so switch it off. */
export function startExercise(): Exercise {
  active = new Exercise()
  return active
}

/** Modules that are made from now on say nothing. */
export function stopExercise(): void {
  active = undefined
}

/** Wraps the function that calls compiled code of a cell: when the code comes back, notes what it did and why it left. */
export function exercised(
  call: (tableIndex: number) => number,
  cell: Cell,
  decoded: Decoded,
): (tableIndex: number) => number {
  if (active === undefined) return call
  const exercise = active
  return tableIndex => {
    const result = call(tableIndex)
    if (active !== exercise) return result
    exercise.collect(cell)
    const i = decoded.indexOf[cell.u32[(AT_VM + VM.pc) >>> 2]!] ?? -1
    if ((result & 1) === 0) exercise.note('left by a jump to an address')
    else if (result === Why.Paid && i >= 0) exercise.note(`left Paid, at ${KIND_OF[decoded.id[i]!]}`)
    else exercise.note(`left ${nameOf(Why, result)}`)
    return result
  }
}

type HostCall = (index: number, pc: number, next: number) => number

/** Wraps the host calls of compiled code: notes whether the code goes on behind the call. */
export function exercisedHost(call: HostCall): HostCall {
  if (active === undefined) return call
  const exercise = active
  return (index, pc, next) => {
    const answer = call(index, pc, next)
    exercise.note(answer === 0 ? 'host call goes on' : 'host call stops the machine')
    return answer
  }
}
