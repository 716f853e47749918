// `coulis run`: runs a program and says what came out. Not the machine: engine/.

import { type Command, Option } from 'commander'
import { formatNamed } from '../blob/container.ts'
import type { EngineKind, HostTable, Vm } from '../engine/engine.ts'
import { Exit, exitName, hostIndex64 } from '../engine/exit.ts'
import { omitWarmUp } from '../engine/warm-up.ts'
import type { LogMessage } from '../host/builtins.ts'
import type { ContractLogLine, ContractResult } from '../host/contract/index.ts'
import { formatPlace } from '../inside/place.ts'
import type { ExitReason } from '../inside/reason.ts'
import type { InstructionSetName } from '../isa/set.ts'
import type { ProfileName } from '../program/profile.ts'
import { createRecorder } from '../trace/record.ts'
import { stepTracer, textTracer } from '../trace/steps.ts'
import { formatTrace } from '../trace/trace.ts'
import { runBounded } from './bounded.ts'
import { CallLog, type LoggedCall } from './call-log.ts'
import {
  type ContractRun,
  collectFiles,
  contractHint,
  contractJson,
  contractLines,
  contractOf,
  formatContractLine,
  parseAccount,
  parseBalance,
} from './contract.ts'
import { debugCommand } from './debug-hint.ts'
import { engineOf } from './engine-of.ts'
import { exitCodeOf, inFile } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { writeOutput } from './files.ts'
import { fold, type Part } from './fold.ts'
import { formatBytes, formatCount, formatPlural } from './format.ts'
import { GasByFunction } from './gas-by-function.ts'
import { heatCacheOption } from './heat-cache.ts'
import { HOST_CHOICES, type HostChoice, hostOf, invocationOf } from './host.ts'
import { registerText, toJson } from './json.ts'
import { kindOption } from './kind-option.ts'
import { type FileKind, type Loaded, loadFile } from './load.ts'
import {
  type DumpRange,
  dumpRanges,
  formatRange,
  parseDump,
  parseMapping,
  parsePrinted,
  type Range,
  readRange,
} from './memory.ts'
import {
  collectBytes,
  engineOption,
  isaOption,
  jsonOption,
  pageSizeOption,
  parseBytes,
  parseCount,
  profileOption,
} from './options.ts'
import { watchGas, writeProfiles } from './profile-output.ts'
import { formatValue, REGISTER_FORMS, type RegisterForm, type RegisterSetting } from './registers.ts'
import { symbolsIn } from './source.ts'
import { formatLog, type StartSettings, startOf } from './start.ts'
import { startOptions } from './start-options.ts'
import { restoreState, saveState } from './state-option.ts'
import { reasonJson, reasonLines, stopReason } from './stop-reason.ts'
import type { Terminal } from './terminal.ts'

interface Options extends StartSettings {
  readonly steps?: number
  readonly reg?: readonly RegisterSetting[]
  readonly mem?: readonly Range[]
  readonly dump?: readonly DumpRange[]
  readonly regs: RegisterForm
  readonly maxMs?: number
  readonly byFunction?: boolean
  readonly gasProfile?: string
  readonly coverage?: string
  readonly saveState?: string
  readonly fromState?: string
  readonly trace?: true | 'text' | 'steps'
  readonly host?: HostChoice
  readonly input?: readonly Uint8Array[]
  readonly calls: number
  readonly record?: string
  readonly engine?: EngineKind
  readonly heatCache?: string
  readonly profile?: ProfileName
  readonly isa?: InstructionSetName
  readonly pageSize?: number
  readonly kind?: FileKind
  readonly json?: boolean
  readonly calldata?: Uint8Array
  readonly deploy?: Uint8Array
  readonly value?: bigint
  readonly caller?: Uint8Array
  readonly code?: readonly string[]
}

/** A host that knows no call. */
const NOBODY: HostTable = { entry: () => undefined }

/** What a halted standard program returns: |r8| bytes at r7 where readable, else nothing (GP A.43). */
function outputOf(vm: Vm): Uint8Array {
  const [address, length] = [vm.regs[7]!, vm.regs[8]!]
  if (vm.exit !== Exit.Halt || formatNamed(vm.program.kind).start === 'code' || address + length > 2n ** 32n)
    return new Uint8Array(0)
  return vm.memory.view(Number(address), Number(length))?.slice() ?? new Uint8Array(0)
}

