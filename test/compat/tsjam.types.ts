// coulis' implementation for tsjam has the type of tsjam's. It is not published: written here from its contract
// (packages/jam-pvm-base, packages/jam-types). Compiled with the tests, never run; not their behaviour.
import { createTsjam, type TsjamMemory, type TsjamPvm, type TsjamRegisters } from '../../src/compat/tsjam.ts'

declare const tags: unique symbol
type Tagged<Base, Tag extends PropertyKey> = Base & { [tags]: { [K in Tag]: undefined } }
type u8 = Tagged<number, 'u8'>
type u32 = Tagged<number, 'u32'>
type Gas = Tagged<bigint, 'gas'>

type Kind = 0 | 1 | 2

declare class Register {
  value: Tagged<bigint, 'register'>
  u32(): number
}

declare class Registers {
  elements: Register[]
  slice(start: number, end?: number): Register[]
  w7(): Register
}

declare class ExitReason {
  reason: number
  address?: u32
  opCode?: u8
  isHostCall(): this is ExitReason & { opCode: u8 }
  static panic(): ExitReason
  static halt(): ExitReason
  static outOfGas(): ExitReason
  static hostCall(opCode: u8): ExitReason
  static pageFault(address: u32): ExitReason
}

interface Memory<T extends Memory<T>> {
  firstUnreadable(address: u32, length: number): u32 | undefined
  canRead(address: u32, length: number): this is Tagged<T, 'canRead'>
  readInto(this: Tagged<T, 'canRead'>, address: u32, buf: Buffer): void
  canWrite(address: number, length: number): this is Tagged<T, 'canWrite' | 'canRead'>
  firstUnwriteable(address: u32, length: number): u32 | undefined
  writeAt(this: Tagged<T, 'canWrite'>, address: number, buf: Buffer): void
  upsertACL(page: number, kind: Kind): T
  clone(): T
}

interface BaseMemory extends Memory<BaseMemory> {}

interface Pvm {
  readonly memory: BaseMemory
  pc: u32
  gas: Gas
  registers: Registers
  run(): ExitReason
  deinit(): void
  set_debug(value: boolean): void
}

interface Dump {
  pages: Map<number, { acl: Kind; data: Buffer }>
  heap: { start: u32; end: u32; pointer: u32 }
}

interface Implementation {
  buildMemory(dump: Dump): BaseMemory
  buildPVM(conf: {
    mem: BaseMemory
    regs: Registers
    gas: Gas
    pc: u32
    program: { j: u32[]; z: u8; c: Buffer; k: (0 | 1)[] }
    logger: (line: string) => void
  }): Pvm
}

// One line in tsjam, nothing said of types.
export const pvmImpl: Implementation = createTsjam({ exits: ExitReason })

// What is inferred there is not checked there, so it is checked here, without marks and guards: each member with its parameters.
type Plain<T> = T extends Tagged<infer Base, PropertyKey> ? Base : T
type Loose<F> = F extends (...args: infer A) => infer R
  ? (
      ...args: { [K in keyof A]: A[K] extends number ? number : A[K] }
    ) => R extends boolean ? boolean : R extends number | undefined ? number | undefined : unknown
  : F

type LooseMemory = { [K in keyof BaseMemory]: Loose<OmitThisParameter<BaseMemory[K]>> }
declare const memory: TsjamMemory
export const members: LooseMemory = memory

declare const machine: TsjamPvm<ExitReason, TsjamMemory, Registers>
export const pvm: Omit<Pvm, 'memory' | 'pc' | 'gas'> & { pc: number; gas: Plain<bigint> } = machine
export const registers: TsjamRegisters = {} as Registers

declare const lacking: Omit<TsjamMemory, 'upsertACL'>
// @ts-expect-error: every member is asked for
export const incomplete: LooseMemory = lacking
declare const wrong: Omit<TsjamPvm<ExitReason, TsjamMemory, Registers>, 'run'> & { run(): number }
// @ts-expect-error: a run ends with a reason
export const mistyped: Pick<Pvm, 'run'> = wrong
// @ts-expect-error: the class of reasons is needed
createTsjam({})
