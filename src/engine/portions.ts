// A run with bounds, on any engine: it goes portion by portion until the machine stops or has to pause.
import type { Allowance } from './allowance.ts'
import { Exit } from './exit.ts'
import { type HostCallSite, Pending } from './host-call.ts'
import type { TraceEvent, Tracer } from './tracing.ts'

/** The exit of a pause: `Step` if steps were asked for and all were made, otherwise `Paused`. */
function pauseOf(site: HostCallSite, allowance: Allowance): Exit {
  const isDone = allowance.isStepped && site.pending !== Pending.Call && site.late === undefined
  return isDone ? Exit.Step : Exit.Paused
}

/**
 * Runs a machine within its allowance. Meanwhile running out of gas has to leave the counter as it is.
 *
 * @param go runs the machine until it stops by itself
 * @param drain does to the counter what running out of gas does under the program's rules
 */
export function runInPortions(site: HostCallSite, allowance: Allowance, go: () => Exit, drain: () => void): Exit {
  try {
    while (allowance.give()) {
      const exit = go()
      const portion = allowance.take()
      if (exit === Exit.Paused) return pauseOf(site, allowance)
      if (exit !== Exit.OutOfGas || allowance.stoppedByHost) return exit
      if (allowance.isStepped) return Exit.Step
      if (portion === 'allowed') return Exit.Paused
      if (portion === 'time') continue
      drain()
      return exit
    }
    return pauseOf(site, allowance)
  } finally {
    allowance.take()
  }
}

/** Reports an event to a tracer, which must see the whole gas. */
export function traceWithin(allowance: Allowance | undefined, event: TraceEvent, tracer: Tracer): void {
  if (allowance === undefined) {
    tracer(event)
    return
  }
  allowance.show(kept => {
    event.gasBefore += kept
    event.gasAfter += kept
    tracer(event)
  })
  allowance.look()
}
