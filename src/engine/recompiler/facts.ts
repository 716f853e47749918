// What the recompiler needs to know of each instruction, by id. It follows from the effect column of src/isa/table.ts.
import { type Expression, effectOf, type Letter, visitOperands } from '../../isa/semantics.ts'
import { INSTRUCTIONS, type InstructionKind } from '../../isa/table.ts'

/** The bit of each operand letter that names a register. */
const LETTER_BIT: Readonly<Record<Letter, number>> = { A: 1, B: 2, D: 4, X: 0, Y: 0, T: 0 }

/** Stands for no register: an absolute access has no base, and a store may store an immediate. */
export const NO_LETTER = 0

/** The kind of each instruction, by id. */
export const KIND_OF: readonly InstructionKind[] = INSTRUCTIONS.map(({ kind }) => kind)
/** The register letters that it reads, as bits. */
export const READS: Uint8Array = new Uint8Array(INSTRUCTIONS.length)
/** The register letters that it writes, as bits. */
export const WRITES: Uint8Array = new Uint8Array(INSTRUCTIONS.length)
/** For a memory access: the logarithm, to base 2, of how many bytes it has. */
export const ACCESS_LOG2: Uint8Array = new Uint8Array(INSTRUCTIONS.length)
/** For a memory access: the bit of its base register's letter, or NO_LETTER. The offset is always X. */
export const ACCESS_BASE: Uint8Array = new Uint8Array(INSTRUCTIONS.length)
/** For a store: the bit of the letter of the register that it stores, or NO_LETTER if it stores the immediate Y. */
export const STORE_VALUE: Uint8Array = new Uint8Array(INSTRUCTIONS.length)

function readsOf(expression: Expression): number {
  let bits = 0
  visitOperands(expression, letter => {
    bits |= LETTER_BIT[letter]
  })
  return bits
}

/** The bit of an address's base register. `X` and `add(register, X)` are the only two shapes of an address in the table. */
function baseOf(address: Expression): number {
  if (address.is === 'operand' && address.letter === 'X') return NO_LETTER
  if (address.is === 'apply' && address.operator === 'add') {
    const [base, offset] = address.args
    if (base?.is === 'operand' && offset?.is === 'operand' && offset.letter === 'X') return LETTER_BIT[base.letter]
  }
  throw new Error('assert: an address is X or add(register, X)')
}

const LOAD_LOG2: Readonly<Record<string, number>> = {
  load_u8: 0,
  load_i8: 0,
  load_u16: 1,
  load_i16: 1,
  load_u32: 2,
  load_i32: 2,
  load_u64: 3,
}
const STORE_LOG2: Readonly<Record<string, number>> = { store8: 0, store16: 1, store32: 2, store64: 3 }

for (const { id, kind } of INSTRUCTIONS) {
  const { assign, action } = effectOf(id)
  if (assign !== undefined) {
    WRITES[id] = LETTER_BIT[assign.to]
    READS[id]! |= readsOf(assign.value)
    if (kind === 'load' && assign.value.is === 'apply') {
      ACCESS_LOG2[id] = LOAD_LOG2[assign.value.operator]!
      ACCESS_BASE[id] = baseOf(assign.value.args[0]!)
    }
  }
  if (action !== undefined) {
    for (const argument of action.args) READS[id]! |= readsOf(argument)
    if (kind === 'store') {
      ACCESS_LOG2[id] = STORE_LOG2[action.operator]!
      ACCESS_BASE[id] = baseOf(action.args[0]!)
      STORE_VALUE[id] = readsOf(action.args[1]!)
    }
  }
}
