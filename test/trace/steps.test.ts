// Instruction logs as text: an access that fails is not shown as one that happened.
import { expect, it } from 'vitest'
import { Access } from '../../src/blob/address-space.ts'
import { assemble } from '../../src/blob/assembly.ts'
import { createEngine } from '../../src/engine/create.ts'
import { loadProgram } from '../../src/program/program.ts'
import { textTracer } from '../../src/trace/steps.ts'

/** The last line of the log of a run over one writable page and one read-only page. */
function lastLine(text: string, kind: 'reference' | 'interpreter'): string {
  const pages = [
    { address: 0x20000, length: 4096, access: Access.Write },
    { address: 0x21000, length: 4096, access: Access.Read },
  ]
  const vm = createEngine({ kind }).instantiate(loadProgram(assemble(text).bytes), { gas: 1n, pages })
  const lines: string[] = []
  vm.tracer = textTracer(line => lines.push(line), vm)
  vm.run()
  vm.dispose()
  return lines.at(-1)!
}

it.each(['reference', 'interpreter'] as const)('on the %s an access that fails is said to fail', kind => {
  expect(lastLine('store_imm_u64 [0x20ff8], 85', kind)).toMatch(/u64 \[0x20ff8\] ← 0x55$/)
  expect(lastLine('store_imm_u64 [0x20ffc], 85', kind)).toMatch(/u64 \[0x20ffc\] fails$/)
  expect(lastLine('load_u64 r7, [0x20ffc]', kind)).toMatch(/r7 0x0 → 0x0 {2}u64 \[0x20ffc\] → 0x0$/)
  expect(lastLine('load_u64 r7, [0x21ffc]', kind)).toMatch(/ {4}u64 \[0x21ffc\] fails$/)
  expect(lastLine('load_u64 r7, [-4]', kind)).toMatch(/u64 \[0xfffffffc\] fails$/)
  expect(lastLine('store_imm_u8 [5], 1', kind)).toMatch(/u8 \[0x5\] fails$/)
})
