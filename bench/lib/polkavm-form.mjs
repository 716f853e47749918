// A recorded service run in the form that our program around PolkaVM reads (peers/polkavm/src/traces.rs). Measures nothing.

import { coulis, traceModule } from './figure.mjs'

const ARGUMENTS = 0xfeff0000
/**
 * Stack and arguments move up by this much. A standard program reserves 16 MiB for its arguments; PolkaVM's recompilers
 * protect that area anew around every host call (70 times slower), and 64 KiB are enough for these.
 */
const SHIFT = 0xffff0000 - 0x10000 - ARGUMENTS
/** The registers that point there at the start. */
const [SP, A0] = [1, 7]
const moved = address => (address >= 0xf0000000 ? address + SHIFT : address)

const { parseTrace } = await traceModule()

/** A varint of GP C.5 below 2^28, which all lengths here are. */
function varint(x) {
  if (x < 0x80) return [x]
  if (x < 0x4000) return [0x80 | (x >> 8), x & 255]
  if (x < 0x200000) return [0xc0 | (x >> 16), x & 255, (x >> 8) & 255]
  return [0xe0 | (x >> 24), x & 255, (x >> 8) & 255, (x >> 16) & 255]
}

/** A recorded run as our Rust program reads it. */
export function polkavmForm(text) {
  const trace = parseTrace(text)
  const program = coulis.loadProgram(trace.program)
  const { code, bitmask, jumpTable, layout, parts } = program
  const size = parts.jumpTableEntrySize
  const entries = [...jumpTable].flatMap(e => Array.from({ length: size }, (_, i) => (e >>> (8 * i)) & 255))
  const blob = [...varint(jumpTable.length), size, ...varint(code.length), ...entries, ...code, ...bitmask]
  const readOnly = layout.regions.find(r => r.address === 0x10000)
  const readWrite = layout.regions.find(r => r.access !== coulis.Access.Read && r.address < 0xf0000000)
  const stack = layout.regions.find(r => r.address >= 0xf0000000)
  return {
    program: {
      name: 'service',
      'initial-regs': [...trace.start.regs].map((r, i) => (i === SP || i === A0 ? moved(Number(r)) : Number(r))),
      'initial-pc': trace.start.pc,
      'initial-page-map': [readOnly, readWrite, stack]
        .filter(r => r !== undefined)
        .map(r => ({ address: moved(r.address), length: r.length, 'is-writable': r.access !== coulis.Access.Read })),
      'initial-memory': [readOnly, readWrite]
        .filter(r => r?.data.length > 0)
        .map(r => ({ address: r.address, contents: [...r.data.subarray(0, Math.min(r.data.length, r.length))] })),
      'initial-gas': Number(trace.start.gas),
      program: blob,
    },
    argsAddress: moved(ARGUMENTS),
    args: [...(trace.initial.find(w => w.address >= ARGUMENTS)?.bytes ?? [])],
    calls: trace.calls.map(call => ({
      index: Number(call.index),
      price: Number(call.gas - (call.gasAfter ?? call.gas)),
      writes: call.writes.map(w => ({ address: moved(w.address), contents: [...w.bytes] })),
      registers: call.registers.map(r => [r.register, r.value.toString()]),
    })),
    end: trace.end.kind,
    gas: Number(trace.end.gas),
  }
}
