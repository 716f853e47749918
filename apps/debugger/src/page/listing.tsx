// The code, line by line: only what is on the screen is asked for and drawn, so that a million lines are as quick as ten.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Point, Row, Survey, View } from '../protocol.ts'
import type { Client } from './client.ts'
import { count } from './format.ts'

const ROW = 20
const PAGE = 128
/** Elements can be so tall and no taller. */
const TALLEST = 12_000_000

interface Props {
  readonly client: Client
  readonly rows: number
  readonly view: View
  /** Changes when executions were counted anew. */
  readonly counted: number
  /** Instructions executed, of all. */
  readonly coverage: Survey['coverage'] | undefined
  onToggle(pc: number): void
  onRunTo(pc: number): void
}

interface Page {
  readonly rows: readonly Row[]
  readonly counts: readonly number[] | undefined
}

function heat(executed: number | undefined): string {
  if (executed === undefined) return ''
  if (executed === 0) return 'never'
  return `heat${Math.min(4, Math.floor(Math.log10(executed)))}`
}

/** A line for who does not see it: what its buttons and columns show. */
function spoken({ pc, label, text, gas }: Row, isHere: boolean, isStop: boolean, executed: number | undefined): string {
  const parts = [
    isHere && 'here',
    isStop && 'breakpoint',
    `pc ${pc}`,
    label,
    text,
    gas !== undefined && `block of ${gas} gas`,
    executed !== undefined && (executed === 0 ? 'never executed' : `executed ${count(executed)} times`),
  ]
  return parts.filter(part => part !== false && part !== undefined).join(', ')
}

