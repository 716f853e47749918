// The entry of a worker process: does tasks by name while the process that asked listens. Not the tasks: worker-tasks.ts.
// scripts/build-cli.mjs bundles it beside the commands.
import { TASKS } from './worker-tasks.ts'

// Ctrl-C goes to all processes of a terminal; who asked decides what is to be ended.
process.on('SIGINT', () => {})

const say = (message: unknown): void => {
  process.send?.(message)
}

const [conform, replay, fuzz, settle, keep] = (['conform', 'replay', 'fuzz', 'settle', 'keep'] as const).map(
  name => (task: never) => TASKS[name](task, say),
)

export { conform, fuzz, keep, replay, settle }
