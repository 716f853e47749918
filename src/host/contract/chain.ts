// A chain of contracts in memory: upload, deploy, call. Not a node: no blocks, no fees, no deposits (docs/contracts.md).
import { createEngine } from '../../engine/create.ts'
import type { EngineKind, HostFunction, HostPrice, StartOptions, Vm } from '../../engine/engine.ts'
import type { Exit } from '../../engine/exit.ts'
import { keccak256 } from '../../hash/keccak.ts'
import { knownOptions } from '../../isa/own-options.ts'
import { loadProgram } from '../../program/program.ts'
import { finish, machineOf, openCall, openDeploy } from './enter.ts'
import { ContractFailure } from './failure.ts'
import type { ContractBlock, ContractLogLine, Ended, Frame, Precompile, World } from './frame.ts'
import { hostOf } from './host.ts'
import { type ContractAccount, type ContractEvent, ContractState } from './state.ts'
import { addressOf, type BytesLike, bytesOf, checkValue, type Hex, hexOf } from './text.ts'

/** These are the options of `createContractChain`; everything is optional. */
export interface ContractChainOptions {
  /** The engine that runs the contracts; default `auto`. */
  readonly engine?: EngineKind
  /** This is what contracts learn of block and chain. Without it, block is 1, second 1 and chain 420420420; all else is 0 or nothing. */
  readonly block?: Partial<ContractBlock>
  /** Prices of imported functions in gas, by name; default: all are free. */
  readonly prices?: Readonly<Record<string, HostPrice>>
  /** Imported functions by name, that replace those here or complete them. */
  readonly handlers?: Readonly<Record<string, HostFunction>>
  /** These are contracts of the host by address, such as `0x00…01`. Without it, there is `identity` (4). */
  readonly precompiles?: Readonly<Record<Hex, Precompile>>
  /** Called for every imported function that a contract calls, in words. */
  readonly onLine?: (line: ContractLogLine) => void
}

/** How a contract is called; everything is optional. */
export interface ContractCallOptions {
  /** Call data: the selector and the arguments in Solidity's ABI; default none. */
  readonly data?: BytesLike
  /** Balance that goes along; default 0. */
  readonly value?: bigint
  /** The account that calls, which is the origin as well; default `0x1111…`. */
  readonly from?: BytesLike
  /** Without it, it is 10^9. */
  readonly gas?: bigint
  /** Refuses whatever would change the state; default false. */
  readonly readOnly?: boolean
}

/** How a contract is deployed. */
export interface DeployOptions extends Omit<ContractCallOptions, 'readOnly'> {
  /** 32 bytes: the address depends on it and the code, not on how many contracts the account has made. */
  readonly salt?: BytesLike
}

/** What came out of a call. */
export interface ContractResult {
  /** `reverted` and `failed` have changed nothing. */
  readonly outcome: 'returned' | 'reverted' | 'failed'
  /** This is the address of the contract. After a constructor it is that of the new one. */
  readonly address: Hex
  /** The contract returned this, or reverted with it. It is empty where the call failed. */
  readonly output: Uint8Array
  readonly events: readonly ContractEvent[]
  readonly gasUsed: bigint
  /** This says why it failed. */
  readonly failure: ContractFailure | undefined
}

/** A call to be run on a machine of the caller's own, as a command line or debugger does. */
export interface PreparedContractCall {
  readonly address: Hex
  /** How the machine starts: entry, registers, gas, host functions. */
  readonly start: StartOptions
  /** When the machine has stopped: undoes what has to be undone, and says what came out. */
  finish(vm: Vm, exit: Exit): ContractResult
}

const CHAIN_OPTIONS = ['engine', 'block', 'prices', 'handlers', 'precompiles', 'onLine'] as const
const BLOCK_OPTIONS = ['number', 'timestamp', 'chainId', 'gasLimit', 'gasPrice', 'baseFee', 'author', 'hash'] as const
const CALL_OPTIONS = ['data', 'value', 'from', 'gas', 'readOnly'] as const
const DEPLOY_OPTIONS = ['data', 'value', 'from', 'gas', 'salt'] as const
const DEFAULT_FROM: Hex = `0x${'11'.repeat(20)}`
const DEFAULT_GAS = 1_000_000_000n
const IDENTITY: Hex = `0x${'00'.repeat(19)}04`
const NOBODY: Hex = `0x${'00'.repeat(20)}`
const NOTHING = new Uint8Array(0)

/** A call that is known to be well formed. */
interface Opened {
  readonly gas: bigint
  /** Undefined where it is known only when the frame is made. */
  readonly address: Hex | undefined
  readonly frame: () => Frame
}

interface Settings {
  readonly world: World
  readonly caller: Hex
  readonly value: bigint
  readonly input: Uint8Array
  readonly gas: bigint
}

