// The host table of one frame: which import is which function, what it costs, how it ends a contract. Not the functions.
import type { Vm } from '../../engine/engine.ts'
import { HostAction, type HostEntry, type HostTable } from '../../engine/engine.ts'
import { CONTRACT_CALL_HANDLERS } from './calls-contract.ts'
import { DATA_CALLS } from './calls-data.ts'
import { STORAGE_CALLS } from './calls-storage.ts'
import { ContractFailure } from './failure.ts'
import type { Frame } from './frame.ts'
import { AGAIN, type Handler, HostCall } from './host-call.ts'
import { type ContractCallName, contractCall } from './interface.ts'

const HANDLERS: Readonly<Record<ContractCallName, Handler>> = {
  ...DATA_CALLS,
  ...STORAGE_CALLS,
  ...CONTRACT_CALL_HANDLERS,
}

function answer(frame: Frame, vm: Vm, name: string, handler: Handler | undefined): HostAction {
  try {
    if (handler === undefined) throw new ContractFailure('no-such-call', `the contract calls ${name}`)
    if (frame.given.readOnly && contractCall(name)?.mutating) {
      throw new ContractFailure('state-change-denied', `${name} in a read-only call`)
    }
    const result = handler(new HostCall(frame, vm, name))
    if (result === AGAIN) return HostAction.Again
    if (frame.returned !== undefined) return HostAction.Halt
    if (result !== undefined) vm.regs[7] = BigInt.asUintN(64, BigInt(result))
    return HostAction.Continue
  } catch (error) {
    if (!(error instanceof ContractFailure)) throw error
    frame.failure = error
    if (frame.world.onLine !== undefined) new HostCall(frame, vm, name).say(`fails: ${error.message}`)
    return HostAction.Panic
  }
}

/** These are the functions that the frame's code imports. */
export function hostOf(frame: Frame): HostTable {
  const { prices, handlers } = frame.world
  const entries = frame.given.code.program.imports.map((name): HostEntry => {
    const price = Object.hasOwn(prices, name) ? prices[name]! : 0
    if (Object.hasOwn(handlers, name)) return { name, price, call: handlers[name]! }
    const handler = Object.hasOwn(HANDLERS, name) ? HANDLERS[name as ContractCallName] : undefined
    return { name, price, call: vm => answer(frame, vm, name, handler) }
  })
  return { entry: index => entries[index] }
}
