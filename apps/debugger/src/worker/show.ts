// The machine and its past as plain data for the page. Not how it gets there: session.ts.
import { Exit, exitName, hostIndex64, type Program, type Symbols, type Vm } from 'coulis'
import {
  type Breakpoint,
  explainExit,
  formatPlace,
  placeOf,
  type Session,
  type Stop,
  type Watched,
} from 'coulis/inside'
import type { EndView, PagesView, Point } from '../protocol.ts'
import type { Opened } from './open.ts'
import { callWords } from './words.ts'

const hex = (value: bigint | number): string => `0x${value.toString(16)}`

/** A place as text; undefined where nothing is known of it. */
export function placeText(program: Program, pc: number, symbols: Symbols | undefined): string | undefined {
  const place = placeOf(program, pc, symbols)
  return place && formatPlace(place)
}

/** How a watched place is called. */
export function watchedText(watched: Watched): string {
  if ('register' in watched) return `r${watched.register}`
  const { address, length } = watched
  return length === 1 ? `byte ${hex(address)}` : `${length} bytes at ${hex(address)}`
}

export function pointOf({ id, pc, watched, access, enabled, hits }: Breakpoint): Point {
  const what = watched === undefined ? `pc ${pc}` : `${access} of ${watchedText(watched)}`
  return { id, pc, watch: watched, access, what, enabled, hits }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Why the run ended, when the machine is there. */
export function endOf({ history, symbols, departure, hostName }: Opened): EndView | undefined {
  const { end, vm } = history
  if (end === undefined) return undefined
  const isThere = history.time === end.time
  const host = `host call ${hostIndex64(end.exitArg)} ${hostName(end.exitArg) ?? ''}`.trimEnd()
  let message = ''
  let reads: readonly number[] = []
  if (end.error !== undefined) message = `a host function threw: ${messageOf(end.error)}`
  else if (end.exit === Exit.Host) message = `nobody answers ${host}: answer it yourself`
  else if (end.exit === Exit.Halt) message = 'the program came to its end'
  else if (isThere) {
    const reason = explainExit(vm, { symbols })
    message = reason.message
    reads = reason.instruction?.reads.map(({ register }) => register) ?? []
  }
  const left = departure?.()
  if (left !== undefined) {
    const fields = left.fields.map(({ name, expected, actual }) => `${name} ${expected} recorded, ${actual} here`)
    message += ` The record was left at host call ${left.call + 1}: ${fields.join('; ')}.`
  }
  return {
    time: end.time,
    exit: exitName(end.exit),
    message,
    place: isThere ? placeText(vm.program, vm.pc, symbols) : undefined,
    reads,
    asks: isThere && end.exit === Exit.Host ? { name: host, words: callWords(hostName(end.exitArg), vm) } : undefined,
  }
}

/** What a move came to. */
export function stopText(stop: Stop, session: Session): string {
  switch (stop.kind) {
    case 'start':
      return 'The run starts here.'
    case 'step':
      return ''
    case 'end':
      return `The run ends here: ${exitName(stop.end.exit)}.`
    case 'breakpoint':
      return `Breakpoint at pc ${session.vm.pc}.`
    default: {
      const { breakpoint, before, after, pc, call } = stop
      const show = (value: bigint | undefined): string => (value === undefined ? '?' : hex(value))
      const by =
        call === undefined ? `by the instruction at ${pc}` : `by host call ${call.name ?? hostIndex64(call.index)}`
      return `${watchedText(breakpoint.watched!)}: ${show(before)} → ${show(after)}, ${by}.`
    }
  }
}

/** So many written pages are named. */
const MOST_WRITTEN = 4000

export function pagesOf(vm: Vm): PagesView[] {
  const written = vm.memory.written().slice(0, MOST_WRITTEN)
  let next = 0
  return vm.memory.pages().map(({ page, count, access }) => {
    const within: number[] = []
    while (next < written.length && written[next]! < page) next += 1
    for (; next < written.length && written[next]! < page + count; next += 1) within.push(written[next]!)
    return {
      address: page * 4096,
      length: count * 4096,
      rights: access === 1 ? 'read' : 'read and write',
      written: within,
    }
  })
}
