// Two runs side by side: another engine, or another program, that follows this one. Not the comparison: worker/beside.ts.
import { useRef } from 'preact/hooks'
import type { MemoryDifference, Other, SideView, Total, View } from '../protocol.ts'
import { address as addressText, count, hex } from './format.ts'
import type { Compared } from './run.ts'

const ENGINES = ['recompiler', 'interpreter', 'reference'] as const
const MOST_FILE = 256 * 2 ** 20

interface Props {
  readonly engine: string
  readonly compared: Compared | undefined
  readonly view: View
  onCompare(other: Other): void
  onTime(time: number): void
}

function Totals({ totals }: { readonly totals: readonly [Total, Total] }) {
  const [a, b] = totals
  const lines = [
    ['instructions', count(a.instructions), count(b.instructions)],
    ['gas used', count(a.gas), count(b.gas)],
    ['host calls', count(a.calls), count(b.calls)],
    ['end', a.exit ?? 'not reached', b.exit ?? 'not reached'],
  ] as const
  return (
    <table class="totals">
      <thead>
        <tr>
          <th>whole run</th>
          <th>{a.name}</th>
          <th>{b.name}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(([what, x, y]) => (
          <tr key={what} class={x === y ? '' : 'differs'}>
            <th scope="row">{what}</th>
            <td class="number">{x}</td>
            <td class="number">{y}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Side({ side: { name, view, rows }, other }: { readonly side: SideView; readonly other: View }) {
  const { end, time, pc } = view
  return (
    <section class="half" aria-label={name}>
      <h3>
        {name} <span class="dim">{end?.time === time ? end.exit : `pc ${pc}`}</span>
        {time !== other.time && <span class="differs"> ended at {count(time)}</span>}
      </h3>
      {rows.map(row => (
        <div key={row.pc} class={`side-line ${row.pc === pc ? 'here' : ''}`}>
          <span class="pc">{row.pc}</span>
          {row.label !== undefined && <span class="label">{row.label}:</span>}
          {row.text}
        </div>
      ))}
    </section>
  )
}

/** pc, gas and registers of both; what differs is marked, and said as well. */
function Values({ a, b }: { readonly a: SideView; readonly b: SideView }) {
  const lines = [
    ['pc', `${a.view.pc}`, `${b.view.pc}`],
    ['gas', count(a.view.gas), count(b.view.gas)],
    ...a.view.regs.map((value, i) => [`r${i}`, hex(value), hex(b.view.regs[i]!)]),
  ] as const
  return (
    <table class="values">
      <thead>
        <tr>
          <th>now</th>
          <th>{a.name}</th>
          <th>{b.name}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(([what, x, y]) => (
          <tr key={what} class={x === y ? '' : 'differs'}>
            <th scope="row">{what}</th>
            <td class="number">{x}</td>
            <td class="number">
              {y}
              {x !== y && <span class="was"> differs</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function bytesText(bytes: readonly (number | undefined)[]): string {
  return bytes.map(byte => (byte === undefined ? '··' : byte.toString(16).padStart(2, '0'))).join(' ')
}

function MemoryLines({ memory }: { readonly memory: readonly MemoryDifference[] }) {
  if (memory.length === 0) return <p class="dim">Memory is the same now.</p>
  return (
    <>
      <h3>Memory that differs now</h3>
      {memory.map(({ address, bytes: [a, b] }) => (
        <pre
          class="differs-memory"
          key={address}
        >{`${addressText(address)}  ${bytesText(a)}\n          ${bytesText(b)}`}</pre>
      ))}
    </>
  )
}

export function ComparePanel({ engine, compared, view, onCompare, onTime }: Props) {
  const picker = useRef<HTMLInputElement>(null)
  const comparison = compared?.comparison
  const pair = compared?.pair
  const first = comparison?.first
  const pick = async (file: File | undefined): Promise<void> => {
    if (file === undefined || file.size > MOST_FILE) return
    onCompare({ program: { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) } })
  }
  return (
    <div class="compare">
      <p class="row">
        Run the same on
        {ENGINES.filter(other => other !== engine).map(other => (
          <button type="button" key={other} onClick={() => onCompare({ engine: other })}>
            {other}
          </button>
        ))}
        or with
        <button type="button" onClick={() => picker.current!.click()}>
          another program …
        </button>
        <input
          ref={picker}
          type="file"
          class="gone"
          aria-label="Program to compare with"
          onChange={event => {
            void pick(event.currentTarget.files?.[0])
            event.currentTarget.value = ''
          }}
        />
      </p>
      {compared === undefined && (
        <p class="dim">
          The other run follows this one: step, drag, and see both. The first difference is marked on the timeline.
        </p>
      )}
      <p role="status">{compared?.said}</p>
      {first !== undefined && (
        <p class="row">
          {first.time >= 0 && (
            <button type="button" class="ask" disabled={view.time === first.time} onClick={() => onTime(first.time)}>
              The last moment alike
            </button>
          )}
          <button
            type="button"
            class="ask"
            disabled={view.time === first.time + 1}
            onClick={() => onTime(first.time + 1)}
          >
            The first difference
          </button>
          {comparison?.firstInstruction !== undefined && (
            <button
              type="button"
              class="ask"
              disabled={view.time === comparison.firstInstruction}
              onClick={() => onTime(comparison.firstInstruction!)}
            >
              The first other instruction
            </button>
          )}
          {comparison?.firstCall !== undefined && (
            <span class="dim">The first host call that differs is number {count(comparison.firstCall + 1)}.</span>
          )}
        </p>
      )}
      {comparison && <Totals totals={comparison.totals} />}
      {pair && (
        <>
          <div class="halves">
            <Side side={pair.sides[0]} other={view} />
            <Side side={pair.sides[1]} other={view} />
          </div>
          <Values a={pair.sides[0]} b={pair.sides[1]} />
          <MemoryLines memory={pair.memory} />
        </>
      )}
    </div>
  )
}
