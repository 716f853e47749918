// `coulis run --gas-profile` and `--coverage`: the files, and what stands in their way.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCli } from './cli.ts'

const cli = createCli()
const ROOT = join(import.meta.dirname, '../..')
cli.file('counter.pvm', readFileSync(join(ROOT, 'examples/counter.pvm')))
const COUNTER = ['run', 'counter.pvm', '--entry', 'accumulate', '--args', '0x2a0003', '--calls', '0']

function written(name: string): string {
  return readFileSync(join(cli.folder, name), 'utf8')
}

describe('--gas-profile', () => {
  it('writes what its name says, which sums up to the gas used', () => {
    const { out } = cli.run([...COUNTER, '--json', '--gas-profile', 'gas.folded'])
    const lines = written('gas.folded').trimEnd().split('\n')
    const sum = lines.reduce((total, line) => total + Number(/ (\d+)$/.exec(line)![1]), 0)
    expect([sum, JSON.parse(out).gasUsed]).toEqual([139, 139])
    expect(lines.filter(line => /;host call 4 write 10$/.test(line))).toHaveLength(1)
    cli.run([...COUNTER, '--gas-profile', 'gas.json'])
    expect(JSON.parse(written('gas.json')).profiles[0].endValue).toBe(139)
    cli.run([...COUNTER, '--gas-profile', 'gas.cpuprofile'])
    expect(JSON.parse(written('gas.cpuprofile')).endTime).toBe(139)
  })

  it('goes with other tracers and an exit that is none of success', () => {
    const options = ['--by-function', '--gas', '90', '--json', '--gas-profile', 'gas.folded']
    const { code, out } = cli.run([...COUNTER, ...options])
    const sum = (name: string): number =>
      JSON.parse(out).gasByFunction.reduce((total: number, row: Record<string, number>) => total + row[name]!, 0)
    expect([code, sum('gas'), JSON.parse(out).gasUsed]).toEqual([12, 90, 90])
    expect(written('gas.folded')).toContain('host call 4 write')
  })
})

describe('--coverage', () => {
  it('writes lcov, lines that did not run included', () => {
    cli.run([...COUNTER, '--coverage', 'lcov.info'])
    const text = written('lcov.info')
    expect(text).toMatch(/^TN:\nSF:counter\.pvm\n/)
    const [, found, hit] = /LF:(\d+)\nLH:(\d+)\n/.exec(text)!
    expect(Number(hit)).toBeGreaterThan(20)
    expect(Number(found)).toBeGreaterThan(Number(hit))
  })

  it('says that there are no source lines', () => {
    const { code, err } = cli.run(['run', join(ROOT, 'examples/counter.jam'), '--coverage', 'none.info'])
    expect(code).toBe(2)
    expect(err).toContain('no source lines in it')
  })
})
