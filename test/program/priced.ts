// What the core charges for a block: gas of the first step into it.
import { encodeProgramBlob, type ProgramParts } from '../../src/blob/raw.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Vm } from '../../src/engine/engine.ts'
import type { CostInput } from '../../src/program/cost-input.ts'
import type { Profile } from '../../src/program/profile.ts'
import { loadProgram } from '../../src/program/program.ts'

const GAS = 1n << 40n

/** A program, and a machine of the core on it. */
export class Priced {
  readonly input: CostInput
  readonly #vm: Vm

  constructor(parts: ProgramParts, profile: Profile) {
    const program = loadProgram(encodeProgramBlob(parts), { kind: 'raw', profile })
    const { code, bitmask } = program // a gap of the bitmask is settled in them
    this.input = { parts: { ...program.parts, code, bitmask }, profile: program.profile, map: program.map }
    this.#vm = createEngine({ kind: 'interpreter' }).instantiate(program)
  }

  /** What the core takes for the block at `pc`. */
  costAt(pc: number): number {
    this.#vm.reset({ gas: GAS })
    this.#vm.pc = pc
    this.#vm.step(1)
    return Number(GAS - this.#vm.gas)
  }

  dispose(): void {
    this.#vm.dispose()
  }
}
