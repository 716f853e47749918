// A benchmark program as bytes for engines/core-native.c. Not the running of it.

const WRITE = 3
const READ = 1

/** The flat form that engines/core-native.c reads. */
export function flatProgram(program, runs) {
  const parts = []
  const u32 = value => parts.push(Buffer.from(Uint32Array.of(value).buffer))
  parts.push(Buffer.from(BigInt64Array.of(program.gas).buffer), Buffer.from(BigUint64Array.from(program.regs).buffer))
  u32(program.pc)
  u32(runs)
  u32(program.blob.length)
  parts.push(program.blob)
  u32(program.pages.length)
  for (const { address, length, writable } of program.pages) {
    u32(address)
    u32(length)
    u32(writable ? WRITE : READ)
  }
  u32(program.memory.length)
  for (const { address, contents } of program.memory) {
    u32(address)
    u32(contents.length)
    parts.push(contents)
  }
  return Buffer.concat(parts)
}
