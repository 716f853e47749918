/* The pipeline gas model of GP 0.8.0 (A.9): what a basic block costs. The model is written down as the paper has it in
 * src/program/pipeline.ts. It goes from cycle to cycle and keeps a state for each instruction that is under way. Here each of
 * them has the time when it is done, so the clock can jump over cycles in which nothing happens. The cost is 1 less than the
 * number of the cycle in which all are done, and at least 1. The interpreter charges the gas.
 *
 * The cost depends on the code only. Nothing is allocated, and the time is in proportion to the length of the block. */
#include "costs.gen.h"
#include "../isa/extended.h"
#include "../isa/opcodes.gen.h"
#include "pipeline.h"

#define ROB 32u
#define NEVER 0xFFFFFFFFu
#define REBASE 0x3FFFFFFFu
#define NO_DEPENDENCY 64u

/* The entries of the reorder buffer, and the units. A time is the number of a cycle plus 2, so that "two cycles ago" is not
 * negative in cycle 0. */
typedef struct {
  uint32_t done[65]; /* when each entry is done; entry 64 stands for no dependency and always is */
  uint8_t dep1[64], dep2[64], dep3[64];
  const cost_row *row[64];
  uint8_t latency[64];
  uint32_t owner[13]; /* the number of the entry that computes each register last, 0 for none */
  uint8_t waiting[ROB];
  uint32_t alu[4], multiplier, divider; /* when each unit is free again */
} pipeline;

/* The instruction that is decoded next. */
typedef struct {
  const cost_row *row;
  uint32_t skip, latency, slots, source1, source2, destination, terminator;
} fetched;

#define NO_REGISTER 15u

static inline uint32_t cost_bit(const pvm_cost_input *in, uint32_t at) {
  return at < in->length ? (in->mask[at >> 3] >> (at & 7)) & 1u : 1u;
}

static inline uint32_t cost_byte(const pvm_cost_input *in, int64_t at) {
  return at >= 0 && at < (int64_t)in->length ? in->code[at] : 0u;
}

/* skip(pc) (GP A.3). */
static inline uint32_t cost_skip(const pvm_cost_input *in, uint32_t pc) {
  uint32_t at = (pc + 1) >> 3, last = (in->length + 7) >> 3;
  uint32_t bits = 0;
  for (uint32_t i = 0; i < 4 && at + i < last; i++) bits |= (uint32_t)in->mask[at + i] << (8 * i);
  bits = ((bits >> ((pc + 1) & 7)) & 0xFFFFFFu) | 0x1000000u;
  uint32_t skip = (uint32_t)__builtin_ctz(bits), rest = in->length - pc - 1;
  return skip < rest ? skip : rest;
}

/* The byte at a branch's target. The operands are those of GP A.5.8 and A.5.11. */
static uint32_t cost_target_byte(const pvm_cost_input *in, uint32_t id, uint32_t start, uint32_t prefix, uint32_t skip) {
  uint32_t pc = start + prefix; /* the opcode's last byte */
  uint32_t x = 0; /* bytes of the immediate before the offset */
  if (pvm_format_of[id] == FORMAT_REG_IMM_OFF) {
    x = (cost_byte(in, (int64_t)pc + 1) >> 4) & 7u;
    if (x > 4) x = 4;
  }
  uint32_t n = skip > x + 1 ? skip - x - 1 : 0;
  if (n > 4) n = 4;
  uint32_t value = 0;
  for (uint32_t i = 0; i < n; i++) value |= cost_byte(in, (int64_t)pc + 2 + x + i) << (8 * i);
  int64_t offset = n == 0 ? 0 : (int64_t)value - ((value >> (8 * n - 1)) & 1u ? (int64_t)1 << (8 * n) : 0);
  return cost_byte(in, (int64_t)start + offset);
}

static inline uint32_t cost_register(uint32_t position, uint32_t byte1, uint32_t byte2) {
  uint32_t r = position == 1 ? byte1 & 15u : position == 2 ? byte1 >> 4 : byte2;
  return position == 0 ? NO_REGISTER : r > 12 ? 12 : r;
}

