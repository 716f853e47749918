// Inner machines: compile, machine, peek, poke, pages, invoke, expunge (GP B.8). Not nested hosts: an inner machine has none.

import { parseContainer } from '../blob/container.ts'
import { BlobError } from '../blob/error.ts'
import { createEngine } from '../engine/create.ts'
import type { Engine, EngineKind, Vm } from '../engine/engine.ts'
import { HostAction, type HostFunction } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import { reserveCells } from '../engine/machine/residence.ts'
import { OOB } from '../engine/memory.ts'
import { isWarmUpOmitted } from '../engine/warm-up.ts'
import { equalBytes } from '../program/equal-bytes.ts'
import { createProgram, type Program } from '../program/program.ts'
import { FreeNumbers } from './free-numbers.ts'
import { INVOKE_BLOCK_SIZE, MAX_MACHINES_080, MAX_MODULES } from './inner-constants.ts'
import { Inner, type InnerMachine, Residents } from './inner-machine.ts'
import { InnerModules } from './inner-modules.ts'
import { endOfInvoke, setPages, startInvoke } from './inner-rules.ts'
import { done, readBytes, registerNumber } from './registers.ts'
import { HostResult } from './results.ts'

/** These are the options of `createInnerMachines`. */
export interface InnerOptions {
  /** The engine that runs the inner machines; default `auto`. */
  readonly kind?: EngineKind
}

/** The preimage of a 32-byte hash that an account has. The account is as registers have it: 2^64 - 1 is the service itself. */
export type PreimageSource = (account: bigint, hash: Uint8Array) => Uint8Array | undefined

/** The calls over one table of machines, and the table. */
export interface InnerMachines {
  /** To be handed to `createHost`, with others. */
  readonly handlers: Readonly<Record<'machine' | 'peek' | 'poke' | 'pages' | 'invoke' | 'expunge', HostFunction>>
  /** Makes the call `compile`, which only `gp-main` has, for `createHost`. Mode 1 takes blobs from `preimage`; default none. */
  compile(preimage?: PreimageSource): HostFunction
  /** The machines there are, by number. */
  readonly machines: ReadonlyMap<number, InnerMachine>
  /** Disposes of all machines. */
  dispose(): void
}

/** The call that runs has an outer machine and an inner one. */
const NESTED = 2

/** GP 0.8.0 and what follows it: machines have a cap, start pcs are checked, gas is the outer machine's. */
function is080(vm: Vm): boolean {
  const { hostCalls } = vm.program.profile
  return hostCalls === 'gp-0.8.0' || hostCalls === 'gp-main'
}

function isMain(vm: Vm): boolean {
  return vm.program.profile.hostCalls === 'gp-main'
}

/** deblob for `machine`: undefined where it fails; 0.8.0 also checks the start pc (GP 0.8.0 A.2). */
function loadInner(vm: Vm, bytes: Uint8Array, pc: bigint): Program | undefined {
  try {
    const { profile, instructionSet } = vm.program
    const program = createProgram({
      container: parseContainer(bytes, 'raw', { encoding: instructionSet.encoding }),
      profile,
    })
    return is080(vm) && !program.isInstruction(Number(pc)) ? undefined : program
  } catch (error) {
    if (error instanceof BlobError) return undefined
    throw error
  }
}

/** Where a machine goes on after an `invoke`. */
type After = Pick<InnerMachine, 'pc' | 'charged' | 'paused'>

/**
 * `run` of a machine on the parameters at `address`, results put in their place; GP B.8 invoke. Where the time of the outer
 * run is over first, nothing is put anywhere, and the call has to be made again: it goes on then.
 */
