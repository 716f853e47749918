// The entry of a worker process: does tasks by name while the process that asked listens. Not the tasks: worker-tasks.ts.
// scripts/build-cli.mjs bundles it beside the commands.
import type { WorkerReply, WorkerRequest } from './pool.ts'
import { spareTime } from './sparing-flags.ts'
import { TASKS } from './worker-tasks.ts'

spareTime()

// Ctrl-C goes to all processes of a terminal; who asked decides what is to be ended.
process.on('SIGINT', () => {})
// Who asked has ended, and nobody listens.
process.on('disconnect', () => process.exit())

const reply = (message: WorkerReply): void => {
  process.send?.(message)
}

process.on('message', async ({ name, task }: WorkerRequest) => {
  try {
    await TASKS[name](task as never, message => reply({ message }))
    reply({ done: true })
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    reply({ failed: { message, stack } })
  }
})
