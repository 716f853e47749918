// The picture of the life of a hot loop on the engine `auto`. The numbers are those of the tiers' policy.
import { COLD_GAS, FIRST_SLICE, LASTING_SAMPLES, tierPolicy } from '../../src/engine/recompiler/tiers/policy.ts'
import { Drawing, type Tone } from './svg.ts'

const counted = new Intl.NumberFormat('en')

export function hotLoopPicture(): string {
  const { samplePeriod, patience } = tierPolicy
  const drawing = new Drawing(
    860,
    420,
    'The life of a hot loop',
    `A loop is interpreted. Every ${counted.format(samplePeriod)} gas the interpreter looks at its pc: the loop is sampled. When interpreting it has taken ` +
      `${patience} times as long as compiling will take, it is compiled. The loop's head becomes an entry: the interpreter enters the compiled code there. ` +
      'Compiled code is left when a slice of gas is used up, when a check fails, or when what follows is not compiled. Then it is entered again, or the interpreter executes at least one instruction.',
  )
  drawing.words(30, 30, 'The life of a hot loop (engine auto)', { head: true })
  const steps: readonly (readonly [Tone, number, number, string, readonly string[], string])[] = [
    ['core', 30, 50, '1  interpreted', ['records, one after the other;', 'needs no preparation'], 'run_fast'],
    [
      'core',
      310,
      50,
      '2  sampled',
      [`every ${counted.format(samplePeriod)} gas: where is pc?`, 'times add up per code'],
      'HotCode.sample',
    ],
    [
      'plain',
      590,
      50,
      '3  decided',
      [`${patience} times what compiling costs;`, `sooner after ${LASTING_SAMPLES} in a row`],
      'HotCode, policy.ts',
    ],
    ['plain', 590, 230, '4  compiled', ['a module with a function', 'that starts at the loop'], 'SharedCode.module'],
    [
      'compiled',
      310,
      230,
      '5  entered',
      ["the head's record becomes", 'OP_ENTER, which calls it'],
      'pvm_set_entry, gate (glue.ts)',
    ],
    [
      'compiled',
      30,
      230,
      '6  left',
      [`a slice is over (first ${counted.format(FIRST_SLICE)} gas),`, 'a check fails, code is missing'],
      'Why, Runtime',
    ],
  ]
  for (const [tone, x, y, name, notes, where] of steps) {
    drawing.box(x, y, 240, 104, tone)
    drawing.words(x + 12, y + 24, name, { head: true })
    drawing.lines(x + 12, y + 45, notes)
    drawing.words(x + 12, y + 90, where, { note: true, code: true })
  }
  drawing.arrow([
    [272, 102],
    [306, 102],
  ])
  drawing.arrow([
    [552, 102],
    [586, 102],
  ])
  drawing.arrow([
    [710, 156],
    [710, 226],
  ])
  drawing.arrow([
    [588, 282],
    [554, 282],
  ])
  drawing.arrow([
    [308, 282],
    [274, 282],
  ])
  drawing.arrow([
    [150, 228],
    [150, 158],
  ])
  drawing.words(160, 186, 'an instruction at least', { note: true })
  drawing.words(160, 203, 'is interpreted', { note: true })
  drawing.arrow([
    [110, 336],
    [110, 362],
    [430, 362],
    [430, 338],
  ])
  drawing.words(270, 380, 'a slice is over: entered again at once, so that V8 can put its better code in', {
    note: true,
    anchor: 'middle',
  })
  drawing.words(
    30,
    408,
    `In the first ${counted.format(COLD_GAS)} gas of a process a sample stands for more time: V8 has not optimized the interpreter yet.`,
    { note: true },
  )
  return drawing.toString()
}
