// The committed benchmark programs end as PolkaVM, anan-as and the native builds say they do. Not a measurement.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Access } from '../../src/blob/address-space.ts'
import { availableEngines, createEngine } from '../../src/engine/create.ts'
import type { Vm } from '../../src/engine/engine.ts'
import { Exit } from '../../src/engine/exit.ts'
import { loadProgram } from '../../src/program/program.ts'

interface BenchProgram {
  readonly name: string
  readonly 'initial-regs': readonly number[]
  readonly 'initial-page-map': readonly { address: number; length: number; 'is-writable': boolean }[]
  readonly 'initial-memory': readonly { address: number; contents: readonly number[] }[]
  readonly 'initial-gas': number
  readonly program: readonly number[]
  readonly 'expected-result-r7': string
  readonly 'expected-gas-used': string
}

const BENCH = join(import.meta.dirname, '..', '..', 'bench')
/** Gas beyond which a program is left to the fast engines. */
const REFERENCE_GAS = 1_000_000

function read(folder: string): BenchProgram[] {
  return readdirSync(join(BENCH, folder))
    .filter(name => name.endsWith('.gen.json'))
    .map(name => {
      const text = readFileSync(join(BENCH, folder, name), 'utf8')
      return JSON.parse(text.replace(/("expected-[\w-]+": )(\d+)/g, '$1"$2"')) as BenchProgram
    })
}

function run(p: BenchProgram, kind: ReturnType<typeof availableEngines>[number]): void {
  const vm = createEngine({ kind }).instantiate(loadProgram(Uint8Array.from(p.program), { kind: 'raw' }), {
    regs: p['initial-regs'].map(BigInt),
    gas: BigInt(p['initial-gas']),
    pages: p['initial-page-map'].map(({ address, length, 'is-writable': writable }) => ({
      address,
      length,
      access: writable ? Access.Write : Access.Read,
    })),
    memory: p['initial-memory'].map(({ address, contents }) => ({ address, bytes: Uint8Array.from(contents) })),
    host: { entry: index => (index === 2 ? { name: 'sum', price: 0, call: sumOfWords } : undefined) },
  })
  expect(vm.run()).toBe(Exit.Halt)
  expect(vm.regs[7]).toBe(BigInt(p['expected-result-r7']))
  expect(vm.gasUsed).toBe(BigInt(p['expected-gas-used']))
  vm.dispose()
}

/** Host call 2 of the benchmark programs: the sum of the four words at r7 goes to r8. */
function sumOfWords(vm: Vm): void {
  let sum = 0n
  for (let i = 0; i < 4; i++) sum += vm.memory.readU64(Number(vm.regs[7]!) + 8 * i)
  vm.memory.writeU64(Number(vm.regs[8]!), BigInt.asUintN(64, sum))
}

describe.each(availableEngines())('benchmark programs on %s', kind => {
  for (const folder of ['programs', 'workloads/programs']) {
    for (const p of read(folder)) {
      const tooLong = kind === 'reference' && Number(p['expected-gas-used']) > REFERENCE_GAS
      it.skipIf(tooLong)(`${folder}/${p.name}: result and gas`, () => run(p, kind))
    }
  }
})
