// The picture of how compiled code is left in the middle: frames on the host's stack, and the blocks of a function.
import { Drawing } from './svg.ts'

export function exitPicture(): string {
  const drawing = new Drawing(
    860,
    470,
    'The frames of an exit',
    "On the host's stack, from the oldest frame on: the loop of the core, the glue function enter, compiled function f, compiled function g which f has called. " +
      'In g a check fails. It branches out of its blocks to an exit, which stores the registers that are dirty, and pc. It writes why into a word of the machine ' +
      'and returns an odd address. f compares that with the return address it gave, finds another, stores what is dirty in f, and returns it too. ' +
      'enter stores the gas and returns why. The core goes on at pc, or compiled code does.',
  )
  drawing.words(30, 30, "The host's stack", { head: true })
  const frames = [
    ['core', 'run_fast', 'core: the loop over records'],
    ['plain', 'enter', 'glue: a slice of gas in, the rest back'],
    ['compiled', 'f', 'compiled: registers in locals'],
    ['compiled', 'g', 'compiled: called by f'],
  ] as const
  for (const [i, [tone, name, note]] of frames.entries()) {
    drawing.box(30, 46 + 62 * i, 270, 62, tone)
    drawing.words(42, 70 + 62 * i, name, { code: true, head: true })
    drawing.words(42, 92 + 62 * i, note, { note: true })
  }
  for (let i = 0; i < 3; i++) {
    drawing.arrow([
      [225, 98 + 62 * i],
      [225, 120 + 62 * i],
    ])
    drawing.arrow([
      [312, 262 - 62 * i],
      [336, 262 - 62 * i],
      [336, 210 - 62 * i],
      [304, 210 - 62 * i],
    ])
  }
  drawing.words(344, 248, '4  an odd target: not', { note: true })
  drawing.words(362, 265, 'the one f expects', { note: true })
  drawing.words(344, 186, '5  f does the same', { note: true })
  drawing.words(344, 124, '6  why; gas is', { note: true })
  drawing.words(362, 141, 'in the machine', { note: true })

  const x = 510
  drawing.words(x, 30, 'The blocks of function g', { head: true })
  drawing.box(x, 46, 320, 248, 'plain')
  drawing.words(x + 12, 66, 'block $exit_2', { code: true })
  drawing.box(x + 20, 76, 280, 150, 'plain')
  drawing.words(x + 32, 96, 'block $exit_1', { code: true })
  drawing.box(x + 40, 106, 240, 84, 'compiled')
  drawing.words(x + 52, 126, 'the code of the function', { head: true })
  drawing.words(x + 52, 148, '1  pc and why into locals', { note: true })
  drawing.words(x + 52, 170, '2  br_if $exit_1', { code: true })
  drawing.arrow([
    [x + 180, 166],
    [x + 264, 166],
    [x + 264, 196],
  ])
  drawing.words(x + 32, 212, '3  store r2, r5; pc; why; return', { code: true })
  drawing.words(x + 12, 256, 'store r2; pc; why; return', { code: true })
  drawing.words(x + 12, 280, 'an exit for each set of registers', { note: true })

  drawing.words(30, 330, 'Memory of the machine', { head: true })
  drawing.box(30, 342, 800, 50, 'core')
  for (const [i, word] of ['r0 … r12', 'pc', 'gas', 'why', 'charged'].entries())
    drawing.words(60 + 160 * i, 372, word, { code: true })
  drawing.lines(30, 418, [
    'A WebAssembly frame loses its locals when it is left. So every frame stores what only it has before it returns,',
    'and behind the last one the machine is exactly where the paper says it is.',
    'The core then executes the instruction that failed.',
  ])
  return drawing.toString()
}
