// `coulis init`: what a client has to change to run on coulis, as a patch for its clone, or in words. Not the changes
// themselves: init-changes.ts.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Argument, type Command } from 'commander'
import { CliError } from './errors.ts'
import { CLIENTS, type Client, type FileChange } from './init-changes.ts'
import { toJson } from './json.ts'
import { jsonOption } from './options.ts'
import type { Terminal } from './terminal.ts'

const CONTEXT = 3

/** Lines of a file that go and come. */
interface Splice {
  readonly index: number
  readonly removed: number
  readonly added: readonly string[]
}

function splicesOf({ path, edits = [] }: FileChange, lines: readonly string[]): Splice[] {
  return edits
    .map(({ at, place, lines: added, replaces = false }) => {
      const found = lines.findLastIndex(line => at.test(line))
      if (found === -1) {
        throw new CliError(
          `${path}: no line like ${at.source}; it has changed, so put this in by hand, ${place}:\n${added.join('\n')}`,
        )
      }
      return { index: replaces ? found : found + 1, removed: replaces ? 1 : 0, added }
    })
    .sort((a, b) => a.index - b.index)
}

/** Hunks of a unified diff: splices that are near each other together, with the lines around them. */
function hunksOf(lines: readonly string[], splices: readonly Splice[]): string[] {
  const groups: Splice[][] = []
  for (const splice of splices) {
    const last = groups.at(-1)?.at(-1)
    if (last !== undefined && splice.index - (last.index + last.removed) <= 2 * CONTEXT) groups.at(-1)!.push(splice)
    else groups.push([splice])
  }
  let shift = 0
  return groups.flatMap(group => {
    const last = group.at(-1)!
    const from = Math.max(0, group[0]!.index - CONTEXT)
    const to = Math.min(lines.length, last.index + last.removed + CONTEXT)
    const body: string[] = []
    let at = from
    for (const { index, removed, added } of group) {
      body.push(...lines.slice(at, index).map(line => ` ${line}`))
      const gone = lines.slice(index, index + removed)
      // A line that is put back is no change: `in front of` is written as a line in place of itself.
      const isKept = gone.length === 1 && added.at(-1) === gone[0]
      body.push(...(isKept ? [] : gone.map(line => `-${line}`)))
      body.push(...(isKept ? added.slice(0, -1) : added).map(line => `+${line}`), ...(isKept ? [` ${gone[0]}`] : []))
      at = index + removed
    }
    body.push(...lines.slice(at, to).map(line => ` ${line}`))
    const before = body.filter(line => !line.startsWith('+')).length
    const after = body.filter(line => !line.startsWith('-')).length
    const header = `@@ -${from + 1},${before} +${from + 1 + shift},${after} @@`
    shift += after - before
    return [header, ...body]
  })
}

function patchOf(change: FileChange, folder: string): string[] {
  const { path, creates } = change
  const file = join(folder, path)
  if (creates !== undefined) {
    if (existsSync(file)) throw new CliError(`${path}: is there already`)
    const header = [`diff --git a/${path} b/${path}`, 'new file mode 100644', '--- /dev/null', `+++ b/${path}`]
    return [...header, `@@ -0,0 +1,${creates.length} @@`, ...creates.map(line => `+${line}`)]
  }
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new CliError(`${path}: not there; the folder is to be a clone of the client`)
  }
  if (text.includes('coulis')) throw new CliError(`${path}: has coulis already`)
  const lines = text.replace(/\n$/, '').split('\n')
  return [`--- a/${path}`, `+++ b/${path}`, ...hunksOf(lines, splicesOf(change, lines))]
}

/** The changes in words. */
function describe(name: string, { repository, install, afterwards, changes }: Client): string[] {
  const lines = [`coulis under ${repository}`, '', install]
  for (const { path, creates, edits = [] } of changes) {
    if (creates !== undefined) lines.push('', `${path}, a new file:`, ...creates.map(line => `+ ${line}`.trimEnd()))
    for (const { place, lines: added } of edits) lines.push('', `${path}, ${place}:`, ...added.map(line => `+ ${line}`))
  }
  return [
    ...lines,
    '',
    afterwards,
    '',
    `coulis init ${name} FOLDER prints a patch for the clone in FOLDER: … | git -C FOLDER apply`,
  ]
}

/** Adds the command. */
export function addInit(program: Command, terminal: Terminal): void {
  program
    .command('init')
    .description(
      'Prints what a node or tool has to change to run on coulis: in words, or as a patch for a clone of it.',
    )
    .addArgument(new Argument('<client>', 'whose machines coulis is to be').choices(Object.keys(CLIENTS)))
    .argument('[folder]', 'a clone of the client; nothing is written there')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  coulis init tsjam
  coulis init typeberry ../typeberry | git -C ../typeberry apply`,
    )
    .action((name: string, folder: string | undefined, options: { readonly json?: boolean }) => {
      const client = CLIENTS[name]!
      const patch = folder === undefined ? undefined : client.changes.flatMap(change => patchOf(change, folder))
      if (options.json) {
        const { repository, install, afterwards } = client
        const changes = client.changes.map(({ path, creates, edits = [] }) => ({
          path,
          ...(creates === undefined ? {} : { creates }),
          edits: edits.map(({ place, lines, replaces = false }) => ({ place, lines, replaces })),
        }))
        terminal.line(toJson({ client: name, repository, install, afterwards, changes, patch: patch?.join('\n') }))
        return
      }
      for (const line of patch ?? describe(name, client)) terminal.line(line)
      if (patch !== undefined) terminal.error(`then: ${client.install}; ${client.afterwards}`)
    })
}
