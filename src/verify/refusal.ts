// Why a module is not accepted. Not the rules: those are in module.ts, function.ts and what it calls.

/** What kind of rule was broken; docs/verifier.md lists them. */
export type Rule = 'module' | 'opcode' | 'load' | 'store' | 'gas' | 'call' | 'frame' | 'local' | 'control' | 'turns'

/** A module that breaks a rule, at a byte offset in it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly rule: Rule
  /** Index of the function in the code section, the helper is 0; -1 outside of functions. */
  readonly at: number
  /** Byte offset in the module. */
  readonly offset: number

  constructor(rule: Rule, at: number, offset: number, message: string) {
    super(`${rule}: function ${at}, offset ${offset}: ${message}`)
    this.rule = rule
    this.at = at
    this.offset = offset
  }
}
