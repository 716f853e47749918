// Functions of a program of which no names are known: where the decoder finds that they begin, named by that place. Not names: symbols.
import { coreRefusal } from '../core/core.ts'
import { decodeProgram } from '../engine/recompiler/decode.ts'
import { findFunctions } from '../engine/recompiler/functions.ts'
import type { Program } from '../program/program.ts'
import type { FunctionSymbol, Symbols } from '../program/symbols.ts'

/**
 * The functions of a program by its code alone: what is called, and what is called by pointer as far as that can be told. Each ends
 * where the next begins. Needs a runtime that makes WebAssembly modules.
 */
export function findFunctionRanges(program: Program): FunctionSymbol[] {
  const decoded = decodeProgram(program)
  const { start } = findFunctions(decoded)
  const starts = Array.from(start.subarray(0, -1), segment => decoded.pc[decoded.segmentStart[segment]!]!)
  return starts.map((at, i) => ({ name: `code at ${at}`, start: at, end: starts[i + 1] ?? program.code.length }))
}

const found = new WeakMap<Program, readonly FunctionSymbol[]>()

/** The functions in the code, found once; none where the runtime makes no modules. */
function rangesOf(program: Program): readonly FunctionSymbol[] {
  let ranges = found.get(program)
  if (ranges === undefined)
    found.set(program, (ranges = coreRefusal() === undefined ? findFunctionRanges(program) : []))
  return ranges
}

/** The symbols, with functions found in the code where they know none. Symbols that know some are left as they are. */
export function withFunctions(program: Program, symbols: Symbols | undefined): Symbols {
  if (symbols !== undefined && symbols.functions.length > 0) return symbols
  const functions = rangesOf(program)
  const functionAt = (pc: number): FunctionSymbol | undefined => {
    let low = 0
    let high = functions.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (functions[middle]!.start <= pc) low = middle + 1
      else high = middle
    }
    const last = functions[low - 1]
    return last !== undefined && pc < last.end ? last : undefined
  }
  return { functions, functionAt, sourceAt: symbols?.sourceAt ?? (() => []), names: symbols?.names ?? new Map() }
}
