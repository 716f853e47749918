// The seam for engines of others: what coulis needs of one to compare with it, and which differences are known.
// Not an adapter: those are in scripts/foreign/, where packages may be imported.

import { PAGE_SIZE } from '../blob/address-space.ts'
import { createEngine } from '../engine/create.ts'
import type { EngineKind, Vm } from '../engine/engine.ts'
import { Exit, exitName } from '../engine/exit.ts'
import type { Profile } from '../program/profile.ts'
import { type FuzzCase, type FuzzEntry, memoryContents, programOfCase, startOptions } from './case.ts'
import { enter } from './machines.ts'
import { Random } from './random.ts'

/** This is somebody else's machine, started for one entry of a case. */
export interface ForeignMachine {
  /** Runs to the next exit. After `Host` it goes on behind the ecalli. */
  run(): Exit
  readonly exitArg: number
  readonly pc: number
  readonly gas: bigint
  /** 26 halves of the 13 registers, low first. A copy. */
  readonly regs32: Uint32Array
  setRegister(index: number, low: number, high: number): void
  /** The bytes of a page, or undefined where it is not readable. */
  page(page: number): Uint8Array | undefined
}

/** This is somebody else's engine. */
export interface ForeignEngine {
  readonly name: string
  /** The rules it follows, as near as ours can be set. */
  readonly profile: Profile
  start(fuzz: FuzzCase, entry: FuzzEntry): ForeignMachine
}

/** What happened on our side, for deciding whether a difference is a known one. */
export interface Evidence {
  readonly fuzz: FuzzCase
  readonly entry: FuzzEntry
  readonly ours: Vm
  /** What differs: `exit: …`, `r7: …`, see `compareForeign`. */
  readonly what: string
  /** Names of the instructions executed. */
  readonly executed: ReadonlySet<string>
  /** Encodings no compiler writes that were executed: register numbers above 12, length fields above 4, wide third bytes. */
  readonly odd: boolean
  /** It is true where an access wrapped around 2^32. */
  readonly wraps: boolean
  /** It is true where an access crossed the border between two pages. */
  readonly crosses: boolean
}

/** A difference that is known, and why it is not ours to repair. */
export interface Deviation {
  readonly name: string
  readonly reason: string
  applies(evidence: Evidence): boolean
}

/** This is what became of one case. */
export interface ForeignOutcome {
  readonly programs: number
  readonly exits: number
  readonly instructions: number
  /** Unexplained: what differs, and in which entry. */
  readonly finding: { readonly what: string; readonly entry: number } | undefined
  /** Names of deviations met. */
  readonly known: readonly string[]
}

const EXITS = 8

function hex(halves: Uint32Array, register: number): string {
  return `0x${halves[2 * register + 1]!.toString(16)}${halves[2 * register]!.toString(16).padStart(8, '0')}`
}

/** What differs, ours first; pc only while the machine goes on, since engines report it differently when it ends. */
function compareForeign(exit: Exit, ours: Vm, theirExit: Exit, theirs: ForeignMachine): string | undefined {
  if (exit !== theirExit) return `exit: ${exitName(exit)} and ${exitName(theirExit)}`
  if ((exit === Exit.PageFault || exit === Exit.Host) && ours.exitArg >>> 0 !== theirs.exitArg >>> 0) {
    return `exitArg: ${ours.exitArg >>> 0} and ${theirs.exitArg >>> 0}`
  }
  const [x, y] = [ours.regs32, theirs.regs32]
  for (let i = 0; i < 26; i++) if (x[i] !== y[i]) return `r${i >> 1}: ${hex(x, i >> 1)} and ${hex(y, i >> 1)}`
  if (exit === Exit.Host && ours.pc !== theirs.pc) return `pc: ${ours.pc} and ${theirs.pc}`
  if (ours.gas !== theirs.gas) return `gas: ${ours.gas} and ${theirs.gas}`
  for (const { page, count } of ours.memory.pages()) {
    for (let i = 0; i < count && i < 64; i++) {
      const a = ours.memory.view((page + i) * PAGE_SIZE, PAGE_SIZE)!
      const b = theirs.page(page + i)
      if (b === undefined) return `page 0x${(page + i).toString(16)}: readable and not`
      for (let k = 0; k < PAGE_SIZE; k++) {
        if (a[k] !== b[k]) return `memory at 0x${((page + i) * PAGE_SIZE + k).toString(16)}: ${a[k]} and ${b[k]}`
      }
    }
  }
  return undefined
}

