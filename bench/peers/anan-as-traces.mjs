// The recorded service runs on anan-as, through its fast path: the same figures as micro/traces.mjs, beside ours.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cpuMs } from '../lib/clock.mjs'
import { traceModule, traceTexts } from '../lib/figure.mjs'
import { summary } from '../lib/measure.mjs'
import { BENCH } from '../lib/programs.mjs'

const ALL_STEPS = 2 ** 32 - 1
const ARGUMENTS = 0xfeff0000
const PASSES = 4
const [HALT, OUT_OF_GAS, HOST] = [0, 4, 3]

const home = join(BENCH, 'node_modules', '@fluffylabs', 'anan-as')
const { instantiate } = await import(join(home, 'dist/build/release-stub-inline.js'))
const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
const texts = traceTexts()
if (texts === undefined) process.exit(0)
const { parseTrace } = await traceModule()
const traces = texts.map(parseTrace)

async function play(trace) {
  const args = trace.initial.find(w => w.address >= ARGUMENTS)?.bytes ?? new Uint8Array(0)
  // The stub build never frees: a fresh WebAssembly instance for every run.
  const vm = await instantiate()
  vm.resetJAM(Array.from(trace.program), trace.start.pc, trace.start.gas, Array.from(args), true)
  let at = 0
  for (;;) {
    while (vm.nSteps(ALL_STEPS)) {}
    if (vm.getStatus() !== HOST) break
    const call = trace.calls[at++]
    if (vm.getGasLeft() !== call.gas) throw new Error(`call ${at}: gas differs`)
    for (const { address, bytes } of call.writes) vm.setMemory(address, bytes)
    if (call.registers.length > 0) {
      const regs = vm.getRegisters()
      const view = new DataView(regs.buffer, regs.byteOffset)
      for (const { register, value } of call.registers) view.setBigUint64(8 * register, value, true)
      vm.setRegisters(Array.from(regs))
    }
    if (call.gasAfter !== undefined) vm.setGasLeft(call.gasAfter)
  }
  const ended = { [HALT]: 'HALT', [OUT_OF_GAS]: 'OOG' }[vm.getStatus()] ?? 'PANIC'
  return ended === trace.end.kind && at === trace.calls.length
}

const passes = []
for (let pass = 0; pass < PASSES; pass++) {
  const begun = cpuMs()
  for (const [i, trace] of traces.entries()) {
    if (!(await play(trace))) throw new Error(`trace ${i + 1} ended otherwise than recorded`)
  }
  passes.push(cpuMs() - begun)
}
const print = (name, value) => {
  const line = { engine: `anan-as ${version}`, node: process.version, name, value, unit: 'ms' }
  console.log(JSON.stringify(line))
}
print('32 traces from cold objects, processor time of all threads', passes[0])
print('32 traces, second pass', passes[1])
print('32 traces, third pass and later', summary(passes.slice(2)).median)
