// Formats as objects: what one says about itself holds for its files. Not the reading of bytes: blob.test.ts.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { BLOB_KINDS, contentsOf, describeFormat, formatClaiming, formatNamed } from '../../src/blob/container.ts'
import { loadProgram } from '../../src/program/program.ts'

/** A text for each directive that a format may have a place for. */
const DIRECTIVES = {
  '.ro': '.ro\n .byte 1, 2\n.code\n',
  '.rw': '.rw\n .byte 3\n.code\n',
  '.stack': '.stack 4096\n',
  '.heap': '.heap 2\n',
  '.metadata': '.metadata "name", "1", "MIT", "me"\n',
  '.jump_table_bytes': '.entry_size 1\n.jump_table_bytes 3 000000\n',
  '.import': '.import "read"\n',
  '.export': '.export "main" 0\n',
  '.section': '.section 200 0102\n',
  '.version': '.version 2\n',
} as const

describe.each(BLOB_KINDS)('%s', kind => {
  const format = formatNamed(kind)
  const textWith = (directive: keyof typeof DIRECTIVES): string => `.format ${kind}\n${DIRECTIVES[directive]} trap\n`

  it('takes the directives that it names and no others', () => {
    for (const directive of Object.keys(DIRECTIVES) as (keyof typeof DIRECTIVES)[]) {
      const make = (): unknown => assemble(textWith(directive))
      if (format.directives.includes(directive)) expect(make, directive).not.toThrow()
      else expect(make, directive).toThrow(`no ${directive} in a program of format ${kind}`)
    }
  })

  it('builds of its contents the very file they are from', () => {
    for (const directive of format.directives) {
      const { bytes, container } = assemble(textWith(directive))
      expect(format.encode(format.build(contentsOf(container))), directive).toEqual(bytes)
    }
  })

  it('claims its files and no others, if it claims any, and programs are of its kind', () => {
    const files = BLOB_KINDS.map(name => assemble(`.format ${name}\n trap\n`))
    for (const { kind: of, bytes } of files) {
      const claiming = formatClaiming(bytes)
      expect(claiming?.kind === kind).toBe(of === kind && format.claims !== undefined)
      expect(loadProgram(bytes, { kind: of }).kind).toBe(of)
    }
    expect(describeFormat(kind)).toEqual({ kind, title: format.title, start: format.start })
  })
})

it('names that are none are refused', () => {
  for (const name of ['elf', 'toString', '__proto__', undefined]) {
    expect(() => describeFormat(name as never)).toThrow(`kind: ${name} is none of ${BLOB_KINDS.join(', ')}`)
  }
})
