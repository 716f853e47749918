// The assembly language: what each construct means, what is refused and how. Round trips are in asm-property and asm-vectors.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { disassemble, formatListing } from '../../src/blob/disassembly.ts'
import { AssemblyError, type AssemblyErrorCode } from '../../src/isa/assembly-error.ts'
import { EXTENDED_FORMS } from '../../src/isa/extended.ts'
import { grayPaperName } from '../../src/isa/names.ts'
import { INSTRUCTION_SETS, instructionSet } from '../../src/isa/set.ts'
import { shapeOf } from '../../src/isa/shape.ts'
import { INSTRUCTIONS } from '../../src/isa/table.ts'

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').replace(/../g, '$& ').trim()
}

function code(text: string, set?: 'gp-0.8.0' | 'latest64'): string {
  return hex(assemble(text, { instructionSet: set }).parts.code)
}

function failure(text: string): AssemblyError {
  try {
    assemble(text)
  } catch (error) {
    if (error instanceof AssemblyError) return error
    throw error
  }
  throw new Error(`no error: ${text}`)
}

describe('docs/assembly.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/assembly.md'), 'utf8')
  const blocks = [...page.matchAll(/```pvm\n([\s\S]*?)```/g)].map(match => match[1]!)

  it('every example assembles, and lines with "; =" give the bytes they show', () => {
    expect(blocks.length).toBeGreaterThan(5)
    let checked = 0
    for (const block of blocks) {
      const { parts, lines } = assemble(block)
      block.split('\n').forEach((text, index) => {
        const wanted = /; = ((?:[0-9a-f]{2} ?)+)(?: |$)/.exec(text)?.[1]?.trim()
        if (wanted === undefined) return
        const at = lines.findIndex(({ line }) => line === index + 1)
        if (at < 0 && text.includes('.gap')) return
        const end = lines[at + 1]?.pc ?? parts.code.length
        expect(hex(parts.code.subarray(lines[at]!.pc, end)).slice(0, wanted.length), text).toBe(wanted)
        checked += 1
      })
    }
    expect(checked).toBeGreaterThan(15)
  })

  it('names every directive and every error code there is', () => {
    for (const name of /expected one of (.*), found/.exec(failure('.nothing').message)![1]!.split(' ')) {
      expect(page).toContain(`\`${name}`)
    }
    const source = readFileSync(join(import.meta.dirname, '../../src/isa/assembly-error.ts'), 'utf8')
    const codes = [...source.matchAll(/^ {2}\| '([a-z-]+)'$/gm)].map(match => match[1]!)
    expect(codes).toHaveLength(11)
    for (const name of codes) expect(page).toContain(`\`${name}\``)
  })

  it('has a page of all instructions, made from the table', async () => {
    const rows = INSTRUCTIONS.map(instruction => {
      const { name, opcodes, effect, terminator } = instruction
      const numbers = [opcodes.gp072, opcodes.gp080, opcodes.latest64].map(number => number ?? '–').join(' | ')
      return `| ${numbers} | \`${`${name} ${shapeOf(instruction).template}`.trim()}\` | \`${effect}\` | ${terminator ? 'T' : ''} |`
    })
    const text = `# Instructions

Made from \`src/isa/table.ts\` by \`npx vitest run test/isa/asm.test.ts -u\`.

Instructions without a number are those that PolkaVM's 32-bit programs (\`latest32\`, docs/formats.md) have under the number of the one without \`_32\`.

Operands: A, B, D registers, X, Y immediates (sign-extended to 64 bits), T jump target. The effect is written in WebAssembly's operators: \`add\` is i64.add,
\`add32\` i32.add, \`w\` takes the low 32 bits, \`sx\` and \`zx\` extend them. T: ends a basic block.

| 0.7.2 | 0.8.0 | Latest64 | instruction | effect | T |
|---|---|---|---|---|---|
${rows.join('\n')}
`
    await expect(text).toMatchFileSnapshot('../../docs/instructions.md')
  })
})

