// What to open: a gallery, a file, what was dropped or pasted. Not the opening: worker/open.ts.
import { useRef, useState } from 'preact/hooks'
import type { Source, StartText } from '../protocol.ts'
import type { PictureAt } from './picture.tsx'

interface Example {
  readonly file: string
  readonly title: string
  readonly text: string
  readonly start?: StartText
  readonly symbols?: string
  /** What it draws. */
  readonly picture?: PictureAt
}

export const GALLERY: readonly Example[] = [
  {
    file: 'notes.trace',
    symbols: 'notes.pvm',
    title: 'A service that panics',
    text: 'A recorded run with a bad pointer. Opens at the panic: who wrote it?',
  },
  {
    file: 'counter.jam',
    title: 'A service that counts',
    text: 'Reads, writes and logs through host calls.',
    start: { entry: 'accumulate', args: '0x2a0003' },
  },
  {
    file: 'maze.pvm',
    title: 'A maze',
    text: 'Twenty frames, 803,278 instructions: drag the timeline and see them drawn.',
    picture: { address: 0x30000, width: 64, height: 48 },
  },
  {
    file: 'overflow.pvm',
    title: 'A buffer that is too small',
    text: 'Eleven bytes copied into eight: a page fault.',
    start: { args: '0x68656c6c6f20776f726c64' },
  },
  { file: 'broken.pvm', title: 'A store into constants', text: 'The shortest page fault there is.' },
  {
    file: 'fibonacci.pvm',
    title: 'A loop',
    text: 'The 255th Fibonacci number, modulo 2^64.',
    start: { args: '0xff' },
  },
  { file: 'hello.pvm', title: 'Hello', text: 'One host call, log.' },
]

const MOST_FILE = 256 * 2 ** 20

/** A file of the page's own folder, or one beside it that a URL names. */
export async function fetchBytes(path: string): Promise<Uint8Array> {
  const response = await fetch(path)
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`)
  return new Uint8Array(await response.arrayBuffer())
}

export async function sourceOfExample({ file, start, symbols }: Example): Promise<Source> {
  const bytes = await fetchBytes(`examples/${file}`)
  const text = symbols === undefined ? undefined : new TextDecoder().decode(await fetchBytes(`examples/${symbols}`))
  return {
    name: file,
    bytes,
    start: start ?? {},
    ...(text !== undefined && { symbols: { name: symbols!, text } }),
  }
}

export async function sourceOfFile(file: File): Promise<Source> {
  if (file.size > MOST_FILE) throw new Error(`${file.name} has ${file.size} bytes: ${MOST_FILE} at most`)
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()), start: {} }
}

interface Props {
  onOpen(source: Promise<Source>, picture?: PictureAt): void
  onClose: (() => void) | undefined
}

export function Load({ onOpen, onClose }: Props) {
  const picker = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const paste = (): void => {
    if (text.trim() === '') return
    onOpen(Promise.resolve({ name: 'pasted', bytes: new TextEncoder().encode(text), start: {} }))
  }
  return (
    <main class="load">
      <h1>coulis debugger</h1>
      <p>
        See a PVM program run, forwards and backwards. Everything stays in this browser.
        {onClose !== undefined && (
          <button type="button" class="right" onClick={onClose}>
            Back to the program
          </button>
        )}
      </p>
      <div class="gallery">
        {GALLERY.map(example => (
          <button
            type="button"
            key={example.file}
            class="card"
            onClick={() => onOpen(sourceOfExample(example), example.picture)}
          >
            <b>{example.title}</b>
            <span>{example.text}</span>
            <small class="dim">{example.file}</small>
          </button>
        ))}
      </div>
      <div class="own">
        <div class="drop">
          <button type="button" class="primary" onClick={() => picker.current!.click()}>
            Open a file …
          </button>
          <p class="dim">
            or drop it anywhere on this page: a .jam, .pvm or .polkavm program, assembly text, a recorded run.
          </p>
          <input
            ref={picker}
            type="file"
            class="gone"
            aria-label="File to open"
            onChange={event => {
              const file = event.currentTarget.files?.[0]
              if (file !== undefined) onOpen(sourceOfFile(file))
              event.currentTarget.value = ''
            }}
          />
        </div>
        <div class="paste">
          <label>
            or paste hex, base64, assembly text or a recorded run
            <textarea rows={6} spellcheck={false} value={text} onInput={event => setText(event.currentTarget.value)} />
          </label>
          <button type="button" disabled={text.trim() === ''} onClick={paste}>
            Open what is pasted
          </button>
        </div>
      </div>
    </main>
  )
}
