// `coulis profile`, `coulis coverage`, `coulis gas --snapshot`: what is printed sums up to the gas used, unions are unions, gates fail.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { vectors } from '../vectors.ts'
import { type Cli, createCli } from './cli.ts'

const ROOT = join(import.meta.dirname, '../..')
const COUNTER = join(ROOT, 'examples/counter.jam')
const RUN = [COUNTER, '--entry', 'accumulate', '--args', '0x2a0003']

const TEXT = `@start:
    branch_ne_imm r7, 0, @other
    load_imm r1, 5
    fallthrough
@loop:
    add_imm_64 r1, r1, -1
    branch_ne_imm r1, 0, @loop
    jump_ind r0
@other:
    add_imm_64 r2, r2, 1
    jump_ind r0
`

let cli: Cli
let text: string
beforeAll(() => {
  cli = createCli()
  text = cli.file('loop.pvm', TEXT)
}, 60_000)

/** Values of a protocol buffer by field; numbers and parts. */
function fields(bytes: Uint8Array): Map<number, (bigint | Uint8Array)[]> {
  const found = new Map<number, (bigint | Uint8Array)[]>()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const key = varint()
    const field = Number(key >> 3n)
    if (!found.has(field)) found.set(field, [])
    if ((key & 7n) === 0n) found.get(field)!.push(varint())
    else {
      expect(key & 7n).toBe(2n)
      const length = Number(varint())
      found.get(field)!.push(bytes.subarray(at, at + length))
      at += length
    }
  }
  return found
}

function numbers(bytes: Uint8Array): number[] {
  const found: number[] = []
  for (let at = 0; at < bytes.length; ) {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
    }
    found.push(value)
  }
  return found
}

describe('coulis profile', () => {
  it.each(['reference', 'interpreter', 'recompiler', 'auto'])(
    'on %s: functions and host calls sum up to the gas used',
    engine => {
      const { out, code } = cli.run(['profile', ...RUN, '--json', '--engine', engine])
      expect(code).toBe(0)
      const { gasUsed, instructions, functions, hostCalls } = JSON.parse(out)
      const sum = [...functions, ...hostCalls].reduce((all: number, { gas }: { gas: number }) => all + gas, 0)
      expect([sum, gasUsed, instructions]).toEqual([139, 139, 109])
      expect(hostCalls.map(({ index, name, calls }: never) => [index, name, calls])).toEqual([
        [3, 'read', 1],
        [4, 'write', 1],
        [100, 'log', 1],
      ])
    },
  )

  it('prints a table, dearest first, and exits as the program did', () => {
    const { out, code } = cli.run(['profile', text, '--gas', '9'])
    expect(code).toBe(12)
    const lines = out.split('\n')
    expect(lines[0]).toMatch(/^OUT-OF-GAS {2}pc \d+ {2}9 gas used, 9 instructions$/)
    expect(lines.slice(2, 5).map(line => line.split(/\s+/).slice(0, 4).join(' '))).toEqual([
      'function gas % instructions',
      'loop 6 66.6 6',
      'start 3 33.3 3',
    ])
    expect(cli.run(['profile', text, '--top', '1']).out).toContain('1 more')
  })

  it('annotates what was executed', () => {
    const { out } = cli.run(['profile', text, '--annotate'])
    expect(out).toMatch(/loop:\n\s+; \S*loop\.pvm:6\n\s+5\s+5\s+\d+ {2}add_imm_64 r1, r1, -1\n/)
    expect(out).not.toContain('other:')
  })

  it('writes the formats that a file name asks for, flat or as a tree, with the same sums', () => {
    for (const more of [[], ['--tree']]) {
      const folded = cli
        .run(['profile', ...RUN, ...more, '--format', 'folded'])
        .out.trim()
        .split('\n')
      expect(folded.reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)![1]), 0)).toBe(139)
      const file = join(cli.folder, 'gas.pb.gz')
      expect(cli.run(['profile', ...RUN, ...more, '-o', file]).code).toBe(0)
      const profile = fields(gunzipSync(readFileSync(file)))
      const strings = profile.get(6)!.map(part => new TextDecoder().decode(part as Uint8Array))
      expect(strings[0]).toBe('')
      const values = profile.get(2)!.map(part => numbers(fields(part as Uint8Array).get(2)![0] as Uint8Array))
      expect(values.reduce((sum, [gas]) => sum + gas!, 0)).toBe(139)
      expect(values.reduce((sum, [, count]) => sum + count!, 0)).toBe(109)
      const locations = new Set(profile.get(4)!.map(part => fields(part as Uint8Array).get(1)![0]))
      for (const part of profile.get(2)!) {
        for (const id of numbers(fields(part as Uint8Array).get(1)![0] as Uint8Array))
          expect(locations).toContain(BigInt(id))
      }
      const json = join(cli.folder, 'gas.cpuprofile')
      cli.run(['profile', ...RUN, ...more, '-o', json])
      expect(JSON.parse(readFileSync(json, 'utf8')).endTime).toBe(139)
    }
    expect(JSON.parse(cli.run(['profile', text, '--format', 'speedscope']).out).profiles[0].endValue).toBe(14)
  })

  it('says what is wrong', () => {
    expect(cli.run(['profile', 'nowhere.pvm'])).toMatchObject({
      code: 2,
      err: 'error: nowhere.pvm: there is no such file\n',
    })
    const other = cli.run(['profile', ...RUN, '--symbols', text])
    expect([other.code, other.err]).toEqual([
      2,
      `error: ${text}: it is of another program: its instructions start at other places\n`,
    ])
    expect(cli.run(['profile', text, '--format', 'xml']).code).toBe(2)
  })

  it.skipIf(vectors === undefined)('profiles recorded traces as the tracer does, and names their host calls', () => {
    const file = join(vectors!, 'traces/trace-001.log')
    const flat = JSON.parse(cli.run(['profile', file, '--json']).out)
    const tree = cli.run(['profile', file, '--tree', '--format', 'folded']).out.trim().split('\n')
    const byFunction = new Map<string, number>()
    for (const line of tree) {
      const [, name, gas] = /([^;]*) (\d+)$/.exec(line)!
      byFunction.set(name!, (byFunction.get(name!) ?? 0) + Number(gas))
    }
    for (const { name, gas } of flat.functions) expect(byFunction.get(name), name).toBe(gas)
    expect(flat.hostCalls.find(({ name }: { name: string }) => name === 'write')).toBeDefined()
    const sum = [...flat.functions, ...flat.hostCalls].reduce((all: number, { gas }: { gas: number }) => all + gas, 0)
    expect(sum).toBe(flat.gasUsed)
  })
})

