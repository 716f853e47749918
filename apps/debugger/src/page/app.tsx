// The page as a whole: what stands where. Not the panels, and not the run: run.ts.
import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Source, Watch } from '../protocol.ts'
import { hex } from './format.ts'
import { Help } from './help.tsx'
import { useKeys } from './keys.ts'
import { hashOf, readHash } from './link.ts'
import { Listing } from './listing.tsx'
import { fetchBytes, Load, sourceOfFile } from './load.tsx'
import type { PictureAt } from './picture.tsx'
import { Registers } from './registers.tsx'
import { Run } from './run.ts'
import { type Tab, Tabs } from './tabs.tsx'
import { Timeline } from './timeline.tsx'
import { Toolbar } from './toolbar.tsx'

const BEGINNING = 0x10000
const SHARED = 'The address of this page is the link now'

interface OpenOptions {
  readonly time?: number | undefined
  readonly shown?: PictureAt | undefined
  /** Whether the page's address names what is opened. If not, the address no longer fits, and is removed. */
  readonly isNamed?: boolean
}

/** What a URL asks for: a link's hash, or a file beside the page. */
async function sourceOfUrl(): Promise<{ source: Source; time: number | undefined } | undefined> {
  const linked = await readHash(location.hash)
  if (linked !== undefined) return linked
  const query = new URLSearchParams(location.search)
  const file = query.get('file')
  if (file === null) return undefined
  const start = Object.fromEntries(
    ['entry', 'args', 'gas', 'engine', 'profile', 'host', 'state'].flatMap(name =>
      query.has(name) ? [[name, query.get(name)]] : [],
    ),
  )
  return { source: { name: file, bytes: await fetchBytes(file), start }, time: undefined }
}

