// Worker processes that do tasks of worker.ts. Not what the tasks are, and not their order: file-jobs.ts, fuzz-campaign.ts.
// Processes and not threads: one that hangs or breaks down is ended without the others, at once; a thread has to wait for
// what V8 compiles in the background.
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { InvalidArgumentError, Option } from 'commander'
import type { Tinypool } from 'tinypool'
import { START_FLAGS } from './sparing-flags.ts'
import type { WorkerTasks } from './worker-tasks.ts'

/** More workers than this are a mistake in the number. */
const MOST_JOBS = 1024

/** How a task is done. */
export interface TaskOptions<M> {
  /** Told what the worker says of its task while it works, before the task ends. */
  readonly onMessage: (message: M) => void
  /** Ends the worker. */
  readonly signal?: AbortSignal
}

/** A worker process, started when it is needed and replaced when it has ended. Does one task at a time. */
export interface Worker {
  /** Starts the process, so that it is there when the first task is. */
  start(): Promise<void>
  /** @throws WorkerDied when the process ended before the task did. */
  run<K extends keyof WorkerTasks>(
    name: K,
    task: WorkerTasks[K]['task'],
    options: TaskOptions<WorkerTasks[K]['message']>,
  ): Promise<void>
  /** Ends the process, whatever it does; the task that it is at is one that died. */
  close(): Promise<void>
}

/** A worker process ended in the middle of its task: it was killed, or it broke down. */
export class WorkerDied extends Error {
  override readonly name = 'WorkerDied'
}

const ENTRY = fileURLToPath(new URL('./worker.js', import.meta.url))

/** This makes a worker, which starts its process with the first task. */
export function createWorker(): Worker {
  if (!existsSync(ENTRY)) return HERE
  let pool: Promise<Tinypool> | undefined
  let isClosed = false
  // A pool of one: a pool of several waits for ever when one of them ends while it starts.
  const start = async (): Promise<Tinypool> => {
    const { Tinypool } = await import('tinypool') // commands that need no workers start without it
    return new Tinypool({
      filename: ENTRY,
      runtime: 'child_process',
      serialization: 'advanced',
      minThreads: 1,
      maxThreads: 1,
      env: process.env as Record<string, string>,
      execArgv: [...process.execArgv, ...START_FLAGS],
    })
  }
  const stop = async (): Promise<void> => {
    const ended = pool
    pool = undefined
    await (await ended)?.destroy()
  }
  return {
    async start() {
      if (!isClosed) await (pool ??= start())
    },
    async run(name, task, { onMessage, signal }) {
      if (isClosed) throw new WorkerDied('the worker is closed')
      const mine = (pool ??= start())
      const current = await mine
      const died = new Promise<never>((_, reject) => current.once('error', reject))
      const channel = { postMessage: (message: unknown) => onMessage(message as never), onMessage() {}, onClose() {} }
      try {
        const done = current.run(task, { name, channel, ...(signal === undefined ? {} : { signal }) })
        await Promise.race([done, died])
      } catch (error) {
        const { message, stack } = error as Error
        if (!/exited unexpectedly|Terminating worker|aborted/.test(message))
          throw Object.assign(new Error(message), { stack })
        if (pool === mine) await stop()
        throw new WorkerDied(message)
      } finally {
        current.removeAllListeners('error')
        current.on('error', () => {}) // it ends between tasks: the next task finds out
      }
    },
    async close() {
      isClosed = true
      await stop()
    },
  }
}

/** The same in this process, where the command runs from its sources and there is no bundle of a worker. */
const HERE: Worker = {
  start: async () => {},
  run: async (name, task, { onMessage }) =>
    (await import('./worker-tasks.ts')).TASKS[name](task as never, onMessage as never),
  close: async () => {},
}

/** This is `--jobs N`. */
export function jobsOption(): Option {
  return new Option('-j, --jobs <n>', 'work in so many processes; default: one for each core')
    .default(undefined)
    .argParser((text: string): number => {
      const jobs = /^\d{1,4}$/.test(text) ? Number(text) : 0
      if (!(jobs >= 1 && jobs <= MOST_JOBS)) throw new InvalidArgumentError(`expected a number from 1 to ${MOST_JOBS}.`)
      return jobs
    })
}

/** So many worker processes were asked for, else there is one for each core. */
export function jobsOf(wanted: number | undefined): number {
  return wanted ?? availableParallelism()
}
