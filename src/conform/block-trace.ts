// Recorded blocks in binary form: the state before, a block, the state after, of the small chain. Its accumulation is run and
// compared (GP 12). Not the rest of the block: no seals, no tickets, no guarantees.
import { BlobError } from '../blob/error.ts'
import { Reader } from '../blob/reader.ts'
import { Writer } from '../blob/writer.ts'
import type { Engine } from '../engine/engine.ts'
import { blake2b } from '../hash/blake2b.ts'
import { keyOf } from '../host/service/account.ts'
import { Accounts } from '../host/service/accounts.ts'
import { accumulateBlock, type Block, type BlockResult, type BlockState } from '../host/service/block.ts'
import { resolveChain } from '../host/service/chain.ts'
import { encodeRecord, encodeSequence } from '../host/service/encoding.ts'
import { readHash, readReport, readSequence, readSized } from '../host/service/report-encoding.ts'
import type { WorkReport } from '../host/service/round.ts'
import type { Provision } from '../host/service/state.ts'
import {
  accountsOf,
  componentKey,
  recordKey,
  STATE_KEY,
  serviceOfKey,
  stateChange,
  stateMap,
} from '../host/service/state-key.ts'
import type { Profile } from '../program/profile.ts'
import { hexFromBytes } from '../trace/hex.ts'
import { VectorError } from './json.ts'
import { TINY_CHAIN } from './tiny-chain.ts'
import { type Mismatch, mismatch } from './verdict.ts'

/** A state has a root, and values by key (`keyOf`). */
interface State {
  readonly root: Uint8Array
  readonly values: ReadonlyMap<string, Uint8Array>
}

/** This is a recorded block. */
export interface BlockTrace {
  readonly before: State
  readonly block: Extrinsic
  readonly after: State
}

/** What of the state is compared, beside the services: the components' names in the Gray Paper. */
const COMPONENTS = { 2: 'φ', 7: 'ι', 12: 'χ', 14: 'ω', 15: 'ξ', 16: 'θ' } as const
const HASH = 32
const VALIDATORS = 6
/** Votes that make a verdict, and assurances that make a report available: more than two thirds. */
const SUPERMAJORITY = 5
const MARK_KEYS = 64
const TICKET = 33
const TICKET_PROOF = 784
const SIGNATURE = 64
const SEAL = 96
/** Statistics of a validator: six numbers of 4 bytes, for this epoch and the last one. */
const VALIDATOR_STATISTICS = 2 * 6 * 4
const CORE_STATISTICS = 8
const SERVICE_STATISTICS = 10

function readState(reader: Reader): State {
  const root = readHash(reader, 'state root')
  const values = new Map<string, Uint8Array>()
  const count = reader.varint('state entries', Math.floor(reader.remaining / (STATE_KEY + 1)))
  for (let k = 0; k < count; k++) values.set(keyOf(reader.take(STATE_KEY, 'key')), readSized(reader, 'value'))
  return { root, values }
}

/** Skips what the header has in front of its last fields, reads the slot (GP C.5). */
function readHeader(reader: Reader): number {
  reader.take(3 * HASH, 'parent, state root, extrinsic hash')
  const slot = reader.uint(4, 'slot')
  if (reader.uint(1, 'epoch mark') === 1) reader.take(2 * HASH + VALIDATORS * MARK_KEYS, 'epoch mark')
  if (reader.uint(1, 'tickets mark') === 1) reader.take(TINY_CHAIN.epochLength! * TICKET, 'tickets mark')
  reader.uint(2, 'author')
  reader.take(SEAL, 'entropy source')
  readSequence(reader, 'offenders', readHash)
  reader.take(SEAL, 'seal')
  return slot
}

interface Extrinsic {
  readonly slot: number
  readonly preimages: readonly Provision[]
  /** Cores whose reports became available. */
  readonly available: readonly number[]
  /** Reports that a verdict took away, by hash. */
  readonly refused: ReadonlySet<string>
}

function readBlock(reader: Reader): Extrinsic {
  const slot = readHeader(reader)
  readSequence(reader, 'tickets', r => r.take(1 + TICKET_PROOF, 'ticket'))
  const preimages = readSequence(reader, 'preimages', r => {
    const service = r.uint(4, 'service')
    const data = readSized(r, 'preimage')
    return { service, data, hash: blake2b(data) }
  })
  readSequence(reader, 'guarantees', r => {
    readReport(r, 'gp-0.7.2')
    r.uint(4, 'slot')
    readSequence(r, 'guarantors', s => s.take(2 + SIGNATURE, 'guarantor'))
  })
  const cores = TINY_CHAIN.coreCount!
  const votes = new Array<number>(cores).fill(0)
  readSequence(reader, 'assurances', r => {
    readHash(r, 'anchor')
    const bits = r.take(Math.ceil(cores / 8), 'assured cores')
    for (let core = 0; core < cores; core++) votes[core]! += (bits[core >>> 3]! >>> (core & 7)) & 1
    r.take(2 + SIGNATURE, 'assurer')
  })
  const refused = new Set<string>()
  readSequence(reader, 'verdicts', r => {
    const hash = keyOf(readHash(r, 'report'))
    r.uint(4, 'epoch')
    let good = 0
    for (let k = 0; k < SUPERMAJORITY; k++) {
      good += r.uint(1, 'vote')
      r.take(2 + SIGNATURE, 'judgement')
    }
    if (good < SUPERMAJORITY) refused.add(hash)
  })
  readSequence(reader, 'culprits', r => r.take(2 * HASH + SIGNATURE, 'culprit'))
  readSequence(reader, 'faults', r => r.take(HASH + 1 + HASH + SIGNATURE, 'fault'))
  const available = votes.flatMap((count, core) => (count >= SUPERMAJORITY ? [core] : []))
  return { slot, preimages, available, refused }
}

