// The recorded service runs on anan-as, through its fast path: the same figures as micro/traces.mjs, beside ours.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { printPeerTraces } from '../lib/peer-traces.mjs'
import { BENCH } from '../lib/programs.mjs'

const ALL_STEPS = 2 ** 32 - 1
const PASSES = 4

const home = join(BENCH, 'node_modules', '@fluffylabs', 'anan-as')
const { instantiate } = await import(join(home, 'dist/build/release-stub-inline.js'))
const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))

await printPeerTraces(`anan-as ${version}`, PASSES, async (trace, args) => {
  // The stub build never frees: a fresh WebAssembly instance for every run.
  const vm = await instantiate()
  vm.resetJAM(Array.from(trace.program), trace.start.pc, trace.start.gas, Array.from(args), true)
  return {
    run() {
      while (vm.nSteps(ALL_STEPS)) {}
    },
    status: () => vm.getStatus(),
    gas: () => vm.getGasLeft(),
    setGas: gas => vm.setGasLeft(gas),
    write: (address, bytes) => vm.setMemory(address, bytes),
    registers: () => vm.getRegisters(),
    setRegisters: bytes => vm.setRegisters(Array.from(bytes)),
  }
})
