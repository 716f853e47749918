// What of compiled code has run: templates, ends, exits, ranges, fast loops. For the fuzzer's report of what it reaches, and off
// unless that asks: then code says itself what it does, by a byte for each kind of thing. Not the report: fuzz/exercised.ts.
import { INSTRUCTIONS } from '../../isa/table.ts'
import type { Cell } from '../machine/cell.ts'
import { AT_PROBES, End, GOES_ON, ROTATION, Way } from '../machine/contract.gen.ts'
import { AT_VM, VM } from '../machine/layout.ts'
import type { Decoded } from './decode.ts'
import { type Emitter, Why } from './emitter.ts'
import { CLASS, Class } from './facts.ts'
import type { FastLoop, Stream } from './fast-loops.ts'
import { Local } from './local.ts'
import type { WasmCode } from './wasm-code.ts'
import { Op, VOID } from './wasm-op.ts'

/** How often each kind of thing was seen: once at most for each time that compiled code was entered. */
export class Exercise {
  readonly #names: string[] = []
  readonly #numbers = new Map<string, number>()
  readonly counts: Map<string, number> = new Map()

  /** The byte for a kind of thing. */
  number(name: string): number {
    let number = this.#numbers.get(name)
    if (number === undefined) {
      number = this.#names.push(name) - 1
      this.#numbers.set(name, number)
    }
    return number
  }

  note(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  /** Takes over what code on a cell has said. */
  collect({ u8 }: Cell): void {
    for (const [number, name] of this.#names.entries()) {
      if (u8[AT_PROBES + number] === 0) continue
      u8[AT_PROBES + number] = 0
      this.note(name)
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

const nameOf = (names: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(names).find(name => names[name] === value) ?? `${value}`
const classOf = ({ id }: Decoded, i: number): string => nameOf(Class, CLASS[id[i]!]!)

function say(code: WasmCode, name: string): void {
  code.i32(0)
  code.i32(1)
  code.memory(Op.i32Store8, 0, AT_PROBES + active!.number(name))
}

/** In front of straight instructions, and of the end of a node: which templates they are made from. */
export function sayInstructions(emitter: Emitter, segment: number, stop: number): void {
  if (active === undefined) return
  const { code, decoded, plan } = emitter
  const names = new Set<string>()
  for (let i = decoded.segmentStart[segment]!; i < stop; i++) {
    const { name, kind } = INSTRUCTIONS[decoded.id[i]!]!
    names.add(`template ${name}`)
    if (kind === 'load' || kind === 'store') names.add(`check of a ${kind}: ${nameOf(Way, plan.way[i]!)}`)
  }
  for (const name of names) say(code, name)
}

/** In front of the end of a node. */
export function sayEnd({ code }: Emitter, end: number): void {
  if (active !== undefined) say(code, `end ${nameOf(End, end)}`)
}

/** At the beginning of a function. */
export function sayFunction({ code, order }: Emitter): void {
  if (active !== undefined)
    say(code, order.reducible ? 'function of blocks and loops' : 'function with a dispatch loop')
}

/** In an exit with that mask. */
export function sayExit(code: WasmCode, mask: number): void {
  if (active === undefined) return
  const stores = (mask & ~GOES_ON) === 0 ? 'stores no register' : 'stores registers'
  say(code, `exit that ${(mask & GOES_ON) !== 0 ? 'goes on elsewhere and ' : ''}${stores}`)
}

function formOf({ stride, strideRegister, isStore, base }: Stream): string {
  const way =
    strideRegister >= 0
      ? 'by a register'
      : stride > 0
        ? 'up'
        : stride < 0
          ? 'down'
          : base < 0
            ? 'at a constant'
            : 'in place'
  const far = Math.abs(stride) > 4096 ? ', more than a page' : ''
  return `${isStore ? 'stores' : 'loads'} ${way}${far}`
}

/** Before the range of a stream is asked for: whether the one it had will do. `low` is the local of its lower end. */
export function sayRange({ code }: Emitter, stream: Stream, low: number): void {
  if (active === undefined) return
  if (stream.base < 0) code.i32((stream.low + ROTATION) | 0)
  else {
    code.get(Local.register + stream.base)
    code.byte(Op.i32WrapI64)
    code.i32((stream.low + ROTATION) | 0)
    code.byte(Op.i32Add)
  }
  code.get(low)
  code.byte(Op.i32Sub)
  code.get(low + 1)
  code.byte(Op.i32GeU)
  code.open(Op.if, VOID)
  say(code, `range asked for, ${formOf(stream)}`)
  code.byte(Op.else)
  say(code, `range remembered, ${formOf(stream)}`)
  code.byte(Op.end)
}

/** In a turn of a fast version. */
export function sayFastTurn({ code }: Emitter, loop: FastLoop, turn: number): void {
  if (active === undefined) return
  for (const stream of loop.streams) say(code, `fast turn that ${formOf(stream)}`)
  if (loop.streams.every(({ stride, strideRegister }) => stride === 0 && strideRegister < 0)) {
    say(code, 'fast turn that only gas limits')
  }
  say(code, turn === 0 ? 'fast turn, the first of a row' : 'fast turn, a further one of a row')
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
