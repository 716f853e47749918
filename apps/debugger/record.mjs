// Records the run of the gallery's service with a bug: `node apps/debugger/record.mjs` writes examples/notes.trace.
import { readFileSync, writeFileSync } from 'node:fs'
import { createJamStub } from '../../dist/lib/host.js'
import { assemble, createEngine, loadProgram } from '../../dist/lib/index.js'
import { createRecorder, formatTrace } from '../../dist/lib/trace.js'

const at = name => new URL(`examples/${name}`, import.meta.url)

/** The record as text. The title is eight letters and, behind them, four bytes that become a pointer. */
export function recordNotes() {
  const { bytes, kind } = assemble(readFileSync(at('notes.pvm'), 'utf8'))
  const program = loadProgram(bytes, { kind })
  const title = Uint8Array.of(...new TextEncoder().encode('Shopping'), 0x2a, 0, 0, 0)
  const { host } = createJamStub({ storage: [[new TextEncoder().encode('title'), title]] })
  const recorder = createRecorder({ program: bytes, host })
  const args = Uint8Array.of(0x2a, 0x07, 0x01) // slot 42, service 7, one input
  const vm = createEngine({ kind: 'reference' }).instantiate(program, {
    entry: 'accumulate',
    gas: 10_000n,
    args,
    host: recorder.host,
  })
  recorder.start(vm)
  vm.run()
  return formatTrace(recorder.finish(vm))
}

if (process.argv[1] === import.meta.filename) writeFileSync(at('notes.trace'), recordNotes())
