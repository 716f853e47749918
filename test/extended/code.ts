// Random code in the extended encoding: bytes as they come, and instructions in all forms that jump to each other.
import type { Random } from '../../src/fuzz/random.ts'
import { EXTENDED_FORMS, PREFIX } from '../../src/isa/extended.ts'
import type { Format } from '../../src/isa/format.ts'
import { INSTRUCTIONS } from '../../src/isa/table.ts'

const FORMS = INSTRUCTIONS.flatMap(instruction =>
  EXTENDED_FORMS[instruction.id]!.map(form => ({ instruction, ...form })),
)
const JUMPS = FORMS.filter(({ instruction }) => instruction.kind === 'branch' || instruction.kind === 'jump')
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff, 0xfe]

/** A register byte, or two: mostly registers that there are. */
function registers(random: Random): number {
  return random.chance(90) ? random.below(13) | (random.below(13) << 4) : random.below(256)
}

/** Bytes between the registers and the offset of a jump. */
function offsetAt(format: Format, x: number): number {
  return format === 'off' ? 0 : format === 'reg_imm_off' ? 1 + x : 1
}

/** An instruction's bytes; a jump goes to one of `starts`, or near by. */
function instruction(random: Random, pc: number, starts: readonly number[], jumps: boolean): number[] {
  const { instruction, raw, args } = random.pick(jumps ? JUMPS : FORMS)
  const opcode = raw < PREFIX ? [raw] : [PREFIX, raw - PREFIX]
  const bytes = Array.from({ length: args }, () => (random.chance(40) ? random.pick(EDGES) : random.below(256)))
  const { format, kind } = instruction
  const registersFirst = format !== 'off' && format !== 'imm' && format !== 'imm_imm' && format !== 'none'
  if (registersFirst && random.chance(95)) bytes[0] = registers(random)
  if (format === 'reg_reg_reg' && random.chance(90)) bytes[1] = random.below(13)
  const x = random.below(Math.min(5, args))
  if (format === 'reg_imm_off' || format === 'reg_imm_imm') {
    if (random.chance(90)) bytes[0] = (bytes[0]! & 15) | (x << 4)
  }
  if (format === 'imm_imm' && random.chance(90)) bytes[0] = x
  if ((kind === 'jump' || kind === 'branch') && random.chance(85)) {
    const at = offsetAt(format, (bytes[0]! >> 4) & 7)
    const target = random.chance(70) && starts.length > 0 ? random.pick(starts) : pc + random.between(-40, 60)
    for (let i = at; i < args; i++) bytes[i] = ((target - pc) >> Math.min(31, 8 * (i - at))) & 255
  }
  return [...opcode, ...bytes]
}

/** Code of about `length` bytes. */
export function randomExtended(random: Random, length: number): Uint8Array<ArrayBuffer> {
  const style = random.below(10)
  if (style < 2) return Uint8Array.from({ length }, () => random.below(256))
  const code: number[] = []
  const starts: number[] = [0]
  const filler = style < 8
  while (code.length < length) {
    const pc = code.length
    starts.push(pc)
    const bytes = instruction(random, pc, random.chance(60) ? starts.slice(-6) : starts, random.chance(25))
    const left = 1024 - (pc % 1024)
    // A writer fills the end of a macro block with `unlikely` and a `fallthrough`; hostile code does not.
    if (filler && bytes.length >= left) code.push(...new Array(left - 1).fill(2), 1)
    else code.push(...bytes)
  }
  if (filler) code.push(random.chance(50) ? 0 : 1)
  if (random.chance(20)) code[random.below(code.length)] = random.below(256)
  return Uint8Array.from(code)
}
