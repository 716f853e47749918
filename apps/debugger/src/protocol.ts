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
  /** Who answers host calls; default: a stub of a node, where the program is one of a service. */
  readonly host?: HostChoice
  /** What the stub holds, as JSON: worker/surroundings.ts. */
  readonly state?: string
}

/** `stub`: a node's state in memory. `hand`: nobody, the run stops at each call. */
export type HostChoice = 'stub' | 'hand'

/** What is changed by hand at a moment. Values as hex or decimal, bytes as hex. */
export interface Change {
  readonly registers?: readonly (readonly [register: number, value: string])[]
  readonly memory?: readonly (readonly [address: number, bytes: string])[]
  /** What is left, or what is taken when it begins with a minus. */
  readonly gas?: string
}

/** A change, and when. */
export interface Edit extends Change {
  readonly time: number
}

/** What is opened. */
export interface Source {
  readonly name: string
  /** A file, or what was pasted, in UTF-8. */
  readonly bytes: Uint8Array
  /** Assembly text that names and lines of a recorded run are taken from. */
  readonly symbols?: { readonly name: string; readonly text: string }
  readonly start: StartText
  /** What somebody changed, in the order of time. */
  readonly edits?: readonly Edit[]
  /** Where the run is to stop. */
  readonly points?: readonly Stop[]
}

/** A breakpoint or watchpoint to set. */
export type Stop = { readonly pc: number } | { readonly watch: Watch; readonly access: Access }

/** What a watchpoint waits for. */
export type Access = 'write' | 'read' | 'access'

/** What a file turned out to be. */
export interface Facts {
  readonly name: string
  /** In a sentence, for people. */
  readonly what: string
  readonly engine: EngineKind
  readonly profile: string
  readonly isTrace: boolean
  /** Whether a stub answers host calls, with a state that can be looked at. */
  readonly hasState: boolean
  readonly codeBytes: number
  readonly rows: number
  /** What it is, as `coulis inspect` says it: a word, and what there is to say. */
  readonly about: readonly (readonly [string, string])[]
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
  readonly watch: Watch | undefined
  readonly access: Access
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
  /** The host call that nobody answered: what it asks, in words. */
  readonly asks: { readonly name: string; readonly words: string } | undefined
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
  readonly edits: readonly Edit[]
  /** Grows when the past became another one. */
  readonly revision: number
  /** What the last move came to, in a sentence. */
  readonly said: string
}

/** Bytes of memory; undefined where they cannot be read. */
export interface MemoryView {
  readonly address: number
  readonly bytes: readonly (number | undefined)[]
}

/** Pages with the same rights. */
export interface PagesView {
  readonly address: number
  readonly length: number
  readonly rights: 'read' | 'read and write'
  /** Pages among them that hold something other than zeros, as far as the engine knows. */
  readonly written: readonly number[]
}

export interface CallView {
  readonly at: number
  readonly name: string
  readonly pc: number
  /** What it was asked, in words; undefined while the run has not been surveyed. */
  readonly words: string | undefined
  readonly result: bigint | undefined
  /** NONE, WHAT and so on, where the result is one of these. */
  readonly code: string | undefined
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
  readonly coverage: { readonly executed: number; readonly all: number }
}

/** What the stub's service has stored at the moment. */
export interface StorageView {
  readonly entries: readonly { readonly key: string; readonly value: string; readonly isChanged: boolean }[]
  /** More than are listed. */
  readonly more: number
}

/** What a run is compared with: the same on another engine, or another program that starts the same way. */
export type Other = { readonly engine: EngineKind } | { readonly program: Pick<Source, 'name' | 'bytes'> }

/** What a run came to, as far as it has come. */
export interface Total {
  readonly name: string
  readonly instructions: number
  readonly gas: bigint
  readonly calls: number
  /** As the field writes it; undefined while it has not ended. */
  readonly exit: string | undefined
}

export interface Comparison {
  readonly totals: readonly [Total, Total]
  /** The last time at which they are alike, -1 where they begin otherwise, and what differs behind it; undefined: nothing. */
  readonly first: { readonly time: number; readonly fields: readonly string[] } | undefined
  /** Of two programs: the time from which they do something else, other instructions; looked for in the first millions. */
  readonly firstInstruction: number | undefined
  /** The first host call, from 0, that differs in number, result or bytes written. */
  readonly firstCall: number | undefined
}

/** One of two runs at a moment. */
export interface SideView {
  readonly name: string
  readonly view: View
  /** Around pc. */
  readonly rows: readonly Row[]
}

/** Bytes that differ, with those around them. */
export interface MemoryDifference {
  readonly address: number
  readonly bytes: readonly [readonly (number | undefined)[], readonly (number | undefined)[]]
}

/** Two runs at the same moment. */
export interface Pair {
  readonly sides: readonly [SideView, SideView]
  readonly memory: readonly MemoryDifference[]
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
  watch(watch: Watch, access: Access): View
  removePoint(id: number): View
  change(change: Change): View
  memory(address: number, length: number): MemoryView
  pages(): PagesView[]
  calls(from: number, count: number): CallView[]
  stack(): FrameView[]
  origin(watch: Watch): OriginView[]
  /** Runs ahead where the end is not known, so far; then looks at the run. */
  survey(): { survey: Survey; view: View }
  storage(): StorageView | undefined
  compare(other: Other): Comparison
  /** Both at the present time; undefined when nothing is compared. */
  pair(): Pair | undefined
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
