// Profiles and coverage as files that other tools read: folded stacks, speedscope, Chrome's .cpuprofile, lcov. Not the counting:
// profile.ts.
import type { Program } from '../program/program.ts'
import type { Symbols } from '../program/symbols.ts'
import type { CallNode, GasProfile } from './profile.ts'

type Path = readonly CallNode[]

/** Calls `visit` for every node with what leads to it, callers first. */
function walk(node: CallNode, path: Path, visit: (path: Path) => void): void {
  const here = [...path, node]
  visit(here)
  for (const child of node.children) walk(child, here, visit)
}

function pathsWithGas(profile: GasProfile): Path[] {
  const paths: Path[] = []
  walk(profile.root, [], path => {
    if (path.at(-1)!.gas > 0n) paths.push(path)
  })
  return paths
}

/** Names come out of files that anybody may have written. */
function oneLine(name: string): string {
  return name.replace(/\s+/g, ' ')
}

/** Folded stacks, a line each: `(run);main;f 123`, in gas. What flame graph scripts read. */
export function foldedStacks(profile: GasProfile): string {
  return pathsWithGas(profile)
    .map(path => `${path.map(({ name }) => oneLine(name).replaceAll(';', ':')).join(';')} ${path.at(-1)!.gas}\n`)
    .join('')
}

/** A file for speedscope.app, in gas. Weights beyond 2^53 lose their last digits. */
export function speedscopeJson(profile: GasProfile, name: string): string {
  const frames = new Map<string, number>()
  const frameOf = (node: CallNode): number => {
    const known = frames.get(node.name)
    if (known !== undefined) return known
    frames.set(node.name, frames.size)
    return frames.size - 1
  }
  const paths = pathsWithGas(profile)
  const samples = paths.map(path => path.map(frameOf))
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name,
    shared: { frames: [...frames.keys()].map(frame => ({ name: frame })) },
    profiles: [
      {
        type: 'sampled',
        name,
        unit: 'none',
        startValue: 0,
        endValue: Number(profile.gas),
        samples,
        weights: paths.map(path => Number(path.at(-1)!.gas)),
      },
    ],
  })
}

/** A `.cpuprofile` as Chrome and editors show it; a microsecond is a gas. */
export function cpuProfileJson(profile: GasProfile): string {
  const ids = new Map<CallNode, number>()
  walk(profile.root, [], path => {
    ids.set(path.at(-1)!, ids.size + 1)
  })
  const nodes = [...ids].map(([node, id]) => ({
    id,
    callFrame: { functionName: node.name, scriptId: '0', url: '', lineNumber: (node.start ?? 0) - 1, columnNumber: 0 },
    hitCount: node.instructions,
    children: node.children.map(child => ids.get(child)!),
  }))
  const spent = [...ids].filter(([node]) => node.gas > 0n)
  // A delta is the time from the sample before: what a node took is behind its sample.
  return JSON.stringify({
    nodes,
    startTime: 0,
    endTime: Number(profile.gas),
    samples: [...spent.map(([, id]) => id), 1],
    timeDeltas: [0, ...spent.map(([node]) => Number(node.gas))],
  })
}

/** These are the lines of one source file, each with the most executions of an instruction of it. */
type Lines = Map<number, number>

/**
 * Coverage in the lcov format: how often each source line and function was executed.
 *
 * @returns undefined when the symbols know no source line.
 */
export function lcovOf(
  program: Program,
  { executions }: Pick<GasProfile, 'executions'>,
  symbols: Symbols,
): string | undefined {
  const files = new Map<string, Lines>()
  for (const pc of program.map.offsets) {
    for (const { path, line } of symbols.sourceAt(pc)) {
      if (path === undefined || line === undefined) continue
      let lines = files.get(path)
      if (lines === undefined) files.set(path, (lines = new Map()))
      lines.set(line, Math.max(lines.get(line) ?? 0, executions[pc]!))
    }
  }
  if (files.size === 0) return undefined
  return [...files].map(([path, lines]) => `${recordOf(path, lines, executions, symbols)}end_of_record\n`).join('')
}

function recordOf(path: string, lines: Lines, executions: Float64Array, { functions, sourceAt }: Symbols): string {
  const text: string[] = ['TN:', `SF:${oneLine(path)}`]
  const named = functions.flatMap(({ name, start }) => {
    const place = sourceAt(start).at(-1)
    return place?.path === path && place.line !== undefined
      ? [{ name, line: place.line, count: executions[start] ?? 0 }]
      : []
  })
  for (const { name, line } of named) text.push(`FN:${line},${oneLine(name)}`)
  for (const { name, count } of named) text.push(`FNDA:${count},${oneLine(name)}`)
  text.push(`FNF:${named.length}`, `FNH:${named.filter(({ count }) => count > 0).length}`)
  const sorted = [...lines].sort(([a], [b]) => a - b)
  for (const [line, count] of sorted) text.push(`DA:${line},${count}`)
  text.push(`LF:${sorted.length}`, `LH:${sorted.filter(([, count]) => count > 0).length}`)
  return `${text.join('\n')}\n`
}
