// The verifier states the machine's addresses on its own; they are those of the generator.
import { expect, it } from 'vitest'
import { AT_ARENA, AT_RESERVE, AT_RIGHTS, AT_VM, AT_WHY, Right, VM } from '../../src/engine/machine/contract.gen.ts'
import { FIRST_ROOT, Helper, Import, Why } from '../../src/engine/recompiler/emitter.ts'
import { Local } from '../../src/engine/recompiler/local.ts'
import { HELPERS_HEX } from '../../src/engine/recompiler/templates.gen.ts'
import { RANGE_HELPER } from '../../src/verify/range-helper.ts'
import * as words from '../../src/verify/words.ts'

it('addresses, rights, locals and functions are those of layout.ts, words.ts and emitter.ts', () => {
  expect(words.REGISTERS).toBe(AT_VM + VM.regs)
  expect(words.GAS).toBe(AT_VM + VM.gas)
  expect(words.PC).toBe(AT_VM + VM.pc)
  expect(words.CHARGED).toBe(AT_VM + VM.charged)
  expect(words.TRACE).toBe(AT_VM + VM.trace)
  expect([words.RESERVE, words.WHY]).toEqual([AT_RESERVE, AT_WHY])
  expect([words.RIGHTS, words.DISPATCH]).toEqual([AT_RIGHTS, AT_ARENA])
  expect([words.READ, words.WRITE]).toEqual([Right.FastRead, Right.FastWrite])
  expect([words.GAS_LOCAL, words.STACK_LOCAL, words.TARGET_LOCAL]).toEqual([Local.gas, Local.stack, Local.target])
  expect([words.PC_LOCAL, words.WHY_LOCAL]).toEqual([Local.pc, Local.why])
  expect([words.PAID, ...words.UNPAID]).toEqual([Why.Paid, Why.Unpaid, Why.UnpaidWithin])
  expect([words.HOST_FUNCTION, words.RANGE_FUNCTION]).toEqual([Import.host, Helper.range])
  expect(words.FIRST_ROOT).toBe(FIRST_ROOT)
})

it('the helper is the one that was proven', () => {
  const bytes = Buffer.from(HELPERS_HEX.replaceAll(/\s/g, ''), 'hex')
  // In front of it is its size, in two bytes.
  expect([...bytes.subarray(2)]).toEqual([...RANGE_HELPER])
})
