// The extended encoding as text: the assembler writes what PolkaVM's writer does, the disassembler what gives the same bytes again.
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/fuzz/random.ts'
import { assemble, disassemble, encodeContainer, loadProgram } from '../../src/index.ts'
import { randomExtended } from './code.ts'

const ISA = { instructionSet: 'latest64-0.37' } as const
const code = (text: string): string =>
  Buffer.from(assemble(`.isa latest64-0.37\n.format raw\n${text}`).parts.code).toString('hex')

describe('assembling the extended encoding', () => {
  it.each([
    ['the shortest form', 'load_imm r7, 5\ntrap', '05' + '0705' + '00'],
    ['no immediate at all', 'load_imm r7, 0\ntrap', '04' + '07' + '00'],
    [
      'a form with more room than needed, the first immediate wider',
      'load_u8 r7, [0x10]\ntrap',
      '09' + '0710000000' + '00',
    ],
    ['two immediates: the first is widened', 'store_imm_u8 [0x10000], 1\ntrap', 'de' + '04' + '00000100' + '01' + '00'],
    ['a prefix', 'mul_upper_s_s r1, r2, r3\ntrap', 'ff2a' + '3201' + '00'],
    ['sbrk and memset at the end of the numbers', 'sbrk r1, r2\nmemset\ntrap', 'fffe21' + 'ffff' + '00'],
    ['an ecalli of one byte, and of four', 'ecalli 100\necalli 1000\ntrap', 'dd64' + 'ff35e8030000' + '00'],
    ['a trap behind what would run off the end', 'load_imm r7, 5', '05' + '0705' + '00'],
    ['widths that are asked for', 'load_imm r7, 5:4\ntrap', '08' + '0705000000' + '00'],
  ])('%s', (_, text, bytes) => {
    expect(code(text)).toBe(bytes)
  })

  it('fills the end of a macro block with unlikely and a fallthrough', () => {
    const bytes = Buffer.from(code(`${'load_imm r7, 5\n'.repeat(341)}load_imm_64 r7, 1\n@next:\njump @next`), 'hex')
    expect([...bytes.subarray(1020, 1026)]).toEqual([5, 7, 5, 1, 239, 7])
    expect(bytes.length).toBe(1024 + 10 + 2)
  })

  it('refuses widths for which there is no form', () => {
    expect(() => code('load_u8 r7, [5:1]\ntrap')).toThrow(/widths that load_u8 has a form for/)
  })
})

describe('disassembling the extended encoding', () => {
  it('gives text that assembles to the same bytes, whatever they are', () => {
    for (let index = 0; index < 400; index++) {
      const random = new Random('text', index)
      const bytes = randomExtended(random, random.between(1, 1500))
      const program = loadProgram({ code: bytes, jumpTable: [0, 1024, 7].slice(0, index % 4) }, ISA)
      const text = disassemble(program)
      const again = assemble(text)
      expect(Buffer.compare(again.parts.code, bytes), `code ${index}`).toBe(0)
      expect(
        Buffer.compare(again.bytes, encodeContainer(loadProgram(again.bytes, { kind: again.kind, ...ISA }).container)),
      ).toBe(0)
      expect(again.instructionSet.name).toBe('latest64-0.37')
    }
  })
})