function resultOf(address: Hex, ended: Ended, events: readonly ContractEvent[], gasUsed: bigint): ContractResult {
  const failure = ended.outcome === 'failed' ? ended.failure : undefined
  return { outcome: ended.outcome, address, output: ended.output, events, gasUsed, failure }
}

function blockOf(given: Partial<ContractBlock> | undefined): ContractBlock {
  const { number, timestamp, chainId, gasLimit, gasPrice, baseFee, author, hash } = knownOptions(given, BLOCK_OPTIONS)
  const amount = (name: string, value: bigint | undefined, otherwise: bigint): bigint =>
    value === undefined ? otherwise : checkValue(`block.${name}`, value)
  if (hash !== undefined && typeof hash !== 'function') throw new TypeError('block.hash: expected a function')
  return {
    number: amount('number', number, 1n),
    timestamp: amount('timestamp', timestamp, 1n),
    chainId: amount('chainId', chainId, 420_420_420n),
    gasLimit: amount('gasLimit', gasLimit, 0n),
    gasPrice: amount('gasPrice', gasPrice, 0n),
    baseFee: amount('baseFee', baseFee, 0n),
    author: author === undefined ? `0x${'00'.repeat(20)}` : addressOf('block.author', author),
    hash: hash ?? (() => undefined),
  }
}

function precompilesOf(given: ContractChainOptions['precompiles']): Map<Hex, Precompile> {
  const precompiles = new Map<Hex, Precompile>([[IDENTITY, input => input.slice()]])
  for (const [address, call] of Object.entries(given ?? {})) {
    if (typeof call !== 'function') throw new TypeError(`precompiles: ${address} is no function`)
    precompiles.set(addressOf('precompiles', address as Hex), call)
  }
  return precompiles
}

function checkFunctions({ handlers = {}, prices = {}, onLine }: ContractChainOptions): void {
  for (const [name, call] of Object.entries(handlers)) {
    if (typeof call !== 'function') throw new TypeError(`handlers: ${name} is no function`)
  }
  for (const [name, price] of Object.entries(prices)) {
    if (typeof price !== 'function' && !(Number.isInteger(price) && price >= 0)) {
      throw new RangeError(`prices: ${name} is no amount of gas`)
    }
  }
  if (onLine !== undefined && typeof onLine !== 'function') throw new TypeError('onLine: expected a function')
}

/** A chain has contracts with their code, storage, balances and events. */
export class ContractChain {
  readonly #state = new ContractState()
  readonly #options: ContractChainOptions
  readonly #block: ContractBlock
  readonly #precompiles: Map<Hex, Precompile>
  #running = false

