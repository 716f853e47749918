// The state of a machine on the core, in the form that the reference machine works on. It is a view, not a copy.

import type { Cell } from '../../core/cell.ts'
import { AT_VM, Rule, VM } from '../../core/contract.gen.ts'
import type { Vm } from '../engine.ts'
import type { MachineState } from '../reference/state.ts'

const PC = (AT_VM + VM.pc) >>> 2
const CHARGED = (AT_VM + VM.charged) >>> 2
const HEAP_END = (AT_VM + VM.heapEnd) >>> 2
const HEAP_LIMIT = (AT_VM + VM.heapLimit) >>> 2
const RULES = (AT_VM + VM.rules) >>> 2
const EXIT_ARG = (AT_VM + VM.exitArg) >>> 2

/** The live state in a cell. */
export function viewState(cell: Cell, vm: Vm): MachineState {
  const { program, memory } = vm
  return {
    program,
    memory,
    tally: cell.tally?.plain,
    get regs() {
      return vm.regs
    },
    get heapLimit() {
      return cell.u32[HEAP_LIMIT]!
    },
    get pc() {
      return cell.u32[PC]!
    },
    set pc(pc) {
      cell.u32[PC] = pc
    },
    get gas() {
      return cell.gas[0]!
    },
    set gas(gas) {
      cell.gas[0] = gas
    },
    isOver: undefined,
    get drains() {
      return (cell.u32[RULES]! & Rule.Drain) !== 0
    },
    get charged() {
      return cell.u32[CHARGED] !== 0
    },
    set charged(charged) {
      cell.u32[CHARGED] = charged ? 1 : 0
    },
    get heapEnd() {
      return cell.u32[HEAP_END]!
    },
    set heapEnd(address) {
      cell.u32[HEAP_END] = address
    },
    get exitArg() {
      return cell.i32[EXIT_ARG]!
    },
    set exitArg(value) {
      cell.i32[EXIT_ARG] = value
    },
  }
}
