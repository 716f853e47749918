/* What the bytes of a program's code say: where instructions and blocks start, what an instruction's operands are, which register it
 * writes, what a block costs. Nothing here depends on how code is executed, so the interpreter and the recompiler both ask here. */
#include "../isa/extended.h"
#include "vm.h"

/* The code of a program, in a machine or in the recompiler's tables. MASK_AHEAD bytes of anything stand behind the mask. */
typedef struct {
  const uint8_t *code, *mask;
  u32 length, set; /* PVM_SET_* */
} code_bytes;

CORE code_bytes code_of(const pvm *vm) {
  return (code_bytes){OWN(vm)->code, OWN(vm)->mask, vm->code_len, OWN(vm)->set};
}

/* ---- instruction boundaries, GP A.3 ---- */

CORE int mask_bit(const pvm *vm, u32 pc) { return OWN(vm)->mask[pc >> 3] >> (pc & 7) & 1; }

/* How many zeros follow the bit of pc in a mask, at most 24 (GP A.3). */
CORE u32 skip_in(const uint8_t *mask, u32 pc) {
  u64 bits;
  u32 from = pc + 1;
  __builtin_memcpy(&bits, mask + (from >> 3), 8);
  bits = bits >> (from & 7) | UINT64_C(1) << MAX_SKIP;
  return (u32)__builtin_ctzll(bits);
}

/* skip(pc) of GP A.3: how many bytes the instruction at pc has behind its first one. */
CORE u32 pvm_skip(const pvm *vm, u32 pc) { return skip_in(OWN(vm)->mask, pc); }

COLD u32 extended_at(const uint8_t *code, const uint8_t *mask, u32 pc, u32 code_len) {
  u32 skip = skip_in(mask, pc), rest = code_len - pc - 1;
  return pvm_extended_id(code[pc], code[pc + 1], pc, 1 + (skip < rest ? skip : rest), code_len);
}

/* The id of the instruction at pc. It is that of trap where no instruction with a defined opcode starts (GP A.4). */
CORE u32 id_at(code_bytes in, u32 pc) {
  if (pc >= in.length || !(in.mask[pc >> 3] >> (pc & 7) & 1)) return OP_TRAP;
  if (in.set == PVM_SET_EXTENDED) return extended_at(in.code, in.mask, pc, in.length);
  u32 id = pvm_ids[in.set * 256 + in.code[pc]];
  return id == OP_UNDEFINED ? OP_TRAP : id;
}

CORE u32 pvm_id_at(const pvm *vm, u32 pc) { return id_at(code_of(vm), pc); }

CORE int is_instruction(code_bytes in, u32 pc) {
  if (pc >= in.length || !(in.mask[pc >> 3] >> (pc & 7) & 1)) return 0;
  return UNDEFINED_TRAPS(in.set) || pvm_ids[in.set * 256 + in.code[pc]] != OP_UNDEFINED;
}

CORE int pvm_is_instruction(const pvm *vm, u32 pc) { return is_instruction(code_of(vm), pc); }

/* Whether a basic block starts at pc (GP A.5): pc is 0 or follows a terminator, and an instruction is there. In the sets of PolkaVM an
 * undefined opcode ends a block, with `jumped` only if a jump may lead behind it, and a block starts where no mark is in reach before. */
COLD int starts_block(const pvm *vm, u32 pc, int jumped) {
  if (!pvm_is_instruction(vm, pc)) return 0;
  if (pc == 0) return 1;
  u32 before = pc - 1;
  while (!mask_bit(vm, before)) {
    if (before == 0 || pc - before > MAX_SKIP) return BLOCKS_BEHIND_GAPS(OWN(vm)->set);
    before -= 1;
  }
  if (!pvm_is_instruction(vm, before) || pvm_kind_of[pvm_id_at(vm, before)] < KIND_TRAP) return 0;
  const u32 set = OWN(vm)->set;
  if (!jumped || set == PVM_SET_EXTENDED || RULE(vm, PVM_RULE_JUMP_BEHIND_UNDEFINED)) return 1;
  return pvm_ids[set * 256 + OWN(vm)->code[before]] != OP_UNDEFINED;
}

