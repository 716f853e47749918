// `coulis service`: accumulates a service over a state and a few blocks, with refine in front where that is asked for. Not the
// rules: host/service.
import { writeFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { TINY_CHAIN } from '../conform/tiny-chain.ts'
import type { EngineKind, Vm } from '../engine/engine.ts'
import { exitName } from '../engine/exit.ts'
import { blake2b } from '../hash/blake2b.ts'
import type { LogMessage } from '../host/builtins.ts'
import { FULL_CHAIN } from '../host/constants.ts'
import type { Account } from '../host/service/account.ts'
import type { BlockResult, BlockState } from '../host/service/block.ts'
import { plainPackage, type WorkPackage } from '../host/service/package.ts'
import type { WorkReport } from '../host/service/round.ts'
import { createServiceHost, type ServiceHost } from '../host/service/service-host.ts'
import type { WorkResult } from '../host/service/state.ts'
import type { InstructionSetName } from '../isa/set.ts'
import { equalBytes } from '../program/equal-bytes.ts'
import type { ProfileName } from '../program/profile.ts'
import { hexFromBytes } from '../trace/hex.ts'
import { CliError } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { toJson } from './json.ts'
import { engineOption, isaOption, jsonOption, profileOption } from './options.ts'
import { ProgramSymbols } from './program-symbols.ts'
import { rulesOf } from './rules.ts'
import { type BlockItem, codeFilesOf, readBlocks, readState, type ScriptBlock, writeState } from './service-state.ts'
import { reasonJson, reasonLines, stopReason } from './stop-reason.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly state: string
  readonly out?: string
  readonly engine?: EngineKind
  readonly profile?: ProfileName
  readonly isa?: InstructionSetName
  readonly chain: 'tiny' | 'full'
  readonly json?: boolean
}

/** What a kind of host call came to in a block. */
interface CallCount {
  count: number
  gas: bigint
}

const HASH = 32
const PRINTED_BYTES = 64

function printable(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return '(none)'
  const text = `0x${hexFromBytes(bytes.subarray(0, PRINTED_BYTES))}`
  return bytes.length > PRINTED_BYTES ? `${text}… ${bytes.length} bytes` : text
}

function packageOf(items: readonly BlockItem[], state: BlockState, slot: number): WorkPackage {
  const asked = items.map(({ service, gas, refineGas, payload }) => {
    const codeHash = state.accounts.get(service)?.codeHash
    return { service, refineGas, accumulateGas: gas, ...(codeHash && { codeHash }), ...(payload && { payload }) }
  })
  return plainPackage(asked, slot)
}

/** Refines what has a payload; the report of a block has all its items. */
function reportOf(host: ServiceHost, state: BlockState, block: ScriptBlock, say: (line: string) => void): WorkReport {
  const source = packageOf(block.items, state, block.slot)
  const results = block.items.map((item, index): WorkResult => {
    if (item.result !== undefined) return item.result
    const none = new Uint8Array(0)
    const run = host.refine({ accounts: state.accounts, core: 0, package: source, item: index, trace: none })
    const { result } = run
    const text = typeof result === 'string' ? `${result}: ${run.reason}` : printable(result)
    say(`refine  service ${item.service} → ${text}  ${run.gasUsed} gas`)
    return result
  })
  return {
    packageHash: blake2b(Uint8Array.of(...new Uint8Array(new Uint32Array([block.slot]).buffer))),
    exportsRoot: new Uint8Array(HASH),
    authorizerHash: new Uint8Array(HASH),
    authTrace: new Uint8Array(0),
    prerequisites: [],
    lookups: [],
    digests: block.items.map(({ service, gas, payload }, k) => ({
      service,
      payloadHash: blake2b(payload ?? new Uint8Array(0)),
      gas,
      result: results[k]!,
    })),
  }
}

const FIELDS = ['balance', 'items', 'octets', 'minItemGas', 'minMemoGas', 'lastAccumulation'] as const

/** This says in lines what a block changed of an account. */
function changesOf(id: number, before: Account | undefined, after: Account | undefined): string[] {
  if (after === undefined) return before === undefined ? [] : [`- service ${id} is gone`]
  const lines: string[] = before === undefined ? [`+ service ${id}, balance ${after.balance}`] : []
  for (const field of FIELDS) {
    if (before !== undefined && before[field] !== after[field])
      lines.push(`  service ${id} ${field}  ${before[field]} → ${after[field]}`)
  }
  if (before !== undefined && hexFromBytes(before.codeHash) !== hexFromBytes(after.codeHash)) {
    lines.push(`  service ${id} code  ${printable(before.codeHash)} → ${printable(after.codeHash)}`)
  }
  for (const change of after.changes) {
    if (change.kind === 'request') {
      const old = before?.request(change.hash, change.length)
      if (String(old) === String(change.slots)) continue
      lines.push(
        `  service ${id} request ${printable(change.hash)} of ${change.length} bytes  ${old ?? '(none)'} → ${change.slots === undefined ? '(none)' : `[${change.slots}]`}`,
      )
      continue
    }
    const key = change.kind === 'storage' ? change.key : change.hash
    const old = change.kind === 'storage' ? before?.storage(key) : before?.preimage(key)
    if (old === undefined ? change.value === undefined : change.value && equalBytes(old, change.value)) continue
    lines.push(`  service ${id} ${change.kind} ${printable(key)}  ${printable(old)} → ${printable(change.value)}`)
  }
  return lines
}

