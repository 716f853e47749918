// Loads and stores that are next to each other share one check of both rights. Whatever rights the pages have, and whatever the
// alignment, code ends where the reference machine does.
import { expect, it } from 'vitest'
import { Exit } from '../../../src/engine/exit.ts'
import { compileRoots } from '../../../src/engine/recompiler/compile.ts'
import { Random } from '../../../src/fuzz/random.ts'
import { analysisOf, machine, programOf, stateOf } from './programs.ts'

/** Counts up what is at r8, which is moved by r5 each turn, in blocks that are no fast loop. */
const counting = (width: number, at: number, by: number, more = ''): string => `
    load_imm r8, ${at}
    load_imm r5, ${by}
    load_imm r6, 40
    fallthrough
@loop:
    load_ind_u${8 * width} r7, [r8 + 4]
    add_imm_64 r7, r7, 1
    store_ind_u${8 * width} [r8 + 4], r7
${more}
    branch_eq_imm r6, 3, @on
    add_64 r8, r8, r5
    fallthrough
@on:
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap`

/** How often the code looks up the rights of a page. */
function lookUps(text: string): number {
  const { bytes } = compileRoots(analysisOf(text), [0])
  return Buffer.from(bytes).toString('hex').split('2d0080808004').length - 1
}

it('one look up for a word, two where it may lie in two pages, none more than before', () => {
  const none = lookUps('    trap')
  for (const width of [1, 2, 4, 8]) expect(lookUps(counting(width, 0x20000, 8)) - none).toBe(1)
  expect(lookUps(counting(8, 0x20000, 8, '    load_ind_u8 r9, [r8 + 12]')) - none).toBe(2)
  // Too far away: the store is looked up by itself.
  expect(lookUps(counting(8, 0x20000, 8, '    store_ind_u8 [r8 + 80], r9')) - none).toBe(2)
})

it.each([1, 2, 4, 8])('words of %i bytes end at the same instruction whatever rights pages have', width => {
  const random = new Random(`mixed ${width}`)
  const exits = new Set<number>()
  for (let k = 0; k < 150; k++) {
    const more = random.pick([
      '',
      '    load_ind_u16 r9, [r8 + 12]',
      '    store_ind_u8 [r8 - 3], r9\n    load_ind_u8 r9, [r8]',
    ])
    const at = 0x21000 + width * random.between(-30, 30) - (random.chance(70) ? 4 : random.below(8))
    const program = programOf(counting(width, at, random.pick([width, -width, 64, 3, 0]), more))
    const pages = [0x20000, 0x21000, 0x22000].flatMap(address => {
      const access = random.pick([0, 1, 3, 3] as const)
      return access === 0 ? [] : [{ address, length: 4096, access }]
    })
    const options = { gas: random.pick([10_000n, BigInt(random.below(300))]), pages }
    const vm = machine('recompiler', program, options)
    const reference = machine('reference', program, options)
    exits.add(reference.run())
    vm.run()
    expect([k, stateOf(vm)]).toEqual([k, stateOf(reference)])
    vm.dispose()
  }
  expect(exits.has(Exit.PageFault) && exits.has(Exit.Panic)).toBe(true)
})