  constructor(given: ContractChainOptions = {}) {
    this.#options = knownOptions(given, CHAIN_OPTIONS)
    this.#block = blockOf(this.#options.block)
    this.#precompiles = precompilesOf(this.#options.precompiles)
    checkFunctions(this.#options)
  }

  /**
   * Makes code known, by its hash: Keccak-256 of the file. Contracts that deploy others need their code here.
   *
   * @throws BlobError when the bytes are no `.polkavm` file; RangeError when it is one of 32 bits, or has not the exports
   * `call` and `deploy`.
   */
  upload(code: BytesLike): Hex {
    const bytes = bytesOf('code', code)
    const hash = hexOf(keccak256(bytes))
    if (this.#state.codes.has(hash)) return hash
    const program = loadProgram(bytes, { profile: 'polkavm', kind: 'polkavm' })
    if (program.bits === 32) throw new RangeError('code: a 32-bit program, contracts have 64 bits')
    for (const name of ['call', 'deploy']) {
      if (!program.exports.has(name)) throw new RangeError(`code: no export ${name}, a contract has call and deploy`)
    }
    this.#state.codes.set(hash, { hash, bytes, program })
    return hash
  }

  /** Puts a contract to an address of its own without running its constructor, and says where. For looking at code. */
  place(code: BytesLike): Hex {
    const hash = this.upload(code)
    const address = hexOf(bytesOf('hash', hash).subarray(0, 20))
    this.#state.set(address, 'codeHash', hash)
    this.#state.set(address, 'nonce', 1n)
    if (!this.#running) this.#state.commit()
    return address
  }

  /** What is known of an account: a copy. Undefined where nothing has ever touched it. */
  account(address: BytesLike): ContractAccount | undefined {
    const account = this.#state.accounts.get(addressOf('address', address))
    return account && { ...account, storage: new Map(account.storage) }
  }

  /** These are the addresses of all accounts. */
  get addresses(): readonly Hex[] {
    return [...this.#state.accounts.keys()]
  }

  setBalance(address: BytesLike, balance: bigint): void {
    this.#state.set(addressOf('address', address), 'balance', checkValue('balance', balance))
    if (!this.#running) this.#state.commit()
  }

  /** All events since the chain was made. */
  get events(): readonly ContractEvent[] {
    return [...this.#state.events]
  }

  /** Deploys code: runs its constructor. @throws what a host function of the caller's threw; nothing has changed then. */
  deploy(code: BytesLike, options: DeployOptions = {}): ContractResult {
    return this.#run(() => this.#openDeploy(code, options))
  }

  /** Calls a contract. @throws what a host function of the caller's threw; nothing has changed then. */
  call(address: BytesLike, options: ContractCallOptions = {}): ContractResult {
    return this.#run(() => this.#openCall(address, options))
  }

  /**
   * The same as `deploy`, on a machine of your own, which has to be finished before the next call.
   *
   * @throws ContractFailure where the call fails before the contract runs.
   */
  prepareDeploy(code: BytesLike, options: DeployOptions = {}): PreparedContractCall {
    return this.#prepare(() => this.#openDeploy(code, options))
  }

  /** The same as `call`, on a machine of your own; see `prepareDeploy`. */
  prepareCall(address: BytesLike, options: ContractCallOptions = {}): PreparedContractCall {
    return this.#prepare(() => this.#openCall(address, options))
  }

  #openDeploy(code: BytesLike, given: DeployOptions): Opened {
    const options = knownOptions(given, DEPLOY_OPTIONS)
    const hash = typeof code === 'string' && this.#state.codes.has(code) ? code : this.upload(code)
    const salt = options.salt === undefined ? undefined : bytesOf('salt', options.salt, 32)
    const { world, caller, value, input, gas } = this.#settingsOf(options)
    const known = this.#state.codes.get(hash)!
    return {
      gas,
      address: undefined,
      frame: () => openDeploy({ world, parent: undefined, code: known, salt, caller, value, input, mark: 0 }),
    }
  }

  #openCall(to: BytesLike, given: ContractCallOptions): Opened {
    const options = knownOptions(given, CALL_OPTIONS)
    const { readOnly = false } = options
    const address = addressOf('address', to)
    const { world, caller, value, input, gas } = this.#settingsOf(options)
    if (this.#state.codeOf(address) === undefined) throw new RangeError(`address: no contract at ${address}`)
    const request = { world, parent: undefined, address, codeAddress: address, caller, value, input, readOnly }
    return {
      gas,
      address,
      frame: () => {
        if (readOnly && value > 0n) throw new ContractFailure('state-change-denied', `a value of ${value}, read-only`)
        return openCall({ ...request, keepsValue: false, mark: 0 })!
      },
    }
  }

  #settingsOf({ data = NOTHING, value = 0n, from = DEFAULT_FROM, gas = DEFAULT_GAS }: ContractCallOptions): Settings {
    const caller = addressOf('from', from)
    const { engine: kind = 'auto', prices = {}, handlers = {}, onLine } = this.#options
    const world: World = {
      state: this.#state,
      engine: createEngine({ kind }),
      block: this.#block,
      origin: caller,
      prices,
      handlers,
      precompiles: this.#precompiles,
      onLine,
      hostOf,
    }
    return { world, caller, value: checkValue('value', value), input: bytesOf('data', data), gas }
  }

  /** No call begins while another one is under way: what one undoes would be the other's. */
  #begin(): void {
    if (this.#running) throw new TypeError('chain: a call is under way')
    this.#running = true
  }

  #end(): void {
    this.#state.commit()
    this.#running = false
  }

  #prepare(open: () => Opened): PreparedContractCall {
    this.#begin()
    const state = this.#state
    const events = state.events.length
    try {
      const { frame: make, gas } = open()
      const frame = make()
      return {
        address: frame.address,
        start: frame.start(gas),
        finish: (vm, exit) => {
          const ended = frame.close(vm, exit)
          this.#end()
          return resultOf(frame.address, ended, state.events.slice(events), vm.gasUsed)
        },
      }
    } catch (error) {
      state.rollback(0)
      this.#end()
      throw error
    }
  }

  #run(open: () => Opened): ContractResult {
    this.#begin()
    const events = this.#state.events.length
    let address: Hex | undefined
    let vm: Vm | undefined
    try {
      const opened = open()
      address = opened.address
      const frame = opened.frame()
      address = frame.address
      vm = machineOf(frame, opened.gas)
      const ended = finish(frame, vm, Number.POSITIVE_INFINITY)!
      return resultOf(address, ended, this.#state.events.slice(events), vm.gasUsed)
    } catch (error) {
      this.#state.rollback(0)
      if (!(error instanceof ContractFailure)) throw error
      return resultOf(address ?? NOBODY, { outcome: 'failed', output: NOTHING, failure: error }, [], 0n)
    } finally {
      if (vm !== undefined && !vm.isDisposed) vm.dispose()
      this.#end()
    }
  }
}

/** Makes a chain without contracts. @throws RangeError or TypeError naming the option that is wrong. */
export function createContractChain(options: ContractChainOptions = {}): ContractChain {
  return new ContractChain(options)
}
