// Why and where a machine stopped, from its state alone: the instruction at pc is looked at again. Not the outcome itself, which
// the engine has, and not how the program came there.
import type { Vm } from '../engine/engine.ts'
import { Exit, hostIndex64 } from '../engine/exit.ts'
import type { VmStatus } from '../engine/face.ts'
import { HostCallError } from '../engine/host-call-error.ts'
import type { Symbols } from '../program/symbols.ts'
import {
  type FailedAccess,
  type FailedJump,
  failedAccess,
  failedJump,
  type MissingGas,
  missingGas,
} from './failures.ts'
import type { Finding, HostStop, ReasonKind } from './finding.ts'
import { type DecodedAt, type InstructionAt, instructionAt } from './instruction-at.ts'
import type { LastCall } from './last-call.ts'
import { type Place, placeOf } from './place.ts'
import { messageOf } from './reason-text.ts'

/** This says why and where a machine stopped. */
export interface ExitReason {
  readonly kind: ReasonKind
  /** This is the exit that it explains. */
  readonly status: VmStatus
  readonly pc: number
  /** In a line, for people: the wording may change. */
  readonly message: string
  /** At pc; undefined where none starts. */
  readonly instruction: InstructionAt | undefined
  readonly access: FailedAccess | undefined
  readonly jump: FailedJump | undefined
  readonly gas: MissingGas | undefined
  readonly host: HostStop | undefined
  readonly place: Place | undefined
  readonly lastCall: LastCall | undefined
}

/** What `explainExit` may be told beside the machine. */
export interface ExplainOptions {
  /** Names and lines; default: those of the program's own file. */
  readonly symbols?: Symbols | undefined
  /** The last host call, from `watchHost`; default: not known. */
  readonly lastCall?: LastCall | undefined
}

function hostStop(
  vm: Pick<Vm, 'program' | 'pc'>,
  at: DecodedAt,
  lastCall: LastCall | undefined,
  error: unknown,
): HostStop {
  const index = hostIndex64(at.operands.x)
  const name = lastCall?.pc === vm.pc ? lastCall.name : vm.program.imports[at.operands.x >>> 0]
  return { index, name, error }
}

function whyPanicked(vm: Vm, at: DecodedAt | undefined, lastCall: LastCall | undefined): Finding {
  if (at === undefined) return { kind: vm.pc >= vm.program.code.length ? 'no-code' : 'no-instruction' }
  if (at.instruction.kind === 'trap') return { kind: 'trap' }
  if (at.instruction.kind === 'host') {
    const { hostError } = vm
    return { kind: hostError === undefined ? 'host-panic' : 'host-error', host: hostStop(vm, at, lastCall, hostError) }
  }
  const access = failedAccess(vm, at)
  if (access !== undefined) return { kind: 'access', access }
  const jump = failedJump(vm, at)
  return jump === undefined ? { kind: 'changed' } : { kind: 'jump', jump }
}

/** Gas before a host call that could not be paid. */
function unpaid(vm: Vm, lastCall: LastCall | undefined): bigint | undefined {
  return lastCall?.pc === vm.pc && lastCall.result === undefined ? lastCall.gas : undefined
}

function findWhy(vm: Vm, at: DecodedAt | undefined, lastCall: LastCall | undefined): Finding {
  switch (vm.exit) {
    case Exit.Panic:
    case Exit.PageFault:
      return whyPanicked(vm, at, lastCall)
    case Exit.OutOfGas:
      return { kind: 'out-of-gas', gas: missingGas(vm, at, unpaid(vm, lastCall)) }
    case Exit.Halt:
      return at?.instruction.kind === 'host'
        ? { kind: 'halted-by-host', host: hostStop(vm, at, lastCall, undefined) }
        : { kind: 'returned' }
    case Exit.Host:
      return at?.instruction.kind === 'host'
        ? { kind: 'host-call', host: hostStop(vm, at, lastCall, undefined) }
        : { kind: 'changed' }
    default:
      return { kind: 'running' }
  }
}

/**
 * What `explainExit` says of the machine behind a HostCallError, when the machine is gone already: in which instruction, with which
 * arguments, a host function threw, or the host table itself.
 *
 * @throws TypeError for what is no HostCallError.
 * @example try { vm.run() } catch (error) { if (error instanceof HostCallError) console.log(explainHostError(error).message) }
 */
export function explainHostError(error: HostCallError, { symbols, lastCall }: ExplainOptions = {}): ExitReason {
  if (!(error instanceof HostCallError)) throw new TypeError('error: expected a HostCallError')
  const { program, regs, pc, cause } = error
  const at = instructionAt({ program, pc, regs })!
  const found: Finding = { kind: 'host-error', host: hostStop(error, at, lastCall, cause) }
  return explained({ program, pc, status: 'panic' }, at, found, { symbols, lastCall })
}

/**
 * Why and where a machine stopped: on every engine the same, for the same state. Reads the machine and changes nothing.
 *
 * @param vm a machine that is not disposed of.
 * @throws TypeError for a machine that is.
 * @example if (vm.run() === Exit.Panic) console.log(explainExit(vm).message)
 */
export function explainExit(vm: Vm, { symbols, lastCall }: ExplainOptions = {}): ExitReason {
  if (vm.isDisposed) throw new TypeError('vm: used after dispose()')
  const at = instructionAt(vm)
  return explained(vm, at, findWhy(vm, at, lastCall), { symbols, lastCall })
}

function explained(
  vm: Pick<Vm, 'program' | 'pc' | 'status'>,
  at: DecodedAt | undefined,
  found: Finding,
  { symbols, lastCall }: ExplainOptions,
): ExitReason {
  const { pc, status, program } = vm
  return {
    kind: found.kind,
    status,
    pc,
    message: messageOf(vm, at, found),
    instruction: at && { name: at.name, text: at.text, reads: at.reads },
    access: found.access,
    jump: found.jump,
    gas: found.gas,
    host: found.host,
    place: placeOf(program, pc, symbols),
    lastCall,
  }
}
