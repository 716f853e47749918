// What the passes need to know about each instruction id, derived once from the table's effect column. Not operands.
import { type Expression, effectOf, type Letter, visitOperands } from '../../isa/semantics.ts'
import { INSTRUCTIONS, type Kind } from '../../isa/table.ts'

/** What an instruction is to the recompiler. Everything from `Host` on ends a segment. */
export const Class = {
  Straight: 0,
  Load: 1,
  Store: 2,
  /** Host call: an import is called, the segment ends behind it. */
  Host: 3,
  /** Left to the core: sbrk, memset. */
  Step: 4,
  Jump: 5,
  DynamicJump: 6,
  Branch: 7,
  Trap: 8,
  Fallthrough: 9,
} as const
export type Class = (typeof Class)[keyof typeof Class]

const CLASS_OF: Readonly<Record<Kind, Class>> = {
  alu: Class.Straight,
  nop: Class.Straight,
  load: Class.Load,
  store: Class.Store,
  host: Class.Host,
  sbrk: Class.Step,
  memset: Class.Step,
  jump: Class.Jump,
  djump: Class.DynamicJump,
  branch: Class.Branch,
  trap: Class.Trap,
  fallthrough: Class.Fallthrough,
}

/** Letters of register operands as bits: A 1, B 2, D 4. */
const LETTER_BIT: Readonly<Record<Letter, number>> = { A: 1, B: 2, D: 4, X: 0, Y: 0, T: 0 }

/** No register: base of an absolute access, value of a store of an immediate. */
export const NO_LETTER = 0

/** Class per instruction id. */
export const CLASS: Uint8Array = new Uint8Array(INSTRUCTIONS.length)
/** Register letters read, as bits. */
export const READS: Uint8Array = new Uint8Array(INSTRUCTIONS.length)
/** Register letters written, as bits. */
export const WRITES: Uint8Array = new Uint8Array(INSTRUCTIONS.length)
/** Memory access: log2 of its bytes. */
export const ACCESS_LOG2: Uint8Array = new Uint8Array(INSTRUCTIONS.length)
/** Memory access: letter bit of the base register, or NO_LETTER. The offset is always X. */
export const ACCESS_BASE: Uint8Array = new Uint8Array(INSTRUCTIONS.length)
/** Store: letter bit of the value register, or NO_LETTER for the immediate Y. */
export const STORE_VALUE: Uint8Array = new Uint8Array(INSTRUCTIONS.length)

function readsOf(expression: Expression): number {
  let bits = 0
  visitOperands(expression, letter => {
    bits |= LETTER_BIT[letter]
  })
  return bits
}

/** Base letter of an address: `X` or `add(register, X)`, the only two shapes in the table. */
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
  CLASS[id] = CLASS_OF[kind]
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
