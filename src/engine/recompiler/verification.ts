// What the verifier (src/verify/) has to know of a program: where its instructions and segments start.
import type { Machine } from '../../verify/machine.ts'
import type { Decoded } from './decode.ts'

/** The machine that modules of a program are for. */
export function machineOf(decoded: Decoded, tallyAt = 0): Machine {
  const { program, count, pc, segments, segmentStart, segmentOf, isBlock } = decoded
  const refund = new Int32Array(program.code.length + 1).fill(-1)
  const starts = new Uint8Array(program.code.length + 1)
  // Under block models nothing is given back, because the block counts as paid.
  const perInstruction = program.profile.gasModel === 'instruction'
  for (let i = 0; i < count; i++) refund[pc[i]!] = perInstruction ? segmentStart[segmentOf[i]! + 1]! - i : 0
  const within = new Uint8Array(segments + 1)
  for (let segment = 0; segment < segments; segment++) {
    within[segment + 1] = isBlock[segment] === 0 ? 1 : 0
    const at = pc[segmentStart[segment]!]
    if (at !== undefined) starts[at] = 1
  }
  // The table has an entry for each segment, at its number plus 1.
  return { dispatch: program.jumpTable.length, within, refund, starts, tallyAt }
}
