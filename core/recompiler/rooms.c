/* Finds out, before any turn of a loop is done, behind how many turns the loop surely goes on: the room that its condition
 * leaves. A register has to move by a power of two towards a value that stays. bulk.c and counted.c use this. */
#include "generator.h"

/* How a condition compares. LESS stands for unsigned and for signed: the number of turns is the same difference. */
enum { EQUAL, DIFFERS, LESS, LESS_OR_EQUAL, GREATER_OR_EQUAL, GREATER };
/* Stands for a register where there is a constant, or nothing. */
#define NO_BASE 13u
/* Steps and strides are smaller than this, so that they have 32 bits. */
#define LONGEST_STEP (INT64_C(1) << 30)

/* What the turns of a loop do to the registers: how much each grows in a turn; masks of those that grow, and of those that are
 * written in another way. */
typedef struct {
  s64 step[13];
  u32 stepped, written;
} turn_steps;

/* A condition: the first register moves by a step towards the second, or if that is NO_BASE, towards the constant. `last` is 1 if
 * the loop ends when the register gets there, and 0 if it ends when the register is beyond. */
typedef struct {
  u32 moving, bound;
  s32 constant, last;
  s64 step;
} countdown;

CORE int is_power(s64 value) { return value > 0 && value < LONGEST_STEP && (value & (value - 1)) == 0; }
CORE s64 magnitude(s64 value) { return value < 0 ? -value : value; }
CORE u32 power_of(s64 value) { return (u32)__builtin_ctzll((u64)magnitude(value)); }

CORE int is_moved(const turn_steps *t, u32 r) { return r < 13 && ((t->stepped & ~t->written) >> r & 1) != 0 && t->step[r] != 0; }
CORE int is_kept(const turn_steps *t, u32 r) { return r >= 13 || ((t->stepped | t->written) >> r & 1) == 0; }

/* How a branch compares. Sets whether its second operand is a constant. */
STEP s32 relation_of(u32 id, int *with_constant) {
  *with_constant = id < OP_BRANCH_EQ;
  switch (id) {
    case OP_BRANCH_EQ: case OP_BRANCH_EQ_IMM: return EQUAL;
    case OP_BRANCH_NE: case OP_BRANCH_NE_IMM: return DIFFERS;
    case OP_BRANCH_LT_U: case OP_BRANCH_LT_S: case OP_BRANCH_LT_U_IMM: case OP_BRANCH_LT_S_IMM: return LESS;
    case OP_BRANCH_GE_U: case OP_BRANCH_GE_S: case OP_BRANCH_GE_U_IMM: case OP_BRANCH_GE_S_IMM: return GREATER_OR_EQUAL;
    case OP_BRANCH_LE_U_IMM: case OP_BRANCH_LE_S_IMM: return LESS_OR_EQUAL;
    case OP_BRANCH_GT_U_IMM: case OP_BRANCH_GT_S_IMM: return GREATER;
    default: return -1;
  }
}
static const uint8_t relation_not[] = {DIFFERS, EQUAL, GREATER_OR_EQUAL, GREATER, LESS, LESS_OR_EQUAL};
static const uint8_t relation_turned[] = {EQUAL, DIFFERS, GREATER, GREATER_OR_EQUAL, LESS_OR_EQUAL, LESS};

/* Reads the condition under which the loop goes on. If the value that stays is d away, the loop goes on behind each of the next
 * (d - last) / step turns. This also holds where the register wraps around. */
STEP int read_condition(const program_tables *p, const turn_steps *t, countdown *c, u32 last, int goes_on_taken) {
  int with_constant;
  s32 relation = relation_of(p->id[last], &with_constant);
  if (relation < 0) return 0;
  if (!goes_on_taken) relation = relation_not[relation];
  c->moving = p->a[last];
  c->bound = with_constant ? NO_BASE : p->b[last];
  c->constant = p->x[last];
  if (with_constant && p->x_high[last] != p->x[last] >> 31) return 0;
  if (!with_constant && !is_moved(t, c->moving)) {
    c->moving = p->b[last];
    c->bound = p->a[last];
    relation = relation_turned[relation];
  }
  if (!is_moved(t, c->moving) || !is_kept(t, c->bound)) return 0;
  s64 step = c->step = t->step[c->moving];
  int strict = relation == DIFFERS || relation == (step > 0 ? LESS : GREATER);
  if (!strict && relation != (step > 0 ? LESS_OR_EQUAL : GREATER_OR_EQUAL)) return 0;
  c->last = strict;
  return is_power(magnitude(step));
}

/* Writes code that lowers the turns in the local `turns` to those behind which the loop goes on. */
PUTS void put_room(generator *w, const countdown *c, u32 turns) {
  s32 own = (s32)(LOCAL_REGISTER + c->moving), other = (s32)(LOCAL_REGISTER + c->bound), by = (s32)power_of(c->step);
  s32 into = (s32)turns;
  if (c->bound != NO_BASE) PUT(w, ROOM_OF_REGISTERS, c->step > 0 ? other : own, c->step > 0 ? own : other, c->last, by, into);
  else if (c->step > 0) PUT(w, ROOM_BELOW, c->constant, own, c->last, by, into);
  else PUT(w, ROOM_ABOVE, own, c->constant, c->last, by, into);
}
