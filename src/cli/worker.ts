// The entry of a worker process: does tasks by name while the process that asked listens. Not the tasks: worker-tasks.ts.
// scripts/build-cli.mjs bundles it beside the commands.
import { spareTime } from './sparing-flags.ts'
import { TASKS } from './worker-tasks.ts'

spareTime()

// Ctrl-C goes to all processes of a terminal; who asked decides what is to be ended.
process.on('SIGINT', () => {})
// Who asked has ended, and nobody listens.
process.on('disconnect', () => process.exit())

const say = (message: unknown): void => {
  process.send?.(message)
}

const [conform, replay, fuzz, settle, keep] = (['conform', 'replay', 'fuzz', 'settle', 'keep'] as const).map(
  name => (task: never) => TASKS[name](task, say),
)

export { conform, fuzz, keep, replay, settle }
