// Worker processes of a command, as Linux knows them. Not the command.
import { existsSync, readFileSync } from 'node:fs'

/** Whether workers of another process can be looked up here. */
export const canSeeWorkers: boolean = existsSync(`/proc/${process.pid}/task/${process.pid}/children`)

/** Processor time of a process, in ticks of 10 ms. */
function ticksOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[11])
}

/** Waits until a process has worked for that long itself. */
export async function atWork(pid: number, ticks = 60): Promise<void> {
  while (ticksOf(pid) < ticks) await new Promise(resolve => setTimeout(resolve, 20))
}

/** Processes that a process has started and that are at work: with that much processor time behind them, in ticks of 10 ms. */
export function workersOf(pid: number, ticks = 0): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(text => text !== '')
      .map(Number)
      .filter(child => ticksOf(child) >= ticks)
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
