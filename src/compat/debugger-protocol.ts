// The messages of the debugger's worker: a request in, a response out, with its number. Not the worker: debugger-worker.ts.
import type { ClientOptions } from './client-machine.ts'
import {
  type DebuggerContext,
  DebuggerPvm,
  type DebuggerStart,
  type DebuggerStatus,
  statusName,
} from './debugger-machine.ts'

/** How a program starts, with bigints as decimal texts. */
export interface SerializedStart extends Omit<DebuggerStart, 'gas' | 'registers'> {
  readonly gas: string
  readonly registers: readonly string[]
}

/** What is asked of the worker. `runUntil` is an extension: see DebuggerPvm. */
export type WorkerRequest = { readonly messageId: string } & (
  | ({ readonly type: 'load'; readonly program: Uint8Array; readonly initialState: SerializedStart } & DebuggerContext)
  | { readonly type: 'reset' | 'getState' | 'shutdown' }
  | { readonly type: 'step'; readonly n: number }
  | {
      readonly type: 'runUntil'
      readonly breakpoints: readonly number[]
      readonly maxSteps?: number | undefined
      readonly maxMs?: number | undefined
    }
  | { readonly type: 'getMemory'; readonly address: number; readonly length: number }
  | { readonly type: 'setRegisters'; readonly data: Uint8Array }
  | { readonly type: 'setPc'; readonly pc: number }
  | { readonly type: 'setGas'; readonly gas: string }
  | { readonly type: 'setMemory'; readonly address: number; readonly data: Uint8Array }
)

/** This message tells the state behind a step. */
interface StepPayload {
  status: DebuggerStatus
  pc: number
  gas: string
  exitArg?: number | undefined
  finished: boolean
}

/** What was asked for. */
export type WorkerPayload =
  | { command: 'load' | 'reset' | 'setRegisters' | 'setPc' | 'setGas' | 'setMemory' | 'shutdown' }
  | ({ command: 'step' } & StepPayload)
  | ({ command: 'runUntil'; steps: number } & StepPayload)
  | { command: 'getState'; status: DebuggerStatus; pc: number; gas: string; registers: string[] }
  | { command: 'getMemory'; data: Uint8Array }

/** The answer: the payload, or why there is none. */
export type WorkerResponse =
  | { type: 'ok'; messageId: string; payload: WorkerPayload }
  | { type: 'error'; messageId: string; message: string }

function numberOf(name: string, text: string): bigint {
  if (typeof text !== 'string' || !/^-?\d+$/.test(text))
    throw new TypeError(`${name}: expected a decimal number as a string`)
  return BigInt(text)
}

function stepped(pvm: DebuggerPvm, finished: boolean): StepPayload {
  const status = statusName(pvm.getStatus())
  const exitArg = status === 'host' ? pvm.getExitArg() : undefined
  return { status, pc: pvm.getPc(), gas: String(pvm.getGas()), exitArg, finished }
}

function perform(pvm: DebuggerPvm, request: WorkerRequest): WorkerPayload {
  switch (request.type) {
    case 'load': {
      const { program, initialState, spiProgram, spiArgs } = request
      const gas = numberOf('gas', initialState.gas)
      const registers = initialState.registers.map(value => numberOf('registers', value))
      pvm.load(program, { ...initialState, gas, registers }, { spiProgram, spiArgs })
      return { command: 'load' }
    }
    case 'reset':
      pvm.reset()
      return { command: 'reset' }
    case 'step': {
      const { finished } = pvm.step(request.n)
      return { command: 'step', ...stepped(pvm, finished) }
    }
    case 'runUntil': {
      const { finished, steps } = pvm.runUntil(request.breakpoints, request)
      return { command: 'runUntil', steps, ...stepped(pvm, finished) }
    }
    case 'getState': {
      const registers = Array.from(new BigUint64Array(pvm.getRegisters().buffer), String)
      return {
        command: 'getState',
        status: statusName(pvm.getStatus()),
        pc: pvm.getPc(),
        gas: String(pvm.getGas()),
        registers,
      }
    }
    case 'getMemory':
      return { command: 'getMemory', data: pvm.getMemory(request.address, request.length) }
    case 'setRegisters':
      pvm.setRegisters(request.data)
      return { command: 'setRegisters' }
    case 'setPc':
      pvm.setPc(request.pc)
      return { command: 'setPc' }
    case 'setGas':
      pvm.setGas(numberOf('gas', request.gas))
      return { command: 'setGas' }
    case 'setMemory':
      pvm.setMemory(request.address, request.data)
      return { command: 'setMemory' }
    case 'shutdown':
      pvm.shutdown()
      return { command: 'shutdown' }
    default:
      throw new RangeError(`type: ${String((request as { type: unknown }).type)} is no command`)
  }
}

/** Answers requests one by one, on one machine. Whatever goes wrong is an answer too. */
export function createCommandHandler(pvm: DebuggerPvm): (request: WorkerRequest) => WorkerResponse {
  return request => {
    const { messageId } = request
    try {
      return { type: 'ok', messageId, payload: perform(pvm, request) }
    } catch (error) {
      return { type: 'error', messageId, message: error instanceof Error ? error.message : String(error) }
    }
  }
}

/** What a worker is to us. */
export interface WorkerScope {
  // biome-ignore lint/suspicious/noExplicitAny: events of browsers, Deno and Bun have types of their own
  onmessage: ((event: any) => void) | null
  postMessage(message: WorkerResponse): void
}

/**
 * Makes a worker of the file it is called in.
 *
 * @example serveWorker(self, { engine: 'interpreter' })
 */
export function serveWorker(scope: WorkerScope, options: ClientOptions = {}): void {
  const answer = createCommandHandler(new DebuggerPvm(options))
  scope.onmessage = (event: { readonly data: WorkerRequest }) => scope.postMessage(answer(event.data))
}
