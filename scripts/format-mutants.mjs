// Breaks the rules of formats, of PolkaVM and of 32-bit programs, one at a time, in a copy of the sources, and looks whether tests turn
// red. Not a test: the tests are what is tested here. A rule that nobody notices is printed, and the exit code is 1.
//
//   node scripts/format-mutants.mjs [--only TEXT] [--check]
//
// --check only looks whether the sources still have the places.
import { breakRules } from './break-rules.mjs'

const CODE = 'core/machine/code.c'
const EXTENDED = 'core/isa/extended.h'
const INTERPRETER = 'core/interpreter/interpreter.c'
const MEMORY = 'core/machine/memory.c'
const STEP = 'core/interpreter/step.c'

/** What is wrong, in which file, what is looked for, what it becomes. */
const RULES = [
  ['macro blocks have 512 bytes', EXTENDED, 'MACRO_BLOCK 1024u', 'MACRO_BLOCK 512u'],
  ['a macro block may end in the middle of a basic block', EXTENDED, 'end % MACRO_BLOCK == 0 || end', 'end'],
  ['the prefix says nothing', EXTENDED, 'raw = wide ? EXTENDED_PREFIX + second : first', 'raw = wide ? second : first'],
  ['an opcode behind the prefix has one byte', EXTENDED, '1 + wide + pvm_extended_args', '1 + pvm_extended_args'],
  [
    'reference: an instruction may end a macro block',
    'src/engine/reference/extended.ts',
    ' || (next === end && found?.instruction.terminator === false)',
    '',
  ],
  [
    'reference: jumps count from behind the prefix',
    'src/engine/reference/extended.ts',
    'operands.target = operands.target - last + pc',
    'operands.target = operands.target - 0',
  ],
  ['raw opcodes of two bytes have one', 'src/isa/extended.ts', '(raw < PREFIX ? 1 : 2) +', '1 +'],
  [
    'code with a bitmask is told by lengths alone',
    'src/blob/polkavm.ts',
    'if (exports.every(marked)) return parts',
    'return parts',
  ],
  ['over-long numbers pass', 'src/blob/reader.ts', '(lost || (extra > 0 && value < 2 ** (7 * extra)))', 'lost'],
  ['a number loses its upper bits', 'src/blob/reader.ts', 'extra === 4 && (first & 7) !== 0', 'extra === 5'],
  [
    'a start where no instruction begins is paid',
    STEP,
    'if (RULE(vm, PVM_RULE_STRICT) && !pvm_is_instruction(vm, pc)) return PVM_PANIC;',
    '',
  ],
  [
    'a start where no instruction begins runs fast',
    INTERPRETER,
    'if (RULE(vm, PVM_RULE_STRICT) && !pvm_is_instruction(vm, pc)) {\n    *result',
    'if (0) {\n    *result',
  ],
  ['sbrk takes any size', MEMORY, 'else if (narrow && bytes > UINT32_MAX) bytes = 0;', ''],
  ['sbrk does not extend its sign', MEMORY, 'return narrow ? sign_extended(result) : result;', 'return result;'],
  ['pages of the host have 4096 bytes', MEMORY, 'u32 scale = vm->rules / PVM_RULE_PAGES;', 'u32 scale = 0;'],
  ['pages of the host reach behind the limit', MEMORY, 'if (last > most) last = most;', '(void)most;'],
  ['one byte of code too many', 'src/program/validate.ts', 'code.length > MAX_CODE)', 'code.length > MAX_CODE + 1)'],
  ['any number of jumps', 'src/program/validate.ts', 'if (jumpTableLength > MAX_ENTRIES)', 'if (jumpTableLength < 0)'],
  ['memset’s address keeps 64 bits', MEMORY, 'RULE(vm, PVM_RULE_MEMSET_NARROW) && !IS_NARROW(vm)', '0'],
  ['memset’s address is narrow in any profile', MEMORY, 'RULE(vm, PVM_RULE_MEMSET_NARROW) && !', '!'],
  [
    'a memset without memory is done',
    INTERPRETER,
    'vm->pc = rec->pc;\n        if (result != PVM_RUNNING)',
    'vm->pc = rec->pc;\n        if (result >= 0)',
  ],
  [
    'a memset that goes on is paid again',
    'core/interpreter/tally.c',
    '    vm->charged = 1;\n',
    '    vm->charged = vm->gas_model != PVM_GAS_INSTRUCTION;\n',
  ],
  [
    'cmov does not wait for its destination',
    'core/gas/pipeline.c',
    'it.row->reads_destination && in->cmov_reads ?',
    '0 ?',
  ],
  [
    'cmov always waits for its destination',
    'core/gas/pipeline.c',
    'it.row->reads_destination && in->cmov_reads ?',
    'it.row->reads_destination ?',
  ],
  [
    'addresses of the reference have 33 bits',
    'src/engine/reference/access.ts',
    'BigInt.asUintN(32, sum)',
    'BigInt.asUintN(33, sum)',
  ],
  ['registers of 32 bits are not extended', 'src/engine/narrow-registers.ts', '? 0xffffffff : 0', '? 0 : 0'],
  ['results of 32 bits are not sign-extended', 'core/isa/ops.h', 'return (u64)(s64)(s32)a;', 'return a;'],
  ['strict ReviveV1 has sbrk', 'src/isa/set.ts', '/^(unlikely|sbrk|memset)$/', '/^(unlikely|memset)$/'],
  ['strict ReviveV1 has memset', 'src/isa/set.ts', '/^(unlikely|sbrk|memset)$/', '/^(unlikely|sbrk)$/'],
  [
    'a jump may lead behind an undefined opcode',
    CODE,
    'if (!jumped || set == PVM_SET_EXTENDED ||',
    'if (!jumped || set < 255 ||',
  ],
  [
    'no block is paid behind an undefined opcode',
    CODE,
    'while (!starts_block(vm, at, 0))',
    'while (!starts_block(vm, at, 1))',
  ],
  ['compiled code jumps behind undefined opcodes', 'core/recompiler/program.c', 'id == OP_UNDEFINED && t->closed', '0'],
  [
    'code is shared whatever may be jumped to',
    'src/engine/recompiler/tiers/shared-code.ts',
    'branchCheck, jumpBehindUndefined, cmovReadsDestination].join()',
    'branchCheck, cmovReadsDestination].join()',
  ],
  ['interpreter: no block behind a gap', CODE, 'return BLOCKS_BEHIND_GAPS(OWN(vm)->set)', 'return 0'],
  [
    'compiled code: no block behind a gap',
    'core/recompiler/program.c',
    'is_gap ? BLOCKS_BEHIND_GAPS(t->set)',
    'is_gap ? 0',
  ],
  ['reference: no block behind a gap', 'src/program/code-map.ts', 'isGap ? behindGap', 'isGap ? 0'],
  ['a gap never begins with a trap', 'src/program/gaps.ts', 'put(end)', 'void end'],
  ['byte 0 without a mark is nothing', 'src/program/gaps.ts', 'if (offsets[0] !== 0) put(0)', ''],
  ['what is behind a gap can be reached', 'src/program/gaps.ts', 'isLost = isBeforeGap ||', 'isLost ='],
  ['all behind a gap is lost', 'src/program/gaps.ts', '(isLost && instruction?.terminator === false)', 'isLost'],
  ['accesses from 2^14 on always panic', MEMORY, 'RULE(vm, PVM_RULE_LOW_FAULTS) ? LOW_ZONE : ZONE_SIZE', 'ZONE_SIZE'],
  ['reference: accesses below 2^16 panic', 'src/engine/reference/access.ts', 'bad < profile.panicBelow', 'bad < 65536'],
]

/** The quickest first: the next ones run only while nobody has noticed. */
const TESTS = [
  ['test/extended/versions.test.ts', 'test/extended/runs.test.ts', 'test/extended/fixture.test.ts', 'test/narrow'],
  ['test/engine/engines.test.ts', '-t', 'memset|sbrk'],
  ['test/extended/rules.test.ts', 'test/engine/recompiler/heat.test.ts'],
  ['test/blob/blob-polkavm.test.ts', 'test/engine/max-memory.test.ts'],
  ['test/extended/engines.test.ts', 'test/extended/text.test.ts'],
]

await breakRules({
  of: 'formats and of PolkaVM',
  copy: 'build/format-mutants',
  folder: '.',
  rules: RULES,
  tests: TESTS,
})
