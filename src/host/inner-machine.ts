// A machine of the table of inner machines: its program and a number until something touches it, then a machine of its own, then a
// copy of what it holds while others are used. Not the calls: inner.ts.

import { PAGE_SIZE } from '../blob/address-space.ts'
import type { Engine, Vm } from '../engine/engine.ts'
import type { PageRange } from '../engine/memory.ts'
import type { Program } from '../program/program.ts'

/**
 * Inner machines that have a machine of their own at a time. Each of those has a memory of 400 MiB of address space, of which an
 * engine takes a few; going to and fro costs 10 µs and half a microsecond for each page that is not zero.
 */
const RESIDENT = 4

/** One inner machine. Registers and gas are not part of it: every `invoke` brings its own. */
export interface InnerMachine {
  /** The machine as it is now. Another one when other inner machines were used meanwhile: ask again after each call. */
  readonly vm: Vm
  /** Where the next `invoke` starts, what `expunge` answers; 64 bit, as `machine` was given it. */
  readonly pc: bigint
  /** Whether the block at pc is paid (GP 0.8.0 B.8). */
  readonly charged: boolean
  /** The handle of the module it was made of, in GP main. */
  readonly module: number | undefined
  /** The outer run had to pause in the middle of an `invoke`: where its block is, and the outer pc. That call is made again. */
  readonly paused?: { readonly address: number; readonly pc: number } | undefined
}

/** What a machine holds beside what each `invoke` brings. */
interface Held {
  readonly rights: readonly PageRange[]
  /** Bytes of pages, without the zeros they begin and end with. */
  readonly contents: readonly { readonly address: number; readonly bytes: Uint8Array }[]
  readonly heapEnd: number
}

/** One page, for `hold`: its words are looked at four bytes at a time. */
const words = new Uint32Array(PAGE_SIZE / 4)
const page = new Uint8Array(words.buffer)

function hold({ memory, heapEnd }: Vm): Held {
  const contents: { address: number; bytes: Uint8Array }[] = []
  for (const number of memory.written()) {
    memory.read(number * PAGE_SIZE, page)
    let first = 0
    let end = words.length
    while (first < end && words[first] === 0) first += 1
    while (end > first && words[end - 1] === 0) end -= 1
    if (first < end) contents.push({ address: number * PAGE_SIZE + 4 * first, bytes: page.slice(4 * first, 4 * end) })
  }
  return { rights: memory.pages(), contents, heapEnd }
}

function restore(vm: Vm, { rights, contents, heapEnd }: Held): void {
  for (const { page, count, access } of rights) vm.memory.protect(page, count, access)
  for (const { address, bytes } of contents) vm.memory.load(address, bytes)
  vm.heapEnd = heapEnd
}

/** Which inner machines have a machine of their own: those used last, and those in the middle of an `invoke`. */
export class Residents {
  readonly #recent = new Set<Inner>()

  /** Notes that `inner` is used now. */
  use(inner: Inner): void {
    this.#recent.delete(inner)
    this.#recent.add(inner)
    if (this.#recent.size <= RESIDENT) return
    for (const other of this.#recent) {
      if (other === inner || other.paused !== undefined) continue
      other.park()
      this.#recent.delete(other)
      return
    }
  }

  /** Notes that `inner` is gone. */
  forget(inner: Inner): void {
    this.#recent.delete(inner)
  }
}

/** This is a machine of the table. */
export class Inner implements InnerMachine {
  readonly #engine: Engine
  readonly #program: Program
  readonly #residents: Residents
  #vm: Vm | undefined
  #held: Held | undefined
  readonly module: number | undefined
  pc: bigint
  charged = false
  paused: InnerMachine['paused']

  constructor(engine: Engine, program: Program, pc: bigint, residents: Residents, module?: number) {
    this.#engine = engine
    this.#program = program
    this.#residents = residents
    this.pc = pc
    this.module = module
  }

  get vm(): Vm {
    this.#residents.use(this) // first: it may have to make room
    if (this.#vm !== undefined) return this.#vm
    const vm = this.#engine.instantiate(this.#program)
    if (this.#held !== undefined) restore(vm, this.#held)
    this.#held = undefined
    this.#vm = vm
    return vm
  }

  /** Gives the machine back and keeps a copy of what it holds. */
  park(): void {
    if (this.#vm === undefined) return
    this.#held = hold(this.#vm)
    this.#vm.dispose()
    this.#vm = undefined
  }

  dispose(): void {
    this.#residents.forget(this)
    this.#vm?.dispose()
    this.#vm = undefined
    this.#held = undefined
  }
}
