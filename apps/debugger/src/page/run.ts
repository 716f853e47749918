// The run that the page shows, and everything that is asked about it. Not how it is shown: app.tsx. Not the answers: worker/.
import type {
  Change,
  Comparison,
  Facts,
  Move,
  OriginView,
  Other,
  Pair,
  Source,
  Survey,
  View,
  Watch,
} from '../protocol.ts'
import { Client, WorkerLost } from './client.ts'
import { count } from './format.ts'

/** A question about the past, and its answer when it is there. */
export interface Asked {
  readonly what: string
  readonly chain: readonly OriginView[] | undefined
}

/** What is compared, in words, and what came out. */
export interface Compared {
  readonly said: string
  readonly comparison: Comparison | undefined
  readonly pair: Pair | undefined
}

export interface RunState {
  readonly source: Source | undefined
  readonly facts: Facts | undefined
  readonly view: View | undefined
  /** The moment looked at before. */
  readonly before: View | undefined
  readonly survey: Survey | undefined
  readonly surveying: string
  /** Changes when executions were counted anew. */
  readonly counted: number
  readonly asked: Asked | undefined
  readonly compared: Compared | undefined
  readonly said: string
  readonly error: string
  readonly busy: string
}

const NOTHING: RunState = {
  source: undefined,
  facts: undefined,
  view: undefined,
  before: undefined,
  survey: undefined,
  surveying: '',
  counted: 0,
  asked: undefined,
  compared: undefined,
  said: '',
  error: '',
  busy: '',
}

/** Longer runs are surveyed when somebody asks. */
const SURVEYED_BY_ITSELF = 3_000_000
/** Milliseconds: a worker that does not stop by then is ended. */
const PATIENCE = 1000
const SOON = 100
const LATE = 150

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The page's run. Its state is replaced, never changed. */
export class Run {
  readonly client = new Client()
  onChange: () => void = () => {}
  #state: RunState = NOTHING
  /** What keys look at: it holds at once, not from the next drawing on. */
  #isBusy = false
  #isSurveying = false
  /** What is being done for somebody; the second pass waits for it. */
  #acting = 0
  #isCancelled = false
  #soon: ReturnType<typeof setTimeout> | undefined
  #impatient: ReturnType<typeof setTimeout> | undefined
  #wanted: number | undefined
  #isDragging = false
  #last: Promise<unknown> = Promise.resolve()
  #began = { time: 0, at: 0 }

