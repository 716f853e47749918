// Modules of GP main: compile, and machine and expunge by handle, clause by clause (spec gp-after-0.8.md). The rest: inner.test.ts.
import { describe, expect, it } from 'vitest'
import { createInnerMachines, type InnerMachines } from '../../src/host/inner.ts'
import { hostCallNumber } from '../../src/host/names.ts'
import { HostResult } from '../../src/host/results.ts'
import { Accounts } from '../../src/host/service/accounts.ts'
import { resolveChain } from '../../src/host/service/chain.ts'
import { plainPackage } from '../../src/host/service/package.ts'
import { refineCalls } from '../../src/host/service/refine.ts'
import { createServiceHost } from '../../src/host/service/service-host.ts'
import { assemble, availableEngines } from '../../src/index.ts'
import { accountWith, callWith, hashOf, MAX, NOWHERE, OTHER, READ, SELF } from './service/caller.ts'

const SLOT = 500
const MODULES = 128
const MACHINES = 63
/** Two instructions: 0 and 3 are starts, 1 and 2 are none. */
const BLOB = assemble('load_imm r7, 1\ntrap', { format: 'raw', instructionSet: 'gp-0.8.0' }).bytes
/** Its code has no terminator at the end. */
const BROKEN = assemble('load_imm r7, 1', { format: 'raw', instructionSet: 'gp-0.8.0' }).bytes
const chain = resolveChain({ profile: 'gp-main' })

type Regs = readonly (bigint | number)[]

/** A refinement whose service makes one call after the other. */
function refinement(inner: InnerMachines = createInnerMachines({ kind: 'reference' })) {
  const framed = Uint8Array.of(9, 9, 9, ...BLOB, 9)
  const old = accountWith(
    {},
    {
      preimages: [
        [hashOf(1), framed],
        [hashOf(2), BROKEN],
      ],
      requests: [
        [hashOf(1), framed.length, [SLOT]],
        [hashOf(2), BROKEN.length, [SLOT + 1]],
      ],
    },
  )
  const own = accountWith({}, { preimages: [[hashOf(3), BLOB]], requests: [[hashOf(3), BLOB.length, [1]]] })
  const source = plainPackage([{ service: SELF }], SLOT, SELF)
  const request = {
    accounts: new Accounts(
      new Map([
        [SELF, own],
        [OTHER, old],
      ]),
    ),
    core: 0,
    package: source,
    item: 0,
    trace: new Uint8Array(0),
  }
  const calls = refineCalls(chain, request, SELF, [], inner)
  const call = (name: string, regs: Regs, bytes: Uint8Array = BLOB, gas = 100_000n) => {
    const values = Object.fromEntries(regs.map((value, k) => [7 + k, value]))
    return callWith(calls, chain, hostCallNumber(name, 'gp-main')!, { regs: values, bytes, gas })
  }
  const answer = (name: string, regs: Regs, bytes?: Uint8Array): bigint | string => {
    const { exit, r7 } = call(name, regs, bytes)
    return exit === 'continue' ? r7 : exit
  }
  return { inner, call, answer, compile: () => answer('compile', [0, READ, BLOB.length]) }
}