/** Reads a recorded block; undefined for bytes that are none. */
export function readBlockTrace(bytes: Uint8Array): BlockTrace | undefined {
  try {
    const reader = new Reader(bytes)
    const before = readState(reader)
    if (!before.values.has(keyOf(componentKey(12)))) return undefined
    const block = readBlock(reader)
    const after = readState(reader)
    reader.expectEnd('the trace')
    return { before, block, after }
  } catch (error) {
    if (error instanceof BlobError) return undefined
    throw error
  }
}

function component(state: State, index: number): Uint8Array {
  const value = state.values.get(keyOf(componentKey(index)))
  if (value === undefined) throw new VectorError(`state: no component ${index}`)
  return value
}

function readPrivileges(
  bytes: Uint8Array,
): Pick<BlockState, 'manager' | 'assigners' | 'delegator' | 'registrar' | 'always'> {
  const reader = new Reader(bytes)
  const manager = reader.uint(4, 'manager')
  const assigners = Array.from({ length: TINY_CHAIN.coreCount! }, () => reader.uint(4, 'assigner'))
  const delegator = reader.uint(4, 'delegator')
  const registrar = reader.uint(4, 'registrar')
  const always = new Map(readSequence(reader, 'always', r => [r.uint(4, 'service'), r.uint64('gas')] as const))
  reader.expectEnd('the privileges')
  return { manager, assigners, delegator, registrar, always }
}

/** ρ: by core nothing, or a report and the slot it came in. */
function readPending(bytes: Uint8Array): (WorkReport | undefined)[] {
  const reader = new Reader(bytes)
  return Array.from({ length: TINY_CHAIN.coreCount! }, () => {
    if (reader.uint(1, 'pending report') === 0) return undefined
    const report = readReport(reader, 'gp-0.7.2')
    reader.uint(4, 'slot')
    return report
  })
}

function stateOf(before: State): BlockState {
  const epoch = TINY_CHAIN.epochLength!
  const ready = new Reader(component(before, 14))
  const history = new Reader(component(before, 15))
  const queues = component(before, 2)
  const size = queues.length / TINY_CHAIN.coreCount!
  return {
    ...readPrivileges(component(before, 12)),
    accounts: new Accounts(accountsOf(stateMap(before.values))),
    staging: component(before, 7),
    authQueues: Array.from({ length: TINY_CHAIN.coreCount! }, (_, k) => queues.subarray(k * size, (k + 1) * size)),
    slot: new Reader(component(before, 11)).uint(4, 'slot'),
    ready: Array.from({ length: epoch }, () =>
      readSequence(ready, 'ready', r => ({
        report: readReport(r, 'gp-0.7.2'),
        dependencies: new Set(readSequence(r, 'dependencies', readHash).map(keyOf)),
      })),
    ),
    accumulated: Array.from({ length: epoch }, () => readSequence(history, 'accumulated', readHash).map(keyOf)),
  }
}

const bytesOfKey = (key: string): Uint8Array => Uint8Array.from(key, char => char.charCodeAt(0))

function encodePrivileges({ manager, assigners, delegator, registrar, always }: BlockState): Uint8Array {
  const writer = new Writer().uint(manager, 4)
  for (const id of assigners) writer.uint(id, 4)
  writer.uint(delegator, 4).uint(registrar, 4).varint(always.size)
  for (const [service, gas] of [...always].sort(([a], [b]) => a - b)) writer.uint(service, 4).uint(gas, 8)
  return writer.toBytes()
}

function encodeReady({ ready }: BlockState): Uint8Array {
  const writer = new Writer()
  for (const entries of ready) {
    writer.varint(entries.length)
    for (const { report, dependencies } of entries) {
      writer.bytes(report.encoded!).bytes(encodeSequence([...dependencies].sort().map(bytesOfKey)))
    }
  }
  return writer.toBytes()
}

function encodeHistory({ accumulated }: BlockState): Uint8Array {
  const writer = new Writer()
  for (const hashes of accumulated) writer.bytes(encodeSequence(hashes.map(bytesOfKey)))
  return writer.toBytes()
}

