/* Plans wide groups: accesses to a base plus an index that is known to be small, such as m[s[i]] where s[i] is a byte. It is a
 * part of the memory plan. All other accesses are planned by plan.c.
 *
 * The accesses of a wide group reach over two pages at most. The first one looks at the rights of both pages, and keeps the
 * highest address that is allowed. Each of the others compares its address with that, which costs half of a check of its own.
 *
 * If the page of the base does not have the right, the core goes on. That is exact, but slow. Where it happens often, the access
 * is made tolerant (src/engine/recompiler/runtime/runtime.ts), and is checked alone from then on. */
#include "passes.h"

/* How many bytes a group may reach over. It is at most a page, so that two checks cover all. */
#define WIDE_WINDOW 4096
/* An access joins one of the last WIDE_NEAR groups, or begins a new one. A group needs WIDE_WORTH different addresses to be worth
 * its check. */
#define WIDE_NEAR 4
#define WIDE_WORTH 5u
/* The largest bound of an index that counts. A value that may be larger is unbounded. */
#define MAX_BOUND 4096
#define UNBOUNDED (-1)

/* An access that may be in a wide group: its root, and the bytes that it may touch, from `low` up to `high`, relative to the root.
 * `holder` is a register that holds the root plus `holder_shift`, or -1 if the root is a constant. */
typedef struct {
  u32 access, group;
  s32 root, holder, holder_shift;
  s64 low, high;
} candidate;

/* A wide group: its first candidate, which keeps the bounds of the group; how many different addresses it has; the root that
 * plan.c knows of the latest one; its number, or -1 if it is not kept; the bytes of its widest access. */
typedef struct {
  u32 head, members;
  s32 latest, number;
  s64 widest;
} wide_group;

typedef struct {
  candidate candidates[ACCESS_CAPACITY];
  wide_group groups[ACCESS_CAPACITY];
  u32 count;
} wide_tables;

/* What is known of a register: its value is root + shift + something from 0 to extent. If `bound` is not UNBOUNDED, the value is
 * also at most that, as an unsigned number. */
typedef struct {
  s32 root, shift, extent, bound;
} value;

CORE s32 at_most(s64 bound) { return bound >= 0 && bound <= MAX_BOUND ? (s32)bound : UNBOUNDED; }

/* The bound of what instruction `i` writes. */
CORE s32 bound_of(const program_tables *p, u32 i, const value *values) {
  u32 count = (u32)p->x[i];
  switch (p->id[i]) {
    case OP_LOAD_U8:
    case OP_LOAD_IND_U8:
      return 0xff;
    case OP_SET_LT_U:
    case OP_SET_LT_S:
    case OP_SET_LT_U_IMM:
    case OP_SET_LT_S_IMM:
    case OP_SET_GT_U_IMM:
    case OP_SET_GT_S_IMM:
      return 1;
    case OP_AND_IMM: /* whatever the register holds, the result is at most the immediate, if that is not negative */
      return p->x_high[i] == 0 ? at_most(p->x[i]) : UNBOUNDED;
    case OP_SHLO_L_IMM_64: {
      s32 bound = values[p->b[i]].bound;
      return bound == UNBOUNDED || (count & 63) > 12 ? UNBOUNDED : at_most((s64)bound << (count & 63));
    }
    case OP_SHLO_R_IMM_64:
      return (count & 63) < 52 ? UNBOUNDED : (1 << (64 - (count & 63))) - 1;
    case OP_SHLO_R_IMM_32:
      return (count & 31) < 20 ? UNBOUNDED : (1 << (32 - (count & 31))) - 1;
    case OP_MOVE_REG:
      return values[p->a[i]].bound;
    default:
      return UNBOUNDED;
  }
}

/* Notes what is known of the register that instruction `i` writes. */
CORE void follow_value(const program_tables *p, u32 i, value *values, s32 *fresh) {
  u32 id = p->id[i];
  value *to = &values[destination_of(p, i)];
  const value *a = &values[p->a[i]], *b = &values[p->b[i]];
  value next = {0, 0, 0, bound_of(p, i, values)};
  if (id == OP_ADD_IMM_64 || id == OP_ADD_IMM_32 || id == OP_MOVE_REG) {
    const value *from = id == OP_MOVE_REG ? a : b;
    next.shift = id == OP_MOVE_REG ? from->shift : plus(from->shift, p->x[i]);
    next.root = from->root;
    next.extent = from->extent;
  } else if (id == OP_LOAD_IMM) {
    next.shift = p->x[i];
    next.root = CONSTANT_ROOT;
  } else if (id == OP_ADD_64 && (a->bound != UNBOUNDED || b->bound != UNBOUNDED)) {
    const value *index = b->bound != UNBOUNDED ? b : a, *base = index == b ? a : b;
    s32 reach = base->extent + index->bound;
    next.shift = base->shift;
    next.root = base->root;
    next.extent = reach > MAX_BOUND ? MAX_BOUND + 1 : reach;
  } else next.root = (*fresh)++;
  *to = next;
}