describe('compile (GP main B.8)', () => {
  it('mode 0 takes a blob from memory; handles count from 0, the smallest free one first', () => {
    const { answer, compile } = refinement()
    expect([compile(), compile(), compile()]).toEqual([0n, 1n, 2n])
    expect(answer('expunge', [1, 1])).toBe(HostResult.OK)
    expect([compile(), compile()]).toEqual([1n, 3n])
  })

  it('mode 0: a blob that is not readable panics, one that is no program is HUH, nothing at all too', () => {
    const { answer } = refinement()
    expect(answer('compile', [0, NOWHERE, 1])).toBe('panic')
    expect(answer('compile', [0, READ + 4095, 2])).toBe('panic')
    expect(answer('compile', [0, READ, BROKEN.length], BROKEN)).toBe(HostResult.HUH)
    expect(answer('compile', [0, READ, BLOB.length - 1])).toBe(HostResult.HUH)
    expect(answer('compile', [0, NOWHERE, 0])).toBe(HostResult.HUH)
  })

  it('mode 0: addresses and lengths have 64 bits', () => {
    const { answer, call } = refinement()
    expect(answer('compile', [0, 2n ** 32n + BigInt(READ), BLOB.length])).toBe('panic')
    expect(answer('compile', [0, MAX, 1])).toBe('panic')
    for (const length of [2n ** 31n, 2n ** 63n - 1n, MAX]) {
      expect(call('compile', [0, READ, length], BLOB, 2n ** 62n).exit).toMatch(/^(panic|out-of-gas)$/)
    }
    expect(call('compile', [0, READ, MAX], BLOB, 2n ** 63n - 1n).exit).toBe('panic')
  })

  it('mode 1 takes a part of a preimage: offset and length, cut where it ends', () => {
    const { answer, inner } = refinement()
    const part = (offset: bigint | number, length: bigint | number) =>
      answer('compile', [1, READ, length, offset, OTHER], hashOf(1))
    expect(part(3, BLOB.length)).toBe(0n)
    expect(part(3, BLOB.length + 1)).toBe(HostResult.HUH) // one byte too many
    expect(part(2, BLOB.length)).toBe(HostResult.HUH)
    expect(part(99, BLOB.length)).toBe(HostResult.HUH) // nothing is left
    expect(part(MAX, 5)).toBe(HostResult.HUH)
    expect(part(0, 0)).toBe(HostResult.HUH)
    expect(answer('compile', [1, READ, 4096, 0, SELF], hashOf(3))).toBe(1n) // more than there is
    expect(answer('machine', [0, 0])).toBe(0n)
    expect(answer('machine', [1, 3])).toBe(1n)
    const [one, two] = [inner.machines.get(0)!, inner.machines.get(1)!]
    expect([one.vm.program.code.length, two.vm.program.code]).toEqual([4, one.vm.program.code])
  })

  it('mode 1: 2^64 - 1 is the service itself; a hash that is not readable panics; no account and no preimage are NONE', () => {
    const { answer } = refinement()
    expect(answer('compile', [1, READ, 4096, 0, MAX], hashOf(3))).toBe(0n)
    expect(answer('compile', [1, NOWHERE, 4096, 0, MAX])).toBe('panic')
    expect(answer('compile', [1, READ + 4096 - 31, 4096, 0, 77])).toBe('panic') // pointer first, then the account
    expect(answer('compile', [1, READ, 4096, 0, 77], hashOf(3))).toBe(HostResult.NONE)
    expect(answer('compile', [1, READ, 4096, 0, 2n ** 32n + BigInt(SELF)], hashOf(3))).toBe(HostResult.NONE)
    expect(answer('compile', [1, READ, 4096, 0, MAX - 1n], hashOf(3))).toBe(HostResult.NONE)
    expect(answer('compile', [1, READ, 4096, 0, SELF], hashOf(9))).toBe(HostResult.NONE)
    expect(answer('compile', [1, READ, 4096, 0, OTHER], hashOf(2))).toBe(HostResult.NONE) // not there at the lookup anchor
  })

  it('another mode is NONE, whatever the pointer', () => {
    const { answer } = refinement()
    for (const mode of [2, 2n ** 32n, 2n ** 32n + 1n, 2n ** 63n, MAX]) {
      expect(answer('compile', [mode, NOWHERE, 9])).toBe(HostResult.NONE)
    }
  })

  it('128 handles are FULL, before anything is read; those of machines count without their modules', () => {
    const { answer, compile } = refinement()
    for (let k = 0; k < MODULES; k++) expect(compile()).toBe(BigInt(k))
    expect(compile()).toBe(HostResult.FULL)
    expect(answer('compile', [0, NOWHERE, 1])).toBe(HostResult.FULL)
    expect(answer('compile', [5])).toBe(HostResult.FULL)
    expect(answer('machine', [7, 0])).toBe(0n)
    expect(answer('expunge', [1, 7])).toBe(HostResult.OK)
    expect(compile()).toBe(HostResult.FULL) // the machine still has handle 7
    expect(answer('expunge', [0, 0])).toBe(0n)
    expect([compile(), compile()]).toEqual([7n, HostResult.FULL])
  })

  it('costs 1862 and a rate per byte asked for, by mode', () => {
    const price = (regs: Regs, bytes?: Uint8Array) => {
      const { call } = refinement()
      const gas = 100_000n
      // The rest of the guest is one block, and a panic in the call leaves it unpaid or not: by a call that is known.
      return call('compile', regs, bytes, gas).gasUsed - call('checkpoint', [], bytes, gas).gasUsed + 1000n
    }
    expect(price([0, READ, BLOB.length])).toBe(1862n + BigInt(Math.ceil((264 * BLOB.length) / 1024)))
    expect(price([0, READ, 1024])).toBe(1862n + 264n)
    expect(price([0, READ, 1025])).toBe(1862n + 265n)
    expect(price([1, READ, 1024, 0, 77], hashOf(1))).toBe(1862n + 366n)
    expect(price([1, READ, 1025, 0, 77], hashOf(1))).toBe(1862n + 367n)
    expect(price([2, READ, 1025])).toBe(1862n)
    expect(price([MAX, READ, MAX])).toBe(1862n)
  })

  it('takes all gas where it cannot be paid, and nothing else happens', () => {
    const { call, inner } = refinement()
    const { exit, gasUsed, r7 } = call('compile', [0, READ, MAX])
    expect([exit, gasUsed, r7, inner.machines.size]).toEqual(['out-of-gas', 100_000n, 0n, 0])
  })
})

