// `coulis merge`: results of the parts of a campaign, put together. Not the putting together: merge-results.ts.
import type { Command } from 'commander'
import { addProgram } from './corpus-folder.ts'
import { CliError } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { readText } from './files.ts'
import { groupFindings } from './finding-groups.ts'
import { formatCount, formatPlural } from './format.ts'
import { type Merged, mergeParts, readParts } from './merge-results.ts'
import { formatLine, jsonlOption } from './result-lines.ts'
import type { Terminal } from './terminal.ts'

const MISSING_SHOWN = 20

/** The exit code that one run of everything would have had. */
function exitOf({ campaign, breakdowns, differences, missing, unfinished, sums }: Merged): number {
  if (breakdowns.some(({ event }) => event === 'crash')) return ExitCode.Internal
  const failed = (sums.failed ?? 0) + (sums.different ?? 0)
  if (differences.length + breakdowns.length + failed > 0) return ExitCode.Different
  if (missing.length + unfinished.length > 0) return ExitCode.Interrupted
  const tested =
    campaign.command === 'conform' ? sums.passed! + sums.known! : campaign.command === 'replay' ? sums.identical! : 1
  return tested > 0 ? ExitCode.Ok : ExitCode.Usage
}

function printLines(merged: Merged, terminal: Terminal): void {
  const { campaign, differences, breakdowns, programs, files, sums, missing, unfinished } = merged
  for (const line of [campaign, ...files, ...differences, ...breakdowns, ...programs]) terminal.line(formatLine(line))
  const isWhole = missing.length + unfinished.length === 0
  const lacks = isWhole ? {} : { missing, unfinished }
  terminal.line(formatLine({ event: isWhole ? 'done' : 'interrupted', ...sums, ...lacks }))
}

function printText(merged: Merged, terminal: Terminal): void {
  const { campaign, differences, breakdowns, programs, files, sums, missing, unfinished, parts } = merged
  const { red, green, yellow, dim } = terminal.colors
  const groups = groupFindings(differences)
  for (const { instruction, findings } of groups) {
    const [shortest, ...others] = findings
    const { left, right, what, text, command, duplicates = [] } = shortest!
    const about = instruction === undefined ? '' : `, ${instruction}`
    terminal.line(`${red('difference')}${about}: case ${shortest!.case}, ${left} and ${right}: ${what}\n`)
    terminal.line(text ?? `${command}\n`)
    if (duplicates.length > 0) terminal.line(dim(`the same program in cases ${duplicates.join(', ')}`))
    for (const { case: index, what, command, duplicates = [] } of others) {
      const cases = duplicates.length === 0 ? `case ${index}` : `cases ${[index, ...duplicates].join(', ')}`
      terminal.line(dim(`alike: ${cases}: ${what}; ${command}`))
    }
    if (duplicates.length + others.length > 0) terminal.line()
  }
  for (const { event, case: index, command, error } of breakdowns)
    terminal.line(`${red(event)} case ${index}${error === undefined ? '' : `: ${error}`}\n${command}\n`)
  for (const { file, outcome, identical, what } of files)
    if (outcome === 'failed' || identical === false) terminal.line(`${red('differs')}  ${file}\n         ${what}`)
  const some = missing.slice(0, MISSING_SHOWN).join(', ')
  const more = missing.length > MISSING_SHOWN ? ', …' : ''
  if (missing.length > 0) terminal.line(`${yellow('missing')} ${formatPlural(missing.length, 'part')}: ${some}${more}`)
  if (unfinished.length > 0) terminal.line(`${yellow('unfinished')} ${unfinished.join(', ')}`)
  const list = Object.entries(sums).map(
    ([name, sum]) => `${formatCount(sum)} ${name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)}`,
  )
  if (programs.length > 0) terminal.line(`${formatPlural(programs.length, 'program')} that reached something new`)
  const result =
    campaign.command !== 'fuzz'
      ? ''
      : groups.length === 0
        ? `${green('no difference')}: `
        : `${red(formatPlural(groups.length, 'difference'))}, found ${differences.reduce((n, { duplicates = [] }) => n + 1 + duplicates.length, 0)} times: `
  terminal.line(`${result}${list.join(', ')}; ${campaign.command} in ${formatPlural(parts, 'part')}`)
}

/** Adds the command. */
export function addMerge(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  program
    .command('merge')
    .description(
      'Puts together what parts of a campaign have printed with --jsonl: adds up, removes differences with the same reduced ' +
        'program, says which parts are missing, and exits as one run of everything would. A part that is there twice, because ' +
        'its machine was replaced, counts once (docs/campaigns.md).',
    )
    .argument('<file...>', 'files of JSON lines, of one or several parts each; - is standard input')
    .addOption(jsonlOption())
    .option('--partial', 'parts that are missing were left out on purpose: the exit code is about those that are there')
    .option('--corpus <folder>', 'put the programs that reached something new into that folder')
    .addHelpText(
      'after',
      `
Examples:
  coulis fuzz --seed nightly --cases 100000 --shard 3/16 --jsonl > part-3.jsonl
  coulis merge part-*.jsonl
  coulis merge part-*.jsonl --jsonl > all.jsonl`,
    )
    .action(
      (
        paths: string[],
        { jsonl, corpus, partial }: { readonly jsonl?: boolean; readonly corpus?: string; readonly partial?: boolean },
      ) => {
        if (paths.filter(path => path === '-').length > 1) throw new CliError('- can be read once only')
        const merged = mergeParts(paths.flatMap(path => readParts(readText(path), path)))
        if (corpus !== undefined) for (const { text } of merged.programs) addProgram(corpus, text)
        if (jsonl) printLines(merged, terminal)
        else printText(merged, terminal)
        exit(exitOf(partial ? { ...merged, missing: [] } : merged))
      },
    )
}
