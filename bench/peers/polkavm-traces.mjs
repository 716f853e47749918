// The recorded service runs on PolkaVM, its interpreter and its recompiler: hands them to our Rust program in a form it can read, and prints
// the same figures as micro/traces.mjs. A program is compiled anew for every trace, and once more with the module kept.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { coulis, traceModule, traceTexts } from '../lib/figure.mjs'
import { BENCH } from '../lib/programs.mjs'

const BINARY = join(BENCH, 'peers', 'polkavm', 'target', 'release', 'polkavm-bench')
const ARGUMENTS = 0xfeff0000
/**
 * Stack and arguments move up by this much. A standard program reserves 16 MiB for its arguments; PolkaVM's recompilers
 * protect that area anew around every host call (70 times slower), and 64 KiB are enough for these.
 */
const SHIFT = 0xffff0000 - 0x10000 - ARGUMENTS
/** The registers that point there at the start. */
const [SP, A0] = [1, 7]
const moved = address => (address >= 0xf0000000 ? address + SHIFT : address)

const texts = traceTexts()
if (texts === undefined) process.exit(0)
const { parseTrace } = await traceModule()

/** A varint of GP C.5 below 2^28, which all lengths here are. */
function varint(x) {
  if (x < 0x80) return [x]
  if (x < 0x4000) return [0x80 | (x >> 8), x & 255]
  if (x < 0x200000) return [0xc0 | (x >> 16), x & 255, (x >> 8) & 255]
  return [0xe0 | (x >> 24), x & 255, (x >> 8) & 255, (x >> 16) & 255]
}

function flat(text) {
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

const folder = mkdtempSync(join(tmpdir(), 'coulis-bench-'))
try {
  const file = join(folder, 'traces.json')
  writeFileSync(file, JSON.stringify(texts.map(flat)))
  // Not the process sandbox: its time is only on the wall clock, which an idle machine of two cores would be needed for.
  for (const backend of ['interpreter', 'generic']) {
    const { stdout, stderr } = spawnSync(BINARY, ['--backend', backend, '--gas', 'sync', '--traces', file], {
      encoding: 'utf8',
      timeout: 120_000,
    })
    if (stdout?.startsWith('{')) process.stdout.write(stdout)
    else console.error(`polkavm ${backend}: ${stderr?.trim()}`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
