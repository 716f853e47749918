// Which reports can be accumulated, and which wait for others (GP 12.1, 12.2). Not the accumulation.
import { keyOf } from './account.ts'
import type { WorkReport } from './round.ts'

/** A report that waits for packages. */
export interface ReadyEntry {
  readonly report: WorkReport
  /** Hashes of the packages it waits for, as strings (`keyOf`). */
  readonly dependencies: ReadonlySet<string>
}

/** By slot of the epoch: the reports that wait since then (ω). */
export type ReadyQueue = readonly (readonly ReadyEntry[])[]

/** By slot, the last one last: the packages accumulated in it (ξ), as strings, ascending. */
export type Accumulated = readonly (readonly string[])[]

/** What new reports make of queue and history. */
export interface Accumulatable {
  /** Those that can be accumulated, in this order. */
  readonly reports: readonly WorkReport[]
  /** The new ones that have to wait, or had to before they came into `reports`. */
  readonly queued: readonly ReadyEntry[]
}

/** Drops the entries of packages, and these from what others wait for (GP 12.2, E). */
export function edit(entries: readonly ReadyEntry[], packages: ReadonlySet<string>): readonly ReadyEntry[] {
  if (entries.length === 0 || packages.size === 0) return entries
  return entries
    .filter(({ report }) => !packages.has(keyOf(report.packageHash)))
    .map(entry => {
      const left = [...entry.dependencies].filter(hash => !packages.has(hash))
      return left.length === entry.dependencies.size ? entry : { report: entry.report, dependencies: new Set(left) }
    })
}

const packagesOf = (reports: readonly WorkReport[]): Set<string> =>
  new Set(reports.map(({ packageHash }) => keyOf(packageHash)))

/** The reports that can be accumulated in a block (GP 12.2). `reports` became available in it. */
export function accumulatable(
  reports: readonly WorkReport[],
  ready: ReadyQueue,
  accumulated: Accumulated,
  slot: number,
): Accumulatable {
  const phase = slot % ready.length
  const waits = ({ prerequisites, lookups }: WorkReport): boolean => prerequisites.length + lookups.length > 0
  const immediate = reports.filter(report => !waits(report))
  const queued = edit(
    reports
      .filter(waits)
      .map(report => ({ report, dependencies: new Set([...report.prerequisites, ...report.lookups].map(keyOf)) })),
    new Set(accumulated.flat()),
  )
  let rest = edit([...ready.slice(phase), ...ready.slice(0, phase), queued].flat(), packagesOf(immediate))
  const all = [...immediate]
  for (;;) {
    const next = rest.filter(({ dependencies }) => dependencies.size === 0).map(({ report }) => report)
    if (next.length === 0) return { reports: all, queued }
    all.push(...next)
    rest = edit(rest, packagesOf(next))
  }
}

/** Queue and history behind a block (GP 12.4). `done` were accumulated, `slot` is the block's, `before` the one of its parent. */
export function advanceQueue(
  { queued, done }: { readonly queued: readonly ReadyEntry[]; readonly done: readonly WorkReport[] },
  ready: ReadyQueue,
  accumulated: Accumulated,
  { slot, before }: { readonly slot: number; readonly before: number },
): { readonly ready: ReadyQueue; readonly accumulated: Accumulated } {
  const length = ready.length
  const last = packagesOf(done)
  const phase = slot % length
  return {
    ready: ready.map((entries, k) => {
      const back = (phase - k + length) % length
      if (back === 0) return edit(queued, last)
      return back < slot - before ? [] : edit(entries, last)
    }),
    accumulated: [...accumulated.slice(1), [...last].sort()],
  }
}
