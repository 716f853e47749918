// Whether the machine did something else while it measured: what /proc says of all processors, less what this process and its
// children took. Not whether a single measurement was disturbed: quiet.mjs asks the core itself.

import { readFileSync } from 'node:fs'
import { canTell } from './quiet.mjs'

/** Ticks of a clock of 100 a second. */
const TICKS = 100
/** Up to so many cores in use by others, such a share of time taken by the hypervisor, such a share of measurements disturbed: quiet. */
const OTHERS = 0.1
const STOLEN = 0.02
const DISTURBED = 0.1

const textOf = file => {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return undefined // not Linux
  }
}

/** Seconds so far: of all processors in use, of those taken by the hypervisor, of this process and its ended children, and of the clock. */
function sample() {
  const all = textOf('/proc/stat')
  const own = textOf('/proc/self/stat')
  if (all === undefined || own === undefined) return undefined
  const [user, nice, system, , , irq, softirq, steal] = all.split('\n')[0].trim().split(/\s+/).slice(1).map(Number)
  const ours = own.split(') ')[1].split(' ').slice(11, 15).map(Number)
  return {
    busy: (user + nice + system + irq + softirq) / TICKS,
    stolen: (steal ?? 0) / TICKS,
    own: ours.reduce((sum, ticks) => sum + ticks, 0) / TICKS,
    clock: performance.now() / 1000,
  }
}

/**
 * Begins to watch. The answer ends it: cores that others had in use, and the share of time that the hypervisor took, both on
 * average; undefined where the system does not tell.
 */
export function watchHost() {
  const before = sample()
  return () => {
    const after = sample()
    if (before === undefined || after === undefined) return {}
    const seconds = after.clock - before.clock
    const others = (after.busy - before.busy - (after.own - before.own)) / seconds
    return { seconds, others: Math.max(0, others), stolen: (after.stolen - before.stolen) / seconds }
  }
}

/** Half a second in which we do nothing: why the host is not quiet, or undefined. */
function whyNotQuiet() {
  const end = watchHost()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
  const { others, stolen } = end()
  if (others === undefined) return 'this system does not tell how busy it is (no /proc/stat)'
  if (!canTell) return 'whether a core is disturbed cannot be told: npm run build:core in bench/'
  if (others > OTHERS) return `others have ${others.toFixed(2)} cores in use`
  return stolen > STOLEN ? `the hypervisor takes ${(100 * stolen).toFixed(0)} % of the time` : undefined
}

/** The exit code of a benchmark that was asked for a quiet host (--quiet) and had none. */
export const NOT_QUIET = 3

/** Ends this process, and says why, where the host is not quiet: what would be measured now would not count. */
export function endUnlessQuiet() {
  const reason = whyNotQuiet()
  if (reason === undefined) return
  console.error(`not a quiet host: ${reason}. Nothing was measured (--quiet).`)
  process.exit(NOT_QUIET)
}

/**
 * What a record keeps of its host: what was watched, how many measurements were disturbed, and whether that counts as quiet. The last
 * is unknown where nothing asks the core.
 */
export function hostRecord(watched, { measured, disturbed, asked }, asksCore = canTell) {
  const known = watched.others !== undefined && asksCore
  const quiet = watched.others <= OTHERS && watched.stolen <= STOLEN && disturbed <= DISTURBED * measured
  return { ...watched, measured, disturbed, asked, ...(known ? { quiet } : {}) }
}

/** Hosts of several pieces as one: sums, averages by time, quiet if all were. */
export function hostOf(hosts) {
  const known = hosts.filter(h => h.others !== undefined)
  const seconds = known.reduce((sum, h) => sum + h.seconds, 0)
  const average = key => known.reduce((sum, h) => sum + h[key] * h.seconds, 0) / seconds
  const sum = key => hosts.reduce((n, h) => n + h[key], 0)
  const measured = { measured: sum('measured'), disturbed: sum('disturbed'), asked: hosts.every(h => h.asked) }
  const watched = known.length === 0 ? {} : { seconds, others: average('others'), stolen: average('stolen') }
  return hostRecord(
    watched,
    measured,
    hosts.every(h => h.quiet !== undefined),
  )
}

/** A host in a sentence. */
export function hostText(host) {
  const told = { true: 'Quiet host', false: 'Host not quiet', undefined: 'Host unknown' }[host.quiet]
  const parts = host.measured === 0 ? [] : [`${host.disturbed} of ${host.measured} measurements were never undisturbed`]
  if (host.others !== undefined) {
    parts.push(`others had ${host.others.toFixed(2)} cores in use`)
    parts.push(`the hypervisor took ${(100 * host.stolen).toFixed(1)} % of the time`)
  }
  return parts.length === 0 ? `${told}.` : `${told}: ${parts.join(', ')}.`
}
