// Progress of commands that read many files. Not results: those are in terminal.ts.
import { SingleBar } from 'cli-progress'

/** This draws a progress bar, or nothing. */
export interface Progress {
  tick(label?: string): void
  stop(): void
}

/** A progress bar on standard error, if that is a terminal and there is much to do. */
export function createProgress(total: number, label: string): Progress {
  if (process.stderr.isTTY !== true || total < 20) return { tick() {}, stop() {} }
  const bar = new SingleBar({
    format: `${label} {bar} {value}/{total} {file}`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  })
  bar.start(total, 0, { file: '' })
  return { tick: file => bar.increment(1, { file: file ?? '' }), stop: () => bar.stop() }
}
