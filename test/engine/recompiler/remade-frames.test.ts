// A module that is made again, because accesses are misaligned, has larger frames. A function whose frame then has no room on any
// stack keeps the code it had: compiled code that jumps there must not come to the stub, which does not know where it is.
import { expect, it } from 'vitest'
import { MAX_STACK } from '../../../src/core/stack.ts'
import { ENGINE_KINDS } from '../../../src/engine/engine.ts'
import { compileRoots } from '../../../src/engine/recompiler/compile.ts'
import { MAX_REMAKES, tierPolicy } from '../../../src/engine/recompiler/tiers/policy.ts'
import { analysisOf, compileAtOnce, machine, programOf, stateOf } from './programs.ts'

const misaligned = Array.from(
  { length: MAX_REMAKES },
  (_, k) => `
    load_imm r6, ${tierPolicy.misalignedLimit + 100}
    fallthrough
@loop${k}:
    load_ind_u32 r5, [r4]
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop${k}`,
)

/** So many loops of misaligned accesses that all accesses become tolerant; before and behind them calls of a function with 2,900 more. */
const TEXT = `
.entry_size 4
.jump_table @first, @large, @back
    load_imm r4, 0x20001
    load_imm_jump_ind r0, 2, r10 + 4
@first:
${misaligned.join('\n')}
    load_imm r6, 20
    fallthrough
@again:
    add_imm_64 r9, r9, 3
    load_imm_jump_ind r0, 6, r10 + 4
@back:
    add_64 r8, r8, r7
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @again
    trap
@large:
    branch_eq_imm r12, 77, @body
    add_imm_64 r7, r7, 1
    jump_ind r0
@body:
${'    xor r3, r3, r5\n    load_ind_u64 r5, [r3]\n'.repeat(2900)}
    jump_ind r0
`

it('the frame has room at first, and not when the module is made again', () => {
  const analysis = analysisOf(TEXT)
  const roots = [...analysis.functions.start.subarray(0, -1)]
  const largest = () => Math.max(...compileRoots(analysis, roots).frames)
  expect(largest()).toBeLessThan(MAX_STACK)
  analysis.tolerant.fill(1)
  expect(largest()).toBeGreaterThan(MAX_STACK)
})

compileAtOnce()

it.each(['gp-0.7.2', 'gp-0.8.0'] as const)('all engines end alike, the second machine too, under %s', rules => {
  const program = programOf(TEXT, rules)
  const run = (kind: (typeof ENGINE_KINDS)[number]) => {
    using vm = machine(kind, program, { gas: 10_000_000n })
    return [vm.run(), stateOf(vm)]
  }
  const expected = run('reference')
  for (const kind of [...ENGINE_KINDS, ...ENGINE_KINDS]) expect([kind, ...run(kind)]).toEqual([kind, ...expected])
})
