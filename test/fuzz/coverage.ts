// What a fuzz case reaches when the reference machine runs it: opcodes executed, operands, ways to stop, places jumped to,
// addresses, shapes of control flow. Not a test: fuzz-coverage.test.ts says what has to be among it.

import { Access, PAGE_SIZE } from '../../src/blob/address-space.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { Vm } from '../../src/engine/engine.ts'
import { Exit, exitName } from '../../src/engine/exit.ts'
import type { TraceEvent } from '../../src/engine/tracing.ts'
import { type FuzzCase, partsOfCase, programOfCase, startOptions } from '../../src/fuzz/case.ts'
import { itemsOf } from '../../src/fuzz/items.ts'
import { enter, perform } from '../../src/fuzz/machines.ts'
import { Random } from '../../src/fuzz/random.ts'
import { fuzzHost, react } from '../../src/fuzz/reactions.ts'
import { createOperands, decodeOperands } from '../../src/isa/format.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { maskBit } from '../../src/program/code-map.ts'
import type { Program } from '../../src/program/program.ts'
import { isIrreducible } from './flow.ts'

/** How often each thing was reached, by name. */
export class Coverage {
  readonly counts: Map<string, number> = new Map()

  hit(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  add({ counts }: Coverage): void {
    for (const [name, count] of counts) this.counts.set(name, (this.counts.get(name) ?? 0) + count)
  }

  /** Those of the names that were never reached. */
  missing(names: readonly string[]): string[] {
    return names.filter(name => !this.counts.has(name))
  }
}

const EDGES = new Map<number, string>([0, 1, -1].map(value => [value, `${value}`]))
for (const bits of [7, 8, 15, 16, 31]) {
  EDGES.set((2 ** bits - 1) | 0, `2^${bits} - 1`)
  EDGES.set((2 ** bits) | 0, `2^${bits}`)
  EDGES.set(-(2 ** bits) | 0, bits === 31 ? '2^31' : `-2^${bits}`)
}

const OPERANDS = createOperands()

/** Names of the immediates that have to occur, for every format that has one. */
export const EDGE_NAMES: readonly string[] = [...new Set(EDGES.values())]

/** What a target is to the program: a good place, or why not. */
function placeOf(program: Program, target: number): string {
  const { code, bitmask } = program.parts
  if (target < 0) return 'before the code'
  if (target >= code.length) return target === code.length ? 'the end of the code' : 'beyond the code'
  if (program.isBlockStart(target)) return 'a block'
  if (!maskBit(bitmask, code.length, target)) return 'the middle of an instruction'
  return program.isInstruction(target) ? 'the middle of a block' : 'an undefined opcode'
}

/** Where an indirect jump goes, from the value it jumped by. */
function tablePlace(program: Program, address: number): string {
  const { jumpTable } = program.parts
  if (address === 0) return 'address 0'
  if (address === 0xffff0000) return 'the halt address'
  if (address / 2 > jumpTable.length) return 'beyond the table'
  if ((address & 1) !== 0) return 'an odd address'
  return placeOf(program, jumpTable[address / 2 - 1]!)
}

/** Adds what stands in the code of a case: immediates, their lengths, register nibbles. */
export function inspect(fuzz: FuzzCase, coverage: Coverage): void {
  const set = instructionSet(fuzz.profile.instructionSet)
  for (const { bytes, marked } of itemsOf(partsOfCase(fuzz), set)) {
    const format = marked ? set.byOpcode[bytes[0]!]?.format : undefined
    if (bytes.length > 25) coverage.hit('bytes beyond a skip of 24')
    if (format === undefined) continue
    if (format.startsWith('reg') && bytes[1]! % 16 > 12) coverage.hit(`register above 12: ${format}`)
    const { x, y } = decodeOperands(format, bytes, 0, Math.min(bytes.length - 1, 24), OPERANDS)
    const [first, second] = [EDGES.get(x), EDGES.get(y)]
    if (first !== undefined) coverage.hit(`immediate: ${format} ${first}`)
    if (second !== undefined) coverage.hit(`second immediate: ${format} ${second}`)
    const behind = bytes.length - (format === 'imm' || format === 'off' ? 1 : 2)
    if (/^(imm|off|reg_imm|reg_reg_imm|reg_reg_off)$/.test(format)) {
      coverage.hit(`length: ${format} ${Math.min(behind, 5)}`)
    }
    const nibble = format === 'imm_imm' ? bytes[1] : format === 'reg_reg_imm_imm' ? bytes[2] : (bytes[1] ?? 0) >> 4
    if (/^(imm_imm|reg_imm_imm|reg_imm_off|reg_reg_imm_imm)$/.test(format)) {
      coverage.hit(`length: ${format} ${(nibble ?? 0) % 16}`)
    }
  }
}

/** Runs a case on the reference machine and adds what it reaches. */
export function measure(fuzz: FuzzCase, coverage: Coverage): void {
  let program: Program | undefined
  try {
    program = programOfCase(fuzz)
  } catch {
    coverage.hit('refused')
  }
  if (program === undefined) return
  if (program.code.length < 3000 && isIrreducible(program)) coverage.hit('flow: irreducible')
  new Measurement(fuzz, program, coverage).run()
}

class Measurement {
  readonly #fuzz: FuzzCase
  readonly #program: Program
  readonly #coverage: Coverage
  readonly #vm: Vm
  readonly #log = { calls: 0, sinceStart: 0, digest: 0 }
  #last: { pc: number; kind: string; name: string; place: string } | undefined
  #pending: { address: number; width: number } | undefined
  readonly #executed = new Set<number>()
  readonly #hostCalls = new Map<number, number>()
  #depth = 0
  #sinceEnd = 0

