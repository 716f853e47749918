// Work packages, their items, and how they are encoded (GP 14.2, C.6). Not what runs on them: refine.ts.
import { Writer } from '../../blob/writer.ts'
import { blake2b } from '../../hash/blake2b.ts'
import type { HostVersion } from '../names.ts'
import { encodeSequence, sized } from './encoding.ts'

/** What a package is refined against (GP 11.1.2). Hashes have 32 bytes. */
export interface RefinementContext {
  readonly anchor: Uint8Array
  /** It exists in GP 0.8.0. */
  readonly anchorSlot?: number
  readonly stateRoot: Uint8Array
  readonly beefyRoot: Uint8Array
  readonly lookupAnchor: Uint8Array
  readonly lookupAnchorSlot: number
  /** It exists in GP 0.8.0. */
  readonly lookupAnchorStateRoot?: Uint8Array
  readonly prerequisites: readonly Uint8Array[]
}

/** An item imports a segment of a package, or of the segment root with that hash. */
export interface ImportReference {
  readonly hash: Uint8Array
  readonly index: number
  /** The hash is a package's. */
  readonly isPackage?: boolean
}

/** A work item (GP 14.2). */
export interface WorkItem {
  readonly service: number
  readonly codeHash: Uint8Array
  readonly refineGas: bigint
  readonly accumulateGas: bigint
  /** How many segments it says it exports. */
  readonly exports: number
  readonly payload: Uint8Array
  readonly imports: readonly ImportReference[]
  /** These are the hash and the length of each extrinsic. */
  readonly extrinsics: readonly { readonly hash: Uint8Array; readonly length: number }[]
}

/** A work package (GP 14.2). */
export interface WorkPackage {
  /** The service whose preimages hold the authorizer's code. */
  readonly authHost: number
  readonly authCodeHash: Uint8Array
  readonly context: RefinementContext
  readonly authToken: Uint8Array
  readonly authConfig: Uint8Array
  readonly items: readonly WorkItem[]
}

const HASH = 32
/** Set in the index of an import by package. */
const BY_PACKAGE = 2 ** 15

/** A package of these items with zeros for all hashes that are not given, for trying a service out. `slot` is the anchor's. */
export function plainPackage(
  items: readonly (Pick<WorkItem, 'service'> & Partial<WorkItem>)[],
  slot: number,
  authHost = 0,
): WorkPackage {
  const zeros = new Uint8Array(HASH)
  const none = new Uint8Array(0)
  return {
    authHost,
    authCodeHash: zeros,
    context: {
      anchor: zeros,
      stateRoot: zeros,
      beefyRoot: zeros,
      lookupAnchor: zeros,
      lookupAnchorSlot: slot,
      prerequisites: [],
    },
    authToken: none,
    authConfig: none,
    items: items.map(item => ({
      codeHash: zeros,
      refineGas: 0n,
      accumulateGas: 0n,
      exports: 0,
      payload: none,
      imports: [],
      extrinsics: [],
      ...item,
    })),
  }
}

/** A refinement context: what `fetch` answers for selector 10. */
export function encodeContext(context: RefinementContext, version: HostVersion): Uint8Array {
  const writer = new Writer().bytes(context.anchor)
  if (version !== 'gp-0.7.2') writer.uint(context.anchorSlot ?? 0, 4)
  writer.bytes(context.stateRoot).bytes(context.beefyRoot).bytes(context.lookupAnchor)
  writer.uint(context.lookupAnchorSlot, 4)
  if (version !== 'gp-0.7.2') writer.bytes(context.lookupAnchorStateRoot ?? new Uint8Array(HASH))
  return writer.bytes(encodeSequence(context.prerequisites)).toBytes()
}

/** This is a work item. */
export function encodeItem(item: WorkItem): Uint8Array {
  const writer = new Writer()
    .uint(item.service, 4)
    .bytes(item.codeHash)
    .uint(item.refineGas, 8)
    .uint(item.accumulateGas, 8)
    .uint(item.exports, 2)
  sized(writer, item.payload).varint(item.imports.length)
  for (const { hash, index, isPackage = false } of item.imports) {
    writer.bytes(hash).uint(index + (isPackage ? BY_PACKAGE : 0), 2)
  }
  writer.varint(item.extrinsics.length)
  for (const { hash, length } of item.extrinsics) writer.bytes(hash).uint(length, 4)
  return writer.toBytes()
}

/** What `fetch` answers for selector 12: 62 bytes of an item. */
export function encodeItemSummary(item: WorkItem): Uint8Array {
  return new Writer()
    .uint(item.service, 4)
    .bytes(item.codeHash)
    .uint(item.refineGas, 8)
    .uint(item.accumulateGas, 8)
    .uint(item.exports, 2)
    .uint(item.imports.length, 2)
    .uint(item.extrinsics.length, 2)
    .uint(item.payload.length, 4)
    .toBytes()
}

/** A work package: what `fetch` answers for selector 7. */
export function encodePackage(source: WorkPackage, version: HostVersion): Uint8Array {
  const writer = new Writer()
    .uint(source.authHost, 4)
    .bytes(source.authCodeHash)
    .bytes(encodeContext(source.context, version))
  sized(sized(writer, source.authToken), source.authConfig)
  return writer.bytes(encodeSequence(source.items.map(encodeItem))).toBytes()
}

/** This is the package's hash. */
export function packageHash(source: WorkPackage, version: HostVersion): Uint8Array {
  return blake2b(encodePackage(source, version))
}

/** This is the authorizer's hash: that of its code and configuration. */
export function authorizerHash({ authCodeHash, authConfig }: WorkPackage): Uint8Array {
  return blake2b(new Writer().bytes(authCodeHash).bytes(authConfig).toBytes())
}
