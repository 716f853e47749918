// What machines of the same code share is found by content, and only by all of it. The code: src/engine/recompiler/tiers/shared-code.ts.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../../src/blob/assembly.ts'
import { type SharedCode, sharedCode } from '../../../src/engine/recompiler/tiers/shared-code.ts'
import { equalBytes } from '../../../src/program/equal-bytes.ts'
import { loadProgram, type Program } from '../../../src/program/program.ts'

/** A program of 24 KB of code, so only some of its words are in the hash that it is found by. */
const TEXT = `${'    add_imm_64 r7, r7, 0x1234567\n'.repeat(4000)}    trap`
const { bytes } = assemble(TEXT)

/** The program with another immediate at its `number`th instruction. It is made of bytes of its own. */
function changed(number: number): Program {
  const own = bytes.slice()
  const first = own.findIndex((_, at) => own[at] === 0x67 && own[at + 1] === 0x45 && own[at + 2] === 0x23)
  own[first + 6 * number] = 0x68
  return loadProgram(own)
}

describe('codes that differ in one byte', () => {
  it('share nothing, wherever that byte is', () => {
    const codes = new Set<SharedCode>()
    const programs = Array.from({ length: 40 }, (_, number) => changed(number))
    for (const program of programs) codes.add(sharedCode(program))
    expect(codes.size).toBe(40)
    for (const program of programs) expect(equalBytes(sharedCode(program).program.code, program.code)).toBe(true)
  })

  it('are each found again when they are loaded again in turn', () => {
    const first = [0, 1, 2].map(number => sharedCode(changed(number)))
    const again = [0, 1, 2].map(number => sharedCode(changed(number)))
    expect(again.map((shared, k) => shared === first[k])).toEqual([true, true, true])
  })
})
