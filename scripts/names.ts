// Writes core/hosts/names.gen.h from the tables: names of instructions with the template of their operands, of exits and of
// host calls. Not the core's decoder tables: those are in opcodes.ts.

import { coreRules } from '../src/core/rules.ts'
import { Exit, exitName } from '../src/engine/exit.ts'
import { HOST_CALL_NAMES, hostCallNumber } from '../src/host/names.ts'
import { shapeOf } from '../src/isa/shape.ts'
import { INSTRUCTIONS } from '../src/isa/table.ts'
import { PROFILE_NAMES, profile } from '../src/program/profile.ts'
import { createProgram } from '../src/program/program.ts'

const text = (value: string): string => JSON.stringify(value)
const rows = (values: readonly string[]): string => values.map(value => `  ${value},`).join('\n')

/** A profile in the core's numbers: coreRules takes them from a program, so any valid one does. */
function rulesOf(name: (typeof PROFILE_NAMES)[number]): string {
  const parts = { code: Uint8Array.of(0), bitmask: Uint8Array.of(1), jumpTable: new Uint32Array(0) }
  const container = { kind: 'raw', parts: { ...parts, jumpTableLength: 0, jumpTableEntrySize: 0 } } as const
  const { set, rules, gasModel } = coreRules(createProgram({ container, profile: profile(name) }))
  return `{${text(name)}, ${set}, ${rules}, ${gasModel}}`
}

/** The text of core/hosts/names.gen.h. */
export function generateNames(): string {
  const calls = HOST_CALL_NAMES.map(name => {
    const number = (version: 'gp-0.7.2' | 'gp-0.8.0'): number => hostCallNumber(name, version) ?? -1
    return `{${text(name)}, {${number('gp-0.7.2')}, ${number('gp-0.8.0')}}}`
  })
  const exits = Object.values(Exit).map(exitName)
  return [
    '/* Made by `npm run core` from src/isa/table.ts, src/engine/exit.ts, src/host/names.ts and src/program/profile.ts. Do not edit. */',
    '#ifndef PVM_NAMES_H\n#define PVM_NAMES_H\n',
    `/* Instructions by id: name, and how the operands are written. A, B, D registers, X, Y immediates, T target. */\nstatic const struct {\n  const char *name, *operands;\n} instruction_names[${INSTRUCTIONS.length}] = {\n${rows(INSTRUCTIONS.map(each => `{${text(each.name)}, ${text(shapeOf(each).template)}}`))}\n};\n`,
    `/* Exits by number. */\nstatic const char *const exit_names[${exits.length}] = {${exits.map(text).join(', ')}};\n`,
    `/* Host calls: name, number in GP 0.7.2 and in GP 0.8.0, -1 where the version has none. */\nstatic const struct {\n  const char *name;\n  int32_t number[2];\n} host_call_names[${calls.length}] = {\n${rows(calls)}\n};\n`,
    `/* Profiles: name, PVM_SET_*, PVM_RULE_* bits, PVM_GAS_*. */\nstatic const struct {\n  const char *name;\n  uint32_t set, rules, gas_model;\n} profiles[${PROFILE_NAMES.length}] = {\n${rows(PROFILE_NAMES.map(rulesOf))}\n};\n`,
    '#endif\n',
  ].join('\n')
}
