// The compiled code of one cell: its instances, its table of functions, and what happens when compiled code is left. What is
// compiled, and when, is decided in hot-code.ts.
//
// The core enters compiled code through the gate (glue.ts) wherever a block has an entry. The gate comes here when it does not know how to
// go on. If more compiled code can take over, it is entered: at the end of a slice, when the stack was used up, at a return that no
// caller expected. Otherwise the core goes on, and executes at least one instruction before it enters again. The state is exact then.

import type { Cell } from '../../../core/cell.ts'
import { makeModule, unlessRefused } from '../../../core/code-generation.ts'
import { AT_VM, HostAnswer, Part, Target, VM, Why } from '../../../core/contract.gen.ts'
import { decodeHex } from '../../../core/core.ts'
import { MAX_STACK } from '../../../core/stack.ts'
import { CHARGED, EXIT, EXIT_ARG, PC, TRACE } from '../../../core/words.ts'
import type { Program } from '../../../program/program.ts'
import type { CodeStats } from '../../engine.ts'
import { Exit } from '../../exit.ts'
import { functionSize, segmentAt, segmentOfAddress } from '../analysis.ts'
import { exercised, exercisedHost, isExercised } from '../exercise.ts'
import { ACCESS_LOG2, KIND_OF } from '../facts.ts'
import { LOAD_IMM_JUMP_IND } from '../functions.ts'
import { GLUE_HEX } from '../templates.gen.ts'
import { BriefRoots } from '../tiers/brief-roots.ts'
import { clusterOf, neighboursOf } from '../tiers/cluster.ts'
import { type HotCode, hotCodeOf } from '../tiers/hot-code.ts'
import {
  CLUSTER_INSTRUCTIONS,
  FIRST_SLICE,
  LASTING_GAS,
  MAX_REMAKES,
  MISSES_ASKED,
  PAID_ASKED,
  SMALL_CALLEE,
  tierPolicy,
  WHOLE_INSTRUCTIONS,
} from '../tiers/policy.ts'
import { type SharedCode, type SharedModule, sharedCode, talliedCode } from '../tiers/shared-code.ts'
import { Slices } from '../tiers/slices.ts'
import { processWarmth } from '../tiers/warmth.ts'
import { addressOf, FrameMisses } from './frame-misses.ts'
import { Gate } from './gate.ts'
import { comesIn, LAZY, WaitingBlocks } from './lazy-entries.ts'
import { jumpEntries, type Linkage } from './linkage.ts'
import { Sampling } from './sampling.ts'

const GAS = (AT_VM + VM.gas) >>> 3

let glueModule: WebAssembly.Module | undefined

/**
 * When the code of a cell is compiled. `eager`: at once, wherever control comes in (functions, loop headers, jump-table
 * targets). `hot`: when the policy asks for it. `off`: never, and no compiled code is entered.
 */
export type RuntimeMode = 'eager' | 'hot' | 'off'

/** These are the options of a runtime. */
export interface RuntimeOptions {
  readonly mode: RuntimeMode
  /** A clock in milliseconds for statistics. */
  readonly now: () => number
}

/** Marks a segment that could not be compiled, or that is too large. It is not asked for again. */
const REFUSED = 2

/** Compiled code on a cell. */
export class Runtime {
  readonly shared: SharedCode
  readonly #frames = new FrameMisses()
  readonly #hot: HotCode
  readonly #cell: Cell
  readonly #now: () => number
  readonly #waiting: WaitingBlocks
  readonly #sampling: Sampling
  #mode: RuntimeMode = 'off'
  readonly #perInstruction: boolean
  /** All that needs the analysis. It is made when something is compiled for the first time. */
  #linkage: Linkage | undefined
  readonly #gate: Gate
  readonly #slice = (): void => this.#onSlice()
  /** Whether compiled code can be entered at the segment. */
  readonly isCompiled = (segment: number): boolean => this.#linkage?.compiled[segment] === 1

