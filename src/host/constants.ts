// The protocol constants that `fetch` answers for selector 0 (GP B.4), as fields and as bytes. Not used by the machine.
import { Writer } from '../blob/writer.ts'
import type { HostVersion } from './names.ts'

interface Field {
  readonly name: ProtocolConstantName
  readonly bytes: 2 | 4 | 8
  /** This is the value on the full chain (GP I.4.4). */
  readonly value: number
  /** It exists only in GP 0.7.2. */
  readonly dropped?: true
}

/** The names, in the order of the encoding. */
export type ProtocolConstantName =
  | 'itemDeposit'
  | 'byteDeposit'
  | 'baseDeposit'
  | 'coreCount'
  | 'preimageExpungePeriod'
  | 'epochLength'
  | 'reportAccumulateGas'
  | 'isAuthorizedGas'
  | 'refineGas'
  | 'blockAccumulateGas'
  | 'recentHistory'
  | 'maxItemsPerPackage'
  | 'maxReportDependencies'
  | 'maxTicketsPerExtrinsic'
  | 'maxLookupAnchorAge'
  | 'ticketEntriesPerValidator'
  | 'authorizerPoolSize'
  | 'slotSeconds'
  | 'authorizerQueueSize'
  | 'rotationPeriod'
  | 'maxExtrinsicsPerPackage'
  | 'assuranceTimeout'
  | 'validatorCount'
  | 'maxAuthorizerCode'
  | 'maxBundle'
  | 'maxServiceCode'
  | 'erasurePieceSize'
  | 'maxImports'
  | 'piecesPerSegment'
  | 'maxReportVariableSize'
  | 'memoSize'
  | 'maxExports'
  | 'ticketSubmissionEnd'

/** Protocol constants by name. */
export type ProtocolConstants = Readonly<Record<ProtocolConstantName, number>>

const FIELDS: readonly Field[] = [
  { name: 'itemDeposit', bytes: 8, value: 10 },
  { name: 'byteDeposit', bytes: 8, value: 1 },
  { name: 'baseDeposit', bytes: 8, value: 100 },
  { name: 'coreCount', bytes: 2, value: 341 },
  { name: 'preimageExpungePeriod', bytes: 4, value: 19200 },
  { name: 'epochLength', bytes: 4, value: 600 },
  { name: 'reportAccumulateGas', bytes: 8, value: 10_000_000 },
  { name: 'isAuthorizedGas', bytes: 8, value: 50_000_000 },
  { name: 'refineGas', bytes: 8, value: 5_000_000_000 },
  { name: 'blockAccumulateGas', bytes: 8, value: 3_500_000_000 },
  { name: 'recentHistory', bytes: 2, value: 8 },
  { name: 'maxItemsPerPackage', bytes: 2, value: 16 },
  { name: 'maxReportDependencies', bytes: 2, value: 8 },
  { name: 'maxTicketsPerExtrinsic', bytes: 2, value: 16 },
  { name: 'maxLookupAnchorAge', bytes: 4, value: 14400 },
  { name: 'ticketEntriesPerValidator', bytes: 2, value: 2, dropped: true },
  { name: 'authorizerPoolSize', bytes: 2, value: 8 },
  { name: 'slotSeconds', bytes: 2, value: 6 },
  { name: 'authorizerQueueSize', bytes: 2, value: 80 },
  { name: 'rotationPeriod', bytes: 2, value: 10 },
  { name: 'maxExtrinsicsPerPackage', bytes: 2, value: 128 },
  { name: 'assuranceTimeout', bytes: 2, value: 5 },
  { name: 'validatorCount', bytes: 2, value: 1023, dropped: true },
  { name: 'maxAuthorizerCode', bytes: 4, value: 64_000 },
  { name: 'maxBundle', bytes: 4, value: 13_791_360 },
  { name: 'maxServiceCode', bytes: 4, value: 4_000_000 },
  { name: 'erasurePieceSize', bytes: 4, value: 684, dropped: true },
  { name: 'maxImports', bytes: 4, value: 3072 },
  { name: 'piecesPerSegment', bytes: 4, value: 6, dropped: true },
  { name: 'maxReportVariableSize', bytes: 4, value: 49_152 },
  { name: 'memoSize', bytes: 4, value: 128 },
  { name: 'maxExports', bytes: 4, value: 3072 },
  { name: 'ticketSubmissionEnd', bytes: 4, value: 500 },
]

/** These are the constants of the full chain. */
export const FULL_CHAIN: ProtocolConstants = Object.fromEntries(
  FIELDS.map(({ name, value }) => [name, value]),
) as ProtocolConstants

/** What `fetch` answers for selector 0: 134 bytes in GP 0.7.2, 122 in GP 0.8.0. */
export function encodeConstants(version: HostVersion, constants: Partial<ProtocolConstants> = {}): Uint8Array {
  const writer = new Writer()
  for (const field of FIELDS) {
    if (field.dropped && version !== 'gp-0.7.2') continue
    writer.uint(constants[field.name] ?? field.value, field.bytes)
  }
  return writer.toBytes()
}
