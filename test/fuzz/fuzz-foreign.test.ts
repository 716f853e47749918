// The seam for engines of others: what agrees, what differs, what is known to differ. Here the other is our own machine.
import { describe, expect, it } from 'vitest'
import { PAGE_SIZE } from '../../src/blob/address-space.ts'
import { createEngine } from '../../src/engine/create.ts'
import { type FuzzCase, programOfCase, startOptions } from '../../src/fuzz/case.ts'
import { type Deviation, driveForeign, type ForeignEngine } from '../../src/fuzz/foreign.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import { enter } from '../../src/fuzz/machines.ts'
import { profile } from '../../src/program/profile.ts'

/** The reference machine as somebody else's; `spoil` changes what it says of a register. */
function foreign(spoil = (value: number): number => value): ForeignEngine {
  return {
    name: 'self',
    profile: profile('gp-0.7.2'),
    start(fuzz, entry) {
      const vm = createEngine({ kind: 'reference' }).instantiate(programOfCase(fuzz), startOptions(fuzz))
      enter(vm, entry)
      return {
        run: () => vm.run(),
        get exitArg() {
          return vm.exitArg
        },
        get pc() {
          return vm.pc
        },
        get gas() {
          return vm.gas
        },
        get regs32() {
          const regs = vm.regs32.slice()
          regs[14] = spoil(regs[14]!)
          return regs
        },
        setRegister(index, low, high) {
          vm.regs32[2 * index] = low
          vm.regs32[2 * index + 1] = high
        },
        page: page => vm.memory.view(page * PAGE_SIZE, PAGE_SIZE),
      }
    },
  }
}

function cases(): FuzzCase[] {
  return Array.from({ length: 60 }, (_, i) => ({
    ...generateCase('seam', i, { profiles: [profile('gp-0.7.2')], plain: true }),
    hostCalls: 'exit' as const,
  }))
}

describe('foreign engine', () => {
  it('that does the same shows no difference', () => {
    for (const fuzz of cases()) expect(driveForeign(fuzz, 'reference', foreign(), []).finding).toBeUndefined()
  })

  it('that says r7 is something else is found out, with what differs', () => {
    const outcome = driveForeign(
      cases()[0]!,
      'reference',
      foreign(value => value ^ 1),
      [],
    )
    expect(outcome.finding?.what).toMatch(/^r7: 0x[0-9a-f]+ and 0x[0-9a-f]+$/)
  })

  it('with a known deviation is counted, not reported', () => {
    const known: Deviation = { name: 'r7', reason: 'planted', applies: ({ what }) => what.startsWith('r7') }
    const outcome = driveForeign(
      cases()[0]!,
      'reference',
      foreign(value => value ^ 1),
      [known],
    )
    expect(outcome).toMatchObject({ finding: undefined, known: ['r7'], programs: 1 })
  })
})