/* Whether a jump may lead to the target: a basic block starts there. */
CORE int pvm_is_block_start(const pvm *vm, int64_t target) {
  return target >= 0 && target < vm->code_len && starts_block(vm, (u32)target, 1);
}

/* The start of the block that contains pc (GP 0.8.0 A.9), or pc itself where no instruction starts at pc. */
CORE u32 start_of_block(const pvm *vm, u32 pc) {
  if (!pvm_is_instruction(vm, pc)) return pc;
  u32 at = pc;
  while (!starts_block(vm, at, 0)) {
    if (at == 0) return pc; /* there is no block start at or before pc */
    at -= 1;
  }
  return at;
}

/* How many instructions there are from pc to the end of its block. A block that runs into something which is no instruction
 * ends with a trap there, which counts too. */
COLD u32 count_instructions(code_bytes in, u32 pc) {
  u32 count = 1;
  while (is_instruction(in, pc) && pvm_kind_of[id_at(in, pc)] < KIND_TRAP) {
    pc += 1 + skip_in(in.mask, pc);
    count += 1;
  }
  return count;
}

/* How many instructions there are from the one at pc to the end of its segment (recompiler/program.c). Compiled code pays for a segment
 * when it enters it. */
COLD u32 count_segment(code_bytes in, u32 pc) {
  u32 count = 1;
  while (pvm_kind_of[id_at(in, pc)] < KIND_SBRK) {
    pc += 1 + skip_in(in.mask, pc);
    if (pc >= in.length || !(in.mask[pc >> 3] >> (pc & 7) & 1)) break;
    count += 1;
  }
  return count;
}

/* What the basic block that begins at `start` costs under the two block models. */
COLD u32 block_cost(code_bytes in, u32 gas_model, u32 cmov_reads, u32 start) {
  if (gas_model != PVM_GAS_PIPELINE) return count_instructions(in, start);
  int narrow = PVM_NARROW && in.set == PVM_SET_LATEST32;
  u32 costs = narrow ? in.set + 1 : in.set; /* 32-bit programs pay by a row of ids of their own */
  pvm_cost_input input = {in.code, in.mask, in.length, pvm_ids + costs * 256, 0, 0, cmov_reads};
  input.extended = in.set == PVM_SET_EXTENDED;
  input.unlikely = in.set == PVM_SET_GP_080 || input.extended ? 2 : in.set == PVM_SET_LATEST64 || narrow ? 3 : 256;
  return (u32)pvm_pipeline_cost(&input, start);
}

/* What the basic block that contains pc costs under the two block models. */
COLD u32 pvm_block_cost(const pvm *vm, u32 pc) {
  return block_cost(code_of(vm), vm->gas_model, RULE(vm, PVM_RULE_CMOV_READS), start_of_block(vm, pc));
}

/* ---- operands, GP A.5 ---- */

CORE u64 immediate(const uint8_t *at, u32 n) {
  if (n == 0) return 0;
  u32 word;
  __builtin_memcpy(&word, at, 4);
  u32 unused = 32 - 8 * n;
  return (u64)(s64)((s32)(word << unused) >> unused);
}

CORE u32 min4(s32 n) { return n < 0 ? 0 : n > 4 ? 4 : (u32)n; }
CORE u32 reg_of(u32 value) { return value > 12 ? 12 : value; }

/* Reads the operands of the instruction whose bytes begin at `code`. A jump's target is counted from `pc`. It may read up to
 * 12 bytes behind the instruction. */
