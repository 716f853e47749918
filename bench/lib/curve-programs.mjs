// Programs of any size and any length, in the form of the benchmark's program files, with what has to come out computed here and not by an
// engine: one block after the other, each run once, or one loop.

import { coulis } from './figure.mjs'

const MASK = 0xffff_ffff_ffff_ffffn
const DATA = 0x20000
const DATA_LENGTH = 0x10000
const HALT = 0xffff0000
const ODD = 0x9e3779b97f4a7c15n

function fileOf(name, text, { gasUsed, r7 }) {
  const { bytes } = coulis.assemble(`.format raw\n${text}`)
  return {
    name,
    'initial-regs': [HALT, ...Array(12).fill(0)],
    'initial-pc': 0,
    'initial-page-map': [{ address: DATA, length: DATA_LENGTH, 'is-writable': true }],
    'initial-memory': [],
    'initial-gas': 10 ** 15,
    program: [...bytes],
    'code-bytes': coulis.loadProgram(bytes, { kind: 'raw' }).code.length,
    'expected-status': 'halt',
    'expected-result-r7': r7,
    'expected-gas-used': gasUsed,
  }
}

/** A program as the text of its file: its result as a number, which is beyond what JavaScript's numbers hold. */
export function fileText(program) {
  return JSON.stringify(program).replace(/("expected-result-r7":)"(\d+)"/, '$1$2')
}

/** Code of about so many bytes; each of its blocks runs once: products, sums, loads, stores, a branch that is not taken. */
export function straight(bytes) {
  const lines = [`load_imm_64 r8, ${ODD}`, `load_imm r9, ${DATA}`, 'fallthrough']
  let r7 = 0n
  let gasUsed = 3
  const words = new Map()
  const PER_BLOCK = 27.65
  for (let i = 0; i < bytes / PER_BLOCK; i++) {
    const at = (8 * (i * 7)) % 4096
    lines.push(
      'mul_64 r7, r7, r8',
      `add_imm_64 r7, r7, ${1000 + (i % 20_000)}`,
      `load_ind_u64 r10, [r9 + ${at}]`,
      'xor r7, r7, r10',
      `store_ind_u64 [r9 + ${at}], r7`,
      'shlo_r_imm_64 r11, r7, 63',
      'branch_eq_imm r11, 2, @end',
    )
    r7 = (r7 * ODD + BigInt(1000 + (i % 20_000))) & MASK
    r7 ^= words.get(at) ?? 0n
    words.set(at, r7)
    gasUsed += 7
  }
  lines.push('fallthrough', '@end:', 'jump_ind r0')
  return fileOf(`straight-${bytes}`, lines.join('\n'), { gasUsed: gasUsed + 2, r7: r7.toString() })
}

/** A loop of so many instructions at most, and at least as many less five. */
export function loop(instructions) {
  const turns = Math.max(1, Math.floor((instructions - 5) / 4))
  const text = `
    load_imm_64   r6, ${turns}
    load_imm_64   r8, ${ODD}
    fallthrough
@turn:
    mul_64        r7, r7, r8
    add_imm_64    r7, r7, 12345
    add_imm_64    r6, r6, -1
    branch_ne_imm r6, 0, @turn
    jump_ind      r0
`
  return fileOf(`loop-${instructions}`, text, { gasUsed: 4 * turns + 4, r7: afterTurns(turns).toString() })
}

/** x → x · ODD + 12345, so many times from zero: by squaring, as jumping ahead in a generator of random numbers. */
function afterTurns(turns) {
  let [factor, sum] = [1n, 0n]
  let [f, s] = [ODD, 12345n]
  for (let n = BigInt(turns); n > 0n; n >>= 1n) {
    if (n & 1n) [factor, sum] = [(factor * f) & MASK, (sum * f + s) & MASK]
    ;[f, s] = [(f * f) & MASK, (s * f + s) & MASK]
  }
  return sum
}
