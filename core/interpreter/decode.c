/* Makes records of instructions, a sequence at a time, when control first comes there. Nothing is validated before that: an
 * instruction that cannot be executed becomes a record that panics.
 *
 * A sequence is the code from a place where control enters to the end of its basic block. It has a header, and then a record
 * for each instruction. Most records take one slot of 16 bytes. A second immediate, a jump, an ecalli and a memset take two,
 * a branch three.
 *
 * Under the instruction gas model instructions are paid by runs. A run ends with the block. It also ends behind an ecalli and
 * a memset, because the host and memset must see the exact gas, and where a long sequence is glued to the next one.
 */
#include "../isa/extended.h"
#include "../machine/vm.h"

#define SLOT sizeof(record)
#define MAX_SEQUENCE 1024u /* a sequence with more instructions goes on in another one, to which it is glued */
/* Bytes that a sequence takes at most. The two slots of a memset can be followed by one of marks.c and one of tally.c, so an
 * instruction takes three slots, or four in a build that has these. */
#define MAX_RECORDS ((MAX_SEQUENCE + 2) * (3 + PVM_WATCHING) * (u32)SLOT)

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
CORE u32 pvm_id_at(const pvm *vm, u32 pc) {
  if (pc >= vm->code_len || !mask_bit(vm, pc)) return OP_TRAP;
  if (OWN(vm)->set == PVM_SET_EXTENDED) return extended_at(OWN(vm)->code, OWN(vm)->mask, pc, vm->code_len);
  u32 id = pvm_ids[OWN(vm)->set * 256 + OWN(vm)->code[pc]];
  return id == OP_UNDEFINED ? OP_TRAP : id;
}

CORE int pvm_is_instruction(const pvm *vm, u32 pc) {
  if (pc >= vm->code_len || !mask_bit(vm, pc)) return 0;
  return UNDEFINED_TRAPS(OWN(vm)->set) || pvm_ids[OWN(vm)->set * 256 + OWN(vm)->code[pc]] != OP_UNDEFINED;
}

/* Whether a basic block starts at the target (GP A.5): it is 0 or follows a terminator, and an instruction is there. */
CORE int pvm_is_block_start(const pvm *vm, int64_t target) {
  if (target < 0 || target >= vm->code_len) return 0;
  u32 pc = (u32)target;
  if (!pvm_is_instruction(vm, pc)) return 0;
  if (pc == 0) return 1;
  u32 before = pc - 1;
  while (!mask_bit(vm, before)) {
    if (before == 0 || pc - before > MAX_SKIP) return 0;
    before -= 1;
  }
  if (!pvm_is_instruction(vm, before)) return 0;
  return pvm_kind_of[pvm_id_at(vm, before)] >= KIND_TRAP;
}

/* The start of the block that contains pc (GP 0.8.0 A.9), or pc itself where no instruction starts at pc. */
CORE u32 start_of_block(const pvm *vm, u32 pc) {
  if (!pvm_is_instruction(vm, pc)) return pc;
  u32 at = pc;
  while (!pvm_is_block_start(vm, at)) {
    if (at == 0) return pc; /* there is no block start at or before pc */
    at -= 1;
  }
  return at;
}

/* How many instructions there are from pc to the end of its block. A block that runs into something which is no instruction
 * ends with a trap there, which counts too. */
COLD u32 count_instructions(const pvm *vm, u32 pc) {
  u32 count = 1;
  while (pvm_is_instruction(vm, pc) && pvm_kind_of[pvm_id_at(vm, pc)] < KIND_TRAP) {
    pc += 1 + pvm_skip(vm, pc);
    count += 1;
  }
  return count;
}

