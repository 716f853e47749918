// The encodings of service accounts and accumulate inputs (GP C, D.1, B.7). Not the bytes of a program, nor of work packages.
import { Writer } from '../../blob/writer.ts'
import type { AccountRecord, Deposits } from './account.ts'
import { thresholdOf } from './account.ts'
import type { AccumulateInput, WorkError, WorkResult } from './state.ts'

const ERRORS: Readonly<Record<WorkError, number>> = {
  'out-of-gas': 1,
  panic: 2,
  'bad-exports': 3,
  oversize: 4,
  bad: 5,
  big: 6,
}

/** Whether the text names an error of a work item. */
export function isWorkError(name: string): name is WorkError {
  return Object.hasOwn(ERRORS, name)
}

/** This makes the error with that number, or undefined. */
export function workErrorOf(number: number): WorkError | undefined {
  return (Object.keys(ERRORS) as WorkError[]).find(name => ERRORS[name] === number)
}

/** This writes bytes behind their length. */
export function sized(writer: Writer, bytes: Uint8Array): Writer {
  return writer.varint(bytes.length).bytes(bytes)
}

/** The count, then the elements. */
export function encodeSequence(items: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer().varint(items.length)
  for (const item of items) writer.bytes(item)
  return writer.toBytes()
}

/** A work result: 0 and the output behind its length, or the number of the error (GP C.6). */
export function writeResult(writer: Writer, result: WorkResult): void {
  if (typeof result === 'string') writer.uint(ERRORS[result], 1)
  else sized(writer.uint(0, 1), result)
}

/** An input of accumulate: what `fetch` answers for selector 15 (GP B.4, C.6). */
export function encodeInput(input: AccumulateInput): Uint8Array {
  const writer = new Writer()
  if ('memo' in input) {
    writer.uint(1, 1).uint(input.from, 4).uint(input.to, 4).uint(input.amount, 8).bytes(input.memo).uint(input.gas, 8)
    return writer.toBytes()
  }
  writer.uint(0, 1).bytes(input.packageHash).bytes(input.exportsRoot).bytes(input.authorizerHash)
  writer.bytes(input.payloadHash).varint(input.gas)
  writeResult(writer, input.result)
  return sized(writer, input.authTrace).toBytes()
}

/** This encodes the arguments of accumulate (GP B.4). */
export function encodeAccumulateArguments(slot: number, service: number, inputs: number): Uint8Array {
  return new Writer().varint(slot).varint(service).varint(inputs).toBytes()
}

/** What `info` answers: 96 bytes (GP B.7). */
export function encodeInfo(account: AccountRecord, deposits: Deposits): Uint8Array {
  return new Writer()
    .bytes(account.codeHash)
    .uint(account.balance, 8)
    .uint(thresholdOf(account, deposits), 8)
    .uint(account.minItemGas, 8)
    .uint(account.minMemoGas, 8)
    .uint(account.octets, 8)
    .uint(account.items, 4)
    .uint(account.gratis, 8)
    .uint(account.created, 4)
    .uint(account.lastAccumulation, 4)
    .uint(account.parent, 4)
    .toBytes()
}

/** An account's record in the state: 89 bytes (GP D.1, C(255, s)). */
export function encodeRecord(account: AccountRecord): Uint8Array {
  return new Writer()
    .uint(0, 1)
    .bytes(account.codeHash)
    .uint(account.balance, 8)
    .uint(account.minItemGas, 8)
    .uint(account.minMemoGas, 8)
    .uint(account.octets, 8)
    .uint(account.gratis, 8)
    .uint(account.items, 4)
    .uint(account.created, 4)
    .uint(account.lastAccumulation, 4)
    .uint(account.parent, 4)
    .toBytes()
}
