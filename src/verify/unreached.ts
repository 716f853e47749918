// Reads over code that is never reached. It may hold only opcodes that are allowed elsewhere.
import type { FunctionBody } from './function-body.ts'
import { isPlain } from './plain.ts'
import type { ModuleReader } from './reader.ts'

/** Types of blocks: without a result, and with one. */
const [VOID, I32, I64] = [0x40, 0x7f, 0x7e]

/** Reads over code that is not reached, up to the end of its frame. The `end` is read too. */
export function skipUnreached(verifier: FunctionBody): void {
  const { reader } = verifier
  for (let open = 0; ; ) {
    const op = verifier.opcode()
    if (op === 0x02 || op === 0x03 || op === 0x04) {
      open += 1
      const type = reader.byte()
      // Other types may have more bytes, which would be read as code.
      if (type !== VOID && type !== I32 && type !== I64) reader.refuse('control', 'a block of that type')
    } else if (op === 0x0b) {
      if (open === 0) return
      open -= 1
    } else if (op === 0x05) {
      if (open === 0) reader.refuse('control', 'an else of no value')
    } else operandsOf(reader, op)
  }
}

/** Reads over the numbers behind an opcode. */
function operandsOf(reader: ModuleReader, op: number): void {
  if (op === 0x41) reader.signed()
  else if (op === 0x42) reader.signed64()
  else if ((op >= 0x20 && op <= 0x22) || op === 0x0c || op === 0x0d || op === 0x10) reader.unsigned()
  else if (op === 0x11) {
    reader.unsigned()
    reader.unsigned()
  } else if (op >= 0x28 && op <= 0x3e) {
    reader.alignment()
    reader.unsigned()
  } else if (op === 0x0e) for (let n = reader.unsigned(); n >= 0; n--) reader.unsigned()
  else if (op !== 0x00 && op !== 0x0f && op !== 0x1b && !isPlain(op)) reader.refuse('opcode', `opcode ${op}`)
}
