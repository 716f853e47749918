// Ψ_A (GP B.4): one service is accumulated. A pure function: the state given stays what it is. Not the round of many: round.ts.
import { BlobError } from '../../blob/error.ts'
import { HostAction, type HostFunction } from '../../engine/engine.ts'
import { builtinCalls } from '../builtins.ts'
import { hostPrice } from '../gas.ts'
import { invokeProgram } from '../invocation.ts'
import type { HostCallName } from '../names.ts'
import { answer, readBytes, registerNumber } from '../registers.ts'
import { createHost, type HostHandler, type HostHandlers } from '../registry.ts'
import { HostResult } from '../results.ts'
import { accountCalls } from './account-calls.ts'
import { type Chain, codeOf, machineGas } from './chain.ts'
import { Context, type Dimension } from './context.ts'
import { encodeAccumulateArguments, encodeInput, encodeSequence } from './encoding.ts'
import { preimageCalls } from './preimage-calls.ts'
import { privilegeCalls } from './privilege-calls.ts'
import { serviceCalls } from './service-calls.ts'
import type { AccumulateInput, Provision, ServiceState, Transfer } from './state.ts'

/** This says what is accumulated. */
export interface AccumulateRequest {
  readonly service: number
  /** This is the block's timeslot. */
  readonly slot: number
  /** This is the block's posterior entropy, η′0; it has 32 bytes. */
  readonly entropy: Uint8Array
  /** This is the limit of gas. */
  readonly gas: bigint
  readonly inputs: readonly AccumulateInput[]
}

/** How it ended: `none` where nothing ran, for want of the account or of its code. */
export type AccumulateOutcome = 'halt' | 'panic' | 'out-of-gas' | 'none'

/** This is what came out. */
export interface AccumulateResult {
  readonly outcome: AccumulateOutcome
  /** After a panic, or out of gas, that of the last checkpoint. */
  readonly state: ServiceState
  readonly transfers: readonly Transfer[]
  readonly yield: Uint8Array | undefined
  readonly provisions: readonly Provision[]
  readonly gasUsed: bigint
  /** Why it is no halt, in words. */
  readonly reason: string | undefined
}

const ENTRY = 5
const HASH = 32

/** Makes `onCall` see each call. */
export function observed(chain: Chain, handlers: Readonly<Record<string, HostHandler>>): HostHandlers {
  const { onCall } = chain
  if (onCall === undefined) return handlers
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => {
      const { call, ...rest } = typeof handler === 'function' ? { call: handler } : handler
      const seen: HostFunction = (vm, index) => {
        const price = rest.price ?? hostPrice(index, chain.version)
        const paid = BigInt(typeof price === 'function' ? price(vm, index) : price)
        const before = vm.gas
        const result = call(vm, index) as HostAction | undefined
        onCall(name as HostCallName, vm, result, paid + before - vm.gas)
        return result
      }
      return [name, { ...rest, call: seen }]
    }),
  )
}

function fetchCall(chain: Chain, entropy: Uint8Array, inputs: readonly Uint8Array[]): HostFunction {
  let sequence: Uint8Array | undefined // a guest may ask for it again and again
  const value = (selector: number, index: number): Uint8Array | undefined => {
    switch (selector) {
      case 0:
        return chain.encodedConstants
      case 1:
        return entropy
      case 14:
        return (sequence ??= encodeSequence(inputs))
      case 15:
        return inputs[index]
      default:
        return undefined
    }
  }
  return vm => answer(vm, value(registerNumber(vm, 10), registerNumber(vm, 11)), { at: 7, offset: 8, length: 9 })
}

/** Every call that accumulate offers (GP B.4); the inputs are encoded. */
export function accumulateCalls(
  context: Context,
  { entropy, inputs }: { readonly entropy: Uint8Array; readonly inputs: readonly Uint8Array[] },
): Record<string, HostHandler> {
  const { chain, self } = context
  return {
    ...builtinCalls(chain.version, message => chain.onLog?.(message, self)),
    fetch: fetchCall(chain, entropy, inputs),
    ...accountCalls(context),
    ...privilegeCalls(context),
    checkpoint: vm => {
      context.checkpoint()
      vm.regs[7] = vm.gas
    },
    ...serviceCalls(context),
    ...preimageCalls(context),
    yield: vm => {
      const hash = readBytes(vm, registerNumber(vm, 7), HASH)
      if (hash === undefined) return HostAction.Panic
      context.x.yielded = hash
      vm.regs[7] = HostResult.OK
      return HostAction.Continue
    },
  }
}

/** This credits to the service what the inputs transfer. */
function credited(state: ServiceState, { service, inputs }: AccumulateRequest): ServiceState {
  const accounts = state.accounts.fork()
  let amount = 0n
  for (const input of inputs) if ('memo' in input) amount += input.amount
  if (amount > 0n) accounts.edit(service).balance += amount
  return { ...state, accounts }
}

/**
 * Accumulates a service (GP B.4): credits the transfers, runs the code at its second entry, collects what it did. A service that
 * does not exist loses what was sent to it; one without code keeps that.
 */
export function accumulate(chain: Chain, before: ServiceState, request: AccumulateRequest): AccumulateResult {
  const { service, slot, entropy, gas, inputs } = request
  const nothing = { outcome: 'none', transfers: [], yield: undefined, provisions: [], gasUsed: 0n } as const
  if (before.accounts.get(service) === undefined) {
    return { ...nothing, state: { ...before, accounts: before.accounts.fork() }, reason: 'no such service' }
  }
  const state = credited(before, request)
  const account = state.accounts.get(service)!
  const { codeHash } = account
  const code = codeOf(account.preimage(codeHash))
  if (code === undefined || code.length > chain.constants.maxServiceCode) {
    return { ...nothing, state, reason: code === undefined ? 'no code' : `${code.length} bytes of code` }
  }
  const context = new Context(chain, state, service, slot, entropy)
  const program = chain.programs.load(codeHash, code)
  if (program instanceof BlobError) return collect(context.y, { ...nothing, outcome: 'panic', reason: program.message })
  const calls = accumulateCalls(context, { entropy, inputs: inputs.map(encodeInput) })
  const { outcome, result, gasUsed, reason } = invokeProgram(program, {
    gas: machineGas(gas),
    args: encodeAccumulateArguments(slot, service, inputs.length),
    entry: ENTRY,
    host: createHost(observed(chain, calls), { profile: chain.profile }),
    engine: chain.engine,
    onEnd: chain.onEnd && (vm => chain.onEnd!(vm, 'accumulate', service)),
  })
  if (outcome !== 'halt') return collect(context.y, { outcome, gasUsed, reason })
  if (result.length === HASH) context.x.yielded = result
  return collect(context.x, { outcome, gasUsed, reason })
}

function collect(
  { accounts, privileges, transfers, provisions, yielded }: Dimension,
  run: Pick<AccumulateResult, 'outcome' | 'gasUsed' | 'reason'>,
): AccumulateResult {
  const { outcome, gasUsed, reason } = run
  return {
    outcome,
    gasUsed,
    reason,
    state: { ...privileges, accounts },
    transfers: transfers.toArray(),
    provisions: [...provisions.entries().values()],
    yield: yielded,
  }
}
