// `coulis inspect`: what a program file is and holds, without running it. Not a listing: disasm.ts.

import { stripVTControlCharacters } from 'node:util'
import type { Command } from 'commander'
import { Access, type Region } from '../blob/address-space.ts'
import { formatNamed, formatOf } from '../blob/container.ts'
import { isContract } from '../host/contract/interface.ts'
import { type CodeCheck, checkContractCode } from '../host/contract/limits.ts'
import { hostCallName } from '../host/names.ts'
import { createOperands, immediateX } from '../isa/format.ts'
import type { InstructionSetName } from '../isa/set.ts'
import { instructionSet } from '../isa/set.ts'
import type { Profile, ProfileName } from '../program/profile.ts'
import type { Program } from '../program/program.ts'
import { findInvalidity } from '../program/validate.ts'
import { fold, type Part } from './fold.ts'
import { formatAddress, formatCount, formatPlural, formatSize } from './format.ts'
import { toJson } from './json.ts'
import { kindOption } from './kind-option.ts'
import { type FileKind, type Loaded, loadFile } from './load.ts'
import { isaOption, jsonOption, pageSizeOption, profileOption } from './options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly kind?: FileKind
  readonly profile?: ProfileName
  readonly isa?: InstructionSetName
  readonly pageSize?: number
  readonly json?: boolean
}

interface HostCallUse {
  readonly index: bigint
  readonly name: string | undefined
  readonly places: number
}

interface Entry {
  readonly name: string
  readonly pc: number
  readonly instruction: boolean
}

function nameOf(index: bigint, version: Profile['hostCalls']): string | undefined {
  return version === 'free' || index > 0xffffffffn ? undefined : hostCallName(Number(index), version)
}

/** This lists every `ecalli` in the code, by index. */
function hostCallsOf(program: Program): HostCallUse[] {
  const places = new Map<bigint, number>()
  const operands = createOperands()
  for (const pc of program.map.offsets) {
    const instruction = program.instructionAt(pc)
    if (instruction?.kind !== 'host') continue
    const index = immediateX(program.operandsAt(pc, instruction.format, operands))
    places.set(index, (places.get(index) ?? 0) + 1)
  }
  return [...places]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([index, count]) => ({
      index,
      name: program.imports[Number(index)] ?? nameOf(index, program.profile.hostCalls),
      places: count,
    }))
}

function entriesOf({ program }: Loaded): Entry[] {
  const entry = (name: string, pc: number): Entry => ({ name, pc, instruction: program.isInstruction(pc) })
  switch (formatNamed(program.kind).start) {
    case 'code':
      return [entry('start', 0)]
    case 'entry-points':
      return [entry('refine, is-authorized', 0), entry('accumulate', 5)]
    case 'exports':
      return [...program.exports].map(([name, pc]) => entry(name, pc))
  }
}

function regionText({ address, length, access, data }: Region): string {
  const rights = access === Access.Write ? 'rw' : 'ro'
  const contents = data.length === 0 ? 'zeros' : `${formatSize(data.length)} of data`
  return `${rights} ${formatAddress(address)} +${formatSize(length)} (${contents})`
}

const LIMITS_SHOWN = 10

/** More than this is no line for reading. */
const CALLS_SHOWN = 24

/** The columns of a row's label. */
const LABEL_WIDTH = 11

function factsOf(loaded: Loaded): object {
  const { program, detection, file, kind, bytes } = loaded
  const { map, parts, layout, metadata } = program
  const { directives, contents } = formatOf(program.container)
  const { heapPages, stackSize } = contents(program.container)
  const invalid = findInvalidity(parts, instructionSet(program.profile.instructionSet))
  return {
    file,
    kind,
    container: program.kind,
    profile: loaded.profile,
    bytes: bytes.length,
    ...(metadata && { metadata }),
    bits: program.bits,
    code: program.code.length,
    instructions: map.offsets.length,
    blocks: map.blocks.length,
    jumpTable: { entries: program.jumpTableLength, entrySize: parts.jumpTableEntrySize },
    ...(directives.includes('.heap') && { heapPages, stackSize }),
    memory: layout.regions.map(({ address, length, access, data }) => ({
      address,
      length,
      access: access === Access.Write ? 'write' : 'read',
      data: data.length,
    })),
    entries: entriesOf(loaded),
    hostCalls: hostCallsOf(program).map(use => ({ ...use, name: use.name ?? null })),
    strict: invalid === undefined ? 'valid' : invalid.message,
    ...(isContract(program) && { contract: checkContractCode(program, bytes.length) }),
    ...(detection && { rejected: detection.rejected.map(({ kind, why }) => ({ kind, why: why.message })) }),
  }
}

