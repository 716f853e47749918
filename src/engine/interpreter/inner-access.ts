// How machines on the core give out what they do not show. Not the state itself: inner-state.ts.
import type { Vm } from '../engine.ts'
import { Exit } from '../exit.ts'
import { shareGuard } from '../guard.ts'
import type { HostCallSite } from '../host-call.ts'
import { shareInner } from '../inner-state.ts'
import type { Cell } from '../machine/cell.ts'
import { CellTally, tallyBytes } from '../machine/cell-tally.ts'
import { shareTally } from '../tally.ts'
import { EXIT_ARG, GAS_LOW, HEAP_LIMIT } from './words.ts'

/** Start gas, whether gas is missing, exit, whether it has ended. */
type Private = [startGas: bigint, gasMissing: boolean, exit: Exit | undefined, ended: boolean]

/** A machine on the core, as far as it is seen here. */
type Site = HostCallSite & Vm

/** What only the class itself can do. */
interface CoreAccess<Machine extends Site> {
  has(vm: object): boolean
  /** @throws TypeError when the machine is not at rest. */
  cellOf(vm: Machine, what: string): Cell
  throwsErrors(vm: Machine): boolean
  /** Moves it into a cell with so many bytes for counts, which is set up there. */
  recell(vm: Machine, counts: number, set: (cell: Cell) => void): void
  read(vm: Machine): Private
  write(vm: Machine, given: Private): void
}

/** Called once by the class. */
export function shareCore<Machine extends Site>(access: CoreAccess<Machine>): void {
  shareGuard({ has: access.has, bodyOf: vm => access.cellOf(vm as Machine, 'search') })
  shareTally({
    has: access.has,
    start(machine) {
      const vm = machine as Machine
      const { program } = vm
      if (access.cellOf(vm, 'count').tally === undefined) {
        access.recell(vm, tallyBytes(program), cell => {
          cell.tally = new CellTally(cell, program, cell.end)
        })
      }
      const { tally, u32 } = access.cellOf(vm, 'count')
      return { gas: u32.subarray(GAS_LOW, GAS_LOW + 2), counts: () => tally!.counts() }
    },
  })
  shareInner({
    has: access.has,
    read(machine: Vm, what) {
      const vm = machine as Machine
      const cell = access.cellOf(vm, what)
      const [startGas, gasMissing, exit, ended] = access.read(vm)
      return {
        startGas,
        gasMissing,
        exit,
        exitArg: exit === Exit.PageFault ? cell.u32[EXIT_ARG]! : cell.i32[EXIT_ARG]!,
        ended,
        pending: vm.pending,
        overdrawn: vm.overdrawn,
        heapLimit: cell.u32[HEAP_LIMIT]!,
        host: vm.host,
        hostErrors: access.throwsErrors(vm) ? 'throw' : 'panic',
        thrown: vm.thrown,
      }
    },
    write(machine, { startGas, gasMissing, exit, exitArg, ended, pending, overdrawn, heapLimit }) {
      const vm = machine as Machine
      const { u32 } = access.cellOf(vm, 'restore')
      access.write(vm, [startGas, gasMissing, exit, ended])
      u32[EXIT_ARG] = exitArg
      u32[HEAP_LIMIT] = heapLimit
      vm.pending = pending
      vm.overdrawn = overdrawn
      vm.thrown = undefined
    },
  })
}
