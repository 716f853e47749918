// What each optimisation of the recompiler gains, on a small program made for it: the same program compiled with it and
// without it, run in turn in one process. The figure is the time without, as a multiple of the time with it.

import { join } from 'node:path'
import { cpuMs } from '../lib/clock.mjs'
import { engineKind, printFigure, skip, start } from '../lib/figure.mjs'
import { DIST } from '../lib/programs.mjs'

if (engineKind !== 'recompiler') skip('the recompiler only')
// The module files, not the bundle that the other figures measure: the options are set in what the engine itself uses.
const coulis = await import(join(DIST, 'index.js'))
const { sharedCode } = await import(join(DIST, 'engine', 'recompiler', 'tiers', 'shared-code.js'))
const programFrom = text => coulis.loadProgram(coulis.assemble(text).bytes)
const ROUNDS = 9
/** Runs before, for V8's optimizing compiler, which works in the background. */
const WARM_UP = 8

/** A loop of that many turns around a body; r6 counts. */
function loop(turns, body, more = '') {
  return `
.rw_size 131072
.stack 4096
.code
    load_imm r6, ${turns}
    move_reg r12, r0
    load_imm r9, 0x20000
    fallthrough
@turn:
${body}
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @turn
    jump_ind r12
${more}`
}

const LEAF = loop(
  3_000_000,
  `    load_imm_jump r0, &back, @leaf
@back:
    xor r8, r8, r7`,
  `@leaf:
    add_64 r7, r7, r8
    rot_r_64_imm r8, r7, 7
    jump_ind r0`,
)

const FIB = `
.rw_size 4096
.stack 65536
.code
    move_reg r12, r0
    load_imm r7, 31
    load_imm_jump r0, &done, @fib
@done:
    jump_ind r12
@fib:
    branch_lt_u_imm r7, 2, @small
    add_imm_64 sp, sp, -24
    store_ind_u64 [sp], r0
    store_ind_u64 [sp + 8], r7
    add_imm_64 r7, r7, -1
    load_imm_jump r0, &first, @fib
@first:
    store_ind_u64 [sp + 16], r7
    load_ind_u64 r7, [sp + 8]
    add_imm_64 r7, r7, -2
    load_imm_jump r0, &second, @fib
@second:
    load_ind_u64 r8, [sp + 16]
    add_64 r7, r7, r8
    load_ind_u64 r0, [sp]
    add_imm_64 sp, sp, 24
    fallthrough
@small:
    jump_ind r0`

const COPY = loop(
  400,
  `    load_imm r7, 0x20000
    load_imm r8, 0x30000
    load_imm r10, 8000
    fallthrough
@copy:
    load_ind_u64 r11, [r7]
    store_ind_u64 [r8], r11
    add_imm_64 r7, r7, 8
    add_imm_64 r8, r8, 8
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @copy`,
)

const FILL = loop(
  60,
  `    load_imm r8, 0x20000
    load_imm r10, 64000
    fallthrough
@fill:
    store_ind_u8 [r8], r6
    add_imm_64 r8, r8, 1
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @fill`,
)

const COUNTED = loop(
  400,
  `    load_imm r10, 20000
    fallthrough
@count:
    add_64 r7, r7, r10
    add_imm_64 r10, r10, -1
    branch_ne_imm r10, 0, @count`,
)

/** Fields of a record whose address is computed each turn, so that no loop can check it ahead. */
const FIELDS = loop(
  2_000_000,
  `    mul_imm_64 r7, r6, 0x1e3779b1
    and_imm r7, r7, 0xffc0
    add_64 r7, r7, r9
    load_ind_u64 r8, [r7]
    load_ind_u64 r10, [r7 + 8]
    load_ind_u64 r11, [r7 + 16]
    load_ind_u64 r4, [r7 + 24]
    add_64 r8, r8, r10
    add_64 r11, r11, r4
    store_ind_u64 [r7 + 32], r8
    store_ind_u64 [r7 + 40], r11
    store_ind_u64 [r7 + 48], r6`,
)

const BRANCHES = loop(
  2_000_000,
  Array.from(
    { length: 6 },
    (_, i) => `    and_imm r7, r6, ${1 << i}
    branch_eq_imm r7, 0, @skip${i}
    add_imm_64 r8, r8, ${i + 1}
    fallthrough
@skip${i}:
    xor r10, r10, r8`,
  ).join('\n'),
)

