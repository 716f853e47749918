// What hostile host functions throw, and the small programs that hosts run beside the machine. Not the host: attack-host.ts.
import type { ProgramParts } from '../blob/raw.ts'
import { instructionSet } from '../isa/set.ts'
import { instructionNamed } from '../isa/table.ts'
import type { Program } from '../program/program.ts'
import { Random } from './random.ts'
import { toExtended } from './transcode.ts'

/** Calls itself until the host's stack is used up. */
function overflow(): number {
  return overflow() + 1
}

/** A proxy that answers nothing, whatever it is asked. */
function hostileProxy(): object {
  const throws = (): never => {
    throw new TypeError('a trap of a proxy')
  }
  const handler = {
    get: throws,
    has: throws,
    getPrototypeOf: throws,
    ownKeys: throws,
    getOwnPropertyDescriptor: throws,
  }
  return new Proxy({}, handler)
}

/** Makers of everything that can be thrown; the last one throws itself. */
export const THROWN: readonly (() => unknown)[] = [
  () => new Error('a host function of the case'),
  () => undefined,
  () => null,
  () => Object.create(null),
  hostileProxy,
  () => new RangeError('Maximum call stack size exceeded'),
  () => new WebAssembly.RuntimeError('unreachable'),
  () => Symbol('thrown'),
  () => 7n,
  () => Object.defineProperty(new Error('no message'), 'message', { get: hostileProxy }),
  () => ({ toString: null, valueOf: null }),
  overflow,
]

/** A program of a few instructions under the rules of another: it counts, stores, and ends by `variant`. */
export function innerParts({ profile }: Program, variant: number): ProgramParts {
  const isExtended = profile.instructionSet === 'latest64-0.37'
  const { opcodes } = instructionSet(isExtended ? 'latest64' : profile.instructionSet)
  const op = (name: string): number => opcodes[instructionNamed(name)!.id]!
  const bytes: number[] = []
  const starts: number[] = []
  const put = (...instruction: number[]): void => {
    starts.push(bytes.length)
    bytes.push(...instruction)
  }
  put(op('load_imm'), 2, 3 + variant)
  put(op('fallthrough'))
  put(op('add_imm_64'), 0x22, 0xff)
  put(op('store_u32'), 2, 0, 0, 2)
  put(op('branch_ne_imm'), 2, 0xf8) // 8 back
  put(op('store_u32'), 3, variant, 0, 2)
  put(op('trap'))
  const bitmask = new Uint8Array(Math.ceil(bytes.length / 8))
  for (const pc of starts) bitmask[pc >> 3]! |= 1 << (pc & 7)
  const parts = {
    code: Uint8Array.from(bytes),
    bitmask,
    jumpTable: new Uint32Array(0),
    jumpTableLength: 0,
    jumpTableEntrySize: 0,
  }
  return isExtended ? toExtended(new Random(variant), parts).parts : parts
}
