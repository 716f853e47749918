// Programs for comparing with PolkaVM: random ones of 32 bits, and what a machine makes of any in the words of its peer
// (bench/peers/polkavm/src/programs.rs). Not the comparison: scripts/narrow.mjs and narrow.test.ts. Those for PolkaVM 0.37:
// test/extended/runs.ts.

import { encodePolkavm, polkavmSymbol } from '../../src/blob/polkavm.ts'
import type { ProgramParts } from '../../src/blob/raw.ts'
import { createEngine } from '../../src/engine/create.ts'
import type { EngineKind, HostTable, Vm } from '../../src/engine/engine.ts'
import { Exit } from '../../src/engine/exit.ts'
import { Emitter } from '../../src/fuzz/emit.ts'
import { Random } from '../../src/fuzz/random.ts'
import { writeSegment } from '../../src/fuzz/segments.ts'
import { edge64 } from '../../src/fuzz/values.ts'
import { decodeOperands } from '../../src/isa/format.ts'
import { type InstructionSetName, instructionSet } from '../../src/isa/set.ts'
import { maskBit } from '../../src/program/code-map.ts'
import { type Profile, type ProfileName, profile } from '../../src/program/profile.ts'
import { loadProgram } from '../../src/program/program.ts'

/** A program and how it starts. */
export interface NarrowCase {
  /** Gas by the pipeline model, not one per instruction. */
  readonly full: boolean
  /** With dynamic paging: what cannot be accessed faults. Memory is not compared then. */
  readonly paged?: boolean
  readonly gas: bigint
  readonly pc: number
  readonly regs: readonly bigint[]
  readonly file: Uint8Array
}

const made = new Map<string, Profile>()

/** The same object each time: engines keep what they made of a program by its profile. */
function rulesOf(base: ProfileName | Profile, full: boolean, paged: boolean): Profile {
  const key = `${typeof base === 'string' ? base : base.name} ${full} ${paged}`
  const changes = full ? { gasModel: 'pipeline' as const } : paged ? { inaccessible: 'fault' as const } : {}
  const rules = made.get(key) ?? profile(base, changes)
  made.set(key, rules)
  return rules
}

const PAGE = 4096
const RO = 0x10000
const RW = 0x30000
const STACK = 0xfffe0000
/** Host calls that are answered, as in the peer. */
const CALLS = 12

function data(random: Random, limit: number): Uint8Array {
  return Uint8Array.from({ length: random.below(limit) }, () => (random.chance(40) ? 0 : random.below(256)))
}

/**
 * Whether every jump and branch leads to the start of a block. PolkaVM 0.35 traps at a branch that does not, also where it is
 * not taken, and goes to bytes that are no instruction, where it pays for a block. So it does with 64 bits: such are not compared.
 */
function leadSomewhere(file: Uint8Array): boolean {
  const { map, code, instructionSet: set, skip, isBlockStart } = loadProgram(file)
  return map.offsets.every(pc => {
    const instruction = set.byOpcode[code[pc]!]
    if (instruction?.kind !== 'branch' && instruction?.kind !== 'jump') return true
    return isBlockStart(decodeOperands(instruction.format, code, pc, skip(pc)).target)
  })
}

/** The case of that number of a seed: always the same one. */
export function narrowCase(seed: string, index: number): NarrowCase {
  for (let attempt = 0; ; attempt++) {
    const random = new Random(seed, (index + attempt * 0x1000000) >>> 0)
    const found = startOf(random, randomFile(random, 'latest32', sayRegisters))
    if (leadSomewhere(found.file)) return found
  }
}

/** A random program as a file: straight runs, loops, calls, recursion, memory, host calls; `change` may have its code changed. */
export function randomFile(
  random: Random,
  set: InstructionSetName,
  change: (parts: ProgramParts) => ProgramParts,
): RandomFile {
  const emitter = new Emitter(random, instructionSet(set), {
    wild: random.pick([0, 0, 1, 3, 10, 40]),
    pages: [RO / PAGE, RW / PAGE, RW / PAGE + 1, STACK / PAGE - 1],
    registers: Array.from({ length: random.between(2, 13) }, () => random.below(13)),
    gap: 14,
    hugeHeap: false,
  })
  const { writer } = emitter
  writer.place(writer.newLabel())
  for (let i = random.between(1, 3); i > 0; i--) writeSegment(emitter, true)
  writer.begin(emitter.opcode('trap'))
  const regs = new Uint32Array(26)
  for (let r = 0; r < 13; r++) edge64(random, regs, 2 * r)
  const start = [...new BigUint64Array(regs.buffer)]
  if (random.chance(70)) start[0] = 0xffff0000n
  if (random.chance(70)) start[1] = BigInt(STACK - random.below(64))
  if (random.chance(50)) start[random.between(2, 12)] = BigInt(random.pick([RO, RW, RW + PAGE, STACK - PAGE]))
  const readWrite = data(random, 200)
  const parts = change(writer.finish())
  const file = encodePolkavm({
    version: set === 'latest32' ? 1 : 2,
    readOnly: data(random, 200),
    readWrite,
    readOnlySize: PAGE,
    readWriteSize: Math.max(readWrite.length, random.pick([1, PAGE, PAGE + 100, 2 * PAGE])),
    stackSize: random.pick([PAGE, 2 * PAGE]),
    imports: ['a', 'b', 'c'].map(name => polkavmSymbol(new TextEncoder().encode(name))),
    exports: [],
    parts,
    sections: [],
  })
  return { file, parts, regs: start }
}

/** A file, its code, and registers to start with. */
export interface RandomFile {
  readonly file: Uint8Array
  readonly parts: ProgramParts
  readonly regs: readonly bigint[]
}