  constructor(cell: Cell, program: Program, options: RuntimeOptions) {
    this.#cell = cell
    this.#waiting = new WaitingBlocks(cell)
    this.#gate = new Gate(cell)
    this.#now = options.now
    this.shared = cell.tally === undefined ? sharedCode(program) : talliedCode(program, cell.tally.at)
    this.#hot = hotCodeOf(this.shared)
    this.#sampling = new Sampling(cell, this.#hot)
    this.#perInstruction = program.profile.gasModel === 'instruction'
    this.use(options.mode)
  }

  /** How often compiled code was entered from outside, and how often it went back to the core. */
  get entered(): number {
    return this.#gate.entered
  }

  get left(): number {
    return this.#gate.left
  }

  /** What was compiled of the code, and how often this cell has entered and left it. */
  stats(): CodeStats {
    const { entered, left } = this
    return { ...this.shared.stats(), entered, left }
  }

  #link(): Linkage {
    this.#linkage ??= this.#createLinkage()
    return this.#linkage
  }

  /** Whether compiled code can be used at all. The JavaScript engine may allow no modules, or have no room for a table. */
  #canLink(): boolean {
    if (this.#linkage !== undefined) return true
    return unlessRefused(() => (glueModule ??= makeModule(decodeHex(GLUE_HEX))) && this.#link()) !== undefined
  }

  #createLinkage(): Linkage {
    const cell = this.#cell
    const { decoded } = this.shared.analysis
    const { memory } = cell
    // Each cell has a table of its own. A table keeps every instance that it was ever given to, and each new entry is written to all.
    const table = new WebAssembly.Table({ element: 'anyfunc', initial: decoded.segments + 1 })
    const env: WebAssembly.ModuleImports = { memory, table, host: exercisedHost(this.#hostCalls()) }
    const whole = (tableIndex: number): number => this.#enter(tableIndex)
    const ask = (root: number, from: number, result: number, low: number): number =>
      this.#asked(root, from, result, low)
    const glue = new WebAssembly.Instance(glueModule!, { e: { memory, table, whole, ask } }).exports
    this.#gate.open(glue.gate, decoded.jumpTable.length)
    this.#gate.askToHear(isExercised())
    return {
      table,
      ...jumpEntries(decoded),
      compiled: new Uint8Array(decoded.segments),
      modules: new Set(),
      brief: new BriefRoots(decoded.segments),
      env,
      call: exercised(glue.enter as Linkage['call'], cell, decoded),
      stub: glue.stub,
      slices: new Slices(cell),
    }
  }

  /** Changes the mode: sets entries or takes them away, and switches sampling on or off. */
  use(mode: RuntimeMode): void {
    this.#frames.forget()
    this.#sampling.set(mode === 'hot' ? this.#slice : undefined)
    if (mode !== 'off' && this.shared.moduleCount > 0 && this.#canLink())
      for (const made of this.shared.modules()) this.#add(made)
    if (mode === this.#mode) return
    this.#waiting.forget()
    const wasOff = this.#mode === 'off'
    this.#mode = mode
    this.#gate.askMisses(mode === 'eager')
    this.#gate.askPaid(this.#hearsPaid)
    if (this.#linkage === undefined && (mode !== 'eager' || !this.#canLink())) return
    if (mode === 'hot' && wasOff && this.#linkage === undefined) return
    const { compiled } = this.#link()
    const { decoded } = this.shared.analysis
    const lazy = mode === 'eager' ? comesIn(this.shared.analysis) : undefined
    for (let s = 0; s < decoded.segments; s++) {
      if (decoded.isBlock[s] === 0) continue
      const entry = mode === 'off' ? 0 : compiled[s] === 1 ? s + 1 : lazy?.[s] === 1 ? LAZY : 0
      this.#cell.core.pvm_set_entry(AT_VM, decoded.pc[decoded.segmentStart[s]!]!, entry)
    }
  }

  /** Called when the interpreter has used up a slice. Takes a sample, and compiles what has become worth it. */
  #onSlice(): void {
    if (processWarmth.isFirstSlice() || !this.#hot.canSample(this.#cell.user?.remainingMs)) return
    this.#catchUp()
    const roots = this.#hot.sample(this.#cell, this.#cell.u32[PC]!, this.isCompiled, this.#sampling.stretch)
    this.#sampling.next()
    if (roots.length > 0) this.compile(roots)
  }

  /** Takes over what has been compiled since this cell looked: by other machines, or by the host in the background. */
  #catchUp(): void {
    if (this.shared.moduleCount <= (this.#linkage?.modules.size ?? 0) || !this.#canLink()) return
    for (const made of this.shared.modules()) this.#add(made)
  }

  /** Whether a callee goes into the module of a hot function. It does if it has run, and if it is hot or small. */
  #goesAlong(callee: number): boolean {
    const { analysis, coverage } = this.shared
    if (coverage.ran[callee] === 0) return false
    return this.#hot.heat(callee) > 0 || functionSize(analysis, callee, coverage) <= SMALL_CALLEE
  }

  /** Whether the gate asks about each stop before an uncertain instruction. Where code counts, each stop takes back some counts. */
  get #hearsPaid(): boolean {
    return this.#mode !== 'hot' || this.#cell.tally !== undefined
  }

  /**
   * Compiles the roots and what they call, so that they can be entered. Returns false when that is not possible: the bounds or
   * the JavaScript engine forbid it, there is no time, or the host compiles them in the background.
   */
  compile(wanted: readonly number[]): boolean {
    return unlessRefused(() => this.#compile(wanted)) ?? false
  }

  #compile(wanted: readonly number[]): boolean {
    if (!this.#hot.canCompile([], this.#cell.user?.remainingMs) || !this.#canLink()) return false
    this.#catchUp()
    const { analysis } = this.shared
    const { compiled, modules } = this.#link()
    const fresh = wanted.filter(segment => compiled[segment] === 0)
    if (fresh.length === 0) return true
    if (this.shared.isFull) {
      for (const segment of fresh) this.#refuse(segment)
      return false
    }
    const partial = this.#mode === 'hot'
    if (partial) this.shared.coverage.add(this.#cell)
    const whole = this.#mode === 'eager' && analysis.decoded.count <= WHOLE_INSTRUCTIONS && modules.size === 0
    const near = this.#mode === 'eager' ? neighboursOf(analysis, fresh[0]!, this.isCompiled) : []
    if (!this.#hot.canCompile(fresh, this.#cell.user?.remainingMs)) return false
    const cluster = clusterOf(
      analysis,
      whole ? [...fresh, ...analysis.functions.start.subarray(0, -1)] : [...fresh, ...near],
      callee => compiled[callee] === 0 && (!partial || this.#goesAlong(callee)),
      CLUSTER_INSTRUCTIONS,
      partial ? this.shared.coverage : undefined,
    )
    const roots = this.#hot.canCompile(cluster, this.#cell.user?.remainingMs) ? cluster : fresh
    const made = this.shared.module(roots, this.#now, partial)
    if (made === undefined) {
      for (const segment of fresh) {
        if (this.shared.forbidden) this.#refuse(segment)
        else compiled[segment] = REFUSED
      }
      return false
    }
    this.#add(made)
    return true
  }

  /** Instantiates a module on this cell, so that its roots can be entered. */
  #add(made: SharedModule): void {
    const { table, modules, compiled, env, stub } = this.#link()
    if (modules.has(made)) return
    modules.add(made)
    const { analysis } = this.shared
    const { decoded } = analysis
    const cell = this.#cell
    const exports = unlessRefused(() => new WebAssembly.Instance(made.module, { e: env }).exports)
    if (exports === undefined) {
      for (const segment of made.compiled.roots) this.#refuse(segment)
      return
    }
    const roots: number[] = []
    for (const [k, segment] of made.compiled.roots.entries()) {
      // No stack has room for such a frame, so the code would be left at once, every time. A function made before with a smaller
      // frame stays.
      if (made.compiled.frames[k]! > MAX_STACK) {
        if (compiled[segment] === 1) continue
        this.#refuse(segment)
        table.set(segment + 1, stub)
        continue
      }
      roots.push(segment)
      table.set(segment + 1, exports[segment])
      compiled[segment] = 1
      if (decoded.isBlock[segment] === 1) {
        cell.core.pvm_set_entry(AT_VM, decoded.pc[decoded.segmentStart[segment]!]!, segment + 1)
      }
    }
    for (const segment of made.compiled.externals) {
      if (compiled[segment] !== 1) table.set(segment + 1, stub)
    }
    this.#updateDispatch(roots, true)
  }

  /**
   * Notes that there will be no code for a segment. Its entry is taken away, so that the core does not ask for it again. Its dispatch
   * entries are taken away too: compiled code that jumps would find the stub there, which works only behind code that has stored pc.
   */
  #refuse(segment: number): void {
    const { decoded } = this.shared.analysis
    this.#link().compiled[segment] = REFUSED
    this.#updateDispatch([segment], false)
    if (decoded.isBlock[segment] === 0) return
    this.#cell.core.pvm_set_entry(AT_VM, decoded.pc[decoded.segmentStart[segment]!]!, 0)
  }

  /** Sets the dispatch entries of roots: to the root if it is compiled, otherwise to nothing. */
  #updateDispatch(roots: readonly number[], isCompiled: boolean): void {
    const { heads, nexts } = this.#link()
    const { u32, core } = this.#cell
    const at = core.pvm_part(AT_VM, Part.Dispatch) >>> 2
    for (const segment of roots) {
      for (let j = heads[segment]!; j >= 0; j = nexts[j]!) u32[at + j] = isCompiled ? segment + 1 : 0
    }
  }

  /** Whether the segment is compiled. In the mode `eager` it is compiled now if it is not yet. */
  #ready(segment: number): boolean {
    if (segment < 0) return false
    if (this.isCompiled(segment)) return true
    return this.#mode === 'eager' && this.compile([segment]) && this.isCompiled(segment)
  }

  /**
   * Whether compiled code goes on at a segment that it has stopped before. In the mode `hot` the stop is counted, as `weight`
   * stops, and after enough of them the segment is compiled. If `lasts`, it is the head of a loop that has used up a slice, and
   * is compiled at once.
   */
  #goesOn(segment: number, lasts: boolean, weight: number): boolean {
    if (this.#ready(segment)) return true
    if (segment < 0 || this.#mode !== 'hot') return false
    const roots = this.#hot.missed(segment, this.isCompiled, weight)
    if (roots.length > 0) return this.compile(roots) && this.isCompiled(segment)
    return lasts && this.compile([segment]) && this.isCompiled(segment)
  }

  /** The core has come to a block with an entry, and the gate leaves everything to JavaScript. The block is not paid. */
  #enter(tableIndex: number): number {
    const cell = this.#cell
    const low = cell.u32[2 * GAS]!
    const segment = tableIndex === LAZY ? segmentAt(this.shared.analysis, cell.u32[PC]!) : tableIndex - 1
    if (!this.#ready(segment)) {
      if (tableIndex === LAZY && cell.user!.remainingMs !== Number.POSITIVE_INFINITY) this.#waiting.add()
      cell.user!.onLeft()
      return Target.Continue
    }
    this.#gate.countEntered()
    const { call, slices } = this.#link()
    slices.begin()
    return this.#leave(tableIndex, low, this.#follow(call(segment + 1), low, 1), 1)
  }

  /**
   * The gate asks how to go on. It has entered the root of a table index with so much gas (the low half), and perhaps others after
   * it. The last of them was entered with `low`, and has given this result. If that is a stop before code that is not compiled, or before
   * an instruction that is not certain, it stands for others that the gate has only counted.
   */
  #asked(tableIndex: number, firstLow: number, result: number, low: number): number {
    const isMiss = (result & 1) === 0 || result === Why.Missing
    const paidWeight = result === Why.Paid && !this.#hearsPaid ? PAID_ASKED : 1
    const weight = isMiss && this.#mode === 'hot' ? MISSES_ASKED : paidWeight
    if (isMiss) this.#gate.askMisses(this.#mode === 'eager')
    if (result === Why.Paid) this.#gate.askPaid(this.#hearsPaid)
    this.#link().slices.begin()
    return this.#leave(tableIndex, firstLow, this.#follow(result, low, weight), paidWeight)
  }

  /** Goes back to the core. The root of the table index was entered with so much gas (the low half), `weight` times. */
  #leave(tableIndex: number, low: number, target: number, weight: number): number {
    const cell = this.#cell
    const spent = (low - cell.u32[2 * GAS]!) | 0
    const segment = tableIndex - 1
    const isKnown = tableIndex !== LAZY && this.#linkage?.slices.isEmpty === false
    if (isKnown && this.#linkage?.brief.isTooBrief(segment, spent, weight)) {
      const { decoded } = this.shared.analysis
      cell.core.pvm_set_entry(AT_VM, decoded.pc[decoded.segmentStart[segment]!]!, 0)
    }
    if (!cell.user!.onLeft() || target !== Target.Continue) return target
    // The time of the run is over, and there is no gas. The core would still begin what comes next if its block is paid, so it must not.
    cell.u32[EXIT] = Exit.OutOfGas
    return Target.Exit
  }

  /** Compiled code, entered with so much gas (low half), gave this result `givenWeight` times. Goes on, or returns what the core does. */
  #follow(given: number, givenLow: number, givenWeight: number): number {
    const cell = this.#cell
    const { call, slices } = this.#link()
    let result = given
    let low = givenLow
    let weight = givenWeight
    for (;;) {
      const { u32 } = cell
      const spent = (low - u32[2 * GAS]!) | 0
      slices.spend(spent)
      let segment: number
      if ((result & 1) === 0) {
        // It is a dynamic jump. If its target is compiled, that is entered at once, otherwise the core jumps.
        segment = segmentOfAddress(this.shared.analysis, result >>> 0)
        if (!this.#goesOn(segment, false, weight)) {
          this.#gate.countLeft()
          return result
        }
        u32[CHARGED] = 0
      } else {
        switch (result) {
          case Why.Exit:
            this.#gate.countLeft()
            return Target.Exit
          case Why.Unpaid:
          case Why.UnpaidWithin:
          case Why.Missing:
          case Why.Moved: {
            if (result !== Why.Moved) u32[CHARGED] = result === Why.UnpaidWithin && !this.#perInstruction ? 1 : 0
            // Usually a slice or the stack is used up. But gas itself may be short, or the host may have stopped for something.
            segment = segmentAt(this.shared.analysis, u32[PC]!)
            const hasSlice = slices.next()
            const least = hasSlice && slices.isLong ? FIRST_SLICE / 2 : LASTING_GAS
            const lasts = result !== Why.Missing && spent > least
            // If a host function wrote pc, the block there is not paid. Compiled code in the middle of a block would not pay for it.
            const jumped = result === Why.Moved && !this.#perInstruction && u32[CHARGED] === 0
            if (jumped || spent === 0 || u32[TRACE] !== 0 || !(this.#goesOn(segment, lasts, weight) && hasSlice)) {
              this.#gate.countLeft()
              return Target.Continue
            }
            break
          }
          default:
            return this.#leavePaid(weight)
        }
      }
      this.#gate.countEntered()
      low = u32[2 * GAS]!
      weight = 1
      result = call(segment + 1)
    }
  }

  /** Leaves at an instruction whose segment has been paid whole. Gives back what it and the instructions behind it cost. */
  #leavePaid(weight: number): number {
    const { decoded } = this.shared.analysis
    const cell = this.#cell
    this.#gate.countLeft()
    const pc = cell.u32[PC]!
    cell.tally?.undo(pc)
    const index = decoded.indexOf[pc]!
    const kind = KIND_OF[decoded.id[index]!]!
    if (kind === 'load' || kind === 'store') this.#noteAccess(index, weight)
    else if (kind === 'djump' && this.#mode === 'hot') this.#noteJump(index, weight)
    if (this.#perInstruction) {
      const back = decoded.segmentStart[decoded.segmentOf[index]! + 1]! - index
      const low = cell.u32[2 * GAS]! + back
      if (low <= 0xffffffff) cell.u32[2 * GAS] = low
      else cell.gas[0] = cell.gas[0]! + BigInt(back)
      cell.u32[CHARGED] = 0
    } else {
      cell.u32[CHARGED] = 1
    }
    return Target.Continue
  }

  /** Counts a dynamic jump that left because its target is not compiled. */
  #noteJump(index: number, weight: number): void {
    const { decoded } = this.shared.analysis
    const own = decoded.id[index] === LOAD_IMM_JUMP_IND
    const base = this.#cell.regs32[2 * (own ? decoded.b[index]! : decoded.a[index]!)]!
    const address = (base + (own ? decoded.y[index]! : decoded.x[index]!)) >>> 0
    this.#goesOn(segmentOfAddress(this.shared.analysis, address), false, weight)
  }

  /**
   * Counts an access that left because it is misaligned, or because the check of its wide group or of its frame failed. When it
   * has left often, it becomes tolerant, and the modules are made again.
   */
  #noteAccess(index: number, weight: number): void {
    const { shared } = this
    const { decoded, functions, tolerant } = shared.analysis
    if (tolerant[index] === 1) return
    const group = shared.wideGroup(index)
    const address = addressOf(this.#cell, decoded, index)
    const aligned = (address & ((1 << ACCESS_LOG2[decoded.id[index]!]!) - 1)) === 0
    const frameFails = this.#frames.failsOften(this.#cell, decoded, index, weight)
    if (aligned && group.length === 0 && !frameFails) return
    const count = frameFails ? tierPolicy.misalignedLimit : (shared.misaligned.get(index) ?? 0) + weight
    shared.misaligned.set(index, count)
    if (count < tierPolicy.misalignedLimit) return
    if (!this.#hot.canCompile(functions.start.subarray(0, -1), this.#cell.user!.remainingMs)) return
    // All accesses of the function that were ever misaligned become tolerant together, not one by one.
    const f = functions.of[decoded.segmentOf[index]!]!
    for (const at of shared.misaligned.keys()) if (functions.of[decoded.segmentOf[at]!] === f) tolerant[at] = 1
    for (const at of group) tolerant[at] = 1
    shared.makeAgain()
    if (shared.version === MAX_REMAKES) tolerant.fill(1)
    const { modules } = this.#link()
    for (const { compiled, partial } of [...modules]) {
      const made = shared.module(compiled.roots, this.#now, partial)
      if (made !== undefined) this.#add(made)
    }
  }

  /**
   * The host call of compiled code, which has stored `next` in `VM.pc`. It returns 0 if code goes on there, and otherwise why it
   * is left. It is one function without calls of its own, so that V8 inlines the machine's part of the call: 45 ns instead of 65
   * to 120 (bench, ecalli). It touches no word of the machine unless it has to, because each access costs four instructions.
   */
  #hostCalls(): (index: number, pc: number, next: number) => number {
    const cell = this.#cell
    return (index, pc, next) => {
      const code = cell.user!.onEcalli(index, pc, next)
      if (code === 0) return 0
      const { u32 } = cell
      u32[EXIT_ARG] = index
      u32[EXIT] = code - HostAnswer.Stopped
      return Why.Exit
    }
  }
}
