// A fuzzing campaign in worker processes: which cases run where, what is found, in the order of the cases. Not what a case is:
// fuzz/campaign.ts. Not the output: fuzz.ts.

import { addCase, caseNumber, createTotals, nextCase, type Totals } from '../fuzz/campaign.ts'
import type { Finding } from '../fuzz/drive.ts'
import { EXERCISES } from '../fuzz/exercised.ts'
import { PROFILE_RUN } from '../fuzz/generate.ts'
import type { KeptText } from '../fuzz/kept.ts'
import { bareFinding, runStart, type SettledFinding } from '../fuzz/settle.ts'
import type { Shard } from '../fuzz/shard.ts'
import type { CaseDone, FuzzSpec } from './fuzz-cases.ts'
import { onInterrupt } from './interruption.ts'
import { createWorker, type Worker, WorkerDied } from './pool.ts'

/** Which cases, and when it is over. */
export interface CampaignPlan {
  readonly spec: FuzzSpec
  readonly shard: Shard
  readonly from: number
  /** The number behind the last case. */
  readonly end: number
  /** Programs after which it ends. */
  readonly programs: number
  readonly seconds: number
  /** Ends it at the first difference. */
  readonly stopAtFirst: boolean
  readonly jobs: number
  /** Hand out programs that reach what is not in here; needs the spec's report. Undefined: none. */
  readonly keep: ReadonlySet<string> | undefined
  /** Seconds that a case may take. */
  readonly patience: number
  /** The command that shows case `index` again. */
  readonly again: (first: number, count: number) => string
}

/** Something that a case came to, besides its counts. */
export type CampaignEvent =
  | { readonly event: 'difference'; readonly found: number; readonly finding: SettledFinding }
  /** Engines did not come back, or broke down. */
  | { readonly event: 'hang' | 'crash'; readonly case: number; readonly command: string; readonly error?: string }

/** This is a program that reaches something new. */
export interface KeptProgram extends KeptText {
  readonly case: number
}

/** What is told while it goes on. */
export interface CampaignListener {
  /** They come in the order of the cases, but later than what else they came to. */
  onProgram(program: KeptProgram): void
  /** In the order of the cases: everything before is known. */
  onEvent(event: CampaignEvent, totals: Totals): void
  onProgress(totals: Totals): void
}

/** This says how a campaign ended. */
export interface CampaignEnd {
  readonly totals: Totals
  readonly interrupted: boolean
  readonly exercised: ReadonlyMap<string, number>
}

interface Entry {
  done: CaseDone | undefined
  /** Undefined while it is looked at again; null: nothing to tell. */
  event: CampaignEvent | null | undefined
}

const PROGRESS_MS = 2000

/** Runs the campaign until its end, a limit, or a signal. What is told does not depend on the number of workers, unless time ends it. */
export async function runCampaignJobs(plan: CampaignPlan, listener: CampaignListener): Promise<CampaignEnd> {
  const campaign = new Campaign(plan, listener)
  const ignore = onInterrupt(() => campaign.interrupt())
  try {
    return await campaign.run()
  } finally {
    ignore()
  }
}

class Campaign {
  readonly #plan: CampaignPlan
  readonly #listener: CampaignListener
  readonly #started = performance.now()
  /** Of the cases before #told, in their order; what they came to has been told. */
  readonly #totals = createTotals()
  readonly #exercised = new Map<string, number>()
  /** Cases from #told on that have begun, by their place in the shard. */
  readonly #entries = new Map<number, Entry>()
  readonly #unsettled: { k: number; finding: Finding }[] = []
  readonly #placeOf = new Map<number, number>()
  readonly #abort = new AbortController()
  /** What has been reached so far, in the order of the cases, and cases that reached something first. */
  readonly #reached: Set<string>
  readonly #fresh: { index: number; wanted: readonly string[] }[] = []
  /** Cases that were made programs of, in their order; undefined while they are at work. */
  readonly #programs: { program: KeptProgram | null | undefined }[] = []
  #told = 0
  #given = 0
  #over = false
  #interrupted = false
  readonly #workers: readonly Worker[]

  constructor(plan: CampaignPlan, listener: CampaignListener) {
    this.#plan = plan
    this.#listener = listener
    this.#reached = new Set(plan.keep)
    this.#workers = Array.from({ length: plan.jobs }, createWorker)
  }

  interrupt(): void {
    this.#interrupted = true
    this.#end()
    this.#abort.abort()
  }

