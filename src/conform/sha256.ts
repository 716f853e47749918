// SHA-256 (FIPS 180-4), because vectors state the hash of a whole memory and WebCrypto has it asynchronously only, and not
// at all on pages without https. Not for anything that needs speed or secrets.

/** These are the first 64 primes. */
const PRIMES: readonly number[] = (() => {
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n++) if (primes.every(p => n % p !== 0)) primes.push(n)
  return primes
})()

/** Integer search finds the first 32 bits of the fractional part of the `root`-th root of `prime`. */
function fraction(prime: number, root: 2n | 3n): number {
  const target = BigInt(prime) << (32n * root) // (prime^(1/root) * 2^32)^root
  let low = 0n
  let high = BigInt(prime) << 32n
  while (low < high) {
    const middle = (low + high + 1n) >> 1n
    if (middle ** root <= target) low = middle
    else high = middle - 1n
  }
  return Number(low & 0xffffffffn) | 0
}

/** FIPS 180-4 section 4.2.2 and 5.3.3: both tables are defined as these fractions. */
const tablesOf = (): { readonly k: Int32Array; readonly h0: Int32Array } => ({
  k: Int32Array.from(PRIMES, prime => fraction(prime, 3n)),
  h0: Int32Array.from(PRIMES.slice(0, 8), prime => fraction(prime, 2n)),
})
/** Made when something is hashed first: 5 ms that most commands do without. */
let tables: ReturnType<typeof tablesOf> | undefined

const rotr = (x: number, n: number): number => (x >>> n) | (x << (32 - n))

function compress(hash: Int32Array, w: Int32Array, k: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!
    const y = w[i - 2]!
    const s0 = rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3)
    const s1 = rotr(y, 17) ^ rotr(y, 19) ^ (y >>> 10)
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0
  }
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const t1 = (h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + k[i]! + w[i]!) | 0
    const t2 = ((rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  const out = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) hash[i] = (hash[i]! + out[i]!) | 0
}

/** This is the SHA-256 hash of `bytes`; it has 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29))
  view.setUint32(padded.length - 4, (bytes.length * 8) >>> 0)
  tables ??= tablesOf()
  const { k, h0 } = tables
  const hash = Int32Array.from(h0)
  const w = new Int32Array(64)
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i)
    compress(hash, w, k)
  }
  const out = new Uint8Array(32)
  const outView = new DataView(out.buffer)
  for (let i = 0; i < 8; i++) outView.setInt32(4 * i, hash[i]!)
  return out
}
