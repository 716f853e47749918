// Ψ_I and Ψ_R (GP B.2, B.3): whether a package is authorized, and what its items come to. Pure functions. Not accumulate.
import { BlobError } from '../../blob/error.ts'
import { Writer } from '../../blob/writer.ts'
import { HostAction, type HostFunction, type Vm } from '../../engine/engine.ts'
import { builtinCalls } from '../builtins.ts'
import { createInnerMachines, type InnerMachines, type PreimageSource } from '../inner.ts'
import { type InvocationOptions, type InvocationResult, invokeProgram } from '../invocation.ts'
import { answer, readBytes, registerNumber } from '../registers.ts'
import { createHost, type HostHandler } from '../registry.ts'
import { HostResult } from '../results.ts'
import { type Account, lookUpAt } from './account.ts'
import type { AccountSource } from './accounts.ts'
import { observed } from './accumulate.ts'
import { type Chain, codeOf, machineGas } from './chain.ts'
import { encodeSequence, sized } from './encoding.ts'
import { encodeContext, encodeItemSummary, encodePackage, packageHash, type WorkPackage } from './package.ts'
import type { WorkResult } from './state.ts'

/** An exported or imported segment has so many bytes. */
export const SEGMENT: number = 4104

/** A run of refine's or is-authorized's code. */
export interface RefineRun {
  readonly result: WorkResult
  /** Segments that were exported, 4,104 bytes each; none after a failure. */
  readonly exports: readonly Uint8Array[]
  readonly gasUsed: bigint
  /** This says in words why it failed. */
  readonly reason: string | undefined
}

/** What is asked of is-authorized. */
export interface AuthorizeRequest {
  readonly accounts: AccountSource
  readonly core: number
  readonly package: WorkPackage
}

/** This says what is refined. */
export interface RefineRequest extends AuthorizeRequest {
  /** This is the index of the item. */
  readonly item: number
  /** This is what is-authorized gave. */
  readonly trace: Uint8Array
  /** These are imported segments, by item. */
  readonly imports?: readonly (readonly Uint8Array[])[]
  /** These are extrinsic data, by item. */
  readonly extrinsics?: readonly (readonly Uint8Array[])[]
  /** So many segments were exported by the items before. Without it, it is as many as they declare. */
  readonly exportOffset?: number
}

type Fetch = (selector: number, a: number, b: number) => Uint8Array | undefined

function fetchCall(value: Fetch): HostFunction {
  return vm => {
    const [selector, a, b] = [registerNumber(vm, 10), registerNumber(vm, 11), registerNumber(vm, 12)]
    return answer(vm, value(selector, a, b), { at: 7, offset: 8, length: 9 })
  }
}

/** Both invocations offer this of a package: selectors 0 and 7 to 13 (GP B.4). */
function packageValue({ version, encodedConstants }: Chain, source: WorkPackage): Fetch {
  let encoded: Uint8Array | undefined // a guest may ask for it again and again
  let summaries: Uint8Array | undefined
  return (selector, a) => {
    switch (selector) {
      case 0:
        return encodedConstants
      case 7:
        return (encoded ??= encodePackage(source, version))
      case 8:
        return source.authConfig
      case 9:
        return source.authToken
      case 10:
        return encodeContext(source.context, version)
      case 11:
        return (summaries ??= encodeSequence(source.items.map(encodeItemSummary)))
      case 12: {
        const item = source.items[a]
        return item === undefined ? undefined : encodeItemSummary(item)
      }
      case 13:
        return source.items[a]?.payload
      default:
        return undefined
    }
  }
}

const failed = (result: WorkResult, reason: string): RefineRun => ({ result, exports: [], gasUsed: 0n, reason })

/** The result of a run, in the words of work results. */
function resultOf({ outcome, result }: InvocationResult): WorkResult {
  return outcome === 'halt' ? result : outcome
}

function invoke(
  chain: Chain,
  codeHash: Uint8Array,
  code: Uint8Array,
  {
    calls,
    ...start
  }: Pick<InvocationOptions, 'args' | 'onEnd'> & {
    readonly gas: bigint
    readonly calls: Record<string, HostHandler>
  },
): InvocationResult {
  const program = chain.programs.load(codeHash, code)
  if (program instanceof BlobError) {
    return { outcome: 'panic', result: new Uint8Array(0), gasUsed: 0n, reason: program.message }
  }
  const host = createHost(observed(chain, calls), { profile: chain.profile })
  return invokeProgram(program, { ...start, gas: machineGas(start.gas), entry: 0, host, engine: chain.engine })
}

