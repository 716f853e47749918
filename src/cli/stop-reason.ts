// Why a program stopped, as the command line says it: lines for people, fields for --json. Not the finding: inside/reason.ts.
import type { Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import { withFunctions } from '../inside/functions.ts'
import type { LastCall } from '../inside/last-call.ts'
import { formatPlace, type Place, placeOf } from '../inside/place.ts'
import { type ExitReason, explainExit } from '../inside/reason.ts'
import type { Program } from '../program/program.ts'
import type { Symbols } from '../program/symbols.ts'
import { foldWords } from './fold.ts'
import { formatCount } from './format.ts'
import { registerText } from './json.ts'
import { formatValue, type RegisterForm } from './registers.ts'

const EXPLAINED: readonly (Exit | undefined)[] = [Exit.Panic, Exit.PageFault, Exit.OutOfGas, Exit.Host]

/** The place of a pc; of one that no symbols know, in the function that is found in the code. */
export function placeIn(program: Program, pc: number, symbols: Symbols | undefined): Place | undefined {
  return placeOf(program, pc, symbols) ?? placeOf(program, pc, withFunctions(program, undefined))
}

/** What `explainExit` says, with such a place. */
export function reasonAt(vm: Vm, symbols: Symbols | undefined, lastCall?: LastCall): ExitReason {
  const reason = explainExit(vm, { symbols, lastCall })
  return { ...reason, place: reason.place ?? placeIn(vm.program, vm.pc, symbols) }
}

/** Why a machine panicked, faulted, ran out of gas or stopped at a call that nobody answers; undefined for other exits. */
export function stopReason(
  vm: Vm,
  symbols: Symbols | undefined,
  lastCall: LastCall | undefined,
): ExitReason | undefined {
  return EXPLAINED.includes(vm.exit) ? reasonAt(vm, symbols, lastCall) : undefined
}

/** The columns that a reason's first words take. What does not fit goes on behind as many. */
const INDENT = 8

/** The reason in lines of `width` columns: why, with which operands, where, after which host call. */
export function reasonLines(
  { pc: at, message, instruction, place, lastCall }: ExitReason,
  form: RegisterForm,
  width = Number.POSITIVE_INFINITY,
): string[] {
  const reads = instruction?.reads ?? []
  const lines = [`why     ${message}`]
  if (reads.length > 0)
    lines.push(`with    ${reads.map(({ register, value }) => `r${register}=${formatValue(value, form)}`).join(' ')}`)
  if (place !== undefined) lines.push(`where   ${formatPlace(place)}`)
  // A call that did not return at pc itself is the one that the message is about.
  if (lastCall !== undefined && (lastCall.pc !== at || lastCall.result !== undefined)) {
    const { index, name, pc, gas, result } = lastCall
    const came = result === undefined ? 'no return' : formatValue(result, form)
    lines.push(`after   ecalli ${index} ${name} → ${came}, at pc ${pc}, ${formatCount(gas)} gas`)
  }
  return lines.flatMap(line => foldWords(line, width, INDENT))
}

/** The reason as JSON has it: registers as text, errors as their text. */
export function reasonJson({
  kind,
  message,
  instruction,
  access,
  jump,
  gas,
  host,
  place,
  lastCall,
}: ExitReason): object {
  return {
    kind,
    message,
    ...(instruction && {
      instruction: {
        ...instruction,
        reads: Object.fromEntries(
          instruction.reads.map(({ register, value }) => [`r${register}`, registerText(value)]),
        ),
      },
    }),
    ...(access && { access }),
    ...(jump && { jump }),
    ...(gas && { gas }),
    ...(host && { host: { index: host.index, name: host.name } }),
    ...(place && { place }),
    ...(lastCall && {
      lastCall: {
        index: lastCall.index,
        name: lastCall.name,
        pc: lastCall.pc,
        gas: lastCall.gas,
        result: lastCall.result === undefined ? null : registerText(lastCall.result),
      },
    }),
  }
}
