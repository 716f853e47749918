// Compares the extended encoding with PolkaVM 0.37 itself: instructions, jump targets and the costs of blocks, on random codes.
//
//   cargo build --release --manifest-path bench/peers/polkavm-extended/Cargo.toml
//   node scripts/extended-oracle.mjs [--codes 1000000] [--from 0] [--runs 0]
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Random } from '../../src/fuzz/random.ts'
import { instructionOf, operandsOf } from '../../src/isa/decode.ts'
import { markExtended } from '../../src/isa/extended.ts'
import { createOperands, type Format } from '../../src/isa/format.ts'
import { grayPaperName } from '../../src/isa/names.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { createCodeMap } from '../../src/program/code-map.ts'
import { simulatePipeline } from '../../src/program/pipeline.ts'
import { profile } from '../../src/program/profile.ts'
import { randomExtended } from './code.ts'

const SET = instructionSet('latest64-0.37')
const RULES = profile('polkavm', { instructionSet: 'latest64-0.37', gasModel: 'pipeline', cmovReadsDestination: true })
const REGISTERS = 'ra sp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5'.split(' ')
export const ORACLE = join(import.meta.dirname, '../../bench/peers/polkavm-extended/target/release/polkavm-extended')

/** FNV-1a of 32 bits, as in the oracle. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

/** The operands in PolkaVM's order. */
function operandTexts(format: Format, operands: ReturnType<typeof createOperands>): (string | number)[] {
  const { a, b, d, x, xHigh, y, target } = operands
  const [ra, rb, rd] = [REGISTERS[a]!, REGISTERS[b]!, REGISTERS[d]!]
  switch (format) {
    case 'none':
      return []
    case 'imm':
      return [x]
    case 'reg_imm64':
      return [ra, String(BigInt.asUintN(64, (BigInt(xHigh) << 32n) | BigInt(x >>> 0)))]
    case 'imm_imm':
      return [x, y]
    case 'off':
      return [target >>> 0]
    case 'reg_imm':
      return [ra, x]
    case 'reg_imm_imm':
      return [ra, x, y]
    case 'reg_imm_off':
      return [ra, x, target >>> 0]
    case 'reg_reg':
      return [rd, ra]
    case 'reg_reg_imm':
      return [ra, rb, x]
    case 'reg_reg_off':
      return [ra, rb, target >>> 0]
    case 'reg_reg_imm_imm':
      return [ra, rb, x, y]
    case 'reg_reg_reg':
      return [rd, ra, rb]
  }
}

const operands = createOperands()

/** What the oracle says of a code, as coulis sees it; `name` gives PolkaVM's name of an instruction. */
export function factsOf(code: Uint8Array, name: (grayPaper: string) => string): readonly [string, string, string] {
  const parts = {
    ...{ code, bitmask: markExtended(code), encoding: 'extended' as const },
    ...{ jumpTable: new Uint32Array(0), jumpTableLength: 0, jumpTableEntrySize: 0 },
  }
  const map = createCodeMap(parts, SET)
  const input = { parts, profile: RULES, map }
  let instructions = ''
  map.offsets.forEach((pc, i) => {
    const next = map.offsets[i + 1] ?? code.length
    const instruction = instructionOf(SET, code, pc, next - pc - 1)!
    const invalid = instruction.kind === 'trap' && code[pc] !== 0
    const texts = operandTexts(
      instruction.format,
      operandsOf(SET, instruction.format, code, pc, next - pc - 1, operands),
    )
    const list = texts.length === 0 ? '' : `(${texts.join(', ')})`
    instructions += `${pc} ${next} ${invalid ? 'invalid' : name(instruction.name)}${list};`
  })
  let targets = ''
  let costs = ''
  for (const pc of map.blocks) {
    targets += `${pc};`
    costs += `${pc} ${simulatePipeline(input, pc).cost};`
  }
  return [instructions, targets, costs]
}

function codeOf(index: number): Uint8Array {
  const random = new Random('oracle', index)
  const length = random.chance(3) ? random.between(900, 3000) : random.between(1, 140)
  return randomExtended(random, length)
}

function message(code: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + code.length)
  new DataView(bytes.buffer).setUint32(0, code.length, true)
  bytes.set(code, 4)
  return bytes
}

/** PolkaVM's names by the Gray Paper's, from the oracle's own output. */
function nameOf(learned: ReadonlyMap<string, string>): (name: string) => string {
  return name => learned.get(name) ?? name
}

/** What the oracle prints for codes, in words. */
function ask(args: readonly string[], codes: readonly Uint8Array[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(ORACLE, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', data => (text += data))
    child.on('error', reject)
    child.on('close', () => resolve(text.split('\n')))
    for (const code of codes) child.stdin.write(message(code))
    child.stdin.end()
  })
}

/** PolkaVM's names, learned from code that has every instruction. */
export async function learnNames(): Promise<ReadonlyMap<string, string>> {
  const lines = await ask(
    ['facts', 'text'],
    Array.from({ length: 400 }, (_, index) => codeOf(index)),
  )
  const names = lines.flatMap(line => [...line.matchAll(/\d+ \d+ (\w+)/g)].map(([, name]) => name!))
  return new Map(names.map(name => [grayPaperName(name), name]))
}

/** Compares `count` codes; the first differences are printed. Returns how many there were. */
export async function compareFacts(from: number, count: number, print: (text: string) => void): Promise<number> {
  const learned = await learnNames()
  const name = nameOf(learned)
  print(`${learned.size} instructions by name`)
  const child = spawn(ORACLE, ['facts'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const wrong: number[] = []
  const totals = { bytes: 0, instructions: 0, targets: 0 }
  const expected: string[] = []
  let read = 0
  const done = new Promise<void>(resolve => {
    createInterface({ input: child.stdout })
      .on('line', line => {
        if (line !== expected[read]) wrong.push(from + read)
        expected[read] = ''
        read += 1
      })
      .on('close', () => resolve())
  })
  for (let i = 0; i < count; i++) {
    const code = codeOf(from + i)
    const [instructions, targets, costs] = factsOf(code, name)
    totals.bytes += code.length
    totals.instructions += instructions.split(';').length - 1
    totals.targets += targets.split(';').length - 1
    expected.push([instructions, targets, costs].map(hash).join(' '))
    if (!child.stdin.write(message(code))) await new Promise(resolve => child.stdin.once('drain', resolve))
    if (i % 100_000 === 99_999) print(`${i + 1} codes sent, ${wrong.length} differences`)
  }
  child.stdin.end()
  await done
  print(
    `${read} codes of ${totals.bytes} bytes: ${totals.instructions} instructions, ${totals.targets} blocks, ${wrong.length} differences`,
  )
  for (const index of wrong.slice(0, 5)) {
    const [theirs, ours] = [await ask(['facts', 'text'], [codeOf(index)]), factsOf(codeOf(index), name)]
    for (const [i, line] of ours.entries()) {
      const [a, b] = [line.split(';'), theirs[i]!.split(';')]
      const at = a.findIndex((one, k) => one !== b[k])
      if (at >= 0 || a.length !== b.length) print(`code ${index}: coulis ${a[at]}, PolkaVM ${b[at]}`)
    }
  }
  return read === count ? wrong.length : count
}
