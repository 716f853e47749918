// What the page and its worker say to each other: plain data. Not how it is made (worker/) or shown (page/).
import type { EngineKind } from 'coulis'

/** How a program is to start. Texts as people type them: the worker says what is wrong with them. */
export interface StartText {
  /** A name, or a code offset. */
  readonly entry?: string
  /** Arguments as hex. */
  readonly args?: string
  readonly gas?: string
  readonly engine?: EngineKind
  readonly profile?: string
}

/** What is opened. */
export interface Source {
  readonly name: string
  /** A file, or what was pasted, in UTF-8. */
  readonly bytes: Uint8Array
  /** Assembly text that names and lines of a recorded run are taken from. */
  readonly symbols?: { readonly name: string; readonly text: string }
  readonly start: StartText
}

/** What a file turned out to be. */
export interface Facts {
  readonly name: string
  /** In a sentence, for people. */
  readonly what: string
  readonly engine: EngineKind
  readonly profile: string
  readonly isTrace: boolean
  readonly codeBytes: number
  readonly rows: number
  /** Names that a run can begin at. */
  readonly entries: readonly string[]
  readonly warnings: readonly string[]
}

/** A line of the listing. */
export interface Row {
  readonly pc: number
  readonly text: string
  readonly comment: string | undefined
  readonly label: string | undefined
  readonly blockStart: boolean
  /** What entering the block costs, at its first instruction. */
  readonly gas: number | undefined
  readonly target: number | undefined
  /** The line it was made of, where that is known. */
  readonly source: string | undefined
}

/** A breakpoint or watchpoint. */
export interface Point {
  readonly id: number
  readonly pc: number | undefined
  readonly what: string
  readonly enabled: boolean
  readonly hits: number
}

/** Why and where the run ended. */
export interface EndView {
  readonly time: number
  /** As the field writes it: halt, panic, page-fault. */
  readonly exit: string
  readonly message: string
  readonly place: string | undefined
  /** The registers that the last instruction reads: what to ask about first. */
  readonly reads: readonly number[]
}

export interface FrameView {
  readonly pc: number
  readonly place: string
  /** When it was called; undefined for the outermost code. */
  readonly time: number | undefined
}

/** The machine at a moment. */
export interface View {
  readonly time: number
  readonly frontier: number
  readonly end: EndView | undefined
  readonly pc: number
  /** The row of the listing that pc is in. */
  readonly row: number
  readonly instruction: string
  readonly place: string | undefined
  readonly gas: bigint
  readonly regs: readonly bigint[]
  /** For each register, the rights of the page it would point to: 0 none, 1 read, 3 write. */
  readonly pointers: readonly number[]
  readonly callCount: number
  /** Host calls until the frontier. */
  readonly calls: number
  readonly points: readonly Point[]
  /** What the last move came to, in a sentence. */
  readonly said: string
}

/** Bytes of memory; undefined where they cannot be read. */
export interface MemoryView {
  readonly address: number
  readonly bytes: readonly (number | undefined)[]
}

export interface PagesView {
  readonly address: number
  readonly length: number
  readonly rights: string
}

export interface CallView {
  readonly at: number
  readonly name: string
  readonly pc: number
  /** What it was asked, in words; undefined while the run has not been surveyed. */
  readonly words: string | undefined
  readonly result: bigint | undefined
  readonly wrote: number
  readonly gas: bigint
  /** Undefined while the run has not been surveyed. */
  readonly time: number | undefined
}

/** A write, as an answer to "who wrote this?". */
export interface OriginView {
  readonly time: number
  readonly pc: number
  readonly what: string
  readonly instruction: string
  readonly place: string | undefined
}

export interface FlameNode {
  readonly name: string
  readonly start: number | undefined
  readonly gas: number
  readonly total: number
  readonly calls: number
  readonly children: readonly FlameNode[]
}

/** What one pass over the run counts. */
export interface Survey {
  /** Times, ascending, with the gas left at each. */
  readonly times: readonly number[]
  readonly gas: readonly number[]
  readonly callTimes: readonly number[]
  readonly flame: FlameNode
  readonly functions: readonly { name: string; start: number | undefined; gas: number; calls: number }[]
  readonly frontier: number
}

export interface Comparison {
  readonly engine: EngineKind
  /** The first difference; undefined where there is none. */
  readonly time: number | undefined
  readonly fields: readonly string[]
  readonly instructions: number
}

export const MOVES = [
  'step',
  'stepOver',
  'stepOut',
  'back',
  'backOver',
  'backOut',
  'continue',
  'reverse',
  'start',
  'end',
] as const
export type Move = (typeof MOVES)[number]

export type Watch = { readonly register: number } | { readonly address: number; readonly length: number }

/** Questions the worker answers. */
export interface Requests {
  open(source: Source): { facts: Facts; view: View }
  rows(from: number, count: number): Row[]
  /** How often each instruction of those rows was executed, as far as the run was surveyed. */
  counts(from: number, count: number): number[] | undefined
  move(move: Move): View
  /** Within what has run. */
  goto(time: number): View
  /** The same, and on from there as far as the program runs. */
  reach(time: number): View
  runTo(pc: number): View
  toggle(pc: number): View
  watch(watch: Watch, access: 'write' | 'read'): View
  removePoint(id: number): View
  setRegister(register: number, value: string): View
  memory(address: number, length: number): MemoryView
  pages(): PagesView[]
  calls(from: number, count: number): CallView[]
  stack(): FrameView[]
  origin(watch: Watch): OriginView[]
  survey(): Survey
  compare(engine: EngineKind): Comparison
  rowOf(pc: number): number
  pipeline(pc: number): string
}

/** From the page. */
export type Request =
  | { readonly id: number; readonly method: keyof Requests; readonly args: readonly unknown[] }
  | 'cancel'

/** From the worker. */
export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly progress: string; readonly time: number }
