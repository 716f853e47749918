// Every optimisation switched off: the code does the same, and it is other code, so the switch is connected.
import { describe, expect, it } from 'vitest'
import { compileRoots } from '../../../src/engine/recompiler/compile.ts'
import type { CompileOptions } from '../../../src/engine/recompiler/compile-options.ts'
import { sharedCode } from '../../../src/engine/recompiler/tiers/shared-code.ts'
import { analysisOf, CALLS_IN_LOOPS, HANDLERS, MIXED, machine, programOf, stateOf, TABLES } from './programs.ts'

const OFF: readonly CompileOptions[] = [
  { inline: false },
  { unrollRecursion: false },
  { fastLoops: false },
  { bulk: false },
  { counted: false },
  { groupChecks: false },
  { wideChecks: false },
  { inlineIndirect: false },
  { gasPaths: false },
  { loopStores: false },
  { frames: false },
  { unrollSearches: false },
  { inline: false, unrollRecursion: false, fastLoops: false, groupChecks: false, gasPaths: false },
]

/** A function that accesses its stack in three blocks. */
const FRAMES = `
.jump_table @back
    load_imm r1, 0x21000
    load_imm r6, 60
    fallthrough
@loop:
    load_imm_jump r0, &back, @function
@back:
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap
@function:
    add_imm_64 r1, r1, -24
    store_ind_u64 [r1 + 16], r6
    and_imm r7, r6, 3
    branch_eq_imm r7, 0, @end
    load_ind_u64 r8, [r1 + 16]
    store_ind_u64 [r1], r8
    fallthrough
@end:
    load_ind_u64 r9, [r1]
    add_imm_64 r1, r1, 24
    jump_ind r0
`

/** A loop that fills and one that copies. */
const COPIES = `
    load_imm r8, 0x20000
    load_imm r9, 0x20190
    fallthrough
@fill:
    store_ind_u16 [r8], r9
    store_ind_u8 [r8], r9
    add_imm_64 r8, r8, 2
    branch_ne r8, r9, @fill
    load_imm r8, 0x20000
    fallthrough
@copy:
    load_ind_u32 r7, [r8]
    store_ind_u32 [r8 + 0x7a], r7
    add_imm_64 r8, r8, 4
    branch_lt_u r8, r9, @copy
    trap
`

/** Searches for marks that are one to nine bytes apart, up and then down. Each search ends in another turn of the unrolled loop. */
const SEARCHES = `
    load_imm r2, 0x20000
    load_imm r3, 9
    load_imm r4, 1
    fallthrough
@mark:
    add_64 r2, r2, r3
    store_ind_u8 [r2], r4
    add_imm_64 r3, r3, -1
    branch_ne_imm r3, 0, @mark
    load_imm r5, 9
    load_imm r6, 0x20001
    fallthrough
@again:
    load_imm r8, 0
    fallthrough
@up:
    load_ind_u8 r7, [r6]
    add_imm_64 r6, r6, 1
    add_imm_64 r8, r8, 1
    branch_eq_imm r7, 0, @up
    add_imm_64 r5, r5, -1
    xor r9, r9, r8
    branch_ne_imm r5, 0, @again
    fallthrough
@down:
    add_imm_64 r6, r6, -1
    load_ind_u8 r7, [r6 - 1]
    add_64 r5, r5, r7
    branch_ne_imm r5, 9, @down
    trap
`

/** The program in which an optimisation has something to do. */
const textFor = (options: CompileOptions): string => {
  if (options.bulk === false || (options.groupChecks === false && options.inline !== false)) return COPIES
  if (options.wideChecks === false) return TABLES
  if (options.frames === false) return FRAMES
  if (options.unrollSearches === false) return SEARCHES
  if (options.loopStores === false) return CALLS_IN_LOOPS
  return options.inlineIndirect === false ? HANDLERS : MIXED
}

describe.each(OFF.map(options => [Object.keys(options).join(', '), options] as const))(
  'without %s',
  (name, options) => {
    it('the code is other code', () => {
      const analysis = analysisOf(textFor(options))
      const roots = [...analysis.functions.start.subarray(0, -1)]
      expect(compileRoots(analysis, roots, options).bytes).not.toEqual(compileRoots(analysis, roots).bytes)
    })

    it('gas ends at every position as on the reference machine', () => {
      // A program of its own for each, so that nothing has been compiled of it.
      const program = programOf(
        `${textFor(options)}\n    load_imm r9, ${name.length}\n    load_imm r10, ${OFF.indexOf(options)}\n    trap`,
      )
      sharedCode(program).options = options
      for (let gas = 0n; gas < 1100n; gas += 7n) {
        const vm = machine('recompiler', program, { gas })
        const reference = machine('reference', program, { gas })
        expect([gas, vm.run(), stateOf(vm)]).toEqual([gas, reference.run(), stateOf(reference)])
        vm.dispose()
      }
    })
  },
)
