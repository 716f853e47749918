// That V8 takes the host call of a timed run into no other function. If it did, a new process would optimize that part once for each of
// the functions around it, on threads that take the processor from the guest (src/engine/host-call.ts). Needs dist/.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'

/** V8's `--max-inlined-bytecode-size`. */
const MOST_INLINED = 460

it('the host call of a timed run is too large for V8 to inline', () => {
  const { href } = pathToFileURL(join(import.meta.dirname, '../../dist/index.js'))
  const script = `
    const { assemble, createEngine, loadProgram } = await import('${href}')
    const host = { entry: () => ({ name: 'f', price: 1, call: () => undefined }) }
    const program = loadProgram(assemble('ecalli 1\\ntrap').bytes)
    createEngine({ kind: 'interpreter' }).instantiate(program, { gas: 100n, host }).run({ maxMs: 100 })`
  const flags = ['--print-bytecode', '--print-bytecode-filter=performBoundedCall', '--input-type=module']
  const printed = execFileSync(process.execPath, [...flags, '-e', script], { encoding: 'utf8' })
  const length = /performBoundedCall[\s\S]*?Bytecode length: (\d+)/.exec(printed)?.[1]
  expect(Number(length)).toBeGreaterThan(MOST_INLINED)
})
