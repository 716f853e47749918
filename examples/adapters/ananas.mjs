// The functions of anan-as over machines of coulis: a service runs, its log calls are answered, and it halts.
//
//   npm install coulis && node ananas.mjs
//
// What takes anan-as as an object takes this one: replayTraceFile(file, { pvm: createAnanas(), … }).
import { readFileSync } from 'node:fs'
import { createAnanas } from 'coulis/ananas'

const HOST = 3
const WHAT = 2n ** 64n - 2n
const pvm = createAnanas({ engine: 'auto' })

const service = readFileSync(
  new URL(import.meta.resolve('coulis/package.json').replace('package.json', 'examples/counter.jam')),
)
const program = pvm.prepareProgram(pvm.InputKind.SPI, pvm.HasMetadata.Yes, service, [], [], [], [42, 0, 3])
const id = pvm.pvmStart(program)
let pause = pvm.pvmResume(id, 10_000n, 5)
while (pause.status === HOST) {
  const { exitCode, nextPc, gas, registers } = pause
  if (exitCode === 100) {
    const message = pvm.pvmReadMemory(id, Number(registers[10]), Number(registers[11]))
    console.log('log:', new TextDecoder().decode(message))
  }
  registers[7] = WHAT
  pvm.pvmSetRegisters(id, registers)
  pause = pvm.pvmResume(id, gas - 10n, nextPc)
}
const { status, gas } = pvm.pvmDestroy(id)
console.log('status', status, 'gas left', gas)
