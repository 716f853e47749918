// Assembles text to code, bitmask, jump table and data areas (grammar: docs/assembly.md). Not to a file: the containers
// are in blob/.
import { AssemblyError } from './assembly-error.ts'
import { encodedLength, encodeInstruction, shortestWidth } from './encode.ts'
import { extendedId, markExtended } from './extended.ts'
import { type ExtendedLayout, encodeExtended, fillGap, layoutExtended, type PlacedItem } from './extended-layout.ts'
import { type JumpSite, layoutCode } from './relax.ts'
import { type Encoding, INSTRUCTION_SETS, type InstructionSet, type InstructionSetName, instructionSet } from './set.ts'
import { type ImmediateLetter, shapeOf } from './shape.ts'
import type { CodeItem, DataArea, InstructionItem, Place, Source, Target } from './source.ts'
import { readSource } from './statements.ts'
import type { Expression } from './syntax.ts'
import { INSTRUCTIONS } from './table.ts'

/** A jump that panics when taken, and why. */
export interface AssemblyWarning {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** What a text assembles to. Code, bitmask and jump table are as in a program blob. */
export interface Assembly {
  readonly instructionSet: InstructionSet
  /** Where each directive is used first. */
  readonly places: ReadonlyMap<string, Place>
  /** This is the `.format` directive. */
  readonly format: string | undefined
  readonly code: Uint8Array
  readonly bitmask: Uint8Array
  readonly encoding: Encoding
  readonly jumpTable: Uint32Array
  readonly jumpTableLength: number
  readonly jumpTableEntrySize: number
  readonly exactTable: { readonly count: bigint; readonly bytes: Uint8Array } | undefined
  readonly readOnly: Uint8Array
  readonly readWrite: Uint8Array
  /** Sizes in memory, at least those of the bytes. */
  readonly readOnlySize: number
  readonly readWriteSize: number
  readonly heapPages: number | undefined
  readonly stackSize: number | undefined
  readonly version: number | undefined
  readonly metadata: Source['metadata']
  readonly imports: readonly Uint8Array[]
  readonly exports: readonly { readonly name: Uint8Array; readonly pc: number }[]
  readonly sections: readonly { readonly id: number; readonly bytes: Uint8Array }[]
  /** Code labels and where they are. */
  readonly labels: ReadonlyMap<string, number>
  /** Data labels and their addresses. */
  readonly addresses: ReadonlyMap<string, number>
  /** What is legal but will not work when executed. */
  readonly warnings: readonly AssemblyWarning[]
  /** For every instruction, ascending: its code offset and the line it stands on, from 1. */
  readonly lines: readonly { readonly pc: number; readonly line: number }[]
}

const READ_ONLY_ADDRESS = 0x10000

/** GP A.7 (A.41): the read-write area starts a zone behind the read-only area's last zone; PolkaVM files agree. */
function readWriteAddress(readOnlySize: number): number {
  return 0x20000 + Math.ceil(readOnlySize / 0x10000) * 0x10000
}

/** Values of labels and constants. */
interface Scope {
  readonly source: Source
  /** Data label to address. */
  readonly addresses: Map<string, number>
  /** Item index of a code label to jump table index. */
  readonly entries: Map<number, number>
  /** All jump table entries, the ones from `&label` behind the written ones. */
  readonly table: Target[]
}

function codeLabel(scope: Scope, name: string, line: number, column: number): number {
  const label = scope.source.labels.get(name)
  if (label === undefined)
    throw new AssemblyError('unknown-label', line, column, 'a label defined somewhere', `@${name}`)
  if (label.section !== 'code') throw new AssemblyError('wrong-section', line, column, 'a label in .code', `@${name}`)
  return label.at
}

function evaluate(scope: Scope, expression: Expression, depth = 0): bigint {
  let sum = 0n
  for (const { is, name, value, negative, line, column } of expression.terms) {
    const fail = (code: 'unknown-name' | 'unknown-label' | 'wrong-section', expected: string): AssemblyError =>
      new AssemblyError(code, line, column, expected, name)
    let term = value
    if (is === 'name') {
      const constant = scope.source.constants.get(name)
      if (constant === undefined) throw fail('unknown-name', 'a number, @label, &label or a name from .equ or .import')
      if (depth > 100) throw fail('unknown-name', 'a constant that does not depend on itself')
      term = evaluate(scope, constant, depth + 1)
    } else if (is === 'label') {
      const address = scope.addresses.get(name)
      if (address === undefined) {
        if (!scope.source.labels.has(name)) throw fail('unknown-label', 'a label defined somewhere')
        throw fail('wrong-section', `a label in .ro or .rw (&${name} is the jump table address of code)`)
      }
      term = BigInt(address)
    } else if (is === 'entry') {
      const item = codeLabel(scope, name, line, column)
      let index = scope.entries.get(item)
      if (index === undefined) {
        index = scope.table.length
        scope.entries.set(item, index)
        scope.table.push({ label: name, value: undefined, width: undefined, line, column })
      }
      term = BigInt((index + 1) * 2) // GP A.18: an address is twice the index, counted from 1
    }
    sum += negative ? -term : term
  }
  return sum
}

function createScope(source: Source, readOnlySize: number): Scope {
  const addresses = new Map<string, number>()
  const base = { ro: READ_ONLY_ADDRESS, rw: readWriteAddress(readOnlySize) }
  for (const [name, { section, at }] of source.labels) if (section !== 'code') addresses.set(name, base[section] + at)
  const scope: Scope = { source, addresses, entries: new Map(), table: [...source.jumpTable] }
  source.jumpTable.forEach(({ label, line, column }, index) => {
    if (label === undefined) return
    const item = codeLabel(scope, label, line, column)
    if (!scope.entries.has(item)) scope.entries.set(item, index)
  })
  return scope
}

const MIN = -(1n << 31n)
const MAX = (1n << 31n) - 1n

interface Immediate {
  readonly value: number
  readonly high: number
  readonly width: number
  /** Whether the text says the width. */
  readonly fixed: boolean
}

/** The value of an immediate as a sign-extended 32-bit number, and its width. */
function immediate(scope: Scope, item: InstructionItem, letter: ImmediateLetter): Immediate {
  const expression = letter === 'X' ? item.x : item.y
  if (expression === undefined) return { value: 0, high: 0, width: 0, fixed: false }
  const { line, column } = expression
  let value = evaluate(scope, expression)
  if (item.instruction.format === 'reg_imm64') {
    if (value < -(1n << 63n) || value >= 1n << 64n) {
      throw new AssemblyError('out-of-range', line, column, 'a 64-bit number', `${value}`)
    }
    return {
      value: Number(BigInt.asIntN(32, value)),
      high: Number(BigInt.asIntN(32, value >> 32n)),
      width: 8,
      fixed: true,
    }
  }
  const wraps = shapeOf(item.instruction).wraps[letter]
  if (wraps && value > MAX && value < 1n << 32n) value -= 1n << 32n
  if (value >= (1n << 64n) + MIN && value < 1n << 64n) value -= 1n << 64n
  if (value < MIN || value > MAX) {
    const hint = item.instruction.name === 'load_imm' ? '; load_imm_64 takes any' : ''
    throw new AssemblyError('out-of-range', line, column, `a number from -2^31 to 2^31 - 1${hint}`, `${value}`)
  }
  const shortest = shortestWidth(Number(value))
  const width = expression.width ?? shortest
  if (width < shortest) {
    throw new AssemblyError('out-of-range', line, column, `a number that fits ${width} bytes`, `${value}`)
  }
  return { value: Number(value), high: 0, width, fixed: expression.width !== undefined }
}

function fillData(scope: Scope, area: DataArea): Uint8Array {
  const bytes = area.buffer.slice(0, area.length)
  for (const { offset, size, value: expression } of area.fixups) {
    const value = evaluate(scope, expression)
    const bits = BigInt(8 * size)
    if (value < -(1n << (bits - 1n)) || value >= 1n << bits) {
      const { line, column } = expression
      throw new AssemblyError('out-of-range', line, column, `a number of ${bits} bits`, `${value}`)
    }
    for (let i = 0; i < size; i++) bytes[offset + i] = Number((value >> BigInt(8 * i)) & 0xffn)
  }
  return bytes
}

function entrySizeFor(source: Source, table: readonly number[]): number {
  let needed = table.length === 0 ? 0 : 1
  for (const entry of table) while (entry >= 256 ** needed) needed += 1
  return source.entrySize ?? needed
}

/** The opcode of an instruction in a set. */
function opcodeOf(item: InstructionItem, set: InstructionSet): number {
  const opcode = set.opcodes[item.instruction.id]!
  if (opcode < 0) {
    const { line, column, instruction } = item
    throw new AssemblyError('not-in-instruction-set', line, column, `an instruction of ${set.name}`, instruction.name)
  }
  return opcode
}

function setOf(source: Source, wanted: InstructionSetName | undefined): InstructionSet {
  const name = wanted ?? source.instructionSet ?? 'gp-0.7.2'
  const known = INSTRUCTION_SETS.find(set => set === name)
  if (known === undefined) {
    const { line, column } = source.places.get('.isa') ?? { line: 1, column: 1 }
    throw new AssemblyError('unknown-name', line, column, `an instruction set of ${INSTRUCTION_SETS.join(', ')}`, name)
  }
  return instructionSet(known)
}

/** For each item whether a basic block starts there (GP A.5): first of all, or behind a terminator. */
function blockStarts(items: readonly CodeItem[], set: InstructionSet): Uint8Array {
  const starts = new Uint8Array(items.length + 1)
  let open = true
  let first = true
  items.forEach((item, index) => {
    if (item.is === 'at') return
    if (item.is === 'bytes' && !item.marked) {
      if (first) open = false // otherwise operand bytes of the instruction before
    } else {
      const instruction = item.is === 'instruction' ? item.instruction : set.byOpcode[item.bytes[0]!]
      starts[index] = open && instruction !== undefined ? 1 : 0
      open = instruction?.terminator === true
    }
    first = false
  })
  for (let i = items.length - 1; i >= 0; i--) if (items[i]!.is === 'at') starts[i] = starts[i + 1]!
  return starts
}

/** The same of code in the extended encoding, which says it itself. */
function startsIn(code: Uint8Array, offsets: Float64Array): Uint8Array {
  const bitmask = markExtended(code)
  const isMarked = (pc: number): boolean => pc >= code.length || (bitmask[pc >>> 3]! & (1 << (pc & 7))) !== 0
  const starts = new Uint8Array(code.length + 1)
  let open = true
  for (let pc = 0; pc < code.length; ) {
    if (open) starts[pc] = 1
    let next = pc + 1
    while (!isMarked(next)) next += 1
    open = INSTRUCTIONS[extendedId(code, pc, next - pc)]!.terminator
    pc = next
  }
  return Uint8Array.from(offsets, offset => starts[offset]!)
}

/** An instruction with its operands' values, as far as they do not depend on where it lies. */
interface Planned {
  readonly item: InstructionItem
  readonly opcode: number
  readonly x: Immediate
  readonly y: Immediate
  readonly jump: JumpSite | undefined
}

/** The layout in the extended encoding. Code that would run off its end gets a trap, as PolkaVM's writer does it. */
function placeExtended(
  items: readonly CodeItem[],
  plan: readonly (Planned | undefined)[],
  jumps: readonly JumpSite[],
): ExtendedLayout {
  const placed = items.map((item, index): PlacedItem => {
    const planned = plan[index]
    if (planned === undefined) return { bytes: item.is === 'bytes' ? item.bytes.length : 0 }
    const { x, y, jump } = planned
    const wanted = jump === undefined ? y : { width: jump.width ?? 0, fixed: jump.width !== undefined }
    const { instruction } = planned.item
    return { instruction, xWidth: x.width, yWidth: wanted.width, fixedX: x.fixed, fixedY: wanted.fixed }
  })
  const layout = layoutExtended(placed, jumps)
  items.forEach((item, index) => {
    if (item.is !== 'instruction' || layout.forms[index] !== undefined) return
    const { line, column, instruction } = item
    throw new AssemblyError('out-of-range', line, column, `widths that ${instruction.name} has a form for`)
  })
  const last = items.findLast(item => item.is !== 'at')
  if (last?.is !== 'instruction' || last.instruction.terminator) return layout
  const { offsets } = layout
  offsets[items.length]! += 1 // a zero byte, which is `trap`
  return layout
}

/** Labels that code leads to and no basic block starts at. */
function findWarnings(items: readonly CodeItem[], scope: Scope, starts: Uint8Array): AssemblyWarning[] {
  const warnings: AssemblyWarning[] = []
  const check = ({ label, line, column }: Target): void => {
    if (label === undefined || starts[codeLabel(scope, label, line, column)] === 1) return
    const message = `@${label} is no block start: a jump there panics. Put a fallthrough in front of the label`
    warnings.push({ line, column, message })
  }
  for (const item of items) if (item.is === 'instruction' && item.target !== undefined) check(item.target)
  for (const target of scope.table) check(target)
  return warnings
}

/**
 * Assembles a text.
 *
 * @param wanted the instruction set; default: the text's `.isa`, else GP 0.7.2.
 * @throws AssemblyError with line and column of the first mistake.
 */
export function assembleSource(text: string, wanted?: InstructionSetName): Assembly {
  const source = readSource(text)
  const set = setOf(source, wanted)
  const readOnlySize = Math.max(source.ro.size ?? 0, source.ro.length)
  const readWriteSize = Math.max(source.rw.size ?? 0, source.rw.length)
  const scope = createScope(source, readOnlySize)
  const readOnly = fillData(scope, source.ro)
  const readWrite = fillData(scope, source.rw)

  const { items } = source
  const jumps: JumpSite[] = []
  const plan = items.map((item, index): Planned | undefined => {
    if (item.is !== 'instruction') return undefined
    const opcode = opcodeOf(item, set)
    const x = immediate(scope, item, 'X')
    const y = immediate(scope, item, 'Y')
    const { target } = item
    if (target !== undefined) {
      const site = target.label === undefined ? undefined : codeLabel(scope, target.label, target.line, target.column)
      const pc = target.value === undefined ? 0 : Number(evaluate(scope, target.value))
      jumps.push({ item: index, target: site, pc, width: target.width })
    }
    return { item, opcode, x, y, jump: target === undefined ? undefined : jumps[jumps.length - 1] }
  })
  const lengths = items.map((item, index) => {
    if (item.is === 'bytes') return item.bytes.length
    const planned = plan[index]
    return planned === undefined
      ? 0
      : encodedLength(planned.item.instruction.format, planned.x.width, planned.item.target ? 0 : planned.y.width)
  })
  const extended = set.encoding === 'extended' ? placeExtended(items, plan, jumps) : undefined
  const bitmaskLayout = extended === undefined ? layoutCode(lengths, jumps) : undefined
  const offsets = extended?.offsets ?? bitmaskLayout!.offsets

  const length = offsets[items.length]!
  const code = new Uint8Array(length)
  const bitmask = new Uint8Array(Math.ceil(length / 8))
  for (const gap of extended?.gaps ?? []) fillGap(code, gap)
  const lines: { pc: number; line: number }[] = []
  items.forEach((item, index) => {
    const at = offsets[index]!
    if (item.is === 'at') {
      if (item.pc === at) return
      throw new AssemblyError('wrong-place', item.line, item.column, `code offset ${item.pc} here`, `${at}`)
    }
    if (item.is === 'bytes') code.set(item.bytes, at)
    if (item.is === 'instruction' || item.marked) {
      bitmask[at >>> 3]! |= 1 << (at & 7)
      lines.push({ pc: at, line: item.line })
    }
    const planned = plan[index]
    if (planned === undefined) return
    const { opcode, x, jump } = planned
    let y = planned.y
    const { target, a, b, d, instruction } = planned.item
    const form = extended?.forms[index]
    if (target !== undefined && jump !== undefined) {
      const to = jump.target === undefined ? jump.pc : offsets[jump.target]!
      const width = form?.yWidth ?? bitmaskLayout!.widths[index]!
      if (shortestWidth(to - at) > width) {
        const { line, column } = target
        throw new AssemblyError('out-of-range', line, column, `a target that ${width} bytes reach`, `${to - at}`)
      }
      y = { ...y, value: to - at, width }
    }
    const { format } = instruction
    const { value, high, width: xWidth } = x
    const yWidth = y.width
    if (form !== undefined) {
      encodeExtended({ format, a, b, d, x: value, xHigh: high, y: y.value }, form, code, at)
      return
    }
    encodeInstruction({ format, opcode, a, b, d, x: value, xHigh: high, y: y.value, xWidth, yWidth }, code, at)
  })

  const resolve = ({ label, value, line, column }: Target): number => {
    if (label !== undefined) return offsets[codeLabel(scope, label, line, column)]!
    const pc = Number(evaluate(scope, value!))
    if (pc >= 0 && pc <= 0xffffffff) return pc
    throw new AssemblyError('out-of-range', line, column, 'a code offset from 0 to 2^32 - 1', `${pc}`)
  }
  const table = scope.table.map(resolve)
  const entrySize = entrySizeFor(source, table)
  if (source.exactTable === undefined) {
    table.forEach((entry, index) => {
      if (entrySize >= 4 || entry < 256 ** entrySize) return
      const { line, column } = scope.table[index]!
      throw new AssemblyError(
        'out-of-range',
        line,
        column,
        `a code offset of ${entrySize} bytes (.entry_size)`,
        `${entry}`,
      )
    })
  } else if (table.length > 0) {
    const { line, column } = scope.table[0]!
    throw new AssemblyError('conflict', line, column, 'either a jump table or .jump_table_bytes')
  }
  return {
    instructionSet: set,
    places: source.places,
    format: source.format,
    code,
    bitmask: extended === undefined ? bitmask : markExtended(code),
    encoding: set.encoding,
    jumpTable: Uint32Array.from(entrySize === 0 ? [] : table),
    jumpTableLength: table.length,
    jumpTableEntrySize: entrySize,
    exactTable: source.exactTable,
    readOnly,
    readWrite,
    readOnlySize,
    readWriteSize,
    heapPages: source.heapPages,
    stackSize: source.stackSize,
    version: source.version,
    metadata: source.metadata,
    imports: source.imports,
    exports: source.exports.map(({ name, target }) => ({ name, pc: resolve(target) })),
    sections: source.sections,
    labels: new Map(
      [...source.labels].flatMap(([name, { section, at }]) => (section === 'code' ? [[name, offsets[at]!]] : [])),
    ),
    addresses: scope.addresses,
    warnings: findWarnings(items, scope, extended === undefined ? blockStarts(items, set) : startsIn(code, offsets)),
    lines,
  }
}
