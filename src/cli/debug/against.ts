// Where two runs part: of one program on two engines, or of two programs. Not the search: inside/history-search.ts.
import type { Vm } from '../../engine/engine.ts'
import { exitName } from '../../engine/exit.ts'
import { bisect } from '../../inside/history-search.ts'
import { instructionAt } from '../../inside/instruction-at.ts'
import { formatCount } from '../format.ts'
import { formatValue } from '../registers.ts'
import type { Debugger } from './debugger.ts'
import type { Opened } from './open.ts'

const RIGHTS = ['none', 'read', '', 'write']
/** Fields whose values are printed. */
const MOST_FIELDS = 20

/** What a machine has there; fields are called as `bisect` calls them. */
function contentOf(vm: Vm, field: string): string {
  if (field === 'pc') return String(vm.pc)
  if (field === 'gas') return formatCount(vm.gas)
  if (/^r\d+$/.test(field)) return formatValue(vm.regs[Number(field.slice(1))]!, 'hex')
  const at = Number(field.split(' ').at(-1))
  if (field.startsWith('rights')) return RIGHTS[vm.memory.access(at)]!
  const byte = new Uint8Array(1)
  return vm.memory.read(at, byte) === 0 ? formatValue(BigInt(byte[0]!), 'hex') : 'not readable'
}

function howEnded({ history: { end, frontier } }: Opened): string {
  if (end === undefined) return `goes on at time ${formatCount(frontier)}`
  return `${exitName(end.exit).toUpperCase()} at time ${formatCount(end.time)}`
}

/** What differs at the time both are at, a line for each field. */
function fieldLines(here: Opened, there: Opened, fields: readonly string[]): string[] {
  if (fields[0] === 'end') return [`  end                ${howEnded(here)} here, ${howEnded(there)} there`]
  const lines = fields.slice(0, MOST_FIELDS).map(field => {
    const [a, b] = [contentOf(here.history.vm, field), contentOf(there.history.vm, field)]
    return `  ${field.padEnd(18)} ${a} here, ${b} there`
  })
  return fields.length > MOST_FIELDS ? [...lines, `  and ${fields.length - MOST_FIELDS} more`] : lines
}

/**
 * Runs both to their ends, finds where they part and goes there: before the instruction behind which they differ.
 *
 * @param until at most to this time, in instructions.
 * @returns whether they are alike.
 */
export function compareRuns(on: Debugger, there: Opened, name: string, until: number | undefined): boolean {
  const { opened: here, terminal } = on
  for (const { history } of [here, there]) history.toEnd(until)
  const parting = bisect(here.history, there.history)
  if (parting === undefined) {
    const { calls } = here.history
    terminal.line(`as on ${name}: ${howEnded(here)}, ${formatCount(calls.length)} host calls`)
    return true
  }
  const { time, fields } = parting
  for (const { history } of [here, there]) history.goto(time + 1)
  const when = time < 0 ? 'from its start' : `behind the instruction at time ${formatCount(time)}`
  terminal.line(terminal.colors.yellow(`differs from ${name} ${when}`))
  on.say(fieldLines(here, there, fields))
  for (const { history } of [here, there]) history.goto(Math.max(0, time))
  const [ours, theirs] = [here, there].map(({ history: { vm } }) => instructionAt(vm)?.text ?? 'no instruction')
  if (ours !== theirs) terminal.line(`  there it is        ${theirs}`)
  return false
}
