// One call of a contract while it runs: who calls whom with what, and what it leaves. Not the functions that it imports.
import type { Engine, HostFunction, HostPrice, HostTable, StartOptions, Vm } from '../../engine/engine.ts'
import { Exit, exitName } from '../../engine/exit.ts'
import { callExport } from '../../program/call.ts'
import { ContractFailure } from './failure.ts'
import type { ContractCode, ContractState } from './state.ts'
import type { Hex } from './text.ts'

/** What contracts learn of the block and the chain. All numbers are bigint. */
export interface ContractBlock {
  readonly number: bigint
  /** It is counted in seconds. */
  readonly timestamp: bigint
  readonly chainId: bigint
  readonly gasLimit: bigint
  readonly gasPrice: bigint
  readonly baseFee: bigint
  readonly author: Hex
  /** The hash of an earlier block, 32 bytes; zeros where it returns undefined. */
  readonly hash: (number: bigint) => Uint8Array | undefined
}

/** A line of the call log: what a contract asked for and got, in words. */
export interface ContractLogLine {
  /** 0 for the outermost call. */
  readonly depth: number
  readonly address: Hex
  /** This is the name of the imported function. */
  readonly name: string
  /** It is a text such as `0x00…01 → 32 bytes 0x00…2a`. */
  readonly words: string
  /** The function took so much of the contract's gas, with what the called contract used. */
  readonly gas: bigint
}

/** A contract of the host itself: output for an input, undefined where it fails. */
export type Precompile = (input: Uint8Array) => Uint8Array | undefined

/** All that frames share. */
export interface World {
  readonly state: ContractState
  readonly engine: Engine
  readonly block: ContractBlock
  readonly origin: Hex
  readonly prices: Readonly<Record<string, HostPrice>>
  /** Functions that replace those here, or complete them. */
  readonly handlers: Readonly<Record<string, HostFunction>>
  readonly precompiles: ReadonlyMap<Hex, Precompile>
  readonly onLine: ((line: ContractLogLine) => void) | undefined
  /** Makes the host functions of a frame. */
  readonly hostOf: (frame: Frame) => HostTable
}

/** What a frame is made from: who calls whom, and with what. */
export interface FrameInput {
  readonly world: World
  readonly parent: Frame | undefined
  readonly entry: 'call' | 'deploy'
  /** Whose storage and balance it is. */
  readonly address: Hex
  /** Whose code it is: another one in a delegate call. */
  readonly codeAddress: Hex
  readonly code: ContractCode
  readonly caller: Hex
  readonly value: bigint
  readonly input: Uint8Array
  readonly readOnly: boolean
  /** The mark that the state is rolled back to when the call fails. */
  readonly mark: number
}

/** This says how a frame ended. */
export type Ended =
  | { readonly outcome: 'returned' | 'reverted'; readonly output: Uint8Array; readonly failure?: undefined }
  | { readonly outcome: 'failed'; readonly output: Uint8Array; readonly failure: ContractFailure }

const REVERT = 1
const NOTHING = new Uint8Array(0)

/** A call under way. */
export class Frame {
  readonly given: FrameInput
  readonly world: World
  readonly depth: number
  /** The call data; undefined once it was handed on. */
  input: Uint8Array | undefined
  /** What the last contract that it called returned. */
  lastOutput: Uint8Array = NOTHING
  /** While it calls: whether those called may call it again. */
  allowsReentry = true
  /** What `seal_return` was given. */
  returned: { readonly flags: number; readonly data: Uint8Array } | undefined
  failure: ContractFailure | undefined
  /** A callee whose time was over: the call is made again, and goes on with it. */
  waiting: { readonly frame: Frame; readonly vm: Vm } | undefined

  constructor(given: FrameInput) {
    this.given = given
    this.world = given.world
    this.depth = given.parent === undefined ? 0 : given.parent.depth + 1
    this.input = given.input
  }

  get address(): Hex {
    return this.given.address
  }

  /** This frame and those that wait for it. */
  *stack(): Generator<Frame> {
    for (let frame: Frame | undefined = this; frame !== undefined; frame = frame.given.parent) yield frame
  }

  /** How its machine starts. */
  start(gas: bigint): StartOptions {
    const { code, entry } = this.given
    return { ...callExport(code.program, entry), gas, host: this.world.hostOf(this) }
  }

  /** What came out, when its machine has stopped: the changes of a call that does not return are undone. */
  close(vm: Vm, exit: Exit): Ended {
    this.waiting?.vm.dispose()
    const failure = this.failure ?? this.#failureOf(vm, exit)
    const { flags, data } = this.returned ?? { flags: 0, data: NOTHING }
    if (failure === undefined && flags === 0) return { outcome: 'returned', output: data }
    this.world.state.rollback(this.given.mark)
    if (failure === undefined) return { outcome: 'reverted', output: data }
    return { outcome: 'failed', output: NOTHING, failure }
  }

  #failureOf(vm: Vm, exit: Exit): ContractFailure | undefined {
    const at = `at pc ${vm.pc} of ${this.given.codeAddress}`
    if (exit === Exit.OutOfGas) return new ContractFailure('out-of-gas', `the gas was used up ${at}`)
    if (exit === Exit.Host) return new ContractFailure('no-such-call', `ecalli ${vm.exitArg} has no import, ${at}`)
    if (exit === Exit.Panic || exit === Exit.PageFault) {
      return new ContractFailure('contract-trapped', `the contract trapped ${at}`)
    }
    if (exit !== Exit.Halt) return new ContractFailure('stopped', `not at its end, but ${exitName(exit)} ${at}`)
    const flags = this.returned?.flags ?? 0
    if ((flags & ~REVERT) === 0) return undefined
    return new ContractFailure('invalid-call-flags', `seal_return with flags ${flags} ${at}`)
  }
}
