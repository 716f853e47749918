// Machines for a case: how they start, what answers their calls, how one follows another out of the pool. Not the comparison.

import { Access, PAGE_SIZE } from '../blob/address-space.ts'
import type { EngineKind, StartOptions, Vm } from '../engine/engine.ts'
import { type Exit, exitName } from '../engine/exit.ts'
import { HostCallError } from '../engine/host-call-error.ts'
import type { Program } from '../program/program.ts'
import { attackHost, TracerFault } from './attack-host.ts'
import { type FuzzCase, type FuzzEntry, partsOfCase, programOfCase, startOptions, withParts } from './case.ts'
import type { HostLog } from './host-log.ts'
import { Random } from './random.ts'
import { fuzzHost } from './reactions.ts'

const SWITCHABLE: readonly EngineKind[] = ['interpreter', 'recompiler', 'auto']
/** Pages that a machine leaves behind and the next one is asked about. */
const MOST_LEFT = 48

/** Goes on on another engine where the machine can. The reference machine stays what it is: somebody has to know. */
function switchEngine(vm: Vm): void {
  if (vm.kind === 'reference') return
  const next = SWITCHABLE[(SWITCHABLE.indexOf(vm.kind) + 1) % SWITCHABLE.length]!
  try {
    vm.switchTo(next)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}

/** Does what an action of the schedule says. */
export function perform(vm: Vm, action: number): Exit {
  if (action > 0) return vm.step(action)
  if (action < -1) return vm.run({ maxGas: BigInt(-action) })
  if (action < 0) switchEngine(vm)
  return vm.run()
}

/** This names an action in words. */
export function actionName(action: number): string {
  if (action > 0) return `step ${action}`
  return action < -1 ? `run ${-action} gas` : action < 0 ? 'switch, run' : 'run'
}

/** An action ends with an exit, with something that the case threw itself, or with an error of the engine. */
export interface Attempt {
  readonly exit: Exit | undefined
  /** This is what the case threw, as it came out. It is the same on every engine. */
  readonly thrown?: string
  /** The engine itself threw this. It is a finding, not a crash. */
  readonly error?: string
}

function describeError(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  } catch {
    return typeof error
  }
}

/** Runs an action. */
export function attempt(vm: Vm, action: number): Attempt {
  try {
    return { exit: perform(vm, action) }
  } catch (error) {
    if (error instanceof HostCallError)
      return { exit: undefined, thrown: `host call ${error.index} at ${error.pc} threw` }
    if (error instanceof TracerFault) return { exit: undefined, thrown: 'the tracer threw' }
    return { exit: undefined, error: describeError(error) }
  }
}

/** This says in a word what ended an action. */
export function attemptName({ exit, thrown, error }: Attempt): string {
  return exit === undefined ? (thrown ?? `throws ${error}`) : exitName(exit)
}

/** Puts a machine at the beginning of an entry. */
export function enter(vm: Vm, entry: FuzzEntry): void {
  if (vm.tracer !== undefined) vm.tracer = undefined
  vm.regs32.set(entry.regs)
  vm.pc = entry.pc
  vm.gas = BigInt(entry.gas)
}

/** Start options of a machine of the case, with the host that writes into the log. */
export function optionsOf(fuzz: FuzzCase, log: HostLog): StartOptions {
  const start = startOptions(fuzz)
  const { salt } = fuzz
  if (fuzz.hostCalls === 'exit') return start
  if (fuzz.hostCalls === 'call') return { ...start, host: fuzzHost(salt, new Random(salt), log) }
  return { ...start, host: attackHost(salt, log), hostErrors: (salt & 4) === 0 ? 'throw' : 'panic' }
}

/** The program that the machine of the n-th entry gets: the same, or the same with jump table entries out of the code. */
export function programAt(fuzz: FuzzCase, n: number, first: Program): Program {
  if (fuzz.between !== 'other' || n === 0) return first
  const parts = partsOfCase(fuzz)
  if (parts.jumpTableLength !== parts.jumpTable.length) return first
  const more = Array.from({ length: n }, (_, i) => 0xfffff000 + i)
  const longer = Uint32Array.from([...parts.jumpTable, ...more])
  return programOfCase(withParts(fuzz, { ...parts, jumpTable: longer, jumpTableLength: longer.length }))
}

/** Pages with rights, that the next machine out of the pool must not see. */
export function pagesLeft(vm: Vm): number[] {
  const left: number[] = []
  for (const { page, count } of vm.memory.pages()) {
    for (let i = 0; i < count && left.length < MOST_LEFT; i++) left.push(page + i)
  }
  return left
}

/** The first byte that is not 0 on pages without rights, as whoever is given them sees it; undefined when there is none. */
export function remains(vm: Vm, pages: readonly number[]): string | undefined {
  const { memory } = vm
  for (const page of pages) {
    if (memory.access(page) !== Access.None) continue
    memory.protect(page, 1, Access.Read)
    const at = memory.view(page * PAGE_SIZE, PAGE_SIZE)!.findIndex(byte => byte !== 0)
    memory.protect(page, 1, Access.None)
    if (at >= 0) return `what another machine left at 0x${(page * PAGE_SIZE + at).toString(16)}`
  }
  return undefined
}
