// Memory as hex and ASCII, with what changed since the last look. Not the pages' contents beyond what is shown.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { MemoryView, PagesView, View } from '../protocol.ts'
import type { Client } from './client.ts'
import { address as addressText, count, hex, parseAddress } from './format.ts'

interface Props {
  readonly client: Client
  readonly view: View
  readonly at: number
  onGo(address: number): void
  onOrigin(address: number, length: number): void
  onWatch(address: number, length: number): void
}

const LINE = 16
const LINES = 16

function letter(byte: number | undefined): string {
  return byte !== undefined && byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·'
}

export function MemoryPanel({ client, view, at, onGo, onOrigin, onWatch }: Props) {
  const [shown, setShown] = useState<MemoryView | undefined>(undefined)
  const [changed, setChanged] = useState<ReadonlySet<number>>(new Set())
  const [pages, setPages] = useState<readonly PagesView[]>([])
  const [selected, setSelected] = useState<number | undefined>(undefined)
  const last = useRef<MemoryView | undefined>(undefined)
  const base = Math.min(Math.floor(at / LINE) * LINE, 2 ** 32 - LINE * LINES)

  useEffect(() => setSelected(at), [at])
  useEffect(() => {
    let isOld = false
    Promise.all([client.ask('memory', base, LINE * LINES), client.ask('pages')]).then(
      ([memory, found]) => {
        if (isOld) return
        const before = last.current
        const differs = new Set<number>()
        if (before?.address === memory.address) {
          memory.bytes.forEach((byte, i) => {
            if (before.bytes[i] !== byte) differs.add(base + i)
          })
        }
        last.current = memory
        setChanged(differs)
        setShown(memory)
        setPages(found)
      },
      () => {},
    )
    return () => {
      isOld = true
    }
  }, [client, view, base])

  const go = (event: Event): void => {
    event.preventDefault()
    const text = new FormData(event.currentTarget as HTMLFormElement).get('address')
    const value = parseAddress(String(text))
    if (value !== undefined) onGo(value)
  }
  return (
    <div class="memory">
      <form class="row" onSubmit={go}>
        <label>
          Address <input name="address" key={at} defaultValue={hex(at)} pattern="\s*(0[xX][0-9a-fA-F]+|[0-9]+)\s*" />
        </label>
        <button type="submit">Go</button>
        <button type="button" onClick={() => onGo(Math.max(0, base - LINE * LINES))} aria-label="Earlier memory">
          ▲
        </button>
        <button
          type="button"
          onClick={() => onGo(Math.min(2 ** 32 - LINE, base + LINE * LINES))}
          aria-label="Later memory"
        >
          ▼
        </button>
        {selected !== undefined && (
          <>
            <button type="button" class="ask" onClick={() => onOrigin(selected, 1)}>
              who wrote {hex(selected)}?
            </button>
            <button type="button" onClick={() => onWatch(selected, 1)}>
              watch it
            </button>
          </>
        )}
      </form>
      <section class="bytes" aria-label={`Memory at ${hex(base)}`}>
        {Array.from({ length: LINES }, (_, line) => {
          const start = base + line * LINE
          const bytes = shown?.address === base ? shown.bytes.slice(line * LINE, line * LINE + LINE) : []
          const isMapped = bytes.some(byte => byte !== undefined)
          return (
            <div class="byte-line" key={start}>
              <span class="dim">{addressText(start)}</span>
              {isMapped ? (
                bytes.map((byte, i) => (
                  <button
                    type="button"
                    key={i}
                    aria-label={`${hex(start + i)}: ${byte === undefined ? 'not readable' : hex(byte)}`}
                    aria-pressed={selected === start + i}
                    class={`byte ${byte === 0 ? 'zero' : ''} ${changed.has(start + i) ? 'changed' : ''} ${selected === start + i ? 'selected' : ''}`}
                    onClick={() => setSelected(start + i)}
                  >
                    {byte === undefined ? '··' : byte.toString(16).padStart(2, '0')}
                  </button>
                ))
              ) : (
                <span class="dim">not mapped</span>
              )}
              {isMapped && (
                <span class="ascii" aria-hidden="true">
                  {bytes.map(letter).join('')}
                </span>
              )}
            </div>
          )
        })}
      </section>
      <h3>Pages</h3>
      <ul class="pages">
        {pages.map(({ address, length, rights }) => (
          <li key={address}>
            <button type="button" class="link" onClick={() => onGo(address)}>
              {hex(address)}
            </button>{' '}
            {count(length / 1024)} KiB, {rights}
          </li>
        ))}
      </ul>
    </div>
  )
}
