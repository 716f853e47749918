// `coulis run --save-state` and `--from-state`: a run in two commands is the run in one.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createCli } from './cli.ts'

const cli = createCli()
cli.file('fib.pvm', readFileSync(join(import.meta.dirname, '../../examples/fibonacci.pvm')))

function state(...options: readonly string[]): Record<string, unknown> {
  const { exit, pc, gas, gasUsed, regs, output } = JSON.parse(cli.run(['run', 'fib.pvm', '--json', ...options]).out)
  return { exit, pc, gas, gasUsed, regs, output }
}

it('goes on on another engine where the first run stopped', () => {
  const whole = state()
  expect(state('--steps', '12', '--save-state', 'a.pvmstate')).toMatchObject({ exit: 'step', gasUsed: 12 })
  for (const engine of ['reference', 'interpreter', 'recompiler', 'auto']) {
    expect(state('--from-state', 'a.pvmstate', '--engine', engine)).toEqual(whole)
  }
  expect(state('--from-state', 'a.pvmstate', '--gas', '3')).toMatchObject({ exit: 'out-of-gas', gas: 0 })
})

it('refuses files that are none, of another program, and a start beside them', () => {
  const run = (...args: readonly string[]): [number, string] => {
    const { code, err } = cli.run(['run', ...args])
    return [code, err]
  }
  state('--steps', '1', '--save-state', 'b.pvmstate')
  cli.file('other.pvm', 'trap')
  expect(run('other.pvm', '--from-state', 'b.pvmstate')[1]).toMatch(/b\.pvmstate: bad-section at offset 152/)
  expect(run('fib.pvm', '--from-state', 'other.pvm')).toEqual([2, expect.stringContaining('bad-magic')])
  expect(run('fib.pvm', '--from-state', 'none')).toEqual([2, expect.stringContaining('none')])
  expect(run('fib.pvm', '--from-state', 'b.pvmstate', '--pc', '0')).toEqual([2, expect.stringContaining('--pc')])
})
