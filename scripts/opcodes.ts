// Writes core/isa/opcodes.gen.h from the instruction table. Not the core's decoder: that is core/interpreter/decode.c, by hand.
import { ACCESS_BASE, ACCESS_LOG2, READS, WRITES } from '../src/engine/recompiler/facts.ts'
import { RAW_ARGS, RAW_IDS } from '../src/isa/extended.ts'
import type { Format } from '../src/isa/format.ts'
import { type Expression, effectOf } from '../src/isa/semantics.ts'
import { type InstructionSetName, instructionSet } from '../src/isa/set.ts'
import { INSTRUCTIONS, type Instruction, type InstructionKind } from '../src/isa/table.ts'

const FORMATS: readonly Format[] = [
  'none',
  'imm',
  'reg_imm64',
  'imm_imm',
  'off',
  'reg_imm',
  'reg_imm_imm',
  'reg_imm_off',
  'reg_reg',
  'reg_reg_imm',
  'reg_reg_off',
  'reg_reg_imm_imm',
  'reg_reg_reg',
]

const INSTRUCTION_KINDS: readonly InstructionKind[] = [
  'alu',
  'load',
  'store',
  'nop',
  'sbrk',
  'memset',
  'host',
  'trap',
  'fallthrough',
  'jump',
  'djump',
  'branch',
]

/** In the order of PVM_SET_* in pvm.h. */
const SETS: readonly InstructionSetName[] = [
  'gp-0.7.2',
  'gp-0.8.0',
  'latest64',
  'revive-v1',
  'latest64-0.37',
  'revive-v1-strict',
  'latest32',
]

const LOADS: Readonly<Record<string, string>> = {
  load_u8: 'uint8_t',
  load_i8: 'int8_t',
  load_u16: 'uint16_t',
  load_i16: 'int16_t',
  load_u32: 'uint32_t',
  load_i32: 'int32_t',
  load_u64: 'uint64_t',
}

/** An expression of the effect column in C. */
export function c(expression: Expression): string {
  switch (expression.is) {
    case 'operand':
      return expression.letter
    case 'constant':
      return `UINT64_C(${expression.value})`
    case 'apply':
      return `op_${expression.operator}(${expression.args.map(c).join(', ')})`
  }
}

const upper = (name: string): string => name.toUpperCase()

function list(name: string, comment: string, lines: readonly string[]): string {
  return `/* ${comment} */\n#define ${name}(OP) \\\n${lines.map(line => `  OP(${line})`).join(' \\\n')}\n`
}

function ofKind(kind: InstructionKind): readonly Instruction[] {
  return INSTRUCTIONS.filter(instruction => instruction.kind === kind)
}

/** Whether only 32-bit programs have it, under the number of another one. */
function isOf32({ opcodes }: Instruction): boolean {
  return opcodes.latest64 === null && opcodes.gp080 === null
}

function alu(instruction: Instruction): string {
  const { assign } = effectOf(instruction.id)
  return `${upper(instruction.name)}, ${assign!.to}, ${c(assign!.value)}`
}

/** The C type of what a load or store moves. */
export function accessType(instruction: Instruction): string {
  const operator = accessOf(instruction) ?? ''
  const type = LOADS[operator] ?? (/^store\d+$/.test(operator) ? `uint${operator.replace('store', '')}_t` : undefined)
  if (type === undefined) throw new Error(`${instruction.name}: ${operator} is no load or store`)
  return type
}

function load(instruction: Instruction): string {
  const value = effectOf(instruction.id).assign!.value
  if (value.is !== 'apply') throw new Error(`${instruction.name}: not a load`)
  return `${upper(instruction.name)}, ${accessType(instruction)}, ${c(value.args[0]!)}`
}

function store(instruction: Instruction): string {
  const { args } = effectOf(instruction.id).action!
  return `${upper(instruction.name)}, ${accessType(instruction)}, ${c(args[0]!)}, ${c(args[1]!)}`
}

/** Where a load or store with an absolute address X goes: the same with a base register, which then reads as zero. */
function indirectOf(instruction: Instruction): Instruction {
  if (!isDirect(instruction)) return instruction
  const operator = accessOf(instruction)
  const last = effectOf(instruction.id).action?.args[1]
  const twin = INSTRUCTIONS.find(other => {
    const value = effectOf(other.id).action?.args[1]
    const sameValue = last?.is === 'operand' && value?.is === 'operand' ? last.letter === value.letter : last === value
    return other.kind === instruction.kind && !isDirect(other) && accessOf(other) === operator && sameValue
  })
  if (twin === undefined) throw new Error(`${instruction.name}: no form with a base register`)
  return twin
}

/** `load_u8`, `store32`, … */
function accessOf(instruction: Instruction): string | undefined {
  const { assign, action } = effectOf(instruction.id)
  if (action !== undefined) return action.operator
  return assign?.value.is === 'apply' ? assign.value.operator : undefined
}

/** Whether it is a load or store at an absolute address. */
function isDirect(instruction: Instruction): boolean {
  if (instruction.kind !== 'load' && instruction.kind !== 'store') return false
  const { assign, action } = effectOf(instruction.id)
  const where = action !== undefined ? action.args[0] : assign!.value.is === 'apply' ? assign!.value.args[0] : undefined
  return where?.is === 'operand'
}

