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
  return { id, pc, what, enabled, hits }
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
  else if (end.exit === Exit.Host) message = `nobody answered ${host}; set the registers and continue`
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

const RIGHTS = ['none', 'read', 'none', 'read and write']

export function pagesOf(vm: Vm): PagesView[] {
  return vm.memory
    .pages()
    .map(({ page, count, access }) => ({ address: page * 4096, length: count * 4096, rights: RIGHTS[access]! }))
}

const LONGEST = 240

function quoted(vm: Vm, address: bigint, length: bigint): string {
  if (length === 0n) return '""'
  const bytes = new Uint8Array(Number(length > 256n ? 256n : length))
  if (address >= 2n ** 32n || vm.memory.read(Number(address), bytes) !== 0) return `${hex(address)} (not readable)`
  const isText = bytes.every(byte => byte >= 32 && byte < 127)
  const shown = isText
    ? JSON.stringify(String.fromCharCode(...bytes))
    : `0x${[...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')}`
  return `${shown.slice(0, LONGEST)}${length > 256n || shown.length > LONGEST ? '…' : ''}`
}

/** What a host call is asked, in words, with the machine in front of it. */
export function callWords(name: string | undefined, vm: Vm): string {
  const at = (register: number): bigint => vm.regs[register]!
  switch (name) {
    case 'log':
      return quoted(vm, at(10), at(11))
    case 'read':
      return `key ${quoted(vm, at(8), at(9))} into ${hex(at(10))}`
    case 'write':
      return `key ${quoted(vm, at(7), at(8))}, value ${quoted(vm, at(9), at(10))}`
    default:
      return [7, 8, 9, 10, 11, 12].map(register => `r${register}=${hex(at(register))}`).join(' ')
  }
}
