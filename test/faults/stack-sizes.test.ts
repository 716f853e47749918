// The host's stack is bounded wherever coulis runs: Node's own, a smaller one, worker threads. Deep recursion of functions with small
// and large frames ends as on the reference machine, or a ResourceError comes first and nothing has changed. Needs the built library.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

const LIBRARY = join(import.meta.dirname, '../../dist/lib/index.js')

/** Runs in a thread or process of its own: each shape on each engine; the outcomes as text, one line each. */
const BODY = `
const { assemble, createEngine, loadProgram, ResourceError } = await import(${JSON.stringify(pathToFileURL(LIBRARY).href)})
const shape = (loops, depth, work) => loadProgram(assemble(\`.jump_table @back1, @back2
    jump @main
@f:
    add_imm_64 r1, r1, -8
    store_ind_u64 [r1 + 0], r0
    branch_eq_imm r5, 0, @out
    add_imm_64 r5, r5, -1
    \${Array.from({ length: loops }, (_, i) => 'load_imm r3, 1\\nfallthrough\\n@l' + i + ':\\n' + 'xor r8, r8, r3\\n'.repeat(work) + 'add_imm_64 r3, r3, -1\\nbranch_ne_imm r3, 0, @l' + i).join('\\n')}
    load_imm_jump r0, 2, @f
@back1:
    fallthrough
@out:
    load_ind_u64 r0, [r1 + 0]
    add_imm_64 r1, r1, 8
    jump_ind r0
@main:
    load_imm r1, 0x40000
    load_imm r6, 3
    fallthrough
@again:
    load_imm r5, \${depth}
    load_imm_jump r0, 4, @f
@back2:
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @again
    trap\`).bytes)
const lines = []
for (const [loops, depth, work] of [[0, 12000, 0], [20, 6000, 0], [400, 200, 0], [700, 60, 18]]) {
  const program = shape(loops, depth, work)
  for (const kind of ['reference', 'interpreter', 'recompiler', 'auto']) {
    const vm = createEngine({ kind }).instantiate(program, { gas: 30_000_000n, pages: [{ address: 0x20000, length: 0x20000, access: 3 }] })
    let outcome
    try {
      vm.run()
      outcome = [vm.exit, vm.pc, vm.gas, vm.regs.join(' ')].join(' ')
    } catch (error) {
      outcome = error instanceof ResourceError ? 'ResourceError ' + error.code : String(error)
    }
    lines.push([loops, depth, kind, outcome].join(': '))
    vm.dispose()
  }
}
`

/** Each engine's outcome is the reference machine's. */
function expectEqual(output: string): void {
  const outcomes = new Map<string, string>()
  const lines = output.trim().split('\n')
  expect(lines).toHaveLength(16)
  for (const line of lines) {
    const [loops, depth, kind, outcome] = line.split(': ') as [string, string, string, string]
    expect(outcome, line).toMatch(/^\d/)
    const shape = `${loops} loops, ${depth} deep`
    if (kind === 'reference') outcomes.set(shape, outcome)
    expect(outcome, `${kind}: ${shape}`).toBe(outcomes.get(shape))
  }
}

const node = (...args: readonly string[]): string =>
  execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: 240_000 })

describe.skipIf(!existsSync(LIBRARY))('deep recursion', { timeout: 300_000 }, () => {
  it.each([
    ['the stack Node has', []],
    ['half of it', ['--stack-size=512']],
  ])('on %s', (_, flags) => {
    expectEqual(node(...flags, '--input-type=module', '--eval', `${BODY}\nconsole.log(lines.join('\\n'))`))
  })

  it('in a worker thread with 1 MB of stack', () => {
    const worker = `import { parentPort } from 'node:worker_threads'\n${BODY}\nparentPort.postMessage(lines.join('\\n'))`
    const main = `import { Worker } from 'node:worker_threads'
const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(worker)})), { resourceLimits: { stackSizeMb: 1 } })
worker.on('message', text => console.log(text))
worker.on('error', error => { console.error(error); process.exit(1) })`
    expectEqual(node('--input-type=module', '--eval', main))
  })
})
