// The functions that contracts import, by name: pallet-revive's published interface as data. Not what they do: the calls-*.ts.

import type { Program } from '../../program/program.ts'

/** This is one function of the interface. */
export interface ContractCall {
  /** Its arguments, one register each, from r7 on. `hi|lo` is one register with two numbers of 32 bits. */
  readonly args: string
  /** Changes state: fails in a read-only call. */
  readonly mutating?: true
  /** Not in the stable part, which is what a chain offers to every contract. */
  readonly unstable?: true
}

/** Every function that coulis answers, with its arguments (pallet-revive-uapi, HostFn; pallet-revive, vm/pvm/env.rs). */
export const CONTRACT_CALLS = {
  address: { args: 'out' },
  balance: { args: 'out' },
  balance_of: { args: 'address, out' },
  base_fee: { args: 'out' },
  block_author: { args: 'out' },
  block_hash: { args: 'number, out' },
  block_number: { args: 'out' },
  call: { args: 'flags|callee, ref_time, proof_size, deposit|value, input_len|input, out_len|out' },
  call_evm: { args: 'flags|callee, value, gas, input_len|input, out_len|out' },
  call_data_copy: { args: 'out, out_len, offset' },
  call_data_load: { args: 'out, offset' },
  call_data_size: { args: '' },
  caller: { args: 'out' },
  caller_is_origin: { args: '', unstable: true },
  caller_is_root: { args: '', unstable: true },
  chain_id: { args: 'out' },
  clear_storage: { args: 'flags, key, key_len', mutating: true, unstable: true },
  code_hash: { args: 'address, out' },
  code_size: { args: 'address' },
  consume_all_gas: { args: '' },
  contains_storage: { args: 'flags, key, key_len', unstable: true },
  debug_message: { args: 'text, text_len', unstable: true },
  delegate_call: { args: 'flags|address, ref_time, proof_size, deposit, input_len|input, out_len|out' },
  delegate_call_evm: { args: 'flags|address, gas, input_len|input, out_len|out' },
  deposit_event: { args: 'topics, topic_count, data, data_len', mutating: true },
  gas_left: { args: '' },
  gas_limit: { args: '' },
  gas_price: { args: '' },
  get_immutable_data: { args: 'out, out_len' },
  get_storage: { args: 'flags, key, key_len, out, out_len' },
  get_storage_or_zero: { args: 'flags, key, out' },
  hash_blake2_128: { args: 'input, input_len, out', unstable: true },
  hash_blake2_256: { args: 'input, input_len, out', unstable: true },
  hash_keccak_256: { args: 'input, input_len, out' },
  instantiate: {
    args: 'ref_time, proof_size, deposit|value, input_len|code_hash and input, out_len|out, address|salt',
    mutating: true,
  },
  is_contract: { args: 'address', unstable: true },
  minimum_balance: { args: 'out', unstable: true },
  now: { args: 'out' },
  origin: { args: 'out' },
  own_code_hash: { args: 'out', unstable: true },
  ref_time_left: { args: '' },
  return_data_copy: { args: 'out, out_len, offset' },
  return_data_size: { args: '' },
  seal_return: { args: 'flags, data, data_len' },
  set_code_hash: { args: 'code_hash', mutating: true, unstable: true },
  set_immutable_data: { args: 'data, data_len' },
  set_storage: { args: 'flags, key, key_len, value, value_len', mutating: true },
  set_storage_or_clear: { args: 'flags, key, value', mutating: true },
  take_storage: { args: 'flags, key, key_len, out, out_len', mutating: true, unstable: true },
  terminate: { args: 'beneficiary', mutating: true, unstable: true },
  value_transferred: { args: 'out' },
  weight_to_fee: { args: 'ref_time, proof_size, out' },
} as const

/** The name of a function of the interface. */
export type ContractCallName = keyof typeof CONTRACT_CALLS

/** What a function of that name is; undefined where there is none. */
export function contractCall(name: string): ContractCall | undefined {
  return Object.hasOwn(CONTRACT_CALLS, name) ? CONTRACT_CALLS[name as ContractCallName] : undefined
}

/** Whether a program is a contract: it has both exports. One that imports nothing is one too; imports that nobody knows are for a check. */
export function isContract({ exports }: Pick<Program, 'exports'>): boolean {
  return exports.has('call') && exports.has('deploy')
}

/** Limits that contracts can notice (pallet-revive, limits.rs). */
export const CONTRACT_LIMITS = {
  /** So many frames may stand on the outermost one. */
  callDepth: 25,
  topics: 4,
  /** A storage value, and an event's data, may have so many bytes. */
  payloadBytes: 416,
  callDataBytes: 131_072,
  storageKeyBytes: 128,
  immutableBytes: 4096,
} as const

/** Stands for no address, no key length, no old value: the largest number of 32 bits. */
export const SENTINEL = 0xffffffff
