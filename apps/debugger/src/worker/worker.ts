// The worker's end of the line: one request after the other, an answer for each. Not the answers: session.ts.
import type { Reply, Request, Requests, Source } from '../protocol.ts'
import { Bench, type Pause } from './session.ts'

const port = self as unknown as {
  postMessage(reply: Reply): void
  onmessage: (event: MessageEvent<Request>) => void
}

let bench: Bench | undefined
let cancelled = false
let queue: Promise<void> = Promise.resolve()

const { port1, port2 } = new MessageChannel()
const waiting: (() => void)[] = []
port1.onmessage = () => waiting.shift()?.()

/** Milliseconds between two pauses: the page has to draw each. */
const BETWEEN = 50
let paused = 0

/** Lets messages in, a request to stop among them. */
const pause: Pause = async (doing, time) => {
  const now = performance.now()
  if (now - paused < BETWEEN) return !cancelled
  paused = now
  port.postMessage({ progress: doing, time })
  await new Promise<void>(done => {
    waiting.push(done)
    port2.postMessage(0)
  })
  return !cancelled
}

/** Opens the new program before the old one is let go: what cannot be opened changes nothing. */
async function openSource(source: Source): Promise<ReturnType<Requests['open']>> {
  const next = await Bench.open(source, pause)
  bench?.dispose()
  bench = next
  return { facts: next.facts(), view: next.view() }
}

async function answer(method: keyof Requests, args: readonly unknown[]): Promise<unknown> {
  if (method === 'open') return openSource(args[0] as Source)
  if (bench === undefined) throw new Error('nothing is open')
  const answers = bench as unknown as Record<string, (...args: readonly unknown[]) => unknown>
  return answers[method]!.call(bench, ...args)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function serve(id: number, method: keyof Requests, args: readonly unknown[]): Promise<void> {
  try {
    cancelled = false
    const result = await answer(method, args)
    port.postMessage({ id, result })
  } catch (error) {
    port.postMessage({ id, error: messageOf(error) })
  }
}

port.onmessage = ({ data }) => {
  if (data === 'cancel') {
    cancelled = true
    return
  }
  const { id, method, args } = data
  queue = queue.then(() => serve(id, method, args))
}
