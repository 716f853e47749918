// From one contract into another: the checks before, the value that goes along, the machine, what comes back. Not the
// registers that say so: calls-contract.ts.

import { ResourceError } from '../../core/resource-error.ts'
import type { Vm } from '../../engine/engine.ts'
import { Exit } from '../../engine/exit.ts'
import { HostCallError } from '../../engine/host-call-error.ts'
import { createdAddress, saltedAddress } from './address.ts'
import { ContractFailure } from './failure.ts'
import { type Ended, Frame, type World } from './frame.ts'
import { CONTRACT_LIMITS } from './interface.ts'
import type { ContractCode } from './state.ts'
import type { Hex } from './text.ts'

/** A call to be made. */
export interface CallRequest {
  readonly world: World
  readonly parent: Frame | undefined
  /** Whose account is acted on. */
  readonly address: Hex
  /** Another one's code, in a delegate call. */
  readonly codeAddress: Hex
  readonly caller: Hex
  readonly value: bigint
  /** The value is only told, as in a delegate call, not moved. */
  readonly keepsValue: boolean
  readonly input: Uint8Array
  readonly readOnly: boolean
  readonly mark: number
}

/** A contract to be made. */
export interface DeployRequest {
  readonly world: World
  readonly parent: Frame | undefined
  readonly code: ContractCode
  readonly salt: Uint8Array | undefined
  readonly caller: Hex
  readonly value: bigint
  readonly input: Uint8Array
  readonly mark: number
}

function checkCall(parent: Frame | undefined, input: Uint8Array): void {
  if (input.length > CONTRACT_LIMITS.callDataBytes) {
    const most = CONTRACT_LIMITS.callDataBytes
    throw new ContractFailure('call-data-too-large', `${input.length} bytes, at most ${most}`)
  }
  if (parent !== undefined && parent.depth >= CONTRACT_LIMITS.callDepth) {
    throw new ContractFailure('max-call-depth', `${CONTRACT_LIMITS.callDepth} calls within each other are the most`)
  }
}

function move(world: World, from: Hex, to: Hex, value: bigint): void {
  if (!world.state.transfer(from, to, value)) {
    throw new ContractFailure('transfer-failed', `${from} cannot give ${value} to ${to}`)
  }
}

/**
 * Makes the frame of a call; undefined where there is no contract: then the value has moved, and that is all.
 *
 * @throws ContractFailure, and nothing is undone.
 */
export function openCall(request: CallRequest): Frame | undefined {
  const { world, parent, address, codeAddress, caller, value, input } = request
  const code = world.state.codeOf(codeAddress)
  if (code === undefined) {
    if (!request.keepsValue) move(world, caller, address, value)
    return undefined
  }
  checkCall(parent, input)
  if (!request.keepsValue) {
    for (const { address: open, allowsReentry } of parent?.stack() ?? []) {
      if (open !== address || allowsReentry) continue
      throw new ContractFailure(
        'reentrance-denied',
        `${address} is called already, without the flag that allows it again`,
      )
    }
    move(world, caller, address, value)
  }
  const { readOnly, mark } = request
  return new Frame({ world, parent, entry: 'call', address, codeAddress, code, caller, value, input, readOnly, mark })
}

/** Makes the frame of a constructor. @throws ContractFailure, and nothing is undone. */
export function openDeploy(request: DeployRequest): Frame {
  const { world, parent, code, salt, caller, value, input, mark } = request
  const { state } = world
  checkCall(parent, input)
  const { nonce } = state.account(caller)
  const address = salt === undefined ? createdAddress(caller, nonce) : saltedAddress(caller, salt, code.bytes, input)
  if (state.account(address).codeHash !== undefined) {
    throw new ContractFailure('duplicate-contract', `there is a contract at ${address}`)
  }
  state.set(address, 'codeHash', code.hash)
  state.set(address, 'nonce', 1n)
  state.set(caller, 'nonce', nonce + 1n)
  move(world, caller, address, value)
  const entry = 'deploy'
  return new Frame({
    world,
    parent,
    entry,
    address,
    codeAddress: address,
    code,
    caller,
    value,
    input,
    readOnly: false,
    mark,
  })
}

/** If the host ran out of memory or stack, that is no failure of the contract: its caller gets the ResourceError itself. */
function unwrap(error: unknown): unknown {
  return error instanceof HostCallError && ResourceError.is(error.cause) ? error.cause : error
}

/** A machine of a frame, ready to run. */
export function machineOf(frame: Frame, gas: bigint): Vm {
  const { code, entry } = frame.given
  if (!code.program.exports.has(entry)) {
    throw new ContractFailure('code-not-found', `${code.hash} has no export ${entry}`)
  }
  return frame.world.engine.instantiate(code.program, frame.start(gas))
}

/**
 * Runs a frame to its end; undefined where the time of the run around it is over: then it goes on with the same machine.
 *
 * @throws what a host function threw; all changes are undone, and the machine is gone.
 */
export function finish(frame: Frame, vm: Vm, maxMs: number): Ended | undefined {
  try {
    const exit = maxMs === Number.POSITIVE_INFINITY ? vm.run() : vm.run({ maxMs })
    if (exit === Exit.Paused) return undefined
    return frame.close(vm, exit)
  } catch (error) {
    frame.waiting?.vm.dispose()
    vm.dispose()
    frame.world.state.rollback(frame.given.mark)
    throw unwrap(error)
  }
}
