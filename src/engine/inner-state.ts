// What a machine is beyond what it shows: from where gas is counted, what its next run does first. For snapshots. Each kind of
// machine shares its own access; the interpreter alone (`coulis/interpreter`) leaves it out, for its size.
import type { HostTable, Vm } from './engine.ts'
import type { Exit } from './exit.ts'
import type { HostCallError, Pending } from './host-call.ts'

/** The hidden part of a machine at rest. */
export interface InnerState {
  /** What `gasUsed` counts from. */
  readonly startGas: bigint
  /** It was started without gas, and given none since. */
  readonly gasMissing: boolean
  readonly exit: Exit | undefined
  readonly exitArg: number
  /** Halted or panicked, until pc is written. */
  readonly ended: boolean
  readonly pending: Pending
  readonly overdrawn: boolean
  /** sbrk may move `heapEnd` up to here, at most 2^32 - 1. */
  readonly heapLimit: number
}

/** What a machine is tied to, that stays with it. */
export interface Surroundings {
  readonly host: HostTable | undefined
  readonly hostErrors: 'throw' | 'panic'
  /** What the last host function threw, if it did. */
  readonly thrown: HostCallError | undefined
}

/** How one kind of machine gives it out and takes it. */
export interface InnerAccess {
  /** Whether the machine is of this kind. */
  has(vm: object): boolean
  /** @throws TypeError when the machine runs, waits for a promise, or is disposed of. */
  read(vm: Vm, what: string): InnerState & Surroundings
  /** Sets what is hidden; pc, gas and what else is shown has to be set before. */
  write(vm: Vm, state: InnerState): void
}

const kinds: InnerAccess[] = []

/** Called once by each kind of machine. */
export function shareInner(access: InnerAccess): void {
  kinds.push(access)
}

function accessOf(vm: Vm): InnerAccess {
  if (typeof vm !== 'object' || vm === null) throw new TypeError('vm: expected a machine')
  const access = kinds.find(kind => kind.has(vm))
  if (access === undefined) throw new TypeError('vm: no machine of an engine of this package, or of coulis/interpreter')
  return access
}

/**
 * The hidden state of a machine at rest.
 *
 * @param what who asks, for messages.
 * @throws TypeError when it runs, waits for a promise, is disposed of, or is none of ours.
 */
export function readInner(vm: Vm, what: string): InnerState & Surroundings {
  return accessOf(vm).read(vm, what)
}

/** Sets the hidden state of a machine, behind everything that is shown. */
export function writeInner(vm: Vm, state: InnerState): void {
  accessOf(vm).write(vm, state)
}
