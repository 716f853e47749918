/* Writes code that does many turns of a fast loop at once, if the loop only copies or fills a run of bytes: memory.copy and
 * memory.fill instead of turns. The code stands between the question how many turns are safe and the turns (loops.c).
 *
 * It leaves at least one turn to the fast version, and only does turns behind which the loop goes on. So the last turn is
 * always done by the code of a turn, and leaves behind what a last turn leaves: a loaded word, the way out of the loop. */
#include "generator.h"

/* What one turn of a loop that copies or fills does. */
typedef struct {
  turn_steps turn;            /* how registers grow; what is written in another way, a load writes */
  u32 stores, bytes;          /* how many stores there are, and how many bytes each has */
  u32 store_stream;           /* the stream of all stores, by the access that is checked for it, */
  u32 load_stream;            /* and that of all words that they store */
  u32 to;                     /* the register of the stores' addresses */
  s32 first, next;            /* the offset of the first store from it, and the distance from one store to the next */
  u32 from;                   /* the register of the loads' addresses; NO_BASE if the loop fills */
  s32 apart;                  /* how much the offset of a store is above that of its load */
  u32 value;                  /* the register that the loop fills with; NO_BASE if that is `constant` */
  s32 constant;
  u32 leader[ADDRESS_LOCALS]; /* by address local, the access that is checked for those of its group */
  s32 held[13];               /* by register, of the load that wrote it: its offset, */
  u32 stream[13];             /* its stream, */
  uint8_t base[13], wide[13]; /* the register of its address, its bytes */
  s32 stride;                 /* how far the stores move in a turn: a power of two, up or down */
  countdown until;            /* the condition */
} bulk;

/* How far an access is from what the register of its address holds at the beginning of a turn. */
CORE s32 offset_of(const program_tables *p, u32 i) {
  return p->check[i] == CHECK_LEADER ? plus(p->low[i], p->offset[i]) : p->low[i];
}

/* The stream of an access, by the access that is checked for it. */
CORE u32 stream_of(const program_tables *p, bulk *b, u32 i) {
  if (p->check[i] == CHECK_SINGLE) return i;
  if (p->check[i] == CHECK_LEADER) b->leader[p->local[i]] = i;
  return b->leader[p->local[i]];
}

STEP int add_load(const program_tables *p, bulk *b, u32 i) {
  u32 r = p->a[i];
  b->turn.written |= 1u << r;
  b->held[r] = offset_of(p, i);
  b->base[r] = (uint8_t)p->root[i];
  b->wide[r] = (uint8_t)bytes_of(p, i);
  b->stream[r] = stream_of(p, b, i);
  return 1;
}

/* Whether a store stores what the stores before it do: words that were loaded from as far away, by the same stream, or the same
 * register or constant. The first store decides. */
STEP int stores_alike(const program_tables *p, bulk *b, u32 i) {
  int constant = p->id[i] >= OP_STORE_IMM_IND_U8 && p->id[i] <= OP_STORE_IMM_IND_U64;
  u32 value = constant ? NO_BASE : p->a[i], from = NO_BASE, stream = 0;
  s32 apart = 0;
  if (!constant && (b->turn.written >> value & 1) != 0) {
    if (b->wide[value] != bytes_of(p, i)) return 0;
    from = b->base[value];
    stream = b->stream[value];
    apart = plus(offset_of(p, i), -b->held[value]);
    value = NO_BASE;
  }
  if (b->stores == 0) {
    b->from = from;
    b->load_stream = stream;
    b->apart = apart;
    b->value = value;
    b->constant = p->y[i];
    return 1;
  }
  if (b->from != from || b->load_stream != stream) return 0;
  return b->apart == apart && b->value == value && (!constant || b->constant == p->y[i]);
}

/* Adds a store. Returns 0 unless the stores of the turn are of one stream, and follow each other in memory at one distance. */
STEP int add_store(const program_tables *p, bulk *b, u32 i) {
  s32 at = offset_of(p, i);
  u32 stream = stream_of(p, b, i);
  if (!stores_alike(p, b, i)) return 0;
  if (b->stores == 0) {
    b->to = (u32)p->root[i];
    b->store_stream = stream;
    b->bytes = (u32)bytes_of(p, i);
    b->first = at;
  } else {
    if (b->store_stream != stream || b->bytes != (u32)bytes_of(p, i)) return 0;
    if (b->stores == 1) b->next = plus(at, -b->first);
    if (at != plus(b->first, (s32)((u32)b->next * b->stores))) return 0;
  }
  b->stores += 1;
  return 1;
}

/* Reads a turn. Returns 0 if it does anything but load, store and add constants to registers. */
STEP int read_turn(const program_tables *p, bulk *b, u32 segment) {
  u32 last = last_of(p, segment);
  for (u32 i = p->segment_start[segment]; i < last; i++) {
    u32 kind = pvm_kind_of[p->id[i]];
    if (kind == KIND_NOP) continue;
    if (is_access(p->id[i])) {
      if (p->root[i] >= CONSTANT_ROOT || p->check[i] > CHECK_MEMBER) return 0;
      if (!(kind == KIND_LOAD ? add_load(p, b, i) : add_store(p, b, i))) return 0;
    } else {
      u32 r = p->a[i];
      if (p->id[i] != OP_ADD_IMM_64 || p->b[i] != r) return 0;
      b->turn.stepped |= 1u << r;
      b->turn.step[r] += p->x[i];
      if (magnitude(b->turn.step[r]) >= LONGEST_STEP) return 0;
    }
  }
  return b->stores > 0 && (b->turn.stepped & b->turn.written) == 0;
}
_Static_assert(CHECK_SINGLE < CHECK_LEADER && CHECK_LEADER < CHECK_MEMBER, "those of wide groups come behind");

