// Reads assembly text line by line into a `Source`: labels, instructions, and directives by way of directives.ts.
// Not an evaluator: names and widths are settled in assembler.ts.
import { AssemblyError } from './assembly-error.ts'
import { DIRECTIVES } from './directives.ts'
import { grayPaperName } from './names.ts'
import { shapeOf } from './shape.ts'
import { createSource, type InstructionItem, readTarget, requireSection, type Source } from './source.ts'
import { type Expression, Line } from './syntax.ts'
import { INSTRUCTIONS, instructionNamed } from './table.ts'

function readRegister(line: Line): number {
  const register = line.register()
  if (register === undefined) throw line.error('a register: r0…r12, ra, sp, t0…t2, s0, s1, a0…a5')
  return register
}

function readOperands(line: Line, item: InstructionItem): void {
  const { slots } = shapeOf(item.instruction)
  // Stores are printed destination first; the RISC-V order, value first, cannot be misread and is taken too.
  const swapped = slots.length === 2 && slots[0]!.is === 'memory' && !line.take('[') ? [slots[1]!, slots[0]!] : slots
  let opened = swapped === slots && slots[0]?.is === 'memory'
  const setRegister = (letter: 'A' | 'B' | 'D', value: number): void => {
    item[letter === 'A' ? 'a' : letter === 'B' ? 'b' : 'd'] = value
  }
  const setImmediate = (letter: 'X' | 'Y', value: Expression): void => {
    item[letter === 'X' ? 'x' : 'y'] = value
  }
  const zero = (): Expression => ({ terms: [], width: undefined, line: line.number, column: line.column })
  const readSum = (base: 'A' | 'B' | 'D', offset: 'X' | 'Y'): void => {
    setRegister(base, readRegister(line))
    const negative = line.text[line.column - 1] === '-'
    setImmediate(offset, negative || line.take('+') ? line.expression('an offset', true) : zero())
  }
  for (let i = 0; i < swapped.length; i++) {
    const slot = swapped[i]!
    if (i > 0) line.expect(',')
    switch (slot.is) {
      case 'register':
        setRegister(slot.letter, readRegister(line))
        break
      case 'immediate':
        setImmediate(slot.letter, line.expression('an immediate', true))
        break
      case 'target':
        item.target = readTarget(line, true)
        break
      case 'sum':
        readSum(slot.base, slot.offset)
        break
      case 'memory':
        if (!opened) line.expect('[')
        opened = false
        if (slot.base === undefined) setImmediate(slot.offset, line.expression('an address', true))
        else readSum(slot.base, slot.offset)
        line.expect(']')
        break
    }
  }
}

/** How many edits turn one name into the other, for suggestions; swapping two neighbours is one. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) next[j] = Math.min(next[j]!, before[j - 2]! + 1)
    }
    before = row
    row = next
  }
  return row[b.length]!
}

function unknownInstruction(name: string, line: Line, column: number): AssemblyError {
  // The distance takes time by length: nobody misspells a name of 24 letters as one of more than 48.
  if (name.length > 48) return new AssemblyError('unknown-instruction', line.number, column, 'an instruction', name)
  const near = INSTRUCTIONS.map(i => ({ name: i.name, far: distance(grayPaperName(name), i.name) })).sort(
    (a, b) => a.far - b.far,
  )[0]!
  const hint = near.far <= Math.max(2, name.length / 3) ? ` such as ${near.name}` : ''
  return new AssemblyError('unknown-instruction', line.number, column, `an instruction${hint}`, name)
}

function readInstruction(line: Line, source: Source): void {
  const { column } = line
  const word = line.word()
  if (word === undefined) throw line.error('a label, an instruction or a directive')
  const name = word.toLowerCase()
  const instruction = instructionNamed(name) ?? instructionNamed(grayPaperName(name))
  if (instruction === undefined) throw unknownInstruction(name, line, column)
  requireSection(source, line, column, ['code'])
  const item: InstructionItem = {
    is: 'instruction',
    instruction,
    line: line.number,
    column,
    a: 0,
    b: 0,
    d: 0,
    x: undefined,
    y: undefined,
    target: undefined,
  }
  readOperands(line, item)
  source.items.push(item)
}

function addLabel(source: Source, name: string, line: number, column: number): void {
  const earlier = source.labels.get(name)
  if (earlier !== undefined) {
    throw new AssemblyError('duplicate-name', line, column, `a new label name, @${name} is in line ${earlier.line}`)
  }
  const { section } = source
  source.labels.set(name, {
    section,
    at: section === 'code' ? source.items.length : source[section].length,
    line,
  })
}

/** Reads a whole text. Checks everything that needs no values. */
export function readSource(text: string): Source {
  const source = createSource()
  let number = 0
  for (const content of text.split('\n')) {
    const line = new Line(content, ++number)
    for (;;) {
      const { column } = line
      const label = line.labelDefinition()
      if (label === undefined) break
      addLabel(source, label, number, column)
    }
    if (line.atEnd) continue
    const { column } = line
    const directive = line.directive()
    if (directive === undefined) readInstruction(line, source)
    else {
      const read = DIRECTIVES.get(directive)
      if (read === undefined) {
        const known = [...DIRECTIVES.keys()].join(' ')
        throw new AssemblyError('unknown-directive', number, column, `one of ${known}`, directive)
      }
      if (!source.places.has(directive)) source.places.set(directive, { line: number, column })
      read(line, source, column)
    }
    line.expectEnd()
  }
  return source
}