export function Listing({ client, rows, view, counted, coverage, onToggle, onRunTo }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const pages = useRef(new Map<number, Page | 'asked'>())
  const [, redraw] = useState(0)
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(400)
  /** The row that keys of the code work on; undefined: that of pc. */
  const [cursor, setCursor] = useState<number | undefined>(undefined)
  const tall = Math.min(TALLEST, rows * ROW)
  const visible = Math.ceil(height / ROW) + 1
  // Where the box cannot be as tall as all lines, the scroll position is a share of it.
  const range = Math.max(1, tall - height)
  const firstOf = (at: number): number =>
    tall === rows * ROW ? Math.floor(at / ROW) : Math.round((at / range) * (rows - visible + 2))
  const first = Math.max(0, Math.min(rows - 1, firstOf(top)))
  const topOf = (row: number): number => (tall === rows * ROW ? row * ROW : (row / (rows - visible + 2)) * range)

  useEffect(() => {
    pages.current.clear()
    redraw(n => n + 1)
  }, [counted, rows, client])

  useLayoutEffect(() => {
    const element = box.current!
    const observer = new ResizeObserver(() => setHeight(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const show = (row: number): void => {
    const element = box.current!
    if (row >= first + 2 && row < first + visible - 4) return
    element.scrollTop = Math.max(0, topOf(row) - element.clientHeight / 3)
    setTop(element.scrollTop)
  }
  useLayoutEffect(() => {
    setCursor(undefined)
    show(view.row)
  }, [view.row, view.time, rows])
  // Where the box becomes lower, as when the timeline appears, pc stays in sight if it was; else somebody is reading elsewhere.
  const heightBefore = useRef(height)
  useLayoutEffect(() => {
    const now = firstOf(box.current!.scrollTop)
    const last = now + Math.ceil(heightBefore.current / ROW)
    heightBefore.current = height
    if (view.row >= now && view.row <= last) show(view.row)
  }, [height])

  const marked = cursor ?? view.row
  const markedPc = (): number | undefined => {
    const page = pages.current.get(Math.floor(marked / PAGE))
    return page === undefined || page === 'asked' ? undefined : page.rows[marked % PAGE]?.pc
  }
  const mark = (row: number): void => {
    const next = Math.max(0, Math.min(rows - 1, row))
    setCursor(next)
    show(next)
  }
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const pc = markedPc()
    if (event.key === 'ArrowDown') mark(marked + 1)
    else if (event.key === 'ArrowUp') mark(marked - 1)
    else if (event.key === 'PageDown') mark(marked + visible - 2)
    else if (event.key === 'PageUp') mark(marked - visible + 2)
    else if (event.key === 'Enter' && event.target === box.current && pc !== undefined) onRunTo(pc)
    else if (event.key === 'b' && pc !== undefined) onToggle(pc)
    else return
    event.preventDefault()
  }

  const pageOf = (number: number): Page | undefined => {
    const known = pages.current.get(number)
    if (known !== undefined) return known === 'asked' ? undefined : known
    const store = pages.current
    store.set(number, 'asked')
    const from = number * PAGE
    Promise.all([client.ask('rows', from, PAGE), client.ask('counts', from, PAGE)]).then(
      ([found, counts]) => {
        if (store.get(number) !== 'asked') return
        store.set(number, { rows: found, counts })
        redraw(n => n + 1)
      },
      () => store.delete(number),
    )
    return undefined
  }

  const points = new Map(view.points.flatMap((point: Point) => (point.pc === undefined ? [] : [[point.pc, point]])))
  const lines = []
  for (let i = first; i < Math.min(rows, first + visible); i++) {
    const page = pageOf(Math.floor(i / PAGE))
    const row = page?.rows[i % PAGE]
    const y = tall === rows * ROW ? i * ROW : top + (i - first) * ROW
    if (row === undefined) {
      lines.push(<div key={i} class="line waiting" style={{ top: `${y}px` }} />)
      continue
    }
    const executed = page?.counts?.[i % PAGE]
    const isHere = row.pc === view.pc
    const { pc, target } = row
    const followed = async (): Promise<void> => show(await client.ask('rowOf', target!))
    lines.push(
      <div
        key={i}
        class={`line ${isHere ? 'here' : ''} ${i === cursor ? 'cursor' : ''} ${row.blockStart ? 'block' : ''} ${heat(executed)}`}
        style={{ top: `${y}px` }}
        aria-current={isHere ? 'step' : undefined}
        id={`row-${i}`}
        role="option"
        tabIndex={-1}
        aria-selected={i === marked}
        aria-setsize={rows}
        aria-posinset={i + 1}
        aria-label={spoken(row, isHere, points.has(pc), executed)}
        data-pc={pc}
      >
        <button
          type="button"
          tabIndex={-1}
          class={`dot ${points.has(pc) ? 'set' : ''}`}
          aria-label={`${points.has(pc) ? 'Remove' : 'Set'} breakpoint at ${pc}`}
          aria-pressed={points.has(pc)}
          onClick={() => onToggle(pc)}
        />
        <button type="button" tabIndex={-1} class="pc" title="Run to here" onClick={() => onRunTo(pc)}>
          {pc}
        </button>
        <span class="gas" title={row.gas === undefined ? undefined : `This block costs ${row.gas} gas`}>
          {row.gas}
        </span>
        <span class="times" title={executed === undefined ? undefined : `Executed ${count(executed)} times`}>
          {executed === undefined || executed === 0 ? '' : `${count(executed)}×`}
        </span>
        {row.label !== undefined && <span class="label">{row.label}:</span>}
        {target === undefined ? (
          <span class="code">{row.text}</span>
        ) : (
          <button type="button" tabIndex={-1} class="code link" title={`Show ${target}`} onClick={followed}>
            {row.text}
          </button>
        )}
        {row.comment !== undefined && <span class="note">; {row.comment}</span>}
        {row.source !== undefined && <span class="source">{row.source}</span>}
      </div>,
    )
  }
  return (
    <section class="panel listing" aria-label="Code">
      <div class="lines-head" aria-hidden="true">
        <span class="h-pc">pc</span>
        <span class="h-gas">gas</span>
        <span class="h-times">run</span>
        <span>instruction</span>
        {coverage !== undefined && (
          <span class="coverage">
            {count(coverage.executed)} of {count(coverage.all)} executed
          </span>
        )}
      </div>
      <div
        class="lines"
        ref={box}
        tabIndex={0}
        role="listbox"
        aria-label="Instructions"
        aria-activedescendant={`row-${marked}`}
        onKeyDown={press}
        onScroll={() => setTop(box.current!.scrollTop)}
      >
        <div style={{ height: `${tall}px`, position: 'relative' }}>{lines}</div>
      </div>
    </section>
  )
}
