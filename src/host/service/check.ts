// Checks of what callers hand to a service host: a TypeError or RangeError that names the argument, before anything runs. Not
// checks of what guests do: those have results.
import type { ProtocolConstants } from '../constants.ts'
import type { AccumulateRequest } from './accumulate.ts'
import type { Block, BlockState, SequenceRequest } from './block.ts'
import { checkAmount, checkBytes, checkNumber } from './check-value.ts'
import { isWorkError } from './encoding.ts'
import { type AuthorizeRequest, type RefineRequest, SEGMENT } from './refine.ts'
import type { RoundRequest, WorkReport } from './round.ts'
import type { AccumulateInput, Provision, ServiceState, Transfer, WorkResult } from './state.ts'

const HASH = 32
/** Cores are numbers of two bytes. */
const CORES = 2 ** 16

function checkList(name: string, value: unknown, length?: number): void {
  if (!Array.isArray(value)) throw new TypeError(`${name}: expected an array, found ${typeof value}`)
  if (length !== undefined && value.length !== length) {
    throw new RangeError(`${name}: expected ${length} entries, as the chain's constants say, found ${value.length}`)
  }
}

function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${name}: expected an object`)
}

function checkAccounts(name: string, value: unknown): void {
  checkObject(name, value)
  if (typeof (value as { get?: unknown }).get !== 'function')
    throw new TypeError(`${name}: expected accounts, with get`)
}

/** The state: lists as long as the chain has cores. */
export function checkState(constants: ProtocolConstants, state: ServiceState): void {
  checkObject('state', state)
  checkAccounts('state.accounts', state.accounts)
  if (typeof state.accounts.fork !== 'function') throw new TypeError('state.accounts: expected Accounts, with fork')
  for (const name of ['manager', 'delegator', 'registrar'] as const) checkNumber(`state.${name}`, state[name])
  checkList('state.assigners', state.assigners, constants.coreCount)
  for (const id of state.assigners) checkNumber('state.assigners', id)
  checkList('state.authQueues', state.authQueues, constants.coreCount)
  for (const queue of state.authQueues) checkBytes('state.authQueues', queue)
  checkBytes('state.staging', state.staging)
  if (!(state.always instanceof Map)) throw new TypeError('state.always: expected a Map')
}

function checkTransfer(name: string, { memoSize }: ProtocolConstants, transfer: Transfer): void {
  checkNumber(`${name}.from`, transfer.from)
  checkNumber(`${name}.to`, transfer.to)
  checkAmount(`${name}.amount`, transfer.amount)
  checkAmount(`${name}.gas`, transfer.gas)
  checkBytes(`${name}.memo`, transfer.memo, memoSize)
}

function checkResult(name: string, result: WorkResult): void {
  if (typeof result !== 'string') checkBytes(name, result)
  else if (!isWorkError(result)) throw new RangeError(`${name}: ${result} is no error of a work item`)
}

function checkInput(name: string, constants: ProtocolConstants, input: AccumulateInput): void {
  checkObject(name, input)
  if ('memo' in input) {
    checkTransfer(name, constants, input)
    return
  }
  for (const hash of ['packageHash', 'exportsRoot', 'authorizerHash', 'payloadHash'] as const) {
    checkBytes(`${name}.${hash}`, input[hash], HASH)
  }
  checkAmount(`${name}.gas`, input.gas)
  checkResult(`${name}.result`, input.result)
  checkBytes(`${name}.authTrace`, input.authTrace)
}

function checkTime({ slot, entropy }: { readonly slot: number; readonly entropy: Uint8Array }): void {
  checkNumber('slot', slot)
  checkBytes('entropy', entropy, HASH)
}

/** What one accumulation is asked for. */
export function checkAccumulate(constants: ProtocolConstants, request: AccumulateRequest): void {
  checkObject('request', request)
  checkNumber('service', request.service)
  checkTime(request)
  checkAmount('gas', request.gas)
  checkList('inputs', request.inputs)
  for (const [k, input] of request.inputs.entries()) checkInput(`inputs[${k}]`, constants, input)
}

function checkReports(reports: readonly WorkReport[]): void {
  checkList('reports', reports)
  for (const [k, report] of reports.entries()) {
    const name = `reports[${k}]`
    checkObject(name, report)
    for (const hash of ['packageHash', 'exportsRoot', 'authorizerHash'] as const) {
      checkBytes(`${name}.${hash}`, report[hash], HASH)
    }
    checkBytes(`${name}.authTrace`, report.authTrace)
    for (const list of ['prerequisites', 'lookups', 'digests'] as const) checkList(`${name}.${list}`, report[list])
    for (const list of ['prerequisites', 'lookups'] as const) {
      for (const hash of report[list]) checkBytes(`${name}.${list}`, hash, HASH)
    }
    for (const digest of report.digests) {
      checkNumber(`${name}.digests.service`, digest.service)
      checkBytes(`${name}.digests.payloadHash`, digest.payloadHash, HASH)
      checkAmount(`${name}.digests.gas`, digest.gas)
      checkResult(`${name}.digests.result`, digest.result)
    }
  }
}

/** What a round is asked for. */
export function checkRound(constants: ProtocolConstants, request: RoundRequest): void {
  checkObject('request', request)
  checkTime(request)
  checkList('transfers', request.transfers)
  for (const [k, transfer] of request.transfers.entries()) checkTransfer(`transfers[${k}]`, constants, transfer)
  checkReports(request.reports)
  if (!(request.free instanceof Map)) throw new TypeError('free: expected a Map')
}

/** What a sequence of rounds is asked for. */
export function checkSequence(constants: ProtocolConstants, request: SequenceRequest): void {
  checkRound(constants, request)
  if (typeof request.gas !== 'bigint') throw new TypeError(`gas: expected a bigint, found ${typeof request.gas}`)
}

function checkPreimages(preimages: readonly Provision[] | undefined): void {
  if (preimages === undefined) return
  checkList('preimages', preimages)
  for (const { service, data, hash } of preimages) {
    checkNumber('preimages.service', service)
    checkBytes('preimages.data', data)
    if (hash !== undefined) checkBytes('preimages.hash', hash, HASH)
  }
}

/** A block on a state: it is behind the state's. */
export function checkBlock(constants: ProtocolConstants, state: BlockState, block: Block): void {
  checkState(constants, state)
  checkObject('block', block)
  checkTime(block)
  checkNumber('state.slot', state.slot)
  if (block.slot <= state.slot) throw new RangeError(`slot: ${block.slot} is not behind ${state.slot}, the state's`)
  checkList('state.ready', state.ready, constants.epochLength)
  checkList('state.accumulated', state.accumulated, constants.epochLength)
  checkReports(block.reports)
  checkPreimages(block.preimages)
}

