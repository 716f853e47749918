// Instruction logs: what an engine's tracer reports, as text. Two forms: one for people (`text`) and the one the field
// compares implementations with (`steps`). Not ecalli traces: those record host calls, see trace.ts.
import type { Vm } from '../engine/engine.ts'
import type { TraceEvent, Tracer } from '../engine/tracing.ts'
import { immediateX, immediateY, type Operands } from '../isa/format.ts'
import type { Instruction } from '../isa/table.ts'

/** Where a line goes; without its newline. */
export type WriteLine = (line: string) => void

function signed(value: bigint): string {
  const number = BigInt.asIntN(64, value)
  return number < 0n ? `-0x${(-number).toString(16)}` : `0x${number.toString(16)}`
}

/** Operands in the order of the assembly text: destination first. */
export function formatOperands(instruction: Instruction, operands: Operands): string {
  const { a, b, d, target } = operands
  const x = (): string => signed(immediateX(operands))
  const y = (): string => signed(immediateY(operands))
  switch (instruction.format) {
    case 'none':
      return ''
    case 'imm':
      return x()
    case 'reg_imm64':
    case 'reg_imm':
      return `r${a}, ${x()}`
    case 'imm_imm':
      return `${x()}, ${y()}`
    case 'off':
      return `@${target}`
    case 'reg_imm_imm':
      return `r${a}, ${x()}, ${y()}`
    case 'reg_imm_off':
      return `r${a}, ${x()}, @${target}`
    case 'reg_reg':
      return `r${d}, r${a}`
    case 'reg_reg_imm':
      return `r${a}, r${b}, ${x()}`
    case 'reg_reg_off':
      return `r${a}, r${b}, @${target}`
    case 'reg_reg_imm_imm':
      return `r${a}, r${b}, ${x()}, ${y()}`
    case 'reg_reg_reg':
      return `r${d}, r${a}, r${b}`
  }
}

function formatEffects(event: TraceEvent): string {
  const effects: string[] = []
  if (event.register >= 0) {
    const { register, before, after } = event
    effects.push(`r${register} 0x${before.toString(16)} → 0x${after.toString(16)}`)
  }
  if (event.access !== 'none') {
    const arrow = event.access === 'store' ? '←' : '→'
    effects.push(`u${event.width * 8} [0x${event.address.toString(16)}] ${arrow} 0x${event.value.toString(16)}`)
  }
  return effects.join('  ')
}

/**
 * The log for people: pc, mnemonic, operands, changed register, memory access, remaining gas, one line per instruction.
 *
 * @example vm.tracer = textTracer(line => console.log(line))
 */
export function textTracer(write: WriteLine): Tracer {
  return event => {
    const { pc, instruction, operands, gasAfter } = event
    const text = `${instruction.name} ${formatOperands(instruction, operands)}`
    write(
      `${String(pc).padStart(7)}  ${text.padEnd(38)}  gas ${String(gasAfter).padEnd(10)}  ${formatEffects(event)}`.trimEnd(),
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
