// The machine of a debugger: a program runs to a breakpoint, is looked at, and goes on.
//
//   npm install coulis && node debugger.mjs
//
// In a page: new Worker(new URL('coulis/debugger/worker', import.meta.url)) speaks the messages of pvm-debugger.
import { assemble } from 'coulis'
import { DebuggerPvm } from 'coulis/debugger'

const { bytes, labels } = assemble(`
    load_imm   r8, 1
    fallthrough            ; jumps lead to the start of a block only
@loop:
    mul_64     r8, r8, r7
    add_imm_64 r7, r7, -1
    branch_ne_imm r7, 0, @loop
    ecalli     9
`)
const pvm = new DebuggerPvm({ engine: 'interpreter' })
const registers = [0n, 0n, 0n, 0n, 0n, 0n, 0n, 5n, 0n, 0n, 0n, 0n, 0n]
pvm.load(bytes, { pc: 0, gas: 1000n, registers, pageMap: [], memoryChunks: [] })

while (!pvm.runUntil([labels.get('loop')]).finished) {
  const regs = new BigUint64Array(pvm.getRegisters().buffer)
  console.log('at', pvm.getPc(), 'r7', regs[7], 'r8', regs[8])
}
console.log('status', pvm.getStatus(), 'call', pvm.getExitArg(), 'r8', new BigUint64Array(pvm.getRegisters().buffer)[8])
