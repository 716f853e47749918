// Has a body on the core count its runs. The counts are in src/core/cell-tally.ts.
import { CellTally, tallyBytes } from '../../core/cell-tally.ts'
import { GAS_LOW } from '../../core/words.ts'
import type { RunningTally } from '../../program/tally.ts'
import type { CountedBody } from './other-engines.ts'

/** Moves the body into a cell with room for counts, unless it is in one already, and counts there. */
export function startCellTally(body: CountedBody): RunningTally {
  const { program } = body
  if (body.cell.tally === undefined) {
    body.recell(tallyBytes(program), cell => {
      cell.tally = new CellTally(cell, program, cell.end)
    })
  }
  const { tally, u32 } = body.cell
  return { gas: u32.subarray(GAS_LOW, GAS_LOW + 2), counts: () => tally!.counts() }
}
