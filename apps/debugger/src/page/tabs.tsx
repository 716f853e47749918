// The panels beside the code, one at a time. Not what is in them.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { StartText } from '../protocol.ts'
import { ComparePanel } from './compare.tsx'
import { count } from './format.ts'
import { AnswerForm, StatePanel } from './host.tsx'
import { MemoryPanel } from './memory.tsx'
import { Calls, Edits, Origins, Points, Stack } from './past.tsx'
import type { PictureAt } from './picture.tsx'
import { ProfilePanel } from './profile.tsx'
import type { Run, RunState } from './run.ts'
import { StartPanel } from './start.tsx'

const TABS = [
  ['memory', 'Memory'],
  ['origin', 'Who wrote?'],
  ['calls', 'Host calls'],
  ['state', 'State'],
  ['stack', 'Stack'],
  ['points', 'Stops'],
  ['profile', 'Profile'],
  ['block', 'Block'],
  ['compare', 'Compare'],
  ['start', 'Run with'],
] as const
export type Tab = (typeof TABS)[number][0]

interface Props {
  readonly run: Run
  readonly state: RunState & { [K in 'facts' | 'source' | 'view']-?: NonNullable<RunState[K]> }
  readonly tab: Tab
  readonly address: number
  readonly picture: PictureAt | undefined
  onTab(tab: Tab): void
  onGo(address: number): void
  onPicture(picture: PictureAt | undefined): void
  onOrigin(address: number, length: number): void
  onOpen(start: StartText): void
}

/** The block at pc as the gas model of 0.8.0 sees it. */
function Pipeline({ run, pc }: { readonly run: Run; readonly pc: number }) {
  const [text, setText] = useState('')
  useEffect(() => {
    run.client.ask('pipeline', pc).then(setText, failure => setText(String(failure.message)))
  }, [run, pc])
  return (
    <>
      <p class="dim">
        The block at pc, cycle by cycle, as the gas model of 0.8.0 sees it. D decoded, = waits, e executes, E done, -
        waits for those before, R retired, ~ cycles left out.
      </p>
      <pre>{text}</pre>
    </>
  )
}

export function Tabs({ run, state, tab, address, picture, onPicture, onTab, onGo, onOrigin, onOpen }: Props) {
  const list = useRef<HTMLDivElement>(null)
  const { client } = run
  const { facts, source, view, asked, survey, compared } = state
  const goTo = (time: number): void => void run.goTo(time)
  const end = view.end?.time === view.time ? view.end : undefined

  const press = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const at = TABS.findIndex(([id]) => id === tab)
    const next = TABS[(at + step + TABS.length) % TABS.length]![0]
    onTab(next)
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus()
  }

  const panels: Record<Tab, () => ComponentChildren> = {
    memory: () => (
      <MemoryPanel
        client={client}
        view={view}
        at={address}
        picture={picture}
        onPicture={onPicture}
        onGo={onGo}
        onOrigin={onOrigin}
        onWatch={(at, length, access) => void run.act(() => client.ask('watch', { address: at, length }, access))}
        onSet={(at, bytes) => void run.change({ memory: [[at, bytes]] })}
      />
    ),
    origin: () => <Origins what={asked?.what} chain={asked?.chain} time={view.time} onTime={goTo} />,
    calls: () => (
      <>
        {end?.asks !== undefined && (
          <AnswerForm key={view.time} asks={end.asks} onAnswer={change => void run.answer(change)} />
        )}
        <Calls client={client} view={view} surveyed={state.counted} onTime={goTo} />
      </>
    ),
    state: () => <StatePanel client={client} facts={facts} start={source.start} view={view} onStart={onOpen} />,
    stack: () => <Stack client={client} view={view} onTime={goTo} />,
    points: () => (
      <>
        <Points view={view} onRemove={id => void run.act(() => client.ask('removePoint', id))} />
        <Edits view={view} onTime={goTo} onGas={gas => void run.change({ gas })} />
      </>
    ),
    profile: () => <ProfilePanel survey={survey} onGo={pc => void run.act(() => client.ask('runTo', pc))} />,
    block: () => <Pipeline run={run} pc={view.pc} />,
    compare: () => (
      <ComparePanel
        engine={facts.engine}
        compared={compared}
        view={view}
        onCompare={other => void run.compare(other)}
        onTime={goTo}
      />
    ),
    start: () => <StartPanel key={source.name} facts={facts} start={source.start} onStart={onOpen} />,
  }
  return (
    <section class="panel tabs" aria-label="Panels">
      <div role="tablist" aria-label="Panels" ref={list} onKeyDown={press}>
        {TABS.map(([id, title]) => (
          <button
            type="button"
            role="tab"
            key={id}
            id={`tab-${id}`}
            tabIndex={tab === id ? 0 : -1}
            aria-selected={tab === id}
            aria-controls="panel"
            onClick={() => onTab(id)}
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
  )
}
