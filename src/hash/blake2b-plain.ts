// BLAKE2b (RFC 7693) without a key in plain TypeScript, for runtimes that make no WebAssembly modules. Not fast: blake2b-wasm.ts.
// A word of 64 bits is two halves of 32 bits, the low half first.

/** The initial value of RFC 7693, section 2.6: eight words, low half first. */
const INITIAL = new Uint32Array([
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a, 0xade682d1,
  0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
])

/** The order of message words (RFC 7693, section 2.7), a hexadecimal digit each. Rounds 11 and 12 repeat the first two. */
const ORDER = [
  '0123456789abcdef',
  'ea489fd61c02b753',
  'b8c052fdae367194',
  '7931dcbe265a40f8',
  '905724afe1bc683d',
  '2c6a0b834d75fe19',
  'c51fed4a0763928b',
  'db7ec13950f4862a',
  '6fe9b308c2d714a5',
  'a2847615fb9e3cd0',
  '0123456789abcdef',
  'ea489fd61c02b753',
].map(row => Uint8Array.from(row, digit => Number.parseInt(digit, 16) * 2))

/** The four words each of the eight mixing steps of a round takes, as indices of low halves. */
const STEPS = ['048c', '159d', '26ae', '37bf', '05af', '16bc', '278d', '349e'].map(row =>
  Uint8Array.from(row, digit => Number.parseInt(digit, 16) * 2),
)

const at = (words: Uint32Array | Uint8Array, index: number): number => words[index] as number

/** Adds the word of `from` at `j` to the word of `to` at `i`, modulo 2^64. */
function add(to: Uint32Array, i: number, from: Uint32Array, j: number): void {
  const low = at(to, i) + at(from, j)
  to[i + 1] = at(to, i + 1) + at(from, j + 1) + (low > 0xffffffff ? 1 : 0)
  to[i] = low
}

/** Word `i` becomes (word `i` xor word `j`), rotated right by `bits`: 16, 24, 32 or 63. */
function mixRotate(v: Uint32Array, i: number, j: number, bits: number): void {
  const low = at(v, i) ^ at(v, j)
  const high = at(v, i + 1) ^ at(v, j + 1)
  if (bits === 32) {
    v[i] = high
    v[i + 1] = low
  } else if (bits === 63) {
    v[i] = (low << 1) | (high >>> 31)
    v[i + 1] = (high << 1) | (low >>> 31)
  } else {
    v[i] = (low >>> bits) | (high << (32 - bits))
    v[i + 1] = (high >>> bits) | (low << (32 - bits))
  }
}

/** The function F of RFC 7693, section 3.2. `count` is the number of message bytes up to the end of this block. */
function compress(h: Uint32Array, m: Uint32Array, count: number, last: boolean): void {
  const v = new Uint32Array(32)
  v.set(h)
  v.set(INITIAL, 16)
  v[24] = at(v, 24) ^ (count >>> 0)
  v[25] = at(v, 25) ^ Math.floor(count / 0x1_0000_0000)
  if (last) {
    v[28] = ~at(v, 28)
    v[29] = ~at(v, 29)
  }
  for (const order of ORDER) {
    for (const [step, words] of STEPS.entries()) {
      const a = at(words, 0)
      const b = at(words, 1)
      const c = at(words, 2)
      const d = at(words, 3)
      add(v, a, v, b)
      add(v, a, m, at(order, 2 * step))
      mixRotate(v, d, a, 32)
      add(v, c, v, d)
      mixRotate(v, b, c, 24)
      add(v, a, v, b)
      add(v, a, m, at(order, 2 * step + 1))
      mixRotate(v, d, a, 16)
      add(v, c, v, d)
      mixRotate(v, b, c, 63)
    }
  }
  for (let i = 0; i < 16; i++) h[i] = at(h, i) ^ at(v, i) ^ at(v, i + 16)
}

/** The digest of `length` bytes, 1 to 64, of a message. */
export function plainBlake2b(message: Uint8Array, length: number): Uint8Array {
  const h = INITIAL.slice()
  h[0] = at(h, 0) ^ 0x01010000 ^ length
  const m = new Uint32Array(32)
  const block = new Uint8Array(128)
  const view = new DataView(block.buffer)
  let start = 0
  do {
    const end = Math.min(start + 128, message.length)
    block.fill(0)
    block.set(message.subarray(start, end))
    for (let i = 0; i < 32; i++) m[i] = view.getUint32(4 * i, true)
    compress(h, m, end, end === message.length)
    start = end
  } while (start < message.length)
  const digest = new DataView(new ArrayBuffer(64))
  for (let i = 0; i < 16; i++) digest.setUint32(4 * i, at(h, i), true)
  return new Uint8Array(digest.buffer).slice(0, length)
}
