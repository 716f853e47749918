// The entry of a worker process: does tasks by name while the process that asked listens. Not the tasks: worker-tasks.ts.
// scripts/build-cli.mjs bundles it beside the commands.
import { TERMINAL_SIGNALS } from './interruption.ts'
import { spareTime } from './sparing-flags.ts'
import { TASKS } from './worker-tasks.ts'

spareTime()

for (const signal of TERMINAL_SIGNALS) process.on(signal, () => {})
// Who asked has ended, and nobody listens.
process.on('disconnect', () => process.exit())

const say = (message: unknown): void => {
  process.send?.(message)
}

const [conform, replay, fuzz, settle, keep] = (['conform', 'replay', 'fuzz', 'settle', 'keep'] as const).map(
  name => (task: never) => TASKS[name](task, say),
)

export { conform, fuzz, keep, replay, settle }
