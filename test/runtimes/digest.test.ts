// The suite of the runtimes, here: our own programs do the same on every engine, as they always did.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { createEngine, loadProgram, type Vm } from '../../src/index.ts'
import { Digest, digestMemory, digestState } from './digest.ts'
import { disagreements, runSuite } from './suite.ts'

describe('our own programs', () => {
  const results = runSuite({ files: [], form: 'short' })

  it('do the same on all engines', () => {
    expect(disagreements(results)).toEqual([])
  })

  // From the reference machine when these programs were written. They change only with programs.ts, or with a rule.
  it('do what they always did', () => {
    const { reference } = results
    const digests = Object.fromEntries(Object.entries(reference!).map(([part, { digest }]) => [part, digest]))
    expect(digests).toEqual({
      own: '3062896e60df3a34',
      'own-blocks': '88bde1de4a95c62d',
      'own-traced': '8bb803958acebaf8',
    })
  })
})

describe('the digest', () => {
  const program = loadProgram(assemble('.stack 4096\nload_imm r7, 9\ntrap').bytes)

  function digestOf(change: (vm: Vm) => void): string {
    const vm = createEngine({ kind: 'reference' }).instantiate(program, { gas: 10n })
    vm.run()
    change(vm)
    const digest = new Digest()
    digestState(digest, vm)
    digestMemory(digest, vm)
    return `${digest}`
  }

  it('is the same for the same machine, and another after any single change', () => {
    const changes: ((vm: Vm) => void)[] = [
      () => {},
      vm => void (vm.regs[12] = 1n << 63n),
      vm => void (vm.regs[0] = vm.regs[0]! ^ 1n),
      vm => void (vm.gas += 1n),
      vm => void (vm.pc += 1),
      vm => void (vm.heapEnd += 1),
      vm => void vm.memory.writeU8(Number(vm.regs[1]!) - 1, 1),
      vm => void vm.memory.writeU8(Number(vm.regs[1]!) - 2, 1),
      vm => vm.memory.protect(0x20, 1, 1),
      vm => vm.memory.protect(0x20, 1, 3),
    ]
    const digests = changes.map(digestOf)
    expect(new Set(digests).size).toBe(changes.length)
    expect(changes.map(digestOf)).toEqual(digests)
  })
})
