// Runs benchmark programs on typeberry's built-in TypeScript interpreter, the way its own node runs it (runProgram).

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tryAsGas } from '@typeberry/lib/pvm-interface'
import { Interpreter, MemoryBuilder, Registers, tryAsMemoryIndex, tryAsSbrkIndex } from '@typeberry/lib/pvm-interpreter'
import { measureAll } from '../lib/measure.mjs'
import { BENCH } from '../lib/programs.mjs'

const { version } = JSON.parse(readFileSync(join(BENCH, 'node_modules/@typeberry/lib/package.json'), 'utf8'))
const STATUS = { 0: 'halt', 1: 'panic', 2: 'page-fault', 3: 'host', 4: 'out-of-gas' }
const HOST = 3

function memoryOf(program) {
  const builder = new MemoryBuilder()
  for (const { address, length, writable } of program.pages) {
    const from = tryAsMemoryIndex(address)
    const to = tryAsMemoryIndex(address + length)
    const contents = new Uint8Array(length)
    for (const chunk of program.memory) {
      if (chunk.address >= address && chunk.address < address + length) {
        contents.set(chunk.contents, chunk.address - address)
      }
    }
    if (writable) builder.setWriteablePages(from, to, contents)
    else builder.setReadablePages(from, to, contents)
  }
  // No benchmark program asks for heap: an empty one far from everything.
  const heap = tryAsSbrkIndex(0xe0000000)
  return builder.finalize(heap, heap)
}

await measureAll({ engine: 'typeberry', version, variant: 'built-in' }, program => ({
  instance() {
    const vm = Interpreter.new({ useSbrkGas: false })
    const registers = Registers.fromBytes(new Uint8Array(BigUint64Array.from(program.regs).buffer))
    vm.resetGeneric(program.blob, program.pc, tryAsGas(program.gas), registers, memoryOf(program))
    return {
      run() {
        vm.runProgram()
        while (vm.getStatus() === HOST) {
          answer(vm)
          vm.runProgram()
        }
        const bytes = vm.registers.getAllEncoded()
        const regs = new DataView(bytes.buffer, bytes.byteOffset)
        return {
          status: STATUS[vm.getStatus()] ?? String(vm.getStatus()),
          r7: regs.getBigUint64(56, true),
          r8: regs.getBigUint64(64, true),
          gasUsed: program.gas - BigInt(vm.gas.get()),
        }
      },
    }
  },
}))

/** Host call 1 adds 1 to r7; host call 2 reads 32 bytes at r7 and writes their wrapping u64 sum at r8. */
function answer(vm) {
  const all = vm.registers.getAllEncoded()
  const regs = new DataView(all.buffer, all.byteOffset)
  if (vm.getExitParam() === 1) {
    regs.setBigUint64(56, BigInt.asUintN(64, regs.getBigUint64(56, true) + 1n), true)
    vm.registers.setAllEncoded(all)
    return
  }
  const bytes = new Uint8Array(32)
  vm.memory.loadInto(bytes, tryAsMemoryIndex(regs.getUint32(56, true)))
  const words = new DataView(bytes.buffer)
  let sum = 0n
  for (let i = 0; i < 32; i += 8) sum += words.getBigUint64(i, true)
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, BigInt.asUintN(64, sum), true)
  vm.memory.storeFrom(tryAsMemoryIndex(regs.getUint32(64, true)), out)
}
