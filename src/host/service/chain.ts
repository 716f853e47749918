// What stays the same for all invocations of a host: rules, protocol constants, engine, programs that were loaded. Not a state.
import { BlobError } from '../../blob/error.ts'
import { Reader } from '../../blob/reader.ts'
import { createEngine } from '../../engine/create.ts'
import type { Engine, EngineKind, HostAction, Vm } from '../../engine/engine.ts'
import { type Profile, type ProfileName, profile as resolveProfile } from '../../program/profile.ts'
import { loadProgram, type Program } from '../../program/program.ts'
import type { LogMessage } from '../builtins.ts'
import { encodeConstants, FULL_CHAIN, type ProtocolConstants } from '../constants.ts'
import type { HostCallName, HostVersion } from '../names.ts'
import { keyOf } from './account.ts'

/** These are the options of a service host. */
export interface ChainOptions {
  /** These are the rules; the default is `gp-0.7.2`. */
  readonly profile?: Profile | ProfileName
  /** Protocol constants that differ from those of the full chain. */
  readonly chain?: Partial<ProtocolConstants>
  /** This is the engine, or its kind; the default is `auto`. */
  readonly engine?: EngineKind | Engine
  /** It is called for each message that a service logs. */
  readonly onLog?: (message: LogMessage, service: number) => void
  /** Called after each host call that is offered: the machine, what the call made of the run, the gas it cost in all. */
  readonly onCall?: (name: HostCallName, vm: Vm, result: HostAction | undefined, gas: bigint) => void
  /** Called with each machine that has stopped, to be looked at: of what it ran, and for which service. */
  readonly onEnd?: (vm: Vm, invocation: 'is-authorized' | 'refine' | 'accumulate', service: number) => void
}

/** These are the same options with nothing left out. */
export interface Chain {
  readonly profile: Profile
  readonly version: HostVersion
  readonly constants: ProtocolConstants
  /** The constants as `fetch` answers them. */
  readonly encodedConstants: Uint8Array
  readonly engine: Engine
  readonly onLog: ChainOptions['onLog']
  readonly onCall: ChainOptions['onCall']
  readonly onEnd: ChainOptions['onEnd']
  readonly programs: Programs
}

/** A service's code without its metadata; undefined where that is not in front of it (GP 9.5). */
export function codeOf(preimage: Uint8Array | undefined): Uint8Array | undefined {
  if (preimage === undefined) return undefined
  try {
    const reader = new Reader(preimage)
    reader.take(reader.varint('metadata length', reader.remaining), 'metadata')
    return preimage.subarray(reader.offset)
  } catch (error) {
    if (error instanceof BlobError) return undefined
    throw error
  }
}

/** The most gas that a machine has. No run lives long enough to use it up, so what a limit has beyond that changes nothing. */
const MOST_GAS = 2n ** 63n - 1n

/** A gas limit of 64 bits, which a manager may give and a package may ask for, as a machine takes it. */
export function machineGas(limit: bigint): bigint {
  return limit > MOST_GAS ? MOST_GAS : limit
}

/** How many programs are kept. */
const MOST_PROGRAMS = 64

/** Programs by code hash; those used last are kept. */
export class Programs {
  readonly #profile: Profile
  readonly #programs = new Map<string, Program | BlobError>()

  constructor(profile: Profile) {
    this.#profile = profile
  }

  /** The program of a code without metadata, or what is wrong with it. */
  load(hash: Uint8Array, code: Uint8Array): Program | BlobError {
    const key = keyOf(hash)
    const known = this.#programs.get(key)
    if (known !== undefined) {
      this.#programs.delete(key)
      this.#programs.set(key, known)
      return known
    }
    const program = this.#load(code)
    if (this.#programs.size >= MOST_PROGRAMS) this.#programs.delete(this.#programs.keys().next().value!)
    this.#programs.set(key, program)
    return program
  }

  #load(code: Uint8Array): Program | BlobError {
    try {
      return loadProgram(code, { kind: 'standard', profile: this.#profile })
    } catch (error) {
      if (error instanceof BlobError) return error
      throw error
    }
  }
}

/** Completes the options. @throws RangeError when the profile has no host calls of its own. */
export function resolveChain(options: ChainOptions = {}): Chain {
  const profile = resolveProfile(options.profile)
  if (profile.hostCalls === 'free') throw new RangeError(`profile: ${profile.name} has no host calls`)
  const { engine = 'auto' } = options
  const constants = { ...FULL_CHAIN, ...options.chain }
  return {
    profile,
    version: profile.hostCalls,
    constants,
    encodedConstants: encodeConstants(profile.hostCalls, constants),
    engine: typeof engine === 'string' ? createEngine({ kind: engine }) : engine,
    onLog: options.onLog,
    onCall: options.onCall,
    onEnd: options.onEnd,
    programs: new Programs(profile),
  }
}
