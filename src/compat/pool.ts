// Many runs over worker threads: a program is loaded and compiled once, threads get the same bytes and the same modules. Not a
// pool: any library of pools sends the tasks, and a task is plain data.

import { sha256 } from '../conform/sha256.ts'
import { compile } from '../engine/auto.ts'
import type { EngineKind, HostTable, StartOptions } from '../engine/engine.ts'
import { type SentModule, sharedCode } from '../engine/recompiler/tiers/shared-code.ts'
import { type InvocationResult, invokeProgram } from '../host/invocation.ts'
import { type Profile, type ProfileName, profile as resolveProfile } from '../program/profile.ts'
import { type LoadOptions, loadProgram, type Program } from '../program/program.ts'
import { hexFromBytes } from '../trace/hex.ts'

/** A program as it is sent to threads: bytes and modules are shared, not copied, where the runtime can. */
export interface SharedProgram {
  /** It is the same for the same bytes under the same rules. */
  readonly id: string
  readonly bytes: Uint8Array
  readonly kind: Program['kind']
  readonly profile: Profile
  readonly modules: readonly SentModule[]
}

/** These are the options of `shareProgram`. */
export interface ShareOptions extends Pick<LoadOptions, 'kind'> {
  /** These are the rules. The default is `gp-0.7.2`, and `polkavm` for a `.polkavm` file. */
  readonly profile?: Profile | ProfileName | undefined
  /** Whether all of it is compiled now, so that no thread has to; default false, then each compiles what gets hot in it. */
  readonly compiled?: boolean | undefined
}

/** This is one run. */
export interface PoolTask {
  readonly program: SharedProgram
  /** Without it there are none. */
  readonly args?: Uint8Array
  /** The default is 0. */
  readonly gas?: bigint
  /** The default is 0. */
  readonly entry?: StartOptions['entry']
}

/** These are the options of `createTaskRunner`. */
export interface RunnerOptions {
  /** This is the engine of the thread; the default is `auto`. */
  readonly engine?: EngineKind | undefined
  /** Host functions for a program, made once in each thread; default none, every call answers WHAT. */
  readonly host?: ((program: Program) => HostTable) | undefined
  /** Programs that a thread keeps; default 64. Those used longest ago go first. */
  readonly maxPrograms?: number | undefined
}

/** The bytes where other threads see them too; a copy where the runtime has no shared memory. */
function shared(bytes: Uint8Array): Uint8Array {
  if (typeof SharedArrayBuffer === 'undefined') return bytes.slice()
  const own = new Uint8Array(new SharedArrayBuffer(bytes.length))
  own.set(bytes)
  return own
}

/**
 * Makes a program ready to be sent to threads, as often as one likes.
 *
 * @throws BlobError when the bytes are no program.
 * @example pool.run({ program: shareProgram(bytes, { compiled: true }), args, gas: 1_000_000n })
 */
export function shareProgram(bytes: Uint8Array, options: ShareOptions = {}): SharedProgram {
  const { kind, profile, compiled = false } = options
  const program = loadProgram(bytes, { kind, profile })
  if (compiled) compile(program)
  const rules = JSON.stringify([program.kind, program.profile])
  const hash = hexFromBytes(sha256(new Uint8Array([...sha256(bytes), ...new TextEncoder().encode(rules)])))
  const modules = compiled ? sharedCode(program).sent() : []
  return { id: hash, bytes: shared(bytes), kind: program.kind, profile: program.profile, modules }
}

/**
 * What runs the tasks in a thread. Programs are loaded once in each thread.
 *
 * @throws RangeError when `maxPrograms` is less than 1.
 * @example export default createTaskRunner({ host: program => createHost({ log: logCall() }, { profile: program.profile }) })
 */
export function createTaskRunner(options: RunnerOptions = {}): (task: PoolTask) => InvocationResult {
  const { engine = 'auto', host, maxPrograms = 64 } = options
  if (!Number.isInteger(maxPrograms) || maxPrograms < 1)
    throw new RangeError(`maxPrograms: ${maxPrograms} is less than 1`)
  const known = new Map<string, { readonly program: Program; readonly table: HostTable | undefined }>()
  const load = ({ id, bytes, kind, profile, modules }: SharedProgram): Program => {
    const program = known.get(id)?.program ?? loadProgram(bytes, { kind, profile: resolveProfile(profile) })
    if (!known.has(id)) sharedCode(program).adopt(modules)
    return program
  }
  return ({ program: sent, args, gas, entry }) => {
    const program = load(sent)
    const table = known.has(sent.id) ? known.get(sent.id)!.table : host?.(program)
    known.delete(sent.id)
    known.set(sent.id, { program, table }) // last used is last
    if (known.size > maxPrograms) known.delete(known.keys().next().value!)
    return invokeProgram(program, {
      engine,
      ...(args && { args }),
      ...(gas !== undefined && { gas }),
      ...(entry !== undefined && { entry }),
      ...(table && { host: table }),
    })
  }
}
