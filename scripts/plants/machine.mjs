// Bugs in the machine itself: code, memory, rights, the heap, and what a machine keeps for the next program. bug.mjs says what the fields are.
/** @type {import('./bug.mjs').Bug[]} */
export const MACHINE_BUGS = [
  {
    name: 'a page stays writable after protect to read-only',
    file: 'core/machine/memory.c',
    search: '(access == PVM_WRITE && (sticky & RIGHT_TOUCHED) ? RIGHT_FAST_WRITE : 0u)',
    replace: '((sticky & RIGHT_TOUCHED) ? RIGHT_FAST_WRITE : 0u)',
  },
  {
    name: 'the longest skip is one byte short',
    file: 'core/machine/code.c',
    search: 'bits = bits >> (from & 7) | UINT64_C(1) << MAX_SKIP;',
    replace: 'bits = bits >> (from & 7) | UINT64_C(1) << (MAX_SKIP - 1);',
  },
  {
    name: 'sbrk leaves old contents in the pages it gives',
    file: 'core/machine/memory.c',
    search: 'if (last > fresh && OWN(vm)->touched != 0) zero_pages(vm, fresh, last - fresh);',
    replace: '',
  },
  {
    name: 'sbrk maps one page too few at a page end',
    file: 'core/machine/memory.c',
    search: 'u32 first = (u32)((old + PAGE_SIZE - 1) >> PAGE_BITS);',
    replace: 'u32 first = (u32)((old + PAGE_SIZE) >> PAGE_BITS);',
  },
  {
    name: 'memset writes a byte that is not paid',
    file: 'core/machine/memory.c',
    search: 'if (vm->gas < 1) return out_of_gas(vm);',
    replace: 'if (vm->gas < 0) return out_of_gas(vm);',
  },
  {
    name: 'out of gas empties the counter under every profile',
    file: 'core/machine/memory.c',
    search: 'if (RULE(vm, PVM_RULE_DRAIN)) vm->gas = 0;',
    replace: 'vm->gas = 0;',
  },
  {
    name: 'what was staged of a program that is here already is forgotten',
    file: 'core/hosts/wasm.c',
    search: '  if (staged_end > own->used) own->used = staged_end;\n',
    replace: '  if (staged_end == 0) own->used = 0;\n',
  },
  {
    name: 'attack: a cell goes into the pool with its rights',
    file: 'src/core/cell-pool.ts',
    search: '  if (core.pvm_reset(AT_VM) !== 0 || core.pvm_used(AT_VM, Used.Touched) !== 0) return false\n',
    replace: '  return true\n',
    attack: true,
  },
  {
    name: 'attack: what was touched before all rights of a chunk changed counts as untouched',
    file: 'core/machine/memory.c',
    search: '      eight &= EIGHT(STICKY);',
    replace: '      eight = 0;',
    attack: true,
  },
  {
    name: 'attack: what was touched is forgotten when all rights of a chunk change',
    file: 'core/machine/memory.c',
    search:
      '      eight &= EIGHT(STICKY);\n      __builtin_memcpy(own->rights + page, &eight, 8);\n      if (eight != 0) sticky',
    replace: '      eight = 0;\n      __builtin_memcpy(own->rights + page, &eight, 8);\n      if (eight != 0) sticky',
    attack: true,
  },
  {
    name: 'attack: a machine comes back without the end of its heap',
    file: 'src/engine/machine/image.ts',
    search: 'const STATE_BYTES = VM.rules',
    replace: 'const STATE_BYTES = VM.heapEnd',
    attack: true,
  },
  {
    name: 'attack: registers of its own are not what the guest goes on with',
    file: 'src/engine/machine/residence.ts',
    search: 'if (this.own !== undefined) copyRegisters(this.own, cell.regs)',
    replace: '',
    attack: true,
  },
  {
    name: 'attack: a machine comes back without its last page',
    file: 'src/engine/machine/image.ts',
    search: 'for (let first = 0, end = 1; first < written.length; first = end, end += 1) {',
    replace: 'for (let first = 0, end = 1; first < written.length - 1; first = end, end += 1) {',
    attack: true,
  },
  {
    name: 'far pages reach into the arena of a large program',
    file: 'src/core/cell.ts',
    search: 'arena === 0 ? AT_ARENA : framesEnd',
    replace: 'arena === 0 ? AT_ARENA : WINDOW_END',
  },
  {
    name: 'pages that are zeroed count for ever',
    file: 'core/machine/memory.c',
    search: '    own->touched -= 1;\n',
    replace: '',
  },
  {
    name: 'a price that cannot be computed is given back',
    file: 'src/engine/host-call.ts',
    search: 'site.paid = 0n // of an earlier call',
    replace: '// of an earlier call',
  },
]
