/* The memory plan: decides for each segment which accesses are checked, and which share a check. It also fills in the words
 * that the code of a segment is made from. Wide groups are planned by wide.c.
 *
 * Accesses form a group when their addresses differ by a constant, and when they lie within a window of 2 KiB. Such addresses
 * come from the same root value by add_imm, move_reg and constants. The first access of a group is its leader. It checks the
 * pages of the lowest and of the highest byte for all, and keeps the lowest address in a local. The others are plain accesses
 * at a fixed offset from there.
 *
 * Loads and stores are grouped apart, so that a load from a read-only page is not refused because of a store. Only where they
 * are next to each other they are mixed, as in "load, add one, store": there the store comes to the same page anyway. The
 * leader of a mixed group checks both rights. A group never spans a host call or a step, because those may change rights;
 * they end the segment. */
#include "passes.h"

/* An access joins one of the last so many groups, or begins a new one. */
#define NEAR_GROUPS 16
/* Loads and stores that lie within so many bytes are mixed. */
#define MIXED_WINDOW 64

/* An access at the address root + offset. A root below CONSTANT_ROOT is the value of that register at the beginning of the
 * segment, CONSTANT_ROOT stands for 0, and a root above it is a value that is computed inside of the segment. */
typedef struct {
  u32 at, group;
  s32 root, offset;
} access;

/* A group: its first and its last access, and its bounds relative to the root. `alone` says that it shares nothing, `mixed` that
 * it has loads and stores. */
typedef struct {
  u32 first, last, alone, mixed;
  s64 low, high;
} access_group;

typedef struct {
  access accesses[ACCESS_CAPACITY];
  access_group groups[ACCESS_CAPACITY];
  u32 count;
} plan_tables;

CORE u32 base_of(const program_tables *p, u32 i) {
  return (pvm_access_base[p->id[i]] & 1) != 0 ? p->a[i] : p->b[i];
}

CORE u32 destination_of(const program_tables *p, u32 i) {
  return pvm_writes_of[p->id[i]] == 1 ? p->a[i] : p->d[i];
}

CORE s64 bytes_of(const program_tables *p, u32 i) { return 1 << pvm_access_log2[p->id[i]]; }
CORE int is_store(const program_tables *p, u32 i) { return pvm_kind_of[p->id[i]] == KIND_STORE; }
CORE s32 plus(s32 a, s32 b) { return (s32)((u32)a + (u32)b); }

/* Collects the accesses of a segment, with root and offset. So far each one checks itself. */
STEP void collect_accesses(const program_tables *p, plan_tables *t, u32 segment) {
  s32 root[13], shift[13], fresh = CONSTANT_ROOT + 1;
  for (s32 r = 0; r < 13; r++) {
    root[r] = r;
    shift[r] = 0;
  }
  t->count = 0;
  for (u32 i = p->segment_start[segment]; i < p->segment_start[segment + 1]; i++) {
    u32 id = p->id[i];
    if (is_access(id)) {
      int based = pvm_access_base[id] != 0;
      u32 base = base_of(p, i);
      p->check[i] = CHECK_SINGLE;
      p->local[i] = ADDRESS_LOCALS;
      p->offset[i] = 0;
      if (t->count < ACCESS_CAPACITY) {
        access *k = &t->accesses[t->count++];
        k->at = i;
        k->root = p->root[i] = based ? root[base] : CONSTANT_ROOT;
        k->offset = p->low[i] = based ? plus(shift[base], p->x[i]) : p->x[i];
      } else p->root[i] = CONSTANT_ROOT + 1;
    }
    if (p->defs[i] == 0) continue;
    u32 to = destination_of(p, i);
    if (id == OP_ADD_IMM_64 || id == OP_ADD_IMM_32) {
      shift[to] = plus(shift[p->b[i]], p->x[i]); /* addresses count modulo 2^32, so the 32-bit addition is as good */
      root[to] = root[p->b[i]];
    } else if (id == OP_MOVE_REG) {
      shift[to] = shift[p->a[i]];
      root[to] = root[p->a[i]];
    } else if (id == OP_LOAD_IMM) {
      shift[to] = p->x[i];
      root[to] = CONSTANT_ROOT;
    } else {
      shift[to] = 0;
      root[to] = fresh++;
    }
  }
}

/* The latest of the near groups that can take an access, or `groups`, the number of a new one. */
CORE u32 group_for(const program_tables *p, plan_tables *t, const access *k, u32 groups, s64 window, int mixes) {
  s64 from = k->offset, to = from + bytes_of(p, k->at);
  for (s32 g = (s32)groups - 1; g >= 0 && (s32)groups - g <= NEAR_GROUPS; g--) {
    access_group *group = &t->groups[g];
    const access *head = &t->accesses[group->first];
    int mixed = is_store(p, head->at) != is_store(p, k->at);
    if (head->root != k->root || (mixed && (!mixes || k->root == CONSTANT_ROOT))) continue;
    s64 low = from < group->low ? from : group->low, high = to > group->high ? to : group->high;
    mixed |= (int)group->mixed;
    if (high - low > (mixed ? MIXED_WINDOW : window)) continue;
    group->mixed = (u32)mixed;
    group->low = low;
    group->high = high;
    return (u32)g;
  }
  t->groups[groups].mixed = 0;
  t->groups[groups].low = from;
  t->groups[groups].high = to;
  return groups;
}

