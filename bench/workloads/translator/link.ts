// Lays out a RISC-V object as a PVM program: data at a standard program's addresses (GP A.7), calls, returns and
// function pointers through the jump table. The instructions in between are lower.ts's.

import {
  type ObjectFile,
  type Relocation,
  type Section,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_WRITE,
  SHT_NOBITS,
} from './elf.ts'
import { createEmitter, type Emitter } from './emit.ts'
import { type Lowered, lower, register } from './lower.ts'
import { decode, type RiscV } from './riscv.ts'

export interface Linked {
  readonly blob: Uint8Array
  readonly instructions: number
  readonly codeBytes: number
  readonly readOnly: Zone
  readonly readWrite: Zone
}

/** A memory zone: `length` is a whole number of pages, the contents may be shorter. */
export interface Zone {
  readonly address: number
  readonly length: number
  readonly contents: Uint8Array
}

const R = { ABS32: 1, ABS64: 2, BRANCH: 16, JAL: 17, CALL: 18, CALL_PLT: 19, HI20: 26, LO12_I: 27, LO12_S: 28 } as const
const PAGE = 4096
const ZONE = 65536
const align = (x: number, to: number): number => Math.ceil(x / to) * to

/** What a symbol stands for: an address in data, or one in text. */
interface Place {
  readonly text: boolean
  readonly address: number
}

/** @param entry the function the program starts with; it returns to the caller's halt address. */
export function link(object: ObjectFile, entry: string): Linked {
  const loaded = object.sections.filter(s => (s.flags & SHF_ALLOC) !== 0 && s.size > 0)
  const text = loaded.filter(s => (s.flags & SHF_EXECINSTR) !== 0)
  const data = loaded.filter(s => (s.flags & SHF_EXECINSTR) === 0)
  const base = new Map<number, number>()
  place(text, 0, base)
  const readOnlySections = data.filter(s => (s.flags & SHF_WRITE) === 0)
  const readOnlyEnd = place(readOnlySections, ZONE, base)
  const writableStart = 2 * ZONE + align(readOnlyEnd - ZONE, ZONE)
  const writableSections = data.filter(s => (s.flags & SHF_WRITE) !== 0)
  // Sections with bits first, so that the zone's initial contents end early.
  writableSections.sort((a, b) => Number(a.type === SHT_NOBITS) - Number(b.type === SHT_NOBITS))
  const writableEnd = place(writableSections, writableStart, base)

  const isText = new Set(text.map(s => s.index))
  const out = createEmitter()
  const locate = (r: Relocation): Place => {
    const start = base.get(r.symbol.section)
    if (start === undefined) throw new Error(`undefined symbol ${r.symbol.name}`)
    return { text: isText.has(r.symbol.section), address: start + r.symbol.value + r.addend }
  }
  const absolute = (r: Relocation): number => {
    const p = locate(r)
    return p.text ? out.jumpTableAddress(p.address) : p.address
  }

  const start = object.symbols.find(s => s.name === entry && isText.has(s.section))
  if (start === undefined) throw new Error(`no function ${entry}`)
  out.op('jump', { target: base.get(start.section)! + start.value })
  for (const section of text) translate(section, base.get(section.index)!, locate, absolute, out)

  const zone = (sections: readonly Section[], address: number, end: number): Zone => ({
    address,
    length: align(end - address, PAGE),
    contents: contents(sections, address, base, absolute),
  })
  const readOnly = zone(readOnlySections, ZONE, readOnlyEnd)
  const readWrite = zone(writableSections, writableStart, writableEnd)
  return { ...out.finish(), readOnly, readWrite }
}

/** Gives every section its address and returns the end. */
function place(sections: readonly Section[], start: number, base: Map<number, number>): number {
  let at = start
  for (const s of sections) {
    at = align(at, s.align)
    base.set(s.index, at)
    at += s.size
  }
  return at
}

function contents(
  sections: readonly Section[],
  start: number,
  base: ReadonlyMap<number, number>,
  absolute: (r: Relocation) => number,
): Uint8Array {
  const filled = sections.filter(s => s.type !== SHT_NOBITS)
  const end = Math.max(start, ...filled.map(s => base.get(s.index)! + s.size))
  const bytes = new Uint8Array(end - start)
  const view = new DataView(bytes.buffer)
  for (const s of filled) {
    const at = base.get(s.index)! - start
    bytes.set(s.bytes, at)
    for (const r of s.relocations) {
      if (r.type === R.ABS64) view.setBigUint64(at + r.offset, BigInt(absolute(r)), true)
      else if (r.type === R.ABS32) view.setUint32(at + r.offset, absolute(r), true)
      else throw new Error(`relocation ${r.type} in ${s.name}`)
    }
  }
  return bytes
}