describe('instructions', () => {
  it('every instruction of every set reads back from its own text', () => {
    for (const name of INSTRUCTION_SETS) {
      const set = instructionSet(name)
      for (const instruction of INSTRUCTIONS.filter(i => set.opcodes[i.id]! >= 0)) {
        const operands = shapeOf(instruction)
          .template.replace(/[ABD]/g, letter => `r${'ABD'.indexOf(letter) + 7}`)
          .replace('X', '300')
          .replace('Y', '5')
          .replace('T', '@L0')
        const text = `@L0:\n    ${instruction.name} ${operands}`.trimEnd()
        const assembled = assemble(text, { instructionSet: name })
        const lines = disassemble(assembled).trim().split('\n')
        if (set.encoding === 'bitmask') {
          expect(assembled.parts.code[0]).toBe(set.opcodes[instruction.id])
        } else {
          expect(EXTENDED_FORMS[instruction.id]!.map(({ raw }) => Math.min(raw, 255))).toContain(
            assembled.parts.code[0],
          )
          if (!instruction.terminator) expect(lines.pop()).toBe('    trap') // or it would be none at the end of the code
        }
        const written = text.split('\n').at(-1)!
        const address = written.replace('[300', '[0x12c')
        expect(lines.at(-1)).toBe(address)
      }
    }
  })

  it("PolkaVM's names are taken too (spec pvm-isa.md 15), and no Gray Paper name is mistaken for one", () => {
    for (const { name } of INSTRUCTIONS) expect(grayPaperName(name)).toBe(name)
    const pairs: Readonly<Record<string, string>> = {
      load_imm64: 'load_imm_64',
      load_indirect_u32: 'load_ind_u32',
      store_imm_indirect_u8: 'store_imm_ind_u8',
      jump_indirect: 'jump_ind',
      load_imm_and_jump: 'load_imm_jump',
      load_imm_and_jump_indirect: 'load_imm_jump_ind',
      branch_not_eq: 'branch_ne',
      branch_less_unsigned: 'branch_lt_u',
      branch_less_or_equal_signed_imm: 'branch_le_s_imm',
      branch_greater_or_equal_unsigned: 'branch_ge_u',
      branch_greater_signed_imm: 'branch_gt_s_imm',
      set_less_than_unsigned: 'set_lt_u',
      set_greater_than_signed_imm: 'set_gt_s_imm',
      shift_logical_left_32: 'shlo_l_32',
      shift_logical_right_imm_alt_64: 'shlo_r_imm_alt_64',
      shift_arithmetic_right_imm_32: 'shar_r_imm_32',
      rotate_left_64: 'rot_l_64',
      rotate_right_imm_64: 'rot_r_64_imm',
      rotate_right_imm_alt_32: 'rot_r_32_imm_alt',
      negate_and_add_imm_32: 'neg_add_imm_32',
      cmov_if_zero: 'cmov_iz',
      cmov_if_not_zero_imm: 'cmov_nz_imm',
      div_unsigned_32: 'div_u_32',
      rem_signed_64: 'rem_s_64',
      mul_upper_signed_unsigned: 'mul_upper_s_u',
      count_leading_zero_bits_32: 'leading_zero_bits_32',
      count_trailing_zero_bits_64: 'trailing_zero_bits_64',
      count_set_bits_64: 'count_set_bits_64',
      reverse_byte: 'reverse_bytes',
      and_inverted: 'and_inv',
      or_inverted: 'or_inv',
      maximum: 'max',
      minimum_unsigned: 'min_u',
    }
    for (const [theirs, ours] of Object.entries(pairs)) expect(grayPaperName(theirs), theirs).toBe(ours)
    expect(code('shift_logical_left_imm_64 r7, r8, 3')).toBe(code('shlo_l_imm_64 r7, r8, 3'))
  })

  it('a store may be written register first, as in RISC-V', () => {
    expect(code('store_ind_u32 r8, [sp + 4]')).toBe(code('store_ind_u32 [sp + 4], r8'))
    expect(code('store_u8 r7, [64]')).toBe(code('store_u8 [64], r7'))
    expect(code('store_imm_u8 42, [64]')).toBe(code('store_imm_u8 [64], 42'))
  })

  it('names and registers may be in capitals, comments in three styles', () => {
    expect(code('ADD_64 R7, A1, t0 ; x\nADD_64 r7, r8, r2 # y\nadd_64 a0,a1,T0// z')).toBe('c8 28 07 c8 28 07 c8 28 07')
  })

  it('the same text gives the numbers of the set asked for', () => {
    expect(code('unlikely\nreverse_bytes r7, r8', 'gp-0.8.0')).toBe('02 6e 87')
    expect(code('unlikely\nreverse_bytes r7, r8', 'latest64')).toBe('03 6f 87')
    expect(code('.isa gp-0.8.0\nunlikely')).toBe('02')
    expect(failure('unlikely')).toMatchObject({ code: 'not-in-instruction-set', line: 1, column: 1 })
  })
})

