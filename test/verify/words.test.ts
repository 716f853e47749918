// The verifier states the machine's addresses on its own; they are those of the generator.
import { expect, it } from 'vitest'
import { createHelpers, HELPER, HOST } from '../../scripts/templates/helpers.ts'
import { Local } from '../../scripts/templates/local.ts'
import { WasmCode } from '../../scripts/templates/wasm-code.ts'
import { putFunction } from '../../scripts/templates/wasm-module.ts'
import {
  AT_ARENA,
  AT_RESERVE,
  AT_RIGHTS,
  AT_VM,
  AT_WHY,
  FIRST_ROOT,
  Right,
  VM,
  Why,
} from '../../src/core/contract.gen.ts'
import { RANGE_HELPER } from '../../src/verify/range-helper.ts'
import * as words from '../../src/verify/words.ts'

it('addresses, rights, locals and functions are those of the contract and of the generator', () => {
  expect(words.REGISTERS).toBe(AT_VM + VM.regs)
  expect(words.GAS).toBe(AT_VM + VM.gas)
  expect(words.PC).toBe(AT_VM + VM.pc)
  expect(words.CHARGED).toBe(AT_VM + VM.charged)
  expect(words.TRACE).toBe(AT_VM + VM.trace)
  expect([words.RESERVE, words.WHY]).toEqual([AT_RESERVE, AT_WHY])
  expect([words.RIGHTS, words.DISPATCH]).toEqual([AT_RIGHTS, AT_ARENA])
  expect([words.READ, words.WRITE]).toEqual([Right.FastRead, Right.FastWrite])
  expect([words.GAS_LOCAL, words.STACK_LOCAL, words.TARGET_LOCAL]).toEqual([Local.gas, Local.stack, Local.target])
  expect(words.FRAME_LOCAL).toBe(Local.frame)
  expect([words.PC_LOCAL, words.WHY_LOCAL]).toEqual([Local.pc, Local.why])
  expect([words.PAID, ...words.UNPAID]).toEqual([Why.Paid, Why.Unpaid, Why.UnpaidWithin])
  expect([words.HOST_FUNCTION, words.RANGE_FUNCTION]).toEqual([HOST, HELPER])
  expect(words.FIRST_ROOT).toBe(FIRST_ROOT)
})

it('the helper is the one that was proven', () => {
  const code = new WasmCode()
  for (const helper of createHelpers()) putFunction(code, helper)
  // In front of it is its size, in two bytes.
  expect([...code.bytes.subarray(2, code.length)]).toEqual([...RANGE_HELPER])
})
