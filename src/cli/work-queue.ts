// The queue of `coulis work`: parts of campaigns as jobs of BullMQ on a Redis server. Not what a part does: that is a coulis
// command in a process of its own. Not the command: work.ts.
import { createHash } from 'node:crypto'
import type { Job, JobType, Queue, Worker, WorkerOptions } from 'bullmq'
import { CliError } from './errors.ts'

/** This is a part of a campaign. */
export interface PartJob {
  /** These are arguments of `coulis`, with --jsonl. */
  readonly args: readonly string[]
  /** Makes small what another part has found. */
  readonly reduces?: { readonly part: string; readonly case: number }
  /** Files of a folder that grows, as they were when the part was made. */
  readonly keys?: readonly string[]
  /** It is not begun after that time, in milliseconds since 1970. */
  readonly until?: number
}

/** This is a part with its result. */
export type DonePart = PartJob & PartResult

/** This is what a part printed, and its exit code. */
export interface PartResult {
  readonly code: number
  readonly lines: string
}

/** A part that was set aside: it failed as often as it may. */
export interface PoisonJob {
  readonly id: string
  readonly args: readonly string[]
  readonly attempts: number
  readonly reason: string
}

/** How many jobs are where. */
export interface QueueStatus {
  readonly waiting: number
  readonly active: number
  readonly delayed: number
  readonly done: number
  readonly poison: readonly PoisonJob[]
}

/** Where the queue is. */
export interface QueueAddress {
  /** The address begins with `redis://` or `rediss://`. */
  readonly url: string
  readonly name: string
  /** Milliseconds after which a worker that does not renew its lock has died: its part goes to another. */
  readonly lock: number
}

/** Times a part is tried; a worker that dies is no try. */
const ATTEMPTS = 3
const BACKOFF_MS = 1000
/** A server that does not answer for so long is not there. */
const ANSWER_MS = 5000
/** Workers that may die at one part before it is set aside. */
const DEATHS = 50

type BullMq = typeof import('bullmq')

async function bullmq(): Promise<BullMq> {
  try {
    await import('ioredis')
    return await import('bullmq')
  } catch {
    throw new CliError('coulis work needs the packages bullmq and ioredis beside coulis (npm install bullmq ioredis)')
  }
}

/** Connection options: a server that is away is waited for, and told of once. */
function connectionOf(url: string): WorkerOptions['connection'] {
  return { url, maxRetriesPerRequest: null, retryStrategy: times => Math.min(100 * times, 2000) }
}

/** The same part has the same id, so that it is there once however often it is added. */
export function partId({ args, keys = [] }: PartJob): string {
  return createHash('sha256')
    .update(JSON.stringify([...args, ...keys]))
    .digest('hex')
    .slice(0, 32)
}

/** A queue to add to and look into. */
export interface PartQueue {
  /** Adds parts that are not there yet. */
  add(parts: readonly PartJob[]): Promise<void>
  status(): Promise<QueueStatus>
  /** What finished parts have printed, in the order of their parts. */
  results(): Promise<readonly DonePart[]>
  /** Files that parts of folders have already, whatever became of them. */
  keys(): Promise<Set<string>>
  /** Puts back what was set aside. */
  retry(): Promise<number>
  close(): Promise<void>
}

const PAGE = 500

/**
 * Opens the queue.
 *
 * @throws CliError when the server does not answer.
 */
