// Heat: what was hot in a code, as bytes that outlive the process. It says which roots were compiled, which blocks had run, and which
// accesses were often misaligned, all by their code offsets. What is made of it is in ../../auto.ts.
//
// Heat decides only what is compiled. Compiled code is exact whatever is compiled, so wrong heat costs time and nothing else. What
// it says is checked all the same, because it comes from a file.
import type { Program } from '../../../program/program.ts'
import { segmentAt } from '../analysis.ts'
import { KIND_OF } from '../facts.ts'
import { codeRules, contentHash, type SharedCode } from './shared-code.ts'

/** "coulis heat", and the number of this form of it. The number grows when the same bytes would mean something else. */
const MAGIC = Uint8Array.of(0x63, 0x6f, 0x75, 0x6c, 0x69, 0x73, 0x20, 0x68, 0x65, 0x61, 0x74)
const FORM = 1
/** Bytes of the fingerprint of a code, behind the magic and the form. */
const FINGERPRINT = 16
const HEADER = MAGIC.length + 1 + FINGERPRINT

/** Heat as lists of code offsets, each ascending. */
export interface Heat {
  /** Where compiled functions begin. */
  readonly roots: readonly number[]
  /** Blocks that have run. */
  readonly ran: readonly number[]
  /** Accesses that were made tolerant of misaligned addresses. */
  readonly tolerant: readonly number[]
}

/** What tells codes and their rules apart. It is no proof: whoever wants to can make two codes with the same one. */
export function fingerprint({ profile, code, bitmask, jumpTable }: Program): Uint8Array {
  const rules = new TextEncoder().encode(codeRules(profile))
  const jumps = Uint8Array.from(jumpTable, target => target ^ (target >>> 8) ^ (target >>> 16))
  const words = Uint32Array.of(
    contentHash(code, 0x811c9dc5),
    contentHash(code, 0x01234567) ^ code.length,
    contentHash(bitmask, 0x811c9dc5) ^ contentHash(rules, 0x811c9dc5),
    contentHash(jumps, 0x811c9dc5) ^ jumpTable.length,
  )
  const bytes = new Uint8Array(FINGERPRINT)
  const view = new DataView(bytes.buffer)
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, true)
  return bytes
}

/** Appends a number, seven bits in a byte, the low ones first. */
function putNumber(out: number[], number: number): void {
  let rest = number
  for (; rest >= 0x80; rest >>>= 7) out.push((rest & 0x7f) | 0x80)
  out.push(rest)
}

/** Appends an ascending list: how many there are, then how much each is more than the one before it. */
function putList(out: number[], list: readonly number[]): void {
  putNumber(out, list.length)
  let before = 0
  for (const value of list) {
    putNumber(out, value - before)
    before = value
  }
}

/** The bytes of the heat of a program. */
export function encodeHeat(program: Program, { roots, ran, tolerant }: Heat): Uint8Array {
  const out = [...MAGIC, FORM, ...fingerprint(program)]
  for (const list of [roots, ran, tolerant]) putList(out, list)
  return Uint8Array.from(out)
}

/** What is wrong with bytes that are no heat of this program. */
class Refusal extends Error {}

/** Reads the lists. Each number is at most `most`, and more than the one before it. */
class Lists {
  readonly #bytes: Uint8Array
  readonly #most: number
  #at: number

  constructor(bytes: Uint8Array, at: number, most: number) {
    this.#bytes = bytes
    this.#at = at
    this.#most = most
  }

  #number(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) throw new Refusal('it ends in the middle')
      this.#at += 1
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new Refusal(`there is a number of more than five bytes before byte ${this.#at}`)
  }

  list(): number[] {
    const count = this.#number()
    const found: number[] = []
    let last = 0
    for (let i = 0; i < count; i++) {
      const more = this.#number()
      last += more
      if (last > this.#most) throw new Refusal(`code offset ${last} is beyond the code`)
      if (more === 0 && i > 0) throw new Refusal(`code offset ${last} is there twice`)
      found.push(last)
    }
    return found
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new Refusal('there are bytes behind its end')
  }
}

function equalAt(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte)
}

function decode(program: Program, bytes: Uint8Array): Heat {
  if (!equalAt(bytes, 0, MAGIC)) throw new Refusal('it does not begin as heat of coulis does')
  const form = bytes[MAGIC.length]
  if (form !== FORM) throw new Refusal(`it has form ${form}, and this version of coulis reads form ${FORM}`)
  if (!equalAt(bytes, MAGIC.length + 1, fingerprint(program)))
    throw new Refusal('it is of another code, or of other rules')
  const lists = new Lists(bytes, HEADER, program.code.length - 1)
  const heat = { roots: lists.list(), ran: lists.list(), tolerant: lists.list() }
  lists.end()
  return heat
}

/** Checks the offsets against the code, which needs its analysis. */
function checkOffsets({ analysis }: SharedCode, { roots, ran, tolerant }: Heat): void {
  const { decoded } = analysis
  for (const pc of [...roots, ...ran]) {
    const segment = segmentAt(analysis, pc)
    if (segment < 0 || decoded.isBlock[segment] === 0) throw new Refusal(`no block begins at code offset ${pc}`)
  }
  for (const pc of tolerant) {
    const kind = KIND_OF[decoded.id[decoded.indexOf[pc] ?? -1] ?? -1]
    if (kind !== 'load' && kind !== 'store') throw new Refusal(`there is no access at code offset ${pc}`)
  }
}

/** The heat that the bytes are for a code, or a sentence that says why they are none. */
export function readHeat(shared: SharedCode, bytes: Uint8Array): Heat | string {
  try {
    const heat = decode(shared.program, bytes)
    checkOffsets(shared, heat)
    return heat
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

/** What is hot in a code by now. It is empty when nothing has been looked at yet. */
export function heatOf(shared: SharedCode): Heat {
  if (!shared.isAnalysed) return { roots: [], ran: [], tolerant: [] }
  const { analysis, coverage } = shared
  const { segmentStart, pc, isBlock } = analysis.decoded
  const roots = new Set<number>()
  for (const { compiled, partial } of shared.modules()) {
    if (!partial) continue
    for (const root of compiled.roots) if (isBlock[root] === 1) roots.add(root)
  }
  const offsets = (segments: Iterable<number>): number[] =>
    Array.from(segments, s => pc[segmentStart[s]!]!).sort((a, b) => a - b)
  const ran = Array.from(coverage.ran.keys()).filter(s => coverage.ran[s] === 1 && isBlock[s] === 1)
  const tolerant = Array.from(analysis.tolerant.keys()).filter(i => analysis.tolerant[i] === 1)
  return { roots: offsets(roots), ran: offsets(ran), tolerant: tolerant.map(i => pc[i]!) }
}
