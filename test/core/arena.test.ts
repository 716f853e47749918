// The arena of a cell as programs follow each other in it: the tables of each start as zeros, whatever was decoded, staged
// or compiled there before. A table that finds an old byte takes it for the place of a record.
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import { Cell } from '../../src/core/cell.ts'
import { AT_VM } from '../../src/core/contract.gen.ts'
import { createEngine } from '../../src/engine/create.ts'
import { Random } from '../../src/fuzz/random.ts'
import { loadProgram, type Program } from '../../src/program/program.ts'

const DISPATCH = 3
const ENTRIES = 5
const PROFILES = ['w3f-vectors', 'gas-model-vectors'] as const

/** A block of `count` additions that jumps to itself, with a jump table of `targets`. */
function loop(count: number, targets: number): Uint8Array {
  const lines = Array.from({ length: count }, (_, i) => `add_imm_64 r${i % 13}, r${(i * 7) % 13}, ${1 + (i & 127)}`)
  const table = targets === 0 ? '' : `\n.jump_table ${Array.from({ length: targets }, () => '@again').join(', ')}`
  return assemble(`@again:\n${lines.join('\n')}\njump @again${table}`).bytes
}

/** Table elements other than zero. */
function leftOvers(cell: Cell, program: Program): number {
  const count = (part: number, length: number): number => {
    const at = cell.core.pvm_part(AT_VM, part) >>> 2
    return cell.u32.subarray(at, at + length).reduce((sum, element) => sum + Number(element !== 0), 0)
  }
  return count(DISPATCH, program.jumpTable.length) + count(ENTRIES, program.code.length + 1)
}

/** Runs what is loaded from its start until `gas` is gone, and answers where it stood. */
function execute(cell: Cell, gas: bigint): string {
  cell.core.pvm_reset(AT_VM)
  cell.regs.fill(0n)
  cell.gas[0] = gas
  const exit = cell.core.pvm_resume(AT_VM)
  return `${exit} gas ${cell.gas[0]} ${cell.regs.join(' ')}`
}

function expected(program: Program, gas: bigint): string {
  const vm = createEngine({ kind: 'reference' }).instantiate(program, { gas, regs: new Array(13).fill(0n) })
  const exit = vm.run()
  const state = `${exit} gas ${vm.gas} ${vm.regs.join(' ')}`
  vm.dispose()
  return state
}

describe('the arena of a cell', () => {
  it('what was staged in vain, for a program that was there already, is not found by a larger one', () => {
    const cell = new Cell()
    const small = loop(20_000, 0)
    cell.load(loadProgram(small))
    execute(cell, 30_000n)
    cell.load(loadProgram(small)) // another object: staged behind the records, compared, found to be the same
    const large = loadProgram(loop(60_000, 0))
    cell.load(large)
    expect(leftOvers(cell, large)).toBe(0)
    expect(execute(cell, 200_000n)).toBe(expected(large, 200_000n))
  })

  it.each([2, 4])('programs of any size and profile in any order run as on the reference machine, seed %i', seed => {
    const random = new Random(`arena ${seed}`)
    const blobs = [1, 700, 3000, 9000, 25_000, 60_000].map((count, i) => loop(count, i % 2 === 0 ? 0 : count >> 1))
    const cell = new Cell()
    for (let round = 0; round < 15; round++) {
      const program = loadProgram(blobs[random.below(blobs.length)]!, { profile: PROFILES[random.below(2)]! })
      cell.load(program)
      expect(leftOvers(cell, program)).toBe(0)
      const gas = BigInt(Math.floor(program.costAt(0) * (0.5 + random.below(4))))
      expect(execute(cell, gas)).toBe(expected(program, gas))
    }
  })
})
