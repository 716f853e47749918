// anan-as as a foreign engine of the fuzzer, through the debugger API that its fastest users use. Not a benchmark:
// bench/peers/anan-as.mjs. The package is a development dependency of bench/.

import { PAGE_SIZE } from '../../src/blob/address-space.ts'
import { encodeProgramBlob } from '../../src/blob/raw.ts'
import { Exit } from '../../src/engine/exit.ts'
import { type FuzzCase, type FuzzEntry, partsOfCase } from '../../src/fuzz/case.ts'
import { type Deviation, type ForeignEngine, type ForeignMachine, foreignMemory } from '../../src/fuzz/foreign.ts'
import { itemsOf } from '../../src/fuzz/items.ts'
import { instructionSet } from '../../src/isa/set.ts'
import { profile } from '../../src/program/profile.ts'

/** What is used of the package's debugger API. */
interface AnanAs {
  resetGenericWithMemory(
    program: number[],
    registers: number[],
    pages: Uint8Array,
    chunks: Uint8Array,
    gas: bigint,
    hasMetadata: boolean,
  ): void
  setNextProgramCounter(pc: number): void
  nSteps(steps: number): boolean
  getStatus(): number
  getExitArg(): number
  getProgramCounter(): number
  getGasLeft(): bigint
  getRegisters(): Uint8Array
  setRegisters(registers: number[]): void
  getMemory(address: number, length: number): Uint8Array | null
}

const STATUS: Readonly<Record<number, Exit>> = {
  0: Exit.Halt,
  1: Exit.Panic,
  2: Exit.PageFault,
  3: Exit.Host,
  4: Exit.OutOfGas,
}
const ALL_STEPS = 2 ** 32 - 1

function littleEndian(words: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(words).buffer)
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function start(vm: AnanAs, fuzz: FuzzCase, entry: FuzzEntry): ForeignMachine {
  const memory = foreignMemory(fuzz)
  vm.resetGenericWithMemory(
    Array.from(encodeProgramBlob(partsOfCase(fuzz))),
    Array.from(new Uint8Array(entry.regs.slice().buffer)),
    concat(memory.flatMap(m => [littleEndian([m.address, m.length]), Uint8Array.of(m.writable ? 1 : 0)])),
    concat(memory.flatMap(m => [littleEndian([m.address, m.bytes.length]), m.bytes])),
    BigInt(entry.gas),
    false,
  )
  if (entry.pc !== 0) vm.setNextProgramCounter(entry.pc)
  const regs = (): Uint32Array => {
    const bytes = vm.getRegisters()
    return new Uint32Array(bytes.slice().buffer)
  }
  return {
    run() {
      while (vm.nSteps(ALL_STEPS)) {}
      const exit = STATUS[vm.getStatus()]
      if (exit === undefined) throw new RangeError(`anan-as stopped with status ${vm.getStatus()}`)
      return exit
    },
    get exitArg() {
      return vm.getExitArg()
    },
    get pc() {
      return vm.getProgramCounter()
    },
    get gas() {
      return vm.getGasLeft()
    },
    get regs32() {
      return regs()
    },
    setRegister(index, low, high) {
      const halves = regs()
      halves[2 * index] = low
      halves[2 * index + 1] = high
      vm.setRegisters(Array.from(new Uint8Array(halves.buffer)))
    },
    page(page) {
      return vm.getMemory(page * PAGE_SIZE, PAGE_SIZE) ?? undefined
    },
  }
}

/** The engine, from the package's build that frees what it no longer needs. */
export async function createAnanAs(path: string): Promise<ForeignEngine> {
  const { instantiate } = await import(path)
  const vm: AnanAs = await instantiate()
  return {
    name: 'anan-as',
    profile: profile('gp-0.7.2', { readOnlyStore: 'panic', outOfGas: 'keep' }),
    start: (fuzz, entry) => start(vm, fuzz, entry),
  }
}

/** Whether the code has marked bytes that are no opcode, or more than 24 operand bytes before the next mark. */
function hasHoles(fuzz: FuzzCase): boolean {
  const set = instructionSet(fuzz.profile.instructionSet)
  return itemsOf(partsOfCase(fuzz), set).some(
    ({ bytes, marked }) => !marked || bytes.length > 25 || set.byOpcode[bytes[0]!] === undefined,
  )
}

/** What anan-as 1.2.0 does differently, each with the reason why coulis does not follow. */
export const DEVIATIONS: readonly Deviation[] = [
  {
    name: 'odd encodings',
    reason:
      'Length fields of 8 to 15 mean 4 bytes there, the Gray Paper takes them modulo 8; the third register of ' +
      'three-register instructions is the low nibble there, the whole byte in the Gray Paper (A.5.4 to A.5.13).',
    applies: ({ odd }) => odd,
  },
  {
    name: 'sbrk',
    reason:
      'The heap of a plain program starts behind its highest writable page there and has no limit; the Gray Paper ' +
      'leaves both open. A request that fails is a page fault there, 0 here.',
    applies: ({ executed }) => executed.has('sbrk'),
  },
  {
    name: 'page-crossing access',
    reason:
      'After a load that crosses a page border, a narrower load from a page never written gives bytes of the load before: ' +
      'its scratch bytes are not cleared (1.2.0; load_ind_u64 across a border, then load_i32 of zeros gives 0xff800000).',
    applies: ({ crosses, what }) => crosses && /^(r\d+|memory|exit)/.test(what),
  },
  {
    name: 'start at 2^32 - 1',
    reason:
      'setNextProgramCounter takes it for "not set" there, and the program starts at 0; here it starts behind the code.',
    applies: ({ entry }) => entry.pc === 0xffffffff,
  },
  {
    name: 'undefined opcodes, long gaps',
    reason:
      'A marked byte that is no opcode counts as a place to jump to there, and more than 24 operand bytes are skipped whole; ' +
      'in the Gray Paper it is no block start (A.5), and skips end after 24 bytes, where an implicit trap is met (A.3).',
    applies: ({ fuzz }) => hasHoles(fuzz),
  },
]