function runInner(outer: Vm, machine: InnerMachine, address: number): After {
  const { vm, paused } = machine
  const block = new BigUint64Array(INVOKE_BLOCK_SIZE / 8)
  const bytes = new Uint8Array(block.buffer)
  outer.memory.read(address, bytes)
  const limit = block[0]!
  if (paused?.address !== address || paused.pc !== outer.pc) {
    startInvoke(vm, machine.pc, machine.charged, limit)
    for (let i = 0; i < 13; i++) vm.regs[i] = block[i + 1]!
  }
  const maxMs = outer.remainingMs
  const exit = maxMs === Number.POSITIVE_INFINITY ? vm.run() : vm.run({ maxMs })
  if (exit === Exit.Paused) return { pc: machine.pc, charged: machine.charged, paused: { address, pc: outer.pc } }
  const { left, arg, next } = endOfInvoke(vm, exit, machine.pc, limit)
  block[0] = left
  for (let i = 0; i < 13; i++) block[i + 1] = vm.regs[i]!
  outer.memory.write(address, bytes)
  if (is080(outer)) outer.gas += left
  outer.regs[7] = BigInt(exit)
  if (exit === Exit.PageFault || exit === Exit.Host) outer.regs[8] = arg
  return { pc: next, charged: vm.charged }
}

/**
 * Makes the host calls of inner machines, over a table of their own (GP B.8). The rules are those of the profile of the machine that calls.
 *
 * @throws RangeError when the engine that was asked for does not work in this runtime.
 * @example createHost({ ...createInnerMachines({ kind: 'auto' }).handlers, gas: gasCall }, { profile: 'gp-0.8.0' })
 */