function branch(instruction: Instruction): string {
  return `${upper(instruction.name)}, ${c(effectOf(instruction.id).action!.args[0]!)}`
}

function bytes(name: string, comment: string, values: readonly (string | number)[]): string {
  const rows: string[] = []
  for (let at = 0; at < values.length; at += 16) rows.push(`  ${values.slice(at, at + 16).join(', ')},`)
  return `/* ${comment} */\nstatic const uint8_t ${name}[${values.length}] = {\n${rows.join('\n')}\n};\n`
}

/** The core for the interpreter alone has no 32-bit programs, and no strict ReviveV1. */
const NARROW = `#if defined(PVM_PASSES) && !PVM_PASSES
#define PVM_NARROW 0
#define PVM_NARROW_ALU(OP)
#else
#define PVM_NARROW 1
#define PVM_NARROW_ALU(OP) PVM_ALU_32(OP)
#endif
`

function idsBySet(): string {
  const rows = (values: readonly number[]): string[] =>
    Array.from({ length: values.length / 16 }, (_, i) => `  ${values.slice(16 * i, 16 * i + 16).join(', ')},`)
  const wide = SETS.slice(0, SETS.indexOf('revive-v1-strict')).flatMap(name => [...instructionSet(name).ids])
  const strict = instructionSet('revive-v1-strict').ids
  const { ids, costIds } = instructionSet('latest32')
  const comment =
    'Id by opcode byte, 256 for each of PVM_SET_*; the last 256 are the ids whose cost 32-bit programs pay.'
  const text = [...rows(wide), '#if PVM_NARROW', ...rows([...strict, ...ids, ...costIds]), '#endif']
  return `/* ${comment} */\nstatic const uint8_t pvm_ids[] = {\n${text.join('\n')}\n};\n`
}

/** The text of core/isa/opcodes.gen.h. */
export function generateOpcodes(): string {
  const names = INSTRUCTIONS.map(instruction => `OP_${upper(instruction.name)}`)
  return [
    '/* Made by `npm run core` from src/isa/table.ts. Do not edit. */',
    '#ifndef PVM_OPCODES_H\n#define PVM_OPCODES_H\n#include <stdint.h>\n',
    `enum { /* the ids of src/isa/table.ts */\n${names.map((name, id) => `  ${name} = ${id},`).join('\n')}\n  OP_COUNT = ${names.length},\n  OP_UNDEFINED = 255\n};\n`,
    `enum { /* operand formats, GP A.5.1 to A.5.13 */\n${FORMATS.map((f, i) => `  FORMAT_${upper(f)} = ${i},`).join('\n')}\n};\n`,
    `enum { /* what an instruction does; from KIND_TRAP on it ends a basic block */\n${INSTRUCTION_KINDS.map((k, i) => `  KIND_${upper(k)} = ${i},`).join('\n')}\n};\n`,
    bytes(
      'pvm_format_of',
      'Format by id.',
      INSTRUCTIONS.map(i => FORMATS.indexOf(i.format)),
    ),
    bytes(
      'pvm_kind_of',
      'Kind by id.',
      INSTRUCTIONS.map(i => INSTRUCTION_KINDS.indexOf(i.kind)),
    ),
    bytes('pvm_reads_of', 'Register operands read by id: A 1, B 2, D 4.', [...READS]),
    bytes('pvm_writes_of', 'Register operands written by id.', [...WRITES]),
    bytes('pvm_access_base', 'Register operand that is the base of a load or store by id, 0 for none.', [
      ...ACCESS_BASE,
    ]),
    bytes('pvm_access_log2', 'Memory access: log2 of its bytes by id.', [...ACCESS_LOG2]),
    NARROW,
    idsBySet(),
    bytes('pvm_extended_ids', 'Extended encoding: id by raw opcode.', [...RAW_IDS]),
    bytes('pvm_extended_args', 'Extended encoding: argument bytes by raw opcode.', [...RAW_ARGS]),
    list(
      'PVM_ALU',
      'OP(name, destination, value); load_imm_64 is not here, its immediate takes two slots',
      ofKind('alu')
        .filter(i => i.format !== 'reg_imm64' && !isOf32(i))
        .map(alu),
    ),
    list('PVM_ALU_32', 'The same for what only 32-bit programs have.', ofKind('alu').filter(isOf32).map(alu)),
    bytes(
      'pvm_indirect_of',
      'Id of the form with a base register, by id; what is no load or store at an absolute address is itself.',
      INSTRUCTIONS.map(i => indirectOf(i).id),
    ),
    list(
      'PVM_LOADS',
      'OP(name, type, address): the destination is A',
      ofKind('load')
        .filter(i => !isDirect(i))
        .map(load),
    ),
    list('PVM_DIRECT_LOADS', 'The same at absolute addresses', ofKind('load').filter(isDirect).map(load)),
    list(
      'PVM_STORES',
      'OP(name, type, address, value)',
      ofKind('store')
        .filter(i => !isDirect(i))
        .map(store),
    ),
    list('PVM_DIRECT_STORES', 'The same at absolute addresses', ofKind('store').filter(isDirect).map(store)),
    list('PVM_BRANCHES', 'OP(name, condition)', ofKind('branch').map(branch)),
    '#endif\n',
  ].join('\n')
}
