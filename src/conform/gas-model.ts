// Runs the gas-model vectors: the cost of every basic block, and the step-wise programs. Not the costs themselves:
// program/pipeline.ts.

import { Access, PAGE_SIZE } from '../blob/address-space.ts'
import { encodeProgramBlob, parseProgramBlob } from '../blob/raw.ts'
import type { Engine, Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import { OK } from '../engine/memory.ts'
import { maskBit } from '../program/code-map.ts'
import type { Profile } from '../program/profile.ts'
import { loadProgram, type Program } from '../program/program.ts'
import { bigintOf, bytesOf, type JsonObject, listOf, numberOf, objectOf, registersOf, VectorError } from './json.ts'
import { chunksOf, compareChunks, compareRegisters, statusOf, vectorBytes } from './vector.ts'
import { type Mismatch, mismatch } from './verdict.ts'

/**
 * A Latest64 program without PolkaVM extras in GP 0.8.0 numbers: 3 becomes 2, 102…111 become 101…110, at every offset
 * where an instruction starts (vectors/gas-model/README.md).
 */
export function renumberTo080(blob: Uint8Array): Uint8Array {
  const parts = parseProgramBlob(blob)
  const code = Uint8Array.from(parts.code, (byte, pc) => {
    if (!maskBit(parts.bitmask, parts.code.length, pc)) return byte
    return byte === 3 || (byte >= 102 && byte <= 111) ? byte - 1 : byte
  })
  return encodeProgramBlob({ ...parts, code })
}

function programOf(vector: JsonObject, profile: Profile): Program {
  const bytes = vectorBytes(vector)
  const blob = profile.instructionSet === 'gp-0.8.0' ? renumberTo080(bytes) : bytes
  return loadProgram(blob, { profile: { ...profile, loader: 'lenient' }, kind: 'raw' })
}

/** Compares every block cost, and the set of block starts. */
function compareCosts(vector: JsonObject, program: Program): Mismatch[] {
  if (program.profile.gasModel !== 'pipeline') {
    return [mismatch('gas', 'pipeline costs', `profile ${program.profile.name}, which has none`)]
  }
  const costs = Object.entries(objectOf(vector['block-gas-costs'], 'block-gas-costs'))
  const different: string[] = []
  for (const [key, value] of costs) {
    const start = Number(key)
    // The implicit trap behind the last byte may be listed as a block of its own.
    if (!program.isBlockStart(start) && start !== program.code.length) {
      return [mismatch('block-gas-costs', `a block at ${start}`, 'no block start')]
    }
    const expected = numberOf(value, `block-gas-costs.${key}`)
    const actual = program.costAt(start)
    if (expected !== actual) different.push(`block ${start} expected ${expected}, got ${actual}`)
  }
  const listed = new Set(costs.map(([key]) => Number(key)))
  const missing = program.map.blocks.find(start => !listed.has(start))
  if (missing !== undefined) return [mismatch('block-gas-costs', `no block at ${missing}`, 'a block start')]
  if (different.length === 0) return []
  const more = different.length > 1 ? ` and ${different.length - 1} more` : ''
  return [{ field: `block-gas-costs of ${different.length} blocks`, text: `${different[0]}${more}` }]
}

function compareAssertion(step: JsonObject, exit: Exit | undefined, vm: Vm): Mismatch[] {
  const all: Mismatch[] = []
  const check = (field: string, expected: unknown, actual: unknown): void => {
    if (expected !== actual) all.push(mismatch(field, expected, actual))
  }
  if (step.status !== undefined) check('status', step.status, exit === undefined ? 'not run' : statusOf(exit, vm))
  if (step.page_fault_address !== undefined && exit === Exit.PageFault) {
    check('page-fault', numberOf(step.page_fault_address, 'page_fault_address'), vm.exitArg)
  }
  if (step.pc !== undefined) check('pc', numberOf(step.pc, 'pc'), vm.pc)
  if (step.gas !== undefined) check('gas', bigintOf(step.gas, 'gas'), vm.gas)
  if (step.regs !== undefined) all.push(...compareRegisters(registersOf(step.regs, 'regs'), vm))
  all.push(...compareChunks(chunksOf(step.memory, 'memory'), vm))
  return all
}

function runSteps(vector: JsonObject, vm: Vm): Mismatch[] {
  const all: Mismatch[] = []
  let exit: Exit | undefined
  listOf(vector.steps, 'steps').forEach((entry, i) => {
    const step = objectOf(entry, `steps[${i}]`)
    switch (step.kind) {
      case 'map': {
        const page = numberOf(step.address, 'address') / PAGE_SIZE
        const count = Math.ceil(numberOf(step.length, 'length') / PAGE_SIZE)
        vm.memory.protect(page, count, step.is_writable === true ? Access.Write : Access.Read)
        break
      }
      case 'write': {
        const address = numberOf(step.address, 'address')
        if (vm.memory.load(address, bytesOf(step.contents, 'contents')) !== OK) {
          throw new VectorError(`steps[${i}]: writes to memory that is not mapped`)
        }
        break
      }
      case 'set-reg':
        vm.regs[numberOf(step.reg, 'reg')] = BigInt.asUintN(64, bigintOf(step.value, 'value'))
        break
      case 'run':
        exit = vm.run()
        break
      case 'assert':
        all.push(...compareAssertion(step, exit, vm))
        break
      default:
        throw new VectorError(`steps[${i}]: kind ${JSON.stringify(step.kind)} was not understood`)
    }
  })
  return all
}

/** Compares the block costs of a gas-model vector and, where it has steps, runs them. */
export function runGasModel(vector: JsonObject, engine: Engine, profile: Profile): Mismatch[] {
  const program = programOf(vector, profile)
  const costs = vector['block-gas-costs'] === undefined ? [] : compareCosts(vector, program)
  if (vector.steps === undefined) return costs
  const entry = numberOf(vector['initial-pc'] ?? 0, 'initial-pc')
  const vm = engine.instantiate(program, { entry, gas: bigintOf(vector['initial-gas'] ?? 0, 'initial-gas') })
  try {
    return [...costs, ...runSteps(vector, vm)]
  } finally {
    vm.dispose()
  }
}
