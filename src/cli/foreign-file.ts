// Files that people have in hand and that are no programs of ours: what they are, and what to do with them. Not the formats
// that coulis reads: blob/detect.ts.

const LINK = 'link it to a program file (docs/formats.md): jam-pvm-build makes .jam, polkatool link makes .polkavm'
const COMPILE = 'compile it for PolkaVM\u2019s target (docs/formats.md, riscv64emac), then link it'

const RISCV = 243
const MACHINES: ReadonlyMap<number, string> = new Map([
  [3, 'x86'],
  [40, 'ARM'],
  [62, 'x86-64'],
  [183, 'ARM64'],
])

/** What an ELF header says. */
function elf(bytes: Uint8Array): string {
  const little = bytes[5] === 1
  const machine = little ? bytes[18]! | (bytes[19]! << 8) : (bytes[18]! << 8) | bytes[19]!
  const width = bytes[4] === 2 ? 64 : 32
  if (machine !== RISCV) {
    return `an ELF file for ${MACHINES.get(machine) ?? `machine ${machine}`}; ${COMPILE.replace('it', 'its source')}`
  }
  if (width === 32)
    return `an ELF file for 32-bit RISC-V; coulis runs 64-bit programs: ${COMPILE.replace('it', 'its source')}`
  return `an ELF file for RISC-V; ${LINK}`
}

function startsWith(bytes: Uint8Array, ...start: readonly number[]): boolean {
  return bytes.length >= start.length && start.every((byte, i) => bytes[i] === byte)
}

/** What a file that is no program of ours is, with the next step; undefined when nobody knows. */
export function describeBinary(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'an empty file'
  if (startsWith(bytes, 0x7f, 0x45, 0x4c, 0x46) && bytes.length >= 20) return elf(bytes)
  if (startsWith(bytes, 0x00, 0x61, 0x73, 0x6d)) {
    return 'a WebAssembly module; wasm-pvm-cli translates those to program files (docs/formats.md)'
  }
  if (startsWith(bytes, 0x1f, 0x8b)) return 'a gzip file; unpack it first'
  if (startsWith(bytes, 0x50, 0x4b, 0x03, 0x04)) return 'a zip file; unpack it first'
  if (startsWith(bytes, 0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e)) return `a library of object files; ${LINK}`
  if (startsWith(bytes, 0x42, 0x43, 0xc0, 0xde)) return `LLVM bitcode; ${COMPILE}`
  return undefined
}

const SOURCES: readonly (readonly [RegExp, string])[] = [
  [/^\s*#\s*include\s*[<"]|^\s*(static |extern )?(int|void|char|uint\d+_t)\s+\w+\s*\([^)]*\)\s*\{?/m, 'C'],
  [/^\s*(pub\s+)?(fn|mod|use|struct|impl)\s+\w|^#!?\[\w+/m, 'Rust'],
  [/^\s*(pragma\s+solidity|contract\s+\w+\s*\{)/m, 'Solidity'],
  [/^\s*\(module\b/m, 'WebAssembly text'],
  [/^\s*\.(section\s+\.|globl\s|global\s|type\s)/m, 'RISC-V assembly'],
]

/** What a text is that is no assembly text of ours, with the next step; undefined when nobody knows. */
export function describeText(text: string): string | undefined {
  const head = text.slice(0, 20_000)
  const found = SOURCES.find(([pattern]) => pattern.test(head))
  if (found === undefined) return undefined
  const [, language] = found
  if (language === 'Solidity') return 'Solidity source; resolc makes a .polkavm of it (docs/formats.md)'
  if (language === 'WebAssembly text') return 'WebAssembly text; wasm-pvm-cli translates modules (docs/formats.md)'
  return `${language} source, not coulis\u2019 assembly text (docs/assembly.md); ${COMPILE}`
}