describe('coulis coverage', () => {
  it('is the union of runs, as a table, a listing, JSON and lcov', () => {
    const one = cli.run(['coverage', text, '--json'])
    const [{ total, executed, functions }] = JSON.parse(one.out)
    expect([total, executed]).toEqual([8, 6])
    expect(functions.map(({ name, executed: ran }: never) => [name, ran])).toEqual([
      ['start', 3],
      ['loop', 3],
      ['other', 0],
    ])
    const copy = cli.file('same.pvm', TEXT)
    const [both] = JSON.parse(cli.run(['coverage', text, copy, '--reg', 'r7=1', '--json']).out)
    expect([both.files.length, both.executed]).toEqual([2, 3])
    const lcov = join(cli.folder, 'lcov.info')
    expect(cli.run(['coverage', text, copy, '-o', lcov]).out).toContain('all, in 2 runs')
    expect(readFileSync(lcov, 'utf8')).toContain('DA:6,10\n')
    expect(cli.run(['coverage', text, '--annotate']).out).toMatch(/\n {11}- +\d+ {2}add_imm_64 r2, r2, 1\n/)
  })

  it('fails under a share, and without source lines when they are asked for', () => {
    expect(cli.run(['coverage', text, '--fail-under', '75']).code).toBe(0)
    const low = cli.run(['coverage', text, '--fail-under', '75.1'])
    expect([low.code, low.err]).toEqual([1, `${text}: 75.0 % executed, less than 75.1 %\n`])
    expect(cli.run(['coverage', text, '--fail-under', '101']).code).toBe(2)
    expect(cli.run(['coverage', ...RUN, '-o', join(cli.folder, 'none.info')])).toMatchObject({ code: 2 })
  })
})