/* Puts each access into a group, except those of wide groups. */
STEP void form_groups(const program_tables *p, plan_tables *t, s64 window, int mixes) {
  u32 groups = 0;
  for (u32 k = 0; k < t->count; k++) {
    access *own = &t->accesses[k];
    if (p->check[own->at] != CHECK_SINGLE) continue; /* it is in a wide group */
    own->group = group_for(p, t, own, groups, window, mixes);
    access_group *group = &t->groups[own->group];
    if (own->group == groups) {
      groups += 1;
      group->first = k;
      group->alone = 0;
    }
    group->last = k;
  }
}

/* Gives each group a local, and each access its part in the group. The accesses of a group check themselves if the group has only
 * one, or if no local is free. */
STEP void assign_groups(const program_tables *p, plan_tables *t) {
  s32 free_after[ADDRESS_LOCALS];
  for (u32 l = 0; l < ADDRESS_LOCALS; l++) free_after[l] = -1;
  for (u32 k = 0; k < t->count; k++) {
    const access *own = &t->accesses[k];
    u32 at = own->at;
    if (p->check[at] != CHECK_SINGLE) continue;
    access_group *group = &t->groups[own->group];
    if (group->first == k) {
      u32 local = 0;
      while (local < ADDRESS_LOCALS - 1 && free_after[local] >= (s32)k) local += 1;
      group->alone = group->last == k || free_after[local] >= (s32)k;
      if (group->alone) continue;
      free_after[local] = (s32)group->last;
      p->check[at] = CHECK_LEADER;
      p->base[at] = (int8_t)group->mixed;
      p->local[at] = (uint8_t)local;
      p->low[at] = (s32)group->low;
      p->span[at] = (s32)(group->high - group->low);
    } else if (group->alone) continue;
    else {
      p->check[at] = CHECK_MEMBER;
      p->local[at] = p->local[t->accesses[group->first].at];
    }
    p->offset[at] = (s32)(own->offset - group->low);
  }
}

/* Fills in the words of an access according to the plan. */
CORE void record_access(const program_tables *p, u32 i, record_words *r) {
  u32 check = p->check[i];
  s32 bytes = (s32)bytes_of(p, i), offset = p->offset[i], span = check == CHECK_LEADER ? p->span[i] : bytes;
  r->local = LOCAL_ADDRESS;
  r->offset = 0;
  r->constant = plus(p->x[i], (s32)PVM_ROTATION);
  if (check == CHECK_MEMBER || check == CHECK_LEADER) {
    r->local = LOCAL_GROUP + p->local[i];
    r->offset = offset;
    r->constant = plus(r->constant, -offset);
  }
  r->last = span - 1;
  if (check == CHECK_LEADER) { /* of a mixed group: how far its address is rotated */
    r->widest = (s32)pvm_access_log2[p->id[i]];
    r->reach = PAGE_BITS - r->widest;
  }
  if (check == CHECK_MEMBER) p->way[i] = WAY_MEMBER;
  else if (check == CHECK_LEADER || (check == CHECK_SINGLE && p->tolerant[i])) p->way[i] = span > 1 ? WAY_BOTH : WAY_FIRST;
  else if (check == CHECK_SINGLE) p->way[i] = WAY_SINGLE;
  else {
    p->way[i] = WAY_WITHIN;
    r->x_high = LOCAL_LIMIT + p->local[i];
    if (check != CHECK_WIDE_LEADER) return;
    p->way[i] = p->base[i] < 0 ? WAY_WIDE_CONSTANT : WAY_WIDE;
    r->d = plus(p->low[i], (s32)PVM_ROTATION);
    r->last = p->span[i] - 1;
    r->base = LOCAL_REGISTER + p->base[i];
    r->reach = r->last - offset;
    r->widest = offset;
  }
}

/* Fills in the words of a segment's instructions, whose accesses are planned already. */
STEP void record_segment(const program_tables *p, u32 segment) {
  s32 local = LOCAL_REGISTER;
  for (u32 i = p->segment_start[segment]; i < p->segment_start[segment + 1]; i++) {
    record_words *r = &p->records[i];
    r->a = local + p->a[i];
    r->b = local + p->b[i];
    r->d = local + p->d[i];
    r->x = p->x[i];
    r->x_high = p->x_high[i];
    r->y = p->y[i];
    r->y_high = p->y[i] >> 31;
    r->pc = (s32)p->pc[i];
    if (is_access(p->id[i])) record_access(p, i, r);
  }
}