export function App() {
  const [run] = useState(() => new Run())
  const [state, setState] = useState(run.state)
  run.onChange = () => setState(run.state)
  const [choosing, setChoosing] = useState(true)
  const [helping, setHelping] = useState(false)
  const [tab, setTab] = useState<Tab>('memory')
  const [address, setAddress] = useState(BEGINNING)
  const [picture, setPicture] = useState<PictureAt | undefined>(undefined)
  const { client } = run
  const { facts, source, view, survey, surveying, said } = state

  const open = useCallback(
    async (promise: Promise<Source>, { time, shown, isNamed = false }: OpenOptions = {}): Promise<void> => {
      if (!(await run.begin(promise, time))) return
      if (!isNamed && location.href !== location.origin + location.pathname)
        history.replaceState(null, '', location.pathname)
      setChoosing(false)
      setAddress(shown?.address ?? BEGINNING)
      setPicture(shown)
      if (shown !== undefined) setTab('memory')
    },
    [run],
  )

  useEffect(() => {
    const fromUrl = (): void => {
      sourceOfUrl().then(
        found => found && open(Promise.resolve(found.source), { time: found.time, isNamed: true }),
        failure => run.fail(failure),
      )
    }
    fromUrl()
    addEventListener('hashchange', fromUrl)
    return () => removeEventListener('hashchange', fromUrl)
  }, [open, run])

  useEffect(() => {
    const over = (event: DragEvent): void => event.preventDefault()
    const drop = (event: DragEvent): void => {
      event.preventDefault()
      const file = event.dataTransfer?.files[0]
      if (file !== undefined) void open(sourceOfFile(file))
    }
    addEventListener('dragover', over)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', over)
      removeEventListener('drop', drop)
    }
  }, [open])

  useEffect(() => {
    document.title = facts === undefined || choosing ? 'coulis debugger' : `${facts.name} · coulis debugger`
  }, [facts, choosing])

  const origin = (watch: Watch, what: string): void => {
    setTab('origin')
    void run.origin(watch, what)
  }
  const originOfRegister = (register: number): void => origin({ register }, `r${register}`)

  const goMemory = (to: number): void => {
    setAddress(to)
    setTab('memory')
  }

  const share = useCallback(async (): Promise<void> => {
    await run.idle()
    const { linked } = run
    if (linked === undefined) return
    try {
      history.replaceState(null, '', await hashOf(linked))
      const copied = await navigator.clipboard?.writeText(location.href).then(
        () => true,
        () => false,
      )
      run.say(`${SHARED}${copied ? ', and it is copied' : ''}. It holds the program itself.`)
    } catch (failure) {
      run.fail(failure)
    }
  }, [run])

  const toggleHere = useCallback((): void => {
    const { view: now } = run.state
    if (now !== undefined) void run.act(() => client.ask('toggle', now.pc))
  }, [run, client])

  useKeys(!choosing && view !== undefined, {
    move: move => run.move(move),
    toggle: toggleHere,
    share: () => void share(),
    help: () => setHelping(shown => !shown),
    cancel: () => (helping ? setHelping(false) : run.cancel()),
  })

  const problem = state.error !== '' && (
    <div class="error" role="alert">
      {state.error}{' '}
      <button type="button" onClick={() => run.fail('')}>
        close
      </button>
    </div>
  )
  const working = state.busy !== '' && (
    <div class="busy" role="status">
      <button type="button" onClick={() => run.cancel()}>
        Cancel
      </button>{' '}
      <progress aria-hidden="true" /> {state.busy} …
    </div>
  )
  if (choosing || facts === undefined || source === undefined || view === undefined) {
    return (
      <>
        {problem}
        {working}
        <Load onOpen={(source, shown) => void open(source, { shown })} onClose={view && (() => setChoosing(false))} />
      </>
    )
  }
  const { end } = view
  const isAtEnd = end?.time === view.time
  return (
    <main class="app">
      <header>
        <h1 title={facts.warnings.join('\n')}>{facts.name}</h1>
        <span class="dim">
          {facts.what} · {facts.profile} · {facts.engine}
        </span>
        <span class="right">
          <button type="button" onClick={() => setHelping(true)} title="Keys and words (?)">
            Help
          </button>
          <button type="button" onClick={() => void share()}>
            Link to this moment
          </button>
          <button type="button" onClick={() => setChoosing(true)}>
            Open …
          </button>
        </span>
      </header>
      <Toolbar view={view} onMove={move => run.move(move)} />
      {problem}
      {working}
      <div class={`state ${isAtEnd && end.exit !== 'halt' ? 'bad' : ''}`} role="status">
        <b>{isAtEnd ? end.exit.toUpperCase() : `pc ${view.pc}`}</b>{' '}
        {!(isAtEnd && end.message.startsWith(view.instruction)) && <code>{view.instruction}</code>}
        {view.place !== undefined && <span class="dim"> {view.place}</span>}
        {isAtEnd && <span class="why">{end.message}</span>}
        {isAtEnd &&
          end.reads.map(register => (
            <button type="button" class="ask" key={register} onClick={() => originOfRegister(register)}>
              Who wrote r{register}?
            </button>
          ))}
        {isAtEnd && end.asks !== undefined && (
          <button type="button" class="ask" onClick={() => setTab('calls')}>
            Answer it
          </button>
        )}
        {isAtEnd && end.exit === 'out-of-gas' && (
          <button type="button" class="ask" onClick={() => setTab('points')}>
            Give it gas
          </button>
        )}
        {(!isAtEnd || said.startsWith(SHARED)) && <span class="said"> {said}</span>}
      </div>
      <Timeline
        survey={survey}
        view={view}
        mark={state.compared?.comparison?.firstInstruction ?? state.compared?.comparison?.first?.time}
        note={surveying !== '' ? `${surveying} …` : ''}
        onTime={time => void run.goTo(time)}
        onSurvey={() => void run.lookAgain()}
      />
      <div class={`work ${tab === 'compare' ? 'wide' : ''}`}>
        <Listing
          client={client}
          rows={facts.rows}
          view={view}
          counted={state.counted}
          coverage={survey?.coverage}
          onToggle={pc => void run.act(() => client.ask('toggle', pc))}
          onRunTo={pc => void run.act(() => client.ask('runTo', pc))}
        />
        <div class="side">
          {tab !== 'compare' && (
            <Registers
              view={view}
              before={state.before}
              onOrigin={originOfRegister}
              onGo={goMemory}
              onSet={(register, value) => void run.change({ registers: [[register, value]] })}
              onWatch={register => void run.act(() => client.ask('watch', { register }, 'write'))}
            />
          )}
          <Tabs
            run={run}
            state={{ ...state, facts, source, view }}
            tab={tab}
            onTab={setTab}
            address={address}
            picture={picture}
            onPicture={setPicture}
            onGo={goMemory}
            onOrigin={(at, length) => origin({ address: at, length }, length === 1 ? `byte ${hex(at)}` : `${hex(at)}`)}
            onOpen={start => {
              const { edits: _, ...same } = run.linked!.source
              void open(Promise.resolve({ ...same, start }))
            }}
          />
        </div>
      </div>
      {helping && <Help onClose={() => setHelping(false)} />}
    </main>
  )
}