interface Outcome {
  readonly loaded: Loaded
  readonly vm: Vm
  readonly exit: Exit
  readonly log: CallLog
  readonly milliseconds: number
  readonly options: Options
  /** It is true where `--max-ms` stopped the run. */
  readonly timeIsUp: boolean
  readonly byFunction: GasByFunction | undefined
  /** Where a contract ran, this is the contract and what came out of it. */
  readonly contract: ContractRun | undefined
  readonly result: ContractResult | undefined
}

/** Why it stopped, where that is a question. */
function reasonOf({ vm, loaded, log }: Outcome): ExitReason | undefined {
  return stopReason(vm, symbolsIn(loaded), log.last)
}

/** The import a `.polkavm` program waits for. */
function importName(vm: Vm): string {
  const name = vm.program.imports[vm.exitArg >>> 0]
  return name === undefined ? '' : ` (${name})`
}

function describeExit(exit: Exit, vm: Vm): string {
  switch (exit) {
    case Exit.PageFault:
      return `PAGE-FAULT at 0x${vm.exitArg.toString(16)}`
    case Exit.Host:
      return `HOST ${hostIndex64(vm.exitArg)}${importName(vm)}`
    default:
      return exitName(exit).toUpperCase()
  }
}

/** Instructions executed, where gas counts them. */
function instructionsOf({ loaded, vm, log }: Outcome): bigint | undefined {
  return loaded.program.profile.gasModel === 'instruction' ? vm.gasUsed - log.gas : undefined
}

function printCall(call: LoggedCall, form: RegisterForm, terminal: Terminal): void {
  const { cyan, dim } = terminal.colors
  const index = String(call.index).padStart(4)
  const result = call.result === undefined ? 'no return' : formatValue(call.result, form)
  const parts: Part[] = [
    { text: 'ecalli', paint: cyan },
    { text: `${index} ${call.name.padEnd(8)}`, gap: '' },
    ...call.args.map((value, i) => ({ text: `r${i + 7}=${formatValue(value, form)}`, paint: dim })),
    { text: `→ ${result}` },
    { text: `gas ${formatCount(call.gas)}`, gap: '  ', paint: dim },
  ]
  for (const line of fold(parts, terminal.fold, INDENT)) terminal.line(line)
}

/** Columns before what a line goes on with. */
const INDENT = 8

function printOutcome(
  outcome: Outcome,
  terminal: Terminal,
  write: (line: string) => void,
  debug: string | undefined,
): void {
  const { vm, exit, log, milliseconds, loaded, options } = outcome
  const { bold, dim, green, red } = terminal.colors
  const color = exit === Exit.Halt ? green : red
  const instructions = instructionsOf(outcome)
  const facts = [
    `pc ${vm.pc}`,
    ...(instructions === undefined ? [] : [formatPlural(instructions, 'instruction')]),
    formatPlural(log.count, 'host call'),
    `${formatCount(vm.gasUsed)} gas used, ${formatCount(vm.gas)} left`,
    ...(outcome.timeIsUp ? [`stopped after ${options.maxMs} ms`] : []),
  ]
  const rules = `${vm.kind}, ${loaded.profile}, ${milliseconds.toFixed(1)} ms`
  const parts: Part[] = [
    { text: describeExit(exit, vm), paint: text => bold(color(text)) },
    ...facts.map((text, i) => ({ text, gap: i === 0 ? '  ' : ' · ' })),
    { text: rules, gap: '  ', paint: dim },
  ]
  for (const line of fold(parts, terminal.fold, INDENT)) write(line)
  const reason = reasonOf(outcome)
  for (const line of reason === undefined ? [] : reasonLines(reason, options.regs, terminal.fold)) write(line)
  if (reason !== undefined && debug !== undefined) write(dim(`debug   ${debug}`))
  const { contract, result } = outcome
  if (contract !== undefined) for (const line of contractLines(result!, contract, terminal)) write(line)
  const regs = Array.from(vm.regs, (value, i) => ({ text: `r${i}=${formatValue(value, options.regs)}` }))
  for (const line of fold([{ text: 'regs   ' }, ...regs], terminal.fold, INDENT)) write(line)
  const output = outputOf(vm)
  if (output.length > 0) write(`output  ${formatBytes(output)}  ${dim(`${output.length} bytes`)}`)
  for (const range of options.mem ?? []) for (const line of formatRange(vm, range, terminal.fold)) write(line)
  for (const line of outcome.byFunction?.lines() ?? []) write(line)
}

