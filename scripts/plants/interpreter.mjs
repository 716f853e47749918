// Bugs in how the interpreter decodes, pays and leaves its fast loop (core/interpreter, src/engine/interpreter). bug.mjs says what the fields are.
/** @type {import('./bug.mjs').Bug[]} */
export const INTERPRETER_BUGS = [
  {
    name: 'accesses across a page end are not checked by the fast loop',
    file: 'core/interpreter/interpreter.c',
    search: '[op_rotr32((p), __builtin_ctz(size)) >> (PAGE_BITS - __builtin_ctz(size))])',
    replace: '[(p) >> PAGE_BITS])',
  },
  {
    name: 'a superinstruction takes the result before, whatever register is read',
    file: 'core/interpreter/decode.c',
    search: '(takes == 2 ? r->b : r->a) == result;',
    replace: '1;',
  },
  {
    name: 'a fault in a superinstruction is taken for one of its last record',
    file: 'core/interpreter/records.c',
    search: 'pvm_fused_first[op - OP_FUSED] : op;',
    replace: 'OP_TRAP : op;',
  },
  {
    name: 'block start not checked by the slow loop',
    file: 'core/interpreter/step.c',
    search: 'if (!pvm_is_block_start(vm, target)) return PVM_PANIC;',
    replace: 'if (target < 0 || target >= vm->code_len) return PVM_PANIC;',
  },
  {
    name: 'refund of the fast loop off by one',
    file: 'core/interpreter/interpreter.c',
    search: 'if (BY_INSTRUCTION) gas += unexecuted_after(rec);',
    replace: 'if (BY_INSTRUCTION) gas += unexecuted_after(rec) + 1;',
  },
  {
    name: 'branches check their target only, under every profile',
    file: 'core/interpreter/decode.c',
    search: 'if (both && !(pvm_is_block_start(vm, o.target) && pvm_is_block_start(vm, next))) {',
    replace: 'if (both && !pvm_is_block_start(vm, o.target)) {',
  },
  {
    name: 'sequences glued at 1,024 instructions are paid one too few',
    file: 'core/interpreter/interpreter.c',
    search: 'BY_INSTRUCTION ? run_cost(AT(vm, at)) : 0',
    replace: 'BY_INSTRUCTION ? run_cost(AT(vm, at)) - 1 : 0',
  },
  {
    name: 'attack: the index of the call before is seen inside a host function',
    file: 'src/engine/interpreter/body.ts',
    search: "cell.user !== undefined && this.#kind !== 'reference' ? this.#index : cell.i32[EXIT_ARG]!",
    replace: 'cell.i32[EXIT_ARG]!',
    attack: true,
  },
]
