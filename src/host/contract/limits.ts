// What pallet-revive asks of a contract's code when it is uploaded (its limits.rs, `code::enforce`). Not limits that contracts
// notice while they run: interface.ts.

import { type MemoryLayout, PAGE_SIZE } from '../../blob/address-space.ts'
import { createOperands, decodeOperands, immediateX } from '../../isa/format.ts'
import { maskBit } from '../../program/code-map.ts'
import type { Program } from '../../program/program.ts'
import { contractCall } from './interface.ts'

/** Limits of uploaded code. */
export const CODE_LIMITS = {
  /** The file may have so many bytes. */
  blobBytes: 1_048_576,
  /** A basic block may have so many instructions. */
  blockInstructions: 1000,
  /** Memory that a contract needs while it is called: file, zeroed data, stack. */
  baselineBytes: 1_572_864,
  /** The chain's interpreter may take so much memory: for decoded code, and 4 bytes for a byte of code. */
  purgeableBytes: 3_145_728,
} as const

/** What a limit is about. */
export type CodeLimit =
  | 'bits'
  | 'blob-size'
  | 'block-size'
  | 'export'
  | 'import'
  | 'instruction'
  | 'memory-baseline'
  | 'memory-purgeable'

/** A limit that code does not keep. */
export interface CodeIssue {
  readonly limit: CodeLimit
  readonly message: string
}

/** These are figures of the code beside its issues. */
export interface CodeCheck {
  readonly issues: readonly CodeIssue[]
  readonly blobBytes: number
  readonly instructions: number
  readonly largestBlock: number
  readonly baselineBytes: number
  readonly purgeableBytes: number
}

/** The interpreter's cache holds at most this much, one entry per instruction and per block (polkavm-common 0.35). */
const CACHE_BYTES = 1_048_576
/** In a runtime of 32 bits, which chains are. */
const CACHE_ENTRY_BYTES = 20
const MAP_ENTRY_BYTES = 4
const RESERVED_CALL = 0xffffffffn

function baselineOf(blobBytes: number, { regions }: MemoryLayout): number {
  const zeros = regions.reduce(
    (sum, { length, data }) => sum + Math.ceil(length / PAGE_SIZE) * PAGE_SIZE - data.length,
    0,
  )
  return blobBytes + zeros
}

/** Walks the code as the chain does: instruction after instruction, a block ends behind what ends one. */
function walk(program: Program, issues: CodeIssue[]): { instructions: number; blocks: number; largest: number } {
  const { code, bitmask, instructionSet, skip } = program
  const operands = createOperands()
  let [instructions, blocks, largest, size] = [0, 0, 0, 0]
  for (let pc = 0; pc < code.length; pc += 1 + skip(pc)) {
    const instruction = maskBit(bitmask, code.length, pc) ? instructionSet.byOpcode[code[pc]!] : undefined
    instructions += 1
    size += 1
    largest = Math.max(largest, size)
    if (instruction === undefined) issues.push({ limit: 'instruction', message: `no instruction at ${pc}` })
    else if (instruction.kind === 'sbrk') issues.push({ limit: 'instruction', message: `sbrk at ${pc}` })
    else if (instruction.kind === 'host') {
      const index = immediateX(decodeOperands(instruction.format, code, pc, skip(pc), operands))
      if (BigInt.asUintN(32, index) === RESERVED_CALL) {
        issues.push({ limit: 'instruction', message: `ecalli of the reserved number 2^32 - 1 at ${pc}` })
      }
    }
    if (instruction !== undefined && !instruction.terminator) continue
    blocks += 1
    size = 0
  }
  return { instructions, blocks, largest }
}

/**
 * Checks the code of a contract against what pallet-revive refuses when it is uploaded.
 *
 * @param blobBytes the length of the file.
 */
export function checkContractCode(program: Program, blobBytes: number): CodeCheck {
  const issues: CodeIssue[] = []
  const over = (limit: CodeLimit, what: string, value: number, most: number): void => {
    if (value > most) issues.push({ limit, message: `${what}: ${value}, at most ${most}` })
  }
  if (program.bits === 32) issues.push({ limit: 'bits', message: 'a 32-bit program' })
  for (const name of ['call', 'deploy']) {
    if (!program.exports.has(name)) issues.push({ limit: 'export', message: `no export ${name}` })
  }
  for (const name of program.imports) {
    const known = contractCall(name)
    if (known === undefined) issues.push({ limit: 'import', message: `${name} is not in the interface` })
    else if (known.unstable)
      issues.push({ limit: 'import', message: `${name} is not in the stable part of the interface` })
  }
  const { instructions, blocks, largest } = walk(program, issues)
  const cache = Math.min(CACHE_BYTES, (instructions + blocks) * CACHE_ENTRY_BYTES)
  const purgeableBytes = cache + (program.code.length + 1) * MAP_ENTRY_BYTES
  const baselineBytes = baselineOf(blobBytes, program.layout)
  over('blob-size', 'bytes of the file', blobBytes, CODE_LIMITS.blobBytes)
  over('block-size', 'instructions in a basic block', largest, CODE_LIMITS.blockInstructions)
  over('memory-baseline', 'bytes of memory in a call', baselineBytes, CODE_LIMITS.baselineBytes)
  over('memory-purgeable', 'bytes for decoded code', purgeableBytes, CODE_LIMITS.purgeableBytes)
  return { issues, blobBytes, instructions, largestBlock: largest, baselineBytes, purgeableBytes }
}
