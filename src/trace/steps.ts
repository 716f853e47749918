// Instruction logs: what an engine's tracer reports, as text. Two forms: one for people (`text`) and the one the field
// compares implementations with (`steps`). Not ecalli traces: those record host calls, see trace.ts.
import type { Vm } from '../engine/engine.ts'
import type { TraceEvent, Tracer } from '../engine/tracing.ts'
import { immediateX, type Operands } from '../isa/format.ts'
import { type RegisterLetter, shapeOf } from '../isa/shape.ts'
import { formatNumber } from '../isa/syntax.ts'
import type { Instruction } from '../isa/table.ts'

/** Where a line goes; without its newline. */
export type WriteLine = (line: string) => void

/** Operands as the assembler writes them; jump targets as code offsets. */
export function formatOperands(instruction: Instruction, operands: Operands): string {
  const { a, b, d, x, y, target } = operands
  const register = (letter: RegisterLetter): string => `r${letter === 'A' ? a : letter === 'B' ? b : d}`
  return shapeOf(instruction)
    .slots.map(slot => {
      switch (slot.is) {
        case 'register':
          return register(slot.letter)
        case 'target':
          return `${target}`
        case 'immediate':
          return formatNumber(instruction.format === 'reg_imm64' ? immediateX(operands) : slot.letter === 'X' ? x : y)
        default: {
          const offset = slot.offset === 'X' ? x : y
          if (slot.base === undefined) return `[0x${(offset >>> 0).toString(16)}]`
          const sign = offset < 0 ? '-' : '+'
          const sum =
            offset === 0 ? register(slot.base) : `${register(slot.base)} ${sign} ${formatNumber(Math.abs(offset))}`
          return slot.is === 'sum' ? sum : `[${sum}]`
        }
      }
    })
    .join(', ')
}

/** Whether the access was refused. A range that leaves the address space is: what follows at 0 is never mapped. */
function hasFailed({ access, address, width }: TraceEvent, { memory }: Vm): boolean {
  if (access === 'none') return false
  return access === 'store' ? !memory.writable(address, width) : !memory.readable(address, width)
}

function formatEffects(event: TraceEvent, failed: boolean): string {
  const effects: string[] = []
  if (event.register >= 0) {
    const { register, before, after } = event
    effects.push(`r${register} 0x${before.toString(16)} → 0x${after.toString(16)}`)
  }
  if (event.access !== 'none') {
    const arrow = event.access === 'store' ? '←' : '→'
    const outcome = failed ? 'fails' : `${arrow} 0x${event.value.toString(16)}`
    effects.push(`u${event.width * 8} [0x${event.address.toString(16)}] ${outcome}`)
  }
  return effects.join('  ')
}

/**
 * The log for people: pc, mnemonic, operands, changed register, memory access, remaining gas, one line per instruction.
 *
 * @param vm the machine that is traced. With it, the log says of an access that it fails; without, what it would load or store.
 * @example vm.tracer = textTracer(line => console.log(line), vm)
 */
export function textTracer(write: WriteLine, vm?: Vm): Tracer {
  return event => {
    const { pc, instruction, operands, gasAfter } = event
    const text = `${instruction.name} ${formatOperands(instruction, operands)}`
    write(
      `${String(pc).padStart(7)}  ${text.padEnd(38)}  gas ${String(gasAfter).padEnd(10)}  ${formatEffects(event, vm !== undefined && hasFailed(event, vm))}`.trimEnd(),
    )
  }
}

/**
 * The step log implementers compare: `    1: PC     5 JUMP                 g=9999999 reg=[…]`, counted from 1, gas and
 * registers after the instruction, decimal.
 *
 * @example vm.tracer = stepTracer(vm, line => console.log(line))
 */
export function stepTracer(vm: Vm, write: WriteLine): Tracer {
  let count = 0
  return ({ pc, instruction, gasAfter }) => {
    count += 1
    const name = instruction.name.toUpperCase().padEnd(20)
    const place = `${String(count).padStart(5)}: PC ${String(pc).padStart(5)}`
    write(`${place} ${name} g=${gasAfter} reg=[${vm.regs.join(' ')}]`)
  }
}
