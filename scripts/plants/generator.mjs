// Bugs in how the generator turns a program into functions (core/recompiler). bug.mjs says what the fields are.
import { GENERATOR } from './bug.mjs'

/** @type {import('./bug.mjs').Bug[]} */
export const GENERATOR_BUGS = [
  {
    name: 'generator: the second operand is read from the register of the first',
    file: 'core/recompiler/plan.c',
    search: '    r->b = local + p->b[i];',
    replace: '    r->b = local + p->a[i];',
    test: GENERATOR,
  },
  {
    name: 'generator: each segment costs one more',
    file: 'core/recompiler/flow.c',
    search: '(s32)(p->segment_start[s + 1] - p->segment_start[s]);',
    replace: '(s32)(p->segment_start[s + 1] - p->segment_start[s]) + 1;',
    test: GENERATOR,
  },
  {
    name: 'generator: branches go where their condition does not say',
    file: 'core/recompiler/structure.c',
    search: '  s32 taken = g->succ_a[node], fall = g->succ_b[node];\n  if (taken < 0 && fall < 0) {',
    replace: '  s32 taken = g->succ_b[node], fall = g->succ_a[node];\n  if (taken < 0 && fall < 0) {',
    test: GENERATOR,
  },
  {
    name: 'generator: what was dirty in the function before is dirty in this one',
    file: 'core/recompiler/flow.c',
    search: '  for (u32 n = 0; n < g->count; n++) g->dirty_in[n] = 0;\n',
    replace: '',
    test: GENERATOR,
  },
  {
    name: 'generator: an access of a wide group may begin a byte behind what is checked',
    file: 'core/recompiler/plan.c',
    search: '    r->reach = r->last - offset;',
    replace: '    r->reach = r->last - offset + 1;',
    test: GENERATOR,
  },
  {
    name: 'the further turns of an unrolled search go on where the first would end',
    file: 'core/recompiler/unroll.c',
    search: 'g->succ_a[node], g->succ_b[node]);',
    replace: 'g->succ_b[node], g->succ_a[node]);',
  },
  {
    name: 'a frame of a loop stays checked behind calls',
    file: 'core/recompiler/ends.c',
    search: 'if (w->g->frame_looped) PUT(w, FORGET_FRAME, 0);',
    replace: '(void)0;',
  },
  {
    name: 'a frame of a loop stays checked where its register is assigned',
    file: 'core/recompiler/frames.c',
    search: 'if (g->frame_looped && moves_stack(p, g, (u32)node, &by)) PUT',
    replace: 'if (g->frame_looped && moves_stack(p, g, (u32)node, &by) && by != 0) PUT',
  },
  {
    name: 'a frame stays checked behind calls',
    file: 'core/recompiler/frames.c',
    search: 'ready = g->passes[from] != 0 && !moves_stack',
    replace: 'ready = !moves_stack',
  },
  {
    name: 'a loop of one segment checks one right for loads and stores',
    file: 'core/recompiler/wide.c',
    search: 'form_groups(p, t, window, window > 0 && !loops);',
    replace: 'form_groups(p, t, window, window > 0 || loops);',
  },
  {
    name: 'compiled code runs one gas too far',
    file: 'core/recompiler/ends.c',
    search: 'u32 segment = (u32)w->g->seg[node];\n  u64 path = w->g->path[node];',
    replace: 'u32 segment = (u32)w->g->seg[node];\n  u64 path = w->g->path[node] - 1;',
  },
  {
    name: 'a register is stale after a call',
    file: 'core/recompiler/ends.c',
    search: 'load_registers(w, w->g->live_in[node]);',
    replace: 'load_registers(w, w->g->live_in[node] & ~(1u << 8));',
  },
  {
    name: 'compiled misaligned accesses pass the check at a page end',
    file: 'core/recompiler/plan.c',
    search: 'span > 1 ? WAY_BOTH : WAY_FIRST',
    replace: 'span > 2 ? WAY_BOTH : WAY_FIRST',
  },
  {
    name: 'compiled exits store registers that are stale in their locals',
    file: 'core/recompiler/emit.c',
    search: '(mask & ~valid) == 0',
    replace: '(mask & ~valid & ~0x3ffu) == 0',
  },
  {
    name: 'all registers count as loaded behind a call',
    file: 'core/recompiler/flow.c',
    search: 'mask &= g->passes[from] == 0 ? g->live_in[n] :',
    replace: 'mask &= g->passes[from] == 0 ? ALL_REGISTERS :',
  },
  {
    name: 'attack: ranges are kept behind calls',
    file: 'core/recompiler/ends.c',
    search: '  forget_ranges(w);\n',
    replace: '',
    attack: true,
  },
  {
    name: 'attack: the frame of a function counts its locals only',
    file: 'core/recompiler/module.c',
    search: 'return FRAME_BASE + 8 * (locals + OPERANDS + values);',
    replace: 'return locals + 0 * values;',
    attack: true,
  },
  {
    name: 'attack: an indirect call always takes the first of its inlined callees',
    file: 'core/recompiler/structure.c',
    search: 'is_label ? label_of(w, nodes[k]) : elsewhere',
    replace: 'is_label ? label_of(w, nodes[0]) : elsewhere',
    attack: true,
  },
]