function printJson(outcome: Outcome, terminal: Terminal): void {
  const { vm, exit, log, loaded } = outcome
  const instructions = instructionsOf(outcome)
  const reason = reasonOf(outcome)
  terminal.line(
    toJson({
      file: loaded.file,
      kind: loaded.kind,
      engine: vm.kind,
      profile: loaded.profile,
      exit: exitName(exit),
      exitArg: vm.exitArg,
      ...(reason && {
        why: reason.message,
        where: reason.place && formatPlace(reason.place),
        reason: reasonJson(reason),
      }),
      pc: vm.pc,
      gas: vm.gas,
      gasUsed: vm.gasUsed,
      ...(instructions === undefined ? {} : { instructions }),
      regs: Array.from(vm.regs, registerText),
      output: outputOf(vm),
      ...(outcome.byFunction && { gasByFunction: outcome.byFunction.rows }),
      ...(outcome.options.mem && {
        memory: outcome.options.mem.map(range => ({ ...range, bytes: readRange(vm, range) ?? null })),
      }),
      ...(outcome.contract && { contract: contractJson(outcome.result!, outcome.contract) }),
      hostCallCount: log.count,
      hostCalls: log.calls.map(call => ({
        ...call,
        args: call.args.map(registerText),
        result: call.result === undefined ? null : registerText(call.result),
      })),
    }),
  )
}

function runFile(file: string, options: Options, terminal: Terminal): Outcome {
  if (options.maxMs === undefined) omitWarmUp()
  const loaded = loadFile(file, options)
  for (const warning of loaded.warnings) terminal.error(`${terminal.errorColors.yellow('warning:')} ${warning}`)
  const quiet = options.json || options.trace === 'steps' // a step log is compared line by line: nothing else goes in
  const onLine = (line: ContractLogLine): void => {
    if (!quiet) for (const text of formatContractLine(line, terminal)) terminal.line(text)
  }
  const contract = inFile(file, () => contractOf(loaded, options, onLine))
  const hint = contractHint(loaded, options)
  if (hint !== undefined) terminal.error(`${terminal.errorColors.yellow('hint:')} ${hint}`)
  const start = contract?.start ?? inFile(file, () => startOf(loaded, options))
  const write = options.json ? (line: string) => terminal.error(line) : (line: string) => terminal.line(line)
  const log = new CallLog(
    options.calls,
    quiet || contract ? undefined : call => printCall(call, options.regs, terminal),
  )
  const onLog = (message: LogMessage): void => {
    if (quiet) terminal.error(formatLog(message))
    else terminal.line(terminal.colors.yellow(formatLog(message)))
  }
  const settings = {
    choice: options.host,
    invocation: invocationOf(options.entry),
    inputs: options.input ?? [],
    onLog,
  }
  const host = options.host === 'none' ? undefined : (start.host ?? hostOf(loaded.program, settings))
  const engine = engineOf(options.engine, options.heatCache)
  const recorder =
    options.record === undefined ? undefined : createRecorder({ program: loaded.bytes, host: host ?? NOBODY })
  const table = recorder?.host ?? host
  const vm = inFile(file, () =>
    engine.instantiate(loaded.program, { ...start, ...(table && { host: log.observe(table) }) }),
  )
  if (options.fromState !== undefined) restoreState(vm, options.fromState, options)
  for (const { index, value } of options.reg ?? []) vm.regs[index] = value
  recorder?.start(vm)
  if (options.trace !== undefined) vm.tracer = options.trace === 'steps' ? stepTracer(vm, write) : textTracer(write, vm)
  const byFunction = options.byFunction ? new GasByFunction(loaded) : undefined
  if (byFunction !== undefined) vm.tracer = byFunction.tracer(vm, vm.tracer)
  const profiler = watchGas(vm, loaded, host, options)
  const began = performance.now()
  const { exit, timeIsUp } = runBounded(vm, options)
  const milliseconds = performance.now() - began
  byFunction?.finish(vm, vm.pc)
  if (profiler !== undefined) writeProfiles(profiler, loaded, options)
  if (recorder !== undefined) writeOutput(options.record!, new TextEncoder().encode(formatTrace(recorder.finish(vm))))
  dumpRanges(vm, options.dump ?? [])
  if (options.saveState !== undefined) saveState(vm, options.saveState)
  const result = contract?.finish(vm, exit)
  return { loaded, vm, exit, log, milliseconds, options, timeIsUp, byFunction, contract, result }
}

