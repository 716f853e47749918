// The page: one program, the moment it is at, and what is asked about it. Not the panels.
import type { ComponentChildren } from 'preact'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Facts, Move, OriginView, Source, StartText, Survey, View, Watch } from '../protocol.ts'
import { Client } from './client.ts'
import { count, hex } from './format.ts'
import { useKeys } from './keys.ts'
import { hashOf, readHash } from './link.ts'
import { Listing } from './listing.tsx'
import { fetchBytes, Load, sourceOfFile } from './load.tsx'
import { MemoryPanel } from './memory.tsx'
import { Calls, Origins, Points, Stack } from './past.tsx'
import { ProfilePanel } from './profile.tsx'
import { Registers } from './registers.tsx'
import { StartPanel } from './start.tsx'
import { Timeline } from './timeline.tsx'
import { MOVE_BUTTONS, Toolbar } from './toolbar.tsx'

const TABS = [
  ['memory', 'Memory'],
  ['origin', 'Who wrote?'],
  ['calls', 'Host calls'],
  ['stack', 'Call stack'],
  ['points', 'Stops'],
  ['profile', 'Profile'],
  ['block', 'Pipeline'],
  ['start', 'Start'],
] as const
type Tab = (typeof TABS)[number][0]

/** Longer runs are surveyed when somebody asks. */
const SURVEYED_BY_ITSELF = 3_000_000
const BEGINNING = 0x10000

interface Open {
  readonly source: Source
  readonly facts: Facts
}

interface Asked {
  readonly what: string
  readonly chain: readonly OriginView[] | undefined
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What a URL asks for: a link's hash, or a file beside the page. */
async function sourceOfUrl(): Promise<{ source: Source; time: number | undefined } | undefined> {
  const linked = await readHash(location.hash)
  if (linked !== undefined) return linked
  const query = new URLSearchParams(location.search)
  const file = query.get('file')
  if (file === null) return undefined
  const start = Object.fromEntries(
    ['entry', 'args', 'gas', 'engine', 'profile'].flatMap(name => (query.has(name) ? [[name, query.get(name)]] : [])),
  )
  return { source: { name: file, bytes: await fetchBytes(file), start }, time: undefined }
}

export function App() {
  const [client] = useState(() => new Client())
  const [opened, setOpened] = useState<Open | undefined>(undefined)
  const [choosing, setChoosing] = useState(true)
  const [view, setView] = useState<View | undefined>(undefined)
  const [before, setBefore] = useState<View | undefined>(undefined)
  const [survey, setSurvey] = useState<Survey | undefined>(undefined)
  const [surveying, setSurveying] = useState('')
  const [counted, setCounted] = useState(0)
  const [tab, setTab] = useState<Tab>('memory')
  const [address, setAddress] = useState(BEGINNING)
  const [asked, setAsked] = useState<Asked | undefined>(undefined)
  const [pipeline, setPipeline] = useState('')
  const [compared, setCompared] = useState('')
  const [said, setSaid] = useState('')
  const [error, setError] = useState('')
  const [busy, showBusy] = useState('')
  // What keys look at: it holds at once, not from the next drawing on.
  const isBusy = useRef(false)
  const setBusy = useCallback((what: string): void => {
    isBusy.current = what !== ''
    showBusy(what)
  }, [])
  const current = useRef<View | undefined>(undefined)
  const surveyRuns = useRef(false)
  const drag = useRef<{ wanted: number | undefined; running: boolean }>({ wanted: undefined, running: false })

  client.onProgress = (doing, time) => {
    if (surveyRuns.current) setSurveying(`${doing}: ${count(time)} instructions`)
    else setBusy(`${doing}: ${count(time)} instructions`)
  }

  const arrive = useCallback((next: View): void => {
    setBefore(current.current)
    current.current = next
    setView(next)
    setSaid(next.said)
  }, [])

  const lookAgain = useCallback(async (): Promise<void> => {
    if (surveyRuns.current) return
    surveyRuns.current = true
    setSurveying('looking at the run')
    try {
      setSurvey(await client.ask('survey'))
      setCounted(n => n + 1)
    } catch (failure) {
      if (textOf(failure) !== 'cancelled') setError(textOf(failure))
    } finally {
      surveyRuns.current = false
      setSurveying('')
    }
  }, [client])

  /** Whatever the worker is asked to do: says when it takes long, and what went wrong. */
  const act = useCallback(
    async (work: () => Promise<View>): Promise<View | undefined> => {
      if (surveyRuns.current) client.cancel()
      const late = setTimeout(() => setBusy('working'), 150)
      setError('')
      try {
        const next = await work()
        arrive(next)
        return next
      } catch (failure) {
        setError(textOf(failure))
        return undefined
      } finally {
        clearTimeout(late)
        setBusy('')
      }
    },
    [client, arrive, setBusy],
  )

  const begin = useCallback(
    async (promise: Promise<Source>, time?: number): Promise<void> => {
      await act(async () => {
        const source = await promise
        const answer = await client.ask('open', source)
        current.current = undefined
        setOpened({ source, facts: answer.facts })
        setChoosing(false)
        setSurvey(undefined)
        setAsked(undefined)
        setCompared('')
        setAddress(BEGINNING)
        if (time !== undefined) return client.ask('reach', time)
        // A record is of a run that is over: what people want to see is how it ended.
        return answer.facts.isTrace ? client.ask('move', 'end') : answer.view
      })
    },
    [act, client],
  )

  useEffect(() => {
    const fromUrl = (): void => {
      sourceOfUrl().then(
        found => found && begin(Promise.resolve(found.source), found.time),
        failure => setError(textOf(failure)),
      )
    }
    fromUrl()
    addEventListener('hashchange', fromUrl)
    return () => removeEventListener('hashchange', fromUrl)
  }, [begin])

  useEffect(() => {
    const over = (event: DragEvent): void => event.preventDefault()
    const drop = (event: DragEvent): void => {
      event.preventDefault()
      const file = event.dataTransfer?.files[0]
      if (file !== undefined) void begin(sourceOfFile(file))
    }
    addEventListener('dragover', over)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', over)
      removeEventListener('drop', drop)
    }
  }, [begin])

