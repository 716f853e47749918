// Imported functions that tell a contract about its call, its accounts and the chain, and what it returns. Not storage, not
// calls of other contracts.
import { blake2b } from '../../hash/blake2b.ts'
import { keccak256 } from '../../hash/keccak.ts'
import { ContractFailure } from './failure.ts'
import { dataWords, type Handler, type HostCall } from './host-call.ts'
import { CONTRACT_LIMITS, type ContractCallName } from './interface.ts'
import { EMPTY_HASH } from './state.ts'
import { bytesOf, type Hex, hexOf, wordOf } from './text.ts'

const MOST = 2n ** 64n - 1n

/** Makes a handler that writes its answer to where the guest wants it, and says it in the log. */
function tells(what: (call: HostCall) => Uint8Array | bigint | Hex): Handler {
  return call => {
    const value = what(call)
    const bytes =
      typeof value === 'bigint' ? wordOf(value) : value instanceof Uint8Array ? value : bytesOf('value', value)
    call.write(call.u32(0), bytes)
    if (call.logged) call.say(`→ ${typeof value === 'bigint' ? value : hexOf(bytes)}`)
    return undefined
  }
}

/** Makes a handler that answers with a number of 64 bits in r7. */
function answers(what: (call: HostCall) => bigint | number): Handler {
  return call => {
    const value = what(call)
    if (call.logged) call.say(`→ ${value}`)
    return value
  }
}

function inputOf({ frame, name }: HostCall): Uint8Array {
  if (frame.input !== undefined) return frame.input
  throw new ContractFailure('input-forwarded', `${name}: the call data was handed on to another contract`)
}

/** What code_hash says of an address without contract: the hash of nothing where there is an account, else zeros. */
function codeHash(call: HostCall, address: Hex): Hex {
  const account = call.frame.world.state.accounts.get(address)
  const exists = account !== undefined && (account.balance > 0n || account.nonce > 0n || account.codeHash !== undefined)
  return account?.codeHash ?? (exists ? EMPTY_HASH : hexOf(new Uint8Array(32)))
}

function hashes(hash: (input: Uint8Array) => Uint8Array): Handler {
  return call => {
    const input = call.read(call.u32(0), call.u32(1))
    const digest = hash(input)
    call.write(call.u32(2), digest)
    if (call.logged) call.say(`${dataWords(input)} → ${hexOf(digest)}`)
    return undefined
  }
}

const balanceOf = ({ frame }: HostCall, address: Hex): bigint => frame.world.state.accounts.get(address)?.balance ?? 0n

type Names =
  | 'address'
  | 'balance'
  | 'balance_of'
  | 'base_fee'
  | 'block_author'
  | 'block_hash'
  | 'block_number'
  | 'call_data_copy'
  | 'call_data_load'
  | 'call_data_size'
  | 'caller'
  | 'caller_is_origin'
  | 'caller_is_root'
  | 'chain_id'
  | 'code_hash'
  | 'code_size'
  | 'consume_all_gas'
  | 'debug_message'
  | 'gas_left'
  | 'gas_limit'
  | 'gas_price'
  | 'hash_blake2_128'
  | 'hash_blake2_256'
  | 'hash_keccak_256'
  | 'is_contract'
  | 'minimum_balance'
  | 'now'
  | 'origin'
  | 'own_code_hash'
  | 'ref_time_left'
  | 'return_data_copy'
  | 'return_data_size'
  | 'seal_return'
  | 'value_transferred'
  | 'weight_to_fee'

