// From the bytes of a 105 KB service program to its first instruction: the first in a process, a new program in a
// warm process, a program seen before.

import { cpuMs } from '../lib/clock.mjs'
import { coulis, engineKind, printFigure, skip, traceModule, traceTexts } from '../lib/figure.mjs'
import { summary } from '../lib/measure.mjs'

const texts = traceTexts()
if (texts === undefined) skip('no recorded traces here')
const { parseTrace } = await traceModule()
const trace = parseTrace(texts[0])
const args = trace.initial.find(w => w.address >= 0xfeff0000)?.bytes ?? new Uint8Array(0)

function toFirstInstruction(bytes) {
  const begun = cpuMs()
  const program = coulis.loadProgram(bytes)
  const vm = coulis.createEngine({ kind: engineKind }).instantiate(program, { args, entry: 5, gas: 1n })
  const exit = vm.run()
  const ms = cpuMs() - begun
  if (exit !== coulis.Exit.OutOfGas || vm.gasUsed !== 1n) throw new Error('one instruction should have run')
  vm.dispose()
  return ms
}

/** The same service with one code byte changed: another program to every cache. The byte is the last one's operand. */
function variant(number) {
  const bytes = trace.program.slice()
  // The code's bitmask is the last 13,204 bytes of the blob; the byte before it belongs to the last instruction.
  const code = coulis.loadProgram(bytes).code
  const at = bytes.length - Math.ceil(code.length / 8) - 1
  bytes[at] = number
  return bytes
}

const first = toFirstInstruction(trace.program)
const cold = []
for (let i = 1; i <= 21; i++) cold.push(toFirstInstruction(variant(i)))
const again = []
for (let i = 0; i < 21; i++) again.push(toFirstInstruction(trace.program))

printFigure({ name: 'cold 105 KB program to first instruction, first in the process', value: first, unit: 'ms' })
const limits = engineKind === 'reference' ? {} : { must: 1, goal: 0.5 }
printFigure({
  name: 'cold 105 KB program to first instruction, warm process',
  value: summary(cold).median,
  unit: 'ms',
  ...limits,
})
printFigure({ name: 'known 105 KB program to first instruction', value: summary(again).median, unit: 'ms', goal: 0.15 })
