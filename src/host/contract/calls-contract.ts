// Imported functions that reach other contracts: calls, delegate calls, new contracts, the end of one. Not the running: enter.ts.
import { type CallRequest, finish, machineOf, openCall, openDeploy } from './enter.ts'
import { ContractFailure, ReturnCode, returnCodeName, returnCodeOf } from './failure.ts'
import type { Ended, Frame } from './frame.ts'
import { AGAIN, type Answer, dataWords, type Handler, type HostCall } from './host-call.ts'
import { CONTRACT_LIMITS, type ContractCallName, SENTINEL } from './interface.ts'
import { bytesOf, type Hex, hexOf } from './text.ts'

/** These are the flags of `call` and `delegate_call` (pallet-revive-uapi, CallFlags). */
const CallFlag = { ForwardInput: 1, CloneInput: 2, TailCall: 4, AllowReentry: 8, ReadOnly: 16 } as const
const CALL_FLAGS = 31
const MOST = 2n ** 64n - 1n
/** Gas that goes along with a value, on top of the limit, in calls that count as Ethereum does. */
const STIPEND = 2300n
/** Addresses 1 to 17 are contracts of the host: those it has not are refused. */
const LAST_PRECOMPILE = 17n

/** Where registers say a call goes, and where its output goes to. */
interface Wanted {
  readonly flags: number
  readonly to: Hex
  readonly gas: bigint
  readonly value: bigint
  readonly delegate: boolean
  readonly input: readonly [length: number, address: number]
  readonly output: readonly [lengthAddress: number, address: number]
}

const NOTHING = new Uint8Array(0)

function flagNames(flags: number): string {
  const names = Object.entries(CallFlag).filter(([, bit]) => (flags & bit) !== 0)
  return names.map(([name]) => `, ${name.replace(/(?!^)[A-Z]/g, letter => ` ${letter}`).toLowerCase()}`).join('')
}

function checkFlags({ frame, name }: HostCall, { flags, delegate, value }: Wanted): void {
  const bad = flags & (delegate ? ~CALL_FLAGS | CallFlag.AllowReentry | CallFlag.ReadOnly : ~CALL_FLAGS)
  if (bad !== 0) throw new ContractFailure('invalid-call-flags', `${name}: flags ${flags}`)
  if (value === 0n || delegate) return
  if (frame.given.readOnly || (flags & CallFlag.ReadOnly) !== 0) {
    throw new ContractFailure('state-change-denied', `${name}: a value of ${value} in a read-only call`)
  }
}

/** The callee gets its own input, or the caller's. */
function inputOf(call: HostCall, { flags, input: [length, address] }: Wanted): Uint8Array {
  if ((flags & (CallFlag.ForwardInput | CallFlag.CloneInput)) === 0) {
    if (length > CONTRACT_LIMITS.callDataBytes) {
      throw new ContractFailure('call-data-too-large', `${length} bytes, at most ${CONTRACT_LIMITS.callDataBytes}`)
    }
    return call.read(address, length)
  }
  const { input } = call.frame
  if (input === undefined) throw new ContractFailure('input-forwarded', `${call.name}: the call data is gone`)
  return input
}

/** This tells the caller what came of it: a code, with the output kept for `return_data_copy`. */
function code(frame: Frame, ended: Ended, ran: boolean): number {
  frame.lastOutput = ended.output
  if (ended.failure === undefined) {
    return ended.outcome === 'returned' ? ReturnCode.Success : ReturnCode.CalleeReverted
  }
  const answer = returnCodeOf(ended.failure.code, ran)
  if (answer === undefined) throw ended.failure
  return answer
}

/** How a callee ended, and what it was. */
interface Done {
  readonly ended: Ended
  readonly callee: Frame
}

/** Runs a callee, or goes on with one; its gas is the caller's. */
function runCallee(call: HostCall, open: () => Frame, gas: bigint): Done | typeof AGAIN {
  const { frame, vm } = call
  if (frame.waiting === undefined) {
    const callee = open()
    const limit = gas < vm.gas ? gas : vm.gas
    frame.waiting = { frame: callee, vm: machineOf(callee, limit > 0n ? limit : 0n) }
  }
  const { frame: callee, vm: inner } = frame.waiting
  let ended: Ended | undefined
  try {
    ended = finish(callee, inner, vm.remainingMs)
  } catch (error) {
    frame.waiting = undefined
    throw error
  }
  if (ended === undefined) return AGAIN
  frame.waiting = undefined
  vm.chargeGas(inner.gasUsed)
  inner.dispose()
  return { ended, callee }
}