export function createInnerMachines(options: InnerOptions = {}): InnerMachines {
  const engine: Engine = createEngine(options)
  if (engine.kind !== 'reference' && !isWarmUpOmitted()) reserveCells(NESTED)
  const machines = new Map<number, Inner>()
  const numbers = new FreeNumbers()
  const residents = new Residents()
  const modules = new InnerModules()
  let last: { readonly bytes: Uint8Array; readonly pc: bigint; readonly program: Program } | undefined

  /** The same program again, as a table full of workers has it, is kept once. */
  function load(vm: Vm, bytes: Uint8Array, pc: bigint): Program | undefined {
    const known = last?.pc === pc && last.program.profile === vm.program.profile && equalBytes(last.bytes, bytes)
    if (known) return last?.program
    const program = loadInner(vm, bytes, pc)
    if (program !== undefined) last = { bytes, pc, program }
    return program
  }

  function added(program: Program, pc: bigint, module?: number): bigint {
    const number = numbers.take()
    machines.set(number, new Inner(engine, program, pc, residents, module))
    return BigInt(number)
  }

  /** This makes a module of memory or of a preimage (GP main B.8, pull request #530). */
  const compile =
    (preimage?: PreimageSource): HostFunction =>
    vm => {
      if (modules.size >= MAX_MODULES) return done(vm, HostResult.FULL)
      const [mode, address] = [registerNumber(vm, 7), registerNumber(vm, 8)]
      if (mode > 1) return done(vm, HostResult.NONE)
      const bytes = readBytes(vm, address, mode === 0 ? registerNumber(vm, 9) : 32)
      if (bytes === undefined) return HostAction.Panic
      const blob = mode === 0 ? bytes : partOf(preimage?.(vm.regs[11]!, bytes), vm)
      if (blob === undefined) return done(vm, HostResult.NONE)
      const program = load(vm, blob, 0n)
      return done(vm, program === undefined ? HostResult.HUH : BigInt(modules.add(program)))
    }

  /** GP main B.8: a machine of a module, by its handle. */
  function machineOfModule(vm: Vm): HostAction {
    const [handle, pc] = [registerNumber(vm, 7), vm.regs[8]!]
    if (machines.size >= MAX_MACHINES_080) return done(vm, HostResult.FULL)
    const program = modules.program(handle)
    if (program === undefined) return done(vm, HostResult.WHO)
    if (!program.isInstruction(Number(pc))) return done(vm, HostResult.HUH)
    modules.use(handle)
    return done(vm, added(program, pc, handle))
  }

  const machine: HostFunction = vm => {
    if (isMain(vm)) return machineOfModule(vm)
    if (is080(vm) && machines.size >= MAX_MACHINES_080) return done(vm, HostResult.FULL)
    const bytes = readBytes(vm, registerNumber(vm, 7), registerNumber(vm, 8))
    if (bytes === undefined) return HostAction.Panic
    const pc = vm.regs[9]!
    const program = load(vm, bytes, pc)
    return done(vm, program === undefined ? HostResult.HUH : added(program, pc))
  }

  const peek: HostFunction = vm => {
    const [to, from, length] = [registerNumber(vm, 8), registerNumber(vm, 9), registerNumber(vm, 10)]
    if (!vm.memory.writable(to, length)) return HostAction.Panic
    const inner = machines.get(registerNumber(vm, 7))
    const bytes = inner && readBytes(inner.vm, from, length)
    if (bytes !== undefined) vm.memory.write(to, bytes)
    vm.regs[7] = inner === undefined ? HostResult.WHO : bytes === undefined ? HostResult.OOB : HostResult.OK
    return HostAction.Continue
  }

  const poke: HostFunction = vm => {
    const [from, to, length] = [registerNumber(vm, 8), registerNumber(vm, 9), registerNumber(vm, 10)]
    const bytes = readBytes(vm, from, length)
    if (bytes === undefined) return HostAction.Panic
    const inner = machines.get(registerNumber(vm, 7))
    const written = inner === undefined ? OOB : inner.vm.memory.write(to, bytes)
    vm.regs[7] = inner === undefined ? HostResult.WHO : written === OOB ? HostResult.OOB : HostResult.OK
    return HostAction.Continue
  }

  const pages: HostFunction = vm => {
    const inner = machines.get(registerNumber(vm, 7))
    const [first, count] = [registerNumber(vm, 8), registerNumber(vm, 9)]
    vm.regs[7] = inner === undefined ? HostResult.WHO : pagesResult(inner.vm, first, count, registerNumber(vm, 10))
  }

  const invoke: HostFunction = vm => {
    const address = registerNumber(vm, 8)
    if (!vm.memory.writable(address, INVOKE_BLOCK_SIZE)) return HostAction.Panic
    const number = registerNumber(vm, 7)
    const inner = machines.get(number)
    if (inner === undefined) {
      vm.regs[7] = HostResult.WHO
      return HostAction.Continue
    }
    const after = runInner(vm, inner, address)
    Object.assign(inner, { paused: undefined }, after)
    return after.paused === undefined ? HostAction.Continue : HostAction.Again
  }

  function expungeMachine(number: number): bigint {
    const inner = machines.get(number)
    if (inner === undefined) return HostResult.WHO
    inner.dispose()
    machines.delete(number)
    numbers.giveBack(number)
    if (inner.module !== undefined) modules.release(inner.module)
    return inner.pc
  }

  const expunge: HostFunction = vm => {
    if (!isMain(vm)) return done(vm, expungeMachine(registerNumber(vm, 7)))
    const [mode, number] = [registerNumber(vm, 7), registerNumber(vm, 8)]
    if (mode > 1) return done(vm, HostResult.HUH)
    if (mode === 0) return done(vm, expungeMachine(number))
    return done(vm, modules.remove(number) ? HostResult.OK : HostResult.WHO)
  }

  return {
    handlers: { machine, peek, poke, pages, invoke, expunge },
    compile,
    machines,
    dispose() {
      for (const inner of machines.values()) inner.dispose()
      machines.clear()
      numbers.clear()
      modules.clear()
    },
  }
}

/** [f*, f* + l*) of a preimage, with the offset f in r10 and the length l in r9, cut where it ends (GP main B.8). */
function partOf(preimage: Uint8Array | undefined, vm: Vm): Uint8Array | undefined {
  if (preimage === undefined) return undefined
  const from = Math.min(registerNumber(vm, 10), preimage.length)
  return preimage.slice(from, from + Math.min(registerNumber(vm, 9), preimage.length - from))
}

function pagesResult(inner: Vm, first: number, count: number, mode: number): bigint {
  return setPages(inner, first, count, mode) ? HostResult.OK : HostResult.HUH
}
