// Tasks by name: what worker processes can be asked to do. Each loads what it needs when it is asked for. Not the work itself.
import type { Verdict } from '../conform/verdict.ts'
import type { ConformTask } from './conform-files.ts'
import type { FileMessage } from './file-task.ts'
import type { FuzzMessage, FuzzTask, KeepMessage, KeepTask, SettleMessage, SettleTask } from './fuzz-cases.ts'
import type { ReplayRecord, ReplayTask } from './replay-files.ts'

/** What a worker can be asked to do, and what it says meanwhile. */
export interface WorkerTasks {
  readonly conform: { readonly task: ConformTask; readonly message: readonly FileMessage<Verdict>[] }
  readonly replay: { readonly task: ReplayTask; readonly message: readonly FileMessage<ReplayRecord>[] }
  readonly fuzz: { readonly task: FuzzTask; readonly message: FuzzMessage }
  readonly settle: { readonly task: SettleTask; readonly message: SettleMessage }
  readonly keep: { readonly task: KeepTask; readonly message: KeepMessage }
}

/** Does tasks, and says meanwhile how it goes. */
export type Work = {
  readonly [K in keyof WorkerTasks]: (
    task: WorkerTasks[K]['task'],
    say: (message: WorkerTasks[K]['message']) => void,
  ) => Promise<void>
}

/** These are the tasks. */
export const TASKS: Work = {
  conform: async (task, say) => (await import('./conform-files.ts')).conformFiles(task, say),
  replay: async (task, say) => (await import('./replay-files.ts')).replayFiles(task, say),
  fuzz: async (task, say) => (await import('./fuzz-cases.ts')).runCases(task, say),
  settle: async (task, say) => (await import('./fuzz-cases.ts')).settleCase(task, say),
  keep: async (task, say) => (await import('./fuzz-cases.ts')).keepCase(task, say),
}
