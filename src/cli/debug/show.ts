// What the debugger prints: where it is, why it stopped, code, memory, calls. Not what it does: commands.ts.
import type { Vm } from '../../engine/engine.ts'
import { Exit, exitName, hostIndex64 } from '../../engine/exit.ts'
import { instructionAt } from '../../inside/instruction-at.ts'
import type { CallRecord } from '../../inside/journal.ts'
import { formatPlace, placeOf } from '../../inside/place.ts'
import type { Breakpoint, Stop } from '../../inside/session.ts'
import type { Watched } from '../../inside/watch.ts'
import { formatCount } from '../format.ts'
import { formatValue, type RegisterForm } from '../registers.ts'
import { reasonAt, reasonLines } from '../stop-reason.ts'
import type { Colors } from '../terminal.ts'
import type { Opened } from './open.ts'

/** How a watchpoint's place is written. */
export function formatWatched(watched: Watched): string {
  if ('register' in watched) return `r${watched.register}`
  const { address, length } = watched
  const name = [1, 2, 4, 8].includes(length) ? `u${8 * length} at ` : `${length} bytes at `
  return `${name}0x${address.toString(16)}`
}

/** This shows a breakpoint in a line. */
export function formatBreakpoint(breakpoint: Breakpoint, opened: Opened, condition: string | undefined): string {
  const { id, pc, watched, access, enabled, hits } = breakpoint
  const place = pc === undefined ? undefined : placeOf(opened.program, pc, opened.symbols)
  const what = watched === undefined ? `pc ${pc}` : `${access} of ${formatWatched(watched)}`
  const parts = [
    `${String(id).padEnd(3)} ${what}`,
    ...(place === undefined ? [] : [formatPlace(place)]),
    ...(condition === undefined ? [] : [`if ${condition}`]),
    ...(hits === 0 ? [] : [`stopped there ${hits === 1 ? 'once' : `${hits} times`}`]),
    ...(enabled ? [] : ['off']),
  ]
  return parts.join(', ')
}

/** A host call in a line. */
export function formatCallRecord(call: CallRecord, opened: Opened): string {
  const { index, pc, gasBefore, gasAfter, registers } = call
  const result = registers.find(({ register }) => register === 7)
  const name = call.name ?? `${opened.hostName(index) ?? ''} (no answer)`
  const bytes = call.memory.writes.reduce((sum, write) => sum + write.bytes.length, 0)
  const parts = [
    `ecalli ${hostIndex64(index)} ${name}`.trimEnd(),
    `pc ${pc}`,
    ...(result === undefined ? [] : [`r7=${formatValue(result.value, 'hex')}`]),
    ...(bytes === 0 ? [] : [`wrote ${formatCount(bytes)} bytes`]),
    ...(gasBefore === gasAfter ? [] : [`took ${formatCount(gasBefore - gasAfter)} gas`]),
  ]
  return parts.join(', ')
}

/** The time, and how far the run is known. */
export function formatTime({ history }: Opened): string {
  const { time, vm } = history
  return `time ${formatCount(time)} · gas ${formatCount(vm.gas)} · ${formatCount(history.callCount)} host calls`
}

/** This shows the instruction at pc with its source line. */
export function placeLines(opened: Opened, colors: Colors, at: Pick<Vm, 'program' | 'pc' | 'regs'>): string[] {
  const { pc } = at
  const instruction = instructionAt(at)
  const place = placeOf(opened.program, pc, opened.symbols)
  const text = instruction === undefined ? 'no instruction' : instruction.text
  const reads = instruction?.reads.map(({ register, value }) => `r${register}=${formatValue(value, 'hex')}`) ?? []
  const where = place === undefined ? '' : colors.cyan(formatPlace(place))
  const lines = [
    [`${colors.bold(`=> ${pc}`)}`, text.padEnd(34), colors.dim(reads.join(' ')), where]
      .filter(part => part !== '')
      .join('  ')
      .trimEnd(),
  ]
  const first = place?.lines[0]
  if (first?.path !== undefined && first.line !== undefined) {
    const source = opened.sourceLine(first.path, first.line)
    if (source !== undefined) lines.push(`${String(first.line).padStart(6)}  ${source.trimEnd()}`)
  }
  return lines
}

/** Why and where the machine stands still at the end of its run. */
export function endLines(opened: Opened, form: RegisterForm): string[] {
  const { history } = opened
  const { end } = history
  if (end === undefined) return []
  const { vm } = history
  const what =
    end.exit === Exit.PageFault
      ? ` at 0x${end.exitArg.toString(16)}`
      : end.exit === Exit.Host
        ? ` ${hostIndex64(end.exitArg)} ${opened.hostName(end.exitArg) ?? ''}`.trimEnd()
        : ''
  const lines = [`the run ends here: ${exitName(end.exit).toUpperCase()}${what}`]
  if (end.error !== undefined) lines.push(`why     a host function threw: ${textOf(end.error)}`)
  else if (end.exit !== Exit.Halt && end.exit !== Exit.Break) {
    lines.push(...reasonLines(reasonAt(vm, opened.symbols), form))
  }
  const departure = opened.departure?.()
  if (departure !== undefined) {
    const fields = departure.fields.map(({ name, expected, actual }) => `${name} ${expected} recorded, ${actual} here`)
    lines.push(`record  left at host call ${departure.call + 1}, line ${departure.line}: ${fields.join('; ')}`)
  }
  return lines
}

function textOf(error: unknown): string {
  try {
    return (error instanceof Error ? error.message : String(error)).replace(/\p{Cc}/gu, ' ')
  } catch {
    return typeof error
  }
}

/** Why a move ended. */
export function stopLines(stop: Stop, opened: Opened, form: RegisterForm): string[] {
  switch (stop.kind) {
    case 'start':
      return ['the run starts here']
    case 'end':
      return endLines(opened, form)
    case 'breakpoint':
      return [`breakpoint ${stop.breakpoint.id}`]
    case 'watchpoint': {
      const { breakpoint, before, after, pc, call } = stop
      const show = (value: bigint | undefined): string => (value === undefined ? '?' : formatValue(value, form))
      const change = before === after ? show(after) : `${show(before)} → ${show(after)}`
      const by = call === undefined ? `by pc ${pc}` : `by host call ${call.name ?? hostIndex64(call.index)} at pc ${pc}`
      return [`watchpoint ${breakpoint.id}, ${formatWatched(breakpoint.watched!)}: ${change}, ${by}`]
    }
    default:
      return []
  }
}

const RIGHTS = ['none', 'read', '', 'write']

/** This shows page ranges with their rights. */
export function pageLines(vm: Vm): string[] {
  return vm.memory.pages().map(({ page, count, access }) => {
    const [from, to] = [page * 4096, (page + count) * 4096]
    return `0x${from.toString(16).padStart(8, '0')}…0x${(to - 1).toString(16).padStart(8, '0')}  ${RIGHTS[access]}  ${formatCount(count)} page${count === 1 ? '' : 's'}`
  })
}
