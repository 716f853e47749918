// tsjam's way with machines over coulis: memory first, a program in parts, registers as objects, reasons of a class of one's own.
//
//   npm install coulis && node tsjam.mjs
//
// In tsjam itself it is one line: export const pvmImpl = createTsjam({ exits: PVMExitReasonImpl })
import { assemble } from 'coulis'
import { createTsjam, TsjamAccess } from 'coulis/tsjam'

class Reason {
  constructor(text) {
    this.text = text
  }
  static halt = () => new Reason('halt')
  static panic = () => new Reason('panic')
  static outOfGas = () => new Reason('out of gas')
  static hostCall = index => new Reason(`host call ${index}`)
  static pageFault = address => new Reason(`page fault ${address}`)
}

const { parts } = assemble(`
    load_u8    r7, [0x20000]
    ecalli     3
    add_imm_64 r7, r7, 1
    jump_ind   r0
`)
const k = Array.from(parts.code, (_, i) => (parts.bitmask[i >> 3] >> (i & 7)) & 1)
const program = { j: [...parts.jumpTable], z: parts.jumpTableEntrySize, c: parts.code, k }

const { buildMemory, buildPVM } = createTsjam({ exits: Reason, engine: 'auto' })
const mem = buildMemory({ pages: new Map(), heap: { start: 0, end: 0, pointer: 0 } })
mem.upsertACL(0x20, TsjamAccess.Write)
mem.writeAt(0x20000, Uint8Array.of(41))
const regs = { elements: Array.from({ length: 13 }, (_, i) => ({ value: i === 0 ? 0xffff0000n : 0n })) }
const pvm = buildPVM({ mem, regs, gas: 100n, pc: 0, program, logger: console.log })
console.log(pvm.run().text, 'r7', regs.elements[7].value, 'pc', pvm.pc)
regs.elements[7] = { value: 1000n }
console.log(pvm.run().text, 'r7', regs.elements[7].value, 'gas', pvm.gas)
