// The recorded service runs on an interpreter of others that runs in JavaScript: played as lib/traces.mjs plays them on ours, and the
// figures that micro/traces.mjs prints. What a peer's machine is called and how it is asked is in peers/.

import { cpuMs } from './clock.mjs'
import { traceModule, traceTexts } from './figure.mjs'
import { summary } from './measure.mjs'
import { argumentsOf } from './traces.mjs'

/** What the interpreters of this family answer when they are asked how a run stands. */
const [HALT, HOST, OUT_OF_GAS] = [0, 3, 4]

/**
 * A machine of a peer, reset to the start of a recorded run.
 *
 * @typedef {object} PeerMachine
 * @property {() => void} run runs until the machine stops
 * @property {() => number} status says how it stands
 * @property {() => bigint} gas
 * @property {(gas: bigint) => void} setGas
 * @property {(address: number, bytes: Uint8Array) => void} write
 * @property {() => Uint8Array} registers answers 13 registers of 8 bytes, lowest byte first
 * @property {(bytes: Uint8Array) => void} setRegisters
 */

/** Plays a recorded run, with host calls answered from the record; throws where the machine does otherwise. */
async function play(trace, machineFor) {
  const vm = await machineFor(trace, argumentsOf(trace))
  let at = 0
  for (;;) {
    vm.run()
    if (vm.status() !== HOST) break
    const call = trace.calls[at++]
    if (call === undefined) throw new Error('more host calls than recorded')
    if (vm.gas() !== call.gas) throw new Error(`call ${at}: gas ${vm.gas()}, recorded ${call.gas}`)
    for (const { address, bytes } of call.writes) vm.write(address, bytes)
    if (call.registers.length > 0) {
      const all = vm.registers()
      const view = new DataView(all.buffer, all.byteOffset)
      for (const { register, value } of call.registers) view.setBigUint64(8 * register, value, true)
      vm.setRegisters(all)
    }
    if (call.gasAfter !== undefined) vm.setGas(call.gasAfter)
  }
  const ended = { [HALT]: 'HALT', [OUT_OF_GAS]: 'OOG' }[vm.status()] ?? 'PANIC'
  if (ended !== trace.end.kind || at !== trace.calls.length) throw new Error('it ended otherwise than recorded')
}

/**
 * Plays all recorded runs so many times, each on a new machine, and prints the figures under the name of the peer. Prints nothing where
 * the shared test data is not here.
 */
export async function printPeerTraces(engine, count, machineFor) {
  const texts = traceTexts()
  if (texts === undefined) return
  const { parseTrace } = await traceModule()
  const traces = texts.map(parseTrace)
  const passes = []
  for (let pass = 0; pass < count; pass++) {
    const begun = cpuMs()
    for (const [i, trace] of traces.entries()) {
      await play(trace, machineFor).catch(error => {
        throw new Error(`trace ${i + 1}: ${error.message}`)
      })
    }
    passes.push(cpuMs() - begun)
  }
  const print = (name, value) => console.log(JSON.stringify({ engine, node: process.version, name, value, unit: 'ms' }))
  print('32 traces from cold objects, processor time of all threads', passes[0])
  print('32 traces, second pass', passes[1])
  print('32 traces, third pass and later', summary(passes.slice(2)).median)
}
