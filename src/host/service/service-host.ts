// The service host as one object: the three invocations, round, sequence and block under the same rules. Not the rules.
import { knownOptions } from '../../isa/own-options.ts'
import type { ProtocolConstants } from '../constants.ts'
import { Accounts } from './accounts.ts'
import { type AccumulateRequest, type AccumulateResult, accumulate } from './accumulate.ts'
import {
  accumulateBlock,
  accumulateSequence,
  type Block,
  type BlockResult,
  type BlockState,
  type SequenceRequest,
  type SequenceResult,
} from './block.ts'
import { type ChainOptions, resolveChain } from './chain.ts'
import {
  checkAccumulate,
  checkAuthorize,
  checkBlock,
  checkPackage,
  checkRefine,
  checkRound,
  checkSequence,
  checkState,
} from './check.ts'
import { checkNumber } from './check-value.ts'
import {
  type AuthorizeRequest,
  isAuthorized,
  type PackageRun,
  type RefineRequest,
  type RefineRun,
  refine,
  refinePackage,
} from './refine.ts'
import { accumulateRound, accumulateService, type RoundRequest, type RoundResult } from './round.ts'
import type { ServiceState } from './state.ts'

const OPTIONS = ['profile', 'chain', 'engine', 'onLog', 'onCall', 'onEnd'] as const

/**
 * The invocations of the Gray Paper, over states that stay what they are: what comes out has a state of its own. Before anything
 * runs, each throws a TypeError or RangeError that names what of its arguments is wrong.
 */
export interface ServiceHost {
  /** These are all constants of the chain. */
  readonly constants: ProtocolConstants
  /** Ψ_I (GP B.2): runs a package's authorizer. */
  isAuthorized(request: AuthorizeRequest): Omit<RefineRun, 'exports'>
  /** Ψ_R (GP B.3): runs an item of a package. @throws RangeError when there is no such item. */
  refine(request: RefineRequest): RefineRun
  /** Both, for all items, as the work report has them (GP 14.4). */
  refinePackage(request: Omit<RefineRequest, 'item' | 'trace' | 'exportOffset'>): PackageRun
  /** Ψ_A accumulates one service (GP B.4). */
  accumulate(state: ServiceState, request: AccumulateRequest): AccumulateResult
  /** Δ1 (GP 12.3): accumulates one service with all that a round has for it. */
  accumulateService(state: ServiceState, request: RoundRequest, service: number): AccumulateResult
  /** Δ* (GP 12.3): all services of a round, side by side. */
  accumulateRound(state: ServiceState, request: RoundRequest): RoundResult
  /** Δ+ (GP 12.3): rounds, until nothing fits or is left. */
  accumulateSequence(state: ServiceState, request: SequenceRequest): SequenceResult
  /** A block (GP 12): which reports, the rounds, and what follows from them. */
  accumulateBlock(state: BlockState, block: Block): BlockResult
}

/**
 * A service host does what the paper says that blocks do to services.
 *
 * @example createServiceHost({ profile: 'gp-0.7.2' }).accumulate(state, { service: 7, slot: 1, entropy, gas: 1_000_000n, inputs: [] })
 * @throws RangeError when the profile has no host calls of its own, TypeError for an option that there is not.
 */
export function createServiceHost(options: ChainOptions = {}): ServiceHost {
  const chain = resolveChain(knownOptions(options, OPTIONS))
  const { constants } = chain
  return {
    constants,
    isAuthorized: request => {
      checkAuthorize(request)
      return isAuthorized(chain, request)
    },
    refine: request => {
      checkRefine(request)
      return refine(chain, request)
    },
    refinePackage: request => {
      checkPackage(request)
      return refinePackage(chain, request)
    },
    accumulate: (state, request) => {
      checkState(constants, state)
      checkAccumulate(constants, request)
      return accumulate(chain, state, request)
    },
    accumulateService: (state, request, service) => {
      checkState(constants, state)
      checkRound(constants, request)
      checkNumber('service', service)
      return accumulateService(chain, state, request, service)
    },
    accumulateRound: (state, request) => {
      checkState(constants, state)
      checkRound(constants, request)
      return accumulateRound(chain, state, request)
    },
    accumulateSequence: (state, request) => {
      checkState(constants, state)
      checkSequence(constants, request)
      return accumulateSequence(chain, state, request)
    },
    accumulateBlock: (state, block) => {
      checkBlock(constants, state, block)
      return accumulateBlock(chain, state, block)
    },
  }
}

/** A state without accounts, where service 0 has all privileges; for the chain with these constants. */
export function emptyState(
  constants: Pick<ProtocolConstants, 'coreCount' | 'authorizerQueueSize' | 'epochLength'>,
): BlockState {
  const { coreCount, authorizerQueueSize, epochLength } = constants
  return {
    accounts: new Accounts(new Map()),
    manager: 0,
    assigners: new Array<number>(coreCount).fill(0),
    delegator: 0,
    registrar: 0,
    always: new Map(),
    staging: new Uint8Array(0),
    authQueues: Array.from({ length: coreCount }, () => new Uint8Array(32 * authorizerQueueSize)),
    slot: 0,
    ready: Array.from({ length: epochLength }, () => []),
    accumulated: Array.from({ length: epochLength }, () => []),
  }
}