function stateChanges(before: BlockState, after: BlockState): string[] {
  const ids = [...after.accounts.changed].map(([id]) => id).sort((a, b) => a - b)
  return ids.flatMap(id => changesOf(id, before.accounts.get(id), after.accounts.get(id)))
}

function printBlock(
  block: ScriptBlock,
  before: BlockState,
  result: BlockResult,
  calls: ReadonlyMap<string, CallCount>,
  terminal: Terminal,
): void {
  for (const [service, { count, gasUsed }] of result.statistics) {
    terminal.line(`accumulate  service ${service}: ${count} ${count === 1 ? 'item' : 'items'}, ${gasUsed} gas`)
  }
  if (result.statistics.size === 0) terminal.line(terminal.colors.dim('nothing was accumulated'))
  for (const [name, { count, gas }] of calls)
    terminal.line(terminal.colors.dim(`  ${name.padEnd(18)} ${String(count).padStart(6)} calls  ${gas} gas`))
  for (const { service, hash } of result.yields) terminal.line(`yield  service ${service} ${printable(hash)}`)
  for (const line of stateChanges(before, result.state)) terminal.line(line)
  if (result.reports.length === 0 && block.items.length > 0)
    terminal.line(terminal.colors.yellow('the items have more gas than a block'))
}

function runService(script: string, options: Options, terminal: Terminal): void {
  const calls = new Map<string, CallCount>()
  const say = (line: string): void => {
    if (options.json !== true) terminal.line(line)
  }
  const logs: { service: number; message: string; target: string | undefined; level: number }[] = []
  const onLog = ({ level, target, message }: LogMessage, service: number): void => {
    logs.push({ service, message, target, level })
    say(terminal.colors.yellow(`log  service ${service}: ${target === undefined ? '' : `${target}  `}${message}`))
  }
  const symbols = new ProgramSymbols()
  const stops: { service: number; invocation: string; exit: string; pc: number; reason: object }[] = []
  const onEnd = (vm: Vm, invocation: string, service: number): void => {
    const reason = stopReason(vm, symbols.of(vm.program), undefined)
    if (reason === undefined) return
    stops.push({ service, invocation, exit: exitName(vm.exit!), pc: vm.pc, reason: reasonJson(reason) })
    say(terminal.colors.yellow(`stop  service ${service}: ${invocation} ended in ${exitName(vm.exit!)} at pc ${vm.pc}`))
    for (const line of reasonLines(reason, 'hex', terminal.fold - 2)) say(`  ${line}`)
  }
  const host = createServiceHost({
    onEnd,
    chain: options.chain === 'tiny' ? TINY_CHAIN : FULL_CHAIN,
    onLog,
    profile: rulesOf(options, 'gp-0.7.2'),
    ...(options.engine && { engine: options.engine }),
    onCall: (name, _vm, _result, gas) => {
      const entry = calls.get(name) ?? { count: 0, gas: 0n }
      entry.count += 1
      entry.gas += gas
      calls.set(name, entry)
    },
  })
  const loaded = readState(options.state, host)
  symbols.addFiles(codeFilesOf(loaded, options.state))
  const blocks = readBlocks(script)
  if (blocks.length === 0) throw new CliError('no blocks', { file: script })
  let { state } = loaded
  const results: unknown[] = []
  for (const [k, block] of blocks.entries()) {
    calls.clear()
    if (block.slot <= state.slot)
      throw new CliError(`blocks[${k}].slot: ${block.slot} is not behind ${state.slot}`, { file: script })
    say(terminal.colors.bold(`block ${block.slot}`))
    const reports = block.items.length === 0 ? [] : [reportOf(host, state, block, say)]
    const before = state
    const result = host.accumulateBlock(state, {
      slot: block.slot,
      entropy: block.entropy,
      reports,
      preimages: block.preimages,
    })
    if (result.collisions.length > 0)
      throw new CliError(`blocks[${k}]: several services created ${result.collisions}, the block is not valid`, {
        file: script,
      })
    state = result.state
    if (options.json !== true) printBlock(block, before, result, calls, terminal)
    results.push({
      slot: block.slot,
      statistics: Object.fromEntries(result.statistics),
      calls: Object.fromEntries(calls),
      changes: stateChanges(before, state),
      yields: result.yields.map(({ service, hash }) => ({ service, hash: `0x${hexFromBytes(hash)}` })),
    })
  }
  const after = writeState({ ...loaded, state }, options.state)
  if (options.out !== undefined) writeOut(options.out, after)
  if (options.json) terminal.line(toJson({ blocks: results, logs, stops, state: after }))
}

function writeOut(file: string, state: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(state, undefined, 2)}\n`)
  } catch (error) {
    throw new CliError((error as Error).message, { file, exitCode: ExitCode.Output })
  }
}

/** Adds the command. */
export function addService(program: Command, terminal: Terminal): void {
  program
    .command('service')
    .description(
      'Runs services over a state: each block of a script is refined (items with a payload) and accumulated. Prints what the ' +
        'services log, their host calls and gas, and what changed. State and script are JSON, see docs/service-host.md.',
    )
    .argument('<script>', 'the blocks, a JSON file')
    .requiredOption('--state <file>', 'the state before, a JSON file')
    .option('--out <file>', 'write the state after')
    .addOption(new Option('--chain <name>', 'the protocol constants').choices(['tiny', 'full']).default('tiny'))
    .addOption(engineOption())
    .addOption(profileOption())
    .addOption(isaOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis service examples/service/blocks.json --state examples/service/state.json
  coulis service blocks.json --state in.json --out out.json`,
    )
    .action((script: string, options: Options) => runService(script, options, terminal))
}
