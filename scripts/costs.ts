// Writes core/gas/costs.gen.h from the cost column of the instruction table. Not the model: that is core/gas/pipeline.c.
import type { Format } from '../src/isa/format.ts'
import { INSTRUCTIONS } from '../src/isa/table.ts'
import { type CostRow, costRows } from '../src/program/pipeline-rows.ts'

/** Where a register stands: 1 low nibble, 2 high nibble of the first operand byte, 3 the second operand byte, 0 none. */
function position(format: Format, letter: string | undefined): number {
  if (letter === undefined) return 0
  if (format === 'reg_reg') return letter === 'D' ? 1 : 2
  return letter === 'A' ? 1 : letter === 'B' ? 2 : 3
}

function line(row: CostRow, id: number): string {
  const { format, name } = INSTRUCTIONS[id]!
  const [alu, load, store, multiply, divide] = row.units as [number, number, number, number, number]
  if (load + store > alu)
    throw new Error(`${name}: a load or store unit without an ALU, core/gas/pipeline.c relies on that`)
  const rule = { fixed: 0, overlap: 1, 'first-overlap': 2 }[row.slotRule]
  const registers = [row.sources[0], row.sources[1], row.destination].map(letter => position(format, letter))
  const flags = [row.branch, row.frontEnd, row.readsDestination].map(flag => (flag ? 1 : 0))
  return `  {${[row.cycles, row.slots, row.slotsApart, rule, alu, multiply, divide, ...registers, ...flags].join(', ')}}, /* ${name} */`
}

/** The text of core/gas/costs.gen.h. */
export function generateCosts(): string {
  return [
    '/* Made by `npm run core` from src/isa/table.ts. Do not edit. */',
    '#ifndef PVM_COSTS_H\n#define PVM_COSTS_H\n#include <stdint.h>\n',
    '/* One instruction in the pipeline (GP 0.8.0 A.10). rule: when `slots` applies instead of `slots_apart`: 0 never,\n' +
      ' * 1 when the destination is a source, 2 when it is the first source. Registers: 1 low nibble, 2 high nibble of the\n' +
      ' * first operand byte, 3 the second operand byte, 0 none. */',
    'typedef struct {',
    '  uint8_t cycles, slots, slots_apart, rule, alus, multipliers, dividers;',
    '  uint8_t source1, source2, destination, branch, front_end, reads_destination;',
    '} cost_row;\n',
    `#define COST_CHEAP_BRANCH 1u`,
    `static const cost_row pvm_cost_rows[${INSTRUCTIONS.length}] = { /* by id */`,
    ...costRows().map(line),
    '};\n',
    '#endif\n',
  ].join('\n')
}
