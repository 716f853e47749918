// The recorded service runs on typeberry's built-in interpreter, the way its own node runs it: the same figures as micro/traces.mjs,
// beside ours. A pass takes seconds, so there are three only.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tryAsGas } from '@typeberry/lib/pvm-interface'
import { Interpreter, tryAsMemoryIndex } from '@typeberry/lib/pvm-interpreter'
import { printPeerTraces } from '../lib/peer-traces.mjs'
import { BENCH } from '../lib/programs.mjs'

const PASSES = 3

const { version } = JSON.parse(readFileSync(join(BENCH, 'node_modules/@typeberry/lib/package.json'), 'utf8'))

await printPeerTraces(`typeberry ${version}`, PASSES, (trace, args) => {
  const vm = Interpreter.new({ useSbrkGas: false })
  vm.resetJam(trace.program.slice(), args, trace.start.pc, tryAsGas(trace.start.gas), true)
  return {
    run: () => vm.runProgram(),
    status: () => vm.getStatus(),
    gas: () => BigInt(vm.gas.get()),
    setGas: gas => vm.gas.set(tryAsGas(gas)),
    write: (address, bytes) => vm.memory.storeFrom(tryAsMemoryIndex(address), bytes),
    registers: () => vm.registers.getAllEncoded(),
    setRegisters: bytes => vm.registers.setAllEncoded(bytes),
  }
})
