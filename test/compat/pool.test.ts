// Runs over threads: what is sent, what threads keep, and that results are those of one thread.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { createTaskRunner, type PoolTask, shareProgram } from '../../src/compat/pool.ts'
import { sharedCode } from '../../src/engine/recompiler/tiers/shared-code.ts'
import { createHost, invokeProgram } from '../../src/host/index.ts'
import { createEngine, loadProgram } from '../../src/index.ts'

const LIB = join(process.cwd(), 'dist/lib/pool.js')

/** Sums 1…n for the byte in the arguments, writes it to its data, and answers it. */
const bytes = assemble(
  '.rw\n@out: .u64 0\n.stack 4096\n.code\n load_ind_u8 r9, [r7]\n mul_imm_64 r9, r9, 1000\n load_imm r8, 0\n fallthrough\n@l:\n add_64 r8, r8, r9\n add_imm_64 r9, r9, -1\n branch_ne_imm r9, 0, @l\n store_u64 [@out], r8\n load_imm r7, @out\n load_imm r8, 8\n jump_ind r0',
  { format: 'standard' },
).bytes

const task = (program: PoolTask['program'], n: number): PoolTask => ({
  program,
  args: Uint8Array.of(n),
  gas: 10_000_000n,
})

function sum(n: number): bigint {
  return (BigInt(n) * 1000n * (BigInt(n) * 1000n + 1n)) / 2n
}

describe('pool: programs for threads', () => {
  it('have bytes that are shared, modules when asked for, and a name by contents and rules', () => {
    const plain = shareProgram(bytes)
    const compiled = shareProgram(bytes, { compiled: true })
    expect(plain.bytes.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect([...plain.bytes]).toEqual([...bytes])
    expect([plain.modules.length, compiled.modules.length > 0]).toEqual([0, true])
    expect(compiled.id).toBe(plain.id)
    expect(shareProgram(bytes, { profile: 'w3f-vectors' }).id).not.toBe(plain.id)
    expect(shareProgram(assemble('trap', { format: 'raw' }).bytes).id).not.toBe(plain.id)
    expect(() => shareProgram(Uint8Array.of(9))).toThrow(expect.objectContaining({ name: 'BlobError' }))
    // All of it can be sent, and what arrives is the same.
    const sent = structuredClone({ ...compiled, modules: compiled.modules.map(({ module: _, ...rest }) => rest) })
    expect(sent).toEqual({ ...compiled, modules: compiled.modules.map(({ module: _, ...rest }) => rest) })
  })

  it('run in a runner as by themselves, on every engine', () => {
    const program = shareProgram(bytes, { compiled: true })
    for (const engine of ['reference', 'interpreter', 'recompiler', 'auto'] as const) {
      const run = createTaskRunner({ engine })
      for (const n of [1, 2]) {
        const alone = invokeProgram(loadProgram(bytes), { args: Uint8Array.of(n), gas: 10_000_000n, engine })
        expect(run(task(program, n))).toEqual(alone)
        expect(new DataView(alone.result.slice().buffer).getBigUint64(0, true)).toBe(sum(n))
      }
      expect(run({ program })).toMatchObject({ outcome: 'out-of-gas', gasUsed: 0n })
    }
  })

  it('are loaded once and get their host once, until others push them out', () => {
    let made = 0
    const run = createTaskRunner({
      engine: 'interpreter',
      maxPrograms: 2,
      host: program => {
        made += 1
        return createHost({}, { profile: program.profile })
      },
    })
    const programs = ['trap', 'fallthrough\n trap', 'fallthrough\n fallthrough\n trap'].map(text =>
      shareProgram(assemble(text, { format: 'raw' }).bytes),
    )
    for (const program of [programs[0]!, programs[0]!, programs[1]!, programs[0]!]) run({ program, gas: 9n })
    expect(made).toBe(2)
    run({ program: programs[2]!, gas: 9n })
    run({ program: programs[0]!, gas: 9n })
    expect(made).toBe(3)
    run({ program: programs[1]!, gas: 9n })
    expect(made).toBe(4)
    expect(() => createTaskRunner({ maxPrograms: 0 })).toThrow(/^maxPrograms: /)
  })

  it('take modules of another thread only where none of their own are, and only modules', () => {
    const text = '.stack 4096\n load_imm r9, 77\n@l:\n fallthrough\n add_imm_64 r9, r9, -1\n jump_ind r0'
    const own = loadProgram(assemble(text, { format: 'standard' }).bytes)
    const code = sharedCode(own)
    const { modules } = shareProgram(bytes, { compiled: true })
    expect(() => code.adopt([{ ...modules[0]!, module: {} as WebAssembly.Module }])).toThrow(TypeError)
    expect(code.moduleCount).toBe(0)
    code.adopt([])
    const vm = createEngine({ kind: 'recompiler' }).instantiate(own, { gas: 100n })
    vm.run()
    const before = [...code.modules()]
    code.adopt(code.sent())
    expect([...code.modules()]).toEqual(before)
    vm.dispose()
  })
})

describe.skipIf(!existsSync(LIB))('pool: threads', () => {
  it('answer as one thread does, and do not compile what they were sent', async () => {
    const source = `
      const { parentPort } = require('node:worker_threads')
      Promise.all([import(${JSON.stringify(LIB)}), import(${JSON.stringify(join(process.cwd(), 'dist/lib/index.js'))})]).then(([{ createTaskRunner }, coulis]) => {
        const run = createTaskRunner({ engine: 'recompiler' })
        parentPort.on('message', task => {
          const answer = run(task)
          const { kind, profile, bytes } = task.program
          const { modules, generateMs } = coulis.compile(coulis.loadProgram(bytes, { kind, profile }))
          parentPort.postMessage({ answer, modules, generateMs })
        })
      })`
    const workers = [new Worker(source, { eval: true }), new Worker(source, { eval: true })]
    // The modules of the built library are what the built library takes.
    const built = (await import(LIB)) as typeof import('../../src/compat/pool.ts')
    try {
      for (const compiled of [true, false]) {
        const program = built.shareProgram(bytes, { compiled, profile: compiled ? 'gp-0.7.2' : 'w3f-vectors' })
        for (const [i, worker] of workers.entries()) {
          const message = new Promise<{ answer: unknown; modules: number; generateMs: number }>(resolve =>
            worker.once('message', resolve),
          )
          worker.postMessage(task(program, i + 1))
          const { answer, modules, generateMs } = await message
          const profile = compiled ? 'gp-0.7.2' : 'w3f-vectors'
          expect(answer).toEqual(
            invokeProgram(loadProgram(bytes, { profile }), { args: Uint8Array.of(i + 1), gas: 10_000_000n }),
          )
          expect([modules > 0, generateMs > 0]).toEqual([true, !compiled])
        }
      }
    } finally {
      await Promise.all(workers.map(worker => worker.terminate()))
    }
  })
})
