// Gas over the run's time, with host calls and the end; dragging goes there, backwards too. Not the run: it is asked to move.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import type { Survey, View } from '../protocol.ts'
import { count } from './format.ts'

interface Props {
  readonly survey: Survey | undefined
  readonly view: View
  readonly note: string
  /** A time to mark: the last one at which two runs are alike. */
  readonly mark: number | undefined
  onTime(time: number): void
  onSurvey(): void
}

const HEIGHT = 92
/** Distances between the numbers below the curve: there are no half instructions. */
const WHOLE = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map(digit => digit * 10 ** power)).flat()

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Draws host calls as strokes from below, the end as one from above. */
function drawMarks(plot: UPlot, { callTimes }: Survey, end: View['end'], mark: number | undefined): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.fillStyle = colour('--call')
  const width = Math.max(1, devicePixelRatio)
  let last = -1
  for (const time of callTimes) {
    const x = Math.round(plot.valToPos(time, 'x', true))
    if (x === last) continue
    last = x
    ctx.fillRect(x, bbox.top + bbox.height * 0.72, width, bbox.height * 0.28)
  }
  if (end !== undefined && end.exit !== 'halt') {
    ctx.fillStyle = colour('--bad')
    const x = Math.round(plot.valToPos(end.time, 'x', true))
    ctx.fillRect(x - 2 * width, bbox.top, 3 * width, bbox.height)
  }
  if (mark !== undefined) {
    ctx.fillStyle = colour('--call')
    ctx.fillRect(Math.round(plot.valToPos(mark, 'x', true)) - width, bbox.top, 2 * width, bbox.height)
  }
  ctx.restore()
}

export function Timeline({ survey, view, note, mark, onTime, onSurvey }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | undefined>(undefined)
  const hand = useRef<HTMLDivElement | undefined>(undefined)
  const { frontier } = view
  const latest = useRef({ view, onTime })
  latest.current = { view, onTime }

  const place = (time: number): void => {
    const { current } = plot
    if (current === undefined || hand.current === undefined) return
    hand.current.style.transform = `translateX(${current.valToPos(time, 'x')}px)`
  }

  useLayoutEffect(() => {
    if (survey === undefined) return
    const element = box.current!
    const make = (): void => {
      plot.current?.destroy()
      const axis = {
        stroke: colour('--dim'),
        grid: { stroke: colour('--line'), width: 1 },
        ticks: { show: false },
        font: '11px system-ui',
      }
      const made = new UPlot(
        {
          width: element.clientWidth,
          height: HEIGHT,
          legend: { show: false },
          cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
          scales: { x: { time: false, range: [0, Math.max(1, frontier)] } },
          axes: [
            { ...axis, incrs: WHOLE, size: 20, values: (_, ticks) => ticks.map(count) },
            { ...axis, size: 74, values: (_, ticks) => ticks.map(count) },
          ],
          series: [
            {},
            { stroke: colour('--accent'), fill: colour('--accent-soft'), width: 1.5, points: { show: false } },
          ],
          hooks: {
            draw: [
              self => drawMarks(self, survey, latest.current.view.end, mark),
              () => place(latest.current.view.time),
            ],
          },
        },
        [survey.times as number[], survey.gas as number[]],
        element,
      )
      plot.current = made
      const line = document.createElement('div')
      line.className = 'hand'
      made.over.append(line)
      hand.current = line
      const { over } = made
      const at = (event: PointerEvent): number => {
        const { left, width } = over.getBoundingClientRect()
        const share = Math.max(0, Math.min(1, (event.clientX - left) / width))
        return Math.round(share * frontier)
      }
      over.addEventListener('pointerdown', event => {
        over.setPointerCapture(event.pointerId)
        place(at(event))
        latest.current.onTime(at(event))
      })
      over.addEventListener('pointermove', event => {
        if (event.buttons === 0) return
        place(at(event))
        latest.current.onTime(at(event))
      })
      place(latest.current.view.time)
    }
    make()
    let width = element.clientWidth
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === width) return
      width = element.clientWidth
      plot.current?.setSize({ width, height: HEIGHT })
      place(latest.current.view.time)
    })
    observer.observe(element)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', make)
    return () => {
      observer.disconnect()
      dark.removeEventListener('change', make)
      plot.current?.destroy()
      plot.current = undefined
      hand.current = undefined
    }
  }, [survey, frontier, view.end?.time, mark])

  useEffect(() => place(view.time), [view.time, survey])

  return (
    <section class="panel timeline" aria-label="Timeline">
      <div ref={box} class={survey === undefined ? 'gone' : 'plot'} />
      {survey !== undefined && survey.frontier < frontier && note === '' && (
        <button type="button" class="again" onClick={onSurvey}>
          The curve is of the first {count(survey.frontier)}: draw all
        </button>
      )}
      {survey === undefined ? (
        <p class="dim">
          {note}{' '}
          {note === '' && frontier > 0 && (
            <button type="button" onClick={onSurvey}>
              Draw the timeline and profile
            </button>
          )}
        </p>
      ) : (
        <input
          type="range"
          class="slider"
          aria-label="Time, in instructions executed"
          min={0}
          max={frontier}
          value={view.time}
          aria-valuetext={`${count(view.time)} of ${count(frontier)} instructions`}
          onInput={event => onTime(Number(event.currentTarget.value))}
        />
      )}
    </section>
  )
}
