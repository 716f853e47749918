// The debugger's commands, in gdb's words. Not what moves the machine: inside/session.ts, and not the reading of lines: repl.ts.
import { hostIndex64 } from '../../engine/exit.ts'
import { lastWrite, logAt, writeChain } from '../../inside/history-search.ts'
import { formatPlace, placeOf } from '../../inside/place.ts'
import type { Stop, WatchAccess } from '../../inside/session.ts'
import { lookAt } from '../../inside/watch.ts'
import { CliError } from '../errors.ts'
import { formatCount } from '../format.ts'
import { formatValue } from '../registers.ts'
import { placeIn, reasonAt, reasonLines } from '../stop-reason.ts'
import type { Debugger } from './debugger.ts'
import { examine } from './examine.ts'
import { parseExpression } from './expression.ts'
import { parseCode, parseWatched } from './locations.ts'
import { assign } from './set.ts'
import {
  endLines,
  formatBreakpoint,
  formatCallRecord,
  formatTime,
  formatWatched,
  pageLines,
  placeLines,
} from './show.ts'

/** This is a command. */
export interface DebugCommand {
  /** The first one is what it is called, the others are short for it. */
  readonly names: readonly string[]
  readonly usage: string
  readonly help: string
  /** An empty line does it again. */
  readonly repeats?: boolean
  run(on: Debugger, text: string): void | Promise<void>
}

const MOST_LOGGED = 1000
const MOST_STEPS = 32

function countOf(text: string): number {
  if (text === '') return 1
  if (!/^\d{1,15}$/.test(text)) throw new CliError(`${text}: expected a number`)
  return Number(text)
}

function move(names: readonly string[], help: string, go: (on: Debugger) => Stop): DebugCommand {
  return {
    names,
    usage: '[N]',
    help,
    repeats: true,
    run: (on, text) => {
      let stop: Stop = { kind: 'step' }
      for (let left = countOf(text); left > 0 && stop.kind === 'step'; left--) stop = go(on)
      on.stopped(stop)
    },
  }
}

function addBreakpoint(on: Debugger, text: string, access: WatchAccess | undefined): void {
  const { opened } = on
  const [what = '', ...conditions] = text.split(/\s+if\s+/)
  const condition = conditions.join(' if ')
  const test = condition === '' ? undefined : parseExpression(condition, opened.nameValue)
  const options = test && { condition: (vm: Parameters<typeof test>[0]) => test(vm) !== 0n }
  const { session } = opened
  const breakpoint =
    access === undefined
      ? session.breakAt(parseCode(what.trim(), opened), options)
      : session.watch(parseWatched(what.trim(), opened), access, options)
  if (condition !== '') on.conditions.set(breakpoint.id, condition)
  on.terminal.line(`breakpoint ${formatBreakpoint(breakpoint, opened, condition === '' ? undefined : condition)}`)
}

function toggle(names: readonly string[], help: string, enabled: boolean | undefined): DebugCommand {
  return {
    names,
    usage: '[N]',
    help,
    run: ({ opened: { session } }, text) => {
      const chosen = session.breakpoints.filter(({ id }) => text === '' || id === countOf(text))
      if (chosen.length === 0)
        throw new CliError(text === '' ? 'there are no breakpoints' : `there is no breakpoint ${text}`)
      for (const breakpoint of chosen) {
        if (enabled === undefined) session.remove(breakpoint.id)
        else breakpoint.enabled = enabled
      }
    },
  }
}

function registerLines({ opened, form }: Debugger): string[] {
  const { vm } = opened.history
  const rows = Array.from({ length: 4 }, (_, row) =>
    [0, 4, 8, 12]
      .map(column => column + row)
      .filter(register => register < 13)
      .map(register => `r${register}`.padEnd(4) + formatValue(vm.regs[register]!, form).padEnd(20))
      .join('')
      .trimEnd(),
  )
  return [...rows, `pc  ${vm.pc}  gas ${formatCount(vm.gas)}  heap end 0x${vm.heapEnd.toString(16)}`]
}

