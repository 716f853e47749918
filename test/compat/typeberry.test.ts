// coulis/typeberry beside typeberry's own two machines: everything that the interface shows, in the same order of acts.
import { describe, expect, it } from 'vitest'
import { createTypeberryPvm } from '../../src/compat/typeberry.ts'
import { ENGINE_KINDS } from '../../src/index.ts'
import { CASES, type Case, jamOf } from './cases.ts'
import { type Client, ours, stateOf } from './client.ts'
import { KNOWN, type Known } from './known.ts'
import { arePeersInstalled, TYPEBERRY_PEERS, typeberryPeer, unlessInstalled } from './peers.ts'

/** What a machine shows, or that it throws. */
function seen(testCase: Case, client: Client): string[] {
  try {
    return testCase.run(client)
  } catch (error) {
    return [`throws ${(error as Error).constructor.name}`]
  }
}

describe('typeberry: edge cases', () => {
  it.each(CASES)('$name: the engines agree, and nothing throws', testCase => {
    const [reference, ...others] = ENGINE_KINDS.map(kind => seen(testCase, ours(kind)))
    for (const other of others) expect(other).toEqual(reference)
    expect(reference!.join('\n')).not.toContain('throws')
  })

  it('one machine runs all cases in turn as new ones do', () => {
    const machine = ours('interpreter')
    for (const testCase of CASES)
      expect(seen(testCase, machine), testCase.name).toEqual(seen(testCase, ours('interpreter')))
  })
})

describe.skipIf(!arePeersInstalled)(`typeberry: edge cases beside its own machines${unlessInstalled}`, () => {
  const used = new Set<Known>()

  it.each(TYPEBERRY_PEERS.flatMap(peer => CASES.map(testCase => ({ peer, name: testCase.name, testCase }))))(
    '$peer: $name',
    async ({ peer, testCase }) => {
      const ourLines = seen(testCase, ours('interpreter'))
      const theirs = seen(testCase, await typeberryPeer(peer))
      const known = KNOWN.find(entry => entry.peer === peer && entry.name.test(testCase.name))
      if (known === undefined) {
        expect(ourLines).toEqual(theirs)
        return
      }
      used.add(known)
      const different = ourLines.flatMap((line, i) => (line === theirs[i] ? [] : [theirs[i] ?? '']))
      expect(different, 'a known difference is there no longer').not.toEqual([])
      expect(different.filter(line => !known.theirs.test(line))).toEqual([])
    },
  )

  it('every known difference was met', () => {
    expect(KNOWN.filter(known => !used.has(known))).toEqual([])
  })
})

describe('typeberry: the machine', () => {
  it('gives registers that stay the same array over runs and resets, aligned to 8 bytes', () => {
    const pvm = createTypeberryPvm({ engine: 'interpreter' })
    const kept = pvm.registers.getAllEncoded()
    expect(kept.byteOffset % 8).toBe(0)
    pvm.resetJam(jamOf('load_imm r9, 9\n ecalli 1\n trap'), new Uint8Array(0), 0, 100n)
    pvm.runProgram()
    expect(pvm.registers.getAllEncoded()).toBe(kept)
    expect(new BigUint64Array(kept.buffer, kept.byteOffset, 13)[9]).toBe(9n)
    pvm.resetJam(jamOf('ecalli 1\n trap'), new Uint8Array(0), 0, 100n)
    expect(new BigUint64Array(kept.buffer, kept.byteOffset, 13)[9]).toBe(0n)
  })

  it('keeps registers of two machines apart', () => {
    const [a, b] = [createTypeberryPvm({ engine: 'interpreter' }), createTypeberryPvm({ engine: 'interpreter' })]
    for (const [pvm, value] of [
      [a, 1],
      [b, 2],
    ] as const) {
      pvm.resetJam(jamOf(`load_imm r9, ${value}\n ecalli 1\n trap`), new Uint8Array(0), 0, 100n)
      pvm.runProgram()
    }
    expect([a.registers.getAllEncoded()[72], b.registers.getAllEncoded()[72]]).toEqual([1, 2])
  })

  it('gives registers that live on when guest memory grows by hundreds of megabytes', () => {
    const pvm = createTypeberryPvm({ engine: 'interpreter' })
    pvm.resetGeneric(Uint8Array.of(0, 0, 3, 10, 1, 0, 0b101), 0, 100n)
    const kept = pvm.registers.getAllEncoded()
    pvm.vm.memory.protect(0x80000, 8192, 3)
    for (let page = 0; page < 8192; page++) pvm.vm.memory.writeU8((0x80000 + page) * 4096, 1)
    kept[8] = 77
    pvm.runProgram()
    expect([kept.length, kept[8], pvm.vm.regs[1]]).toEqual([104, 77, 77n])
  })

  it('uses the answer for OK that it is given', () => {
    const ok = Symbol('theirs')
    const pvm = createTypeberryPvm({ ok })
    pvm.resetGeneric(Uint8Array.of(0, 0, 1, 0, 1), 0, 1n)
    expect(pvm.memory.read(0, new Uint8Array(0))).toEqual({ isOk: true, isError: false, ok })
  })

  it('refuses misuse by name, and keeps its state', () => {
    const pvm = createTypeberryPvm({ engine: 'interpreter' })
    expect(() => pvm.runProgram()).toThrow(new TypeError('vm: nothing has been loaded yet'))
    pvm.resetGeneric(Uint8Array.of(0, 0, 2, 10, 1, 1), 0, 10n)
    const before = stateOf(pvm)
    for (const act of [
      () => pvm.resetGeneric(Uint8Array.of(0, 0, 1, 0, 1), -1, 10n),
      () => pvm.resetGeneric(Uint8Array.of(0, 0, 1, 0, 1), 0, -1n),
      () => pvm.resetGeneric(Uint8Array.of(0, 0, 1, 0, 1), 0, 2n ** 64n),
      () => pvm.resetGeneric(Uint8Array.of(0, 0, 1, 0, 1), 0, 0.5),
      () => pvm.gas.set(2n ** 64n),
      () => pvm.gas.sub(-1),
      () => pvm.registers.setAllEncoded(new Uint8Array(103)),
      () => pvm.memory.store(-1, new Uint8Array(1)),
      () => pvm.memory.read(2 ** 32, new Uint8Array(1)),
      () => pvm.memory.read(0.5, new Uint8Array(1)),
    ]) {
      expect(act).toThrow(RangeError)
      expect(stateOf(pvm)).toBe(before)
    }
    expect(() => pvm.resetJam(jamOf('trap'), null as never, 0, 1n)).toThrow(/^args: /)
    expect(() => createTypeberryPvm({ engine: 'turbo' as 'auto' })).toThrow(RangeError)
  })
})
