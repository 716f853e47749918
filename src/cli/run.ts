// `coulis run`: runs a program and says what came out. Not the machine: engine/.
import { type Command, Option } from 'commander'
import type { EngineKind, Mapping, StartOptions, Vm } from '../engine/engine.ts'
import { Exit, exitName, hostIndex64 } from '../engine/exit.ts'
import type { HostTable } from '../engine/host-call.ts'
import type { LogMessage } from '../host/builtins.ts'
import { callExport } from '../program/call.ts'
import { HALT_ADDRESS } from '../program/layout.ts'
import type { ProfileName } from '../program/profile.ts'
import { createRecorder } from '../trace/record.ts'
import { stepTracer, textTracer } from '../trace/steps.ts'
import { formatTrace } from '../trace/trace.ts'
import { CallLog, type LoggedCall } from './call-log.ts'
import { exitCodeOf, inFile } from './errors.ts'
import { writeOutput } from './files.ts'
import { formatBytes, formatCount, formatPlural, formatRegister } from './format.ts'
import { HOST_CHOICES, type HostChoice, hostOf } from './host.ts'
import { registerText, toJson } from './json.ts'
import { FILE_KINDS, type FileKind, type Loaded, loadFile } from './load.ts'
import {
  collectBytes,
  collectValues,
  engineOf,
  engineOption,
  jsonOption,
  parseAddress,
  parseBytes,
  parseCount,
  parseGas,
  parseMapping,
  parseRegister,
  profileOption,
  type RegisterSetting,
} from './options.ts'
import type { Terminal } from './terminal.ts'

type EntryName = 'is-authorized' | 'refine' | 'accumulate'

interface Options {
  readonly args?: Uint8Array
  readonly entry?: number | EntryName
  readonly pc?: number
  readonly export?: string
  readonly arg?: readonly bigint[]
  readonly gas?: bigint
  readonly steps?: number
  readonly reg?: readonly RegisterSetting[]
  readonly map?: readonly Mapping[]
  readonly trace?: true | 'text' | 'steps'
  readonly host?: HostChoice
  readonly input?: readonly Uint8Array[]
  readonly calls: number
  readonly record?: string
  readonly engine?: EngineKind
  readonly profile?: ProfileName
  readonly kind?: FileKind
  readonly json?: boolean
}

/** A host that knows no call. */
const NOBODY: HostTable = { entry: () => undefined }

const DEFAULT_GAS = 100_000_000n

function parseEntry(text: string): number | EntryName {
  return text === 'is-authorized' || text === 'refine' || text === 'accumulate' ? text : parseAddress(text)
}

const LOG_LEVELS = ['FATAL', 'WARN', 'INFO', 'DEBUG', 'TRACE']

function formatLog({ level, target, message }: LogMessage): string {
  return `${LOG_LEVELS[Number(level)] ?? level}  ${target === undefined ? '' : `${target}  `}${message}`
}

function startOf(loaded: Loaded, options: Options): StartOptions {
  const entry = options.pc ?? options.entry ?? loaded.start.entry ?? 0
  const call = options.export === undefined ? {} : callExport(loaded.program, options.export, options.arg)
  const pages = [...(loaded.start.pages ?? []), ...(options.map ?? [])]
  return {
    ...loaded.start,
    // A plain program returns by jumping to r0, as compiled ones do.
    regs: loaded.start.regs ?? (loaded.program.kind === 'raw' ? [BigInt(HALT_ADDRESS)] : []),
    pages,
    entry,
    ...call,
    gas: options.gas ?? loaded.start.gas ?? DEFAULT_GAS,
    ...(options.args && { args: options.args }),
  }
}

/** What a halted standard program returns: |r8| bytes at r7 where readable, else nothing (GP A.43). */
function outputOf(vm: Vm): Uint8Array {
  const [address, length] = [vm.regs[7]!, vm.regs[8]!]
  if (vm.exit !== Exit.Halt || vm.program.kind === 'raw' || address + length > 2n ** 32n) return new Uint8Array(0)
  return vm.memory.view(Number(address), Number(length))?.slice() ?? new Uint8Array(0)
}

