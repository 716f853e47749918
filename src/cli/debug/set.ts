// `set`: changes of the machine from the debugger. What came behind the present time is forgotten.
import type { Vm } from '../../engine/engine.ts'
import { CliError } from '../errors.ts'
import { registerIndex } from '../registers.ts'
import type { Debugger } from './debugger.ts'
import { parseExpression } from './expression.ts'
import type { Opened } from './open.ts'

const WIDTHS: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, u64: 8 }

/** Writes the low bytes of a value; whatever the rights of the page, which has to be there. */
function store(vm: Vm, address: number, width: number, value: bigint): void {
  const bytes = Uint8Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))
  if (vm.memory.load(address, bytes) !== 0)
    throw new CliError(`${width} bytes at 0x${address.toString(16)} are not mapped`)
}

/**
 * What an assignment does: `r7`, `pc`, `gas`, `u32[ADDRESS]` or `*ADDRESS`, and a value.
 *
 * @throws CliError when it is none.
 */
export function assignment(target: string, value: bigint, opened: Opened): (vm: Vm) => void {
  const name = target.replace(/^\$/, '')
  const memory = /^(?:(u8|u16|u32|u64)\s*\[(.*)\]|\*(.*))$/s.exec(target)
  if (memory !== null) {
    const place = parseExpression(memory[2] ?? memory[3]!, opened.nameValue)(opened.history.vm)
    const address = Number(BigInt.asUintN(32, place))
    return vm => store(vm, address, WIDTHS[memory[1] ?? 'u64']!, value)
  }
  if (name === 'pc') {
    if (value >= 2n ** 32n) throw new CliError('pc has 32 bits')
    return vm => {
      vm.pc = Number(value)
    }
  }
  if (name === 'gas') {
    return vm => {
      vm.gas = BigInt.asIntN(64, value)
    }
  }
  const register = /^\d/.test(name) ? -1 : registerIndex(name)
  if (register < 0) throw new CliError(`${target}: expected a register, pc, gas, u32[ADDRESS] or *ADDRESS`)
  return vm => {
    vm.regs[register] = value
  }
}

/** The command's text is `TARGET = EXPRESSION`. */
export function assign({ opened }: Debugger, text: string): void {
  const match = /^(.*?[^=<>!])=([^=].*)$/s.exec(text)
  if (match === null) throw new CliError('expected TARGET = EXPRESSION')
  const value = parseExpression(match[2]!.trim(), opened.nameValue)(opened.history.vm)
  opened.history.edit(assignment(match[1]!.trim(), value, opened))
}
