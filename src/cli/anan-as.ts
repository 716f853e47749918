// `coulis anan-as`: the command line of anan-as, for scripts that spawn it and read what it prints. Not its functions:
// compat/ananas.ts; not a command line for people.
import { parseArgs } from 'node:util'
import type { Command } from 'commander'
import { type Ananas, createAnanas, HasMetadata, InputKind, type PreparedProgram } from '../compat/ananas.ts'
import { createEngine } from '../engine/create.ts'
import { bytesFromHex, hexFromBytes } from '../trace/hex.ts'
import { parseTrace } from '../trace/parse.ts'
import { describeDifference, isStandardTrace, replay, traceArguments } from '../trace/replay.ts'
import { formatRegisters, type Trace } from '../trace/trace.ts'
import { CliError } from './errors.ts'
import { readBytes, readText } from './files.ts'
import type { Terminal } from './terminal.ts'

const HELP = `Usage:
  coulis anan-as run [flags] <file> [arguments: a file, or hex with 0x]
  coulis anan-as disassemble [--spi] [--no-metadata] <file>
  coulis anan-as replay-trace [--no-metadata] [--no-verify] [--no-logs] [--no-log-host-call] <trace.log>

Flags:
  --spi               a standard program, with arguments; else plain code
  --no-metadata       the file has no metadata in front
  --no-logs           print no instructions
  --no-log-host-call  do not answer host call 100
  --no-verify         do not compare with the record (replay-trace)
  --pc <number>       where to start; default 0
  --gas <number>      default 10000
  --regs <values>     13 registers, separated by commas; decimal or 0x
  --pages <specs>     memory to map, "addr:size;addr:size:ro"
  --mem <specs>       its contents, "addr:hex;addr:hex"
  --dump <specs>      memory to print afterwards, "addr:length;addr:length"

The flags and the output are those of anan-as 1.4. What is other: instructions are printed as coulis prints them (use
--no-logs), gas is taken for each instruction, and disassemble prints the text that coulis asm reads.`

/** A flag that is wrong: anan-as ends with 1. */
class FlagError extends Error {}

const LOG = 100
const WHAT = 2n ** 64n - 2n
const MAX_LOG = 8192
const HOST = 3
const LEVELS = ['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG']

const flag = { type: 'boolean', default: false } as const
const text = { type: 'string' } as const

/** An integer within 0…limit. */
function integer(name: string, value: string | undefined, standard: bigint, limit: bigint): bigint {
  if (value === undefined) return standard
  if (!/^-?\d+$/.test(value)) throw new FlagError(`--${name} must be a valid integer.`)
  const number = BigInt(value)
  if (number < 0n || number > limit) throw new FlagError(`--${name} must be within 0…${limit}.`)
  return number
}

function registersOf(value: string | undefined): bigint[] {
  if (value === undefined) return []
  const parts = value.split(',')
  if (parts.length !== 13)
    throw new FlagError(`--regs must have exactly 13 comma-separated values (got ${parts.length}).`)
  return parts.map(part => {
    if (!/^\s*(-?\d+|0x[0-9a-fA-F]+)\s*$/.test(part))
      throw new FlagError(`--regs value "${part.trim()}" is not a valid integer.`)
    return BigInt.asUintN(64, BigInt(part.trim()))
  })
}

/** The parts of each entry of a list like "0x20000:4096;0x30000:16". */
function entriesOf(name: string, value: string | undefined): { readonly parts: string[]; readonly address: number }[] {
  const specs = (value ?? '').split(';').filter(spec => spec.trim() !== '')
  return specs.map(spec => {
    const parts = spec.split(':').map(part => part.trim())
    const address = Number(parts[0])
    const isAddress = parts[0] !== '' && Number.isInteger(address) && address >= 0 && address < 2 ** 32
    if (!isAddress || parts.length < 2) throw new FlagError(`--${name}: "${spec}" is no entry.`)
    return { parts, address }
  })
}

function lengthOf(name: string, part: string): number {
  const length = Number(part)
  if (!Number.isInteger(length) || length <= 0 || length > 2 ** 32)
    throw new FlagError(`--${name}: "${part}" is no length.`)
  return length
}

function pagesOf(value: string | undefined): { address: number; length: number; access: number }[] {
  return entriesOf('pages', value).map(({ parts, address }) => ({
    address,
    length: lengthOf('pages', parts[1]!),
    access: parts[2] === 'ro' || parts[2] === 'r' ? 1 : 2,
  }))
}