function callLines({ opened }: Debugger, text: string): string[] {
  const { history } = opened
  const most = text === '' ? 20 : countOf(text)
  const { callCount } = history
  const first = Math.max(0, callCount - most)
  const calls = history.calls.slice(first, callCount)
  return calls.length === 0
    ? ['no host calls before this time']
    : calls.map((call, i) => `${String(first + i + 1).padStart(5)}  ${formatCallRecord(call, opened)}`)
}

const INFO: Readonly<Record<string, (on: Debugger, text: string) => readonly string[]>> = {
  registers: registerLines,
  breakpoints: ({ opened, conditions }) => {
    const all = opened.session.breakpoints.map(one => formatBreakpoint(one, opened, conditions.get(one.id)))
    return all.length === 0 ? ['no breakpoints'] : all
  },
  pages: ({ opened }) => pageLines(opened.history.vm),
  calls: callLines,
  run: ({ opened }) => {
    const { history } = opened
    const { end, frontier, calls, checkpoints, bytes } = history
    return [
      formatTime(opened),
      `known up to time ${formatCount(frontier)}${end === undefined ? '' : ', the end'}, ${formatCount(calls.length)} host calls`,
      `${checkpoints.length} checkpoints with ${formatCount(bytes)} bytes, on ${history.kind}, ${opened.program.profile.name}`,
    ]
  },
}

/** These are the frames, innermost first: a pc in the code of each. */
function frameLines(on: Debugger): string[] {
  const { opened } = on
  const frames = opened.session.callStack().toReversed()
  const pcs = [opened.history.vm.pc, ...frames.map(({ call }) => call)]
  return pcs.map((pc, i) => {
    const entry = frames[i]?.entry
    const known = placeOf(opened.program, pc, opened.symbols)
    // Where it was called is where it begins; of the outermost nobody knows.
    const place = known ?? (entry === undefined ? placeIn(opened.program, pc, opened.symbols) : undefined)
    const name = place === undefined ? (entry === undefined ? '' : `code at ${entry}`) : formatPlace(place)
    const when = i === 0 ? '' : `, called at time ${formatCount(frames[i - 1]!.time)}`
    return `#${i}  ${pc}  ${name}`.trimEnd() + when
  })
}

function chooseFrame(on: Debugger, by: number): void {
  const { opened } = on
  const frames = opened.session.callStack().toReversed()
  const chosen = on.frame + by
  if (chosen < 0) throw new CliError('this is the innermost frame')
  if (chosen > frames.length) throw new CliError('this is the outermost frame')
  on.frame = chosen
  const { program, vm } = opened.history
  const pc = chosen === 0 ? vm.pc : frames[chosen - 1]!.call
  on.terminal.line(`#${chosen}${chosen === 0 ? '' : `  called at time ${formatCount(frames[chosen - 1]!.time)}`}`)
  // Registers are those of now: what they held then is at that time.
  const lines = placeLines(opened, on.terminal.colors, { program, pc, regs: vm.regs })
  on.say(chosen === 0 ? lines : lines.map(line => line.replace(/( {2}r\d+=\S+( r\d+=\S+)*)/, '')))
}

function gotoTime(on: Debugger, text: string): void {
  const { history } = on.opened
  if (text === 'end') history.toEnd()
  else if (text === 'start') history.goto(0)
  else {
    const match = /^([+-]?)([\d_,]{1,20})$/.exec(text)
    if (match === null) throw new CliError('expected a time, +N, -N, start or end')
    const value = Number(match[2]!.replace(/[_,]/g, ''))
    const time = match[1] === '' ? value : history.time + (match[1] === '+' ? value : -value)
    history.goto(Math.max(0, Math.min(time, Number.MAX_SAFE_INTEGER)))
  }
  on.stoppedHere()
}

function whoWrote(on: Debugger, text: string): void {
  const { opened } = on
  const target = parseWatched(text, opened)
  const write = lastWrite(opened.history, target)
  if (write === undefined) {
    on.terminal.line(`nothing has written ${formatWatched(target)} before this time: it is as it was at the start`)
    return
  }
  on.terminal.line(`${formatWatched(target)} was written at time ${formatCount(write.time)}`)
  if (write.call !== undefined) on.terminal.line(`   by ${formatCallRecord(write.call, opened)}`)
  const { time } = opened.history
  opened.history.goto(write.time)
  on.say(placeLines(opened, on.terminal.colors, opened.history.vm).map(line => `   ${line}`))
  opened.history.goto(time)
}