export async function openQueue({ url, name }: QueueAddress): Promise<PartQueue> {
  const { Queue } = await bullmq()
  const queue: Queue<PartJob, PartResult> = new Queue(name, { connection: connectionOf(url) })
  queue.on('error', () => {}) // the server is away: it is waited for
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>(resolve => {
    timer = setTimeout(() => resolve(false), ANSWER_MS)
  })
  const isThere = await Promise.race([queue.waitUntilReady().then(() => true), late])
  clearTimeout(timer)
  if (!isThere) throw new CliError(`the queue's server ${new URL(url).host} does not answer`)
  async function all(state: JobType): Promise<Job<PartJob, PartResult>[]> {
    const jobs: Job<PartJob, PartResult>[] = []
    for (let page: Job<PartJob, PartResult>[]; ; ) {
      page = await queue.getJobs([state], jobs.length, jobs.length + PAGE - 1, true)
      jobs.push(...page)
      if (page.length < PAGE) return jobs
    }
  }
  return {
    async add(parts) {
      const opts = { attempts: ATTEMPTS, backoff: { type: 'exponential', delay: BACKOFF_MS } }
      for (let i = 0; i < parts.length; i += PAGE) {
        const some = parts.slice(i, i + PAGE)
        await queue.addBulk(some.map(part => ({ name: 'part', data: part, opts: { ...opts, jobId: partId(part) } })))
      }
    },
    async status() {
      const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'completed')
      const failed = await all('failed')
      const poison = failed.map(({ id, data, attemptsMade, failedReason }) => ({
        id: id!,
        args: data.args,
        attempts: attemptsMade,
        reason: failedReason,
      }))
      const { waiting = 0, active = 0, delayed = 0, completed = 0 } = counts
      return { waiting, active, delayed, done: completed, poison }
    },
    async results() {
      const jobs = await all('completed')
      return jobs
        .map(({ data, returnvalue }) => ({ ...data, ...returnvalue }))
        .sort((a, b) => shardNumber(a) - shardNumber(b))
    },
    async keys() {
      const keys = new Set<string>()
      // In the order that jobs go, so that one that goes on meanwhile is seen in the end.
      for (const state of ['waiting', 'delayed', 'active', 'failed', 'completed'] as const)
        for (const { data } of await all(state)) for (const key of data.keys ?? []) keys.add(key)
      return keys
    },
    async retry() {
      const failed = await all('failed')
      for (const job of failed) await job.retry('failed', { resetAttemptsMade: true })
      return failed.length
    },
    close: () => queue.close(),
  }
}

function shardNumber({ args }: PartJob): number {
  return Number.parseInt(args[args.indexOf('--shard') + 1] ?? '0', 10)
}

/** What does a part; throws where it should be tried again. */
export type DoPart = (part: PartJob) => Promise<PartResult>

/** A part that no try will do. */
export class HopelessPart extends Error {
  override readonly name = 'HopelessPart'
}

/** Told while parts are worked on. */
export interface WorkListener {
  onDone(part: PartJob, result: PartResult): void
  onFailed(part: PartJob | undefined, reason: string): void
  onServer(isThere: boolean): void
  /** Something is wrong with the queue itself. */
  onError(message: string): void
}

/** Works on parts until `close`, so many at a time. */
export async function workOn(
  { url, name, lock }: QueueAddress,
  jobs: number,
  doPart: DoPart,
  listener: WorkListener,
): Promise<{ close(): Promise<void> }> {
  const { Worker, UnrecoverableError } = await bullmq()
  const worker: Worker<PartJob, PartResult> = new Worker<PartJob, PartResult>(
    name,
    async ({ data }) => {
      try {
        return await doPart(data)
      } catch (error) {
        if (error instanceof HopelessPart) throw new UnrecoverableError(error.message)
        throw error
      }
    },
    {
      connection: connectionOf(url),
      concurrency: jobs,
      lockDuration: lock,
      stalledInterval: Math.ceil(lock / 3), // the server takes whole numbers only
      maxStalledCount: DEATHS,
    },
  )
  let isThere = true
  const tell = (now: boolean): void => {
    if (now !== isThere) listener.onServer(now)
    isThere = now
  }
  worker.on('completed', (job, result) => listener.onDone(job.data, result))
  worker.on('failed', (job, error) => listener.onFailed(job?.data, error.message))
  // A connection that is refused or lost is waited for; anything else is said, every time.
  worker.on('error', error => {
    if (
      /ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|Connection is closed/.test(
        `${(error as NodeJS.ErrnoException).code} ${error.message}`,
      )
    )
      tell(false)
    else listener.onError(error.message)
  })
  worker.on('ready', () => tell(true))
  return { close: () => worker.close() }
}