export const DATA_CALLS: Readonly<Record<Names & ContractCallName, Handler>> = {
  address: tells(({ frame }) => frame.address),
  balance: tells(call => balanceOf(call, call.frame.address)),
  balance_of: call => {
    const address = call.address(call.u32(0))
    const balance = balanceOf(call, address)
    call.write(call.u32(1), wordOf(balance))
    if (call.logged) call.say(`${address} → ${balance}`)
    return undefined
  },
  base_fee: tells(({ frame }) => frame.world.block.baseFee),
  block_author: tells(({ frame }) => frame.world.block.author),
  block_hash: call => {
    const number = call.number(call.u32(0))
    const hash = call.frame.world.block.hash(number) ?? new Uint8Array(32)
    call.write(call.u32(1), hash)
    if (call.logged) call.say(`of ${number} → ${hexOf(hash)}`)
    return undefined
  },
  block_number: tells(({ frame }) => frame.world.block.number),
  call_data_copy: call => {
    const input = inputOf(call)
    const [out, length, offset] = [call.u32(0), call.u32(1), call.u32(2)]
    const part = input.subarray(Math.min(offset, input.length), Math.min(offset + length, input.length))
    call.zero(out, length) // also checks the whole range: nothing is written where a part of it is not writable
    call.write(out, part)
    if (call.logged) call.say(`from ${offset} → ${dataWords(part)}${part.length < length ? ', then zeros' : ''}`)
    return undefined
  },
  call_data_load: call => {
    const input = inputOf(call)
    const offset = call.u32(1)
    const word = new Uint8Array(32)
    word.set(input.subarray(Math.min(offset, input.length), Math.min(offset + 32, input.length)))
    if (call.logged) call.say(`at ${offset} → ${hexOf(word)}`)
    call.write(call.u32(0), word.reverse())
    return undefined
  },
  call_data_size: answers(({ frame }) => frame.input?.length ?? 0),
  caller: tells(({ frame }) => frame.given.caller),
  caller_is_origin: answers(({ frame }) => (frame.given.caller === frame.world.origin ? 1 : 0)),
  caller_is_root: answers(() => 0),
  chain_id: tells(({ frame }) => frame.world.block.chainId),
  code_hash: call => {
    const address = call.address(call.u32(0))
    const hash = codeHash(call, address)
    call.write(call.u32(1), bytesOf('hash', hash))
    if (call.logged) call.say(`of ${address} → ${hash}`)
    return undefined
  },
  code_size: call => {
    const address = call.address(call.u32(0))
    const size = call.frame.world.state.codeOf(address)?.bytes.length ?? 0
    if (call.logged) call.say(`of ${address} → ${size}`)
    return size
  },
  consume_all_gas: call => {
    call.vm.gas = 0n
    throw new ContractFailure('out-of-gas', 'consume_all_gas')
  },
  debug_message: call => {
    const text = call.read(call.u32(0), call.u32(1))
    if (call.logged) call.say(new TextDecoder().decode(text))
    return 0
  },
  gas_left: answers(({ vm }) => vm.gas),
  gas_limit: answers(({ frame }) => (frame.world.block.gasLimit < MOST ? frame.world.block.gasLimit : MOST)),
  gas_price: answers(({ frame }) => (frame.world.block.gasPrice < MOST ? frame.world.block.gasPrice : MOST)),
  hash_blake2_128: hashes(input => blake2b(input, 16)),
  hash_blake2_256: hashes(input => blake2b(input, 32)),
  hash_keccak_256: hashes(keccak256),
  is_contract: answers(call => (call.frame.world.state.codeOf(call.address(call.u32(0))) === undefined ? 0 : 1)),
  minimum_balance: tells(() => 0n),
  now: tells(({ frame }) => frame.world.block.timestamp),
  origin: tells(({ frame }) => frame.world.origin),
  own_code_hash: tells(({ frame }) => frame.given.code.hash),
  ref_time_left: answers(({ vm }) => vm.gas),
  return_data_copy: call => {
    const { lastOutput } = call.frame
    const offset = call.u32(2)
    if (offset > lastOutput.length) {
      throw new ContractFailure('out-of-bounds', `return_data_copy: from ${offset} of ${lastOutput.length} bytes`)
    }
    call.writeOutput(call.u32(0), call.u32(1), lastOutput.subarray(offset), false)
    if (call.logged) call.say(`from ${offset} → ${dataWords(lastOutput.subarray(offset))}`)
    return undefined
  },
  return_data_size: answers(({ frame }) => frame.lastOutput.length),
  seal_return: call => {
    const [flags, length] = [call.u32(0), call.u32(2)]
    if (length > CONTRACT_LIMITS.callDataBytes) {
      throw new ContractFailure('return-data-too-large', `${length} bytes, at most ${CONTRACT_LIMITS.callDataBytes}`)
    }
    const data = call.read(call.u32(1), length)
    call.frame.returned = { flags, data }
    if (call.logged)
      call.say(`${flags === 0 ? 'success' : flags === 1 ? 'revert' : `flags ${flags}`}, ${dataWords(data)}`)
    return undefined
  },
  value_transferred: tells(({ frame }) => frame.given.value),
  weight_to_fee: call => {
    const fee = call.u64(0) * call.frame.world.block.gasPrice
    call.write(call.u32(2), wordOf(fee & (2n ** 256n - 1n)))
    if (call.logged) call.say(`of ${call.u64(0)} → ${fee}`)
    return undefined
  },
}
