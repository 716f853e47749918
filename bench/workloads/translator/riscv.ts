// Decodes RV64EM_Zbb instructions (uncompressed). Not their meaning: lower.ts turns them into PVM instructions.

export interface RiscV {
  /** The assembler's mnemonic. */
  readonly name: string
  readonly rd: number
  readonly rs1: number
  readonly rs2: number
  /** Sign-extended immediate; for lui the value that is loaded; for shifts the amount; for jumps the distance. */
  readonly imm: number
}

const LOADS = ['lb', 'lh', 'lw', 'ld', 'lbu', 'lhu', 'lwu']
const STORES = ['sb', 'sh', 'sw', 'sd']
const BRANCHES = ['beq', 'bne', '', '', 'blt', 'bge', 'bltu', 'bgeu']
const OP_IMM = ['addi', '', 'slti', 'sltiu', 'xori', '', 'ori', 'andi']

/** funct7 * 8 + funct3 of the register-register opcodes. */
const OP: Readonly<Record<number, string>> = names({
  0: ['add', 'sll', 'slt', 'sltu', 'xor', 'srl', 'or', 'and'],
  1: ['mul', 'mulh', 'mulhsu', 'mulhu', 'div', 'divu', 'rem', 'remu'],
  5: ['', '', '', '', 'min', 'minu', 'max', 'maxu'],
  32: ['sub', '', '', '', 'xnor', 'sra', 'orn', 'andn'],
  48: ['', 'rol', '', '', '', 'ror', '', ''],
})
const OP_32: Readonly<Record<number, string>> = names({
  0: ['addw', 'sllw', '', '', '', 'srlw', '', ''],
  1: ['mulw', '', '', '', 'divw', 'divuw', 'remw', 'remuw'],
  4: ['', '', '', '', 'zext.h', '', '', ''],
  32: ['subw', '', '', '', '', 'sraw', '', ''],
  48: ['', 'rolw', '', '', '', 'rorw', '', ''],
})
/** Unary Zbb instructions by the twelve immediate bits, for funct3 1. */
const UNARY: Readonly<Record<number, string>> = {
  1536: 'clz',
  1537: 'ctz',
  1538: 'cpop',
  1540: 'sext.b',
  1541: 'sext.h',
}

function names(rows: Readonly<Record<number, readonly string[]>>): Record<number, string> {
  const out: Record<number, string> = {}
  for (const [funct7, row] of Object.entries(rows)) {
    row.forEach((name, funct3) => {
      if (name !== '') out[Number(funct7) * 8 + funct3] = name
    })
  }
  return out
}

/** @throws Error when the word is not an instruction of RV64EM_Zbb. */
export function decode(word: number): RiscV {
  const opcode = word & 0x7f
  const rd = (word >>> 7) & 31
  const funct3 = (word >>> 12) & 7
  const rs1 = (word >>> 15) & 31
  const rs2 = (word >>> 20) & 31
  const funct7 = word >>> 25
  const immI = word >> 20
  const make = (name: string | undefined, imm = 0): RiscV => {
    if (name === undefined || name === '') throw new Error(`not RV64EM_Zbb: 0x${(word >>> 0).toString(16)}`)
    return { name, rd, rs1, rs2, imm }
  }
  switch (opcode) {
    case 0x03:
      return make(LOADS[funct3], immI)
    case 0x0f:
      return make('fence')
    case 0x13:
      return funct3 === 1 || funct3 === 5 ? make(shift(word, funct3, 64), immI & 63) : make(OP_IMM[funct3], immI)
    case 0x17:
      return make('auipc', word & ~0xfff)
    case 0x1b:
      return funct3 === 0 ? make('addiw', immI) : make(shift(word, funct3, 32), immI & 31)
    case 0x23:
      return make(STORES[funct3], ((word >> 25) << 5) | rd)
    case 0x33:
      return make(OP[funct7 * 8 + funct3])
    case 0x37:
      return make('lui', word & ~0xfff)
    case 0x3b:
      return make(OP_32[funct7 * 8 + funct3])
    case 0x63:
      return make(BRANCHES[funct3], branchDistance(word))
    case 0x67:
      return make('jalr', immI)
    case 0x6f:
      return make('jal', jumpDistance(word))
    case 0x73:
      return make(word === 0x00100073 || word === 0xc0001073 - 2 ** 32 ? 'ebreak' : undefined)
    default:
      return make(undefined)
  }
}

/** Immediate shifts, rotates and the unary Zbb instructions, which share funct3 1 and 5. */
function shift(word: number, funct3: number, width: 32 | 64): string | undefined {
  const w = width === 32 ? 'w' : ''
  const imm12 = word >>> 20
  const high = (imm12 >>> (width === 32 ? 5 : 6)) << (width === 32 ? 5 : 6)
  if (funct3 === 1) {
    if (high === 0) return `slli${w}`
    const unary = UNARY[imm12]
    return unary === undefined || (width === 32 && unary.startsWith('sext')) ? undefined : unary + w
  }
  if (high === 0) return `srli${w}`
  if (high === 0x400) return `srai${w}`
  if (high === 0x600) return `rori${w}`
  return width === 64 && imm12 === 0x6b8 ? 'rev8' : undefined
}

function branchDistance(word: number): number {
  return ((word >> 31) << 12) | (((word >>> 7) & 1) << 11) | (((word >>> 25) & 63) << 5) | (((word >>> 8) & 15) << 1)
}

function jumpDistance(word: number): number {
  const low = (((word >>> 12) & 255) << 12) | (((word >>> 20) & 1) << 11) | (((word >>> 21) & 1023) << 1)
  return ((word >> 31) << 20) | low
}
