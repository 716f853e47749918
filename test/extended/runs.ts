// Runs of programs compared with PolkaVM 0.37's interpreter: of 64 bits in the extended encoding, and of 32 bits; from their start, and
// from any other place. What a machine makes of a program, in the peer's words, is in test/narrow/cases.ts.
//
//   node scripts/extended-oracle.mjs --runs 100000 [--bits 32|64] [--from 0] [--engine E]
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { encodePolkavm } from '../../src/blob/polkavm.ts'
import type { ProgramParts } from '../../src/blob/raw.ts'
import { ENGINE_KINDS, type EngineKind } from '../../src/engine/engine.ts'
import { tierPolicy } from '../../src/engine/recompiler/tiers/policy.ts'
import { Random } from '../../src/fuzz/random.ts'
import { markedAgain, toExtended } from '../../src/fuzz/transcode.ts'
import { edge64 } from '../../src/fuzz/values.ts'
import { type InstructionSetName, instructionSet } from '../../src/isa/set.ts'
import { type CodeMap, createCodeMap } from '../../src/program/code-map.ts'
import { Refusal } from '../../src/verify/refusal.ts'
import {
  compiled,
  lineOf,
  type NarrowCase,
  outcomeOf,
  type RandomFile,
  randomFile,
  sayRegisters,
  startOf,
} from '../narrow/cases.ts'
import { randomExtended } from './code.ts'
import { ORACLE } from './oracle.ts'

/** Instruction sets by the bits of a register. */
const SETS = { 32: 'latest32', 64: 'latest64-0.37' } as const satisfies Record<number, InstructionSetName>

/** How wide the registers of a program are. */
export type Bits = keyof typeof SETS

/** Bytes that no compiler writes, as a program. */
function hostileFile(random: Random): RandomFile {
  const code = randomExtended(random, random.pick([1, 5, 40, 200, 600, 1030, 2100]))
  const plain = {
    code,
    bitmask: new Uint8Array(0),
    jumpTable: new Uint32Array(0),
    jumpTableLength: 0,
    jumpTableEntrySize: 0,
  }
  const { blocks } = mapOf(markedAgain(plain), 64)
  const jumpTable = Uint32Array.from({ length: 8 }, () => random.pick(blocks))
  const parts = markedAgain({ ...plain, jumpTable, jumpTableLength: 8, jumpTableEntrySize: 4 })
  const regs = new Uint32Array(26)
  for (let r = 0; r < 13; r++) {
    if (r < 3) regs[2 * r] = 0x20000 + random.below(4096)
    else if (r === 3) regs[2 * r] = 2 * random.below(9)
    else edge64(random, regs, 2 * r)
  }
  const nothing = new Uint8Array(0)
  const file = encodePolkavm({
    ...{ version: 2, parts, imports: [], exports: [], sections: [] },
    ...{ readOnly: nothing, readOnlySize: 0, readWrite: nothing, readWriteSize: 4096, stackSize: 4096 },
  })
  return { file, parts, regs: [...new BigUint64Array(regs.buffer)] }
}

function mapOf(parts: ProgramParts, bits: Bits): CodeMap {
  return createCodeMap(parts, instructionSet(SETS[bits]))
}

function fileOf(random: Random, bits: Bits): RandomFile {
  if (bits === 32) return randomFile(random, 'latest32', sayRegisters)
  if (random.chance(30)) return hostileFile(random)
  return randomFile(random, 'latest64', parts => toExtended(random, parts).parts)
}

/** Mostly the start; else where blocks or instructions begin, in the middle of one, or behind the end. */
function startIn(random: Random, { parts }: RandomFile, bits: Bits): number {
  if (random.chance(60)) return 0
  const { blocks, offsets } = mapOf(parts, bits)
  const { length } = parts.code
  return random.pick([random.pick(blocks), random.pick(offsets), random.below(length), length + random.below(3)])
}

/** The case of that number: always the same one. */
export function runCase(index: number, bits: Bits): NarrowCase {
  const random = new Random(`runs of ${bits} bits`, index)
  const file = fileOf(random, bits)
  return startOf(random, file, startIn(random, file, bits))
}