/** Ψ_I (GP B.2): runs the package's authorizer. Its output is the authorizer trace. */
export function isAuthorized(
  chain: Chain,
  { accounts, core, package: source }: AuthorizeRequest,
): Omit<RefineRun, 'exports'> {
  const { authHost, authCodeHash, context } = source
  const account = accounts.get(authHost)
  const code = codeOf(account === undefined ? undefined : lookUpAt(account, context.lookupAnchorSlot, authCodeHash))
  if (code === undefined) return { result: 'bad', gasUsed: 0n, reason: 'no authorizer code' }
  if (code.length > chain.constants.maxAuthorizerCode) {
    return { result: 'big', gasUsed: 0n, reason: `${code.length} bytes of authorizer code` }
  }
  const calls = authorizeCalls(chain, source)
  const gas = BigInt(chain.constants.isAuthorizedGas)
  const onEnd = chain.onEnd && ((vm: Vm): void => chain.onEnd!(vm, 'is-authorized', authHost))
  const run = invoke(chain, authCodeHash, code, { gas, args: new Writer().uint(core, 2).toBytes(), calls, onEnd })
  return { result: resultOf(run), gasUsed: run.gasUsed, reason: run.reason }
}

/** Refine has the selectors of the package, and 1 to 6 (GP B.4). */
function refineValue(chain: Chain, request: RefineRequest): Fetch {
  const { item, trace, imports = [], extrinsics = [], package: source } = request
  const ofPackage = packageValue(chain, source)
  return (selector, a, b) => {
    switch (selector) {
      case 1:
        return new Uint8Array(32)
      case 2:
        return trace
      case 3:
        return extrinsics[a]?.[b]
      case 4:
        return extrinsics[item]?.[a]
      case 5:
        return imports[a]?.[b]
      case 6:
        return imports[item]?.[a]
      default:
        return ofPackage(selector, a, b)
    }
  }
}

/** The preimage of a hash that an account had at the lookup anchor: Λ for an account as registers have it (GP B.8). */
function preimageIn({ accounts, package: source }: RefineRequest, self: number): PreimageSource {
  return (id, hash) => {
    const service = id === 2n ** 64n - 1n ? self : id < 2n ** 32n ? Number(id) : undefined
    const account: Account | undefined = service === undefined ? undefined : accounts.get(service)
    return account === undefined ? undefined : lookUpAt(account, source.context.lookupAnchorSlot, hash)
  }
}

function historicalLookup(preimage: PreimageSource): HostFunction {
  return vm => {
    const hash = readBytes(vm, registerNumber(vm, 8), 32)
    if (hash === undefined) return HostAction.Panic
    return answer(vm, preimage(vm.regs[7]!, hash), { at: 9, offset: 10, length: 11 })
  }
}

function exportCall(exported: Uint8Array[], offset: number, most: number): HostFunction {
  return vm => {
    const bytes = readBytes(vm, registerNumber(vm, 7), Math.min(registerNumber(vm, 8), SEGMENT))
    if (bytes === undefined) return HostAction.Panic
    if (offset + exported.length >= most) {
      vm.regs[7] = HostResult.FULL
      return HostAction.Continue
    }
    vm.regs[7] = BigInt(offset + exported.length)
    const segment = new Uint8Array(SEGMENT)
    segment.set(bytes)
    exported.push(segment)
    return HostAction.Continue
  }
}

/** Every call that refine offers to a service (GP B.3). What is exported is put into `exported`. */
export function refineCalls(
  chain: Chain,
  request: RefineRequest,
  service: number,
  exported: Uint8Array[],
  inner: InnerMachines,
): Record<string, HostHandler> {
  const { package: source, item, exportOffset } = request
  const before = source.items.slice(0, item).reduce((sum, { exports }) => sum + exports, 0)
  const preimage = preimageIn(request, service)
  return {
    ...builtinCalls(chain.version, message => chain.onLog?.(message, service)),
    fetch: fetchCall(refineValue(chain, request)),
    historical_lookup: historicalLookup(preimage),
    export: exportCall(exported, exportOffset ?? before, chain.constants.maxExports),
    ...inner.handlers,
    ...(chain.version === 'gp-main' && { compile: inner.compile(preimage) }),
  }
}

