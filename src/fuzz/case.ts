// A fuzz case: a program and everything that happens to it, as plain data. Not how it came about: generate.ts.
import { type Container, partsOf } from '../blob/container.ts'
import type { ProgramParts } from '../blob/raw.ts'
import type { Mapping, StartOptions } from '../engine/engine.ts'
import { markExtended } from '../isa/extended.ts'
import type { Profile } from '../program/profile.ts'
import { createProgram, type Program } from '../program/program.ts'
import { Random } from './random.ts'
import { edge32 } from './values.ts'

/** One start of the machine. */
export interface FuzzEntry {
  readonly pc: number
  readonly gas: number
  /** 26 halves of the 13 registers, low first. */
  readonly regs: Uint32Array
}

/**
 * What is done with the machine before each exit, over and over: 0 runs, a positive number steps that many instructions,
 * -1 goes on on the next engine the machine can switch to, -n with n above 1 runs with so much gas at most.
 */
export type Action = number

/** A program, its memory, and the schedule it runs under. */
export interface FuzzCase {
  /** How to make it again: seed and index. */
  readonly label: string
  readonly container: Container
  readonly profile: Profile
  /** Run one after the other on the same machine, memory and heap kept. */
  readonly entries: readonly FuzzEntry[]
  /** Different programs among the entries; the others start them again with other registers and gas. */
  readonly programs: number
  /** Mapped at start, besides what the container maps. */
  readonly pages: readonly Mapping[]
  readonly heap: { readonly start: number; readonly limit: number } | undefined
  readonly schedule: readonly Action[]
  /** Seed of memory contents (0: zeros) and of what host calls and reactions do. */
  readonly salt: number
  /** Whether a host function answers `ecalli`, or the machine exits; `attack`: host functions of attack-host.ts. */
  readonly hostCalls: 'exit' | 'call' | 'attack'
  /** Between entries the machine goes back to the pool, and another comes: of the same program, or of another. Default: kept. */
  readonly between?: 'again' | 'other' | undefined
  /** `eager`: code is compiled, and compiled again, after a few turns and not when that pays; see `tierPolicy`. */
  readonly tiers: 'usual' | 'eager'
  /** Exits to follow per entry at most. */
  readonly exits: number
}

/** This is the code of a case. */
export function partsOfCase(fuzz: FuzzCase): ProgramParts {
  return partsOf(fuzz.container)
}

/** This is the same case with other code. */
export function withParts(fuzz: FuzzCase, changed: ProgramParts): FuzzCase {
  const { container } = fuzz
  const isExtended = changed.encoding === 'extended'
  const parts = isExtended ? { ...changed, bitmask: markExtended(changed.code) } : changed
  if (container.kind === 'standard') {
    return { ...fuzz, container: { kind: 'standard', program: { ...container.program, parts } } }
  }
  return { ...fuzz, container: { kind: 'raw', parts } }
}

/** The program of a case. @throws BlobError when it is not valid under its profile. */
export function programOfCase(fuzz: FuzzCase): Program {
  return createProgram({ container: fuzz.container, profile: fuzz.profile })
}

/** Bytes for mapped memory: edges among zeros, so that loads give something to branch on. */
export function memoryContents(salt: number, mapping: Mapping): Uint8Array {
  const bytes = new Uint8Array(Math.min(mapping.length, 8192))
  if (salt === 0) return bytes
  const random = new Random(salt, mapping.address)
  const words = new Int32Array(bytes.buffer)
  for (let i = 0; i < 96; i++) {
    words[random.below(words.length)] = edge32(random)
    words[i % 8] = edge32(random)
    words[words.length - 1 - (i % 8)] = edge32(random)
  }
  return bytes
}

/** How a machine starts for a case; gas and registers are those of its first entry. */
export function startOptions(fuzz: FuzzCase): StartOptions {
  return {
    pages: fuzz.pages,
    memory: fuzz.pages.map(page => ({ address: page.address, bytes: memoryContents(fuzz.salt, page) })),
    ...(fuzz.heap === undefined ? {} : { heap: fuzz.heap }),
  }
}