function contentsOf(value: string | undefined): { address: number; data: number[] }[] {
  return entriesOf('mem', value).map(({ parts, address }) => {
    const bytes = bytesFromHex(parts[1]!.replace(/^0[xX]/, ''))
    if (bytes === undefined) throw new FlagError(`--mem: "${parts[1]}" is no hex.`)
    return { address, data: [...bytes] }
  })
}

/** Arguments are given as hex, or in a file. */
function argumentsOf(value: string | undefined): Uint8Array {
  if (value === undefined || value === '') return new Uint8Array(0)
  const bytes = value.startsWith('0x') ? bytesFromHex(value.slice(2)) : undefined
  return bytes ?? readBytes(value)
}

type Api = Ananas<PreparedProgram, typeof InputKind, typeof HasMetadata>

/** A part of the guest's memory as text; nothing where it cannot be read. */
function guestText(api: Api, id: number, address: bigint, length: bigint): string {
  const [at, count] = [Number(address & 0xffffffffn), Math.min(MAX_LOG, Number(length & 0xffffffffn))]
  const bytes = at === 0 || count === 0 ? null : api.pvmReadMemory(id, at, count)
  return bytes === null ? '' : new TextDecoder().decode(bytes)
}

function logLine(api: Api, id: number, registers: readonly bigint[]): string {
  const level = LEVELS[Number(registers[7])] ?? `LEVEL(${registers[7]})`
  const target = guestText(api, id, registers[8]!, registers[9]!)
  const message = guestText(api, id, registers[10]!, registers[11]!)
  return `[${level}] ${target === '' ? message : `${target}: ${message}`}`
}

function dumpLines(api: Api, id: number, address: number, length: number): string[] {
  const bytes = api.pvmReadMemory(id, address, length)
  const place = `0x${address.toString(16)}`
  if (bytes === null) return ['', `Memory @ ${place}: <page fault>`]
  const lines = ['', `Memory @ ${place} (${length} bytes):`]
  for (let at = 0; at < bytes.length; at += 16) {
    const row = Array.from(bytes.subarray(at, at + 16))
    const hex = row.map(byte => byte.toString(16).padStart(2, '0')).join(' ')
    const characters = row.map(byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`  ${(address + at).toString(16).padStart(8, '0')}:  ${hex.padEnd(47)}  ${characters}`)
  }
  return lines
}

function one(files: readonly string[], most: number): string {
  if (files[0] === undefined) throw new FlagError('No file provided.')
  if (files.length > most) throw new FlagError('Too many files.')
  return files[0]
}

function run(args: string[], terminal: Terminal): void {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      spi: flag,
      'no-logs': flag,
      'no-metadata': flag,
      'no-log-host-call': flag,
      pc: text,
      gas: text,
      regs: text,
      pages: text,
      mem: text,
      dump: text,
    },
  })
  const file = one(positionals, values.spi ? 2 : 1)
  const spiArguments = values.spi ? argumentsOf(positionals[1]) : new Uint8Array(0)
  let gas = integer('gas', values.gas, 10_000n, 2n ** 63n - 1n)
  let pc = Number(integer('pc', values.pc, 0n, 2n ** 32n - 1n))
  const dumps = entriesOf('dump', values.dump).map(({ parts, address }) => ({
    address,
    length: lengthOf('dump', parts[1]!),
  }))
  const api: Api = createAnanas({ log: line => terminal.line(line) })
  const kind = values.spi ? InputKind.SPI : InputKind.Generic
  const metadata = values['no-metadata'] ? HasMetadata.No : HasMetadata.Yes
  const bytes = readBytes(file)
  terminal.line(`🚀 Running ${file} (as ${values.spi ? 'JAM SPI' : 'generic PVM'})`)
  const [regs, pages, mem] = [registersOf(values.regs), pagesOf(values.pages), contentsOf(values.mem)]
  const id = api.pvmStart(api.prepareProgram(kind, metadata, bytes, regs, pages, mem, spiArguments))
  for (;;) {
    const pause = api.pvmResume(id, gas, pc, !values['no-logs'])!
    if (pause.status !== HOST) break
    if (pause.exitCode !== LOG || values['no-log-host-call']) {
      terminal.error(`Unhandled host call: ecalli ${pause.exitCode}. Finishing.`)
      break
    }
    terminal.line(logLine(api, id, pause.registers))
    api.pvmSetRegisters(id, pause.registers.with(7, WHAT))
    gas = pause.gas >= 10n ? pause.gas - 10n : 0n
    pc = pause.nextPc
  }
  for (const { address, length } of dumps) for (const line of dumpLines(api, id, address, length)) terminal.line(line)
  const end = api.pvmDestroy(id)!
  terminal.line(`Status: ${end.status}`)
  terminal.line(`Exit code: ${end.exitCode}`)
  terminal.line(`Program counter: ${end.pc}`)
  terminal.line(`Gas remaining: ${end.gas}`)
  terminal.line(`Registers: [${end.registers.join(', ')}]`)
  terminal.line(`Result: [0x${hexFromBytes(Uint8Array.from(end.result))}]`)
}

