// The texts of the programs that are too long and too regular to be written by hand. Not their assembly: build.ts.

const ROUNDS = 12
const COMPRESSIONS = 20_000
const IV: readonly bigint[] = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
]
const SIGMA: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
]
const COLUMNS = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15]
const DIAGONALS = [0, 5, 10, 15, 1, 6, 11, 12, 2, 7, 8, 13, 3, 4, 9, 14]

/** One byte of every message block, so that the result can be checked against another BLAKE2b. */
export function blakeMessageByte(at: number): number {
  return (at * 7 + 3) & 255
}

export const BLAKE_BLOCKS = COMPRESSIONS

/** G of RFC 7693 on the working vector in memory (t0 points to it), message words in memory at t1. */
function mix(v: readonly number[], x: number, y: number): string[] {
  const [a, b, c, d] = v.map(i => `[t0 + ${8 * i}]`)
  return [
    `load_ind_u64 a0, ${a}`,
    `load_ind_u64 a1, ${b}`,
    `load_ind_u64 a2, ${c}`,
    `load_ind_u64 a3, ${d}`,
    `load_ind_u64 a4, [t1 + ${8 * x}]`,
    `load_ind_u64 a5, [t1 + ${8 * y}]`,
    'add_64 a0, a0, a1',
    'add_64 a0, a0, a4',
    'xor a3, a3, a0',
    'rot_r_64_imm a3, a3, 32',
    'add_64 a2, a2, a3',
    'xor a1, a1, a2',
    'rot_r_64_imm a1, a1, 24',
    'add_64 a0, a0, a1',
    'add_64 a0, a0, a5',
    'xor a3, a3, a0',
    'rot_r_64_imm a3, a3, 16',
    'add_64 a2, a2, a3',
    'xor a1, a1, a2',
    'rot_r_64_imm a1, a1, 63',
    `store_ind_u64 ${a}, a0`,
    `store_ind_u64 ${b}, a1`,
    `store_ind_u64 ${c}, a2`,
    `store_ind_u64 ${d}, a3`,
  ]
}

/** BLAKE2b-512 of 20,000 equal blocks, rounds unrolled. Result: state words 0 and 7 in r7 and r8. */
export function blake2b(): string {
  const state = IV.map((word, i) => (i === 0 ? word ^ 0x01010040n : word))
  const message = Array.from({ length: 128 }, (_, i) => blakeMessageByte(i))
  const body: string[] = []
  for (let i = 0; i < 8; i++) body.push(`load_ind_u64 a0, [t2 + ${8 * i}]`, `store_ind_u64 [t0 + ${8 * i}], a0`)
  IV.forEach((word, i) => {
    body.push(`load_imm_64 a0, ${word}`)
    // v12 takes the byte counter, v14 is inverted for the last block.
    if (i === 4) body.push('add_imm_64 s0, s0, 128', 'xor a0, a0, s0')
    if (i === 6) body.push('set_lt_u_imm a1, s1, 2', 'neg_add_imm_64 a1, a1, 0', 'xor a0, a0, a1')
    body.push(`store_ind_u64 [t0 + ${64 + 8 * i}], a0`)
  })
  for (let round = 0; round < ROUNDS; round++) {
    const s = SIGMA[round % 10]!
    for (let i = 0; i < 8; i++) {
      const v = (i < 4 ? COLUMNS : DIAGONALS).slice(4 * (i & 3), 4 * (i & 3) + 4)
      body.push(...mix(v, s[2 * i]!, s[2 * i + 1]!))
    }
  }
  for (let i = 0; i < 8; i++) {
    body.push(`load_ind_u64 a0, [t0 + ${8 * i}]`, `load_ind_u64 a1, [t0 + ${64 + 8 * i}]`, 'xor a0, a0, a1')
    body.push(`load_ind_u64 a1, [t2 + ${8 * i}]`, 'xor a0, a0, a1', `store_ind_u64 [t2 + ${8 * i}], a0`)
  }
  return [
    '.rw',
    `@state: .u64 ${state.join(', ')}`,
    `@message: .u8 ${message.join(', ')}`,
    '@vector: .zero 128',
    '.rw_size 4096',
    '.code',
    'load_imm t0, @vector',
    'load_imm t1, @message',
    'load_imm t2, @state',
    'load_imm s0, 0',
    `load_imm s1, ${COMPRESSIONS}`,
    'fallthrough',
    '@block:',
    ...body,
    'add_imm_64 s1, s1, -1',
    'branch_ne_imm s1, 0, @block',
    'load_ind_u64 a0, [t2]',
    'load_ind_u64 a1, [t2 + 56]',
    'jump_ind ra',
  ].join('\n')
}

const BIG_BLOCKS = 1500

/** Twelve thousand instructions of all kinds, each run once: what cold code costs. Result in r7 and r8. */
export function bigcode(): string {
  let state = 0x2545f491
  const random = (below: number): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
  const registers = ['t0', 't1', 't2', 's0', 's1', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5']
  const any = (): string => registers[random(registers.length)]!
  const number = (): number => random(0x7fffffff) - 0x40000000
  const three = ['add_64', 'sub_64', 'xor', 'and', 'or', 'mul_64', 'add_32', 'sub_32', 'shlo_l_64', 'set_lt_u']
  const immediate = ['add_imm_64', 'add_imm_32', 'xor_imm', 'and_imm', 'or_imm', 'mul_imm_64', 'rot_r_64_imm']
  const lines = ['.rw', '.rw_size 4096', '.code']
  for (const [i, r] of registers.entries()) lines.push(`load_imm ${r}, ${i * 0x01234567 + 1}`)
  for (let block = 0; block < BIG_BLOCKS; block++) {
    for (let i = 0; i < 5; i++) lines.push(`${three[random(three.length)]} ${any()}, ${any()}, ${any()}`)
    lines.push(`${immediate[random(immediate.length)]} ${any()}, ${any()}, ${number()}`)
    const address = 0x20000 + 8 * random(512)
    lines.push(random(2) === 0 ? `load_u64 ${any()}, [${address}]` : `store_u64 [${address}], ${any()}`)
    // Taken or not, it goes on with the next block: every instruction runs once.
    const target = `@b${block}`
    lines.push(random(2) === 0 ? `branch_lt_u ${any()}, ${any()}, ${target}` : `branch_ne_imm ${any()}, 5, ${target}`)
    lines.push(`@b${block}:`)
  }
  lines.push('jump_ind ra')
  return lines.join('\n')
}
