// Files that people have in hand and that are no programs: which they are, by their first bytes. Not what to do with them: the command
// line says that (cli/foreign-file.ts).

/** Names of kinds of files, each with the characters that such a file begins with. */
const STARTS = {
  'an ELF file': '\x7fELF',
  'a WebAssembly module': '\0asm',
  'a gzip file': '\x1f\x8b',
  'a zip file': 'PK\x03\x04',
  'a library of object files': '!<arch>',
  'LLVM bitcode': 'BC\xc0\xde',
} as const

/** What bytes are that are no program. */
export type ForeignName = keyof typeof STARTS | 'an empty file' | 'text'

/** Whether all bytes are those of plain text: no control characters but tab and line ends. */
export function isText(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.every(byte => byte >= 32 || byte === 9 || byte === 10 || byte === 13)
}

/** What bytes are, as far as that is to be seen; undefined when nobody knows. */
export function foreignName(bytes: Uint8Array): ForeignName | undefined {
  if (bytes.length === 0) return 'an empty file'
  for (const [name, start] of Object.entries(STARTS)) {
    if ([...start].every((character, i) => bytes[i] === character.charCodeAt(0))) return name as ForeignName
  }
  return isText(bytes) ? 'text' : undefined
}
