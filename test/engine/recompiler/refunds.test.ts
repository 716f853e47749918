// Compiled code pays for a segment when it enters it. When it is left before an instruction that is not certain, the core gives back what
// that instruction and those behind it cost, mostly without JavaScript: segments that end in each way, cut by gas everywhere.
import { describe, expect, it } from 'vitest'
import { compile } from '../../../src/engine/auto.ts'
import type { Vm } from '../../../src/engine/engine.ts'
import { Exit } from '../../../src/engine/exit.ts'
import { runtimeOf } from '../../../src/engine/recompiler/runtime/attach.ts'
import { PAID_ASKED } from '../../../src/engine/recompiler/tiers/policy.ts'
import type { ProfileName } from '../../../src/program/profile.ts'
import { cellOf } from '../../core-body.ts'
import { machine, programOf, stateOf } from './programs.ts'

/** An access that is misaligned, and so many instructions behind it. */
const left = (more: number): string => `
    load_ind_u32 r9, [r8 + ${2 * more}]
    add_64 r10, r10, r9${'\n    xor r10, r10, r6'.repeat(more)}`

/** Each turn leaves compiled code five times, in segments that end with a host call, sbrk, a fallthrough, a branch and a jump. */
const TEXT = `
    load_imm r8, 0x20001
    load_imm r6, 40
    fallthrough
@loop:${left(1)}
    ecalli 3${left(3)}
    sbrk r11, r12${left(0)}
    fallthrough${left(4)}
    branch_eq_imm r6, 100, @loop${left(5)}
    jump @on
@on:
    add_imm_64 r6, r6, -1
    branch_ne_imm r6, 0, @loop
    trap`

const host = { entry: () => ({ name: 'nothing', price: 0, call: (vm: Vm) => void (vm.regs[7] = vm.gas) }) }

describe('refunds', () => {
  const profiles: readonly ProfileName[] = ['gp-0.7.2', 'w3f-vectors', 'gas-model-vectors', 'gp-0.8.0']
  it.each(profiles)('are exact under %s, at every gas', profile => {
    const program = programOf(TEXT, profile)
    compile(program)
    for (let gas = 0n; gas < 700n; gas += gas < 120n ? 1n : 7n) {
      const [reference, auto] = [machine('reference', program, { gas, host }), machine('auto', program, { gas, host })]
      expect([gas, auto.run(), stateOf(auto)]).toEqual([gas, reference.run(), stateOf(reference)])
      auto.dispose()
    }
    const vm = machine('auto', program, { gas: 100_000n, host })
    expect(vm.run()).toBe(Exit.Panic)
    expect(vm.stats!.left).toBeGreaterThan(40 * 3)
    // JavaScript has heard of some of them, each time for all of them: the gate did the others.
    const counted = [...runtimeOf(cellOf(vm))!.shared.misaligned.values()]
    expect(counted.length).toBeGreaterThan(0)
    for (const count of counted) expect(count % PAID_ASKED).toBe(0)
    vm.dispose()
  })
})
