// Host calls of the privileged: bless, assign, designate (GP B.7). They look at the privileges of x, which earlier calls of the
// same accumulation may have changed. Not what counts of that in the end: round.ts.

import { ResourceError } from '../../core/resource-error.ts'
import { HostAction, type HostFunction } from '../../engine/engine.ts'
import { done, readBytes, registerNumber } from '../registers.ts'
import { HostResult } from '../results.ts'
import type { Context } from './context.ts'

const HASH = 32
/** A validator's keys have so many bytes. */
const VALIDATOR = 336
/** Bytes of an entry of the services that run in every block: E4(service), E8(gas). */
const ALWAYS = 12
/** A list with more entries than this is refused for want of memory: this many take 100 MB. */
const MOST_ALWAYS = 2 ** 20
/** All ids are below this number. */
const IDS = 2n ** 32n
/** The number of validators of a chain is a multiple of the first, and at least the second (GP 0.8.0). */
const VALIDATORS_STEP = 3n
const LEAST_VALIDATORS = 6n

/** These are the calls bless, assign and designate. */
export function privilegeCalls(context: Context): Record<'bless' | 'assign' | 'designate', HostFunction> {
  const { chain, self } = context
  const { coreCount, authorizerQueueSize, validatorCount } = chain.constants
  const is080 = chain.version !== 'gp-0.7.2'

  const put = (changes: Partial<Context['x']['privileges']>): void => {
    context.x.privileges = { ...context.x.privileges, ...changes }
  }

  return {
    bless: vm => {
      const [manager, delegator, registrar] = [vm.regs[7]!, vm.regs[9]!, vm.regs[10]!]
      const assigners = readBytes(vm, registerNumber(vm, 8), 4 * coreCount)
      const always = readBytes(vm, registerNumber(vm, 11), ALWAYS * registerNumber(vm, 12))
      if (assigners === undefined || always === undefined) return HostAction.Panic
      if (is080 && self !== context.x.privileges.manager) return done(vm, HostResult.HUH)
      if (manager >= IDS || delegator >= IDS || registrar >= IDS) return done(vm, HostResult.WHO)
      const ids = new DataView(assigners.buffer)
      put({
        manager: Number(manager),
        assigners: Array.from({ length: coreCount }, (_, core) => ids.getUint32(4 * core, true)),
        delegator: Number(delegator),
        registrar: Number(registrar),
        always: readAlways(always, self),
      })
      return done(vm, HostResult.OK)
    },

    assign: vm => {
      const core = vm.regs[7]!
      const queue = readBytes(vm, registerNumber(vm, 8), HASH * authorizerQueueSize)
      if (queue === undefined) return HostAction.Panic
      if (core >= BigInt(coreCount)) return done(vm, HostResult.CORE)
      const { assigners, authQueues } = context.x.privileges
      if (self !== assigners[Number(core)]) return done(vm, HostResult.HUH)
      const assigner = vm.regs[9]!
      if (assigner >= IDS) return done(vm, HostResult.WHO)
      put({
        assigners: assigners.with(Number(core), Number(assigner)),
        authQueues: authQueues.with(Number(core), queue),
      })
      return done(vm, HostResult.OK)
    },

    designate: vm => {
      const count = is080 ? registerNumber(vm, 8) : validatorCount
      const keys = readBytes(vm, registerNumber(vm, 7), VALIDATOR * count)
      if (keys === undefined) return HostAction.Panic
      const isSize = !is080 || isValidatorCount(vm.regs[8]!, coreCount)
      if (!isSize || self !== context.x.privileges.delegator) return done(vm, HostResult.HUH)
      put({ staging: keys })
      return done(vm, HostResult.OK)
    },
  }
}

/** The services that run in every block, with their gas; of a service that is listed twice, the last. */
function readAlways(bytes: Uint8Array, self: number): Map<number, bigint> {
  const entries = new DataView(bytes.buffer)
  const always = new Map<number, bigint>()
  for (let at = 0; at < bytes.length; at += ALWAYS) {
    always.set(entries.getUint32(at, true), entries.getBigUint64(at + 4, true))
    if (always.size > MOST_ALWAYS) {
      throw new ResourceError('memory', `service ${self}: more than ${MOST_ALWAYS} services are to run in every block`)
    }
  }
  return always
}

/** The number of validators is 6, 9, and so on, up to 3 for each core (GP 0.8.0). */
function isValidatorCount(count: bigint, coreCount: number): boolean {
  return count >= LEAST_VALIDATORS && count <= VALIDATORS_STEP * BigInt(coreCount) && count % VALIDATORS_STEP === 0n
}