/** What pallet-revive would say of it. */
function printLimits(check: CodeCheck, row: (label: string, text: string) => void, terminal: Terminal): void {
  const { green, yellow, dim } = terminal.colors
  const { issues, largestBlock, baselineBytes, purgeableBytes } = check
  const figures = `largest block ${formatCount(largestBlock)} · ${formatSize(baselineBytes)} in a call · ${formatSize(purgeableBytes)} decoded`
  const verdict =
    issues.length === 0 ? green('within limits') : yellow(formatPlural(issues.length, 'limit') + ' broken')
  row('contract', `${verdict} · ${figures} ${dim('(pallet-revive’s limits)')}`)
  for (const { message } of issues.slice(0, LIMITS_SHOWN)) row('', yellow(message))
  if (issues.length > LIMITS_SHOWN)
    row('', dim(`and ${formatCount(issues.length - LIMITS_SHOWN)} more, --json has all`))
}

/** A row of facts, with colours. What is between its dots stays whole. */
function foldRow(row: string, width: number): string[] {
  const parts = row
    .split(' · ')
    .map((part): Part => ({ text: stripVTControlCharacters(part), gap: ' · ', paint: () => part }))
  return fold(parts, width, LABEL_WIDTH)
}

function printFacts(loaded: Loaded, terminal: Terminal): void {
  const { program, detection, file, kind, bytes } = loaded
  const { bold, dim, green, yellow } = terminal.colors
  const { map, parts, metadata, layout } = program
  const row = (label: string, text: string): void => {
    for (const line of foldRow(dim(label.padEnd(LABEL_WIDTH)) + text, terminal.fold)) terminal.line(line)
  }
  const title = metadata
    ? `${metadata.name} ${metadata.version} · ${metadata.license} · ${metadata.authors.join(', ')}`
    : file
  terminal.line(bold(title))
  const width = program.bits === 32 ? ' of 32 bits' : ''
  const from = kind === 'assembly' || kind === 'vector' ? `${kind}, as ` : ''
  row(
    'format',
    `${from}${formatNamed(program.kind).title}${width} · ${formatSize(bytes.length)} · ${program.instructionSet.name} opcodes`,
  )
  const { jumpTableLength: entries } = program
  const table =
    entries === 0
      ? 'no jump table'
      : `jump table ${formatCount(entries)} × ${formatPlural(parts.jumpTableEntrySize, 'byte')}`
  const counts = `${formatPlural(map.offsets.length, 'instruction')} · ${formatPlural(map.blocks.length, 'block')}`
  row('code', `${formatSize(program.code.length)} · ${counts} · ${table}`)
  layout.regions.forEach((region, i) => {
    row(i === 0 ? 'memory' : '', regionText(region))
  })
  if (layout.regions.length === 0) row('memory', 'none at start')
  const entryTexts = entriesOf(loaded).map(({ name, pc, instruction }) =>
    instruction ? `${name} @${pc}` : `${name} @${pc} ${yellow('(no instruction there)')}`,
  )
  row('entries', entryTexts.join(' · ') || 'none')
  const calls = hostCallsOf(program).map(
    ({ index, name, places }) => `${index}${name ? ` ${name}` : ''} ${dim(`×${places}`)}`,
  )
  const more = calls.length - CALLS_SHOWN
  const rest = more > 0 ? ` · ${dim(`and ${formatCount(more)} more, --json has all`)}` : ''
  row('host calls', calls.length === 0 ? 'none' : calls.slice(0, CALLS_SHOWN).join(' · ') + rest)
  const invalid = findInvalidity(parts, instructionSet(program.profile.instructionSet))
  const verdict = invalid === undefined ? green('passes') : `${yellow('refused')}: ${invalid.message}`
  row('strict', `${verdict} ${dim('(the 0.8.0 rules for valid code, with this profile’s opcodes)')}`)
  if (isContract(program)) printLimits(checkContractCode(program, bytes.length), row, terminal)
  // A missing magic number says nothing; lengths that nearly add up do.
  const nearly = detection?.rejected.filter(({ why }) => why.code !== 'bad-magic') ?? []
  for (const { kind, why } of nearly) row('', dim(`not ${kind}: ${why.message}`))
}

/** Adds the command. */
export function addInspect(program: Command, terminal: Terminal): void {
  program
    .command('inspect')
    .description(
      'Shows a program file: format and why it is that, code, memory at start, entry points, host calls it uses.',
    )
    .argument('<file>', 'the program; - reads standard input')
    .addOption(kindOption())
    .addOption(profileOption())
    .addOption(isaOption())
    .addOption(pageSizeOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis inspect examples/counter.jam
  coulis inspect service.jam --json
  coulis inspect blob.bin --kind raw --profile gp-0.8.0`,
    )
    .action((file: string, options: Options) => {
      const loaded = loadFile(file, options)
      if (options.json) terminal.line(toJson(factsOf(loaded)))
      else printFacts(loaded, terminal)
    })
}
