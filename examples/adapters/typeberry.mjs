// typeberry's own loop of host calls over a machine of coulis: a service runs, its host calls are answered, gas is counted.
//
//   npm install coulis @typeberry/lib && node typeberry.mjs
//
// In a node the machine comes from PvmInstanceManager; `npx coulis init typeberry` prints the change that puts it there.
import { readFileSync } from 'node:fs'
import { tryAsU32 } from '@typeberry/lib/numbers'
import {
  HostCalls,
  HostCallsExecutor,
  NoopMissing,
  ReturnStatus,
  tryAsHostCallIndex,
} from '@typeberry/lib/pvm-host-calls'
import { tryAsGas, tryAsSmallGas } from '@typeberry/lib/pvm-interface'
import { createTypeberryPvm } from 'coulis/typeberry'

const LOG = 100
const text = new TextDecoder()

/** JIP-1: level, target, message, as addresses and lengths in r7 to r11. */
const log = {
  index: tryAsHostCallIndex(LOG),
  basicGasCost: tryAsSmallGas(10),
  currentServiceId: tryAsU32(0),
  tracedRegisters: [],
  async execute(_gas, regs, memory) {
    const message = new Uint8Array(Number(regs.get(11)))
    memory.loadInto(message, regs.get(10))
    console.log('log:', text.decode(message))
  },
}

/** A manager of one machine; the node's has the same two functions. */
const pvm = createTypeberryPvm({ engine: 'auto' })
const manager = { getInstance: async () => pvm, releaseInstance: () => {} }

const service = readFileSync(
  new URL(import.meta.resolve('coulis/package.json').replace('package.json', 'examples/counter.jam')),
)
const hostCalls = HostCalls.new({ missing: new NoopMissing(), handlers: [log] })
const executor = HostCallsExecutor.new(manager, hostCalls, null)
const { status, consumedGas, memorySlice } = await executor.runProgram(
  service,
  Uint8Array.of(42, 0, 3),
  5,
  tryAsGas(10_000),
)
console.log(ReturnStatus[status], 'gas', BigInt(consumedGas), 'output', memorySlice)
