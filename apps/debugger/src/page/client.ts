// Asks the worker. Not what is asked: run.ts.
import type { Reply, Request, Requests } from '../protocol.ts'

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** The worker is gone: whatever was open there has to be opened again. */
export class WorkerLost extends Error {}

/** The worker's answers as promises, in the order of the questions. */
export class Client {
  /** Undefined after it was lost, until something is asked: one that cannot start is not started on and on. */
  #worker: Worker | undefined
  readonly #waiting = new Map<number, Waiting>()
  #next = 1
  onProgress: (doing: string, time: number) => void = () => {}

  constructor() {
    this.#worker = this.#start()
  }

  #start(): Worker {
    const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module', name: 'coulis' })
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      if ('progress' in data) {
        this.onProgress(data.progress, data.time)
        return
      }
      const waiting = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      if ('error' in data) waiting?.reject(new Error(data.error))
      else waiting?.resolve(data.result)
    }
    worker.onerror = event => {
      event.preventDefault()
      this.end(`the worker failed: ${event.message || 'it could not be started'}`)
    }
    return worker
  }

  ask<M extends keyof Requests>(method: M, ...args: Parameters<Requests[M]>): Promise<ReturnType<Requests[M]>> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject })
      this.#worker ??= this.#start()
      this.#worker.postMessage({ id, method, args } satisfies Request)
    })
  }

  /** What is being done now ends at its next pause. */
  cancel(): void {
    this.#worker?.postMessage('cancel' satisfies Request)
  }

  /** Ends the worker, whatever it does. The next question begins another one, where nothing is open. */
  end(why: string): void {
    this.#worker?.terminate()
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    this.#worker = undefined
    for (const { reject } of waiting) reject(new WorkerLost(why))
  }
}