static void cost_fetch(const pvm_cost_input *in, uint32_t pc, fetched *out) {
  uint32_t id = OP_UNDEFINED, prefix = 0;
  out->skip = 0;
  if (pc < in->length && cost_bit(in, pc)) {
    if (in->extended) {
      out->skip = cost_skip(in, pc);
      id = pvm_extended_id(in->code[pc], cost_byte(in, (int64_t)pc + 1), pc, 1 + out->skip, in->length);
      prefix = in->code[pc] == EXTENDED_PREFIX;
    } else {
      id = in->ids[in->code[pc]];
      if (id != OP_UNDEFINED) out->skip = cost_skip(in, pc);
    }
  }
  if (id == OP_UNDEFINED) id = OP_TRAP;
  const cost_row *row = &pvm_cost_rows[id];
  uint32_t byte1 = cost_byte(in, (int64_t)pc + prefix + 1), byte2 = cost_byte(in, (int64_t)pc + prefix + 2);
  if (in->extended) byte2 &= 15u; /* the third register has a nibble there, see operands_in in interpreter/decode.c */
  out->row = row;
  out->latency = row->cycles;
  out->terminator = pvm_kind_of[id] >= KIND_TRAP;
  out->source1 = cost_register(row->source1, byte1, byte2);
  out->source2 = cost_register(row->source2, byte1, byte2);
  out->destination = cost_register(row->destination, byte1, byte2);
  int overlap = row->rule != 0 && (out->destination == out->source1 || (row->rule == 1 && out->destination == out->source2));
  out->slots = overlap ? row->slots : row->slots_apart;
  if (row->branch) {
    uint32_t next = cost_byte(in, (int64_t)pc + 1 + out->skip), target = cost_target_byte(in, id, pc, prefix, out->skip - prefix);
    /* A branch is cheap if a trap or an `unlikely` follows it on one side. The byte of `trap` is 0 in every set. */
    if (next == 0 || next == in->unlikely || target == 0 || target == in->unlikely) out->latency = COST_CHEAP_BRANCH;
  }
}

/* The entry that computes register r, if it is still to be waited for, otherwise NO_DEPENDENCY. */
static inline uint8_t cost_dependency(const pipeline *p, uint32_t r, uint32_t tail, uint32_t now) {
  if (r == NO_REGISTER) return NO_DEPENDENCY;
  uint32_t number = p->owner[r]; /* numbers start at 128, so 0 counts as older than any in the buffer */
  return number + 64 > tail && p->done[number & 63] > now ? (uint8_t)(number & 63) : NO_DEPENDENCY;
}

static inline int cost_free_alu(const pipeline *p, uint32_t now, int but) {
  for (int i = 0; i < 4; i++)
    if (p->alu[i] <= now && i != but) return i;
  return -1;
}

static inline uint32_t cost_next_alu(const pipeline *p, uint32_t now) {
  uint32_t next = NEVER;
  for (int i = 0; i < 4; i++)
    if (p->alu[i] > now && p->alu[i] < next) next = p->alu[i];
  return next;
}

/* When the entry can start at the earliest, as far as that is known. If it can start now, `alu` gets the ALUs that it takes. */
static inline uint32_t cost_ready(const pipeline *p, uint32_t entry, uint32_t now, uint32_t starts, int alu[2]) {
  uint32_t ready = p->done[p->dep1[entry]];
  if (p->done[p->dep2[entry]] > ready) ready = p->done[p->dep2[entry]];
  if (p->done[p->dep3[entry]] > ready) ready = p->done[p->dep3[entry]];
  if (ready > now) return ready;
  const cost_row *row = p->row[entry];
  alu[0] = alu[1] = -1;
  if (starts == 0) return now + 1;
  if (row->multipliers && p->multiplier > now) return p->multiplier;
  if (row->dividers && p->divider > now) return p->divider;
  if (row->alus > 0 && (alu[0] = cost_free_alu(p, now, -1)) < 0) return cost_next_alu(p, now);
  if (row->alus > 1 && (alu[1] = cost_free_alu(p, now, alu[0])) < 0) return cost_next_alu(p, now);
  return now;
}

static uint32_t cost_earlier(uint32_t time, uint32_t now) { return time > now ? time - now + 2 : 2; }

