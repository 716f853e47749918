// One step of the reference machine (GP A.1, A.6): it pays, executes an instruction, and notes the end of a block.
import { Exit } from '../exit.ts'
import type { TraceEvent } from '../tracing.ts'
import { beginsInstruction, type Decoded, decodedAt } from './decode.ts'
import type { MachineState } from './state.ts'

/** The machine runs out of gas. In GP 0.7.2 that empties the counter; in GP 0.8.0 the counter stays as it was. */
function outOfGas(state: MachineState): Exit {
  if (state.drains) {
    state.tally?.take(state.pc, state.gas)
    state.gas = 0n
  }
  return Exit.OutOfGas
}

/** Whether the machine panics at pc before anything is paid, because no instruction begins there (GP 0.8.0 A.2, and PolkaVM). */
function refuses({ program, pc }: MachineState): boolean {
  return program.profile.wrongStart === 'unpaid' && !beginsInstruction(program, pc)
}

/**
 * Pays for the instruction at pc, which costs 1, or once for the whole block that pc is in (GP 0.8.0 A.6). A `memset` that stopped in
 * the middle is paid already.
 */
function pay(state: MachineState): Exit | undefined {
  if (state.charged) return undefined
  if (state.program.profile.gasModel === 'instruction') {
    if (state.gas < 1n) return outOfGas(state)
    state.gas -= 1n
    return undefined
  }
  const cost = BigInt(state.program.costAt(state.pc))
  if (state.gas < cost) return outOfGas(state)
  state.gas -= cost
  state.charged = true
  state.tally?.pay(state.pc)
  return undefined
}

/**
 * Executes a memset. It takes gas of its own, and it can stop in the middle: for gas, time, and memory that the host does not have. Then
 * the machine goes on in the middle of it, and it is paid. Where instructions are paid it counts when it is paid, otherwise at its end.
 */
function executeMemset(state: MachineState, decoded: Decoded): Exit | undefined {
  const { pc, gas, charged, tally } = state
  const perInstruction = state.program.profile.gasModel === 'instruction'
  let hasStopped = true
  try {
    const exit = decoded.execute(state)
    hasStopped = exit === Exit.OutOfGas || exit === Exit.Paused
    return exit
  } finally {
    if (perInstruction ? !charged : !hasStopped) tally?.execute(pc)
    if (perInstruction) state.charged = hasStopped
    tally?.take(pc, gas - state.gas)
  }
}

/**
 * Executes an instruction. If the host has no memory for it, this throws, and the instruction was not executed. It is then paid again
 * later; a block stays paid.
 */
function executeOrGiveBack(state: MachineState, decoded: Decoded): Exit | undefined {
  try {
    return decoded.execute(state)
  } catch (error) {
    if (state.program.profile.gasModel === 'instruction') state.gas += 1n
    throw error
  }
}

function execute(state: MachineState, decoded: Decoded): Exit | undefined {
  if (decoded.instruction.kind === 'memset') {
    const exit = executeMemset(state, decoded)
    return exit === Exit.OutOfGas ? outOfGas(state) : exit
  }
  const { pc } = state
  const exit = executeOrGiveBack(state, decoded)
  state.tally?.execute(pc)
  if (exit === undefined && decoded.instruction.terminator) state.charged = false
  return exit
}

/**
 * Executes one instruction.
 *
 * @returns how the machine stops, with `state.pc` at the instruction that stopped it, or undefined when it goes on. An `ecalli`
 * stops with `Exit.Host` and the index in `state.exitArg`, whether somebody will answer it or not.
 */
export function step(state: MachineState): Exit | undefined {
  if (refuses(state)) return Exit.Panic
  return pay(state) ?? execute(state, decodedAt(state.program, state.pc))
}

/** How a traced step ended, and whether it executed an instruction. One that could not be paid was not executed. */
export interface TracedStep {
  readonly exit: Exit | undefined
  readonly executed: boolean
}

/** Executes one instruction, and describes in `event` what it did. */
export function tracedStep(state: MachineState, event: TraceEvent): TracedStep {
  const { program, regs } = state
  if (refuses(state)) return { exit: Exit.Panic, executed: false }
  const decoded = decodedAt(program, state.pc)
  const { access } = decoded
  event.pc = state.pc
  event.instruction = decoded.instruction
  event.operands = decoded.operands
  event.gasBefore = state.gas
  event.before = decoded.writes < 0 ? 0n : regs[decoded.writes]!
  event.access = access?.kind ?? 'none'
  event.width = access?.width ?? 0
  event.address = access?.address(regs) ?? 0
  event.value = access?.kind === 'store' ? BigInt.asUintN(8 * access.width, access.value(regs)) : 0n
  const unpaid = pay(state)
  if (unpaid !== undefined) return { exit: unpaid, executed: false }
  const exit = execute(state, decoded)
  const failed = exit === Exit.PageFault || (exit === Exit.Panic && access !== undefined)
  event.gasAfter = state.gas
  event.register = failed ? -1 : decoded.writes
  event.after = event.register < 0 ? 0n : regs[event.register]!
  if (event.register < 0) event.before = 0n
  if (access?.kind === 'load' && !failed) event.value = BigInt.asUintN(8 * access.width, event.after)
  return { exit, executed: true }
}