/** Every call that is-authorized offers (GP B.2). */
export function authorizeCalls(chain: Chain, source: WorkPackage): Record<string, HostHandler> {
  const base = builtinCalls(chain.version, message => chain.onLog?.(message, source.authHost))
  return { ...base, fetch: fetchCall(packageValue(chain, source)) }
}

/** Ψ_R (GP B.3): runs an item's service. @throws RangeError when the package has no such item. */
export function refine(chain: Chain, request: RefineRequest): RefineRun {
  const { accounts, core, package: source, item: index } = request
  const item = source.items[index]
  if (item === undefined) throw new RangeError(`item: ${index}, the package has ${source.items.length}`)
  const account = accounts.get(item.service)
  const preimage = account === undefined ? undefined : lookUpAt(account, source.context.lookupAnchorSlot, item.codeHash)
  const code = codeOf(preimage)
  if (preimage === undefined || code === undefined) {
    return failed('bad', account === undefined ? 'no such service' : 'no code')
  }
  if (preimage.length > chain.constants.maxServiceCode) return failed('big', `${preimage.length} bytes of code`)
  const args = new Writer().varint(core).varint(index).varint(item.service)
  sized(args, item.payload).bytes(packageHash(source, chain.version))
  const exported: Uint8Array[] = []
  const inner = createInnerMachines({ kind: chain.engine.kind })
  try {
    const calls = refineCalls(chain, request, item.service, exported, inner)
    const onEnd = chain.onEnd && ((vm: Vm): void => chain.onEnd!(vm, 'refine', item.service))
    const run = invoke(chain, item.codeHash, code, { gas: item.refineGas, args: args.toBytes(), calls, onEnd })
    const { outcome, gasUsed, reason } = run
    return { result: resultOf(run), exports: outcome === 'halt' ? exported : [], gasUsed, reason }
  } finally {
    inner.dispose()
  }
}

/** An item as it comes into the report (GP 14.4): what it said, or what is wrong with that. */
export function reportedRun(
  { constants }: Chain,
  { exports, result, gasUsed, reason }: RefineRun,
  item: { readonly exports: number },
  /** The authorizer trace and the outputs of earlier items have so many bytes. */
  sizeBefore: number,
): RefineRun {
  const zeros = (): Uint8Array[] => Array.from({ length: item.exports }, () => new Uint8Array(SEGMENT))
  if (typeof result !== 'string' && sizeBefore + result.length > constants.maxReportVariableSize) {
    return { result: 'oversize', exports: zeros(), gasUsed, reason: `${result.length} bytes of output are too many` }
  }
  if (exports.length !== item.exports) {
    const text = `${exports.length} exports instead of ${item.exports}`
    return { result: 'bad-exports', exports: zeros(), gasUsed, reason: text }
  }
  return typeof result === 'string'
    ? { result, exports: zeros(), gasUsed, reason }
    : { result, exports, gasUsed, reason }
}

/** What a package comes to. */
export interface PackageRun {
  readonly authorization: Omit<RefineRun, 'exports'>
  /** By item; none where it is not authorized. */
  readonly items: readonly RefineRun[]
}

/** Authorizes a package and refines all its items, as the report has them (GP 14.4). */
export function refinePackage(
  chain: Chain,
  request: Omit<RefineRequest, 'item' | 'trace' | 'exportOffset'>,
): PackageRun {
  const authorization = isAuthorized(chain, request)
  const trace = authorization.result
  if (typeof trace === 'string' || trace.length > chain.constants.maxReportVariableSize) {
    return { authorization, items: [] }
  }
  const items: RefineRun[] = []
  let size = trace.length
  for (const [index, item] of request.package.items.entries()) {
    const run = reportedRun(chain, refine(chain, { ...request, item: index, trace }), item, size)
    if (typeof run.result !== 'string') size += run.result.length
    items.push(run)
  }
  return { authorization, items }
}
