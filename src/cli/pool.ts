// Worker processes that do tasks of worker.ts. Not what the tasks are, and not their order: file-jobs.ts, fuzz-campaign.ts.
// Processes and not threads: one that hangs or breaks down is ended without the others, at once; a thread has to wait for
// what V8 compiles in the background.
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { InvalidArgumentError, Option } from 'commander'
import type { WorkerTasks } from './worker.ts'

/** More workers than this are a mistake in the number. */
const MOST_JOBS = 1024

/** How a task is done. */
export interface TaskOptions<M> {
  /** Told what the worker says of its task while it works, before the task ends. */
  readonly onMessage: (message: M) => void
  /** Ends the worker. */
  readonly signal?: AbortSignal
}

/** Some worker processes, started when they are needed. */
export interface WorkerPool {
  /** @throws WorkerDied when the process ended before the task did. */
  run<K extends keyof WorkerTasks>(
    name: K,
    task: WorkerTasks[K]['task'],
    options: TaskOptions<WorkerTasks[K]['message']>,
  ): Promise<void>
  /** Ends the workers, whatever they do. */
  close(): Promise<void>
}

/** A worker process ended in the middle of its task: killed, or broken down. */
export class WorkerDied extends Error {
  override readonly name = 'WorkerDied'
}

/** A pool of so many worker processes. */
export async function createPool(jobs: number): Promise<WorkerPool> {
  const { default: Tinypool } = await import('tinypool') // commands that need no workers start without it
  const pool = new Tinypool({
    filename: fileURLToPath(new URL('./worker.js', import.meta.url)),
    runtime: 'child_process',
    serialization: 'advanced',
    minThreads: 0,
    maxThreads: jobs,
    idleTimeout: 60_000,
    env: process.env as Record<string, string>,
  })
  pool.on('error', () => {}) // a worker that ends between tasks; the next task gets another
  return {
    async run(name, task, { onMessage, signal }) {
      try {
        await pool.run(task, {
          name,
          channel: { postMessage: message => onMessage(message as never), onMessage() {}, onClose() {} },
          ...(signal === undefined ? {} : { signal }),
        })
      } catch (error) {
        const { message, stack } = error as Error
        if (/exited unexpectedly|Terminating worker|aborted/.test(message)) throw new WorkerDied(message)
        throw Object.assign(new Error(message), { stack })
      }
    },
    close: () => pool.destroy(),
  }
}

/** `--jobs N`. */
export function jobsOption(): Option {
  return new Option('-j, --jobs <n>', 'work in so many processes; default: one for each core')
    .default(undefined)
    .argParser((text: string): number => {
      const jobs = /^\d{1,4}$/.test(text) ? Number(text) : 0
      if (!(jobs >= 1 && jobs <= MOST_JOBS)) throw new InvalidArgumentError(`expected a number from 1 to ${MOST_JOBS}.`)
      return jobs
    })
}

/** The number of worker processes asked for, else one for each core. */
export function jobsOf(wanted: number | undefined): number {
  return wanted ?? availableParallelism()
}