function encodeYields({ yields }: BlockResult): Uint8Array {
  const writer = new Writer().varint(yields.length)
  for (const { service, hash } of yields) writer.uint(service, 4).bytes(hash)
  return writer.toBytes()
}

/** The services' values after a block: those before, with what was changed; of a removed service none. */
function servicesAfter(before: State, state: BlockState): Map<string, Uint8Array> {
  const values = new Map<string, Uint8Array>()
  const changed = new Map(state.accounts.changed)
  const isGone = (service: number): boolean =>
    changed.has(service) && (changed.get(service) === undefined || changed.get(service)!.isNew)
  for (const [key, value] of before.values) {
    const service = serviceOfKey(bytesOfKey(key))
    if (service !== undefined && !isGone(service)) values.set(key, value)
  }
  for (const [service, account] of changed) {
    if (account === undefined) continue
    values.set(keyOf(recordKey(service)), encodeRecord(account))
    for (const change of account.changes) {
      const { key, value } = stateChange(service, change)
      if (value === undefined) values.delete(keyOf(key))
      else values.set(keyOf(key), value)
    }
  }
  return values
}

function readStatistics(bytes: Uint8Array): string {
  const reader = new Reader(bytes)
  reader.take(VALIDATORS * VALIDATOR_STATISTICS, 'statistics of validators')
  for (let k = 0; k < TINY_CHAIN.coreCount! * CORE_STATISTICS; k++) reader.varint64('statistics of cores')
  const services = readSequence(reader, 'statistics of services', r => {
    const service = r.uint(4, 'service')
    const numbers = Array.from({ length: SERVICE_STATISTICS }, () => r.varint64('statistics of a service'))
    return { service, count: numbers.at(-2)!, gas: numbers.at(-1)! }
  })
  reader.expectEnd('the statistics')
  const entries = services.filter(({ count, gas }) => count + gas !== 0n)
  return entries.map(({ service, count, gas }) => `${service}: ${count}, ${gas}`).join('; ')
}

function compareServices(expected: ReadonlyMap<string, Uint8Array>, got: ReadonlyMap<string, Uint8Array>): Mismatch[] {
  const text = (bytes: Uint8Array | undefined): string =>
    bytes === undefined ? 'none' : hexFromBytes(bytes).slice(0, 200)
  const found: Mismatch[] = []
  for (const key of new Set([...expected.keys(), ...got.keys()])) {
    const service = serviceOfKey(bytesOfKey(key))
    if (service === undefined) continue
    const [want, have] = [text(expected.get(key)), text(got.get(key))]
    const isSame = expected.get(key)?.length === got.get(key)?.length && want === have
    if (!isSame) found.push(mismatch(`service ${service}, key ${hexFromBytes(bytesOfKey(key))}`, want, have))
  }
  return found
}

/** What a recorded block's accumulation runs on. */
export function accumulationOf({ before, block, after }: BlockTrace): {
  readonly state: BlockState
  readonly block: Block
} {
  const pending = readPending(component(before, 10))
  return {
    state: stateOf(before),
    block: {
      slot: block.slot,
      entropy: component(after, 6).subarray(0, HASH),
      reports: block.available.flatMap(core => {
        const report = pending[core]
        if (report === undefined) return []
        const isRefused = block.refused.size > 0 && block.refused.has(keyOf(blake2b(report.encoded!)))
        return isRefused ? [] : [report]
      }),
      preimages: block.preimages,
    },
  }
}

/** Runs the accumulation of a recorded block; what differs from the state after it. */
export function runBlockTrace(trace: BlockTrace, engine: Engine, profile: Profile): Mismatch[] {
  const { before, after } = trace
  if (keyOf(before.root) === keyOf(after.root)) return [] // a block that is not valid changes nothing
  const { state: start, block } = accumulationOf(trace)
  const chain = resolveChain({ profile, chain: TINY_CHAIN, engine: engine.kind })
  const result = accumulateBlock(chain, start, block)
  const { state } = result
  const got = new Map<number, Uint8Array>([
    [2, new Uint8Array(state.authQueues.flatMap(queue => [...queue]))],
    [7, state.staging],
    [12, encodePrivileges(state)],
    [14, encodeReady(state)],
    [15, encodeHistory(state)],
    [16, encodeYields(result)],
  ])
  const found: Mismatch[] = []
  for (const [index, name] of Object.entries(COMPONENTS)) {
    const [want, have] = [hexFromBytes(component(after, Number(index))), hexFromBytes(got.get(Number(index))!)]
    if (want !== have) found.push(mismatch(`state ${name}`, want.slice(0, 400), have.slice(0, 400)))
  }
  const statistics = [...result.statistics].map(([id, { count, gasUsed }]) => `${id}: ${count}, ${gasUsed}`).join('; ')
  const expected = readStatistics(component(after, 13))
  if (expected !== statistics) found.push(mismatch('statistics', expected, statistics))
  return [...found, ...compareServices(after.values, servicesAfter(before, state))]
}