/** A contract of the host itself; undefined where the address is none. */
function precompiled(call: HostCall, request: CallRequest): Ended | undefined {
  const { precompiles } = call.frame.world
  const precompile = precompiles.get(request.codeAddress)
  if (precompile === undefined) {
    const number = BigInt(request.codeAddress)
    if (number === 0n || number > LAST_PRECOMPILE) return undefined
    throw new ContractFailure('unsupported-precompile', `no contract of the host is given for ${request.codeAddress}`)
  }
  if (!request.keepsValue) openCall(request)
  const output = precompile(request.input)
  if (output !== undefined) return { outcome: 'returned', output }
  request.world.state.rollback(request.mark)
  return { outcome: 'failed', output: NOTHING, failure: new ContractFailure('contract-trapped', request.codeAddress) }
}

/** Makes the call; a failure before the callee runs undoes what was done for it. */
function makeCall(call: HostCall, wanted: Wanted, input: Uint8Array): number | typeof AGAIN {
  const { frame } = call
  const { world, given } = frame
  const { flags, delegate, to } = wanted
  const mark = world.state.mark()
  const request: CallRequest = {
    world,
    parent: frame,
    address: delegate ? frame.address : to,
    codeAddress: to,
    caller: delegate ? given.caller : frame.address,
    value: delegate ? given.value : wanted.value,
    keepsValue: delegate,
    input,
    readOnly: given.readOnly || (flags & CallFlag.ReadOnly) !== 0,
    mark,
  }
  try {
    const special = frame.waiting === undefined ? precompiled(call, request) : undefined
    if (special !== undefined) return code(frame, special, true)
    frame.allowsReentry = delegate || (flags & CallFlag.AllowReentry) !== 0
    let opened: Frame | undefined
    if (frame.waiting === undefined) {
      opened = openCall(request)
      if (opened === undefined) return code(frame, { outcome: 'returned', output: NOTHING }, true)
    }
    const done = runCallee(call, () => opened!, wanted.gas)
    return done === AGAIN ? AGAIN : code(frame, done.ended, true)
  } catch (error) {
    if (!(error instanceof ContractFailure)) throw error
    world.state.rollback(mark)
    return code(frame, { outcome: 'failed', output: NOTHING, failure: error }, false)
  } finally {
    frame.allowsReentry = true
  }
}

function performCall(call: HostCall, wanted: Wanted): Answer | typeof AGAIN {
  const { frame } = call
  checkFlags(call, wanted)
  const input = inputOf(call, wanted)
  if (frame.waiting === undefined) {
    frame.lastOutput = NOTHING
    const value = wanted.delegate ? '' : `, value ${wanted.value}`
    if (call.logged) call.say(`${wanted.to}${value}, ${dataWords(input)}${flagNames(wanted.flags)}`)
  }
  const answer = makeCall(call, wanted, input)
  if (answer === AGAIN) return AGAIN
  const forwards = (wanted.flags & (CallFlag.ForwardInput | CallFlag.CloneInput)) === CallFlag.ForwardInput
  if (forwards) frame.input = undefined
  if (call.logged) call.say(`→ ${returnCodeName(answer)}, ${dataWords(frame.lastOutput)}`)
  const ran = answer === ReturnCode.Success || answer === ReturnCode.CalleeReverted
  if (ran && (wanted.flags & CallFlag.TailCall) !== 0) {
    frame.returned = { flags: answer === ReturnCode.CalleeReverted ? 1 : 0, data: frame.lastOutput }
    return undefined
  }
  const [lengthAt, at] = wanted.output
  if (ran || at !== SENTINEL) call.writeOutput(at, lengthAt, frame.lastOutput, true)
  return answer
}

/** The gas limit of a call that counts as Ethereum does. */
function ethereumGas(gas: bigint, value: bigint): bigint {
  return gas < MOST && value > 0n ? gas + STIPEND : gas
}

/** Where registers say what is to be made. */
interface WantedContract {
  readonly gas: bigint
  readonly value: bigint
  readonly hash: Hex
  readonly input: Uint8Array
  readonly salt: Uint8Array | undefined
}

function wantedContract(call: HostCall): WantedContract {
  const [length, hashAt] = call.pair(3)
  if (length < 32 || hashAt + 32 > SENTINEL) throw new ContractFailure('out-of-bounds', 'instantiate: no code hash')
  if (length - 32 > CONTRACT_LIMITS.callDataBytes) {
    const most = CONTRACT_LIMITS.callDataBytes
    throw new ContractFailure('call-data-too-large', `${length - 32} bytes, at most ${most}`)
  }
  const saltAt = call.pair(5)[1]
  return {
    gas: call.u64(0),
    value: call.number(call.pair(2)[1]),
    hash: hexOf(call.read(hashAt, 32)),
    input: call.read(hashAt + 32, length - 32),
    salt: saltAt === SENTINEL ? undefined : call.read(saltAt, 32),
  }
}

/** What came out of making a contract: the code for the caller, and the new address, which is undefined if there is none. */
interface Made {
  readonly answer: number
  readonly address: Hex | undefined
}

