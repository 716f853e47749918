// A link that opens the same program at the same moment: everything is in its hash, compressed. Nothing is sent anywhere.
import type { Edit, Source, Stop } from '../protocol.ts'

/** What a link says. */
export interface Linked {
  readonly source: Source
  readonly time: number
}

const PREFIX = '#1.'
/** Longer ones are cut by what people paste them into. */
const MOST_CHARACTERS = 200_000
const MOST_TEXT = 2 ** 20
const MOST_ENTRIES = 10_000
const MOST_BYTES = 64 * 2 ** 20

async function through(bytes: Uint8Array, transform: GenericTransformStream, most: number): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(transform as ReadableWritablePair)
  const reader: ReadableStreamDefaultReader<Uint8Array> = stream.getReader()
  const parts: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > most) {
      await reader.cancel()
      throw new Error('the link holds more than 64 MiB')
    }
    parts.push(value)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function toBase64(bytes: Uint8Array): string {
  let letters = ''
  for (const byte of bytes) letters += String.fromCharCode(byte)
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64(text: string): Uint8Array {
  const letters = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(letters, letter => letter.charCodeAt(0))
}

/** @throws Error when it would be too long for a link. */
export async function hashOf({ source, time }: Linked): Promise<string> {
  const { name, start, symbols, bytes, edits, points } = source
  const head = new TextEncoder().encode(JSON.stringify({ name, start, symbols, time, edits, points }))
  const whole = new Uint8Array(4 + head.length + bytes.length)
  new DataView(whole.buffer).setUint32(0, head.length, true)
  whole.set(head, 4)
  whole.set(bytes, 4 + head.length)
  const hash = PREFIX + toBase64(await through(whole, new CompressionStream('deflate-raw'), MOST_BYTES))
  if (hash.length > MOST_CHARACTERS)
    throw new Error(`a link would have ${hash.length} characters: send the file instead`)
  return hash
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, MOST_TEXT) : undefined
}

/** Only what is known, and only as text: a link is written by anybody. */
function startIn(value: unknown): Source['start'] {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const known = ['entry', 'args', 'gas', 'engine', 'profile', 'host', 'state'].map(name => [name, textIn(given[name])])
  return Object.fromEntries(known.filter(([, text]) => text !== undefined)) as Source['start']
}

function symbolsIn(value: unknown): Source['symbols'] {
  if (typeof value !== 'object' || value === null) return undefined
  const { name, text } = value as Record<string, unknown>
  return typeof name === 'string' && typeof text === 'string' ? { name, text } : undefined
}

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

function listIn(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) return []
  if (value.length > MOST_ENTRIES) throw new Error(`it has ${value.length} changes or stops`)
  return value.filter(entry => typeof entry === 'object' && entry !== null)
}

/** Pairs of a number and a text. */
function pairsIn(value: unknown): [number, string][] {
  return (Array.isArray(value) ? value : []).filter(
    (pair): pair is [number, string] => Array.isArray(pair) && isNumber(pair[0]) && typeof pair[1] === 'string',
  )
}

function editsIn(value: unknown): Edit[] {
  return listIn(value).flatMap(({ time, registers, memory, gas }) => {
    const text = textIn(gas)
    const edit = { registers: pairsIn(registers), memory: pairsIn(memory), ...(text !== undefined && { gas: text }) }
    return isNumber(time) ? [{ time, ...edit }] : []
  })
}

function pointsIn(value: unknown): Stop[] {
  return listIn(value).flatMap(({ pc, watch, access }): Stop[] => {
    if (isNumber(pc)) return [{ pc }]
    const { register, address, length } = (watch ?? {}) as Record<string, unknown>
    const kind = access === 'read' || access === 'access' ? access : 'write'
    if (isNumber(register)) return [{ watch: { register }, access: kind }]
    return isNumber(address) && isNumber(length) ? [{ watch: { address, length }, access: kind }] : []
  })
}

/** @throws Error when it is no link of this page. Undefined: there is none. */
export async function readHash(hash: string): Promise<Linked | undefined> {
  if (!hash.startsWith(PREFIX)) return undefined
  try {
    const whole = await through(
      fromBase64(hash.slice(PREFIX.length)),
      new DecompressionStream('deflate-raw'),
      MOST_BYTES,
    )
    const length = new DataView(whole.buffer).getUint32(0, true)
    if (length + 4 > whole.length) throw new Error('its head is cut off')
    const head: Record<string, unknown> = JSON.parse(new TextDecoder().decode(whole.subarray(4, 4 + length)))
    const time = Number(head.time)
    const symbols = symbolsIn(head.symbols)
    return {
      source: {
        name: textIn(head.name) ?? 'from a link',
        start: startIn(head.start),
        bytes: whole.slice(4 + length),
        ...(symbols && { symbols }),
        edits: editsIn(head.edits),
        points: pointsIn(head.points),
      },
      time: Number.isSafeInteger(time) && time >= 0 ? time : 0,
    }
  } catch (error) {
    throw new Error(`this link is damaged: ${error instanceof Error ? error.message : String(error)}`)
  }
}
