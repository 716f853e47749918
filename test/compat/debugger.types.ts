// coulis' machine for pvm-debugger has the type of its interfaces. They are not published: written here from its contract
// (packages/runtime-worker/src/adapters, packages/types). Compiled with the tests, never run; not their behaviour.
import {
  DebuggerAdapter,
  DebuggerPvm,
  serveWorker,
  type WorkerRequest,
  type WorkerResponse,
} from '../../src/compat/debugger.ts'

interface InitialMachineState {
  pc: number
  gas: bigint
  registers: bigint[]
  pageMap: { address: number; length: number; isWritable: boolean }[]
  memoryChunks: { address: number; data: Uint8Array }[]
}

interface ProgramLoadContext {
  spiProgram?: { program: Uint8Array; hasMetadata: boolean }
  spiArgs?: Uint8Array
}

type PvmStatus = 'ok' | 'halt' | 'panic' | 'fault' | 'host' | 'out_of_gas'

interface SyncPvmInterpreter {
  load(program: Uint8Array, initialState: InitialMachineState, loadContext?: ProgramLoadContext): void
  reset(): void
  step(n: number): { finished: boolean }
  getStatus(): number
  getPc(): number
  setPc(pc: number): void
  getGas(): bigint
  getRegisters(): Uint8Array
  setRegisters(data: Uint8Array): void
  setGas(gas: bigint): void
  getMemory(address: number, length: number): Uint8Array
  setMemory(address: number, data: Uint8Array): void
  getExitArg(): number
  shutdown(): void
}

interface PvmAdapter {
  readonly pvmId: string
  readonly pvmName: string
  load(program: Uint8Array, initialState: InitialMachineState, loadContext?: ProgramLoadContext): Promise<void>
  reset(): Promise<void>
  step(n: number): Promise<{ status: PvmStatus; pc: number; gas: bigint; exitArg?: number }>
  getState(): Promise<{ pc: number; gas: bigint; status: PvmStatus; registers: bigint[] }>
  getMemory(address: number, length: number): Promise<Uint8Array>
  setRegisters(regs: Map<number, bigint>): Promise<void>
  setPc(pc: number): Promise<void>
  setGas(gas: bigint): Promise<void>
  setMemory(address: number, data: Uint8Array): Promise<void>
  shutdown(): Promise<void>
}

type TheirRequest =
  | {
      type: 'load'
      messageId: string
      program: Uint8Array
      initialState: Omit<InitialMachineState, 'gas' | 'registers'> & { gas: string; registers: string[] }
      spiProgram?: { program: Uint8Array; hasMetadata: boolean }
      spiArgs?: Uint8Array
    }
  | { type: 'reset' | 'getState' | 'shutdown'; messageId: string }
  | { type: 'step'; messageId: string; n: number }
  | { type: 'getMemory'; messageId: string; address: number; length: number }
  | { type: 'setRegisters'; messageId: string; data: Uint8Array }
  | { type: 'setPc'; messageId: string; pc: number }
  | { type: 'setGas'; messageId: string; gas: string }
  | { type: 'setMemory'; messageId: string; address: number; data: Uint8Array }

export const interpreter: SyncPvmInterpreter = new DebuggerPvm({ engine: 'auto' })
export const adapter: PvmAdapter = new DebuggerAdapter({ id: 'coulis', name: 'coulis' })
export const request = (theirs: TheirRequest): WorkerRequest => theirs

declare const response: WorkerResponse
export const answered: { type: 'ok' | 'error'; messageId: string } = response

declare const worker: { onmessage: ((event: MessageEvent) => void) | null; postMessage(message: unknown): void }
serveWorker satisfies (scope: typeof worker) => void

// @ts-expect-error: every member is asked for
export const incomplete: SyncPvmInterpreter = {} as Omit<DebuggerPvm, 'getExitArg'>
// @ts-expect-error: what the synchronous layer has is not what the other one has
export const confused: PvmAdapter = new DebuggerPvm()
// @ts-expect-error: there is no such command
export const unknown: WorkerRequest = { type: 'jump', messageId: '1' }