/** How a file starts, at code offset `pc`. */
export function startOf(random: Random, { file, regs }: RandomFile, pc = 0): NarrowCase {
  return { full: random.chance(30), gas: BigInt(random.below(random.pick([10, 200, 3000]))), pc, regs, file }
}

/** A third register above 15 is r12 in the Gray Paper, its low half in PolkaVM, whatever the width: such are not compared. */
export function sayRegisters(parts: ProgramParts): ProgramParts {
  const code = parts.code.slice()
  const { byOpcode } = instructionSet('latest32')
  for (let pc = 0; pc + 2 < code.length; pc++) {
    if (!maskBit(parts.bitmask, code.length, pc) || maskBit(parts.bitmask, code.length, pc + 2)) continue
    if (byOpcode[code[pc]!]?.format === 'reg_reg_reg') code[pc + 2]! &= 15
  }
  return { ...parts, code }
}

const hex = (value: bigint | number): string => value.toString(16)

/** The case as the peer reads it. */
export function lineOf({ full, paged, gas, pc, regs, file }: NarrowCase): string {
  const words = [
    full ? 'full' : paged ? 'paged' : 'naive',
    hex(gas),
    hex(pc),
    ...regs.map(hex),
    Buffer.from(file).toString('hex'),
  ]
  return words.join(' ')
}

/** The other way round. */
export function caseOf(line: string): NarrowCase {
  const [model, gas, pc, ...rest] = line.split(' ')
  return {
    full: model === 'full',
    paged: model === 'paged',
    gas: BigInt(`0x${gas}`),
    pc: Number.parseInt(pc!, 16),
    regs: rest.slice(0, 13).map(word => BigInt(`0x${word}`)),
    file: new Uint8Array(Buffer.from(rest[13]!, 'hex')),
  }
}

function hostOf(): HostTable {
  let calls = 0
  return {
    entry: index => {
      if (calls === CALLS) return undefined
      return {
        name: 'call',
        price: 0,
        call: vm => {
          calls += 1
          vm.regs[7] = BigInt(vm.regs32[14]!) * 0x9e3779b97f4a7c15n + BigInt(index >>> 0)
        },
      }
    },
  }
}

function fnv(hash: bigint, bytes: Uint8Array): bigint {
  let [low, high] = [Number(hash & 0xffffffffn), Number(hash >> 32n)]
  for (const byte of bytes) {
    low = (low ^ byte) >>> 0
    // Times 2^40 + 0x1b3.
    const product = low * 0x1b3
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0
    low = product >>> 0
  }
  return (BigInt(high) << 32n) | BigInt(low)
}

function memoryHash(vm: Vm): bigint {
  const { layout } = vm.program
  const writable = layout.regions.filter(({ data: _, access }) => access === 3)
  const stack = writable.find(({ address, length }) => address + length === layout.stackTop)
  const rw = writable.find(region => region !== stack)
  let hash = 0xcbf29ce484222325n
  const start = rw?.address ?? RW
  const end = Math.ceil(Math.max(vm.heapEnd, start + (rw?.length ?? 0)) / PAGE) * PAGE
  const areas = [
    [start, Math.min(end - start, 128 * 1024)],
    [stack!.address, stack!.length],
  ] as const
  for (const [address, length] of areas) {
    const bytes = new Uint8Array(length)
    if (vm.memory.read(address, bytes) !== 0) throw new Error(`not readable: ${hex(address)}+${hex(length)}`)
    hash = fnv(hash, bytes)
  }
  return hash
}

const NAMES = new Map<Exit, string>([
  [Exit.Halt, 'halt'],
  [Exit.Panic, 'panic'],
  [Exit.OutOfGas, 'out-of-gas'],
  [Exit.PageFault, 'page-fault'],
  [Exit.Host, 'host'],
])

const engines = new Map<EngineKind, ReturnType<typeof createEngine>>()

/** How many modules of compiled code the machines had. */
export const compiled = { modules: 0 }

/** The registers of a 32-bit program. */
function lowHalves(vm: Vm): number[] {
  const halves = Array.from({ length: 13 }, (_, r) => vm.regs32[2 * r]!)
  for (let r = 0; r < 13; r++) {
    if (vm.regs[r] !== BigInt.asUintN(64, BigInt(halves[r]! | 0))) throw new Error(`r${r} is not sign-extended`)
  }
  return halves
}

/** What an engine makes of a case, in the peer's words; `set` is the instruction set, where the file does not say it. */
export function outcomeOf(
  { full, paged = false, gas, pc, regs, file }: NarrowCase,
  kind: EngineKind,
  rules: ProfileName | Profile = 'polkavm',
  set?: InstructionSetName,
): string {
  const engine = engines.get(kind) ?? createEngine({ kind })
  engines.set(kind, engine)
  const program = loadProgram(file, { profile: rulesOf(rules, full, paged), instructionSet: set })
  using vm = engine.instantiate(program, { gas, regs, entry: pc, host: hostOf() })
  const exit = vm.run()
  compiled.modules += vm.stats?.modules ?? 0
  const heap = vm.heapEnd - program.layout.heapStart
  const values = program.bits === 32 ? lowHalves(vm) : [...vm.regs]
  const words = [
    NAMES.get(exit) ?? `exit ${exit}`,
    exit === Exit.Halt ? '-' : hex(vm.pc),
    hex(vm.gas),
    paged ? '0' : hex(heap),
    ...values.map(hex),
  ]
  return [...words, paged ? '0' : hex(memoryHash(vm))].join(' ')
}
