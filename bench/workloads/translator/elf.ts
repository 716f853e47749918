// Reads a 64-bit little-endian RISC-V relocatable object: sections, symbols, relocations. Not a linker and no validator.

export interface Section {
  readonly index: number
  readonly name: string
  readonly type: number
  readonly flags: number
  readonly align: number
  readonly size: number
  /** Contents; empty for sections without bits (.bss). */
  readonly bytes: Uint8Array
  readonly relocations: Relocation[]
}

export interface Symbol {
  readonly name: string
  /** Section index; 0 for undefined symbols. */
  readonly section: number
  readonly value: number
}

export interface Relocation {
  readonly offset: number
  readonly type: number
  readonly symbol: Symbol
  readonly addend: number
}

export interface ObjectFile {
  readonly sections: readonly Section[]
  readonly symbols: readonly Symbol[]
}

export const SHT_NOBITS = 8
export const SHF_WRITE = 1
export const SHF_ALLOC = 2
export const SHF_EXECINSTR = 4

const SHT_SYMTAB = 2
const SHT_RELA = 4
const EM_RISCV = 243
const SYMBOL_SIZE = 24
const RELA_SIZE = 24

/** @throws Error when the file is not an ELF64 RISC-V relocatable object. */
export function readObject(file: Uint8Array): ObjectFile {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const u32 = (at: number): number => view.getUint32(at, true)
  const u64 = (at: number): number => Number(view.getBigUint64(at, true))
  if (u32(0) !== 0x464c457f || file[4] !== 2 || view.getUint16(16, true) !== 1) throw new Error('not an ELF64 object')
  if (view.getUint16(18, true) !== EM_RISCV) throw new Error('not a RISC-V object')

  const table = u64(40)
  const entrySize = view.getUint16(58, true)
  const count = view.getUint16(60, true)
  const header = (i: number): number => table + i * entrySize
  const contents = (i: number): Uint8Array => {
    const at = header(i)
    return u32(at + 4) === SHT_NOBITS ? new Uint8Array(0) : file.slice(u64(at + 24), u64(at + 24) + u64(at + 32))
  }
  const textAt = (strings: Uint8Array, at: number): string => {
    const end = strings.indexOf(0, at)
    return new TextDecoder().decode(strings.subarray(at, end))
  }

  const names = contents(view.getUint16(62, true))
  const sections: Section[] = []
  for (let i = 0; i < count; i++) {
    const at = header(i)
    sections.push({
      index: i,
      name: textAt(names, u32(at)),
      type: u32(at + 4),
      flags: u64(at + 8),
      size: u64(at + 32),
      align: Math.max(1, u64(at + 48)),
      bytes: contents(i),
      relocations: [],
    })
  }

  const symtab = sections.find(s => s.type === SHT_SYMTAB)
  if (symtab === undefined) throw new Error('no symbol table')
  const strings = contents(u32(header(symtab.index) + 40))
  const symbols = readSymbols(symtab.bytes, strings, textAt)
  for (const section of sections) {
    if (section.type !== SHT_RELA) continue
    const target = sections[u32(header(section.index) + 44)]!
    readRelocations(section.bytes, symbols, target.relocations)
  }
  return { sections, symbols }
}

function readSymbols(bytes: Uint8Array, strings: Uint8Array, textAt: (s: Uint8Array, at: number) => string): Symbol[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out: Symbol[] = []
  for (let at = 0; at < bytes.length; at += SYMBOL_SIZE) {
    out.push({
      name: textAt(strings, view.getUint32(at, true)),
      section: view.getUint16(at + 6, true),
      value: Number(view.getBigUint64(at + 8, true)),
    })
  }
  return out
}

function readRelocations(bytes: Uint8Array, symbols: readonly Symbol[], out: Relocation[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length; at += RELA_SIZE) {
    out.push({
      offset: Number(view.getBigUint64(at, true)),
      type: view.getUint32(at + 8, true),
      symbol: symbols[view.getUint32(at + 12, true)]!,
      addend: Number(view.getBigInt64(at + 16, true)),
    })
  }
}
