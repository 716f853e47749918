// Reads the effect column of the table: a small expression language in WebAssembly's operators.
// Not an evaluator: the core's generator and the recompiler walk the trees, the reference machine never looks here.
import { INSTRUCTIONS } from './table.ts'

/** An operand letter: registers A B D, immediates X Y, jump target T. */
export type Letter = 'A' | 'B' | 'D' | 'X' | 'Y' | 'T'

/** An expression: an operand, a constant, or an operator applied to expressions. */
export type Expression =
  | { readonly is: 'operand'; readonly letter: Letter }
  | { readonly is: 'constant'; readonly value: number }
  | { readonly is: 'apply'; readonly operator: string; readonly args: readonly Expression[] }

/** What an instruction does: at most one register assignment and at most one action (`jump`, `store32`, …). */
export interface Effect {
  /** The register written and its new value; the value reads the registers as they were before. */
  readonly assign: { readonly to: 'A' | 'D'; readonly value: Expression } | undefined
  /** The action; its arguments too read the registers as they were before. */
  readonly action: { readonly operator: string; readonly args: readonly Expression[] } | undefined
}

function parseExpression(text: string): Expression {
  let at = 0
  const expression = (): Expression => {
    const word = /^\s*(\w+)/.exec(text.slice(at))
    if (word === null) throw new SyntaxError(`effect ${text}: expected a name at ${at}`)
    at += word[0].length
    const name = word[1]!
    if (text[at] === '(') {
      at += 1
      const args: Expression[] = []
      while (text[at] !== ')') {
        args.push(expression())
        if (text[at] === ',') at += 1
        else if (text[at] !== ')') throw new SyntaxError(`effect ${text}: expected , or ) at ${at}`)
      }
      at += 1
      return { is: 'apply', operator: name, args }
    }
    if (/^\d/.test(name)) return { is: 'constant', value: Number(name) }
    return { is: 'operand', letter: name as Letter }
  }
  const result = expression()
  if (at !== text.length) throw new SyntaxError(`effect ${text}: unexpected text at ${at}`)
  return result
}

function parseEffect(text: string): Effect {
  let assign: Effect['assign']
  let action: Effect['action']
  for (const part of text.split('; ')) {
    const match = /^([AD]) = (.*)$/.exec(part)
    if (match !== null) {
      assign = { to: match[1] as 'A' | 'D', value: parseExpression(match[2]!) }
    } else {
      const call = parseExpression(part)
      if (call.is !== 'apply') throw new SyntaxError(`effect ${text}: ${part} is not an action`)
      action = { operator: call.operator, args: call.args }
    }
  }
  return { assign, action }
}

let effects: readonly Effect[] | undefined

/**
 * The effect of the instruction with that id (see `INSTRUCTIONS`). Effects are parsed once, on first use.
 *
 * @throws RangeError when there is no such instruction.
 */
export function effectOf(id: number): Effect {
  effects ??= INSTRUCTIONS.map(instruction => parseEffect(instruction.effect))
  const effect = effects[id]
  if (effect === undefined) throw new RangeError(`id: ${id} is not an instruction id`)
  return effect
}

/** Calls `visit` for every operand letter in an expression, left to right. */
export function visitOperands(expression: Expression, visit: (letter: Letter) => void): void {
  if (expression.is === 'operand') visit(expression.letter)
  else if (expression.is === 'apply') for (const arg of expression.args) visitOperands(arg, visit)
}
