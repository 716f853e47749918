// Contracts on the command line: `coulis run --calldata` on a chain in memory, the log of what they asked for, what came out. Not
// the chain: host/contract/.
import { InvalidArgumentError } from 'commander'
import type { EngineKind, StartOptions, Vm } from '../engine/engine.ts'
import type { Exit } from '../engine/exit.ts'
import {
  type ContractChain,
  type ContractEvent,
  type ContractLogLine,
  type ContractResult,
  createContractChain,
  type Hex,
} from '../host/contract/index.ts'
import { isContract } from '../host/contract/interface.ts'
import { CliError, inFile } from './errors.ts'
import { readBytes } from './files.ts'
import { fold, type Part } from './fold.ts'
import { formatBytes, formatCount } from './format.ts'
import type { Loaded } from './load.ts'
import { parseBytes } from './options.ts'
import type { Terminal } from './terminal.ts'

/** The options that make a run one of a contract. */
export interface ContractSettings {
  readonly calldata?: Uint8Array
  readonly deploy?: Uint8Array
  readonly value?: bigint
  readonly caller?: Uint8Array
  readonly code?: readonly string[]
  readonly export?: string
  readonly gas?: bigint
  readonly host?: string
  readonly engine?: EngineKind
}

/** A run of a contract. */
export interface ContractRun {
  readonly start: StartOptions
  /** What came out; to be asked once, when the machine has stopped. */
  finish(vm: Vm, exit: Exit): ContractResult
  /** This goes into `--json`. */
  readonly lines: readonly ContractLogLine[]
  readonly chain: ContractChain
}

/** An account's address has 20 bytes. */
export function parseAccount(text: string): Uint8Array {
  const bytes = parseBytes(text)
  if (bytes.length !== 20) throw new InvalidArgumentError(`expected 20 bytes, found ${bytes.length}.`)
  return bytes
}

/** A balance is a natural number below 2^256. */
export function parseBalance(text: string): bigint {
  if (!/^(\d{1,78}|0x[0-9a-f]{1,64})$/i.test(text)) throw new InvalidArgumentError('expected a natural number.')
  const value = BigInt(text)
  if (value >> 256n !== 0n) throw new InvalidArgumentError('expected a number below 2^256.')
  return value
}

/** A file of an option that may be repeated. */
export function collectFiles(file: string, previous: readonly string[] = []): string[] {
  return [...previous, file]
}

const CALLER = new Uint8Array(20).fill(0x11)
const RICH = 2n ** 128n

/** What to say where a contract runs as any other program would; undefined where it is none, or is called as one. */
export function contractHint({ program }: Loaded, { calldata, deploy, host }: ContractSettings): string | undefined {
  const isCalled = calldata !== undefined || deploy !== undefined || host !== undefined
  if (isCalled || !isContract(program)) return undefined
  return 'this is a contract: --calldata 0x… calls it on a chain in memory, --deploy 0x… runs its constructor first'
}

/** Puts the contract on a chain in memory; undefined where no option says that it is one. */
export function contractOf(
  loaded: Loaded,
  settings: ContractSettings,
  onLine: (line: ContractLogLine) => void,
): ContractRun | undefined {
  const { calldata, deploy, value = 0n, caller: from = CALLER, code = [], export: entry = 'call', gas } = settings
  if (calldata === undefined && deploy === undefined) {
    for (const name of ['value', 'caller', 'code'] as const) {
      if (settings[name] !== undefined) throw new CliError(`--${name}: only with --calldata or --deploy`)
    }
    return undefined
  }
  if (loaded.program.kind !== 'polkavm') throw new CliError('--calldata: contracts are .polkavm files')
  if (settings.host !== undefined) throw new CliError('--host: contracts have their own host')
  if (entry !== 'call' && entry !== 'deploy') throw new CliError(`--export ${entry}: a contract has call and deploy`)
  if (entry === 'deploy' && deploy !== undefined) throw new CliError('--deploy: not with --export deploy')
  const lines: ContractLogLine[] = []
  const { engine } = settings
  const chain = createContractChain({
    ...(engine && { engine }),
    onLine: line => {
      lines.push(line)
      onLine(line)
    },
  })
  chain.setBalance(from, RICH)
  for (const file of code) inFile(file, () => chain.upload(readBytes(file)))
  const options = { data: calldata ?? new Uint8Array(0), value, from, ...(gas !== undefined && { gas }) }
  const prepared =
    entry === 'deploy'
      ? chain.prepareDeploy(loaded.bytes, options)
      : chain.prepareCall(placed(chain, loaded, deploy, from), options)
  return { start: prepared.start, finish: prepared.finish, lines, chain }
}

/** The contract's address: its constructor has run, where it has call data. */
function placed(chain: ContractChain, loaded: Loaded, deploy: Uint8Array | undefined, from: Uint8Array): Hex {
  if (deploy === undefined) return chain.place(loaded.bytes)
  const { outcome, address, output, failure } = chain.deploy(loaded.bytes, { data: deploy, from })
  if (outcome === 'returned') return address
  throw new CliError(
    `--deploy: the constructor ${outcome}${failure ? `: ${failure.message}` : `, ${formatBytes(output)}`}`,
  )
}

/** A line of the log: what the contract asked for, deeper calls further in. */
export function formatContractLine({ depth, name, words, gas }: ContractLogLine, terminal: Terminal): string[] {
  const { cyan, dim } = terminal.colors
  const parts: Part[] = [
    { text: `${'  '.repeat(depth)}${name.padEnd(18)}`, paint: cyan },
    ...words.split(' ').map(text => ({ text })),
    ...(gas > 0n ? [{ text: `gas ${formatCount(gas)}`, gap: '  ', paint: dim }] : []),
  ]
  return fold(parts, terminal.fold, 2 * depth + 4)
}

function eventText({ address, topics, data }: ContractEvent): string {
  return `event   ${address}  topics ${topics.length === 0 ? 'none' : topics.join(' ')}  data ${formatBytes(data)}`
}

/** This says in lines what came out. */
export function contractLines(result: ContractResult, run: ContractRun, terminal: Terminal): string[] {
  const { bold, green, red } = terminal.colors
  const { outcome, address, output, failure, events } = result
  const color = outcome === 'returned' ? green : red
  const what = failure === undefined ? `${formatBytes(output)}  ${output.length} bytes` : failure.message
  const storage = [...(run.chain.account(address)?.storage ?? [])]
  return [
    `${bold(color(outcome))}  ${what}`,
    `        ${address}`,
    ...events.map(eventText),
    ...storage.map(([key, bytes]) => `storage ${key} = ${formatBytes(bytes)}`),
  ]
}

/** This says the same as data. */
export function contractJson(result: ContractResult, run: ContractRun): object {
  const { outcome, address, output, failure, events } = result
  return {
    outcome,
    address,
    output,
    failure: failure === undefined ? null : { code: failure.code, message: failure.message },
    events,
    storage: Object.fromEntries(run.chain.account(address)?.storage ?? []),
    log: run.lines,
  }
}