describe('immediates', () => {
  it('take the fewest bytes, exactly', () => {
    const lengths = [0, 1, 127, 128, 32767, 32768, 8388607, 8388608, 2147483647].map(
      value => assemble(`load_imm r7, ${value}`).parts.code.length - 2,
    )
    expect(lengths).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4])
    const negative = [-1, -128, -129, -32768, -32769, -2147483648].map(
      value => assemble(`load_imm r7, ${value}`).parts.code.length - 2,
    )
    expect(negative).toEqual([1, 1, 2, 2, 3, 4])
  })

  it('may be written unsigned where only 32 bits matter, else not', () => {
    expect(code('add_imm_32 r7, r7, 0xffffffff')).toBe('83 77 ff')
    expect(code('load_u8 r7, [0xfeff0000]')).toBe('34 07 00 00 ff fe')
    expect(code('store_imm_u32 [0], 0xfffffffe')).toBe('20 00 fe')
    expect(code('load_imm r7, 0xffffffffffffffff')).toBe('33 07 ff')
    for (const text of ['load_imm r7, 0xffffffff', 'add_imm_64 r7, r7, 0x80000000', 'store_imm_u64 [0], 0xffffffff']) {
      expect(failure(text).code, text).toBe('out-of-range')
    }
  })

  it('can be sums of numbers, constants and label differences', () => {
    const text =
      '.equ A = B + 1\n.equ B = 0x10\nload_imm r7, A - 2 + 1\n.ro\n@a: .zero 3\n@b:\n.code\nload_imm r8, @b - @a'
    expect(code(text)).toBe('33 07 10 33 08 03')
    expect(failure('.equ A = B\n.equ B = A\nload_imm r7, A').code).toBe('unknown-name')
  })
})

describe('labels and the jump table', () => {
  it('a forward jump grows until all offsets fit, no further', () => {
    const filler = (n: number): string => 'fallthrough\n'.repeat(n)
    expect(assemble(`jump @end\n${filler(125)}@end: trap`).parts.code.length).toBe(2 + 125 + 1)
    expect(assemble(`jump @end\n${filler(126)}@end: trap`).parts.code.length).toBe(3 + 126 + 1)
    expect(code('@self: jump @self')).toBe('28')
  })

  it('&label is (index + 1) * 2 and adds an entry only when there is none', () => {
    const { parts } = assemble(
      '.jump_table @b, @a\n@a: load_imm r7, &a\nload_imm r8, &c\n@b: trap\n@c: load_imm r9, &c',
    )
    expect([...parts.jumpTable]).toEqual([6, 0, 7])
    expect(hex(parts.code)).toBe('33 07 04 33 08 06 00 33 09 06')
    expect(parts.jumpTableEntrySize).toBe(1)
  })

  it('data labels are the addresses of the standard memory layout (GP A.7)', () => {
    const { addresses } = assemble('.ro\n.zero 65537\n@a: .u8 1\n.rw\n.align 8\n@b: .u64 @a')
    expect(addresses.get('a')).toBe(0x20001)
    expect(addresses.get('b')).toBe(0x40000)
  })

  it('data areas hold what is written, however much', () => {
    const { container } = assemble('.rw\n.u8 1\n.zero 5000000\n.align 8\n.u16 0x0302\n.ascii "x"')
    const { readWrite } = container.kind === 'standard' ? container.program : { readWrite: undefined }
    expect(readWrite).toHaveLength(5_000_011)
    expect([readWrite![0], ...readWrite!.subarray(5_000_007)]).toEqual([1, 0, 2, 3, 0x78])
    expect(failure('.rw\n.u8 1\n.zero 268435456')).toMatchObject({ code: 'out-of-range', line: 3 })
    expect(failure('.rw\n.zero 20000000')).toMatchObject({ code: 'out-of-range', line: 1 })
  })

  it('warns of jumps to where no basic block starts (GP A.5), and only of those', () => {
    const text =
      '@a: load_imm r7, 1\n@b: jump @a\n.gap 00\n.at 6\n@c: branch_eq_imm r7, 0, @c\nload_imm r7, &b\njump @end\n@end:'
    expect(assemble(text).warnings.map(({ line, column }) => [line, column])).toEqual([
      [7, 6],
      [6, 14],
    ])
    const { lines, warnings } = assemble('jump @a\ntrap\nload_imm r7, 1\n@a: trap')
    expect(warnings).toEqual([{ line: 1, column: 6, message: expect.stringContaining('fallthrough') }])
    expect(lines).toHaveLength(4)
  })

  it('reports where labels are and which line made which instruction', () => {
    const { labels, lines } = assemble('\n@a:\n  trap\n\n@b: load_imm r7, 1 ; x\n.raw 00\n')
    expect(Object.fromEntries(labels)).toEqual({ a: 0, b: 1 })
    expect(lines).toEqual([
      { pc: 0, line: 3 },
      { pc: 1, line: 5 },
      { pc: 4, line: 6 },
    ])
  })
})

