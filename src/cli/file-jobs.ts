// Work on many files, in this process or in workers: results in the order of the files, whoever came first. Not the work: worker-tasks.ts.

import { statSync } from 'node:fs'
import { type FileMessage, type FileTask, rebuildError, type SayFiles } from './file-task.ts'
import { formatCount, formatPlural } from './format.ts'
import { onInterrupt } from './interruption.ts'
import { createWorker, jobsOf, type Worker, WorkerDied } from './pool.ts'
import { createProgress } from './progress.ts'
import type { Terminal } from './terminal.ts'
import { TASKS, type WorkerTasks } from './worker-tasks.ts'

/** This says how far a command came. */
export interface FilesDone<R> {
  /** Results of the files that are done, in the order of the files; undefined for those that the command is not for. */
  readonly results: readonly (R | undefined)[]
  /** This is the place of each among the files. */
  readonly places: readonly number[]
  readonly interrupted: boolean
}

/** So many files are done here, or so many bytes: a process takes about as long to start. */
const FEW_FILES = 32
const FEW_BYTES = 2 ** 21
/** A task has so many bytes at most: some tens of milliseconds of replays, so that Ctrl-C and the last tasks do not wait for one. */
const TASK_BYTES = 2 ** 24
const TASK_FILES = 256
/** A task is that part of what is left for each worker: large ones first, one file at a time in the end. */
const TASK_PART = 4

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/** The files in tasks, which become smaller towards the end, so that all workers end at about the same time. */
function divide(files: readonly string[], sizes: readonly number[], workers: number): FileTask[] {
  const tasks: FileTask[] = []
  for (let first = 0; first < files.length; ) {
    const most = Math.min(TASK_FILES, Math.ceil((files.length - first) / (TASK_PART * workers)))
    let [end, bytes] = [first + 1, sizes[first]!]
    while (end < first + most && bytes + sizes[end]! <= TASK_BYTES) bytes += sizes[end++]!
    const left = Math.ceil((files.length - first) / workers)
    tasks.push({ files: files.slice(first, end), first, ...(workers > 1 && { left }) })
    first = end
  }
  return tasks
}

type FileTasks = Pick<WorkerTasks, 'conform' | 'replay'>
type ResultOf<K extends keyof FileTasks> = Exclude<FileTasks[K]['message'][number]['result'], undefined>

/** Which work, and how. */
export interface FileJobs<K extends keyof FileTasks> {
  readonly name: K
  readonly options: Omit<FileTasks[K]['task'], keyof FileTask>
  /** Worker processes; undefined: one for each core where there is enough to do. */
  readonly jobs: number | undefined
}

/**
 * Does the work on all files, until Ctrl-C. The results do not depend on the number of processes.
 *
 * @throws CliError for the first file, in their order, that has an error.
 */
export async function overFiles<K extends keyof FileTasks>(
  files: readonly string[],
  { name, options, jobs }: FileJobs<K>,
): Promise<FilesDone<ResultOf<K>>> {
  const done: (FileMessage<ResultOf<K>> | undefined)[] = files.map(() => undefined)
  const progress = createProgress(files.length, name)
  const say: SayFiles<ResultOf<K>> = messages => {
    if (interrupted) return
    for (const message of messages) {
      done[message.index] = message
      progress.tick(files[message.index])
      if (message.error !== undefined) failed = Math.min(failed, message.index)
    }
  }
  let interrupted = false
  let failed = Number.POSITIVE_INFINITY
  let interrupt = (): void => {}
  const interruption = new Promise<void>(resolve => {
    interrupt = () => {
      interrupted = true
      resolve()
    }
  })
  const ignore = onInterrupt(interrupt)
  const isLittle = (): boolean => files.reduce((sum, file) => sum + sizeOf(file), 0) <= FEW_BYTES
  const workers =
    jobs === undefined && files.length <= FEW_FILES && isLittle() ? 1 : Math.min(jobsOf(jobs), files.length)
  const processes = workers > 1 ? Array.from({ length: workers }, createWorker) : []
  // They start while this process looks at the files. One that cannot is said by its first task.
  for (const worker of processes) worker.start().catch(() => {})
  const tasks = divide(files, files.map(sizeOf), workers)
  const asTask = (task: FileTask): FileTasks[K]['task'] => ({ ...options, ...task }) as FileTasks[K]['task']
  const lost = new Set<string>()
  /** One task after the other; a worker that died is asked again, for the files it had not done. */
  const work = async (worker: Worker | undefined): Promise<void> => {
    for (let task = tasks.shift(); task !== undefined && task.first < failed && !interrupted; task = tasks.shift()) {
      if (worker === undefined) await TASKS[name](asTask(task) as never, say as never)
      else {
        try {
          await worker.run(name, asTask(task), { onMessage: say as never })
        } catch (error) {
          if (interrupted) return
          if (!(error instanceof WorkerDied)) throw error
          const at = task.files.findIndex((_, i) => done[task!.first + i] === undefined)
          const file = task.files[at]
          if (file === undefined) continue
          if (lost.has(file)) throw new Error(`a worker process died at ${file}, twice`)
          // The worker may have done some more files without saying so. Only a worker that says each file has surely died at this one.
          if (task.careful) lost.add(file)
          tasks.unshift({ files: task.files.slice(at), first: task.first + at, careful: true })
        }
      }
    }
  }
  try {
    await Promise.race([Promise.all(Array.from({ length: workers }, (_, i) => work(processes[i]))), interruption])
  } finally {
    progress.stop()
    ignore()
    await Promise.all(processes.map(worker => worker.close()))
  }
  const known = done.filter(message => message !== undefined)
  const error = known.find(message => message.error !== undefined)?.error
  if (error !== undefined && !interrupted) throw rebuildError(error)
  return { results: known.map(({ result }) => result), places: known.map(({ index }) => index), interrupted }
}

/** What is said when Ctrl-C ended it. */
export function formatInterrupted(done: number, files: number, { colors }: Terminal): string {
  return `${colors.yellow('interrupted')} after ${formatCount(done)} of ${formatPlural(files, 'file')}`
}