function disassemble(args: string[], terminal: Terminal): void {
  const options = { spi: flag, 'no-metadata': flag }
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
  const file = one(positionals, 1)
  const kind = values.spi ? InputKind.SPI : InputKind.Generic
  const metadata = values['no-metadata'] ? HasMetadata.No : HasMetadata.Yes
  const text = createAnanas().disassemble(readBytes(file), kind, metadata)
  terminal.line(`🤖 Assembly of ${file} (as ${values.spi ? 'JAM SPI' : 'generic PVM'})`)
  terminal.line(text.replace(/\n$/, ''))
}

/** The record as anan-as prints it: registers without leading zeros in their names, lines of a call indented. */
function recordLines(trace: Trace): string[] {
  const state = ({ pc, gas, regs }: { pc: number; gas: bigint; regs: BigUint64Array }): string =>
    `pc=${pc} gas=${gas}${formatRegisters(regs).replaceAll(/ r0(\d)=/g, ' r$1=')}`
  const lines = [`start ${state(trace.start)}`]
  const args = isStandardTrace(trace) ? traceArguments(trace) : new Uint8Array(0)
  const bytes = (keyword: string, address: string, arrow: string, data: Uint8Array): string =>
    `  ${keyword} ${address} len=${data.length} ${arrow} 0x${hexFromBytes(data)}`
  if (args.length > 0) lines.push(bytes('memwrite', `${trace.initial[0]!.address}`, '<-', args))
  for (const call of trace.calls) {
    lines.push('', `ecalli=${call.index} ${state(call)}`)
    for (const read of call.reads) lines.push(bytes('memread', `0x${read.address.toString(16)}`, '->', read.bytes))
    for (const write of call.writes) lines.push(bytes('memwrite', `0x${write.address.toString(16)}`, '<-', write.bytes))
    for (const { register, value } of call.registers) {
      lines.push(`  setreg r${String(register).padStart(2, '0')} <- 0x${value.toString(16)}`)
    }
    if (call.gasAfter !== undefined) lines.push(`  setgas <- ${call.gasAfter}`)
  }
  return [...lines, '', '------', `${trace.end.kind} ${state(trace.end)}`]
}

function replayTrace(args: string[], terminal: Terminal): void {
  const options = { 'no-metadata': flag, 'no-verify': flag, 'no-logs': flag, 'no-log-host-call': flag }
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
  const trace = parseTrace(readText(one(positionals, 1)))
  for (const line of recordLines(trace)) terminal.line(line)
  if (!values['no-verify']) {
    const { difference } = replay(trace, { engine: createEngine() })
    if (difference !== undefined) throw new FlagError(describeDifference(difference))
  }
  terminal.line(`✅ Replay complete: ${trace.calls.length} ecalli entries`)
  terminal.line(`Status: ${trace.end.kind}`)
  terminal.line(`Program counter: ${trace.end.pc}`)
  terminal.line(`Gas remaining: ${trace.end.gas}`)
}

const SUBCOMMANDS: Readonly<Record<string, (args: string[], terminal: Terminal) => void>> = {
  run,
  disassemble,
  'replay-trace': replayTrace,
}

/** Runs it; the exit code, 0 whatever the program did, 1 where there was nothing to run. */
export function runAnanAs(args: readonly string[], terminal: Terminal): number {
  const [name, ...rest] = args
  if (name === undefined || args.includes('--help') || args.includes('-h')) {
    terminal.line(HELP)
    return 0
  }
  const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined
  try {
    if (subcommand === undefined) throw new FlagError(`Unknown sub-command '${name}'`)
    subcommand(rest, terminal)
    return 0
  } catch (error) {
    const isMistake =
      error instanceof FlagError || error instanceof CliError || (error as { code?: unknown }).code !== undefined
    if (!isMistake) throw error
    terminal.error(`Error: ${(error as Error).message.split('\n')[0]}`)
    return 1
  }
}

/** Adds the command, for the list of commands and its help: its arguments never come here. */
export function addAnanAs(program: Command): void {
  program
    .command('anan-as')
    .description('The command line of anan-as, for scripts that read its output: coulis anan-as --help.')
    .argument('[arguments...]')
    .allowUnknownOption()
    .addHelpText('after', `\n${HELP}\n\nExamples:\n  coulis anan-as run --spi --no-logs service.jam 0x0102`)
}