  async run(): Promise<CampaignEnd> {
    const { seconds } = this.#plan
    const timer = seconds === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => this.#end(), 1000 * seconds)
    const progress = setInterval(() => this.#listener.onProgress(this.#all()), PROGRESS_MS)
    try {
      this.#enough()
      await Promise.all(this.#workers.map(worker => this.#work(worker)))
    } finally {
      clearTimeout(timer)
      clearInterval(progress)
      await this.#close()
    }
    return { totals: this.#finish(), interrupted: this.#interrupted, exercised: this.#exercised }
  }

  /** Begins no further cases, and drops those that run. */
  #end(): void {
    if (this.#over) return
    this.#over = true
    void this.#close()
  }

  async #close(): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.close()))
  }

  /** Numbers of the next run of cases, with their places. */
  #take(): number[] {
    const { from, end, shard } = this.#plan
    const cases: number[] = []
    for (let i = 0; i < PROFILE_RUN; i++) {
      const k = this.#given++
      const index = caseNumber(k, from, shard)
      if (index >= end) break
      this.#placeOf.set(index, k)
      this.#entries.set(k, { done: undefined, event: undefined })
      cases.push(index)
    }
    return cases
  }

  /** One run after the other; what was found is looked at before more is. */
  async #work(worker: Worker): Promise<void> {
    for (;;) {
      if (this.#interrupted) return
      const found = this.#unsettled.findIndex(({ k }) => !this.#plan.stopAtFirst || k === this.#told)
      if (found >= 0) {
        const [{ k, finding }] = this.#unsettled.splice(found, 1) as [{ k: number; finding: Finding }]
        await this.#settle(k, finding)
        continue
      }
      const fresh = this.#fresh.shift()
      if (fresh !== undefined) {
        await this.#keep(fresh.index, fresh.wanted)
        continue
      }
      // Where the first difference ends it, cases before it may still run in other workers; the last of them comes by here.
      if (this.#over || (this.#plan.stopAtFirst && this.#unsettled.length > 0)) return
      const cases = this.#take()
      if (cases.length === 0) return
      await this.#scan(worker, cases)
    }
  }

  async #scan(worker: Worker, cases: number[]): Promise<void> {
    let rest = cases
    let died = -1
    while (rest.length > 0 && !this.#over) {
      let current = rest[0]!
      let hung = false
      const stop = new AbortController()
      const tooLong = (): void => {
        hung = true
        stop.abort()
      }
      const { patience, spec } = this.#plan
      const watch = (): NodeJS.Timeout | undefined =>
        patience === Number.POSITIVE_INFINITY ? undefined : setTimeout(tooLong, 1000 * patience)
      let timer = watch()
      try {
        await worker.run(
          'fuzz',
          { spec, cases: rest },
          {
            signal: stop.signal,
            onMessage: message => {
              if (hung || this.#over) return
              clearTimeout(timer)
              timer = watch()
              if ('begins' in message) current = message.begins
              else this.#onDone(message)
            },
          },
        )
        return
      } catch (error) {
        if (this.#over) return
        if (!hung && !(error instanceof WorkerDied)) throw error
        rest = rest.slice(rest.indexOf(current))
        // A process may be killed for reasons that are not its own: the case gets another one, once.
        if (!hung && died !== current) {
          died = current
          continue
        }
        this.#lose(current, hung)
        rest = rest.slice(1)
      } finally {
        clearTimeout(timer)
      }
    }
  }

  #onDone(done: CaseDone): void {
    const k = this.#placeOf.get(done.case)!
    const entry = this.#entries.get(k)!
    entry.done = done
    for (const [name, count] of Object.entries(done.exercised ?? {}))
      this.#exercised.set(name, (this.#exercised.get(name) ?? 0) + count)
    if (done.error !== undefined)
      this.#tell(k, { event: 'crash', case: done.case, command: this.#again(done.case), error: done.error })
    else if (done.finding === undefined) this.#tell(k, null)
    else this.#unsettled.push({ k, finding: done.finding })
  }

  #again(index: number): string {
    return this.#plan.again(index, 1)
  }

  /** The command that runs everything up to a case in one process. */
  #fromStart(index: number): string {
    const { from, again } = this.#plan
    return `${again(from, index - from + 1)} --jobs 1`
  }

