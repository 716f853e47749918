// Whether a program has a loop with two entrances. Not the recompiler's analysis, which this is to provide with work.
import { createOperands, decodeOperands } from '../../src/isa/format.ts'
import type { Program } from '../../src/program/program.ts'

/** Direct successors of each block: jump and branch targets, and what follows. */
function successors(program: Program): Map<number, number[]> {
  const graph = new Map<number, number[]>()
  const { code, instructionSet } = program
  const operands = createOperands()
  let block = 0
  for (let pc = 0; pc < code.length; pc = program.next(pc)) {
    if (program.isBlockStart(pc)) {
      block = pc
      graph.set(block, [])
    }
    const instruction = instructionSet.byOpcode[code[pc]!]
    const next = program.next(pc)
    const kind = instruction?.kind ?? 'trap'
    const direct = kind === 'branch' || kind === 'jump'
    if (direct) decodeOperands(instruction!.format, code, pc, program.skip(pc), operands)
    const out = [
      ...(direct ? [operands.target] : []),
      ...(kind === 'branch' || (program.isBlockStart(next) && !/trap|jump/.test(kind)) ? [next] : []),
    ]
    graph.get(block)?.push(...out.filter(target => program.isBlockStart(target)))
  }
  return graph
}

/**
 * Whether more than roots is left of the graph when loops of a block to itself are cut, and blocks with one predecessor are merged into
 * that.
 */
export function isIrreducible(program: Program): boolean {
  const next = new Map<number, Set<number>>()
  const before = new Map<number, Set<number>>()
  const graph = successors(program)
  for (const block of graph.keys()) {
    next.set(block, new Set())
    before.set(block, new Set())
  }
  for (const [block, targets] of graph) {
    for (const target of targets) {
      if (target === block || !next.has(target)) continue
      next.get(block)!.add(target)
      before.get(target)!.add(block)
    }
  }
  const work = [...next.keys()]
  while (work.length > 0) {
    const block = work.pop()!
    const from = before.get(block)
    if (from === undefined || from.size > 1) continue
    const targets = next.get(block)!
    const [into] = from
    if (into !== undefined) next.get(into)!.delete(block)
    for (const target of targets) {
      before.get(target)!.delete(block)
      // A block that nobody jumps to is a root and is taken away with its edges; it may be entered from anywhere.
      if (into !== undefined && target !== into) {
        before.get(target)!.add(into)
        next.get(into)!.add(target)
      }
      work.push(target)
    }
    if (into !== undefined) work.push(into)
    next.delete(block)
    before.delete(block)
  }
  return next.size > 0
}
