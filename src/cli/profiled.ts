// A run that is counted: a program with its host, or a recorded trace. Not what is printed of it: profile.ts, coverage.ts, gas-gate.ts.
import { createEngine } from '../engine/create.ts'
import type { Engine, EngineKind, Vm } from '../engine/engine.ts'
import { type Exit, exitName } from '../engine/exit.ts'
import { omitWarmUp } from '../engine/warm-up.ts'
import { type HostVersion, hostCallName } from '../host/names.ts'
import { withFunctions } from '../inside/functions.ts'
import { countGas, type GasCounter, type GasCounts } from '../inside/gas-counts.ts'
import { type HostCallCost, type WatchedGas, watchHostGas } from '../inside/host-gas.ts'
import { createProfiler, type GasProfile, type Profiler } from '../inside/profile.ts'
import type { InstructionSetName } from '../isa/set.ts'
import type { ProfileName } from '../program/profile.ts'
import type { Program } from '../program/program.ts'
import type { Symbols } from '../program/symbols.ts'
import { looksLikeTrace, parseTrace } from '../trace/parse.ts'
import { replay } from '../trace/replay.ts'
import type { TraceCall } from '../trace/trace.ts'
import { engineOf } from './engine-of.ts'
import { CliError, inFile } from './errors.ts'
import { readBytes } from './files.ts'
import { type HostChoice, hostOf, invocationOf } from './host.ts'
import { type FileKind, loadFile } from './load.ts'
import { symbolsIn, symbolsOfFile } from './source.ts'
import { type StartSettings, startOf } from './start.ts'

/** What the options of such a command say. */
export interface ProfiledOptions extends StartSettings {
  readonly host?: HostChoice
  readonly input?: readonly Uint8Array[]
  readonly engine?: EngineKind
  readonly profile?: ProfileName
  readonly isa?: InstructionSetName
  readonly kind?: FileKind
  readonly symbols?: string
  readonly reg?: readonly { readonly index: number; readonly value: bigint }[]
}

/** A run and what it cost. */
export interface ProfiledRun {
  readonly file: string
  readonly program: Program
  /** As they are known; functions found in the code where none are. */
  readonly symbols: Symbols
  readonly exit: Exit
  readonly pc: number
  readonly gasUsed: bigint
  readonly counts: GasCounts
  readonly hostCalls: readonly HostCallCost[]
  /** Calls and returns, where they were asked for. */
  readonly tree: GasProfile | undefined
}

interface Watch {
  readonly counter: GasCounter
  readonly profiler: Profiler | undefined
}

function watch(
  vm: Vm,
  symbols: Symbols,
  tree: boolean,
  hostName: (index: number) => string | undefined,
  watched?: WatchedGas,
): Watch {
  const counter = countGas(vm, watched)
  const profiler = tree ? createProfiler(vm, { symbols, hostName }) : undefined
  if (profiler !== undefined) vm.tracer = profiler.tracer
  return { counter, profiler }
}

function symbolsGiven(program: Program, { symbols }: ProfiledOptions): Symbols | undefined {
  return symbols === undefined ? undefined : symbolsOfFile(program, symbols)
}

/** What the calls of a record took. The replay agrees with the record, so it is what the record says. */
function recordedCalls(calls: readonly TraceCall[], version: HostVersion | 'free'): HostCallCost[] {
  const rows = new Map<number, { calls: number; gas: bigint }>()
  for (const { index, gas, gasAfter } of calls) {
    const key = Number(BigInt.asIntN(32, index))
    const row = rows.get(key) ?? { calls: 0, gas: 0n }
    rows.set(key, row)
    row.calls += 1
    row.gas += gas - (gasAfter ?? gas)
  }
  return [...rows]
    .map(([index, row]) => ({ index, name: version === 'free' ? undefined : hostCallName(index, version), ...row }))
    .sort((a, b) => a.index - b.index)
}

function profileTrace(file: string, text: string, options: ProfiledOptions, tree: boolean): ProfiledRun {
  const trace = parseTrace(text)
  const real = engineOf(options.engine)
  let found: { program: Program; symbols: Symbols; watch: Watch } | undefined
  const engine: Engine = {
    kind: real.kind,
    instantiate(program, start) {
      const vm = real.instantiate(program, start)
      const symbols = withFunctions(program, symbolsGiven(program, options))
      const version = program.profile.hostCalls
      const nameOf = (index: number): string | undefined =>
        version === 'free' ? undefined : hostCallName(index, version)
      found = { program, symbols, watch: watch(vm, symbols, tree, nameOf) }
      return vm
    },
  }
  let profile: GasProfile | undefined
  const profiled = { ...(options.profile && { profile: options.profile }) }
  const result = replay(trace, { engine, ...profiled })
  if (!result.identical) {
    throw new CliError(`it does not run as it was recorded: coulis replay ${file} says where`, { file })
  }
  const { program, symbols, watch: watched } = found!
  if (tree) profile = watched.profiler!.profile(result.gas)
  return {
    file,
    program,
    symbols,
    exit: result.exit,
    pc: result.pc,
    gasUsed: result.gasUsed,
    counts: watched.counter.counts(),
    hostCalls: recordedCalls(trace.calls, program.profile.hostCalls),
    tree: profile,
  }
}

/**
 * Runs a file and counts, a program as `coulis run` does, or a recorded trace.
 *
 * @param onLog gets what the program logs.
 */
export function profileRun(
  file: string,
  options: ProfiledOptions,
  tree: boolean,
  onLog: (message: Parameters<Parameters<typeof hostOf>[1]['onLog']>[0]) => void,
): ProfiledRun {
  const bytes = file === '-' ? undefined : readBytes(file)
  const text = bytes === undefined ? '' : new TextDecoder('latin1').decode(bytes)
  if (bytes !== undefined && looksLikeTrace(text)) {
    return inFile(file, () => profileTrace(file, new TextDecoder().decode(bytes), options, tree))
  }
  const loaded = loadFile(file, options)
  const { program } = loaded
  return inFile(file, () => {
    const start = startOf(loaded, options)
    const settings = {
      choice: options.host,
      invocation: invocationOf(options.entry),
      inputs: options.input ?? [],
      onLog,
    }
    const host = options.host === 'none' ? undefined : (start.host ?? hostOf(program, settings))
    const watched = host && watchHostGas(host)
    omitWarmUp()
    const engine = options.engine === undefined ? createEngine() : engineOf(options.engine)
    const vm = engine.instantiate(program, { ...start, ...(watched && { host: watched.host }) })
    for (const { index, value } of options.reg ?? []) vm.regs[index] = value
    const symbols = withFunctions(program, symbolsGiven(program, options) ?? symbolsIn(loaded))
    const { counter, profiler } = watch(vm, symbols, tree, index => host?.entry(index)?.name, watched)
    const exit = vm.run()
    return {
      file,
      program,
      symbols,
      exit,
      pc: vm.pc,
      gasUsed: vm.gasUsed,
      counts: counter.counts(),
      hostCalls: watched?.calls() ?? [],
      tree: profiler?.profile(),
    }
  })
}

/** This says in a line how it ended. */
export function endOf({ exit, pc }: ProfiledRun): string {
  return `${exitName(exit).toUpperCase()}  pc ${pc}`
}