/** A table of words by random bytes: eight look-ups at the same base. */
const LOOK_UPS = loop(
  1_000_000,
  `    mul_imm_64 r7, r6, 0x1e3779b1
    store_ind_u64 [r9], r7
${Array.from(
  { length: 8 },
  (_, k) => `    load_ind_u8 r8, [r9 + ${k}]
    shlo_l_imm_64 r8, r8, 3
    add_64 r8, r9, r8
    load_ind_u64 r8, [r8]
    add_64 r11, r11, r8`,
).join('\n')}`,
)

/** Three handlers, called through the jump table in turn. */
const HANDLERS = loop(
  3_000_000,
  `    and_imm r7, r6, 3
    set_gt_u_imm r8, r7, 2
    sub_64 r7, r7, r8
    shlo_l_imm_64 r7, r7, 1
    load_imm_jump_ind r0, &return, r7 + 4
@return:
    xor r11, r11, r10`,
  `@f0:
    add_64 r10, r10, r11
    jump_ind r0
@f1:
    rot_r_64_imm r10, r10, 9
    jump_ind r0
@f2:
    sub_64 r10, r10, r6
    jump_ind r0`,
)
  .replace('.code', '.jump_table @return, @f0, @f1, @f2\n.code')
  .replace('jump_ind r12', 'move_reg r0, r12\n    jump_ind r0') // else the handlers count as labels of a switch

/** Calls in a loop, of a function too large to be inlined, with six registers that were set before it. */
const CALLS = loop(
  20_000,
  `${[2, 3, 4, 5, 8, 10].map((r, i) => `    add_imm_64 r${r}, r6, ${i}`).join('\n')}
    load_imm r11, 100
    fallthrough
@again:
    load_imm_jump r0, &back, @large
@back:
    add_imm_64 r11, r11, -1
    branch_ne_imm r11, 0, @again`,
  `@large:
${'    xor r7, r7, r6\n'.repeat(40)}
    jump_ind r0`,
)

/** Name, the options that switch it off, program. */
const OPTIMISATIONS = [
  ['inlining a small leaf callee', { inline: false }, LEAF],
  ['recursion inlined four deep, not two: fib(31)', { unrollRecursion: false }, FIB],
  ['checks and gas of a copying loop ahead', { fastLoops: false }, COPY],
  ['checks and gas of a filling loop ahead, bytes', { fastLoops: false }, FILL],
  ['gas of a counted loop once in eight turns', { fastLoops: false }, COUNTED],
  ['one check for accesses near one base', { groupChecks: false }, FIELDS],
  ['one look at the rights for accesses to a base plus a byte times eight', { wideChecks: false }, LOOK_UPS],
  ['few small callees of the jump table inlined at indirect calls', { inlineIndirect: false }, HANDLERS],
  ['gas compared once per path', { gasPaths: false }, BRANCHES],
  ['registers stored before a loop with calls, not at each call', { loopStores: false }, CALLS],
]

/** What guide section 11 names beside these, and is not there. */
const NOT_IMPLEMENTED = [
  'one check of the whole frame at function entry',
  'memset and memcpy loops as memory.fill and memory.copy',
  'gas of a counted loop paid once before it',
]

/** A machine of a program of its own content, compiled with these options. */
function prepare(text, options, number) {
  const program = programFrom(`${text}\n    load_imm r7, ${number}\n    trap`)
  sharedCode(program).options = options
  return coulis.createEngine({ kind: 'recompiler' }).instantiate(program, start())
}

function time(vm) {
  vm.reset(start())
  const begun = cpuMs()
  const exit = vm.run()
  if (exit !== coulis.Exit.Halt) throw new Error(coulis.exitName(exit))
  return cpuMs() - begun
}

OPTIMISATIONS.forEach(([name, options, text], i) => {
  const machines = [prepare(text, {}, 2 * i), prepare(text, options, 2 * i + 1)]
  const best = [Infinity, Infinity]
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    machines.forEach((vm, k) => {
      const ms = time(vm)
      if (round >= 0) best[k] = Math.min(best[k], ms)
    })
  }
  const [used, other] = machines.map(vm => vm.gasUsed)
  if (used !== other) throw new Error(`${name}: gas ${used} and ${other}`)
  const note = `${best[0].toFixed(1)} ms with, ${best[1].toFixed(1)} ms without`
  printFigure({ name: `optimisation: ${name}`, value: best[1] / best[0], unit: '×', atLeast: true, note })
  for (const vm of machines) vm.dispose()
})
for (const name of NOT_IMPLEMENTED) {
  console.log(JSON.stringify({ engine: engineKind, name: `optimisation: ${name}`, skipped: 'not implemented' }))
}
