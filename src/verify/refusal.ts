// What says why a module is not accepted.

/** What kind of rule was broken; docs/verifier.md lists them. */
export type Rule = 'module' | 'opcode' | 'load' | 'store' | 'gas' | 'call' | 'frame' | 'local' | 'control' | 'turns'

/** A module that breaks a rule, at a byte offset in it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly rule: Rule
  /** The index of the function in the code section, where the helper is 0. It is -1 outside of functions. */
  readonly at: number
  /** The byte offset in the module. */
  readonly offset: number

  constructor(rule: Rule, at: number, offset: number, message: string) {
    super(`${rule}: function ${at}, offset ${offset}: ${message}`)
    this.rule = rule
    this.at = at
    this.offset = offset
  }
}
