// The picture of the way from a file to an exit, with the folder of each part.
import { Drawing, type Tone } from './svg.ts'

export function wayPicture(): string {
  const drawing = new Drawing(
    860,
    330,
    'From a file to an exit',
    'The bytes of a file become a program: src/blob reads the container, src/program lays out memory and finds blocks and costs. ' +
      'An engine makes a machine from a program: src/engine. run goes until the machine stops. At an ecalli it calls the host, src/host. ' +
      'When it stops, it returns an exit. Three engines share the contract: reference, interpreter in core, recompiler.',
  )
  const steps: readonly (readonly [Tone, number, string, readonly string[], string])[] = [
    ['plain', 30, 'bytes', ['.jam, .polkavm, …'], 'src/blob/'],
    ['plain', 240, 'program', ['code, memory layout,', 'blocks, costs'], 'src/program/'],
    ['guest', 450, 'machine', ['13 registers, pc, gas,', 'memory'], 'src/engine/'],
    ['plain', 660, 'exit', ['halt, panic, page fault,', 'out of gas, host, …'], 'src/engine/exit.ts'],
  ]
  for (const [tone, x, name, notes, where] of steps) {
    drawing.box(x, 30, 170, 104, tone)
    drawing.words(x + 12, 54, name, { head: true })
    drawing.lines(x + 12, 76, notes)
    drawing.words(x + 12, 122, where, { note: true, code: true })
  }
  for (const [x, text] of [
    [202, 'load'],
    [412, 'make'],
    [622, 'run'],
  ] as const) {
    drawing.arrow([
      [x, 82],
      [x + 34, 82],
    ])
    drawing.words(x + 17, 74, text, { note: true, anchor: 'middle' })
  }
  drawing.arrow([
    [490, 136],
    [490, 186],
  ])
  drawing.arrow([
    [580, 184],
    [580, 138],
  ])
  drawing.words(590, 166, 'go on, halt, panic, stop', { note: true })
  drawing.words(482, 166, 'ecalli', { note: true, anchor: 'end' })
  drawing.box(450, 188, 170, 66, 'plain')
  drawing.words(462, 212, 'host', { head: true })
  drawing.words(462, 240, 'src/host/', { note: true, code: true })
  drawing.words(30, 184, 'The engines: three bodies, one contract', { head: true })
  for (const [i, [name, note]] of (
    [
      ['reference', 'one instruction at a time, from the paper'],
      ['interpreter', 'core/, in C: decoded records'],
      ['recompiler', 'WebAssembly made at run time'],
    ] as const
  ).entries()) {
    drawing.words(30, 212 + 22 * i, name, { code: true })
    drawing.words(130, 212 + 22 * i, note, { note: true })
  }
  drawing.words(30, 296, 'auto, the default, begins as interpreter and goes on as recompiler where code is hot.', {
    note: true,
  })
  return drawing.toString()
}