describe('machine (GP main B.8)', () => {
  it('WHO without such a module, HUH where the pc is no instruction; any other start will do', () => {
    const { answer, compile, inner } = refinement()
    expect(answer('machine', [0, 0])).toBe(HostResult.WHO)
    compile()
    for (const handle of [1, 127, 128, 2n ** 32n, MAX]) expect(answer('machine', [handle, 0])).toBe(HostResult.WHO)
    for (const pc of [1, 2, 4, 2n ** 32n, 2n ** 53n + 1n, MAX]) expect(answer('machine', [0, pc])).toBe(HostResult.HUH)
    expect([answer('machine', [0, 0]), answer('machine', [0, 3])]).toEqual([0n, 1n])
    const made = inner.machines.get(1)!
    expect([made.pc, made.charged, made.module]).toEqual([3n, false, 0])
    expect([made.vm.memory.pages(), made.vm.memory.written()]).toEqual([[], []])
  })

  it('63 machines are FULL, before the handle is looked at', () => {
    const { answer, compile } = refinement()
    compile()
    for (let k = 0; k < MACHINES; k++) expect(answer('machine', [0, 0])).toBe(BigInt(k))
    expect(answer('machine', [0, 0])).toBe(HostResult.FULL)
    expect(answer('machine', [99, 0])).toBe(HostResult.FULL)
    expect(answer('expunge', [0, 40])).toBe(0n)
    expect(answer('machine', [0, 3])).toBe(40n)
  })

  it('reads no memory and has one price', () => {
    const { call, compile } = refinement()
    compile()
    const known = call('checkpoint', []).gasUsed - 1000n
    expect(call('machine', [0, 0, NOWHERE]).gasUsed - known).toBe(1862n)
    expect(call('machine', [5, MAX]).gasUsed - known).toBe(1862n)
  })

  it('machines of one module share its program and nothing else', () => {
    const { answer, compile, inner } = refinement()
    compile()
    answer('machine', [0, 0])
    answer('machine', [0, 0])
    const [one, two] = [inner.machines.get(0)!, inner.machines.get(1)!]
    expect(one.vm.program).toBe(two.vm.program)
    expect(answer('pages', [0, 16, 1, 2])).toBe(HostResult.OK)
    expect([one.vm.memory.pages().length, two.vm.memory.pages().length]).toEqual([1, 0])
  })
})