/* A register whose value is exactly the root plus a shift, -1 when the root is a constant, -2 when no register has it. */
CORE s32 holder_of(const value *values, s32 root) {
  if (root == CONSTANT_ROOT) return -1;
  for (s32 r = 0; r < 13; r++) {
    if (values[r].root == root && values[r].extent == 0) return r;
  }
  return -2;
}

/* Makes access `k` a candidate, if it can be in a group. `base` is its base register. */
CORE void note_candidate(const program_tables *p, wide_tables *t, u32 k, u32 i, u32 base, const value *values) {
  const value *v = &values[base];
  s64 bytes = bytes_of(p, i);
  if (v->extent + bytes > WIDE_WINDOW || p->tolerant[i]) return;
  s32 holder = holder_of(values, v->root);
  if (holder < -1) return;
  s64 low = (s64)v->shift + p->x[i];
  t->candidates[t->count++] = (candidate){k, 0, v->root, holder, holder < 0 ? 0 : values[holder].shift, low,
                                          low + v->extent + bytes};
}

STEP void collect_candidates(const program_tables *p, wide_tables *t, u32 segment, u32 accesses) {
  value values[13];
  s32 fresh = CONSTANT_ROOT + 1;
  u32 k = 0;
  for (s32 r = 0; r < 13; r++) values[r] = (value){r, 0, 0, UNBOUNDED};
  t->count = 0;
  for (u32 i = p->segment_start[segment]; i < p->segment_start[segment + 1]; i++) {
    if (is_access(p->id[i]) && k < accesses) {
      u32 base = base_of(p, i);
      if (pvm_access_base[p->id[i]] != 0 && values[base].extent > 0) note_candidate(p, t, k, i, base, values);
      k += 1;
    }
    if (p->defs[i] != 0) follow_value(p, i, values, &fresh);
  }
}

/* Puts a candidate into one of the last groups, or into a new one if it fits into none. Returns how many groups there are. */
STEP u32 join_group(const program_tables *p, const plan_tables *plan, wide_tables *t, u32 c, u32 groups) {
  candidate *own = &t->candidates[c];
  const access *k = &plan->accesses[own->access];
  s64 bytes = bytes_of(p, k->at);
  for (s32 g = (s32)groups - 1; g >= 0 && (s32)groups - g <= WIDE_NEAR; g--) {
    wide_group *group = &t->groups[g];
    candidate *head = &t->candidates[group->head];
    if (head->root != own->root || is_store(p, plan->accesses[head->access].at) != is_store(p, k->at)) continue;
    s64 low = own->low < head->low ? own->low : head->low, high = own->high > head->high ? own->high : head->high;
    if (high - low > WIDE_WINDOW) continue;
    head->low = low;
    head->high = high;
    /* Accesses with the same root do not count twice: they would share a check anyway. */
    if (k->root != group->latest) group->members += 1;
    group->latest = k->root;
    if (bytes > group->widest) group->widest = bytes;
    own->group = (u32)g;
    return groups;
  }
  t->groups[groups] = (wide_group){c, 1, k->root, -1, bytes};
  own->group = groups;
  return groups + 1;
}

/* Finds the wide groups of a segment, whose accesses are collected already, and plans them. */
STEP void plan_wide(const program_tables *p, const plan_tables *plan, wide_tables *t, u32 segment) {
  u32 groups = 0;
  s32 kept = 0;
  collect_candidates(p, t, segment, plan->count);
  if (t->count < WIDE_WORTH) return;
  for (u32 c = 0; c < t->count; c++) groups = join_group(p, plan, t, c, groups);
  for (u32 g = 0; g < groups; g++) {
    t->groups[g].number = t->groups[g].members >= WIDE_WORTH && kept < WIDE_GROUPS ? kept++ : -1;
  }
  for (u32 c = 0; c < t->count; c++) {
    const candidate *own = &t->candidates[c];
    const wide_group *group = &t->groups[own->group];
    if (group->number == -1) continue;
    const candidate *head = &t->candidates[group->head];
    u32 at = plan->accesses[own->access].at;
    p->check[at] = group->head == c ? CHECK_WIDE_LEADER : CHECK_WIDE_MEMBER;
    p->local[at] = (uint8_t)group->number;
    p->offset[at] = (s32)group->widest - 1;
    p->root[at] = CONSTANT_ROOT + 1; /* a fast loop cannot check its address ahead */
    p->low[at] = (s32)(u32)(u64)(head->low - head->holder_shift);
    p->span[at] = (s32)(head->high - head->low);
    p->base[at] = (int8_t)head->holder;
  }
}

/* Plans the accesses of a segment. Groups span up to `window` bytes. Wide groups are made if asked for. */
STEP void plan_segment(const program_tables *p, plan_tables *t, wide_tables *w, u32 segment, u32 window, int wide) {
  if (p->accesses[segment] == 0) return;
  collect_accesses(p, t, segment);
  if (wide && p->accesses[segment] >= WIDE_WORTH) plan_wide(p, t, w, segment);
  /* A fast loop asks for one right of each of its streams. */
  int loops = p->target[last_of(p, segment)] == (s32)segment;
  form_groups(p, t, window, window > 0 && !loops);
  assign_groups(p, t);
}
