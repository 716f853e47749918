// A service's surroundings in memory, for one run of its program: a thin convenience over the service host. Not a node, and not
// a state that goes on: service/service-host.ts.
import type { HostTable } from '../engine/engine.ts'
import { ownOptions } from '../isa/own-options.ts'
import type { Profile, ProfileName } from '../program/profile.ts'
import type { LogMessage } from './builtins.ts'
import type { ProtocolConstants } from './constants.ts'
import { createInnerMachines, type InnerMachines } from './inner.ts'
import { hostCallNumber } from './names.ts'
import { createHost, type HostHandlers } from './registry.ts'
import { Account, countsOf } from './service/account.ts'
import { Accounts } from './service/accounts.ts'
import { accumulateCalls } from './service/accumulate.ts'
import { type Chain, resolveChain } from './service/chain.ts'
import { Context, type Dimension } from './service/context.ts'
import { MapStore } from './service/map-store.ts'
import { plainPackage, type WorkPackage } from './service/package.ts'
import { authorizeCalls, refineCalls } from './service/refine.ts'
import { emptyState } from './service/service-host.ts'

/** Which of the three invocations a host serves. */
export type InvocationName = 'is-authorized' | 'refine' | 'accumulate'

/** What the service finds; everything is optional. */
export interface JamStubOptions {
  /** This is the profile of the program; the default is `gp-0.7.2`. */
  readonly profile?: Profile | ProfileName
  /** Which calls are offered, and what `fetch` answers; default `accumulate`. */
  readonly invocation?: InvocationName
  /** This is the service's id; the default is 0. */
  readonly service?: number
  readonly slot?: number
  readonly codeHash?: Uint8Array
  /** Without it, it is 2^64 - 1. */
  readonly balance?: bigint
  /** What the service need not deposit; default 2^64 - 1, no deposit at all. */
  readonly gratis?: bigint
  readonly minAccumulateGas?: bigint
  readonly minMemoGas?: bigint
  /** These are items and octets that the account has beside its storage, such as preimages. */
  readonly otherItems?: number
  readonly otherOctets?: bigint
  /** It has 32 bytes; the default is zeros. */
  readonly entropy?: Uint8Array
  /** These are encoded accumulate inputs, one by one. */
  readonly inputs?: readonly Uint8Array[]
  readonly storage?: Iterable<readonly [key: Uint8Array, value: Uint8Array]>
  /** Preimages by their hash. In refine they count as available. */
  readonly preimages?: Iterable<readonly [hash: Uint8Array, preimage: Uint8Array]>
  readonly constants?: Partial<ProtocolConstants>
  /** The work package of is-authorized and refine; default one with a single empty item of the service. */
  readonly package?: WorkPackage
  /** For refine these are the index of the item, the authorizer's trace, and imported segments and extrinsics by item. */
  readonly item?: number
  readonly trace?: Uint8Array
  readonly imports?: readonly (readonly Uint8Array[])[]
  readonly extrinsics?: readonly (readonly Uint8Array[])[]
  /** It is called for each log message. */
  readonly onLog?: (message: LogMessage) => void
  /** Host functions that replace or complete those here. */
  readonly handlers?: HostHandlers
}

/** A stub and what the service did to it. */
export interface JamStub {
  /** For a machine's `host` option. It has `snapshot` and `restore`: what `handlers` keep is not in it. */
  readonly host: HostTable
  /** This is the storage by key in hex. */
  readonly storage: ReadonlyMap<string, Uint8Array>
  /** This is what `checkpoint` kept of it. It is undefined before the first one. */
  readonly checkpoint: ReadonlyMap<string, Uint8Array> | undefined
  /** This is what the service yielded. */
  readonly yielded: Uint8Array | undefined
  /** These are the segments that refine exported. */
  readonly exports: readonly Uint8Array[]
  readonly logs: readonly LogMessage[]
}

const MOST = 2n ** 64n - 1n
const HASH = 32

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Storage of an account by key in hex: what was there, and what was changed since. */
function storageOf(first: ReadonlyMap<string, Uint8Array>, account: Account): Map<string, Uint8Array> {
  const map = new Map(first)
  for (const change of account.changes) {
    if (change.kind !== 'storage') continue
    if (change.value === undefined) map.delete(hex(change.key))
    else map.set(hex(change.key), change.value)
  }
  return map
}

/** A map that is what `now` gives whenever it is looked at. */
class LiveMap implements ReadonlyMap<string, Uint8Array> {
  readonly #now: () => ReadonlyMap<string, Uint8Array>

  constructor(now: () => ReadonlyMap<string, Uint8Array>) {
    this.#now = now
  }

  get size(): number {
    return this.#now().size
  }

  get(key: string): Uint8Array | undefined {
    return this.#now().get(key)
  }

  has(key: string): boolean {
    return this.#now().has(key)
  }

