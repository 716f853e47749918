// The compile bombs on the main thread of a process, with the stack it has by default: vitest runs tests in workers, whose
// stacks are larger, which once hid an overflow. And whether anything is kept of programs that have ended.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { BOMBS, MAX_SECONDS } from './hostile/bombs.ts'

interface Report {
  readonly bombs: readonly { readonly name: string; readonly states: readonly string[]; readonly seconds: number }[]
  readonly growth: readonly { readonly kind: string; readonly bytesPerProgram: number }[]
}

/** A program that has ended may leave this much: V8's own tables move by some hundred bytes, a leaked instance is 20 KB. */
const MAX_LEFT = 4096

/**
 * What a node process prints on one line, and its errors. The process is ended then: V8 does not let it go before it has optimized,
 * in the background, the functions of the bombs, which takes up to half a minute each.
 */
function report(args: readonly string[]): Promise<[line: string, errors: string]> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } })
    let [out, errors] = ['', '']
    child.stdout.on('data', data => {
      out += data
      if (out.endsWith('\n')) child.kill('SIGKILL')
    })
    child.stderr.on('data', data => {
      errors += data
    })
    child.on('close', () => resolve([out, errors]))
  })
}

it('bombs end as they should on the main thread of a process, and nothing is kept of programs that have ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coulis-main-'))
  const outfile = join(folder, 'main-thread.mjs')
  const entry = join(import.meta.dirname, 'hostile/main-thread.ts')
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20.19' })
  const [printed, errors] = await report(['--expose-gc', outfile])
  rmSync(folder, { recursive: true })
  expect(errors).toBe('')
  const { bombs, growth } = JSON.parse(printed) as Report
  expect(bombs.map(({ name }) => name)).toEqual(BOMBS.map(([name]) => name))
  for (const { name, states, seconds } of bombs) {
    for (const state of states) expect(state, name).toBe(states[0])
    expect(seconds, name).toBeLessThan(MAX_SECONDS)
  }
  for (const { kind, bytesPerProgram } of growth) expect(bytesPerProgram, kind).toBeLessThan(MAX_LEFT)
})
