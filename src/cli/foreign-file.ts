// Files that people have in hand and that are no programs of ours: what they are, and what to do with them. Not the formats
// that coulis reads: blob/detect.ts.

import { type ForeignName, foreignName } from '../blob/foreign.ts'

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
  if (machine !== RISCV) {
    return `an ELF file for ${MACHINES.get(machine) ?? `machine ${machine}`}; ${COMPILE.replace('it', 'its source')}`
  }
  return bytes[4] === 2
    ? `an ELF file for RISC-V; ${LINK}`
    : 'an ELF file for 32-bit RISC-V; link it to a .polkavm file: polkatool link (docs/formats.md)'
}

/** What to do with a file that is no program of ours. */
const ADVICE: Readonly<Partial<Record<ForeignName, string>>> = {
  'a WebAssembly module': 'wasm-pvm-cli translates those to program files (docs/formats.md)',
  'a gzip file': 'unpack it first',
  'a zip file': 'unpack it first',
  'a library of object files': LINK,
  'LLVM bitcode': COMPILE,
}

/** What a file that is no program of ours is, with the next step; undefined when nobody knows. */
export function describeBinary(bytes: Uint8Array): string | undefined {
  const name = foreignName(bytes)
  if (name === 'an ELF file' && bytes.length >= 20) return elf(bytes)
  const advice = name && ADVICE[name]
  return advice === undefined ? name : `${name}; ${advice}`
}

const SOURCES: readonly (readonly [RegExp, string])[] = [
  [/^\s*#\s*include\s*[<"]|^\s*(static |extern )?(int|void|char|uint\d+_t)\s+\w+\s*\([^)]*\)\s*\{?/m, 'C'],
  [/^\s*(pub\s+)?(fn|mod|use|struct|impl)\s+\w|^#!?\[\w+/m, 'Rust'],
  [/^\s*(pragma\s+solidity|contract\s+\w+\s*\{)/m, 'Solidity'],
  [/^\s*\(module\b/m, 'WebAssembly text'],
  [/^\s*\.(section\s+\.|globl\s|global\s|type\s)/m, 'RISC-V assembly'],
]

const DOCUMENT = 'a document, not a program or a trace'

/** Whether a text is a page for people, which may have all kinds of files as examples in it. */
export function isDocument(text: string): boolean {
  return /^(```|#{2,6} \S)/m.test(text) || /^\s*<(!doctype |html\b)/i.test(text)
}

/** What a text is that is no assembly text of ours, with the next step; undefined when nobody knows. */
export function describeText(text: string): string | undefined {
  const head = text.slice(0, 20_000)
  if (isDocument(head)) return DOCUMENT
  const found = SOURCES.find(([pattern]) => pattern.test(head))
  if (found === undefined) return undefined
  const [, language] = found
  if (language === 'Solidity') return 'Solidity source; resolc makes a .polkavm of it (docs/formats.md)'
  if (language === 'WebAssembly text') return 'WebAssembly text; wasm-pvm-cli translates modules (docs/formats.md)'
  return `${language} source, not coulis\u2019 assembly text (docs/assembly.md); ${COMPILE}`
}
