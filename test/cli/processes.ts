// Worker processes of a command, as Linux knows them. Not the command.
import { existsSync, readFileSync } from 'node:fs'

/** Whether workers of another process can be looked up here. */
export const canSeeWorkers: boolean = existsSync(`/proc/${process.pid}/task/${process.pid}/children`)

/** Processes that a process has started and that are at work: with that much processor time behind them, in ticks of 10 ms. */
export function workersOf(pid: number, ticks = 0): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(text => text !== '')
      .map(Number)
      .filter(child => Number(readFileSync(`/proc/${child}/stat`, 'utf8').split(') ')[1]!.split(' ')[11]) >= ticks)
  } catch {
    return []
  }
}

/** Waits until a process has so many workers at work. */
export async function workersAtWork(pid: number, count: number, ticks = 30): Promise<number[]> {
  for (;;) {
    const workers = workersOf(pid, ticks)
    if (workers.length >= count) return workers
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