/* Whether the stores of all turns make one run of bytes, and the loads of a copy another one. What a loop fills with must stay,
 * and if it is a constant, be one byte again and again. */
STEP int runs(bulk *b) {
  if (!is_moved(&b->turn, b->to)) return 0;
  s64 stride = b->turn.step[b->to];
  if (!is_power(magnitude(stride)) || magnitude(stride) != (s64)b->stores * b->bytes) return 0;
  if (b->stores > 1 && b->next != (s32)(stride < 0 ? 0u - b->bytes : b->bytes)) return 0;
  b->stride = (s32)stride;
  if (b->from != NO_BASE) return is_moved(&b->turn, b->from) && b->turn.step[b->from] == stride;
  if (b->value != NO_BASE) return is_kept(&b->turn, b->value);
  u64 word = ((u64)(s64)b->constant & 255) * UINT64_C(0x0101010101010101);
  return (word ^ (u64)(s64)b->constant) << (64 - 8 * b->bytes) == 0;
}

/* Whether the fast loop at a node copies or fills. Then `b` says how. */
STEP int find_bulk(const program_tables *p, const graph_tables *g, s32 node, bulk *b) {
  u32 segment = (u32)g->seg[node];
  __builtin_memset(b, 0, sizeof *b);
  return read_turn(p, b, segment) && runs(b) && read_condition(p, &b->turn, &b->until, last_of(p, segment), g->succ_a[node] == node);
}

/* Writes code that pushes where the bytes of all turns begin. Those of the first turn begin at the register plus `low`. */
PUTS void put_begin(generator *w, const bulk *b, u32 base, s32 low) {
  s32 at = plus(low, (s32)PVM_ROTATION), by = (s32)power_of(b->stride);
  if (b->stride > 0) PUT(w, BULK_AT, (s32)(LOCAL_REGISTER + base), at);
  else PUT(w, BULK_AT_DOWN, (s32)(LOCAL_REGISTER + base), plus(at, -b->stride), by);
}

/* Writes code that lowers the turns to none, unless the word that is filled with is one byte again and again. */
PUTS void put_same_bytes(generator *w, const bulk *b) {
  u64 ones = UINT64_C(0x0101010101010101) >> (64 - 8 * b->bytes);
  PUT(w, BULK_SAME_BYTES, (s32)(LOCAL_REGISTER + b->value), (s32)(u32)ones, (s32)(u32)(ones >> 32), (s32)(64 - 8 * b->bytes));
}

/* Writes code that does turns of the loop at the node at once, as `b` says. These are as many as the gas above the floor pays
 * for, or fewer. `ahead` is how much the floor is above the gas that a path needs. */
PUTS void put_bulk(generator *w, s32 node, const bulk *b, s32 ahead) {
  s32 cost = w->g->cost[node];
  if (w->g->path[node] + (u64)(u32)ahead >= INT32_MAX) return;
  s32 by = (s32)power_of(b->stride);
  s32 low = b->stores > 1 && b->next < 0 ? plus(b->first, (s32)((u32)b->next * (b->stores - 1))) : b->first;
  PUT(w, BULK_BEGIN, cost);
  put_room(w, &b->until, LOCAL_TARGET);
  if (b->from != NO_BASE) {
    u32 ahead_of = b->stride > 0 ? b->to : b->from, behind = b->stride > 0 ? b->from : b->to;
    s32 apart = b->stride > 0 ? b->apart : (s32)(0u - (u32)b->apart);
    PUT(w, BULK_APART, (s32)(LOCAL_REGISTER + ahead_of), (s32)(LOCAL_REGISTER + behind), apart, by);
  } else if (b->value != NO_BASE && b->bytes > 1) put_same_bytes(w, b);
  PUT(w, BULK_IF, 0);
  put_begin(w, b, b->to, low);
  if (b->from != NO_BASE) {
    put_begin(w, b, b->from, plus(low, -b->apart));
    PUT(w, BULK_COPY, by);
  } else {
    if (b->value == NO_BASE) put_i32(w, b->constant & 255);
    else {
      put_op(w, WASM_LOCAL_GET, LOCAL_REGISTER + b->value);
      put_byte(w, WASM_I32_WRAP_I64);
    }
    PUT(w, BULK_FILL, by);
  }
  if (w->says) say(w, SAID_BULK + (b->from != NO_BASE ? 0u : MORE_BULK_FILLS) + (b->stride < 0 ? MORE_BULK_DOWN : 0u));
  PUT(w, PAY_TURNS, cost);
  for (u32 r = 0; r < 13; r++) {
    if (is_moved(&b->turn, r)) PUT(w, STEP_TURNS, (s32)(LOCAL_REGISTER + r), (s32)b->turn.step[r]);
  }
  PUT(w, BULK_END, 0);
}
