// The run loop of the reference machine: steps, host calls, tracing. On any state, its own or that of another engine's machine.
import { INSTRUCTIONS, TRAP_ID } from '../../isa/table.ts'
import { Exit } from '../exit.ts'
import { type HostCallSite, Pending, performBoundedCall } from '../host-call.ts'
import { traceWithin } from '../portions.ts'
import type { TraceEvent } from '../tracing.ts'
import { decodedAt } from './decode.ts'
import type { MachineState } from './state.ts'
import { step, tracedStep } from './step.ts'

function createEvent(state: MachineState): TraceEvent {
  return {
    pc: state.pc,
    instruction: INSTRUCTIONS[TRAP_ID]!,
    operands: decodedAt(state.program, state.pc).operands,
    gasBefore: 0n,
    gasAfter: 0n,
    register: -1,
    before: 0n,
    after: 0n,
    access: 'none',
    address: 0,
    width: 0,
    value: 0n,
  }
}

/** Instructions between two looks at the clock, where time is bounded: an `sbrk` may take longer than a thousand of others. */
const LOOK_INSTRUCTIONS = 16

/** The host call of the `ecalli` at pc. */
function call(state: MachineState, site: HostCallSite): Exit | undefined {
  const { program, pc } = state
  const index = decodedAt(program, pc).operands.x
  state.exitArg = index // also when the call was put off and only now is made
  const next = program.next(pc)
  site.movePc(next)
  return performBoundedCall(site, index, pc, next)
}

/** What a stop at an `ecalli` left to do. */
function resume(state: MachineState, site: HostCallSite): Exit | undefined {
  const { pending } = site
  site.pending = Pending.None
  if (pending === Pending.Call) return call(state, site)
  if (pending === Pending.Skip) state.pc = state.program.next(state.pc)
  return undefined
}

/**
 * Runs until the machine stops or `limit` instructions were executed; an `ecalli` counts together with its host
 * function, a host call that is made up for counts as none. `site.vm.tracer` is looked at before every instruction.
 */
export function runReference(state: MachineState, site: HostCallSite, limit: number): Exit {
  try {
    return runSteps(state, site, limit)
  } catch (error) {
    state.exitArg = 0 // a tracer threw: the machine has not stopped for anything
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
      event ??= createEvent(state)
      const traced = tracedStep(state, event)
      exit = traced.exit
      if (traced.executed) {
        // Should the tracer throw: the ecalli is paid, its call is still to be made.
        if (exit === Exit.Host) site.pending = Pending.Call
        traceWithin(allowance, event, tracer)
        site.pending = Pending.None
      }
    }
    if (exit === Exit.Host) exit = call(state, site)
  }
  return exit ?? Exit.Step
}
