// What snapshots cost: taken, put back, forked, and the pages changed since, of the recorded service runs, each stopped at half of
// its host calls, with its memory as it is then.
import { coulis, engineKind, medianMs, printFigure, skip, traceModule, traceTexts } from '../lib/figure.mjs'
import { summary } from '../lib/measure.mjs'
import { entryOf } from '../lib/programs.mjs'

const ARGUMENTS = 0xfeff0000
const TIMES = 60
const { changedPages, encodeSnapshot, decodeSnapshot, fork, restore, snapshot } = await import(entryOf('inside'))
const texts = traceTexts()
if (texts === undefined) skip('no recorded traces here')
const { parseTrace } = await traceModule()
const engine = coulis.createEngine({ kind: engineKind })

/** The machine of a record behind half of its host calls, which nobody answers but this. */
function half(trace) {
  const args = trace.initial.find(write => write.address >= ARGUMENTS)?.bytes ?? new Uint8Array(0)
  const { pc: entry, gas } = trace.start
  const vm = engine.instantiate(coulis.loadProgram(trace.program), { args, entry, gas })
  for (const call of trace.calls.slice(0, Math.ceil(trace.calls.length / 2))) {
    if (vm.run() !== coulis.Exit.Host || vm.gas !== call.gas) throw new Error('differs from its record')
    for (const write of call.writes) vm.memory.load(write.address, write.bytes)
    for (const { register, value } of call.registers) vm.regs[register] = value
    if (call.gasAfter !== undefined) vm.gas = call.gasAfter
  }
  return vm
}

const times = { snapshot: [], again: [], restore: [], fork: [], changed: [], encode: [], decode: [] }
const pages = []
for (const text of texts) {
  const vm = half(parseTrace(text))
  const first = snapshot(vm)
  const file = encodeSnapshot(first)
  pages.push(first.pages.size)
  times.snapshot.push(medianMs(TIMES, () => snapshot(vm)))
  times.again.push(medianMs(TIMES, () => snapshot(vm, first)))
  times.restore.push(medianMs(TIMES, () => restore(vm, first)))
  times.changed.push(medianMs(TIMES, () => changedPages(vm, first)))
  times.fork.push(medianMs(TIMES, () => fork(vm).dispose()))
  times.encode.push(medianMs(5, () => encodeSnapshot(first)))
  times.decode.push(medianMs(5, () => decodeSnapshot(file, vm.program)))
  vm.dispose()
}
const note = `${pages.length} runs, ${summary(pages).median} pages of 4 KiB in the middle one`
const figure = (name, list, must) =>
  printFigure({ name: `inside: ${name}`, value: summary(list).median, unit: 'ms', ...(must && { must }), note })
figure('snapshot of a service in mid-run', times.snapshot, 1)
figure('snapshot with an earlier one as base', times.again)
figure('restore', times.restore, 0.5)
figure('fork, and dispose of it', times.fork, 1)
figure('changed pages', times.changed)
figure('snapshot to .pvmstate', times.encode)
figure('snapshot from .pvmstate', times.decode)