CORE void operands_at(const uint8_t *code, u32 id, u32 pc, s32 skip, operands *out) {
  u32 low = reg_of(code[1] & 15), high = reg_of(code[1] >> 4), length;
  out->a = out->b = out->d = 0;
  out->x = out->y = 0;
  out->target = 0;
  switch (pvm_format_of[id]) {
    case FORMAT_NONE:
      break;
    case FORMAT_IMM:
      out->x = immediate(code + 1, min4(skip));
      break;
    case FORMAT_REG_IMM64:
      out->a = low;
      __builtin_memcpy(&out->x, code + 2, 8);
      break;
    case FORMAT_IMM_IMM:
      length = min4(code[1] & 7);
      out->x = immediate(code + 2, length);
      out->y = immediate(code + 2 + length, min4(skip - (s32)length - 1));
      break;
    case FORMAT_OFF:
      out->target = (int64_t)pc + (int64_t)immediate(code + 1, min4(skip));
      break;
    case FORMAT_REG_IMM:
      out->a = low;
      out->x = immediate(code + 2, min4(skip - 1));
      break;
    case FORMAT_REG_IMM_IMM:
      out->a = low;
      length = min4((code[1] >> 4) & 7);
      out->x = immediate(code + 2, length);
      out->y = immediate(code + 2 + length, min4(skip - (s32)length - 1));
      break;
    case FORMAT_REG_IMM_OFF:
      out->a = low;
      length = min4((code[1] >> 4) & 7);
      out->x = immediate(code + 2, length);
      out->target = (int64_t)pc + (int64_t)immediate(code + 2 + length, min4(skip - (s32)length - 1));
      break;
    case FORMAT_REG_REG:
      out->d = low;
      out->a = high;
      break;
    case FORMAT_REG_REG_IMM:
      out->a = low;
      out->b = high;
      out->x = immediate(code + 2, min4(skip - 1));
      break;
    case FORMAT_REG_REG_OFF:
      out->a = low;
      out->b = high;
      out->target = (int64_t)pc + (int64_t)immediate(code + 2, min4(skip - 1));
      break;
    case FORMAT_REG_REG_IMM_IMM:
      out->a = low;
      out->b = high;
      length = min4(code[2] & 7);
      out->x = immediate(code + 3, length);
      out->y = immediate(code + 3 + length, min4(skip - (s32)length - 2));
      break;
    default: /* FORMAT_REG_REG_REG: the third register is a whole byte */
      out->a = low;
      out->b = high;
      out->d = reg_of(code[2]);
      break;
  }
}

/* The same for every instruction set. In the extended encoding a prefix may stand in front of the opcode. */
COLD void operands_in(u32 set, const uint8_t *code, u32 id, u32 pc, s32 skip, operands *out) {
  u32 prefix = set == PVM_SET_EXTENDED && code[0] == EXTENDED_PREFIX;
  operands_at(code + prefix, id, pc, skip - (s32)prefix, out);
  /* The third register has a whole byte in the paper, but only a nibble in the extended encoding. */
  if (set == PVM_SET_EXTENDED && pvm_format_of[id] == FORMAT_REG_REG_REG) out->d = reg_of(code[prefix + 2] & 15);
}

CORE void pvm_operands(const pvm *vm, u32 id, u32 pc, operands *out) {
  operands_in(OWN(vm)->set, OWN(vm)->code + pc, id, pc, (s32)pvm_skip(vm, pc), out);
}

/* The register that the instruction writes, or -1. */
CORE s32 written_register(u32 id, const operands *o) {
  switch (id) {
#define ALU(name, to, value) \
  case OP_##name:            \
    return (s32)o->REGISTER_##to;
#define REGISTER_A a
#define REGISTER_D d
    PVM_ALU(ALU)
    PVM_NARROW_ALU(ALU)
#undef ALU
#define LOAD(name, type, where) case OP_##name:
    PVM_LOADS(LOAD) PVM_DIRECT_LOADS(LOAD)
#undef LOAD
    case OP_LOAD_IMM_64:
    case OP_LOAD_IMM_JUMP:
    case OP_LOAD_IMM_JUMP_IND:
      return (s32)o->a;
    case OP_SBRK:
      return (s32)o->d;
    case OP_MEMSET:
      return 7; /* it also writes r9, the rest of the length */
    default:
      return -1;
  }
}
