// Bugs in loops that are run many turns at once: counted turns, and bytes moved in bulk (core/recompiler). bug.mjs says what the fields are.
/** @type {import('./bug.mjs').Bug[]} */
export const TURNS_BUGS = [
  {
    name: 'bulk turns: one too many, behind which the loop has ended',
    file: 'core/recompiler/rooms.c',
    search: 'c->last = strict;',
    replace: 'c->last = 0;',
  },
  {
    name: 'counted turns: a register that turns read is stepped once',
    file: 'core/recompiler/counted.c',
    search: 'c->turn.stepped & ~c->turn.written & ~read;',
    replace: 'c->turn.stepped & ~c->turn.written & ~(read & 1u);',
  },
  {
    name: 'counted turns: the step of a piece loses its upper bits',
    file: 'core/recompiler/counted.c',
    search: '> INT32_MAX / MAX_TURNS)',
    replace: '>= LONGEST_STEP)',
  },
  {
    name: 'attack: counted turns towards a bound that the loop moves',
    file: 'core/recompiler/rooms.c',
    search: '!is_moved(t, c->moving) || !is_kept(t, c->bound)',
    replace: '!is_moved(t, c->moving)',
    attack: true,
  },
  {
    name: 'counted turns: down, accesses are in the order of up',
    file: 'core/recompiler/counted.c',
    search: 'stride < 0 ? -stride * (s32)(turns - 1 - turn) :',
    replace: 'stride < 0 ? -stride * (s32)(turn + 0 * turns) :',
  },
  {
    name: 'counted turns: their register is stepped for one turn less',
    file: 'core/recompiler/counted.c',
    search: '(s32)(c->turn.step[r] * turns));',
    replace: '(s32)(c->turn.step[r] * (turns - 1)));',
  },
  {
    name: 'bulk turns: a copy over its own source as if it read it first',
    file: 'core/recompiler/bulk.c',
    search: 'u32 ahead_of = b->stride > 0 ? b->to : b->from, behind = b->stride > 0 ? b->from : b->to;',
    replace: 'u32 ahead_of = b->stride > 0 ? b->from : b->to, behind = b->stride > 0 ? b->to : b->from;',
  },
  {
    name: 'bulk turns: one is not paid',
    file: 'scripts/templates/pieces.ts',
    search: '[Op.localGet, Local.gas, Op.localGet, Local.target, Op.i64ExtendI32U, Op.i64Const, S(0), Op.i64Mul],',
    replace:
      '[Op.localGet, Local.gas, Op.localGet, Local.target, Op.i32Const, 1, Op.i32Sub, Op.i64ExtendI32U, Op.i64Const, S(0), Op.i64Mul],',
  },
  {
    name: 'bulk turns: a word is filled with its lowest byte, whatever the others are',
    file: 'core/recompiler/bulk.c',
    search: '} else if (b->value != NO_BASE && b->bytes > 1) put_same_bytes(w, b);',
    replace: '} else if (b->value != NO_BASE && b->bytes > 8) put_same_bytes(w, b);',
  },
  {
    name: 'bulk turns: down, the bytes begin a turn too high',
    file: 'core/recompiler/bulk.c',
    search: 'else PUT(w, BULK_AT_DOWN, (s32)(LOCAL_REGISTER + base), plus(at, -b->stride), by);',
    replace: 'else PUT(w, BULK_AT_DOWN, (s32)(LOCAL_REGISTER + base), plus(at, -2 * b->stride), by);',
  },
]