/** Adds the command. */
export function addRun(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  startOptions(
    program
      .command('run')
      .description(
        'Runs a program: a raw blob, a standard program, a .jam file, assembly text, or a test vector (JSON) from its own start.\n' +
          'Prints how it ended, gas, registers, host calls and output. The exit code tells how it ended.',
      )
      .argument('<file>', 'the program; - reads standard input'),
  )
    .addOption(new Option('--regs <form>', 'how registers are printed').choices([...REGISTER_FORMS]).default('hex'))
    .option(
      '--map <address+length>',
      'map writable pages, or :ro for read-only ones, with contents: 0x20000+4096:ro=@FILE; may be repeated',
      parseMapping,
    )
    .option('--mem <address+length>', 'print this memory at the end; may be repeated', parsePrinted)
    .option('--dump <address+length=file>', 'write this memory to a file at the end; may be repeated', parseDump)
    .option('--steps <n>', 'stop after this many instructions', parseCount)
    .option('--max-ms <n>', 'stop after that many milliseconds', parseCount)
    .option('--by-function', 'print which functions took the gas; interprets')
    .option(
      '--gas-profile <file>',
      'write where the gas went, by call: .folded, .cpuprofile, else for speedscope; interprets',
    )
    .option('--coverage <file>', 'write which source lines ran, as lcov; interprets')
    .option('--save-state <file>', 'write the state of the machine at the end, a .pvmstate file')
    .option('--from-state <file>', 'go on from such a file, instead of the start of the program')
    .option('-t, --trace [form]', 'print every instruction: text, or steps (the step log implementers compare)')
    .addOption(
      new Option(
        '--host <kind>',
        'who answers host calls: a stub of a service, default for services; or nobody',
      ).choices([...HOST_CHOICES]),
    )
    .option('--input <hex>', 'an encoded accumulate input for the stub; may be repeated', collectBytes)
    .option(
      '--calldata <hex>',
      'call a contract with this call data, on a chain in memory (docs/contracts.md)',
      parseBytes,
    )
    .option('--deploy <hex>', 'call data of its constructor, which runs first; else it does not run', parseBytes)
    .option('--value <amount>', 'balance that goes along with the call', parseBalance)
    .option('--caller <address>', 'the account that calls; default 0x1111…', parseAccount)
    .option('--code <file>', 'code of a contract that it deploys; may be repeated', collectFiles)
    .option('--record <file>', 'write the run as an ecalli trace, for coulis replay')
    .option('--calls <n>', 'print at most this many host calls', parseCount, 100)
    .addOption(kindOption())
    .addOption(engineOption())
    .addOption(heatCacheOption())
    .addOption(profileOption())
    .addOption(isaOption())
    .addOption(pageSizeOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis run examples/counter.jam --entry accumulate --args 0x060003 --gas 20m
  coulis run program.pvm --gas 1m --trace
  coulis run service.jam --entry refine --args @payload.bin --json
  coulis run examples/adder.polkavm --export sum --arg 100
  coulis run examples/fibonacci.pvm --reg a0=-1 --regs signed --mem 0x20000+16
  coulis run examples/contracts/flipper.polkavm --calldata 0xcde4efa9
  coulis run vector.json`,
    )
    .action((file: string, options: Options, command: Command) => {
      if (typeof options.trace === 'string' && options.trace !== 'text' && options.trace !== 'steps') {
        command.error(
          `error: --trace takes text or steps, not '${options.trace}'. Put the file in front of the options.`,
        )
      }
      const outcome = runFile(file, options, terminal)
      if (options.json) printJson(outcome, terminal)
      else {
        const { rawArgs = [] } = program as { rawArgs?: readonly string[] }
        const debug = debugCommand(file, command, rawArgs)
        printOutcome(outcome, terminal, options.trace === 'steps' ? terminal.error : terminal.line, debug)
      }
      exit(outcome.result?.outcome === 'reverted' ? ExitCode.Panic : exitCodeOf(outcome.exit))
    })
}
