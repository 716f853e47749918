// Runs a vector of the W3F shape: initial state, program, expected final state. Also its relatives, which say less or more
// of the final state: workloads and hand-assembled programs. Not step-wise vectors: see gas-model.ts.

import { Access, PAGE_SIZE } from '../blob/address-space.ts'
import type { Engine, Mapping, MemoryChunk, StartOptions, Vm } from '../engine/engine.ts'
import { Exit, exitName, hostIndex64 } from '../engine/exit.ts'
import { OK } from '../engine/memory.ts'
import { explainExit } from '../inside/reason.ts'
import type { Profile } from '../program/profile.ts'
import { loadProgram, type Program } from '../program/program.ts'
import { hexFromBytes } from '../trace/hex.ts'
import { hostFromText } from './host-text.ts'
import {
  bigintOf,
  bytesOf,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  registersOf,
  stringOf,
  VectorError,
} from './json.ts'
import { sha256 } from './sha256.ts'
import { type Mismatch, mismatch } from './verdict.ts'

const hex = (value: bigint): string => `0x${value.toString(16)}`

function mappingsOf(value: unknown): Mapping[] {
  return listOf(value ?? [], 'initial-page-map').map((entry, i) => {
    const page = objectOf(entry, `initial-page-map[${i}]`)
    return {
      address: numberOf(page.address, `initial-page-map[${i}].address`),
      length: numberOf(page.length, `initial-page-map[${i}].length`),
      access: (page['is-writable'] ?? page.is_writable) === true ? Access.Write : Access.Read,
    }
  })
}

/** A list of `{address, contents}`. */
export function chunksOf(value: unknown, what: string): MemoryChunk[] {
  return listOf(value ?? [], what).map((entry, i) => {
    const chunk = objectOf(entry, `${what}[${i}]`)
    return {
      address: numberOf(chunk.address, `${what}[${i}].address`),
      bytes: bytesOf(chunk.contents, `${what}[${i}].contents`),
    }
  })
}

function hostOf(value: unknown): StartOptions {
  if (value === undefined) return {}
  const entries = Object.entries(objectOf(value, 'host-calls'))
  const texts = entries.map(([index, text]) => [Number(index) | 0, stringOf(text, `host-calls.${index}`)] as const)
  return { host: hostFromText(new Map(texts)) }
}

/** How a vector's machine starts. Also for running a vector as a program. */
export function vectorStart(vector: JsonObject): Required<Pick<StartOptions, 'gas' | 'entry'>> & StartOptions {
  return {
    entry: numberOf(vector['initial-pc'] ?? 0, 'initial-pc'),
    gas: bigintOf(vector['initial-gas'] ?? 0, 'initial-gas'),
    ...(vector['initial-regs'] === undefined ? {} : { regs: registersOf(vector['initial-regs'], 'initial-regs') }),
    pages: mappingsOf(vector['initial-page-map']),
    memory: chunksOf(vector['initial-memory'], 'initial-memory'),
    ...hostOf(vector['host-calls']),
  }
}

/** This is the program blob of a vector. */
export function vectorBytes(vector: JsonObject): Uint8Array {
  return bytesOf(vector.program, 'program')
}

/** This makes the program of a vector, a raw blob. */
export function vectorProgram(vector: JsonObject, profile: Profile): Program {
  return loadProgram(vectorBytes(vector), { profile, kind: 'raw' })
}

/** This says how the machine stopped, in the words of the vectors. */
export function statusOf(exit: Exit, vm: Vm): string {
  return exit === Exit.Host ? `host ${hostIndex64(vm.exitArg)}` : exitName(exit)
}

/** Compares registers; one mismatch for all of them. */
export function compareRegisters(expected: readonly bigint[], vm: Vm): Mismatch[] {
  const different = expected.flatMap((value, i) =>
    value === vm.regs[i] ? [] : [`r${i} expected ${hex(value)}, got ${hex(vm.regs[i]!)}`],
  )
  return different.length === 0 ? [] : [{ field: 'regs', text: different.join(', ') }]
}

/** Compares listed memory contents. */
export function compareChunks(chunks: readonly MemoryChunk[], vm: Vm): Mismatch[] {
  for (const { address, bytes } of chunks) {
    const found = new Uint8Array(bytes.length)
    if (vm.memory.read(address, found) !== OK) {
      return [mismatch('memory', `${bytes.length} bytes at 0x${address.toString(16)}`, 'a range that is not readable')]
    }
    const at = bytes.findIndex((byte, i) => byte !== found[i])
    if (at !== -1) return [mismatch(`memory`, `0x${(address + at).toString(16)}: ${bytes[at]}`, found[at])]
  }
  return []
}

