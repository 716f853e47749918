// Services of a few instructions, states with them, and reports for them. Not a test.

import { blake2b } from '../../../src/hash/blake2b.ts'
import type { Account } from '../../../src/host/service/account.ts'
import { Accounts } from '../../../src/host/service/accounts.ts'
import type { BlockState } from '../../../src/host/service/block.ts'
import type { WorkReport } from '../../../src/host/service/round.ts'
import { createServiceHost, emptyState } from '../../../src/host/service/service-host.ts'
import type { ServiceState, Transfer } from '../../../src/host/service/state.ts'
import { assemble } from '../../../src/index.ts'
import { accountWith, hashOf } from './caller.ts'

export const CHAIN = { coreCount: 2, validatorCount: 6, preimageExpungePeriod: 32, epochLength: 12 }
export const host = createServiceHost({ engine: 'reference', chain: CHAIN })
export const host080 = createServiceHost({ engine: 'reference', chain: CHAIN, profile: 'gp-0.8.0' })
export const ENTROPY = hashOf(8)

/** Accumulate at its entry, refine a trap. */
export function service(text: string, record: Parameters<typeof accountWith>[0] = {}, metadata = 0): Account {
  const { bytes } = assemble(`.format standard\njump @accumulate\n@accumulate:\n${text}`)
  // The first instruction has to have five bytes: the entry of accumulate is at 5.
  const preimage = Uint8Array.of(metadata, ...new Uint8Array(metadata), ...bytes)
  const codeHash = blake2b(preimage)
  return accountWith({ codeHash, ...record }, { preimages: [[codeHash, preimage]] })
}

/** A service whose accumulate is `text`, where refine is five instructions that do nothing. */
export function accumulating(text: string, record: Parameters<typeof accountWith>[0] = {}, metadata = 0): Account {
  const { bytes } = assemble(
    `.format standard\nfallthrough\nfallthrough\nfallthrough\nfallthrough\nfallthrough\n${text}`,
  )
  const preimage = Uint8Array.of(metadata, ...new Uint8Array(metadata), ...bytes)
  const codeHash = blake2b(preimage)
  return accountWith({ codeHash, ...record }, { preimages: [[codeHash, preimage]] })
}

export function stateWith(
  accounts: Record<number, Account>,
  change: Partial<Omit<BlockState, 'accounts'>> = {},
): BlockState {
  const map = new Map(Object.entries(accounts).map(([id, account]) => [Number(id), account]))
  return { ...emptyState(host.constants), slot: 99, ...change, accounts: new Accounts(map) }
}

export const transfer = (to: number, amount: bigint, gas = 0n, from = 1): Transfer => ({
  from,
  to,
  amount,
  memo: new Uint8Array(128),
  gas,
})

export function run(
  state: ServiceState,
  id: number,
  gas = 1000n,
  inputs: Parameters<typeof host.accumulate>[1]['inputs'] = [],
) {
  return host.accumulate(state, { service: id, slot: 100, entropy: ENTROPY, gas, inputs })
}

/** r7 points to the arguments; r9 keeps that. */
export const HALT_EMPTY = 'load_imm r8, 0\njump_ind r0'
/** Yields the 32 bytes at the stack, filled with nothing. */
export const YIELD = 'load_imm_64 r7, 0xfefdf000\necalli 25'
export const STACK = '.stack 4096'

export const report = (
  name: number,
  digests: readonly (readonly [service: number, gas: bigint])[],
  needs: readonly number[] = [],
): WorkReport => ({
  packageHash: hashOf(name),
  exportsRoot: hashOf(0),
  authorizerHash: hashOf(0),
  authTrace: new Uint8Array(0),
  prerequisites: needs.map(hashOf),
  lookups: [],
  digests: digests.map(([id, gas]) => ({ service: id, payloadHash: hashOf(0), gas, result: new Uint8Array(0) })),
})
