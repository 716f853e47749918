// Keccak-256 as Ethereum and pallet-revive use it: the padding of the submission, 0x01, not that of FIPS 202, 0x06.
// Not a stream: the whole message is given at once. A lane of 64 bits is two halves of 32 bits, the low half first.

/** Bytes of message per permutation: 1600 bits without twice 256. */
const RATE = 136
const ROUNDS = 24

/** Rotation of each lane, and the lane it moves to, along the path of steps rho and pi (Keccak reference, 2.3.2 and 2.3.3). */
const PATH: readonly { readonly to: number; readonly bits: number }[] = (() => {
  const path: { to: number; bits: number }[] = []
  let [x, y] = [1, 0]
  for (let t = 0; t < 24; t++) {
    ;[x, y] = [y, (2 * x + 3 * y) % 5]
    path.push({ to: x + 5 * y, bits: (((t + 1) * (t + 2)) / 2) % 64 })
  }
  return path
})()

/** The constants of step iota: bits of a shift register, at places 2^j - 1 (Keccak reference, 1.2). */
const IOTA: Uint32Array = (() => {
  const constants = new Uint32Array(2 * ROUNDS)
  let register = 1
  for (let round = 0; round < ROUNDS; round++) {
    for (let j = 0; j < 7; j++) {
      const place = 2 ** j - 1
      if (register & 1) constants[2 * round + (place >= 32 ? 1 : 0)]! |= 1 << (place & 31)
      register = (register << 1) ^ (register & 0x80 ? 0x171 : 0)
    }
  }
  return constants
})()

/** Rotates the lane (low, high) left and puts it to `lane` of `into`. */
function putRotated(into: Uint32Array, lane: number, low: number, high: number, bits: number): void {
  const [a, b] = bits < 32 ? [low, high] : [high, low]
  const by = bits & 31
  into[2 * lane] = by === 0 ? a : (a << by) | (b >>> (32 - by))
  into[2 * lane + 1] = by === 0 ? b : (b << by) | (a >>> (32 - by))
}

function permute(state: Uint32Array): void {
  const column = new Uint32Array(10)
  const moved = new Uint32Array(50)
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < 10; i++) {
      column[i] = state[i]! ^ state[i + 10]! ^ state[i + 20]! ^ state[i + 30]! ^ state[i + 40]!
    }
    for (let x = 0; x < 5; x++) {
      const before = 2 * ((x + 4) % 5)
      const next = 2 * ((x + 1) % 5)
      const low = column[before]! ^ ((column[next]! << 1) | (column[next + 1]! >>> 31))
      const high = column[before + 1]! ^ ((column[next + 1]! << 1) | (column[next]! >>> 31))
      for (let y = 0; y < 50; y += 10) {
        state[2 * x + y]! ^= low
        state[2 * x + y + 1]! ^= high
      }
    }
    moved[0] = state[0]!
    moved[1] = state[1]!
    let from = 1
    for (const { to, bits } of PATH) {
      putRotated(moved, to, state[2 * from]!, state[2 * from + 1]!, bits)
      from = to
    }
    for (let y = 0; y < 50; y += 10) {
      for (let x = 0; x < 10; x++) {
        state[y + x] = moved[y + x]! ^ (~moved[y + ((x + 2) % 10)]! & moved[y + ((x + 4) % 10)]!)
      }
    }
    state[0]! ^= IOTA[2 * round]!
    state[1]! ^= IOTA[2 * round + 1]!
  }
}

/**
 * Keccak-256 of a message: 32 bytes.
 *
 * @example keccak256(new TextEncoder().encode('flip()')).subarray(0, 4) // the selector of flip()
 */
export function keccak256(message: Uint8Array): Uint8Array {
  const state = new Uint32Array(50)
  const padded = new Uint8Array((Math.floor(message.length / RATE) + 1) * RATE)
  padded.set(message)
  padded[message.length]! ^= 0x01
  padded[padded.length - 1]! ^= 0x80
  const view = new DataView(padded.buffer)
  for (let at = 0; at < padded.length; at += RATE) {
    for (let i = 0; i < RATE / 4; i++) state[i]! ^= view.getUint32(at + 4 * i, true)
    permute(state)
  }
  const hash = new Uint8Array(32)
  const out = new DataView(hash.buffer)
  for (let i = 0; i < 8; i++) out.setUint32(4 * i, state[i]!, true)
  return hash
}