describe('gas snapshots', () => {
  it('are taken, checked and compared, with a tolerance', () => {
    const snapshot = join(cli.folder, 'snapshot')
    const named = [text, '--case', 'five']
    expect(cli.run(['gas', ...named, '--check', snapshot]).err).toContain('there is no snapshot yet')
    expect(cli.run(['gas', ...named, '--snapshot', snapshot]).out).toBe(
      `five  14 gas, new\n1 case written to ${snapshot}\n`,
    )
    expect(readFileSync(snapshot, 'utf8')).toBe(
      '# coulis gas snapshot 1: case, function or host call, gas\nfive\t\t14\nfive\tloop\t11\nfive\tstart\t3\n',
    )
    expect(cli.run(['gas', ...named, '--check', snapshot])).toMatchObject({ code: 0, out: '1 case: nothing grew\n' })
    const six = cli.file('six.pvm', TEXT.replace('r1, 5', 'r1, 6'))
    const grown = cli.run(['gas', six, '--case', 'five', '--check', snapshot])
    expect(grown.code).toBe(1)
    expect(grown.out).toBe('five  14 -> 16 gas, +14.2 %\nfive: loop  11 -> 13 gas, +18.1 %\n')
    expect(grown.err).toBe('2 costs grew; --snapshot accepts what is now\n')
    expect(cli.run(['gas', six, '--case', 'five', '--check', snapshot, '--tolerance', '18']).code).toBe(1)
    expect(cli.run(['gas', six, '--case', 'five', '--check', snapshot, '--tolerance', '18.182']).code).toBe(0)
    expect(cli.run(['gas', six, '--case', 'five', '--diff', snapshot])).toMatchObject({ code: 0, out: grown.out })
    const four = cli.file('four.pvm', TEXT.replace('r1, 5', 'r1, 4'))
    expect(cli.run(['gas', four, '--case', 'five', '--check', snapshot]).code).toBe(0)
    expect(cli.run(['gas', four, '--case', 'five', '--diff', snapshot]).out).toContain('14 -> 12 gas, -14.2 %')
    expect(cli.run(['gas', four, '--case', 'new', '--check', snapshot])).toMatchObject({
      code: 1,
      out: 'new  12 gas, new\n',
    })
    cli.run(['gas', four, '--case', 'four', '--snapshot', snapshot])
    expect(readFileSync(snapshot, 'utf8')).toContain('four\t\t12\n')
    expect(readFileSync(snapshot, 'utf8')).toContain('five\t\t14\n')
  })

  it('take the one name given for the program', () => {
    expect(cli.run(['gas', '--snapshot', text, '--case', 'five']).out).toBe(
      'five  14 gas, new\n1 case written to .gas-snapshot\n',
    )
    expect(cli.run(['gas', '--check', text, '--case', 'five'])).toMatchObject({
      code: 0,
      out: '1 case: nothing grew\n',
    })
    expect(cli.run(['gas', '--check']).err).toContain("missing required argument 'files'")
    rmSync(join(cli.folder, '.gas-snapshot'))
  })

  it('overwrite nothing that is none, and say where they are broken', () => {
    const before = readFileSync(join(cli.folder, text), 'utf8')
    const refused = cli.run(['gas', text, '--snapshot', text])
    expect([refused.code, readFileSync(join(cli.folder, text), 'utf8')]).toEqual([2, before])
    expect(refused.err).toMatch(/line 1: expected '# coulis gas snapshot 1/)
    const header = '# coulis gas snapshot 1: case, function or host call, gas\n'
    for (const [body, line] of [
      ['five 14', 2],
      ['five\t\tmany', 2],
      ['five\t\t14\nfive\t\t15', 3],
    ] as const) {
      const broken = cli.file('broken', header + body)
      expect(cli.run(['gas', text, '--check', broken]).err).toContain(`${broken}: line ${line}: `)
    }
    expect(cli.run(['gas', text, '--check', '--diff']).code).toBe(2)
    expect(cli.run(['gas', text, text]).err).toContain('one program at a time')
    expect(cli.run(['gas', text, text, '--snapshot']).err).toContain('two runs are called')
    expect(existsSync(join(cli.folder, '.gas-snapshot'))).toBe(false)
  })
})