/** Watches one run of ours for what deviations depend on. */
function watch(vm: Vm): Pick<Evidence, 'odd' | 'wraps' | 'crosses'> & { executed: Set<string> } {
  const seen = { executed: new Set<string>(), odd: false, wraps: false, crosses: false }
  const { code } = vm.program
  vm.tracer = ({ instruction, pc, access, address, width }) => {
    seen.executed.add(instruction.name)
    const byte1 = code[pc + 1] ?? 0
    const byte2 = code[pc + 2] ?? 0
    switch (instruction.format) {
      case 'imm_imm':
        if (byte1 > 4) seen.odd = true
        break
      case 'reg_imm_imm':
      case 'reg_imm_off':
        if (byte1 >> 4 > 4) seen.odd = true
        break
      case 'reg_reg_imm_imm':
        if (byte2 > 4) seen.odd = true
        break
      case 'reg_reg_reg':
        if (byte2 > 15) seen.odd = true
        break
    }
    if (access === 'none') return
    if (address + width > 2 ** 32) seen.wraps = true
    if ((address % PAGE_SIZE) + width > PAGE_SIZE) seen.crosses = true
  }
  return seen
}

/** Runs every entry of a case on an engine of ours and on the foreign one, fresh machines each. */
export function driveForeign(
  fuzz: FuzzCase,
  kind: EngineKind,
  foreign: ForeignEngine,
  deviations: readonly Deviation[],
): ForeignOutcome {
  const program = programOfCase(fuzz)
  const known: string[] = []
  let [programs, exits, instructions] = [0, 0, 0]
  for (let e = 0; e < fuzz.entries.length; e++) {
    const entry = fuzz.entries[e]!
    const ours = createEngine({ kind }).instantiate(program, startOptions(fuzz))
    enter(ours, entry)
    const theirs = foreign.start(fuzz, entry)
    const seen = watch(ours)
    const random = new Random(fuzz.salt)
    let finding: ForeignOutcome['finding']
    for (let more = true, left = EXITS; more && left > 0; left--) {
      const exit = ours.run()
      const what = compareForeign(exit, ours, theirs.run(), theirs)
      exits += 1
      if (what !== undefined) {
        const deviation = deviations.find(it => it.applies({ fuzz, entry, ours, what, ...seen }))
        if (deviation === undefined) finding = { what, entry: e }
        else known.push(deviation.name)
        break
      }
      more = exit === Exit.Host
      const [register, low] = [random.below(13), random.next()]
      if (more) {
        ours.regs32[2 * register] = low
        ours.regs32[2 * register + 1] = 0
        theirs.setRegister(register, low, 0)
      }
    }
    programs += 1
    if (entry.gas > Number(ours.gas)) instructions += entry.gas - Number(ours.gas)
    ours.dispose()
    if (finding !== undefined) return { programs, exits, instructions, finding, known }
  }
  return { programs, exits, instructions, finding: undefined, known }
}

/** Memory a foreign machine has to be given, in the order of the case. */
export function foreignMemory(
  fuzz: FuzzCase,
): { address: number; length: number; writable: boolean; bytes: Uint8Array }[] {
  return fuzz.pages.map(page => ({
    address: page.address,
    length: page.length,
    writable: page.access === 3,
    bytes: memoryContents(fuzz.salt, page),
  }))
}
