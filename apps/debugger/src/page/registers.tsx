// Registers: hex, signed, what page they would point to, what changed. Who wrote them is asked here and answered elsewhere.
import { useState } from 'preact/hooks'
import type { View } from '../protocol.ts'
import { hex, signed } from './format.ts'

interface Props {
  readonly view: View
  /** The moment looked at before. */
  readonly before: View | undefined
  onOrigin(register: number): void
  onGo(address: number): void
  onSet(register: number, value: string): void
  onWatch(register: number): void
}

const NAMES = ['ra', 'sp', 't0', 't1', 't2', 's0', 's1', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5']

export function Registers({ view, before, onOrigin, onGo, onSet, onWatch }: Props) {
  const [edited, setEdited] = useState<number | undefined>(undefined)
  return (
    <section class="panel registers" aria-label="Registers">
      <table>
        <thead>
          <tr>
            <th>register</th>
            <th>hex</th>
            <th>signed</th>
            <th class="actions">ask</th>
          </tr>
        </thead>
        <tbody>
          {view.regs.map((value, i) => {
            const old = before?.regs[i]
            const changed = old !== undefined && old !== value
            const pointer = view.pointers[i]! > 0
            return (
              <tr key={NAMES[i]} class={changed ? 'changed' : ''} data-register={i}>
                <th scope="row">
                  r{i} <small>{NAMES[i]}</small>
                </th>
                <td class="number" title={changed ? `was ${hex(old)}` : undefined}>
                  {edited === i ? (
                    <input
                      aria-label={`New value of r${i}`}
                      defaultValue={hex(value)}
                      ref={element => element?.focus()}
                      onKeyDown={event => {
                        if (event.key === 'Escape') setEdited(undefined)
                        if (event.key !== 'Enter') return
                        onSet(i, event.currentTarget.value)
                        setEdited(undefined)
                      }}
                      onBlur={() => setEdited(undefined)}
                    />
                  ) : pointer ? (
                    <button type="button" class="link" title="Show this memory" onClick={() => onGo(Number(value))}>
                      {hex(value)}
                    </button>
                  ) : (
                    hex(value)
                  )}
                  {changed && <span class="was"> was {hex(old)}</span>}
                </td>
                <td class="number dim">{signed(value)}</td>
                <td class="actions">
                  <button
                    type="button"
                    onClick={() => onOrigin(i)}
                    aria-label={`Who wrote r${i}?`}
                    title={`Who wrote r${i}?`}
                  >
                    who wrote?
                  </button>
                  <button
                    type="button"
                    onClick={() => onWatch(i)}
                    aria-label={`Stop when r${i} is written`}
                    title={`Stop when r${i} is written`}
                  >
                    watch
                  </button>
                  <button type="button" onClick={() => setEdited(i)} aria-label={`Change r${i}`} title={`Change r${i}`}>
                    set
                  </button>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
