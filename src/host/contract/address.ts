// Addresses of new contracts, as Ethereum makes them. Not the contracts.
import { joined } from '../../core/joined.ts'
import { keccak256 } from '../../hash/keccak.ts'
import { bytesOf, type Hex, hexOf } from './text.ts'

/** A number as RLP has it: no leading zeros, one byte below 128 stands for itself. */
function rlpNumber(value: bigint): Uint8Array {
  if (value === 0n) return Uint8Array.of(0x80)
  if (value < 128n) return Uint8Array.of(Number(value))
  const digits = value.toString(16)
  const bytes = bytesOf('nonce', `0x${digits.length % 2 === 0 ? '' : '0'}${digits}`)
  return joined(Uint8Array.of(0x80 + bytes.length), bytes)
}

/** CREATE: of the deployer and how many contracts it has made. */
export function createdAddress(deployer: Hex, nonce: bigint): Hex {
  const list = joined(Uint8Array.of(0x80 + 20), bytesOf('deployer', deployer), rlpNumber(nonce))
  return hexOf(keccak256(joined(Uint8Array.of(0xc0 + list.length), list)).subarray(12))
}

/** CREATE2 makes an address of the deployer, a salt, and the code with the constructor's data behind it. */
export function saltedAddress(deployer: Hex, salt: Uint8Array, code: Uint8Array, data: Uint8Array): Hex {
  const bytes = joined(Uint8Array.of(0xff), bytesOf('deployer', deployer), salt, keccak256(joined(code, data)))
  return hexOf(keccak256(bytes).subarray(12))
}
