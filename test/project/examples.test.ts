// The programs in examples/: committed files are what the assembler makes of their text, and they do what they say.
// `UPDATE_EXAMPLES=1 npx vitest run test/project/examples.test.ts` writes the files anew.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { createJamStub, invokeProgram, type LogMessage } from '../../src/host/index.ts'
import { loadProgram } from '../../src/program/program.ts'

const FOLDER = join(import.meta.dirname, '../../examples')

/** Committed files and the texts they are made of. */
const BUILT = [
  { text: 'counter.pvm', file: 'counter.jam' },
  { text: 'adder.pvm', file: 'adder.polkavm' },
]

function text(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8')
}

function file(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(join(FOLDER, name)))
}

describe('examples', () => {
  it('every text assembles without warnings', () => {
    const texts = readdirSync(FOLDER).filter(name => name.endsWith('.pvm'))
    expect(texts.length).toBeGreaterThanOrEqual(3)
    for (const name of texts) expect(assemble(text(name)).warnings, name).toEqual([])
  })

  it('every committed file is what the assembler makes of its text', () => {
    for (const { text: source, file: name } of BUILT) {
      const { bytes } = assemble(text(source))
      if (process.env.UPDATE_EXAMPLES !== undefined) writeFileSync(join(FOLDER, name), bytes)
      expect(file(name), name).toEqual(bytes)
    }
    const binaries = readdirSync(FOLDER).filter(name => /\.(jam|polkavm|bin)$/.test(name))
    expect(binaries.sort()).toEqual(BUILT.map(({ file }) => file).sort())
  })

  it('fibonacci.pvm computes fib(n) modulo 2^64', () => {
    const program = loadProgram(assemble(text('fibonacci.pvm')).bytes)
    const fib = [0n, 1n]
    while (fib.length < 256) fib.push(BigInt.asUintN(64, fib.at(-1)! + fib.at(-2)!))
    for (const n of [0, 1, 2, 20, 93, 94, 255]) {
      const { outcome, result } = invokeProgram(program, { args: Uint8Array.of(n), gas: 10_000n, engine: 'reference' })
      expect(outcome).toBe('halt')
      expect(new DataView(result.buffer, result.byteOffset, 8).getBigUint64(0, true)).toBe(fib[n])
    }
    expect(invokeProgram(program, { gas: 10_000n, engine: 'reference' }).result[0]).toBe(6765 & 255)
  })

  it('hello.pvm logs one message', () => {
    const logs: LogMessage[] = []
    const { host } = createJamStub({ onLog: message => logs.push(message) })
    const { outcome } = invokeProgram(assemble(text('hello.pvm')).bytes, { gas: 1000n, host, engine: 'reference' })
    expect(outcome).toBe('halt')
    expect(logs).toEqual([{ level: 3, target: 'hello', message: 'hello from inside the machine' }])
  })

  it('counter.jam counts inputs in its storage, whatever the lengths of the numbers it is given', () => {
    const program = loadProgram(file('counter.jam'))
    expect(program.metadata?.name).toBe('coulis-counter')
    const { host, storage, logs } = createJamStub()
    const run = (args: number[], entry: number): { outcome: string; result: Uint8Array } =>
      invokeProgram(program, { args: Uint8Array.from(args), entry, gas: 10_000n, engine: 'reference', host })
    const counts = [
      run([42, 0, 3], 5),
      run([0x80, 0x80, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 0x81, 0x2c], 5), // 300 inputs
      run([0xc1, 0, 0, 0xfe, 1, 2, 3, 4, 5, 6, 7, 0xe0, 0, 0, 0x20], 5), // 2^21 inputs
      run([0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 5), // 2^64 - 1 inputs
    ].map(({ outcome, result }) => [outcome, new DataView(result.buffer, result.byteOffset, 8).getBigUint64(0, true)])
    expect(counts).toEqual([
      ['halt', 3n],
      ['halt', 303n],
      ['halt', 303n + 2n ** 21n],
      ['halt', 302n + 2n ** 21n],
    ])
    expect(logs.map(({ message }) => message)).toEqual([
      'count is 3',
      'count is 303',
      'count is 2097455',
      'count is 2097454',
    ])
    expect([...storage.keys()]).toEqual([Buffer.from('count').toString('hex')])
    const refined = run([1, 2, 3], 0)
    expect([refined.outcome, ...refined.result]).toEqual(['halt', 1, 2, 3])
  })
})
