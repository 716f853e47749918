// What stopped a machine, in words. Not the finding: failures.ts, reason.ts.
import type { Vm } from '../engine/engine.ts'
import { type FailedAccess, type FailedJump, type MissingGas, zoneOf } from './failures.ts'
import type { Finding, HostStop } from './finding.ts'
import type { DecodedAt } from './instruction-at.ts'

/** What words need of a machine. */
type Stopped = Pick<Vm, 'program' | 'pc' | 'status'>

function hex(value: number): string {
  return `0x${value.toString(16)}`
}

function accessText({ kind, address, width, failing, why }: FailedAccess, { program }: Stopped): string {
  const bytes = `${width} byte${width === 1 ? '' : 's'}`
  const what = `${kind === 'store' ? 'writes' : 'reads'} ${bytes} at ${hex(address)}`
  const which = failing === address ? 'which' : `of which ${hex(failing)}`
  if (why === 'zone') {
    const zone = hex(zoneOf(program.profile))
    return failing === address
      ? `${what}, below ${zone} every access panics`
      : `${what}, ${which} is below ${zone}: there every access panics`
  }
  return `${what}, ${which} is ${why === 'read-only' ? 'read-only' : 'not mapped'}`
}

function jumpText({ address, target, why }: FailedJump, { program }: Stopped): string {
  const entry = address === undefined || target === undefined ? '' : `entry ${address / 2 - 1} of the jump table: `
  const there = address === undefined ? '' : `jumps to the address ${hex(address)}`
  switch (why) {
    case 'outside':
      return `${entry}jumps to ${target}, outside of the code`
    case 'no-instruction':
      return `${entry}jumps to ${target}, where no instruction begins`
    case 'no-block':
      return `${entry}jumps to ${target}, where no basic block begins`
    case 'address-0':
      return `${there}: 0 leads nowhere`
    case 'address-odd':
      return `${there}, which is odd`
    case 'address-behind-table':
      return `${there}, behind the jump table of ${program.jumpTableLength}`
    case 'address-lost':
      return 'jumps to an address that is none, and has overwritten the register it was made of'
  }
}

function gasText({ for: what, price, left }: MissingGas): string {
  const names = { instruction: 'the instruction', block: 'its block', byte: 'each byte', 'host-call': 'the host call' }
  if (price === undefined) return `${names[what]} takes more gas than there is, ${left} left`
  return `${names[what]} costs ${price} gas, ${left} left`
}

/** An error in a message. Anything at all can be thrown, also what has no text form. */
function errorText(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error) // both run code of whoever made the value
  } catch {
    return typeof error
  }
}

function hostText({ index, name }: HostStop): string {
  return `host call ${index}${name === undefined ? '' : ` (${name})`}`
}

function nothingAt({ program, pc }: Stopped): string {
  const { code, instructionSet } = program
  if (pc >= code.length) return `there is no code at ${pc}: it has ${code.length} bytes`
  const byte = `0x${code[pc]!.toString(16).padStart(2, '0')}`
  return `no instruction at ${pc}: the byte there is ${byte} (${instructionSet.name} opcodes)`
}

function why(vm: Stopped, { kind, access, jump, gas, host }: Finding): string {
  if (access !== undefined) return accessText(access, vm)
  if (jump !== undefined) return jumpText(jump, vm)
  if (gas !== undefined) return gasText(gas)
  switch (kind) {
    case 'trap':
      return 'the program says so'
    case 'returned':
      return 'the program returned'
    case 'halted-by-host':
      return `${hostText(host!)} halted it`
    case 'host-call':
      return `nobody answers ${hostText(host!)}`
    case 'host-panic':
      return `${hostText(host!)} ended it`
    case 'host-error':
      return `${hostText(host!)} failed: ${errorText(host!.error)}`
    case 'changed':
      return 'nothing is wrong with it now, the machine has been changed since'
    default:
      return vm.status
  }
}

/** The instruction and what is wrong with it, in a line: control characters of names and errors are spaces. */
export function messageOf(vm: Stopped, at: DecodedAt | undefined, finding: Finding): string {
  if (at === undefined && finding.gas === undefined && finding.kind !== 'running') return nothingAt(vm)
  return `${at === undefined ? nothingAt(vm) : at.text}: ${why(vm, finding)}`.replace(/\p{Cc}/gu, ' ')
}
