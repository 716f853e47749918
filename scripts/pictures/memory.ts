// The picture of a cell's memory. The addresses are those of the contract.
import { ADDRESSES } from '../contract-schema.ts'
import { Drawing, type Tone } from './svg.ts'

function address(name: string): number {
  const found = ADDRESSES.find(numeral => numeral.name === name)
  if (found === undefined) throw new Error(`the contract has no address ${name}`)
  return found.value
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}

function megabytes(bytes: number): string {
  return bytes >= 2 ** 20 ? `${Math.round(bytes / 2 ** 18) / 4} MiB` : `${Math.round(bytes / 2 ** 10)} KiB`
}

/** What lies where, from the lowest address on. */
function parts(): readonly (readonly [at: number, tone: Tone, name: string, note: string])[] {
  const rights = address('AT_RIGHTS')
  return [
    [address('AT_VM'), 'core', 'struct pvm', 'registers, gas, pc, exit'],
    [address('AT_DATA'), 'core', 'data of the core', 'its constants and its stack; the rest is free'],
    [address('AT_FRAMES'), 'core', 'frames', 'per page: where it is, if not in its place'],
    [rights, 'core', 'rights', 'a byte per page: what fast code may do there'],
    [rights + 2 ** 20, 'never', 'always zero', 'a misaligned access finds its rights here: none'],
    [address('AT_ARENA'), 'core', 'arena', 'code, mask, jump table, decoded records'],
    [address('AT_WINDOW'), 'guest', 'window, first part', "the top of the guest's addresses"],
    [address('ROTATION'), 'guest', 'window, second part', "the guest's addresses from 0 on"],
    [address('WINDOW_END'), 'guest', 'frames of other pages', 'given out as the guest writes to them'],
    [address('MEMORY_SIZE'), 'never', 'guard range', 'reserved by the JavaScript engine, no access'],
  ]
}

export function memoryPicture(): string {
  const top = address('TOP_SIZE')
  const rotation = address('ROTATION')
  const drawing = new Drawing(
    860,
    560,
    'The memory of a cell',
    `One WebAssembly memory of ${megabytes(address('MEMORY_SIZE'))} holds a machine. From low to high addresses: struct pvm, the core's data, ` +
      'the table of frames, the table of rights with a part that is always zero, the arena with the decoded code, the window in ' +
      'which guest memory lies, frames for the pages outside of the window, and behind the end a guard range of the JavaScript engine. ' +
      `Guest address a is at a plus ${hex(rotation)}, modulo 2 to the 32.`,
  )
  drawing.words(30, 30, 'The memory of a cell', { head: true })
  drawing.words(30, 48, 'not to scale', { note: true })
  drawing.words(590, 30, 'What the guest sees', { head: true })
  const all = parts()
  const height = 44
  const y = (i: number): number => 64 + height * i
  for (const [i, [at, tone, name, note]] of all.entries()) {
    const end = all[i + 1]?.[0]
    drawing.words(118, y(i) + 14, hex(at), { note: true, code: true, anchor: 'end' })
    drawing.box(126, y(i), 380, height, tone)
    drawing.words(136, y(i) + 18, name, { head: true })
    if (end !== undefined) drawing.words(496, y(i) + 18, megabytes(end - at), { note: true, anchor: 'end' })
    drawing.words(136, y(i) + 35, note, { note: true })
  }
  drawing.words(126, y(all.length) + 22, 'Nothing grows: the memory has its whole size from the start.', { note: true })

  // The guest's address space, from 0 on downwards, so that the arrows cross as the rotation does.
  const x = 590
  drawing.box(x, 64, 240, 40, 'never')
  drawing.words(x + 10, 89, 'never mapped: panic')
  drawing.box(x, 104, 240, 150, 'guest')
  drawing.lines(x + 10, 126, ['read-only data', 'data and heap', '…'])
  drawing.box(x, 254, 240, 66, 'plain')
  drawing.lines(x + 10, 276, ['beyond the window:', 'pages get a frame each'])
  drawing.box(x, 320, 240, 80, 'guest')
  drawing.lines(x + 10, 342, ['stack', 'arguments'])
  const first = 2 ** 32 - top
  for (const [at, value] of [
    [64, 0],
    [104, 0x10000],
    [254, address('WINDOW_END') - rotation],
    [320, first],
  ] as const)
    drawing.words(x + 232, at + 16, hex(value), { note: true, code: true, anchor: 'end' })
  drawing.arrow([
    [x, 179],
    [548, 179],
    [548, y(7) + height / 2],
    [508, y(7) + height / 2],
  ])
  drawing.arrow([
    [x, 360],
    [562, 360],
    [562, y(6) + height / 2],
    [508, y(6) + height / 2],
  ])
  drawing.arrow([
    [x, 287],
    [534, 287],
    [534, y(8) + height / 2],
    [508, y(8) + height / 2],
  ])
  drawing.lines(x, 436, [
    'A guest address becomes a place',
    'in the memory by one addition:',
    `(guest + ${hex(rotation)}) mod 2^32.`,
  ])
  return drawing.toString()
}
