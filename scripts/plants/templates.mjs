// Bugs in the pieces of code that compiled functions are made of (scripts/templates). bug.mjs says what the fields are.
import { GENERATOR } from './bug.mjs'

/** @type {import('./bug.mjs').Bug[]} */
export const TEMPLATES_BUGS = [
  {
    name: 'generator: a page that can be read can be written',
    file: 'scripts/templates/emit-memory.ts',
    search: 'waysOf(letter, Right.FastWrite)',
    replace: 'waysOf(letter, Right.FastRead)',
    test: GENERATOR,
  },
  {
    name: 'compiled 16-bit loads are not sign-extended',
    file: 'scripts/templates/emit-memory.ts',
    search: '[Op.i64Load8S, Op.i64Load16S, Op.i64Load32S]',
    replace: '[Op.i64Load8S, Op.i64Load16U, Op.i64Load32S]',
  },
  // What let guests out on 26 November, and more of its kind: for the style that attacks, without the verifier, which
  // refuses the first four at once (test/verify/refuses.test.ts).
  {
    name: 'attack: a range of nothing holds physical place 0',
    file: 'scripts/templates/helpers.ts',
    search: '    code.i32(0)\n    code.i32(0)\n    code.byte(Op.return)',
    replace: '    code.i32(0)\n    code.i32(1)\n    code.byte(Op.return)',
    attack: true,
  },
  {
    name: 'attack: gas has no bound behind a host call',
    file: 'scripts/templates/pieces.ts',
    search: '    [Op.localGet, Local.gas, Op.i64Const, ...signed(MOST_GAS), Op.i64GtU, Op.brIf, U(3)],\n',
    replace:
      '    [Op.localGet, Local.gas, Op.i64Const, ...signed(MOST_GAS), Op.i64GtU, Op.i32Const, 0, Op.i32And, Op.brIf, U(3)],\n',
    attack: true,
  },
  {
    name: 'attack: one turn too many is unpaid',
    file: 'scripts/templates/pieces.ts',
    search: '[Op.i64Const, 1, Op.i64Add, Op.localTee, Local.floor, Op.i64Const, L(2)]',
    replace: '[Op.i64Const, 0, Op.i64Add, Op.localTee, Local.floor, Op.i64Const, L(2)]',
    attack: true,
  },
  {
    name: 'attack: a range ends a byte behind its pages',
    file: 'scripts/templates/helpers.ts',
    search: '  code.get(SPAN)\n  code.byte(Op.i32Sub)\n  code.i32(1)\n',
    replace: '  code.get(SPAN)\n  code.byte(Op.i32Sub)\n  code.i32(2)\n',
    attack: true,
  },
  {
    name: 'attack: a wide group ends with the first byte of its accesses',
    file: 'scripts/templates/emit-memory.ts',
    search: 'Op.i32Const, S(RecordWord.widest), Op.i32Sub',
    replace: 'Op.i32Const, 0, Op.i32Sub',
    attack: true,
  },
]
