// Where in its source a pc is: function, offset in it, lines. Not the symbols: program/symbols.ts.
import { BlobError } from '../blob/error.ts'
import type { Program } from '../program/program.ts'
import { type SourceLine, type Symbols, symbolsOf } from '../program/symbols.ts'

/** This is a place in the source. */
export interface Place {
  /** The function or label that contains it, and how many bytes of code it is behind its start. */
  readonly function: string | undefined
  readonly offset: number
  /** Lines, innermost first: where inlined, the places it was inlined into follow. */
  readonly lines: readonly SourceLine[]
}

const known = new WeakMap<Program, Symbols | undefined>()

/** The symbols of a program, kept; undefined where its debug sections are broken: the program runs all the same. */
function keptSymbols(program: Program): Symbols | undefined {
  if (!known.has(program)) known.set(program, readSymbols(program))
  return known.get(program)
}

function readSymbols(program: Program): Symbols | undefined {
  try {
    return symbolsOf(program)
  } catch (error) {
    if (error instanceof BlobError) return undefined
    throw error
  }
}

function lookUp(symbols: Symbols, pc: number): Place | undefined {
  const inside = symbols.functionAt(pc)
  const lines = symbols.sourceAt(pc)
  if (inside === undefined && lines.length === 0) return undefined
  return { function: inside?.name, offset: inside === undefined ? 0 : pc - inside.start, lines }
}

/**
 * The place of `pc`; undefined where nothing is known.
 *
 * @param symbols default: those of the program's own file.
 */
export function placeOf(program: Program, pc: number, symbols?: Symbols): Place | undefined {
  const from = symbols ?? keptSymbols(program)
  if (from === undefined) return undefined
  try {
    return lookUp(from, pc)
  } catch (error) {
    if (error instanceof BlobError) return undefined // line programs are read when they are asked for
    throw error
  }
}

/** A place as text, in a line: `f + 3, in p.c:7`. Control characters in names, which any file may have, are spaces. */
export function formatPlace({ function: name, offset, lines }: Place): string {
  const parts = name === undefined ? [] : [offset === 0 ? name : `${name} + ${offset}`]
  for (const { path, line, function: inner } of lines) {
    if (path === undefined || line === undefined) continue
    parts.push(`${path}:${line}${inner === undefined || inner === name ? '' : ` ${inner}`}`)
  }
  return parts.join(', in ').replace(/\p{Cc}/gu, ' ')
}
