// The run loop of the reference machine: steps, host calls, tracing. It works on its own state, or on that of another engine's machine.
import { Exit } from '../exit.ts'
import { type HostCallSite, Pending, performBoundedCall } from '../host-call.ts'
import { traceWithin } from '../portions.ts'
import { createTraceEvent, type TraceEvent } from '../tracing.ts'
import { decodedAt } from './decode.ts'
import type { MachineState } from './state.ts'
import { step, tracedStep } from './step.ts'

/**
 * Where time is bounded, the clock is looked at after so many instructions. They are few, because one `sbrk` may take as long as a
 * thousand others.
 */
const LOOK_INSTRUCTIONS = 16

/** Makes the host call of the `ecalli` at pc. */
function call(state: MachineState, site: HostCallSite): Exit | undefined {
  const { program, pc } = state
  const index = decodedAt(program, pc).operands.x
  state.exitArg = index // the call may have been put off, so it is set here
  const next = program.next(pc)
  site.movePc(next)
  return performBoundedCall(site, index, pc, next)
}

/** Does what a stop at an `ecalli` has left to do. */
function resume(state: MachineState, site: HostCallSite): Exit | undefined {
  const { pending } = site
  site.pending = Pending.None
  if (pending === Pending.Call) return call(state, site)
  if (pending === Pending.Skip) state.pc = state.program.next(state.pc)
  return undefined
}

/**
 * Runs until the machine stops or `limit` instructions were executed. An `ecalli` and its host function count as one instruction. A
 * host call that an earlier run could not make counts as none. `site.vm.tracer` is looked at before every instruction.
 */
export function runReference(state: MachineState, site: HostCallSite, limit: number): Exit {
  try {
    return runSteps(state, site, limit)
  } catch (error) {
    state.exitArg = 0 // a tracer threw, so the machine has not stopped for anything
    throw error
  }
}

function runSteps(state: MachineState, site: HostCallSite, limit: number): Exit {
  const { allowance } = site
  state.isOver = allowance?.isTimed === true ? () => allowance.isOver : undefined
  let event: TraceEvent | undefined
  let exit = resume(state, site)
  for (let done = 0; exit === undefined && done < limit; done++) {
    const { tracer } = site.vm
    if (done % LOOK_INSTRUCTIONS === LOOK_INSTRUCTIONS - 1 && state.isOver?.() === true) return Exit.Paused
    if (tracer === undefined) {
      exit = step(state)
    } else {
      event ??= createTraceEvent(decodedAt(state.program, state.pc).operands)
      const traced = tracedStep(state, event)
      exit = traced.exit
      if (traced.executed) {
        // If the tracer throws, the ecalli has been paid and its call is still to be made.
        if (exit === Exit.Host) site.pending = Pending.Call
        traceWithin(allowance, event, tracer)
        site.pending = Pending.None
      }
    }
    if (exit === Exit.Host) exit = call(state, site)
  }
  return exit ?? Exit.Step
}
