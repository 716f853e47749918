// `coulis service`: blocks over a state, what it prints, the state it writes, and input that is wrong.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../src/cli/program.ts'
import type { Terminal } from '../../src/cli/terminal.ts'

const ROOT = join(import.meta.dirname, '../..')
const same = (text: string): string => text

async function coulis(...args: string[]): Promise<{ code: number; out: string; errors: string }> {
  let out = ''
  let errors = ''
  const colors = new Proxy({}, { get: () => same }) as Terminal['colors']
  const terminal = {
    colors,
    errorColors: colors,
    width: 100,
    fold: Number.POSITIVE_INFINITY,
    line: (text: string) => {
      out += `${text}\n`
    },
    error: (text: string) => {
      errors += `${text}\n`
    },
    bytes: () => undefined,
    flush: () => undefined,
  } as unknown as Terminal
  const code = await runCli(args, terminal, { version: 'test' })
  return { code, out, errors }
}

const STATE = join(ROOT, 'examples/service/state.json')
const BLOCKS = join(ROOT, 'examples/service/blocks.json')

describe('coulis service', () => {
  it('accumulates the example, and goes on from the state it wrote', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coulis-service-'))
    const out = join(folder, 'out.json')
    const first = await coulis('service', BLOCKS, '--state', STATE, '--out', out, '--engine', 'reference')
    expect([first.code, first.errors]).toEqual([0, ''])
    expect(first.out).toContain('service 7 storage 0x636f756e74  0x0200000000000000 → 0x0300000000000000')
    expect(first.out).toContain('accumulate  service 7: 2 items, 139 gas')
    const after = JSON.parse(readFileSync(out, 'utf8'))
    expect(after.services[7]).toMatchObject({
      items: 3,
      lastAccumulation: 43,
      storage: { '0x636f756e74': '0x0300000000000000' },
    })
    const blocks = join(folder, 'blocks.json')
    writeFileSync(blocks, JSON.stringify({ blocks: [{ slot: 44, items: [{ service: 7, result: '0x', gas: 1000 }] }] }))
    const second = await coulis('service', blocks, '--state', out, '--json')
    expect(JSON.parse(second.out).state.services[7].storage).toEqual({ '0x636f756e74': '0x0400000000000000' })
  })

  it('says why an invocation did not halt, in lines and in JSON', async () => {
    const blocks = join(mkdtempSync(join(tmpdir(), 'coulis-service-')), 'blocks.json')
    writeFileSync(blocks, JSON.stringify({ blocks: [{ slot: 42, items: [{ service: 7, result: '0x', gas: 20 }] }] }))
    const said = await coulis('service', blocks, '--state', STATE)
    expect(said.out).toMatch(/stop {2}service 7: accumulate ended in out-of-gas at pc \d+\n {2}why {5}\S/)
    const { stops } = JSON.parse((await coulis('service', blocks, '--state', STATE, '--json')).out)
    expect(stops).toMatchObject([
      { service: 7, invocation: 'accumulate', exit: 'out-of-gas', reason: { kind: 'out-of-gas' } },
    ])
  })

  it.each([
    [{ blocks: [{ slot: 41 }] }, 'is not behind 41'],
    [{ blocks: [] }, 'no blocks'],
    [{ blocks: [{ slot: 50, items: [{ service: 7 }] }] }, 'either payload, for refine, or result'],
    [{ blocks: [{ slot: 'x' }] }, 'blocks[0].slot'],
    [{}, 'blocks'],
  ])('%o is refused', async (script, message) => {
    const file = join(mkdtempSync(join(tmpdir(), 'coulis-service-')), 'blocks.json')
    writeFileSync(file, JSON.stringify(script))
    const { code, errors } = await coulis('service', file, '--state', STATE)
    expect(code).toBe(2)
    expect(errors).toContain(message)
  })

  it('the example of a test in a test runner passes', () => {
    const out = execFileSync(process.execPath, ['--test', join(ROOT, 'examples/service/counter.test.mjs')], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    })
    expect(out).toMatch(/pass 2\b/)
  })
})
