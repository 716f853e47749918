// How host functions read arguments: registers as numbers, byte ranges, the read pattern most calls share (GP B.4).

import { ResourceError } from '../core/resource-error.ts'
import type { Vm } from '../engine/engine.ts'
import { HostAction } from '../engine/engine.ts'
import { OOB } from '../engine/memory.ts'
import { HostResult } from './results.ts'

/**
 * A register as a number: exact below 2^53, and beyond any address or length above. Allocates nothing.
 */
export function registerNumber(vm: Vm, index: number): number {
  return vm.regs32[2 * index]! + vm.regs32[2 * index + 1]! * 2 ** 32
}

function bytesOf(length: number): Uint8Array {
  try {
    return new Uint8Array(length)
  } catch (error) {
    throw new ResourceError('memory', `a host call: no ${length} bytes of memory`, error)
  }
}

/** A copy of [address, address + length), or undefined where not readable; 0 bytes are always readable. */
export function readBytes(vm: Vm, address: number, length: number): Uint8Array | undefined {
  if (!vm.memory.readable(address, length)) return undefined
  const bytes = bytesOf(length)
  return vm.memory.read(address, bytes) === OOB ? undefined : bytes
}

/** Answers with a number, and the guest goes on. */
export function done(vm: Vm, result: bigint): HostAction {
  vm.regs[7] = result
  return HostAction.Continue
}

/** Where a call of the read pattern wants its data: the registers that hold destination, offset, maximal length. */
export interface Destination {
  readonly at: number
  readonly offset: number
  readonly length: number
}

/**
 * The common end of fetch, lookup, read, info, historical_lookup (GP B.4): copies `data[f…f+l)` to the destination and
 * answers with the full length; NONE without data. A destination that is not writable for the bytes that would really be
 * written is a panic.
 */
export function answer(vm: Vm, data: Uint8Array | undefined, registers: Destination): HostAction {
  const size = data === undefined ? 0 : data.length
  const from = Math.min(registerNumber(vm, registers.offset), size)
  const count = Math.min(registerNumber(vm, registers.length), size - from)
  const address = registerNumber(vm, registers.at)
  if (!vm.memory.writable(address, count)) return HostAction.Panic
  if (data === undefined) return done(vm, HostResult.NONE)
  vm.memory.write(address, data.subarray(from, from + count))
  return done(vm, BigInt(size))
}
