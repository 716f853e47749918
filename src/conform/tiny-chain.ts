// The protocol constants of the small chain that vectors and test networks use. Not those of the full chain: host/constants.ts.
import type { ProtocolConstants } from '../host/constants.ts'

/** What differs from the full chain, in the order of the encoding. */
export const TINY_CHAIN: Partial<ProtocolConstants> = {
  coreCount: 2,
  preimageExpungePeriod: 32,
  epochLength: 12,
  refineGas: 1_000_000_000,
  blockAccumulateGas: 20_000_000,
  maxTicketsPerExtrinsic: 3,
  maxLookupAnchorAge: 24,
  ticketEntriesPerValidator: 3,
  rotationPeriod: 4,
  validatorCount: 6,
  erasurePieceSize: 4,
  piecesPerSegment: 1026,
  ticketSubmissionEnd: 10,
}