interface Outcome {
  readonly loaded: Loaded
  readonly vm: Vm
  readonly exit: Exit
  readonly log: CallLog
  readonly milliseconds: number
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

function printCall(call: LoggedCall, terminal: Terminal): void {
  const { cyan, dim } = terminal.colors
  const regs = call.args.map((value, i) => `r${i + 7}=${formatRegister(value)}`).join(' ')
  const name = `${String(call.index).padStart(4)} ${call.name.padEnd(8)}`
  const result = call.result === undefined ? 'no return' : formatRegister(call.result)
  terminal.line(`${cyan('ecalli')}${name} ${dim(regs)} → ${result}  ${dim(`gas ${formatCount(call.gas)}`)}`)
}

function printOutcome(outcome: Outcome, terminal: Terminal, write: (line: string) => void): void {
  const { vm, exit, log, milliseconds, loaded } = outcome
  const { bold, dim, green, red } = terminal.colors
  const color = exit === Exit.Halt ? green : red
  const instructions = instructionsOf(outcome)
  const facts = [
    `pc ${vm.pc}`,
    ...(instructions === undefined ? [] : [formatPlural(instructions, 'instruction')]),
    formatPlural(log.count, 'host call'),
    `${formatCount(vm.gasUsed)} gas used, ${formatCount(vm.gas)} left`,
  ]
  const rules = dim(`${vm.kind}, ${loaded.profile}, ${milliseconds.toFixed(1)} ms`)
  write(`${bold(color(describeExit(exit, vm)))}  ${facts.join(' · ')}  ${rules}`)
  const regs = Array.from(vm.regs, (value, i) => `r${i}=${formatRegister(value)}`)
  write(`regs    ${regs.join(' ')}`)
  const output = outputOf(vm)
  if (output.length > 0) write(`output  ${formatBytes(output)}  ${dim(`${output.length} bytes`)}`)
}

function printJson(outcome: Outcome, terminal: Terminal): void {
  const { vm, exit, log, loaded } = outcome
  const instructions = instructionsOf(outcome)
  terminal.line(
    toJson({
      file: loaded.file,
      kind: loaded.kind,
      engine: vm.kind,
      profile: loaded.profile,
      exit: exitName(exit),
      exitArg: vm.exitArg,
      pc: vm.pc,
      gas: vm.gas,
      gasUsed: vm.gasUsed,
      ...(instructions === undefined ? {} : { instructions }),
      regs: Array.from(vm.regs, registerText),
      output: outputOf(vm),
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
  const loaded = loadFile(file, options)
  for (const warning of loaded.warnings) terminal.error(`${terminal.errorColors.yellow('warning:')} ${warning}`)
  const start = inFile(file, () => startOf(loaded, options))
  const write = options.json ? (line: string) => terminal.error(line) : (line: string) => terminal.line(line)
  const quiet = options.json || options.trace === 'steps' // a step log is compared line by line: nothing else goes in
  const log = new CallLog(options.calls, quiet ? undefined : call => printCall(call, terminal))
  const onLog = (message: LogMessage): void => {
    if (quiet) terminal.error(formatLog(message))
    else terminal.line(terminal.colors.yellow(formatLog(message)))
  }
  const settings = { choice: options.host, inputs: options.input ?? [], onLog }
  const host = options.host === 'none' ? undefined : (start.host ?? hostOf(loaded.program, settings))
  const engine = engineOf(options.engine)
  const recorder =
    options.record === undefined ? undefined : createRecorder({ program: loaded.bytes, host: host ?? NOBODY })
  const table = recorder?.host ?? host
  const vm = inFile(file, () =>
    engine.instantiate(loaded.program, { ...start, ...(table && { host: log.observe(table) }) }),
  )
  for (const { index, value } of options.reg ?? []) vm.regs[index] = value
  recorder?.start(vm)
  if (options.trace !== undefined) vm.tracer = options.trace === 'steps' ? stepTracer(vm, write) : textTracer(write)
  const began = performance.now()
  const exit = options.steps === undefined ? vm.run() : vm.step(options.steps)
  const milliseconds = performance.now() - began
  if (recorder !== undefined) writeOutput(options.record!, new TextEncoder().encode(formatTrace(recorder.finish(vm))))
  return { loaded, vm, exit, log, milliseconds }
}

/** Adds the command. */
export function addRun(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  program
    .command('run')
    .summary('run a program')
    .description(
      'Runs a program: a raw blob, a standard program, a .jam file, assembly text, or a test vector (JSON) from its own start.\n' +
        'Prints how it ended, gas, registers, host calls and output. The exit code tells how it ended.',
    )
    .argument('<file>', 'the program; - reads standard input')
    .option('-a, --args <hex>', 'arguments of a standard program: hex, or @file', parseBytes)
    .option('--entry <name>', 'entry point: refine, accumulate, is-authorized, or a code offset', parseEntry)
    .option('--pc <offset>', 'start at this code offset', parseAddress)
    .option('-x, --export <name>', 'call this export of a .polkavm file')
    .option('--arg <value>', 'an argument of the export: a number; may be repeated', collectValues)
    .option('-g, --gas <amount>', 'gas to start with: 20000000, 20m, 1.5g (default: 100m)', parseGas)
    .option('-r, --reg <rN=value>', 'start with this register value; may be repeated', parseRegister)
    .option('--map <address+length>', 'map writable pages; may be repeated', parseMapping)
    .option('--steps <n>', 'stop after this many instructions', parseCount)
    .option('-t, --trace [form]', 'print every instruction: text, or steps (the step log implementers compare)')
    .addOption(
      new Option(
        '--host <kind>',
        'who answers host calls: a stub of a service, default for services; or nobody',
      ).choices([...HOST_CHOICES]),
    )
    .option('--input <hex>', 'an encoded accumulate input for the stub; may be repeated', collectBytes)
    .option('--record <file>', 'write the run as an ecalli trace, for coulis replay')
    .option('--calls <n>', 'print at most this many host calls', parseCount, 100)
    .addOption(new Option('-k, --kind <kind>', 'what the file is, where detection errs').choices([...FILE_KINDS]))
    .addOption(engineOption())
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis run examples/counter.jam --entry accumulate --args 0x060003 --gas 20m
  coulis run program.pvm --gas 1m --trace
  coulis run service.jam --entry refine --args @payload.bin --json
  coulis run examples/adder.polkavm --export sum --arg 100
  coulis run ../shared/vectors/microbench/fib27.json`,
    )
    .action((file: string, options: Options, command: Command) => {
      if (typeof options.trace === 'string' && options.trace !== 'text' && options.trace !== 'steps') {
        command.error(
          `error: --trace takes text or steps, not '${options.trace}'. Put the file in front of the options.`,
        )
      }
      const outcome = runFile(file, options, terminal)
      if (options.json) printJson(outcome, terminal)
      else printOutcome(outcome, terminal, options.trace === 'steps' ? terminal.error : terminal.line)
      exit(exitCodeOf(outcome.exit))
    })
}
