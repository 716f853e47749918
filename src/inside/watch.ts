// What can be watched, registers and memory, and which instructions and host calls read or write it. Not the watching.
import type { Vm } from '../engine/engine.ts'
import type { TraceEvent } from '../engine/tracing.ts'
import { addressAt, instructionAt } from './instruction-at.ts'
import type { CallRecord } from './journal.ts'
import type { Sought } from './probe.ts'

/** A register, 0…12, or a range of memory, length in bytes. */
export type Watched = { readonly register: number } | { readonly address: number; readonly length: number }

const SPACE = 2 ** 32
const MEMSET_ADDRESS = 7
const MEMSET_LENGTH = 9

/** @throws RangeError when it is neither. */
export function checkWatched(target: Watched): void {
  if (typeof target !== 'object' || target === null) throw new TypeError('target: expected a register or a range')
  if ('register' in target) {
    const { register } = target
    if (!(Number.isInteger(register) && register >= 0 && register < 13)) {
      throw new RangeError(`register: ${String(register)} is none of 0…12`)
    }
    return
  }
  const { address, length } = target
  if (!(Number.isInteger(address) && address >= 0 && address < SPACE)) {
    throw new RangeError(`address: ${String(address)} is not within 0…2^32 - 1`)
  }
  if (!(Number.isInteger(length) && length > 0 && address + length <= SPACE)) {
    throw new RangeError(`length: ${String(length)} bytes from ${address} are not within 2^32`)
  }
}

function overlaps(a: number, aLength: number, b: number, bLength: number): boolean {
  return a < b + bLength && b < a + aLength
}

/** Whether the instruction, when it succeeds, writes to the range. */
function stores(
  { access, address, width, instruction, before, after }: TraceEvent,
  at: number,
  length: number,
): boolean {
  if (access === 'store') return overlaps(address, width, at, length)
  // memset writes from what r7 was to what it is (its event is of r7).
  return instruction.kind === 'memset' && overlaps(Number(before), Number(after - before), at, length)
}

/** Says yes to instructions and host calls that write to it, whatever the value. */
export function writesTo(target: Watched): {
  event(event: TraceEvent): boolean
  call(call: CallRecord): boolean
} {
  checkWatched(target)
  if ('register' in target) {
    const { register } = target
    return {
      event: event =>
        event.register === register || (event.instruction.kind === 'memset' && register === MEMSET_LENGTH),
      call: ({ registers }) => registers.some(one => one.register === register),
    }
  }
  const { address, length } = target
  return {
    event: event => stores(event, address, length),
    call: ({ memory }) =>
      memory.writes.some(({ address: at, bytes }) => overlaps(at, bytes.length, address, length)) ||
      memory.rights.some(({ page, count }) => overlaps(page * 4096, count * 4096, address, length)),
  }
}

/** Ranges that are longer are looked at instruction by instruction: each of their pages would be slow. */
const MOST_GUARDED = 1 << 20

/** The same as something to seek; undefined for long ranges. Instructions that fail are found as well. */
export function soughtIn(target: Watched, accesses: 1 | 2 | 3): Sought | undefined {
  const { call } = writesTo(target)
  const of = { pcs: [], call: accesses === 1 ? () => false : call }
  if ('register' in target) return { ...of, registers: 1 << target.register, memory: undefined }
  const { address, length } = target
  return length > MOST_GUARDED
    ? undefined
    : { ...of, registers: 0, memory: { accesses, from: address, last: address + length - 1 } }
}

/** Says yes to instructions that read memory there. What hosts read is not known. */
export function readsFrom(target: Watched): { event(event: TraceEvent): boolean } {
  checkWatched(target)
  if ('register' in target) throw new RangeError('register: reads of registers are not watched')
  const { address, length } = target
  return { event: event => event.access === 'load' && overlaps(event.address, event.width, address, length) }
}

/** The instruction that a machine is about to execute, and the one value that what it writes is made of. */
export function lookAt(vm: Vm): { readonly text: string; readonly from: Watched | undefined } {
  const at = instructionAt(vm)
  if (at === undefined) return { text: 'trap', from: undefined }
  const { instruction, text, operands, reads } = at
  const { kind, name } = instruction
  if (kind === 'load') {
    return { text, from: { address: addressAt(at, vm)!, length: Number(/(8|16|32|64)$/.exec(name)![1]) / 8 } }
  }
  if (kind === 'memset') return { text, from: { register: MEMSET_ADDRESS + 1 } }
  // Stores of immediates have no register that is a value.
  if (kind === 'store') return { text, from: instruction.effect.endsWith('A)') ? { register: operands.a } : undefined }
  const [only, other] = reads
  const isOne = kind !== 'jump' && kind !== 'djump' && only !== undefined && other === undefined
  return { text, from: isOne ? { register: only.register } : undefined }
}