function originLines(on: Debugger, text: string): string[] {
  const { opened } = on
  const chain = writeChain(opened.history, parseWatched(text, opened), MOST_STEPS)
  if (chain.length === 0) return ['nothing has written it before this time: it is as it was at the start']
  const lines = chain.map(({ time, pc, target, text: instruction, call }) => {
    const place = placeOf(opened.program, pc, opened.symbols)
    const by = call === undefined ? instruction : `host call ${call.name ?? hostIndex64(call.index)}`
    const where = place === undefined ? '' : `  ${formatPlace(place)}`
    return `time ${formatCount(time).padStart(9)}  ${String(pc).padStart(6)}  ${formatWatched(target)} ← ${by}${where}`
  })
  const first = chain.at(-1)!
  const { time } = opened.history
  opened.history.goto(first.time)
  const { from } = lookAt(opened.history.vm)
  opened.history.goto(time)
  if (from !== undefined && first.call === undefined && chain.length < MOST_STEPS) {
    lines.push(`time         0          ${formatWatched(from)} is as it was at the start`)
  }
  return lines
}

function logLines(on: Debugger, text: string): string[] {
  const { opened } = on
  const [where = '', ...rest] = text.split(/\s+/)
  if (rest.length === 0) throw new CliError('expected a place and expressions: log LOCATION EXPRESSION[, EXPRESSION…]')
  const expressions = rest
    .join(' ')
    .split(',')
    .map(one => one.trim())
  const evaluate = expressions.map(one => parseExpression(one, opened.nameValue))
  const { history } = opened
  const entries = logAt(
    history,
    parseCode(where, opened),
    vm => [history.callCount, vm.gas, ...evaluate.map(one => formatValue(one(vm), on.form))] as const,
    MOST_LOGGED,
  )
  const widths = expressions.map((name, i) =>
    Math.max(name.length, ...entries.map(({ value }) => String(value[i + 2]).length)),
  )
  const row = (cells: readonly (number | bigint | string)[]): string =>
    [
      String(cells[0]).padStart(10),
      String(cells[1]).padStart(6),
      String(cells[2]).padStart(14),
      ...cells.slice(3).map((cell, i) => String(cell).padEnd(widths[i]!)),
    ]
      .join('  ')
      .trimEnd()
  return [
    row(['time', 'calls', 'gas', ...expressions]),
    ...entries.map(({ time, value: [calls, gas, ...values] }) =>
      row([formatCount(time), calls, formatCount(gas), ...values]),
    ),
    ...(entries.length === MOST_LOGGED ? [`the first ${MOST_LOGGED}`] : []),
    ...(history.end === undefined ? [`as far as the run is known: time ${formatCount(history.frontier)}`] : []),
  ]
}

function gasLines({ opened }: Debugger): string[] {
  const { history } = opened
  const { vm } = history
  const byHost = history.calls
    .slice(0, history.callCount)
    .reduce((sum, call) => sum + call.gasBefore - call.gasAfter, 0n)
  const lines = [
    `${formatCount(vm.gasUsed)} gas used, ${formatCount(vm.gasUsed - byHost)} by instructions, ${formatCount(byHost)} by host calls; ${formatCount(vm.gas)} left`,
  ]
  if (opened.program.profile.gasModel !== 'instruction' && opened.program.isInstruction(vm.pc)) {
    lines.push(vm.charged ? 'the block at pc is paid' : `the block at pc costs ${opened.program.costAt(vm.pc)}`)
  }
  return lines
}

function disassembly(on: Debugger, text: string): string[] {
  const { opened } = on
  const { pc } = opened.history.vm
  const from = text === '' ? (on.nextCode ?? pc) : parseCode(text, opened)
  const at = opened.code.findLastIndex(line => line.pc <= from)
  const first = Math.max(0, text === '' && on.nextCode === undefined ? at - 4 : at)
  const lines = opened.code.slice(first, first + 12)
  const last = lines.at(-1)
  on.nextCode = last && last.pc + last.length
  return lines.map(line => {
    const mark = line.pc === pc ? '=>' : '  '
    const stop = opened.session.breakpoints.some(one => one.pc === line.pc && one.enabled) ? '*' : ' '
    const label = line.label === undefined ? '' : `@${line.label}:\n`
    return `${label}${stop}${mark} ${String(line.pc).padStart(6)}  ${line.text}`
  })
}

