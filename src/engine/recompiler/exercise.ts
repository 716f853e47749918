// What of compiled code has run: templates, ends, exits, ranges, fast loops. For the fuzzer's report of what it reaches, and off
// unless that asks: then code says itself what it does, by a byte for each kind of thing. Not the report: fuzz/exercised.ts.
import { INSTRUCTIONS } from '../../isa/table.ts'
import type { Cell } from '../machine/cell.ts'
import { AT_PROBES, End, Said, Way, Why } from '../machine/contract.gen.ts'
import { AT_VM, VM } from '../machine/layout.ts'
import type { Decoded } from './decode.ts'
import { CLASS, Class } from './facts.ts'

const nameOf = (names: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(names).find(name => names[name] === value) ?? `${value}`
const classOf = ({ id }: Decoded, i: number): string => nameOf(Class, CLASS[id[i]!]!)

/** How a stream moves, in the order of `form_of` in core/recompiler/say.c. */
const WAYS = ['by a register', 'up', 'down', 'at a constant', 'in place']
const formOf = (form: number): string =>
  `${form >= 16 ? 'stores' : 'loads'} ${WAYS[(form & 15) >> 1]}${(form & 1) === 1 ? ', more than a page' : ''}`

/** The names of what code says, by the numbers from `Said` on. */
const NAMES: Readonly<Record<keyof typeof Said, (more: number) => string>> = {
  Template: id => `template ${INSTRUCTIONS[id]!.name}`,
  Check: way => `check of a ${way >= 8 ? 'store' : 'load'}: ${nameOf(Way, way & 7)}`,
  End: end => `end ${nameOf(End, end)}`,
  Function: form => (form === 0 ? 'function of blocks and loops' : 'function with a dispatch loop'),
  Leave: form =>
    `exit that ${form >= 2 ? 'goes on elsewhere and ' : ''}${(form & 1) === 0 ? 'stores no register' : 'stores registers'}`,
  Asked: form => `range asked for, ${formOf(form)}`,
  Remembered: form => `range remembered, ${formOf(form)}`,
  Turn: form => `fast turn that ${formOf(form)}`,
  Limited: form =>
    ['fast turn that only gas limits', 'fast turn, the first of a row', 'fast turn, a further one of a row'][form]!,
}
/** Numbers that code may say are below. */
const MOST = Said.Limited + 3

/** The name of a number. */
function nameOfSaid(number: number): string {
  const kinds = Object.keys(Said) as (keyof typeof Said)[]
  const kind = kinds.findLast(name => Said[name] <= number)!
  return NAMES[kind](number - Said[kind])
}

/** How often each kind of thing was seen: once at most for each time that compiled code was entered. */
export class Exercise {
  readonly counts: Map<string, number> = new Map()

  note(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  /** Takes over what code on a cell has said. */
  collect({ u8 }: Cell): void {
    const said = u8.subarray(AT_PROBES, AT_PROBES + MOST)
    for (let number = said.indexOf(1); number >= 0; number = said.indexOf(1, number + 1)) {
      said[number] = 0
      this.note(nameOfSaid(number))
    }
  }
}

let active: Exercise | undefined

/** Whether modules say what they do: then all that leaves compiled code has to come through JavaScript. */
export function isExercised(): boolean {
  return active !== undefined
}

/** Modules made from now on say what they do. The verifier does not accept them: switch it off. */
export function startExercise(): Exercise {
  active = new Exercise()
  return active
}

/** Modules made from now on say nothing. */
export function stopExercise(): void {
  active = undefined
}

/** Compiled code of a cell, which is asked what it did whenever it comes back, and how it came back. */
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
    else if (result === Why.Paid && i >= 0) exercise.note(`left Paid, at ${classOf(decoded, i)}`)
    else exercise.note(`left ${nameOf(Why, result)}`)
    return result
  }
}

type HostCall = (index: number, pc: number, next: number) => number

/** Host calls of compiled code, which are told apart by whether the code goes on. */
export function exercisedHost(call: HostCall): HostCall {
  if (active === undefined) return call
  const exercise = active
  return (index, pc, next) => {
    const answer = call(index, pc, next)
    exercise.note(answer === 0 ? 'host call goes on' : 'host call stops the machine')
    return answer
  }
}