  const frontier = view?.frontier ?? 0
  useEffect(() => {
    if (opened === undefined || frontier === 0 || frontier === survey?.frontier) return
    if (frontier > SURVEYED_BY_ITSELF) return
    const soon = setTimeout(lookAgain, 250)
    return () => clearTimeout(soon)
  }, [opened, frontier, survey, surveying === '', lookAgain])

  useEffect(() => {
    if (tab !== 'block' || view === undefined) return
    client.ask('pipeline', view.pc).then(setPipeline, failure => setPipeline(textOf(failure)))
  }, [client, tab, view?.pc])

  const move = useCallback(
    (name: Move): void => {
      if (!isBusy.current) void act(() => client.ask('move', name))
    },
    [act, client],
  )

  /** While dragging, only the last wish counts. */
  const goTo = useCallback(
    async (time: number): Promise<void> => {
      const { current: state } = drag
      state.wanted = time
      if (state.running) return
      state.running = true
      try {
        while (state.wanted !== undefined) {
          const wanted: number = state.wanted
          state.wanted = undefined
          await act(() => client.ask('goto', wanted))
        }
      } finally {
        state.running = false
      }
    },
    [act, client],
  )

  const origin = async (watch: Watch, what: string): Promise<void> => {
    setTab('origin')
    setAsked({ what, chain: undefined })
    if (surveyRuns.current) client.cancel()
    try {
      setAsked({ what, chain: await client.ask('origin', watch) })
    } catch (failure) {
      setAsked(undefined)
      setError(textOf(failure))
    }
  }
  const originOfRegister = (register: number): Promise<void> => origin({ register }, `r${register}`)

  const goMemory = (to: number): void => {
    setAddress(to)
    setTab('memory')
  }

  const share = async (): Promise<void> => {
    if (opened === undefined || view === undefined) return
    try {
      history.replaceState(null, '', await hashOf({ source: opened.source, time: view.time }))
      const copied = await navigator.clipboard?.writeText(location.href).then(
        () => true,
        () => false,
      )
      setSaid(
        `The address of this page is the link now${copied ? ', and it is copied' : ''}. It holds the program itself.`,
      )
    } catch (failure) {
      setError(textOf(failure))
    }
  }

  const compare = async (engine: NonNullable<StartText['engine']>): Promise<void> => {
    setCompared(`Running on ${engine} …`)
    if (surveyRuns.current) client.cancel()
    try {
      const { time, fields, instructions } = await client.ask('compare', engine)
      const answer =
        time === undefined
          ? `${engine} does the same, over all ${count(instructions)} instructions.`
          : `${engine} parts from this run behind time ${count(time)}: ${fields.join(', ')}.`
      setCompared(answer)
    } catch (failure) {
      setCompared(textOf(failure))
    } finally {
      setBusy('')
    }
  }

  useKeys(!choosing && view !== undefined, {
    move,
    toggle: () => view && void act(() => client.ask('toggle', view.pc)),
    share: () => void share(),
  })

