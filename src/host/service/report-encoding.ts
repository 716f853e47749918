// Work reports in bytes (GP C.5, C.6): what the state's queues and the pending reports hold. Not what is done with them.
import { BlobError } from '../../blob/error.ts'
import type { Reader } from '../../blob/reader.ts'
import type { HostVersion } from '../names.ts'
import { workErrorOf } from './encoding.ts'
import type { Digest, WorkReport } from './round.ts'
import type { WorkResult } from './state.ts'

const HASH = 32
/** More elements than any sequence of a report has. */
const MOST = 2 ** 20

/** A sequence: the count, then so many elements. */
export function readSequence<T>(reader: Reader, what: string, read: (reader: Reader) => T): T[] {
  return Array.from({ length: reader.varint(what, MOST) }, () => read(reader))
}

/** This reads a hash of 32 bytes. */
export function readHash(reader: Reader, what = 'hash'): Uint8Array {
  return reader.take(HASH, what)
}

/** This reads bytes behind their length. */
export function readSized(reader: Reader, what: string): Uint8Array {
  return reader.take(reader.varint(what, reader.remaining), what)
}

function readResult(reader: Reader): WorkResult {
  const at = reader.offset
  const tag = reader.uint(1, 'result')
  if (tag === 0) return readSized(reader, 'output')
  const error = workErrorOf(tag)
  if (error === undefined) throw new BlobError('bad-varint', at, 'a result 0…6', `${tag}`)
  return error
}

function readDigest(reader: Reader): Digest {
  const service = reader.uint(4, 'service')
  readHash(reader, 'code hash')
  const payloadHash = readHash(reader, 'payload hash')
  const gas = reader.uint64('gas')
  const result = readResult(reader)
  for (const what of ['gas used', 'imports', 'extrinsics', 'extrinsic bytes', 'exports']) reader.varint64(what)
  return { service, payloadHash, gas, result }
}

/** Reads a report; `encoded` of it is what was read. @throws BlobError for bytes that are none. */
export function readReport(reader: Reader, version: HostVersion): WorkReport {
  const begin = reader.offset
  const is080 = version !== 'gp-0.7.2'
  const packageHash = readHash(reader, 'package hash')
  reader.uint(4, 'bundle length')
  readHash(reader, 'erasure root')
  if (is080) reader.uint(2, 'chunk count')
  const exportsRoot = readHash(reader, 'exports root')
  reader.uint(2, 'exports count')
  readHash(reader, 'anchor')
  if (is080) reader.uint(4, 'anchor slot')
  for (const what of ['state root', 'beefy root', 'lookup anchor']) readHash(reader, what)
  reader.uint(4, 'lookup anchor slot')
  if (is080) readHash(reader, 'lookup anchor state root')
  const prerequisites = readSequence(reader, 'prerequisites', readHash)
  reader.varint64('core')
  const authorizerHash = readHash(reader, 'authorizer hash')
  reader.varint64('authorizer gas')
  const authTrace = readSized(reader, 'authorizer trace')
  const lookups = readSequence(reader, 'segment roots', r => {
    const hash = readHash(r)
    readHash(r)
    return hash
  })
  const digests = readSequence(reader, 'digests', readDigest)
  const encoded = reader.bytes.subarray(begin, reader.offset)
  return { packageHash, exportsRoot, authorizerHash, authTrace, digests, prerequisites, lookups, encoded }
}