/** Whether every accessible byte outside of `chunks` is zero, as the W3F schema asks for. */
function compareZeros(chunks: readonly MemoryChunk[], vm: Vm): Mismatch[] {
  for (const { page, count } of vm.memory.pages()) {
    const base = page * PAGE_SIZE
    const bytes = new Uint8Array(count * PAGE_SIZE)
    vm.memory.read(base, bytes)
    for (const chunk of chunks) {
      const from = Math.max(chunk.address - base, 0)
      const to = Math.min(chunk.address + chunk.bytes.length - base, bytes.length)
      if (from < to) bytes.fill(0, from, to)
    }
    const at = bytes.findIndex(byte => byte !== 0)
    if (at !== -1) return [mismatch('memory', `0 at 0x${(base + at).toString(16)}`, bytes[at])]
  }
  return []
}

function memoryHash(pages: readonly Mapping[], vm: Vm): string {
  const all = new Uint8Array(pages.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const { address, length } of pages) {
    if (vm.memory.read(address, all.subarray(at, at + length)) !== OK) return 'not readable'
    at += length
  }
  return hexFromBytes(sha256(all))
}

interface Final {
  readonly vm: Vm
  readonly exit: Exit
  readonly start: StartOptions & { readonly gas: bigint }
  readonly profile: Profile
}

type Check = (expected: unknown, final: Final, vector: JsonObject) => Mismatch[]

function equal(field: string, expected: unknown, actual: unknown): Mismatch[] {
  return expected === actual ? [] : [mismatch(field, expected, actual)]
}

// What a vector may expect, in the order in which differences are reported. Any other `expected-` field is refused.
const CHECKS: Readonly<Record<string, Check>> = {
  'expected-status': (expected, { vm, exit }) => equal('status', expected, statusOf(exit, vm)),
  'expected-page-fault-address': (expected, { vm, exit }) =>
    exit === Exit.PageFault ? equal('page-fault', numberOf(expected, 'expected-page-fault-address'), vm.exitArg) : [],
  'expected-pc': (expected, { vm }) => equal('pc', numberOf(expected, 'expected-pc'), vm.pc),
  ...Object.fromEntries(
    Array.from({ length: 13 }, (_, i): [string, Check] => {
      const key = `expected-result-r${i}`
      return [key, (expected, { vm }) => equal(`r${i}`, BigInt.asUintN(64, bigintOf(expected, key)), vm.regs[i])]
    }),
  ),
  'expected-regs-hex': (expected, { vm }) => compareRegisters(registersOf(expected, 'expected-regs-hex'), vm),
  'expected-regs': (expected, { vm }, vector) =>
    vector['expected-regs-hex'] === undefined ? compareRegisters(registersOf(expected, 'expected-regs'), vm) : [],
  'expected-gas': (expected, { vm }) => equal('gas', bigintOf(expected, 'expected-gas'), vm.gas),
  'expected-gas-used': (expected, { vm, start }) =>
    equal('gas used', bigintOf(expected, 'expected-gas-used'), start.gas - vm.gas),
  // One gas per instruction makes the count visible; other models do not show it.
  'executed-instructions': (expected, { vm, start, profile }) =>
    profile.gasModel === 'instruction'
      ? equal('instructions', bigintOf(expected, 'executed-instructions'), start.gas - vm.gas)
      : [],
  'expected-memory': (expected, { vm }) => {
    const chunks = chunksOf(expected, 'expected-memory')
    const listed = compareChunks(chunks, vm)
    return listed.length > 0 ? listed : compareZeros(chunks, vm)
  },
  'expected-memory-sha256': (expected, { vm, start }) =>
    equal('memory sha256', expected, memoryHash(start.pages ?? [], vm)),
}

/** Why the machine stopped as it was not expected to. */
function whyText(vm: Vm): string {
  return vm.exit === Exit.Halt ? '' : ` (pc ${vm.pc}, ${explainExit(vm).message})`
}

/** Runs a vector and returns what differs from its expectations; nothing when it passes. */
export function runVector(vector: JsonObject, engine: Engine, profile: Profile): Mismatch[] {
  const unknown = Object.keys(vector).find(key => key.startsWith('expected-') && !(key in CHECKS))
  if (unknown !== undefined) throw new VectorError(`${unknown}: not understood`)
  const program = vectorProgram(vector, profile)
  const start = vectorStart(vector)
  const vm = engine.instantiate(program, start)
  try {
    const exit = vm.run()
    const final: Final = { vm, exit, start, profile }
    const found = Object.entries(CHECKS).flatMap(([key, check]) =>
      vector[key] === undefined ? [] : check(vector[key], final, vector),
    )
    return found.map(one => (one.field === 'status' ? { ...one, text: `${one.text}${whyText(vm)}` } : one))
  } finally {
    vm.dispose()
  }
}
