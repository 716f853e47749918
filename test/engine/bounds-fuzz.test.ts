// Runs in pieces, bounded by gas or by the clock, end where a whole run ends: generated programs, every engine against the reference.
import { describe, expect, it } from 'vitest'
import { driveCase } from '../../src/fuzz/drive.ts'
import { generateCase } from '../../src/fuzz/generate.ts'
import {
  createEngine,
  type EngineKind,
  Exit,
  type Program,
  type RunOptions,
  type StartOptions,
  type Vm,
} from '../../src/index.ts'

/** A machine whose `run` is made of pieces. */
function inPieces(vm: Vm, piece: (vm: Vm, stalled: number) => Exit): Vm {
  const run = (bounds?: RunOptions): Exit => {
    if (bounds !== undefined) return vm.run(bounds) // the case itself asks for a piece
    let stalled = 0
    for (;;) {
      const { gas, pc } = vm
      const exit = piece(vm, stalled)
      if (exit !== Exit.Paused) return exit
      // What costs more than a piece needs a larger one.
      stalled = vm.gas === gas && vm.pc === pc ? stalled + 1 : 0
      if (stalled > 60) throw new Error('no progress')
    }
  }
  return new Proxy(vm, {
    get(target, key) {
      if (key === 'run') return run
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  })
}

const PIECES: Readonly<Record<string, (vm: Vm, stalled: number) => Exit>> = {
  'of 7 gas': (vm, stalled) => vm.run({ maxGas: 7n << BigInt(stalled) }),
  'of 100 gas': (vm, stalled) => vm.run({ maxGas: 100n << BigInt(stalled) }),
  'of 0.05 ms': vm => vm.run({ maxMs: 0.05 }),
  'of time enough': vm => vm.run({ maxMs: 1e6, maxGas: 2n ** 62n }),
}

function createPieces(piece: (vm: Vm, stalled: number) => Exit) {
  return (kind: EngineKind, program: Program, options: StartOptions): Vm => {
    const vm = createEngine({ kind }).instantiate(program, options)
    return inPieces(vm, piece)
  }
}

describe.each(Object.entries(PIECES))('pieces %s', (name, piece) => {
  it('the reference machine in pieces is the reference machine', () => {
    for (let i = 0; i < 40; i++) {
      const whole = createPieces(vm => vm.run())
      let made = 0
      const { finding } = driveCase(generateCase(`pieces ${name}`, i), ['reference', 'reference'], {
        instantiate: (kind, program, options) => (made++ === 0 ? whole : createPieces(piece))(kind, program, options),
      })
      expect(finding, `case ${i}`).toBeUndefined()
    }
  })

  it('so are the others', () => {
    for (let i = 0; i < 60; i++) {
      let made = 0
      const { finding } = driveCase(
        generateCase(`pieces ${name}`, i),
        ['reference', 'interpreter', 'recompiler', 'auto'],
        {
          instantiate: (kind, program, options) =>
            made++ === 0
              ? createEngine({ kind }).instantiate(program, options)
              : createPieces(piece)(kind, program, options),
        },
      )
      expect(finding, `case ${i}`).toBeUndefined()
    }
  })
})