describe('expunge (GP main B.8)', () => {
  it('mode 0 ends a machine and answers its pc, mode 1 removes a module; WHO where there is none, HUH in another mode', () => {
    const { answer, compile } = refinement()
    compile()
    answer('machine', [0, 3])
    expect(answer('expunge', [0, 1])).toBe(HostResult.WHO)
    expect(answer('expunge', [1, 1])).toBe(HostResult.WHO)
    for (const mode of [2, 2n ** 32n, MAX]) expect(answer('expunge', [mode, 0])).toBe(HostResult.HUH)
    expect(answer('expunge', [0, 2n ** 32n])).toBe(HostResult.WHO)
    expect(answer('expunge', [0, 0])).toBe(3n)
    expect(answer('expunge', [0, 0])).toBe(HostResult.WHO)
    expect(answer('expunge', [1, 0])).toBe(HostResult.OK)
    expect(answer('expunge', [1, 0])).toBe(HostResult.WHO)
  })

  it('of a module leaves its machines; the handle is free when the last of them is gone', () => {
    const { answer, compile, inner } = refinement()
    expect([compile(), compile()]).toEqual([0n, 1n])
    expect([answer('machine', [0, 0]), answer('machine', [0, 3])]).toEqual([0n, 1n])
    expect(answer('expunge', [1, 0])).toBe(HostResult.OK)
    expect(answer('machine', [0, 0])).toBe(HostResult.WHO)
    expect(inner.machines.get(1)!.vm.program.isInstruction(3)).toBe(true)
    expect(compile()).toBe(2n)
    expect(answer('expunge', [0, 0])).toBe(0n)
    expect(compile()).toBe(3n)
    expect(answer('expunge', [0, 1])).toBe(3n)
    expect(compile()).toBe(0n)
  })

  it('costs 335 in every mode', () => {
    const { call } = refinement()
    const known = call('checkpoint', []).gasUsed - 1000n
    for (const mode of [0, 1, 2]) expect(call('expunge', [mode, 0]).gasUsed - known).toBe(335n)
  })
})

it('all modules are gone with the refinement', () => {
  const { inner, compile, answer } = refinement()
  compile()
  answer('machine', [0, 0])
  inner.dispose()
  expect([inner.machines.size, compile()]).toEqual([0, 0n])
})

/** Compiles its payload, makes a machine of it, invokes it with gas 100 and halts with r7 and r8 that `invoke` left. */
const NESTED = `
  load_imm_64 r2, 0xfefdf000
  move_reg r6, r7
  load_imm r7, 0
  add_imm_64 r8, r6, 4
  load_imm r9, ${BLOB.length}
  ecalli 9
  load_imm r8, 0
  ecalli 10
  move_reg r8, r2
  load_imm r3, 100
  store_ind_u64 [r2], r3
  ecalli 14
  store_ind_u64 [r2 + 112], r7
  add_imm_64 r7, r2, 112
  load_imm r8, 8
  jump_ind r0`

describe.each(availableEngines())('a service on %s', kind => {
  it('compiles, makes a machine and invokes it, in a refinement', () => {
    const code = Uint8Array.of(
      0,
      ...assemble(`.format standard\n.stack 4096\n${NESTED}`, { instructionSet: 'gp-0.8.0' }).bytes,
    )
    const host = createServiceHost({ engine: kind, profile: 'gp-main' })
    const hash = hashOf(44)
    const service = accountWith({ codeHash: hash }, { preimages: [[hash, code]], requests: [[hash, code.length, [1]]] })
    const source = plainPackage([{ service: SELF, codeHash: hash, payload: BLOB, refineGas: 100_000n }], SLOT, SELF)
    const run = host.refine({
      accounts: new Accounts(new Map([[SELF, service]])),
      core: 0,
      package: source,
      item: 0,
      trace: new Uint8Array(0),
    })
    expect(run.reason).toBeUndefined()
    expect(run.result).toEqual(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)) // PANIC: the module is load_imm, trap
  })
})