  constructor() {
    this.client.onProgress = (doing, time) => {
      const now = performance.now()
      if (this.#began.at === 0 || time < this.#began.time) this.#began = { time, at: now }
      const seconds = (now - this.#began.at) / 1000
      const speed = seconds > 0.5 ? `, ${count(Math.round((time - this.#began.time) / seconds))} a second` : ''
      const text = `${doing}: ${count(time)} instructions${speed}`
      if (this.#isSurveying) this.#set({ surveying: text })
      else if (this.#acting > 0) this.#setBusy(text)
    }
  }

  get state(): RunState {
    return this.#state
  }

  #set(change: Partial<RunState>): void {
    this.#state = { ...this.#state, ...change }
    this.onChange()
  }

  #setBusy(busy: string): void {
    this.#isBusy = busy !== ''
    this.#set({ busy })
  }

  say(said: string): void {
    this.#set({ said })
  }

  fail(error: unknown): void {
    this.#set({ error: typeof error === 'string' ? error : textOf(error) })
  }

  #arrive(view: View): void {
    const { view: before, compared } = this.#state
    if (view === before) return // a question, no move
    const isAnother = before !== undefined && before.revision !== view.revision
    this.#set({
      before,
      view,
      said: view.said,
      ...(isAnother && { survey: undefined, asked: undefined }),
      ...(isAnother && compared && { compared: undefined }),
    })
    void this.#follow()
  }

  /** Whatever the worker is asked to do: says when it takes long, and what went wrong. */
  act(work: () => Promise<View>): Promise<boolean> {
    const acting = this.#act(work)
    this.#last = acting
    return acting
  }

  /** When what was asked for last has been done. */
  async idle(): Promise<void> {
    await this.#last
  }

  async #act(work: () => Promise<View>): Promise<boolean> {
    if (this.#isSurveying) this.client.cancel()
    this.#acting += 1
    const late = setTimeout(() => this.#setBusy('working'), LATE)
    this.#began = { time: 0, at: 0 }
    this.#isCancelled = false
    if (this.#state.error !== '') this.#set({ error: '' })
    try {
      this.#arrive(await work())
      return true
    } catch (failure) {
      if (failure instanceof WorkerLost) await this.#again(failure)
      else this.fail(failure)
      return false
    } finally {
      clearTimeout(late)
      clearTimeout(this.#impatient)
      this.#acting -= 1
      this.#setBusy('')
      this.#planSurvey()
    }
  }

  /** After the worker was lost: the same program at the same moment; at its start where that was not the user's wish. */
  async #again(lost: WorkerLost): Promise<void> {
    const { source, view } = this.#state
    if (source === undefined || view === undefined) {
      this.fail(lost)
      return
    }
    const { time } = view
    this.#setBusy('starting again')
    try {
      const answer = await this.client.ask('open', { ...source, ...this.#kept(view) })
      const back = this.#isCancelled ? await this.client.ask('reach', time) : answer.view
      this.#state = { ...this.#state, view: undefined, survey: undefined }
      this.#arrive({ ...back, said: this.#isCancelled ? 'Stopped where you cancelled it.' : '' })
      if (!this.#isCancelled) this.fail(`${lost.message}. The program was opened again.`)
    } catch (failure) {
      this.#state = { ...NOTHING, counted: this.#state.counted }
      this.fail(failure)
    }
  }

  /** What somebody did to the run: it is part of links. */
  #kept({ edits, points }: View): Pick<Source, 'edits' | 'points'> {
    return {
      edits,
      points: points.map(({ pc, watch, access }) => (pc === undefined ? { watch: watch!, access } : { pc })),
    }
  }

  /** The source as a link has it, with changes and stops. */
  get linked(): { source: Source; time: number } | undefined {
    const { source, view } = this.#state
    return source && view && { source: { ...source, ...this.#kept(view) }, time: view.time }
  }

  /** Ends what is being done: at its next pause, or by ending the worker. */
  cancel(): void {
    this.#isCancelled = true
    this.client.cancel()
    clearTimeout(this.#impatient)
    this.#impatient = setTimeout(() => {
      if (this.#isBusy) this.client.end('cancelled')
    }, PATIENCE)
  }

  /** Opens a program. What cannot be opened leaves everything as it was. */
  begin(promise: Promise<Source>, time?: number): Promise<boolean> {
    if (this.#acting > 0) this.cancel()
    return this.act(async () => {
      const source = await promise
      const { client } = this
      const { facts, view } = await client.ask('open', source)
      this.#state = { ...NOTHING, counted: this.#state.counted, source, facts, busy: this.#state.busy }
      if (time !== undefined) return client.ask('reach', time)
      // A record is of a run that is over: what people want to see is how it ended.
      if (facts.isTrace) return client.ask('move', 'end')
      const { entry = '0', args } = source.start
      const said = `Starts at ${/^\d/.test(entry) ? `code offset ${entry}` : entry}, ${args ? 'with arguments' : 'without arguments'}: “Run with” changes that.`
      return { ...view, said }
    })
  }

  move(move: Move): void {
    if (!this.#isBusy) void this.act(() => this.client.ask('move', move))
  }

  /** While dragging, only the last wish counts. */
  async goTo(time: number): Promise<void> {
    this.#wanted = time
    if (this.#isDragging) return
    this.#isDragging = true
    try {
      while (this.#wanted !== undefined) {
        const wanted: number = this.#wanted
        this.#wanted = undefined
        await this.act(() => this.client.ask('goto', wanted))
      }
    } finally {
      this.#isDragging = false
    }
  }

  #planSurvey(): void {
    const { view, survey, surveying } = this.#state
    clearTimeout(this.#soon)
    if (view === undefined || this.#acting > 0 || surveying !== '' || view.frontier > SURVEYED_BY_ITSELF) return
    if (survey !== undefined && survey.frontier === view.frontier) return
    this.#soon = setTimeout(() => void this.lookAgain(), SOON)
  }

  /** Runs ahead, then counts what was executed. */
  async lookAgain(): Promise<void> {
    if (this.#isSurveying || this.#acting > 0) return
    this.#isSurveying = true
    this.#began = { time: 0, at: 0 }
    this.#set({ surveying: 'looking at the run' })
    const { source } = this.#state
    let isDone = false
    try {
      const { survey, view } = await this.client.ask('survey')
      if (source !== this.#state.source) return
      const { view: now, counted } = this.#state
      // Somebody may have moved on meanwhile: then only what is known of the end is new.
      this.#set({ survey, counted: counted + 1, ...(now?.time === view.time && { view: { ...view, said: now.said } }) })
      isDone = true
    } catch (failure) {
      if (failure instanceof WorkerLost) void this.act(() => Promise.reject(failure))
      else if (textOf(failure) !== 'cancelled') this.fail(failure)
    } finally {
      this.#isSurveying = false
      this.#set({ surveying: '' })
      if (!isDone && this.#state.error === '') this.#planSurvey()
    }
  }

  async origin(watch: Watch, what: string): Promise<void> {
    this.#set({ asked: { what, chain: undefined } })
    await this.act(async () => {
      const chain = await this.client.ask('origin', watch)
      this.#set({ asked: { what, chain } })
      return this.#state.view!
    })
    if (this.#state.asked?.chain === undefined) this.#set({ asked: undefined })
  }

  change(change: Change): Promise<boolean> {
    return this.act(() => this.client.ask('change', change))
  }

  /** Answers the host call that the run stopped at, and goes on. */
  async answer(change: Change): Promise<void> {
    if (await this.change(change)) this.move('continue')
  }

  async compare(other: Other): Promise<void> {
    const name = 'engine' in other ? other.engine : other.program.name
    this.#set({ compared: { said: `Running ${name} …`, comparison: undefined, pair: undefined } })
    let comparison: Comparison | undefined
    await this.act(async () => {
      comparison = await this.client.ask('compare', other)
      return this.#state.view!
    })
    if (comparison === undefined) {
      this.#set({ compared: undefined })
      return
    }
    const { first, totals } = comparison
    const said =
      first === undefined
        ? `${name} does the same, over all ${count(totals[1].instructions)} instructions.`
        : first.time < 0
          ? `${name} begins otherwise: ${first.fields.join(', ')}.`
          : `${name} parts from this run behind time ${count(first.time)}: ${first.fields.join(', ')}.`
    this.#set({ compared: { said, comparison, pair: undefined } })
    await this.#follow()
  }

  /** The other run goes where this one is. */
  async #follow(): Promise<void> {
    const { compared } = this.#state
    if (compared?.comparison === undefined) return
    try {
      const pair = await this.client.ask('pair')
      if (this.#state.compared?.comparison === compared.comparison) this.#set({ compared: { ...compared, pair } })
    } catch (failure) {
      this.fail(failure)
    }
  }
}
