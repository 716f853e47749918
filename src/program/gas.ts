// What a basic block costs under each gas model. Engines charge it, at the places that the paper says (GP A.1).

import { instructionOf } from '../isa/decode.ts'
import { instructionSet } from '../isa/set.ts'
import type { CodeMap } from './code-map.ts'
import { skipAt } from './code-map.ts'
import type { CostInput } from './cost-input.ts'
import { simulatePipeline } from './pipeline.ts'

/** How many instructions there are from `start` to the terminator that ends the block. The implicit trap behind the code counts. */
function instructionCount(input: CostInput, start: number): number {
  const { code, bitmask } = input.parts
  const set = instructionSet(input.profile.instructionSet)
  let count = 1
  let pc = start
  while (input.map.instruction[pc] === 1) {
    const skip = skipAt(bitmask, code.length, pc)
    if (instructionOf(set, code, pc, skip)?.terminator !== false) break
    pc += 1 + skip
    count += 1
  }
  return count
}

/**
 * The price in gas of the basic block that starts at `start`. Under the `instruction` model blocks are not paid; the result is then
 * how many instructions the block has.
 */
export function blockCost(input: CostInput, start: number): number {
  return input.profile.gasModel === 'pipeline' ? simulatePipeline(input, start).cost : instructionCount(input, start)
}

/**
 * The start of the block that contains `pc`: max { b in block starts, b <= pc } (GP 0.8.0 A.9). Where no instruction starts at `pc`
 * it is `pc`, because the implicit trap there is a block of its own.
 */
export function startOfBlock(map: CodeMap, pc: number): number {
  if (map.instruction[pc] !== 1) return pc
  let low = 0
  let high = map.blocks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (map.blocks[middle]! <= pc) low = middle + 1
    else high = middle
  }
  return low === 0 ? pc : map.blocks[low - 1]!
}
