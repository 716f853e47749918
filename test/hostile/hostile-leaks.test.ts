// Whether anything is kept of programs that have ended: counted in a process of its own, after the collector has been.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

/** A program that has ended may leave this much: V8's own tables move by some hundred bytes, a leaked instance is 20 KB. */
const MAX_LEFT = 4096

it('of 200 programs that have ended nothing is kept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coulis-leaks-'))
  const outfile = join(folder, 'leaks.mjs')
  const entry = join(import.meta.dirname, '../hostile/leaks.ts')
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20.19' })
  const printed = execFileSync(process.execPath, ['--expose-gc', outfile], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  rmSync(folder, { recursive: true })
  for (const { kind, bytesPerProgram } of JSON.parse(printed)) expect(bytesPerProgram, kind).toBeLessThan(MAX_LEFT)
})
