// The full screen as lines: title, code beside registers, the time, a pane below. Not the state: view.ts, and not the terminal: screen.ts.
import { formatCount } from '../format.ts'
import { formatValue } from '../registers.ts'
import { fitted, type Line, type Piece } from './cells.ts'
import { fileName, PANES, type ScreenView } from './view.ts'

/** Smaller terminals show that they are too small. */
const LEAST = { columns: 60, rows: 18 }
const REGISTERS = 31
/** Rows with registers: 13, pc and heap, and one that is empty. */
const SIDE_ROWS = 14
const SOURCE_ROWS = 5
const NAMES = ['ra', 'sp', 't0', 't1', 't2', 's0', 's1', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5']
const KEYS = ' ←→ instruction  s n f c forwards  S N F C back  b break  Tab  : command  ? help'

/** `?` shows this. */
export const HELP: readonly string[] = [
  '→ ←   an instruction, one back       s S  a line or instruction, into calls',
  'c C   continue, reverse-continue     n N  the same over calls',
  'Home End  start and end of the run   f F  out of the function, to its call',
  '↑ ↓ PgUp PgDn  select; . back to pc  b    breakpoint at what is selected',
  'Tab  output memory stack calls       m    memory at …   + -  scroll output',
  ':  any command, such as :origin r7   Ctrl-C stop   Ctrl-L redraw   q leave',
]

/** File and place, and what was used at the right end, whatever the length of the names. */
function titleLine(view: ScreenView, columns: number): Line {
  const { opened } = view.on
  const { vm, callCount, kind } = opened.history
  const facts = ` gas ${formatCount(vm.gas)} · ${formatCount(callCount)} calls · ${kind} `
  const name: Piece = { text: ` ${fileName(opened.file)}  ${view.place}`, look: 'inverse' }
  return [...fitted([name], Math.max(0, columns - facts.length)), { text: facts, look: 'inverse' }]
}

function sourceRows(view: ScreenView): Line[] {
  const source = view.source(SOURCE_ROWS)
  if (source === undefined) return []
  const lines = source.map(({ line, text, isHere }): Line => {
    const number = `${isHere ? '=>' : '  '}${String(line).padStart(6)}  `
    return [{ text: `${number}${text}`, look: isHere ? 'bold' : 'dim' }]
  })
  return [...lines, [{ text: '─'.repeat(400), look: 'dim' }]]
}

/** Instructions around the one that is selected, labels on lines of their own. */
function codeRows(view: ScreenView, rows: number): Line[] {
  const { opened } = view.on
  const { pc } = opened.history.vm
  const stops = new Map(opened.session.breakpoints.map(({ pc: at, enabled }) => [at, enabled]))
  const { at } = view
  const lines: Line[] = []
  let selected = 0
  for (const [i, line] of view.code.slice(Math.max(0, at - rows), at + rows).entries()) {
    if (line.label !== undefined) lines.push([{ text: `         @${line.label}:`, look: 'name' }])
    const isSelected = Math.max(0, at - rows) + i === at
    if (isSelected) selected = lines.length
    const stop = stops.get(line.pc)
    const mark = stop === undefined ? ' ' : stop ? '*' : '-'
    const text = `${mark}${line.pc === pc ? '=>' : '  '}${String(line.pc).padStart(6)}  ${line.text}`
    const isMarked = isSelected && view.selected !== undefined
    lines.push([{ text, look: isMarked ? 'inverse' : line.pc === pc ? 'here' : 'plain' }])
  }
  const first = Math.max(0, Math.min(selected - (rows >> 1), lines.length - rows))
  return lines.slice(first, first + rows)
}

function registerRows(view: ScreenView): Line[] {
  const { vm } = view.on.opened.history
  const rows = NAMES.map((name, i): Line => {
    const value = vm.regs[i]!
    const text = `${`r${i}`.padEnd(4)}${name}  ${formatValue(value, view.on.form)}`
    return [{ text: ` ${text}`, look: value === view.before[i] ? 'plain' : 'changed' }]
  })
  return [...rows, [{ text: ` pc  ${vm.pc}  heap 0x${vm.heapEnd.toString(16)}`, look: 'dim' }]]
}

/** A line with the present time on it, and the names of the panes. */
function timeLine(view: ScreenView, columns: number): Line {
  const { time, frontier, end } = view.on.opened.history
  const panes: Piece[] = PANES.map(name =>
    name === view.pane ? { text: `[${name}]`, look: 'bold' } : { text: ` ${name} `, look: 'dim' },
  )
  const text = ` time ${formatCount(time)} of ${formatCount(frontier)}${end === undefined ? '…' : ''} `
  const room = Math.max(0, columns - text.length - panes.reduce((sum, piece) => sum + piece.text.length, 0) - 1)
  const at = room === 0 || frontier === 0 ? 0 : Math.min(room - 1, Math.floor((time * (room - 1)) / frontier))
  const line: Piece[] = room === 0 ? [] : [{ text: `${'━'.repeat(at)}●${'─'.repeat(room - 1 - at)}`, look: 'plain' }]
  return [{ text, look: 'bold' }, ...line, { text: ' ' }, ...panes]
}

/** All lines, each as wide as the terminal; where what is typed ends is the cursor. */
export function drawScreen(view: ScreenView, columns: number, rows: number): Line[] {
  if (columns < LEAST.columns || rows < LEAST.rows) {
    const text = `too small: ${columns}x${rows}, ${LEAST.columns}x${LEAST.rows} at least; q quits`
    return Array.from({ length: rows }, (_, i) => fitted(i === 0 ? [{ text }] : [], columns))
  }
  const upper = Math.max(SIDE_ROWS, Math.floor((rows - 4) * 0.6))
  const lower = rows - 4 - upper
  const source = sourceRows(view)
  const code = [...source, ...codeRows(view, upper - source.length)]
  const registers = registerRows(view)
  const left = columns - REGISTERS - 1
  const lines: Line[] = [titleLine(view, columns)]
  for (let row = 0; row < upper; row++) {
    lines.push([
      ...fitted(code[row] ?? [], left),
      { text: '│', look: 'dim' },
      ...fitted(registers[row] ?? [], REGISTERS),
    ])
  }
  lines.push(timeLine(view, columns))
  const below = view.lines(lower)
  for (let row = 0; row < lower; row++) lines.push([{ text: below[row] ?? '' }])
  lines.push([{ text: KEYS, look: 'dim' }])
  lines.push([{ text: lastLine(view) }])
  return lines.map(line => fitted(line, columns))
}

function lastLine({ typed, isRunning, output, scroll, pane }: ScreenView): string {
  if (typed !== undefined) return `:${typed}`
  if (isRunning) return 'running; Ctrl-C stops it'
  return pane === 'output' && output.length - scroll > 6 ? `${output.length} lines: + and - scroll` : ''
}