  /** A case that its worker did not come back from. */
  #lose(index: number, hung: boolean): void {
    this.#tell(this.#placeOf.get(index)!, { event: hung ? 'hang' : 'crash', case: index, command: this.#again(index) })
  }

  /** Looks at a difference in a process of its own. */
  async #settle(k: number, finding: Finding): Promise<void> {
    const { from, spec, again, shard } = this.#plan
    const index = caseNumber(k, from, shard)
    const start = runStart(index, from)
    const found = performance.now() - this.#started
    let settled: SettledFinding | undefined
    for (const first of start === index ? [index] : [index, start]) {
      if (this.#interrupted || settled !== undefined) break
      const fresh = createWorker()
      try {
        const command = again(first, index - first + 1)
        await fresh.run(
          'settle',
          { spec: { ...spec, report: false }, case: index, first, command },
          { signal: this.#abort.signal, onMessage: message => (settled = message.finding) },
        )
      } catch (error) {
        if (!(error instanceof WorkerDied)) throw error
        if (this.#interrupted) break
        this.#tell(k, {
          event: 'crash',
          case: index,
          command: this.#again(index),
          error: `when looked at again: ${error.message}`,
        })
        return
      } finally {
        await fresh.close()
      }
    }
    const shows = this.#interrupted ? 'unchecked' : 'warm'
    this.#tell(k, {
      event: 'difference',
      found: found / 1000,
      finding: settled ?? bareFinding(index, shows, this.#fromStart(index), finding),
    })
  }

  /** Makes a program of a case that reaches something new, in a process of its own. */
  async #keep(index: number, wanted: readonly string[]): Promise<void> {
    const slot: { program: KeptProgram | null | undefined } = { program: undefined }
    this.#programs.push(slot)
    const process = createWorker()
    try {
      await process.run(
        'keep',
        { spec: { ...this.#plan.spec, verify: false }, case: index, wanted },
        {
          signal: this.#abort.signal,
          onMessage: ({ kept }) => {
            slot.program = kept === undefined ? null : { case: index, ...kept }
          },
        },
      )
    } catch (error) {
      if (!(error instanceof WorkerDied)) throw error
    } finally {
      slot.program ??= null
      await process.close()
    }
    while (this.#programs[0] !== undefined && this.#programs[0].program !== undefined) {
      const { program } = this.#programs.shift()!
      if (program && !this.#interrupted) this.#listener.onProgram(program)
    }
  }

  /** Whether the case is the first that reaches something. */
  #look({ case: index, exercised = {} }: CaseDone): void {
    if (this.#plan.keep === undefined) return
    const wanted = EXERCISES.filter(name => exercised[name] !== undefined && !this.#reached.has(name))
    if (wanted.length === 0) return
    for (const name of wanted) this.#reached.add(name)
    this.#fresh.push({ index, wanted })
  }

  /** What became of the case at place k is known; tells what everything before is known of. */
  #tell(k: number, event: CampaignEvent | null): void {
    this.#entries.get(k)!.event = event
    for (;;) {
      const entry = this.#entries.get(this.#told)
      if (entry === undefined || entry.event === undefined || this.#isComplete) break
      this.#entries.delete(this.#told)
      this.#told += 1
      const { from, shard, stopAtFirst } = this.#plan
      this.#placeOf.delete(caseNumber(this.#told - 1, from, shard))
      if (entry.done !== undefined) {
        addCase(this.#totals, entry.done.counts)
        this.#look(entry.done)
      }
      this.#totals.next = nextCase(this.#told, from, shard)
      if (entry.event !== null) {
        this.#listener.onEvent(entry.event, this.#totals)
        if (stopAtFirst) this.#isComplete = true
      }
      this.#enough()
    }
  }

  /** Whether the campaign is over by its own rules. Then cases behind this place do not count. */
  #isComplete = false

  #enough(): void {
    if (this.#totals.programs >= this.#plan.programs) this.#isComplete = true
    if (!this.#isComplete) return
    this.#unsettled.length = 0
    this.#end()
  }

  /** The counts, with those of cases that are done out of turn. */
  #all(): Totals {
    const totals = { ...this.#totals }
    if (this.#isComplete) return totals
    for (const { done } of this.#entries.values()) if (done !== undefined) addCase(totals, done.counts)
    return totals
  }

  /** The totals; what is known of cases out of turn is told. */
  #finish(): Totals {
    if (!this.#isComplete) {
      const { from, shard } = this.#plan
      for (const { k, finding } of this.#unsettled.splice(0)) {
        const index = caseNumber(k, from, shard)
        const unchecked = bareFinding(index, 'unchecked', this.#again(index), finding)
        this.#entries.get(k)!.event = { event: 'difference', found: 0, finding: unchecked }
      }
      const totals = this.#all()
      for (const k of [...this.#entries.keys()].sort((a, b) => a - b)) {
        const event = this.#entries.get(k)?.event
        if (event) this.#listener.onEvent(event, totals)
      }
      return totals
    }
    return { ...this.#totals }
  }
}
