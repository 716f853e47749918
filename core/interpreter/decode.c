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
#include "../machine/vm.h"

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
