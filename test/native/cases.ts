// Cases for test/native/runner.c, and what the reference machine makes of them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Access, PAGE_SIZE } from '../../src/blob/address-space.ts'
import { encodeProgramBlob, parseProgramBlob } from '../../src/blob/raw.ts'
import { coreRules } from '../../src/core/rules.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { EngineKind, StartOptions } from '../../src/engine/engine.ts'
import { Exit } from '../../src/engine/exit.ts'
import { resolveStart } from '../../src/engine/start.ts'
import { type FuzzCase, type FuzzEntry, programOfCase, startOptions } from '../../src/fuzz/case.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import { parseCase } from '../../src/fuzz/text.ts'
import { type ProfileName, profile } from '../../src/program/profile.ts'
import { createProgram, type Program } from '../../src/program/program.ts'
import { textTracer } from '../../src/trace/steps.ts'

/** A program, how it starts, and whether it is stepped. */
export interface NativeCase {
  readonly name: string
  readonly program: Program
  readonly options: StartOptions
  /** 0 runs, n steps n instructions at a time. */
  readonly steps: number
}

class Bytes {
  readonly #parts: Uint8Array[] = []
  u32(...values: number[]): void {
    this.#parts.push(new Uint8Array(Uint32Array.from(values).buffer))
  }
  u64(...values: bigint[]): void {
    this.#parts.push(new Uint8Array(BigUint64Array.from(values).buffer))
  }
  bytes(bytes: Uint8Array): void {
    this.u32(bytes.length)
    this.#parts.push(bytes)
  }
  all(): Buffer {
    return Buffer.concat(this.#parts)
  }
}

/** The runner's input. */
export function encodeCases(cases: readonly NativeCase[]): Buffer {
  const out = new Bytes()
  for (const { program, options, steps } of cases) {
    const start = resolveStart(program, options)
    const { set, rules, gasModel } = coreRules(program)
    out.u32(set, rules, gasModel, start.heapEnd, Math.min(start.heapLimit, 0xffffffff), start.pc, steps)
    out.u64(start.gas, ...start.regs)
    out.bytes(encodeProgramBlob(program.parts))
    out.u32(start.regions.length)
    for (const { address, length, access, data } of start.regions) {
      out.u32(address, length, access)
      out.bytes(data)
    }
    out.u32(start.memory.length)
    for (const { address, bytes } of start.memory) {
      out.u32(address)
      out.bytes(bytes)
    }
  }
  return out.all()
}

const PRIME = 0x100000001b3n
const mix = (hash: bigint, value: number): bigint => BigInt.asUintN(64, (hash ^ BigInt(value)) * PRIME)

/** What the runner has to print for a case. */
export function expectedLine({ program, options, steps }: NativeCase): string {
  const vm = createEngine({ kind: 'reference' }).instantiate(program, options)
  let exit: Exit = Exit.Host
  for (let turns = 0; exit === Exit.Host && turns < 16; turns++) {
    do exit = steps === 0 ? vm.run() : vm.step(steps)
    while (exit === Exit.Step)
  }
  let hash = 0xcbf29ce484222325n
  for (const { page, count, access } of vm.memory.pages()) {
    for (let number = page; number < page + count; number++) {
      hash = mix(mix(hash, number), access)
      const bytes = vm.memory.view(number * PAGE_SIZE, PAGE_SIZE)!
      for (let i = 0; i < PAGE_SIZE; i++) if (bytes[i] !== 0) hash = mix(hash, (i << 8) | bytes[i]!)
    }
  }
  const regs = [...vm.regs].map(value => value.toString(16))
  const facts = [exit, vm.exitArg | 0, vm.pc, vm.gas, vm.charged ? 1 : 0, vm.heapEnd]
  return [...facts, ...regs, hash.toString(16)].join(' ')
}

/** The trace lines the runner has to print for a case, in the C library's letters. */
export function expectedTrace({ program, options }: NativeCase, kind: EngineKind = 'reference'): string[] {
  const vm = createEngine({ kind }).instantiate(program, options)
  const lines: string[] = []
  vm.tracer = textTracer(line => lines.push(line.replaceAll('→', '->').replaceAll('←', '<-')))
  for (let turns = 0, exit: Exit = Exit.Host; exit === Exit.Host && turns < 16; turns++) exit = vm.run()
  return lines
}

/** How an entry of a fuzz case starts, with memory that stays small enough to compare. */
function startOf(fuzz: FuzzCase, { pc, gas, regs }: FuzzEntry): StartOptions {
  const heap = { start: fuzz.heap?.start ?? 0, limit: Math.min(fuzz.heap?.limit ?? 0, 2 ** 22) }
  return {
    ...startOptions(fuzz),
    heap: { start: heap.start, limit: Math.max(heap.start, heap.limit) },
    entry: pc,
    // Gas of steps that end by themselves would run for ever here.
    gas: BigInt(Math.min(gas, 200_000)),
    regs: [...new BigUint64Array(regs.buffer.slice(0))],
  }
}

/** The first `count` random programs that a loader takes. */
export function randomCases(seed: string, count: number): NativeCase[] {
  const cases: NativeCase[] = []
  for (let i = 0; cases.length < count; i++) {
    const fuzz = generateCase(seed, i)
    let program: Program
    try {
      program = programOfCase(fuzz)
    } catch {
      continue // the loader refuses it
    }
    const options = startOf(fuzz, fuzz.entries[0]!)
    cases.push({ name: fuzz.label, program, options, steps: i % 3 === 0 ? 1 + (i % 5) : 0 })
  }
  return cases
}

/** Every entry of the golden programs, run and stepped. Host calls are exits here. */
export function goldenCases(folder: string): NativeCase[] {
  return readdirSync(folder).flatMap(file => {
    const { fuzz } = parseCase(readFileSync(join(folder, file), 'utf8'), file)
    const program = programOfCase(fuzz)
    return fuzz.entries.flatMap(entry => {
      const options = startOf(fuzz, entry)
      return [0, 1, 3].map(steps => ({ name: `${file}, steps of ${steps}`, program, options, steps }))
    })
  })
}

interface Vector {
  readonly name: string
  readonly program: readonly number[]
  readonly 'initial-regs'?: readonly (number | string)[]
  readonly 'initial-pc': number
  readonly 'initial-gas': number
  readonly 'initial-page-map'?: readonly { address: number; length: number; 'is-writable': boolean }[]
  readonly 'initial-memory'?: readonly { address: number; contents: readonly number[] }[]
}

/** Registers exceed 2^53: long numbers are kept as strings. */
function parseVector(text: string): Vector {
  return JSON.parse(text.replaceAll(/([\s[,:])(\d{16,})(?=[\s,\]}])/g, '$1"$2"')) as Vector
}

/** The W3F programs and those of the gas model. */
export function vectorCases(folder: string): NativeCase[] {
  const suites: readonly [string, ProfileName][] = [
    ['w3f-pvm/programs', 'w3f-vectors'],
    ['gas-model/tests/programs', 'gas-model-vectors'],
  ]
  return suites.flatMap(([suite, name]) =>
    readdirSync(join(folder, suite)).map((file, i) => {
      const vector = parseVector(readFileSync(join(folder, suite, file), 'utf8'))
      const parts = parseProgramBlob(Uint8Array.from(vector.program))
      return {
        name: file,
        program: createProgram({ container: { kind: 'raw', parts }, profile: profile(name) }),
        options: {
          gas: BigInt(vector['initial-gas']),
          entry: vector['initial-pc'],
          regs: (vector['initial-regs'] ?? []).map(BigInt),
          pages: (vector['initial-page-map'] ?? []).map(page => ({
            address: page.address,
            length: page.length,
            access: page['is-writable'] ? Access.Write : Access.Read,
          })),
          memory: (vector['initial-memory'] ?? []).map(m => ({
            address: m.address,
            bytes: Uint8Array.from(m.contents),
          })),
        },
        steps: i % 2,
      }
    }),
  )
}
