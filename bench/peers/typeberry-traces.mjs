// The recorded service runs on typeberry's built-in interpreter, the way its own node runs it: the same figures as micro/traces.mjs,
// beside ours. A pass takes seconds, so there are three only.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tryAsGas } from '@typeberry/lib/pvm-interface'
import { Interpreter, tryAsMemoryIndex } from '@typeberry/lib/pvm-interpreter'
import { cpuMs } from '../lib/clock.mjs'
import { traceModule, traceTexts } from '../lib/figure.mjs'
import { BENCH } from '../lib/programs.mjs'

const ARGUMENTS = 0xfeff0000
const PASSES = 3
const [HALT, OUT_OF_GAS, HOST] = [0, 4, 3]

const { version } = JSON.parse(readFileSync(join(BENCH, 'node_modules/@typeberry/lib/package.json'), 'utf8'))
const texts = traceTexts()
if (texts === undefined) process.exit(0)
const { parseTrace } = await traceModule()
const traces = texts.map(parseTrace)

function play(trace) {
  const args = trace.initial.find(w => w.address >= ARGUMENTS)?.bytes ?? new Uint8Array(0)
  const vm = Interpreter.new({ useSbrkGas: false })
  vm.resetJam(trace.program.slice(), args, trace.start.pc, tryAsGas(trace.start.gas), true)
  let at = 0
  for (;;) {
    vm.runProgram()
    if (vm.getStatus() !== HOST) break
    const call = trace.calls[at++]
    if (call === undefined) throw new Error('more host calls than recorded')
    if (BigInt(vm.gas.get()) !== call.gas) throw new Error(`call ${at}: gas ${vm.gas.get()}, recorded ${call.gas}`)
    for (const { address, bytes } of call.writes) vm.memory.storeFrom(tryAsMemoryIndex(address), bytes)
    if (call.registers.length > 0) {
      const all = vm.registers.getAllEncoded()
      const view = new DataView(all.buffer, all.byteOffset)
      for (const { register, value } of call.registers) view.setBigUint64(8 * register, value, true)
      vm.registers.setAllEncoded(all)
    }
    if (call.gasAfter !== undefined) vm.gas.set(tryAsGas(call.gasAfter))
  }
  const ended = { [HALT]: 'HALT', [OUT_OF_GAS]: 'OOG' }[vm.getStatus()] ?? 'PANIC'
  return ended === trace.end.kind && at === trace.calls.length
}

const passes = []
for (let pass = 0; pass < PASSES; pass++) {
  const begun = cpuMs()
  for (const [i, trace] of traces.entries()) {
    if (!play(trace)) throw new Error(`trace ${i + 1} ended otherwise than recorded`)
  }
  passes.push(cpuMs() - begun)
}
const print = (name, value) => {
  const line = { engine: `typeberry ${version}`, node: process.version, name, value, unit: 'ms' }
  console.log(JSON.stringify(line))
}
print('32 traces from cold objects, processor time of all threads', passes[0])
print('32 traces, second pass', passes[1])
print('32 traces, third pass and later', passes[2])
