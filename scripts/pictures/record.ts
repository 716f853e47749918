// The picture of decoded code: a sequence of records. Names and sizes of the fields are read from the C header.
import { Drawing, type Tone } from './svg.ts'

/** Bytes of a type of vm.h; of a struct, once it has been read. */
const SIZES = new Map([
  ['uint16_t', 2],
  ['int32_t', 4],
  ['uint32_t', 4],
])

interface Field {
  readonly name: string
  readonly size: number
}

/** The fields of `typedef struct { … } name;`. */
function fieldsOf(header: string, name: string): readonly Field[] {
  const body = new RegExp(`typedef struct \\{([^}]*)\\} ${name};`).exec(header)?.[1]
  if (body === undefined) throw new Error(`the header has no struct ${name}`)
  const fields: Field[] = []
  for (const [, type, names] of body.replace(/\/\*.*?\*\//g, '').matchAll(/(\w+) ([\w, ]+);/g)) {
    const size = SIZES.get(type!)
    if (size === undefined) throw new Error(`the size of ${type} is not known`)
    for (const field of names!.split(', ')) fields.push({ name: field, size })
  }
  SIZES.set(
    name,
    fields.reduce((sum, { size }) => sum + size, 0),
  )
  return fields
}

const PER_BYTE = 26

function drawStruct(drawing: Drawing, x: number, y: number, fields: readonly Field[], tone: Tone): void {
  let at = x
  for (const { name, size } of fields) {
    drawing.box(at, y, size * PER_BYTE, 32, tone)
    drawing.words(at + (size * PER_BYTE) / 2, y + 21, name, { code: true, anchor: 'middle' })
    at += size * PER_BYTE
  }
}

/** `header` is the text of the core's header that has the structs. */
export function recordPicture(header: string): string {
  const record = fieldsOf(header, 'record')
  const head = fieldsOf(header, 'header')
  fieldsOf(header, 'link')
  fieldsOf(header, 'stub')
  const branch = fieldsOf(header, 'branch_slots')
  const slot = SIZES.get('record')!
  const drawing = new Drawing(
    860,
    490,
    'Decoded code: a sequence of records',
    `A sequence is what follows from one entry to the end of its basic block. It is a header and a record for each instruction, each of ${slot} bytes. ` +
      'A record has the operation, three registers, an immediate and the pc. Behind the record of a branch are its two links, taken and fall, ' +
      'and two stubs. A link is the place of the record where control goes on and what entering there costs. Until that is decoded, the link leads to the stub.',
  )
  drawing.words(30, 30, 'A sequence: from an entry to the end of the block', { head: true })
  const rows: readonly (readonly [Tone, string, string])[] = [
    ['plain', 'header', 'what entering here costs'],
    ['core', 'record', 'add_64 r5, r2, r3'],
    ['core', 'record', 'store_ind_u64 [r1 + 8], r5'],
    ['core', 'record', 'branch_ne r5, r4, 0'],
    ['compiled', 'slot', 'links: taken, fall'],
    ['compiled', 'slot', 'stubs: taken, fall'],
  ]
  for (const [i, [tone, what, text]] of rows.entries()) {
    drawing.box(30, 46 + 34 * i, 300, 34, tone)
    drawing.words(40, 68 + 34 * i, what, { head: true })
    drawing.words(100, 68 + 34 * i, text, { code: what === 'record' })
  }
  drawing.words(30, 272, `Each slot has ${slot} bytes. Where an instruction faults, its record says the pc.`, {
    note: true,
  })
  drawing.box(560, 80, 270, 34, 'plain')
  drawing.words(570, 102, 'header')
  drawing.box(560, 114, 270, 34, 'core')
  drawing.words(570, 136, 'record: the first of its block')
  drawing.words(560, 70, 'another sequence', { head: true })
  drawing.arrow([
    [332, 192],
    [440, 192],
    [440, 131],
    [558, 131],
  ])
  drawing.words(446, 166, 'decoded: straight to it', { note: true })
  drawing.arrow([
    [332, 204],
    [360, 204],
    [360, 234],
    [334, 234],
  ])
  drawing.words(368, 224, 'not decoded yet: to the stub, which decodes it and sets the link', { note: true })

  const y = 318
  drawing.words(30, y - 10, 'Inside, a byte is so wide:', { head: true })
  drawing.box(225, y - 22, PER_BYTE, 14, 'plain')
  for (const [i, [name, fields, tone]] of (
    [
      ['header', head, 'plain'],
      ['record', record, 'core'],
      ['slots of a branch', branch, 'compiled'],
    ] as const
  ).entries()) {
    drawing.words(30, y + 21 + 44 * i, name)
    // A branch has twice as much: half as wide, but for its words.
    if (name === 'slots of a branch') {
      drawStruct(drawing, 150, y + 44 * i, branch.slice(0, 2), tone)
      drawStruct(drawing, 150, y + 44 * i + 32, branch.slice(2), tone)
    } else drawStruct(drawing, 150, y + 44 * i, fields, tone)
  }
  drawing.lines(
    590,
    y + 20,
    ['op: what to do, the case of the switch', 'a, b, d: addresses of registers', 'x: the immediate'],
    {
      note: true,
    },
  )
  drawing.lines(590, y + 92, ['taken, fall: where to, and the cost', 'stub: what stands in until then'], { note: true })
  return drawing.toString()
}