function translate(
  section: Section,
  base: number,
  locate: (r: Relocation) => Place,
  absolute: (r: Relocation) => number,
  out: Emitter,
): void {
  const view = new DataView(section.bytes.buffer, section.bytes.byteOffset, section.bytes.byteLength)
  const relocations = new Map(section.relocations.map(r => [r.offset, r]))
  const target = (r: Relocation): number => {
    const p = locate(r)
    if (!p.text) throw new Error(`jump to data: ${r.symbol.name}`)
    return p.address
  }
  for (let at = 0; at < section.size; at += 4) {
    const here = base + at
    const i = decode(view.getInt32(at, true))
    const r = relocations.get(at)
    out.label(here)
    let lowered: Lowered | undefined
    switch (r?.type) {
      case undefined:
        if (i.name === 'auipc') {
          // A call the assembler has resolved already: the pair is within one section.
          const jalr = decode(view.getInt32(at + 4, true))
          if (jalr.name !== 'jalr' || jalr.rs1 !== i.rd) throw new Error(`auipc without jalr in ${section.name}`)
          at += 4
          lowered = control({ ...jalr, name: 'jal' }, here + 4, here + i.imm + jalr.imm, out)
        } else {
          lowered = isControl(i) ? control(i, here, here + i.imm, out) : lower(i, i.imm)
        }
        break
      case R.BRANCH:
      case R.JAL:
        lowered = control(i, here, target(r!), out)
        break
      case R.CALL:
      case R.CALL_PLT:
        // auipc + jalr: one PVM instruction, whose link register is the jalr's.
        lowered = control({ ...decode(view.getInt32(at + 4, true)), name: 'jal' }, here + 4, target(r!), out)
        at += 4
        break
      case R.HI20:
        lowered = lower(i, (absolute(r!) + 0x800) & ~0xfff)
        break
      case R.LO12_I:
      case R.LO12_S: {
        const low = (absolute(r!) << 20) >> 20
        lowered = i.name === 'jalr' ? control({ ...i, imm: low }, here, 0, out) : lower(i, low)
        break
      }
      default:
        throw new Error(`relocation ${r!.type} at ${section.name}+0x${at.toString(16)}`)
    }
    if (lowered !== undefined) out.op(lowered[0], lowered[1])
  }
}

function isControl(i: RiscV): boolean {
  return i.name === 'jal' || i.name === 'jalr' || i.name in BRANCH
}

/** Names of the PVM branch for two registers, and for a register against 0 where x0 is the second or the first source. */
const BRANCH: Readonly<Record<string, readonly [string, string, string]>> = {
  beq: ['branch_eq', 'branch_eq_imm', 'branch_eq_imm'],
  bne: ['branch_ne', 'branch_ne_imm', 'branch_ne_imm'],
  blt: ['branch_lt_s', 'branch_lt_s_imm', 'branch_gt_s_imm'],
  bge: ['branch_ge_s', 'branch_ge_s_imm', 'branch_le_s_imm'],
  bltu: ['branch_lt_u', 'branch_lt_u_imm', 'branch_gt_u_imm'],
  bgeu: ['branch_ge_u', 'branch_ge_u_imm', 'branch_le_u_imm'],
}

/** The PVM form of a jump, call, return or branch. */
function control(i: RiscV, here: number, target: number, out: Emitter): Lowered {
  if (i.name === 'jal') {
    if (i.rd === 0) return ['jump', { target }]
    // A call: the link register gets the jump-table address of the instruction behind it.
    return ['load_imm_jump', { a: register(i.rd), x: out.jumpTableAddress(here + 4), target }]
  }
  if (i.name === 'jalr') {
    if (i.rd === 0) return ['jump_ind', { a: register(i.rs1), x: i.imm }]
    const x = out.jumpTableAddress(here + 4)
    return ['load_imm_jump_ind', { a: register(i.rd), b: register(i.rs1), x, y: i.imm }]
  }
  const [registers, second, first] = BRANCH[i.name]!
  if (i.rs1 !== 0 && i.rs2 !== 0) return [registers, { a: register(i.rs1), b: register(i.rs2), target }]
  if (i.rs2 !== 0) return [first, { a: register(i.rs2), x: 0, target }]
  if (i.rs1 !== 0) return [second, { a: register(i.rs1), x: 0, target }]
  throw new Error(`${i.name} of x0 and x0`)
}