function sourceLines(on: Debugger, text: string): string[] {
  const { opened } = on
  const pc = parseCode(text === '' ? '.' : text, opened)
  const at = placeOf(opened.program, pc, opened.symbols)?.lines[0]
  if (at?.path === undefined || at.line === undefined)
    throw new CliError('no source line is known here; disas shows the code')
  const lines: string[] = []
  for (let line = Math.max(1, at.line - 5); line <= at.line + 5; line++) {
    const source = opened.sourceLine(at.path, line)
    if (source !== undefined)
      lines.push(`${line === at.line ? '=>' : '  '} ${String(line).padStart(5)}  ${source.trimEnd()}`)
  }
  return lines.length === 0 ? [`${at.path}:${at.line}, whose text is not found`] : lines
}

function print(on: Debugger, text: string): void {
  const value = parseExpression(text, on.opened.nameValue)(on.opened.history.vm)
  const signed = BigInt.asIntN(64, value)
  on.terminal.line(`0x${value.toString(16)}  ${value}${signed < 0n ? `  ${signed}` : ''}`)
}

function helpLines(on: Debugger, text: string): string[] {
  const found = text === '' ? COMMANDS : COMMANDS.filter(({ names }) => names.includes(text))
  if (found.length === 0) throw new CliError(`there is no command ${text}`)
  const heads = found.map(({ names, usage }) => `${names.join(', ')} ${usage}`.trimEnd())
  const width = Math.min(44, Math.max(...heads.map(head => head.length)))
  return [
    ...found.map(({ help }, i) => `${heads[i]!.padEnd(width)}  ${on.terminal.colors.dim(help)}`),
    ...(text === '' ? ['An empty line repeats a step. LOCATION: label, function, FILE:LINE, :LINE, code offset.'] : []),
  ]
}