  const problem = error !== '' && (
    <div class="error" role="alert">
      {error}{' '}
      <button type="button" onClick={() => setError('')}>
        close
      </button>
    </div>
  )
  const working = busy !== '' && (
    <div class="busy" role="status">
      {busy} …{' '}
      <button type="button" onClick={() => client.cancel()}>
        Cancel
      </button>
    </div>
  )
  if (choosing || opened === undefined || view === undefined) {
    return (
      <>
        {problem}
        {working}
        <Load onOpen={source => void begin(source)} onClose={view && (() => setChoosing(false))} />
      </>
    )
  }
  const { facts, source } = opened
  const panels: Record<Tab, () => ComponentChildren> = {
    memory: () => (
      <MemoryPanel
        client={client}
        view={view}
        at={address}
        onGo={goMemory}
        onOrigin={(at, length) => void origin({ address: at, length }, `byte ${hex(at)}`)}
        onWatch={(at, length) => void act(() => client.ask('watch', { address: at, length }, 'write'))}
      />
    ),
    origin: () => <Origins what={asked?.what} chain={asked?.chain} time={view.time} onTime={goTo} />,
    calls: () => <Calls client={client} view={view} surveyed={counted} onTime={goTo} />,
    stack: () => <Stack client={client} view={view} onTime={goTo} />,
    points: () => <Points view={view} onRemove={id => void act(() => client.ask('removePoint', id))} />,
    profile: () => <ProfilePanel survey={survey} onGo={pc => void act(() => client.ask('runTo', pc))} />,
    block: () => (
      <>
        <p class="dim">The block at pc, cycle by cycle, as the gas model of 0.8.0 sees it.</p>
        <pre>{pipeline}</pre>
      </>
    ),
    start: () => (
      <StartPanel
        facts={facts}
        start={source.start}
        onStart={start => void begin(Promise.resolve({ ...source, start }))}
        onCompare={engine => void compare(engine)}
        compared={compared}
      />
    ),
  }
  const { end } = view
  const isAtEnd = end?.time === view.time
  return (
    <div class="app">
      <header>
        <h1 title={facts.warnings.join('\n')}>{facts.name}</h1>
        <span class="dim">
          {facts.what} · {facts.profile} · {facts.engine}
        </span>
        <span class="right">
          <button type="button" onClick={() => void share()}>
            Link to this moment
          </button>
          <button type="button" onClick={() => setChoosing(true)}>
            Open …
          </button>
        </span>
      </header>
      <Toolbar view={view} onMove={move} />
      {problem}
      {working}
      <div class={`state ${isAtEnd && end.exit !== 'halt' ? 'bad' : ''}`} role="status">
        <b>{isAtEnd ? end.exit.toUpperCase() : `pc ${view.pc}`}</b>{' '}
        {!(isAtEnd && end.message.startsWith(view.instruction)) && <code>{view.instruction}</code>}
        {view.place !== undefined && <span class="dim"> {view.place}</span>}
        {isAtEnd && <span class="why">{end.message}</span>}
        {isAtEnd &&
          end.reads.map(register => (
            <button type="button" class="ask" key={register} onClick={() => void originOfRegister(register)}>
              Who wrote r{register}?
            </button>
          ))}
        {!isAtEnd && <span class="said"> {said}</span>}
        {isAtEnd && said.startsWith('The address') && <span class="said"> {said}</span>}
      </div>
      <Timeline
        survey={survey}
        view={view}
        note={
          surveying !== '' ? `${surveying} …` : frontier === 0 ? 'The timeline appears when the program has run.' : ''
        }
        onTime={goTo}
        onSurvey={() => void lookAgain()}
      />
      <div class="work">
        <Listing
          client={client}
          rows={facts.rows}
          view={view}
          counted={counted}
          onToggle={pc => void act(() => client.ask('toggle', pc))}
          onRunTo={pc => void act(() => client.ask('runTo', pc))}
        />
        <div class="side">
          <Registers
            view={view}
            before={before}
            onOrigin={register => void originOfRegister(register)}
            onGo={goMemory}
            onSet={(register, value) => void act(() => client.ask('setRegister', register, value))}
            onWatch={register => void act(() => client.ask('watch', { register }, 'write'))}
          />
          <section class="panel tabs">
            <div role="tablist" aria-label="Panels">
              {TABS.map(([id, title]) => (
                <button
                  type="button"
                  role="tab"
                  key={id}
                  id={`tab-${id}`}
                  aria-selected={tab === id}
                  aria-controls="panel"
                  onClick={() => setTab(id)}
                >
                  {title}
                  {id === 'calls' && view.calls > 0 ? ` ${count(view.calls)}` : ''}
                  {id === 'points' && view.points.length > 0 ? ` ${view.points.length}` : ''}
                </button>
              ))}
            </div>
            <div role="tabpanel" id="panel" aria-labelledby={`tab-${tab}`}>
              {panels[tab]()}
            </div>
          </section>
        </div>
      </div>
      <footer class="dim">
        {MOVE_BUTTONS.map(({ key, title }) => (
          <span key={key}>
            <kbd>{key}</kbd> {title}
          </span>
        ))}
        <span>
          <kbd>b</kbd> breakpoint
        </span>
        <span>
          <kbd>l</kbd> link
        </span>
      </footer>
    </div>
  )
}