describe('mistakes', () => {
  it.each<[string, AssemblyErrorCode, number, number]>([
    ['add_46 r1, r2, r3', 'unknown-instruction', 1, 1],
    ['trap\n  load_imm r13, 5', 'syntax', 2, 12],
    ['load_u8 r1, r2', 'syntax', 1, 13],
    ['add_64 r1, r2 r3', 'syntax', 1, 15],
    ['load_imm r1, r2', 'syntax', 1, 14],
    ['load_imm r1, 500:1', 'out-of-range', 1, 14],
    ['load_imm r1, 5:9', 'out-of-range', 1, 16],
    ['ecalli nothing', 'unknown-name', 1, 8],
    ['jump @x', 'unknown-label', 1, 6],
    ['@x: trap\n  @x: trap', 'duplicate-name', 2, 3],
    ['@x: trap\nload_imm r7, @x', 'wrong-section', 2, 14],
    ['.ro\n@x: .u8 1\n.code\njump @x', 'wrong-section', 4, 6],
    ['.ro\ntrap', 'wrong-section', 2, 1],
    ['.ascii "x"', 'wrong-section', 1, 1],
    ['.ro\n.ascii "x', 'syntax', 2, 8],
    ['.ro\n.u8 300', 'out-of-range', 2, 5],
    ['.nothing', 'unknown-directive', 1, 1],
    ['.raw 0', 'syntax', 1, 6],
    ['.isa gp-9', 'unknown-name', 1, 1],
    ['trap\n.at 3', 'wrong-place', 2, 1],
    ['.jump_table 300\n.entry_size 1\ntrap', 'out-of-range', 1, 13],
    ['.jump_table 1\n.jump_table_bytes 1\ntrap', 'conflict', 1, 13],
    ['.format raw\n  .ro\n.u8 1', 'conflict', 2, 3],
    ['trap\n.format elf', 'unknown-name', 2, 1],
    ['.import a\n.heap 1', 'conflict', 2, 1],
    ['.metadata "a", "b", "c"\n.stack 16777216', 'out-of-range', 2, 1],
    ['.section 7 00\ntrap', 'out-of-range', 1, 1],
    ['trap\n.isa gp-9', 'unknown-name', 2, 1],
    [`.equ N = 1\njump 128:1`, 'out-of-range', 2, 6],
  ])('%j is %s at %i:%i', (text, code, line, column) => {
    expect(failure(text)).toMatchObject({ code, line, column })
  })

  it('suggest the instruction that was probably meant', () => {
    expect(failure('load_ind_u23 r1, [r2]').message).toContain('load_ind_u32')
  })

  it('the text must be a string', () => {
    expect(() => assemble(undefined as unknown as string)).toThrow(TypeError)
  })
})

describe('listings', () => {
  const program = assemble('@start: load_imm r7, 300\nbranch_eq_imm r7, 1, @start\ntrap')

  it('show offset, bytes, labels and basic blocks', () => {
    expect(formatListing(program, { bytes: true, note: line => (line.pc === 0 ? 'entry' : undefined) })).toBe(
      `       @L0:
    0  33 07 2c 01                   load_imm r7, 300                          ; entry
    4  51 17 01 fc                   branch_eq_imm r7, 1, @L0

    8  00                            trap
`,
    )
  })

  it('use names where there are any', () => {
    expect(formatListing(program, { names: new Map([[0, 'my::start<u8>']]) })).toContain(
      'branch_eq_imm r7, 1, @my_start_u8_',
    )
  })
})