/** These are all commands, in the order of `help`. */
export const COMMANDS: readonly DebugCommand[] = [
  {
    names: ['break', 'b'],
    usage: 'LOCATION [if EXPRESSION]',
    help: 'stop before an instruction',
    run: (on, text) => addBreakpoint(on, text, undefined),
  },
  {
    names: ['watch'],
    usage: 'REGISTER|[u32] ADDRESS|ADDRESS+LENGTH [if …]',
    help: 'stop behind writes',
    run: (on, text) => addBreakpoint(on, text, 'write'),
  },
  {
    names: ['rwatch'],
    usage: 'ADDRESS',
    help: 'stop behind loads',
    run: (on, text) => addBreakpoint(on, text, 'read'),
  },
  {
    names: ['awatch'],
    usage: 'ADDRESS',
    help: 'stop behind writes and loads',
    run: (on, text) => addBreakpoint(on, text, 'access'),
  },
  toggle(['delete', 'd'], 'remove a breakpoint, or all', undefined),
  toggle(['enable'], 'switch a breakpoint on, or all', true),
  toggle(['disable'], 'switch a breakpoint off, or all', false),
  { names: ['continue', 'c'], usage: '', help: 'run to a breakpoint or the end', repeats: true, run: on => on.run() },
  move(['reverse-continue', 'rc'], 'run back to a breakpoint or the start', ({ opened }) =>
    opened.session.reverseContinue(),
  ),
  move(['stepi', 'si'], 'an instruction', ({ opened }) => opened.session.stepInstruction()),
  move(['reverse-stepi', 'rsi'], 'an instruction back', ({ opened }) => opened.session.reverseStepInstruction()),
  move(['step', 's'], 'to the next source line, into calls', ({ opened }) => opened.session.stepInto()),
  move(['reverse-step', 'rs'], 'to the source line before, into calls', ({ opened }) =>
    opened.session.reverseStepInto(),
  ),
  move(['next', 'n'], 'to the next source line, over calls', ({ opened }) => opened.session.stepOver()),
  move(['reverse-next', 'rn'], 'to the source line before, over calls', ({ opened }) =>
    opened.session.reverseStepOver(),
  ),
  move(['finish', 'fin'], 'to where the function returns', ({ opened }) => opened.session.stepOut()),
  move(['reverse-finish', 'rfin'], 'back to the call of the function', ({ opened }) => opened.session.reverseStepOut()),
  { names: ['goto'], usage: 'TIME|+N|-N|start|end', help: 'to a time, in instructions', run: gotoTime },
  {
    names: ['info', 'i'],
    usage: 'registers|breakpoints|pages|calls [N]|run',
    help: 'what there is',
    run: (on, text) => {
      const [what = '', ...rest] = text.split(/\s+/)
      const name = Object.keys(INFO).find(one => what !== '' && one.startsWith(what))
      if (name === undefined) throw new CliError(`expected ${Object.keys(INFO).join(', ')}`)
      on.say(INFO[name]!(on, rest.join(' ')))
    },
  },
  {
    names: ['x'],
    usage: '/[N][x|d|u|c|s|i][b|h|w|g] ADDRESS',
    help: 'memory: x/8gx 0x20000, x/s @name, x/4i .',
    repeats: true,
    run: (on, text) => on.say(examine(on, text)),
  },
  { names: ['print', 'p'], usage: 'EXPRESSION', help: 'registers, memory, arithmetic: p r7 + u32[sp + 8]', run: print },
  {
    names: ['set'],
    usage: 'REGISTER|pc|gas|u32[ADDRESS] = EXPRESSION',
    help: 'change the machine: another future begins',
    run: (on, text) => {
      assign(on, text)
      on.where()
    },
  },
  { names: ['bt', 'backtrace'], usage: '', help: 'calls that have not returned', run: on => on.say(frameLines(on)) },
  { names: ['up'], usage: '', help: 'look at the caller', run: on => chooseFrame(on, 1) },
  { names: ['down'], usage: '', help: 'look at the called function', run: on => chooseFrame(on, -1) },
  {
    names: ['last-write', 'lw'],
    usage: 'REGISTER|[u32] ADDRESS|ADDRESS+LENGTH',
    help: 'who wrote it last',
    run: whoWrote,
  },
  {
    names: ['origin'],
    usage: 'REGISTER|[u32] ADDRESS',
    help: 'where its value came from, step by step',
    run: (on, text) => on.say(originLines(on, text)),
  },
  {
    names: ['log'],
    usage: 'LOCATION EXPRESSION[, …]',
    help: 'what a print there would have printed',
    run: (on, text) => on.say(logLines(on, text)),
  },
  { names: ['gas'], usage: '', help: 'gas used, by instructions and host calls', run: on => on.say(gasLines(on)) },
  {
    names: ['why'],
    usage: '',
    help: 'what the instruction at pc would do wrong, or did',
    run: on => {
      const { opened, form } = on
      on.say(
        opened.history.time === opened.history.end?.time
          ? endLines(opened, form)
          : reasonLines(reasonAt(opened.history.vm, opened.symbols), form),
      )
    },
  },
  {
    names: ['disas'],
    usage: '[LOCATION]',
    help: 'instructions around pc, or from a place; again: further ones',
    repeats: true,
    run: (on, text) => on.say(disassembly(on, text)),
  },
  { names: ['list', 'l'], usage: '[LOCATION]', help: 'source lines', run: (on, text) => on.say(sourceLines(on, text)) },
  {
    names: ['tui'],
    usage: '',
    help: 'the full screen, until q',
    run: on => {
      on.wantsScreen = true
    },
  },
  { names: ['where'], usage: '', help: 'where the machine is', run: on => on.where() },
  { names: ['help', 'h'], usage: '[COMMAND]', help: 'this list', run: (on, text) => on.say(helpLines(on, text)) },
  {
    names: ['quit', 'q'],
    usage: '',
    help: 'leave',
    run: on => {
      on.isOver = true
    },
  },
]

/** The command of a name, or of the beginning of one that no other has. */
export function findCommand(name: string): DebugCommand {
  const exact = COMMANDS.find(({ names }) => names.includes(name))
  if (exact !== undefined) return exact
  const begun = COMMANDS.filter(({ names }) => names[0]!.startsWith(name))
  if (begun.length === 1) return begun[0]!
  if (begun.length === 0) throw new CliError(`there is no command ${name}; help lists them`)
  throw new CliError(`${name}: ${begun.map(({ names }) => names[0]).join(', ')}?`)
}