/** What an engine makes of a case under the rules of PolkaVM 0.37, in words that may be compared with `expected`. */
export function runOn(engine: EngineKind, each: NarrowCase, bits: Bits, expected: string): string {
  return comparable(outcomeOf(each, engine, 'polkavm-0.37', SETS[bits]), expected)
}

/** The same; a refusal of the verifier in its words, which are no outcome. */
function triedOn(engine: EngineKind, each: NarrowCase, bits: Bits, expected: string): string {
  try {
    return runOn(engine, each, bits, expected)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.message
  }
}

/** PolkaVM does not say where it stands when a start in the middle of a block could not be paid. */
function comparable(outcome: string, expected: string): string {
  return expected.startsWith('out-of-gas - ') ? outcome.replace(/^out-of-gas \S+/, 'out-of-gas -') : outcome
}

/** What to run and what to say of it. */
export interface Comparison {
  readonly from: number
  readonly count: number
  readonly bits: Bits
  readonly engines?: readonly EngineKind[] | undefined
  readonly print: (text: string) => void
}

/** One of PolkaVM's engines in a process of its own. */
class Peer {
  readonly #child
  readonly #answers

  constructor(...args: readonly string[]) {
    this.#child = spawn(ORACLE, ['programs', ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  ask(cases: readonly NarrowCase[]): void {
    this.#child.stdin.write(cases.map(each => `${lineOf(each)}\n`).join(''))
  }

  /** What it makes of the next case it was asked for. */
  async answer(): Promise<string> {
    const { value } = await this.#answers.next()
    if (value === undefined) throw new Error('PolkaVM has ended')
    return value
  }

  end(): void {
    this.#child.stdin.end()
  }
}

const BATCH = 200

/** Compares `count` runs on every engine; the first differences are printed. Returns how many there were. */
export async function compareRuns({ from, count, bits, engines = ENGINE_KINDS, print }: Comparison): Promise<number> {
  tierPolicy.verify = 'strict' // what the verifier refuses counts as a difference
  const peer = new Peer()
  const recompiler = new Peer('recompiler')
  const exits = new Map<string, number>()
  const apart: number[] = []
  let wrong = 0
  for (let at = from; at < from + count; at += BATCH) {
    const cases = Array.from({ length: Math.min(BATCH, from + count - at) }, (_, i) => runCase(at + i, bits))
    peer.ask(cases)
    for (const [i, each] of cases.entries()) {
      const expected = await peer.answer()
      const exit = expected.split(' ')[0]!
      exits.set(exit, (exits.get(exit) ?? 0) + 1)
      const found = engines.map(engine => triedOn(engine, each, bits, expected))
      if (found.every(one => one === expected)) continue
      recompiler.ask([each])
      const compiled = await recompiler.answer()
      const isApart = found.every(one => one === compiled)
      if (isApart) apart.push(at + i)
      else wrong += 1
      if (!isApart && wrong <= 10) {
        const ours = engines.map((engine, e) => `  ${found[e]} ${engine}\n`).join('')
        print(
          `${bits} bits, run ${at + i}, from ${each.pc}:\n${ours}  ${expected} PolkaVM\n  ${compiled} its recompiler`,
        )
      }
    }
    if ((at - from) % 10_000 === 10_000 - BATCH) print(`${at - from + BATCH} runs, ${wrong} differences`)
  }
  peer.end()
  recompiler.end()
  const summary = [...exits].map(([name, times]) => `${name} ${times}`).join(', ')
  print(`${compiled.modules} modules of compiled code, accepted by the verifier`)
  print(`${count} programs of ${bits} bits (${summary}) on ${engines.join(', ')}: ${wrong} differences`)
  if (apart.length > 0)
    print(`PolkaVM's interpreter and recompiler differ, coulis is the recompiler: runs ${apart.join(', ')}`)
  return wrong
}

/** What PolkaVM makes of the first `count` cases of each width: a line for each, the case, ` > ` and the answer. */
export async function recordRuns(count: number): Promise<string> {
  const peer = new Peer()
  let lines = ''
  for (const bits of [32, 64] as const) {
    for (let index = 0; index < count; index++) {
      const each = runCase(index, bits)
      peer.ask([each])
      lines += `${bits} ${lineOf(each)} > ${await peer.answer()}\n`
    }
  }
  peer.end()
  return lines
}
