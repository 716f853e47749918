// What commands of the debugger name: code, lines, memory, registers. Not expressions: expression.ts.
import type { Watched } from '../../inside/watch.ts'
import { CliError } from '../errors.ts'
import { registerIndex } from '../registers.ts'
import { parseExpression } from './expression.ts'
import type { Opened } from './open.ts'

const WIDTHS: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, u64: 8 }

/** The first code offset that comes from a source line, or from the next line behind it that has code. */
export function pcOfLine(opened: Opened, file: string | undefined, line: number): number | undefined {
  let best: { readonly pc: number; readonly line: number } | undefined
  for (const pc of opened.program.map.offsets) {
    const at = opened.symbols?.sourceAt(pc)[0]
    if (at?.path === undefined || at.line === undefined || at.line < line) continue
    if (file !== undefined && at.path !== file && !at.path.endsWith(`/${file}`) && !file.endsWith(`/${at.path}`))
      continue
    if (best === undefined || at.line < best.line) best = { pc, line: at.line }
  }
  return best?.pc
}

/**
 * A place in the code is `*EXPRESSION`, an offset, a label or function, `FILE:LINE`, `:LINE`, or `.` for pc.
 *
 * @throws CliError when it is none.
 */
export function parseCode(text: string, opened: Opened): number {
  const line = /^([^:]*):(\d+)$/.exec(text)
  if (line !== null) {
    const pc = pcOfLine(opened, line[1] === '' ? undefined : line[1], Number(line[2]))
    if (pc === undefined) throw new CliError(`${text}: no code is known to come from there`)
    return pc
  }
  const { vm } = opened.history
  if (text === '.' || text === '') return vm.pc
  const value = parseExpression(text.replace(/^\*/, ''), opened.nameValue)(vm)
  if (value >= BigInt(opened.program.code.length))
    throw new CliError(`${text}: the code has ${opened.program.code.length} bytes`)
  return Number(value)
}

/**
 * What to watch, or ask about: a register, `ADDRESS` (8 bytes), `u32 ADDRESS`, `u32[ADDRESS]`, `ADDRESS+LENGTH`.
 *
 * @throws CliError when it is neither.
 */
export function parseWatched(text: string, opened: Opened): Watched {
  const register = /^\d/.test(text) ? -1 : registerIndex(text.replace(/^\$/, ''))
  if (register >= 0) return { register }
  const { vm } = opened.history
  const typed = /^(u8|u16|u32|u64)\s*(?:\[(.*)\]|\s(.*))$/.exec(text)
  const ranged = /^(.*\S)\s*\+\s*(\d+)$/.exec(text)
  const [place, length] =
    typed !== null
      ? [typed[2] ?? typed[3]!, WIDTHS[typed[1]!]!]
      : ranged !== null
        ? [ranged[1]!, Number(ranged[2])]
        : [text.replace(/^\*/, ''), 8]
  const address = Number(BigInt.asUintN(32, parseExpression(place, opened.nameValue)(vm)))
  if (length === 0 || address + length > 2 ** 32) throw new CliError(`${text}: no range below 2^32`)
  return { address, length }
}
