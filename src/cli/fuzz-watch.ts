// `coulis fuzz --watch`: the campaign in a process of its own, so that an engine that hangs is reported with the case it
// hangs at. Not the campaign: fuzz.ts.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { ExitCode } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

/** What the watched process prints before each case; not passed on. */
export interface CaseEvent {
  readonly event: 'case'
  readonly index: number
}

/** How the campaign is watched. */
export interface WatchOptions {
  /** Arguments of the watched `coulis`, which prints JSON lines and a `CaseEvent` before each case. */
  readonly args: readonly string[]
  /** Seconds that a case may take. */
  readonly seconds: number
  /** The command that runs that case again. */
  readonly again: (index: number) => string
}

/** Runs the campaign and passes its lines on; ends it when a case takes too long. Resolves with the exit code. */
export async function watchFuzz({ args, seconds, again }: WatchOptions, terminal: Terminal): Promise<number> {
  const child = spawn(process.execPath, [process.argv[1]!, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let current = -1
  let hung = false
  const tooLong = (): void => {
    hung = true
    child.kill('SIGKILL')
  }
  let timer = setTimeout(tooLong, 1000 * seconds)
  createInterface({ input: child.stdout }).on('line', line => {
    clearTimeout(timer)
    timer = setTimeout(tooLong, 1000 * seconds)
    if (line.startsWith('{"event":"case"')) {
      current = (JSON.parse(line) as CaseEvent).index
      return
    }
    terminal.line(line)
    terminal.flush()
  })
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  clearTimeout(timer)
  if (code !== null && !hung) return code
  const event = hung ? 'hang' : 'crash'
  terminal.line(JSON.stringify({ event, case: current, seconds, command: again(current) }))
  return hung ? ExitCode.Different : ExitCode.Internal
}
