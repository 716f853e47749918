// Makes one host call in a given context: a guest of one instruction, `ecalli`, with registers and memory as told. Not a test.
import { createEngine } from '../../../src/engine/create.ts'
import type { Vm } from '../../../src/engine/engine.ts'
import { Exit, exitName } from '../../../src/engine/exit.ts'
import { hostCallNumber } from '../../../src/host/names.ts'
import { createHost, type HostHandlers } from '../../../src/host/registry.ts'
import { Account, type AccountRecord } from '../../../src/host/service/account.ts'
import { Accounts } from '../../../src/host/service/accounts.ts'
import { accumulateCalls } from '../../../src/host/service/accumulate.ts'
import { type Chain, resolveChain } from '../../../src/host/service/chain.ts'
import { Context } from '../../../src/host/service/context.ts'
import { type AccountContents, MapStore } from '../../../src/host/service/map-store.ts'
import { emptyState } from '../../../src/host/service/service-host.ts'
import type { ServiceState } from '../../../src/host/service/state.ts'
import { Access, assemble, loadProgram, type ProfileName } from '../../../src/index.ts'

export const SELF = 7
export const OTHER = 9
export const SLOT = 1000
/** D of the chain of these tests. */
export const EXPUNGE = 32
/** Where guests have a readable page, a writable one, and none. */
export const READ = 0x20000
export const WRITE = 0x30000
export const NOWHERE = 0x50000
export const MAX = 2n ** 64n - 1n

export const hashOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

/** An account with plenty of balance; counters follow its contents. */
export function accountWith(record: Partial<AccountRecord> = {}, contents: AccountContents = {}): Account {
  const storage = [...(contents.storage ?? [])]
  const requests = [...(contents.requests ?? [])]
  const octets =
    storage.reduce((sum, [key, value]) => sum + 34 + key.length + value.length, 0) +
    requests.reduce((sum, [, length]) => sum + 81 + length, 0)
  const counted = { items: storage.length + 2 * requests.length, octets: BigInt(octets) }
  const plain = { codeHash: hashOf(1), balance: 1_000_000n, minItemGas: 1n, minMemoGas: 2n, gratis: 0n }
  return new Account(
    { ...plain, ...counted, created: 3, lastAccumulation: 4, parent: 5, ...record },
    new MapStore({ ...contents, storage, requests }),
  )
}

export interface Scene {
  readonly chain: Chain
  readonly context: Context
  readonly state: ServiceState
}

/** A context of an accumulation of SELF, with OTHER beside it. */
export function scene(
  own: Account = accountWith(),
  changes: Partial<Omit<ServiceState, 'accounts'>> & { others?: readonly [number, Account][] } = {},
  profile: ProfileName = 'gp-0.7.2',
): Scene {
  const { others = [[OTHER, accountWith()] as [number, Account]], ...privileges } = changes
  const chain = resolveChain({
    profile,
    chain: { coreCount: 2, validatorCount: 6, preimageExpungePeriod: EXPUNGE, epochLength: 12 },
  })
  const state = {
    ...emptyState(chain.constants),
    ...privileges,
    accounts: new Accounts(new Map([[SELF, own], ...others])),
  }
  return { chain, state, context: new Context(chain, state, SELF, SLOT, hashOf(8)) }
}

/** What a call came to. */
export interface Answer {
  /** `panic` is the guest's `trap` behind the call where the call went on; the exit is the call's own. */
  readonly exit: string
  readonly r7: bigint
  readonly r8: bigint
  readonly gasUsed: bigint
  readonly vm: Vm
}

export interface CallSetting {
  readonly regs: Readonly<Record<number, bigint | number>>
  /** Bytes at READ. */
  readonly bytes?: Uint8Array
  readonly gas?: bigint
}

/** Makes a call by its number with the handlers of an invocation. */
export function callWith(
  handlers: HostHandlers,
  chain: Chain,
  index: number,
  { regs, bytes, gas = 100_000n }: CallSetting,
): Answer {
  const code = assemble(`.format raw\necalli ${index}\nload_imm r12, 77\ntrap`).bytes
  const program = loadProgram(code, { kind: 'raw', profile: chain.profile })
  const values = Array.from({ length: 13 }, (_, k) => BigInt.asUintN(64, BigInt(regs[k] ?? 0)))
  const size = Math.max(4096, Math.ceil((bytes?.length ?? 0) / 4096) * 4096)
  const vm = createEngine({ kind: 'reference' }).instantiate(program, {
    gas,
    regs: values,
    pages: [
      { address: READ, length: size, access: Access.Read },
      { address: WRITE, length: 0x2000, access: Access.Write },
    ],
    memory: bytes === undefined ? [] : [{ address: READ, bytes }],
    host: createHost(handlers, { profile: chain.profile }),
  })
  const exit = vm.run()
  const went = exit === Exit.Panic && vm.regs[12] === 77n ? 'continue' : exitName(exit)
  return { exit: went, r7: vm.regs[7]!, r8: vm.regs[8]!, gasUsed: vm.gasUsed, vm }
}

/** Makes a call of accumulate by its name. */
export function call(
  { chain, context }: Scene,
  name: string,
  setting: CallSetting,
  inputs: readonly Uint8Array[] = [],
): Answer {
  const handlers = accumulateCalls(context, { entropy: hashOf(8), inputs })
  return callWith(handlers, chain, hostCallNumber(name, chain.version)!, setting)
}

/** Bytes that a call wrote at WRITE. */
export function written(answer: Answer, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  answer.vm.memory.read(WRITE, bytes)
  return bytes
}
