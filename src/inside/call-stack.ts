// Who called the code at a time: frames, from the calls and returns that were executed. Not unwinding: nothing is guessed from memory.

import { HALT_ADDRESS } from '../blob/address-space.ts'
import type { Vm } from '../engine/engine.ts'
import type { TraceEvent } from '../engine/tracing.ts'
import type { Program } from '../program/program.ts'
import type { History } from './history.ts'

/** A call that has not returned. */
export interface StackFrame {
  /** Where the called code begins. */
  readonly entry: number
  /** Address of the instruction that called it, and where it will go on. */
  readonly call: number
  readonly back: number
  /** When it was called. */
  readonly time: number
}

/** This is ra of the calling convention. */
const RETURN_ADDRESS = 0
/** Calls beyond that are not kept: a guest must not fill the host's memory. */
const MOST_FRAMES = 10_000

/** The code offset that a jump-table address leads to (GP A.18); undefined for none. */
function targetOf({ jumpTable }: Program, address: number): number | undefined {
  if (address === 0 || address % 2 !== 0 || address === HALT_ADDRESS) return undefined
  return jumpTable[address / 2 - 1]
}

/** Follows calls and returns, instruction by instruction. */
export class CallFollower {
  readonly #vm: Vm
  readonly #program: Program
  /** From the outermost call to the innermost one. */
  frames: readonly StackFrame[]
  #stack: StackFrame[]

  constructor(vm: Vm, frames: readonly StackFrame[] = []) {
    this.#vm = vm
    this.#program = vm.program
    this.frames = this.#stack = [...frames]
  }

  /**
   * A call leaves the jump table's address of what follows it in a register (GP A.4), or is a jump that finds it in r0; a return
   * is an indirect jump to where a call goes on.
   *
   * @returns 1 for a call, -1 for a return, 0 for all else.
   */
  see(event: TraceEvent, time: number): -1 | 0 | 1 {
    const { kind } = event.instruction
    if (kind !== 'jump' && kind !== 'djump') return 0
    const to = kind === 'jump' ? event.operands.target : this.#indirect(event)
    if (to === undefined) return 0
    if (event.register >= 0 || kind === 'jump') {
      const next = this.#program.next(event.pc)
      const address = event.register >= 0 ? event.after : this.#vm.regs[RETURN_ADDRESS]!
      const link = address < 2n ** 32n ? targetOf(this.#program, Number(address)) : undefined
      if (link !== next) return 0
      if (this.#stack.length < MOST_FRAMES) this.#stack.push({ entry: to, call: event.pc, back: next, time })
      return 1
    }
    const at = this.#stack.findLastIndex(({ back }) => back === to)
    if (at < 0) return 0
    this.#stack.length = at
    return -1
  }

  #indirect({ instruction, operands, register, before }: TraceEvent): number | undefined {
    const links = instruction.effect.startsWith('A = ')
    const base = links ? operands.b : operands.a
    const value = base === register ? before : this.#vm.regs[base]!
    const address = Number(BigInt.asUintN(32, value + BigInt(links ? operands.y : operands.x)))
    return targetOf(this.#program, address)
  }
}

/** Frames at checkpoints, so that the way from the start is not made again. */
const known = new WeakMap<History, { readonly edits: number; readonly frames: Map<number, readonly StackFrame[]> }>()

/**
 * The calls that have not returned at the present time, outermost first. Executes the run again from its beginning the first time,
 * as slowly as any tracer; later ones go on from what is known then.
 */
export function callStack(history: History): readonly StackFrame[] {
  const { time } = history
  const frames = stackAt(history, time)
  history.goto(time)
  return frames
}

function stackAt(history: History, time: number): readonly StackFrame[] {
  let remembered = known.get(history)
  if (remembered === undefined || remembered.edits !== history.edits) {
    remembered = { edits: history.edits, frames: new Map() }
    known.set(history, remembered)
  }
  const memory = remembered.frames
  const stops = history.checkpoints.filter(at => at > 0 && at <= time)
  let from = 0
  let frames: readonly StackFrame[] = []
  for (const [at, then] of memory) if (at <= time && at >= from) [from, frames] = [at, then]
  for (const stop of [...stops.filter(at => at > from), time]) {
    if (stop === from) continue
    history.goto(from)
    const follower = new CallFollower(history.vm, frames)
    history.scan(from, stop, {
      event: (event, at) => {
        follower.see(event, at)
        return false
      },
    })
    frames = [...follower.frames]
    from = stop
    if (memory.size < 64) memory.set(stop, frames)
  }
  return frames
}