/** What is-authorized is asked. */
export function checkAuthorize({ accounts, core, package: source }: AuthorizeRequest): void {
  checkAccounts('accounts', accounts)
  checkNumber('core', core, CORES)
  checkObject('package', source)
  checkBytes('package.authCodeHash', source.authCodeHash, HASH)
  checkBytes('package.authToken', source.authToken)
  checkBytes('package.authConfig', source.authConfig)
  checkObject('package.context', source.context)
  for (const hash of ['anchor', 'stateRoot', 'beefyRoot', 'lookupAnchor'] as const) {
    checkBytes(`package.context.${hash}`, source.context[hash], HASH)
  }
  checkNumber('package.context.lookupAnchorSlot', source.context.lookupAnchorSlot)
  checkList('package.items', source.items)
  for (const [k, item] of source.items.entries()) {
    checkNumber(`package.items[${k}].service`, item.service)
    checkBytes(`package.items[${k}].codeHash`, item.codeHash, HASH)
    checkBytes(`package.items[${k}].payload`, item.payload)
    checkAmount(`package.items[${k}].refineGas`, item.refineGas)
    checkAmount(`package.items[${k}].accumulateGas`, item.accumulateGas)
    checkNumber(`package.items[${k}].exports`, item.exports, 2 ** 16)
  }
}

function checkSegments(name: string, lists: readonly (readonly Uint8Array[])[] | undefined, length?: number): void {
  if (lists === undefined) return
  checkList(name, lists)
  for (const list of lists) {
    checkList(name, list)
    for (const bytes of list) checkBytes(name, bytes, length)
  }
}

/** What refine of a whole package is asked. */
export function checkPackage(request: Omit<RefineRequest, 'item' | 'trace'>): void {
  checkObject('request', request)
  checkAuthorize(request)
  checkSegments('imports', request.imports, SEGMENT)
  checkSegments('extrinsics', request.extrinsics)
}

/** What refine of an item is asked. */
export function checkRefine(request: RefineRequest): void {
  checkPackage(request)
  checkBytes('trace', request.trace)
  if (request.exportOffset !== undefined) checkNumber('exportOffset', request.exportOffset)
}
