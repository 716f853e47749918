// Memory as hex and ASCII, with what changed since the last look. Not the pages' contents beyond what is shown.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Access, MemoryView, PagesView, View } from '../protocol.ts'
import type { Client } from './client.ts'
import { address as addressText, count, hex, parseAddress } from './format.ts'
import { leaveField } from './keys.ts'
import { Picture, type PictureAt } from './picture.tsx'

interface Props {
  readonly client: Client
  readonly view: View
  readonly at: number
  /** Shown when there is one. */
  readonly picture: PictureAt | undefined
  onGo(address: number): void
  onOrigin(address: number, length: number): void
  onWatch(address: number, length: number, access: Access): void
  onSet(address: number, bytes: string): void
  onPicture(picture: PictureAt | undefined): void
}

const LINE = 16
const LINES = 16

function letter(byte: number | undefined): string {
  return byte !== undefined && byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·'
}

const NAMES = ['ra', 'sp', 't0', 't1', 't2', 's0', 's1', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5']
const ADDRESS = '\\s*(0[xX][0-9a-fA-F]+|[0-9]+|[a-z]+[0-9]*\\s*([+\\-]\\s*(0[xX][0-9a-fA-F]+|[0-9]+))?)\\s*'

/** An address as people type it: a number, or a register and a distance; undefined where it is neither. */
function addressIn(text: string, { regs }: View): number | undefined {
  const plain = parseAddress(text)
  const match = /^\s*([a-z]+\d*)\s*(?:([+-])\s*(\w+))?\s*$/.exec(text)
  if (plain !== undefined || match === null) return plain
  const named = NAMES.indexOf(match[1]!)
  const register = named >= 0 ? named : /^r(\d|1[012])$/.test(match[1]!) ? Number(match[1]!.slice(1)) : -1
  if (register < 0) return undefined
  const distance = parseAddress(match[3] ?? '0')
  if (distance === undefined) return undefined
  return Number(BigInt.asUintN(32, regs[register]! + BigInt(match[2] === '-' ? -distance : distance)))
}

const MOST_SQUARES = 256

interface MapProps {
  readonly range: PagesView
  readonly base: number
  onGo(address: number): void
}

/** A square a page; of many, those that were written come first. */
function PageMap({ range: { address, length, rights, written }, base, onGo }: MapProps) {
  const first = address / 4096
  const all = length / 4096
  const pages = all <= MOST_SQUARES ? Array.from({ length: all }, (_, i) => first + i) : written.slice(0, MOST_SQUARES)
  const filled = new Set(written)
  const here = Math.floor(base / 4096)
  return (
    <span class="squares">
      {pages.map(page => (
        <button
          type="button"
          key={page}
          tabIndex={-1}
          class={`square ${rights === 'read' ? 'read' : ''} ${filled.has(page) ? 'filled' : ''} ${page === here ? 'now' : ''}`}
          title={`${hex(page * 4096)}${filled.has(page) ? ', written' : ''}`}
          aria-label={`Page ${hex(page * 4096)}, ${rights}${filled.has(page) ? ', written' : ''}`}
          onClick={() => onGo(page * 4096)}
        />
      ))}
      {pages.length < all && <span class="dim"> {count(all)} pages in all</span>}
    </span>
  )
}

export function MemoryPanel({ client, view, at, onGo, picture, onOrigin, onWatch, onSet, onPicture }: Props) {
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
    const value = addressIn(String(text), view)
    if (value === undefined) return
    leaveField()
    onGo(value)
  }
  const set = (event: Event): void => {
    event.preventDefault()
    const bytes = String(new FormData(event.currentTarget as HTMLFormElement).get('bytes')).trim()
    leaveField()
    if (bytes !== '' && selected !== undefined) onSet(selected, bytes)
  }
  return (
    <div class="memory">
      <form class="row" onSubmit={go}>
        <label>
          Address{' '}
          <input
            name="address"
            key={at}
            defaultValue={hex(at)}
            pattern={ADDRESS}
            title="A number, a register such as r7 or sp, or one and a distance: sp+16"
          />
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
            <button
              type="button"
              class="ask"
              title={`Who wrote the byte at ${hex(selected)}?`}
              onClick={() => onOrigin(selected, 1)}
            >
              who wrote it?
            </button>
            <button type="button" title="Stop when it is written" onClick={() => onWatch(selected, 1, 'write')}>
              watch
            </button>
            <button
              type="button"
              title="Stop when it is loaded or written"
              onClick={() => onWatch(selected, 1, 'access')}
            >
              and reads
            </button>
            <button
              type="button"
              aria-pressed={picture !== undefined}
              title="Show memory from here as a picture, a byte a point"
              onClick={() => onPicture(picture ? undefined : { address: selected, width: 64, height: 48 })}
            >
              picture
            </button>
          </>
        )}
      </form>
      {picture && <Picture client={client} view={view} picture={picture} onSize={onPicture} />}
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
      {selected !== undefined && (
        <form class="row" onSubmit={set}>
          <label>
            Write at {hex(selected)} <input name="bytes" key={selected} class="wide" placeholder={'hex, or "text"'} />
          </label>
          <button type="submit">Write</button>
        </form>
      )}
      <h3>
        Pages <span class="dim">a square is 4 KiB, filled where something was written</span>
      </h3>
      <ul class="pages">
        {pages.map(range => (
          <li key={range.address}>
            <button type="button" class="link" onClick={() => onGo(range.address)}>
              {hex(range.address)}
            </button>{' '}
            {count(range.length / 1024)} KiB, {range.rights}
            <PageMap range={range} base={base} onGo={onGo} />
          </li>
        ))}
      </ul>
    </div>
  )
}
