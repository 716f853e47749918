// Worker processes that do tasks of worker.ts. Not what the tasks are, and not their order: file-jobs.ts, fuzz-campaign.ts.
// Processes and not threads: one that hangs or breaks down is ended without the others, at once; a thread has to wait for
// what V8 compiles in the background.
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { InvalidArgumentError, Option } from 'commander'
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

/** A worker process ended in the middle of its task: killed, or broken down. */
export class WorkerDied extends Error {
  override readonly name = 'WorkerDied'
}

const ENTRY = fileURLToPath(new URL('./worker.js', import.meta.url))

/** What a worker process is asked to do. */
export interface WorkerRequest {
  readonly name: keyof WorkerTasks
  readonly task: unknown
}

/** What a worker process says: how its task goes, and last how the task ended. */
export type WorkerReply =
  | { readonly message: unknown }
  | { readonly done: true }
  | { readonly failed: { readonly message: string; readonly stack: string | undefined } }

/** A process of the worker's bundle, from its start to its end. */
class WorkerProcess {
  /** Told of every reply, and of the end of the process, which comes last. */
  listener: ((reply: WorkerReply | WorkerDied) => void) | undefined
  /** The process has ended, and all that it had said before has been heard. */
  readonly ended: Promise<void>
  readonly #child: ChildProcess
  #end: WorkerDied | undefined

  constructor(fork: typeof import('node:child_process').fork) {
    // What it prints by mistake does not get among the results.
    const execArgv = [...process.execArgv, ...START_FLAGS]
    const child = fork(ENTRY, [], { serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'], execArgv })
    this.#child = child
    child.on('message', (reply: WorkerReply) => this.listener?.(reply))
    const exit = new Promise<string>(resolve => {
      child.once('exit', (code, signal) => resolve(`the worker process ended: ${signal ?? `code ${code}`}`))
      child.once('error', ({ message }) => resolve(`no worker process: ${message}`))
    })
    const silence = new Promise<void>(resolve => child.once('disconnect', resolve))
    this.ended = exit.then(async how => {
      if (child.connected) await silence
      this.#end = new WorkerDied(how)
      this.listener?.(this.#end)
    })
  }

  ask(request: WorkerRequest): void {
    if (this.#end !== undefined) this.listener?.(this.#end)
    else if (this.#child.connected) this.#child.send(request, () => {}) // where that fails, the end of the process is near
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** A worker process. */
export function createWorker(): Worker {
  if (!existsSync(ENTRY)) return HERE
  let current: Promise<WorkerProcess> | undefined
  let isClosed = false
  const start = (): Promise<WorkerProcess> =>
    // Commands that need no workers start without it.
    (current ??= import('node:child_process').then(({ fork }) => new WorkerProcess(fork)))
  const stop = async (): Promise<void> => {
    const stopped = await current
    current = undefined
    stopped?.kill()
    await stopped?.ended
  }
  return {
    async start() {
      if (!isClosed) await start()
    },
    async run(name, task, { onMessage, signal }) {
      if (isClosed) throw new WorkerDied('the worker is closed')
      const worker = await start()
      const kill = (): void => worker.kill()
      try {
        await new Promise<void>((resolve, reject) => {
          worker.listener = reply => {
            if (reply instanceof WorkerDied) reject(reply)
            else if ('message' in reply) onMessage(reply.message as never)
            else if ('done' in reply) resolve()
            else reject(Object.assign(new Error(reply.failed.message), { stack: reply.failed.stack }))
          }
          if (signal?.aborted) kill()
          signal?.addEventListener('abort', kill)
          worker.ask({ name, task })
        })
      } catch (error) {
        if (error instanceof WorkerDied) current = undefined
        throw error
      } finally {
        worker.listener = undefined
        signal?.removeEventListener('abort', kill)
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