function makeContract(call: HostCall, { gas, value, hash, input, salt }: WantedContract): Made | typeof AGAIN {
  const { frame } = call
  const { world } = frame
  const mark = world.state.mark()
  const open = (): Frame => {
    const known = world.state.codes.get(hash)
    if (known === undefined) throw new ContractFailure('code-not-found', `no code ${hash} was uploaded`)
    return openDeploy({ world, parent: frame, code: known, salt, caller: frame.address, value, input, mark })
  }
  try {
    frame.allowsReentry = false
    const done = runCallee(call, open, gas)
    if (done === AGAIN) return AGAIN
    return { answer: code(frame, done.ended, true), address: done.callee.address }
  } catch (error) {
    if (!(error instanceof ContractFailure)) throw error
    world.state.rollback(mark)
    return { answer: code(frame, { outcome: 'failed', output: NOTHING, failure: error }, false), address: undefined }
  } finally {
    frame.allowsReentry = true
  }
}

function performDeploy(call: HostCall): Answer | typeof AGAIN {
  const { frame } = call
  const wanted = wantedContract(call)
  if (frame.waiting === undefined) {
    frame.lastOutput = NOTHING
    const how = wanted.salt === undefined ? '' : `, salt ${hexOf(wanted.salt)}`
    if (call.logged) call.say(`code ${wanted.hash}, value ${wanted.value}, ${dataWords(wanted.input)}${how}`)
  }
  const made = makeContract(call, wanted)
  if (made === AGAIN) return AGAIN
  const { answer, address } = made
  const isMade = answer === ReturnCode.Success && address !== undefined
  if (call.logged) {
    call.say(`→ ${returnCodeName(answer)}${isMade ? `, ${address}` : ''}, ${dataWords(frame.lastOutput)}`)
  }
  const addressAt = call.pair(5)[0]
  if (isMade && addressAt !== SENTINEL) call.write(addressAt, bytesOf('address', address))
  if (isMade || answer === ReturnCode.CalleeReverted) {
    const [lengthAt, at] = call.pair(4)
    call.writeOutput(at, lengthAt, frame.lastOutput, true)
  }
  return answer
}

/** The balance goes to the beneficiary, the contract and its storage away. */
function performTerminate(call: HostCall): undefined {
  const { frame } = call
  const { state } = frame.world
  const beneficiary = call.address(call.u32(0))
  const times = [...frame.stack()].filter(({ address }) => address === frame.address).length
  if (times > 1 || frame.given.entry === 'deploy') {
    throw new ContractFailure('terminated-while-on-stack', `${frame.address} is in its constructor, or called twice`)
  }
  const balance = state.accounts.get(frame.address)?.balance ?? 0n
  if (!state.transfer(frame.address, beneficiary, balance)) {
    throw new ContractFailure('transfer-failed', `${beneficiary} cannot take ${balance}`)
  }
  if (beneficiary !== frame.address) state.remove(frame.address)
  if (call.logged) call.say(`${balance} to ${beneficiary}`)
  frame.returned = { flags: 0, data: NOTHING }
}

/** `delegate_call` and its like, with the pair of registers that says where the input is; the output is in the next one. */
function performDelegateCall(call: HostCall, at: number): ReturnType<typeof performCall> {
  const [flags, to] = call.pair(0)
  const [input, output] = [call.pair(at), call.pair(at + 1)]
  return performCall(call, { flags, to: call.address(to), gas: call.u64(1), value: 0n, delegate: true, input, output })
}

type Names = 'call' | 'call_evm' | 'delegate_call' | 'delegate_call_evm' | 'instantiate' | 'set_code_hash' | 'terminate'

export const CONTRACT_CALL_HANDLERS: Readonly<Record<Names & ContractCallName, Handler>> = {
  call: call => {
    const [flags, to] = call.pair(0)
    const value = call.number(call.pair(3)[1])
    const [input, output] = [call.pair(4), call.pair(5)]
    return performCall(call, { flags, to: call.address(to), gas: call.u64(1), value, delegate: false, input, output })
  },
  call_evm: call => {
    const [flags, to] = call.pair(0)
    const value = call.number(call.u32(1))
    const gas = ethereumGas(call.u64(2), value)
    const [input, output] = [call.pair(3), call.pair(4)]
    return performCall(call, { flags, to: call.address(to), gas, value, delegate: false, input, output })
  },
  delegate_call: call => performDelegateCall(call, 4),
  // Without the limits of a deposit and of proof size, its buffers stand two pairs further ahead.
  delegate_call_evm: call => performDelegateCall(call, 2),
  instantiate: performDeploy,
  set_code_hash: call => {
    const hash = hexOf(call.read(call.u32(0), 32))
    const { state } = call.frame.world
    if (!state.codes.has(hash)) throw new ContractFailure('code-not-found', `no code ${hash} was uploaded`)
    state.set(call.frame.address, 'codeHash', hash)
    if (call.logged) call.say(hash)
    return undefined
  },
  terminate: performTerminate,
}
