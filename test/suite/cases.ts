// How the shared suites state a case: a program as text, how it starts, what the machine looks like when it stops.
import { expect, it } from 'vitest'
import { assemble } from '../../src/blob/assembly.ts'
import {
  Exit,
  exitName,
  loadProgram,
  type Profile,
  type Program,
  profile,
  type StartOptions,
  type Vm,
} from '../../src/index.ts'

/** Makes a machine of the engine under test. */
export type CreateVm = (program: Program, options?: StartOptions) => Vm

/** A program and where its labels are. */
export interface Assembled {
  readonly program: Program
  readonly labels: ReadonlyMap<string, number>
}

const programs = new Map<string, Assembled>()

/** Assembles and loads a text under a variant of GP 0.7.2 (default) or any other profile. */
export function programOf(text: string, rules: Profile = profile('gp-0.7.2')): Assembled {
  const key = JSON.stringify(rules) + text
  let assembled = programs.get(key)
  if (assembled === undefined) {
    const { bytes, labels, kind } = assemble(text, { instructionSet: rules.instructionSet })
    assembled = { program: loadProgram(bytes, { kind, profile: rules }), labels }
    programs.set(key, assembled)
  }
  return assembled
}

/** What to expect of a stopped machine; what is not given is not looked at, but registers: others are as they started. */
export interface Expected {
  readonly exit: keyof typeof Exit
  readonly arg?: number
  /** A label or an offset. */
  readonly pc?: string | number
  readonly gas?: bigint
  readonly regs?: Readonly<Record<number, bigint>>
  /** Bytes by address. */
  readonly memory?: Readonly<Record<number, readonly number[]>>
}

/** One case. */
export interface Case {
  readonly name: string
  readonly text: string
  readonly profile?: Profile
  readonly options?: StartOptions
  readonly expect: Expected
}

/** Compares a stopped machine with what is expected. */
export function expectStopped(
  vm: Vm,
  expected: Expected,
  labels: Assembled['labels'],
  before: readonly bigint[],
): void {
  expect(vm.exit === undefined ? 'none' : exitName(vm.exit)).toBe(exitName(Exit[expected.exit]))
  expect(vm.exitArg).toBe(expected.arg ?? 0)
  const pc = typeof expected.pc === 'string' ? labels.get(expected.pc) : expected.pc
  if (typeof expected.pc === 'string') expect(pc, `label ${expected.pc}`).toBeDefined()
  if (pc !== undefined) {
    expect(vm.pc).toBe(pc)
    expect(vm.paperPc).toBe(expected.exit === 'Halt' || expected.exit === 'Panic' ? 0 : pc)
  }
  if (expected.gas !== undefined) expect(vm.gas).toBe(expected.gas)
  expect([...vm.regs]).toEqual(before.map((value, index) => expected.regs?.[index] ?? value))
  for (const [address, bytes] of Object.entries(expected.memory ?? {})) {
    expect([...(vm.memory.view(Number(address), bytes.length) ?? [])], `memory at ${address}`).toEqual(bytes)
  }
}

/** A test per case: run to the first stop and compare; then run again, which must not change a machine that has ended. */
export function runCases(createVm: CreateVm, cases: readonly Case[]): void {
  it.each(cases.map(each => [each.name, each] as const))(
    '%s',
    (_name, { text, profile: rules, options, expect: expected }) => {
      const { program, labels } = programOf(text, rules)
      const vm = createVm(program, { gas: 100n, ...options })
      const before = [...vm.regs]
      expect(vm.run()).toBe(Exit[expected.exit])
      expectStopped(vm, expected, labels, before)
      if (expected.exit === 'Halt' || expected.exit === 'Panic') {
        expect(vm.run()).toBe(Exit[expected.exit])
        expectStopped(vm, expected, labels, before)
      }
      vm.dispose()
    },
  )
}