/* What the basic block that contains pc costs under the two block models. */
COLD u32 pvm_block_cost(const pvm *vm, u32 pc) {
  const private_part *own = &((const machine *)vm)->own;
  u32 start = start_of_block(vm, pc);
  if (vm->gas_model != PVM_GAS_PIPELINE) return count_instructions(vm, start);
  u32 set = own->set, costs = IS_NARROW(vm) ? set + 1 : set; /* 32-bit programs pay by a row of ids of their own */
  pvm_cost_input input = {own->code, own->mask, vm->code_len, pvm_ids + costs * 256, 0, 0, 0};
  input.extended = set == PVM_SET_EXTENDED;
  input.unlikely = set == PVM_SET_GP_080 || input.extended ? 2 : set == PVM_SET_LATEST64 || IS_NARROW(vm) ? 3 : 256;
  input.cmov_reads = RULE(vm, PVM_RULE_CMOV_READS);
  return (u32)pvm_pipeline_cost(&input, start);
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

/* ---- records ---- */

/* The op of the record's own instruction. The record itself may have another: OP_ENTER where compiled code is entered, or a
 * superinstruction that begins with it. */
CORE u32 op_of(const record *r) {
  u32 op = r->op == OP_ENTER ? ((const header *)r)[-1].op : r->op;
  return op >= OP_FUSED && op < OP_ENTER ? pvm_fused_first[op - OP_FUSED] : op;
}

CORE u32 slots_of(u32 op) {
  switch (op) {
    case OP_LOAD_IMM_64:
    case OP_ECALLI:
    case OP_MEMSET:
    case OP_GLUE:
      return 2;
    case OP_LOAD_IMM_JUMP_IND:
      return 2;
    default:
      break;
  }
  if (op >= OP_COUNT) return 1;
  switch (pvm_kind_of[op]) {
    case KIND_STORE:
      return pvm_format_of[op] == FORMAT_IMM_IMM || pvm_format_of[op] == FORMAT_REG_IMM_IMM ? 2 : 1;
    case KIND_JUMP:
    case KIND_FALLTHROUGH:
      return 2;
    case KIND_BRANCH:
      return 3;
    default:
      return 1;
  }
}

/* How many instructions behind r belong to the same run, and were paid together with it (instruction model). */
COLD u32 unexecuted_after(const record *r) {
  u32 count = 0;
  for (;;) {
    u32 op = op_of(r);
    if (op == OP_ECALLI || op == OP_MEMSET || pvm_kind_of[op] >= KIND_TRAP) return count;
    r += slots_of(op);
    if (IS_MARK(r)) r += 1;
    if (ENDS_RUN(r)) return count;
    count += 1;
  }
}

/* What the run that starts with r costs: 1 for each of its instructions. */
CORE u32 run_cost(const record *r) {
  while (IS_MARK(r)) r += 1;
  return ENDS_RUN(r) ? 0 : 1 + unexecuted_after(r);
}

/* Throws all records away. Nobody may follow a link to one of them afterwards. */
CORE void flush_records(pvm *vm) {
  private_part *own = OWN(vm);
  __builtin_memset(own->index, 0, 4 * (size_t)(vm->code_len + 1));
  __builtin_memset(own->jump_link, 0, 4 * (size_t)vm->jump_size);
  u32 high = own->records_next - own->first; /* lay_out zeroes up to here, because the next program's tables start as zeros */
  if (high > own->used) own->used = high;
  own->records_next = own->records;
  own->flushes += 1;
}

CORE void write_stub(pvm *vm, link *to, stub *s, u32 side, int64_t target, u32 pc, int checked) {
  int good = !checked || pvm_is_block_start(vm, target);
  s->op = good ? OP_STUB : OP_BAD_TARGET;
  s->side = (uint16_t)side;
  s->pc = good ? (u32)target : pc;
  to->at = OFFSET(vm, s);
  to->cost = 0;
}

/* Writes the record of the instruction at pc, which has this id. Returns where the next record goes. */
CORE record *emit(pvm *vm, record *r, u32 id, u32 pc) {
  operands o;
  pvm_operands(vm, id, pc, &o);
  u32 kind = pvm_kind_of[id], next = pc + 1 + pvm_skip(vm, pc);
  int both = RULE(vm, PVM_RULE_CHECK_BOTH);
  r->op = (uint16_t)id;
  r->a = REG_OF(o.a);
  r->b = REG_OF(o.b);
  r->d = REG_OF(o.d);
  r->x = (s32)o.x;
  r->pc = pc;
  if (kind == KIND_LOAD || kind == KIND_STORE) {
    r->x = (s32)((u32)o.x + PVM_ROTATION);
    if (pvm_indirect_of[id] != id) { /* direct ones become indirect, with a register that is 0: V8 compiles a smaller loop sooner */
      r->op = pvm_indirect_of[id];
      if (pvm_format_of[id] == FORMAT_IMM_IMM) r->a = ZERO_REG;
      else r->b = ZERO_REG;
    }
  }
  switch (slots_of(id)) {
    case 1:
      return r + 1;
    case 3: {
      branch_slots *s = (branch_slots *)(r + 1);
      if (both && !(pvm_is_block_start(vm, o.target) && pvm_is_block_start(vm, next))) {
        o.target = -1; /* GP 0.8.0 A.17: the branch panics whether it is taken or not */
        write_stub(vm, &s->fall, &s->fall_stub, 1, -1, pc, 1);
      } else {
        write_stub(vm, &s->fall, &s->fall_stub, 1, next, pc, 0);
      }
      write_stub(vm, &s->taken, &s->taken_stub, 0, o.target, pc, 1);
      return r + 3;
    }
    default:
      break;
  }
  switch (kind) {
    case KIND_JUMP: {
      jump_slot *s = (jump_slot *)(r + 1);
      write_stub(vm, &s->to, &s->stub, 2, o.target, pc, 1);
      break;
    }
    case KIND_FALLTHROUGH: {
      jump_slot *s = (jump_slot *)(r + 1);
      write_stub(vm, &s->to, &s->stub, 2, next, pc, both);
      break;
    }
    case KIND_HOST:
    case KIND_MEMSET: {
      pause_slot *s = (pause_slot *)(r + 1);
      s->next_pc = next;
      s->cost = 0;
      break;
    }
    default: {
      second_slot *s = (second_slot *)(r + 1);
      s->y = id == OP_LOAD_IMM_64 ? (s32)(o.x >> 32) : (s32)o.y;
      break;
    }
  }
  return r + 2;
}

/* ---- superinstructions ---- */

/* A superinstruction in the making: its first record, and the node in the tree of isa/fused.gen.h that it has come to. */
typedef struct {
  record *first;
  u32 node;
  u32 result; /* the register that the last instruction wrote, as records name it, or NO_RESULT */
} fusion;
#define NO_RESULT 0x10000u
#define NO_NODE 0xFFFFu

/* Whether the operand that an edge asks for is the result of the instruction before. It swaps the operands of r where that is
 * allowed and makes it so. */
CORE int takes_result(record *r, u32 takes, u32 result) {
  if (takes == 0) return 1;
  if (takes == 3 && r->a != result && r->b == result) {
    r->b = r->a;
    r->a = (uint16_t)result;
  }
  return (takes == 2 ? r->b : r->a) == result;
}

/* Lets r, which is the instruction `id`, join the superinstruction before it, or begin one. Only the op of the first record
 * changes. The records behind it stay whole, so control may also come to one of them: by its pc, or after a slow access. */
CORE void fuse(fusion *f, record *r, u32 id) {
  u32 node = id;
  if (f->node != NO_NODE) {
    for (u32 i = pvm_fused_edges_of[f->node]; i < pvm_fused_edges_of[f->node + 1]; i++) {
      const pvm_fused_edge *edge = &pvm_fused_edges[i];
      if (edge->id != id || !takes_result(r, edge->takes, f->result)) continue;
      if (edge->op < FUSED_COUNT) f->first->op = (uint16_t)(OP_FUSED + edge->op);
      node = edge->to;
      break;
    }
  }
  if (node == id) f->first = r;
  f->node = node;
  f->result = pvm_writes_of[id] == 1 ? r->a : pvm_writes_of[id] == 4 ? r->d : NO_RESULT;
}

/* Fills in what the runs behind ecalli and memset cost, and where steps are counted, how many instructions each run has. */
CORE void price_runs(const pvm *vm, record *first, const record *end) {
  for (record *r = first; r < end; r += slots_of(op_of(r))) {
    size_run(r);
    if (vm->gas_model != PVM_GAS_INSTRUCTION || (r->op != OP_ECALLI && r->op != OP_MEMSET)) continue;
    pause_slot *s = (pause_slot *)(r + 1);
    s->cost = run_cost(r + 2);
  }
}

/* What entering the sequence at pc costs. `first` is its first record. */
CORE u32 entry_cost(const pvm *vm, u32 pc, const record *first) {
  return vm->gas_model == PVM_GAS_INSTRUCTION ? run_cost(first) : pvm_block_cost(vm, pc);
}

/* Decodes the sequence at pc (pc <= code_len) and returns the offset of its first record. It may throw all older records
 * away to make room. */
COLD u32 decode_sequence(pvm *vm, u32 pc) {
  private_part *own = OWN(vm);
  if (own->records_end - own->records_next < MAX_RECORDS) flush_records(vm);
  header *h = (header *)AT(vm, own->records_next);
  record *first = (record *)(h + 1), *r = first;
  fusion f = {first, NO_NODE, NO_RESULT};
  u32 at = pc, count = 0;
  r = count_run(vm, tally_sequence(vm, r, pc), pc);
  for (;;) {
    /* The sequence is too long. Or no instruction is here, and the profile takes no gas for that: the loop looks again then. */
    if (count == MAX_SEQUENCE || (RULE(vm, PVM_RULE_STRICT) && !pvm_is_instruction(vm, at))) {
      r->op = OP_GLUE;
      r->pc = at;
      pause_slot *s = (pause_slot *)(r + 1);
      s->next_pc = at;
      s->cost = 0;
      s->first = count == 0;
      s->at = 0; /* not linked yet; written because an older record may have left something else here */
      r += 2;
      break;
    }
    u32 id = pvm_id_at(vm, at);
    own->index[at] = OFFSET(vm, count == 0 ? first : r);
    if (is_sought(vm, at)) {
      r = emit_found(r, at);
      break;
    }
    record *here = r;
    r = emit(vm, r, id, at);
    fuse(&f, here, here->op);
    count += 1;
    if (pvm_kind_of[id] >= KIND_TRAP) break;
    at += 1 + pvm_skip(vm, at);
    if (pvm_kind_of[id] >= KIND_SBRK) r = tally_pause(vm, r, at);
    if (id == OP_ECALLI || id == OP_MEMSET) r = count_run(vm, r, at);
  }
  own->records_next = OFFSET(vm, r);
  h->pc = pc;
  h->op = first->op;
  h->count = (uint16_t)count;
  h->entry = own->entries[pc];
  price_runs(vm, first, r);
  h->cost = count == 0 && !is_sought(vm, pc) ? 0 : entry_cost(vm, pc, first);
  if (h->entry != 0 && MAY_ENTER(vm)) first->op = OP_ENTER;
  return OFFSET(vm, first);
}

/* The offset of the record at pc, which is decoded first if need be. It need not be the first of its sequence. */
CORE u32 record_at(pvm *vm, u32 pc) {
  u32 at = OWN(vm)->index[pc];
  return at != 0 ? at : decode_sequence(vm, pc);
}
