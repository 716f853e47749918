// `coulis conform` and `coulis replay`: what they recognise, count and exit with.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { vectors } from '../vectors.ts'
import { createCli, stable } from './cli.ts'

const cli = createCli()

const VECTOR = {
  'initial-regs': [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  'initial-pc': 0,
  'initial-page-map': [],
  'initial-memory': [],
  'initial-gas': 100,
  program: [0, 0, 4, 51, 7, 9, 0, 9],
  'expected-status': 'panic',
  'expected-regs': [0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0],
  'expected-pc': 3,
  'expected-memory': [],
  'expected-gas': 98,
}

// ecalli 3; add_imm_64 r7, r7, 1; jump_ind r0
const TRACE = [
  'program 0x0000070a03957701320025',
  'start pc=0 gas=100 r00=0xffff0000 r07=0x5',
  'ecalli=3 pc=0 gas=99 r00=0xffff0000 r07=0x5',
  'setreg r07 <- 0x10',
  'setgas <- 89',
  'HALT pc=5 gas=87 r00=0xffff0000 r07=0x11',
].join('\n')

mkdirSync(join(cli.folder, 'suite/nested'), { recursive: true })
writeFileSync(join(cli.folder, 'suite/README.md'), '# not a test')
writeFileSync(join(cli.folder, 'suite/schema.json'), '{"type": "object"}')
writeFileSync(join(cli.folder, 'suite/nested/good.json'), JSON.stringify(VECTOR))
writeFileSync(join(cli.folder, 'suite/run.log'), `${TRACE}\n`)

describe('coulis conform', () => {
  it('recognises tests by content in folders, skips the rest, exits 0 without failures', () => {
    const { code, out } = cli.run(['conform', 'suite', '--engine', 'reference'])
    expect(code).toBe(0)
    expect(out).toMatchSnapshot()
  })

  it('prints passed, failed, known and misses as JSON, and exits 1 with a failure', () => {
    cli.file('wrong.json', JSON.stringify({ ...VECTOR, 'expected-gas': 97 }))
    const { code, out } = cli.run(['conform', 'wrong.json', 'suite', '--json'])
    expect(code).toBe(1)
    const json = JSON.parse(out)
    expect(Object.keys(json).slice(0, 4)).toEqual(['passed', 'failed', 'known', 'misses'])
    expect(json).toMatchObject({
      passed: 2,
      failed: 1,
      known: 0,
      misses: [{ file: 'wrong.json', what: 'gas: expected 97, got 98' }],
      skipped: 2,
    })
  })

  it('a path that is not there is a mistake', () => {
    expect(cli.run(['conform', 'suite', 'nowhere'])).toMatchObject({ code: 2, out: '' })
  })

  it.skipIf(vectors === undefined)('counts known deviations with their reasons under a forced profile', () => {
    const file = join(vectors!, 'w3f-pvm/programs/inst_store_u8_trap_read_only.json')
    const { code, out } = cli.run(['conform', file, '--profile', 'gp-0.7.2', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ passed: 0, failed: 0, known: 1 })
    expect(JSON.parse(out).deviations[0].reason).toContain('Gray Paper says page fault')
  })
})

describe('coulis replay', () => {
  it('says that a run is identical', () => {
    const { code, out } = cli.run(['replay', 'suite/run.log', '--engine', 'reference'])
    expect(code).toBe(0)
    expect(stable(out)).toMatchSnapshot()
  })

  it.each([
    ['index', 'ecalli=3', 'ecalli=4'],
    ['pc', 'ecalli=3 pc=0', 'ecalli=3 pc=1'],
    ['gas', 'gas=99', 'gas=98'],
    ['register', 'gas=99 r00=0xffff0000 r07=0x5', 'gas=99 r00=0xffff0000 r07=0x6'],
    ['end pc', 'HALT pc=5', 'HALT pc=4'],
    ['end gas', 'gas=87', 'gas=86'],
    ['end register', 'r07=0x11', 'r07=0x12'],
    ['end kind', 'HALT', 'OOG'],
    ['memory read', 'setgas', 'memread 0x00020000 len=1 -> 0x00\nsetgas'],
    ['memory write', 'setgas', 'memwrite 0x00020000 len=1 <- 0x00\nsetgas'],
    ['call too few', 'HALT', 'ecalli=3 pc=0 gas=86\nHALT'],
  ])('notices a different %s and shows where', (_, right, wrong) => {
    cli.file('wrong.log', TRACE.replace(right, wrong))
    const { code, out } = cli.run(['replay', 'wrong.log'])
    expect(out).toMatchSnapshot()
    expect(code).toBe(1)
  })

  it('shows what another program changes', () => {
    cli.file('changed.pvm', 'ecalli 3\nadd_imm_64 r7, r7, 2\njump_ind r0')
    cli.run(['asm', 'changed.pvm', '-o', 'changed.bin'])
    const { code, out } = cli.run(['replay', 'suite/run.log', '--program', 'changed.bin', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(out).traces[0].difference).toEqual({
      line: 6,
      where: 'end',
      fields: [{ name: 'r7', expected: '0x11', actual: '0x12' }],
      call: 1,
    })
  })
})