  forEach(call: (value: Uint8Array, key: string, map: ReadonlyMap<string, Uint8Array>) => void): void {
    for (const [key, value] of this.#now()) call(value, key, this)
  }

  entries(): MapIterator<[string, Uint8Array]> {
    return this.#now().entries()
  }

  keys(): MapIterator<string> {
    return this.#now().keys()
  }

  values(): MapIterator<Uint8Array> {
    return this.#now().values()
  }

  [Symbol.iterator](): MapIterator<[string, Uint8Array]> {
    return this.entries()
  }
}

/** What a stub's host keeps. */
interface Kept extends Pick<Context, 'x' | 'y'> {
  readonly exports: readonly Uint8Array[]
  readonly logs: readonly LogMessage[]
}

/** Makes a stub. @throws RangeError when the profile has no host calls of its own. */
export function createJamStub(given: JamStubOptions = {}): JamStub {
  const options = ownOptions(given)
  const logs: LogMessage[] = []
  const onLog = (message: LogMessage): void => {
    logs.push(message)
    options.onLog?.(message)
  }
  const { profile, constants } = options
  const chain = resolveChain({ onLog, ...(profile && { profile }), ...(constants && { chain: constants }) })
  const { service = 0, slot = 0, entropy = new Uint8Array(HASH), inputs = [] } = options
  const storage = [...(options.storage ?? [])]
  const preimages = [...(options.preimages ?? [])]
  const counts = countsOf(storage, [])
  const account = new Account(
    {
      codeHash: options.codeHash ?? new Uint8Array(HASH),
      balance: options.balance ?? MOST,
      minItemGas: options.minAccumulateGas ?? 0n,
      minMemoGas: options.minMemoGas ?? 0n,
      octets: (options.otherOctets ?? 0n) + counts.octets,
      items: (options.otherItems ?? 0) + counts.items,
      gratis: options.gratis ?? MOST,
      created: 0,
      lastAccumulation: slot,
      parent: 0,
    },
    new MapStore({ storage, preimages, requests: preimages.map(([hash, { length }]) => [hash, length, [0]]) }),
  )
  const accounts = new Accounts(new Map([[service, account]]))
  const context = new Context(chain, { ...emptyState(chain.constants), accounts }, service, slot, entropy)
  const initial = context.y
  const exported: Uint8Array[] = []
  const inner = createInnerMachines()
  const parts = { accounts, context, exported, inner }
  const handlers = handlersOf(chain, { ...options, service, slot, entropy, inputs }, parts)
  const first = new Map(storage.map(([key, value]) => [hex(key), value.slice()]))
  const storageIn = ({ accounts: all }: Dimension): ReadonlyMap<string, Uint8Array> =>
    storageOf(first, all.get(service)!)
  return {
    host: {
      ...createHost(merged({ ...handlers }, options.handlers ?? {}, chain), { profile: chain.profile }),
      // Inner machines that exist are not copied: there is no state then.
      snapshot: () =>
        inner.machines.size > 0 ? undefined : { ...context.snapshot(), exports: exported.slice(), logs: logs.slice() },
      restore: state => {
        const then = state as Kept
        context.restore(then)
        exported.splice(0, exported.length, ...then.exports)
        logs.splice(0, logs.length, ...then.logs)
        inner.dispose()
      },
    },
    storage: new LiveMap(() => storageIn(context.x)),
    get checkpoint() {
      return context.y === initial ? undefined : storageIn(context.y)
    },
    get yielded() {
      return context.x.yielded
    },
    exports: exported,
    logs,
  }
}

/** The handlers given replace those of the same name or number. */
function merged(handlers: Record<string, HostHandlers[string]>, given: HostHandlers, chain: Chain): HostHandlers {
  const all = { ...handlers }
  for (const [key, handler] of Object.entries(given)) {
    for (const name of Object.keys(all)) if (key === `${hostCallNumber(name, chain.version)}`) delete all[name]
    all[key] = handler
  }
  return all
}

type Settled = JamStubOptions & Required<Pick<JamStubOptions, 'service' | 'slot' | 'entropy' | 'inputs'>>

function handlersOf(
  chain: Chain,
  options: Settled,
  parts: {
    readonly accounts: Accounts
    readonly context: Context
    readonly exported: Uint8Array[]
    readonly inner: InnerMachines
  },
): HostHandlers {
  const { invocation = 'accumulate', service, slot, entropy, inputs } = options
  const source = options.package ?? plainPackage([{ service }], slot, service)
  if (invocation === 'accumulate') return accumulateCalls(parts.context, { entropy, inputs })
  if (invocation === 'is-authorized') return authorizeCalls(chain, source)
  const { item = 0, trace = new Uint8Array(0), imports = [], extrinsics = [] } = options
  const request = { accounts: parts.accounts, core: 0, package: source, item, trace, imports, extrinsics }
  return refineCalls(chain, request, service, parts.exported, parts.inner)
}