  constructor(fuzz: FuzzCase, program: Program, coverage: Coverage) {
    this.#fuzz = fuzz
    this.#program = program
    this.#coverage = coverage
    const host = fuzz.hostCalls === 'call' ? { host: fuzzHost(fuzz.salt, new Random(fuzz.salt), this.#log) } : {}
    this.#vm = createEngine({ kind: 'reference' }).instantiate(program, { ...startOptions(fuzz), ...host })
  }

  run(): void {
    const coverage = this.#coverage
    const vm = this.#vm
    const { schedule, entries, salt, exits } = this.#fuzz
    const random = new Random(salt)
    for (const action of schedule)
      coverage.hit(`schedule: ${action < -1 ? 'piece' : action < 0 ? 'change' : action > 0 ? 'step' : 'run'}`)
    for (const entry of entries) {
      enter(vm, entry)
      vm.tracer = event => this.#see(event)
      this.#hostCalls.clear()
      this.#log.sinceStart = 0
      this.#depth = this.#sinceEnd = 0
      if (entry.gas > 2 ** 32) coverage.hit('gas: more than 32 bits')
      if (!this.#program.isBlockStart(entry.pc)) coverage.hit(`start: ${placeOf(this.#program, entry.pc)}`)
      for (let position = 0, more = true; more && position < exits; position++) {
        this.#last = this.#pending = undefined
        const exit = perform(vm, schedule[position % schedule.length]!)
        this.#stop(exit)
        random.reseed(salt, position + 1)
        more = react(vm, exit, random)
      }
    }
    vm.dispose()
  }

  #see({ pc, instruction, operands, register, before, access, address, width }: TraceEvent): void {
    const coverage = this.#coverage
    const program = this.#program
    const { kind, name } = instruction
    const { a, b, x, y } = operands
    if (!this.#executed.has(pc)) coverage.hit(`executed: ${name}`)
    this.#executed.add(pc)
    this.#sinceEnd = ['branch', 'jump', 'djump', 'fallthrough', 'trap'].includes(kind) ? 0 : this.#sinceEnd + 1
    if (this.#sinceEnd > 1024) coverage.hit('flow: a block of more than 1,024')
    let place = ''
    if (kind === 'djump') {
      const base = name === 'jump_ind' ? a : b
      const value = register === base ? before : this.#vm.regs[base]!
      place = tablePlace(program, (Number(value & 0xffffffffn) + (name === 'jump_ind' ? x : y)) >>> 0)
      coverage.hit(`indirect jump to ${place}`)
    } else if (kind === 'jump' || kind === 'branch') place = placeOf(program, operands.target)
    if (name === 'load_imm_jump' || name === 'load_imm_jump_ind') this.#depth += 1
    else if (name === 'jump_ind' && this.#depth > 0) this.#depth -= 1
    if (this.#depth === 200) coverage.hit('flow: 200 calls deep')
    if (kind === 'host') {
      const calls = (this.#hostCalls.get(pc) ?? 0) + 1
      this.#hostCalls.set(pc, calls)
      if (calls === 3) coverage.hit('flow: a host call in a loop')
    }
    this.#last = { pc, kind, name, place }
    this.#pending = access === 'none' ? undefined : { address, width }
    if (access !== 'none') this.#touch(access, address, width)
  }

  #touch(access: 'load' | 'store', address: number, width: number): void {
    const coverage = this.#coverage
    const page = Math.floor(address / PAGE_SIZE)
    const last = Math.floor((address + width - 1) / PAGE_SIZE)
    if (last !== page) {
      const rights = [page, last % 2 ** 20].map(it => this.#vm.memory.access(it))
      const names = rights.map(it => (it === Access.Write ? 'write' : it === Access.Read ? 'read' : 'none'))
      coverage.hit(last === 2 ** 20 ? `${access} around 2^32` : `${access} across ${names.join(' and ')}`)
    }
    if (address % PAGE_SIZE === 0) coverage.hit(`${access} at a page's first byte`)
    if ((address + width) % PAGE_SIZE === 0) coverage.hit(`${access} at a page's last byte`)
    if (address < 0x10000) coverage.hit(`${access} below 2^16`)
    if (page === 0x10) coverage.hit(`${access} in the first page`)
    if (page === 2 ** 20 - 1) coverage.hit(`${access} in the last page`)
  }

  #stop(exit: Exit): void {
    const coverage = this.#coverage
    const vm = this.#vm
    const { gasModel } = this.#fuzz.profile
    coverage.hit(`exit: ${exitName(exit)}`)
    if (exit === Exit.OutOfGas) {
      const instruction = this.#program.instructionSet.byOpcode[this.#program.code[vm.pc] ?? 0]
      coverage.hit(`out of gas: ${gasModel} ${instruction?.kind ?? 'trap'}`)
      if (instruction !== undefined) coverage.hit(`out of gas at ${instruction.name}`)
    }
    const last = this.#last
    if (last === undefined) {
      if (exit === Exit.Panic) coverage.hit('panic: before anything ran')
      return
    }
    if (exit === Exit.PageFault) coverage.hit(`page fault: ${last.kind}`)
    if (exit === Exit.PageFault && this.#pending !== undefined && vm.exitArg > this.#pending.address) {
      coverage.hit('page fault: on the second page of an access')
    }
    if (exit === Exit.Halt) coverage.hit(`halt: ${last.kind}`)
    if (exit !== Exit.Panic) return
    const { code } = this.#program
    const detail =
      last.kind !== 'trap'
        ? `${last.kind}${last.place === '' ? '' : ` to ${last.place}`}`
        : last.pc >= code.length
          ? 'behind the code'
          : this.#program.isInstruction(last.pc)
            ? 'trap'
            : 'no opcode'
    coverage.hit(`panic: ${detail}`)
  }
}
