// The entry of a worker process: tasks by name, done while the process that asked listens. Not the tasks: they are functions
// of the commands. scripts/build-cli.mjs bundles it beside them.
import type { Verdict } from '../conform/verdict.ts'
import type { ConformTask } from './conform-files.ts'
import type { FileMessage } from './file-task.ts'
import type { ReplayRecord, ReplayTask } from './replay-files.ts'

/** What a worker can be asked to do, and what it says meanwhile. */
export interface WorkerTasks {
  readonly conform: { readonly task: ConformTask; readonly message: FileMessage<Verdict> }
  readonly replay: { readonly task: ReplayTask; readonly message: FileMessage<ReplayRecord> }
}

type Work = { readonly [K in keyof WorkerTasks]: (task: WorkerTasks[K]['task']) => Promise<void> }

// Ctrl-C goes to all processes of a terminal; who asked decides what is to be ended.
process.on('SIGINT', () => {})

const say = (message: unknown): void => {
  process.send?.(message)
}

const { conform, replay }: Work = {
  async conform(task) {
    const { conformFiles } = await import('./conform-files.ts')
    await conformFiles(task, say)
  },
  async replay(task) {
    const { replayFiles } = await import('./replay-files.ts')
    await replayFiles(task, say)
  },
}

export { conform, replay }