/* Makes `now` cycle 0, so that 32 bits are enough for blocks of any length. */
static void cost_rebase(pipeline *p, uint32_t now) {
  for (int i = 0; i < 64; i++) {
    uint32_t done = p->done[i];
    if (done != NEVER) p->done[i] = done + 2 > now ? done + 2 - now : 0; /* done two cycles ago is as good as long ago */
  }
  for (int i = 0; i < 4; i++) p->alu[i] = cost_earlier(p->alu[i], now);
  p->multiplier = cost_earlier(p->multiplier, now);
  p->divider = cost_earlier(p->divider, now);
}

uint64_t pvm_pipeline_cost(const pvm_cost_input *in, uint32_t start) {
  pipeline p;
  for (int i = 0; i < 13; i++) p.owner[i] = 0;
  for (int i = 0; i < 4; i++) p.alu[i] = 2;
  for (int i = 0; i < 65; i++) p.done[i] = 0;
  p.multiplier = p.divider = 2;
  uint64_t passed = 0;             /* how many cycles there were before the present cycle 0 */
  uint32_t now = 2, last = 2;      /* `last`: when the entry that takes longest is done */
  uint32_t head = 128, tail = 128; /* no entry before number `head` is in the buffer; `tail` is the number of the next one */
  uint32_t waiting = 0, pc = start, open = 1, known = 0;
  fetched it;

  for (;;) {
    /* Entries start that can, the oldest first. Those that are decoded in this cycle are not in the list yet. */
    uint32_t next = NEVER, starts = 5, kept = 0;
    for (uint32_t i = 0; i < waiting; i++) {
      uint32_t entry = p.waiting[i];
      int alu[2] = {-1, -1};
      uint32_t ready = cost_ready(&p, entry, now, starts, alu);
      if (ready > now) {
        if (ready < next) next = ready;
        p.waiting[kept++] = (uint8_t)entry;
        continue;
      }
      uint32_t done = now + p.latency[entry];
      p.done[entry] = done;
      if (done > last) last = done;
      starts -= 1;
      if (alu[0] >= 0) p.alu[alu[0]] = done;
      if (alu[1] >= 0) p.alu[alu[1]] = done;
      if (p.row[entry]->multipliers) p.multiplier = done;
      if (p.row[entry]->dividers) p.divider = done;
    }
    waiting = kept;

    /* As many instructions are decoded as fit into this cycle. */
    uint32_t slots = 4;
    while (open) {
      if (!known) cost_fetch(in, pc, &it);
      known = 1;
      if (it.slots > slots) {
        next = now + 1;
        break;
      }
      if (tail - head >= ROB) {
        while (head < tail && p.done[head & 63] + 1 < now && p.done[head & 63] != NEVER) head += 1; /* these have left the buffer */
        if (tail - head >= ROB) {
          uint32_t done = p.done[head & 63];
          if (done != NEVER && done + 2 < next) next = done + 2;
          break;
        }
      }
      slots -= it.slots;
      if (it.row->front_end) {
        p.owner[it.destination] = p.owner[it.source1];
      } else {
        uint32_t entry = tail & 63;
        uint32_t old = it.row->reads_destination && in->cmov_reads ? it.destination : NO_REGISTER;
        p.dep1[entry] = cost_dependency(&p, it.source1, tail, now);
        p.dep2[entry] = cost_dependency(&p, it.source2, tail, now);
        p.dep3[entry] = cost_dependency(&p, old, tail, now);
        if (it.destination != NO_REGISTER) p.owner[it.destination] = tail;
        p.done[entry] = NEVER;
        p.latency[entry] = (uint8_t)it.latency;
        p.row[entry] = it.row;
        p.waiting[waiting++] = (uint8_t)entry;
        tail += 1;
        next = now + 1;
      }
      pc += 1 + it.skip;
      known = 0;
      open = !it.terminator;
    }
    if (waiting == 0 && !open) {
      uint64_t cost = passed + last; /* times are 2 too large, and the cost is 1 less than the time */
      return cost > 4 ? cost - 3 : 1;
    }
    now = next;
    if (now > REBASE) {
      cost_rebase(&p, now);
      last = cost_earlier(last, now);
      passed += now - 2;
      now = 2;
    }
  }
}
