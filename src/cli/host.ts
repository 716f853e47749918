// Hosts to choose from on the command line. Not host functions: host/.
import { formatNamed } from '../blob/container.ts'
import type { HostTable } from '../engine/engine.ts'
import type { LogMessage } from '../host/builtins.ts'
import { createJamStub, type InvocationName } from '../host/jam-stub.ts'
import type { Program } from '../program/program.ts'
import { CliError } from './errors.ts'

/** `--host` takes one of these. */
export const HOST_CHOICES = ['stub', 'none'] as const
export type HostChoice = (typeof HOST_CHOICES)[number]

/** What the stub of a service's surroundings is told. */
export interface HostSettings {
  readonly choice: HostChoice | undefined
  /** Which invocation it is, as far as the entry says that; default accumulate. */
  readonly invocation: InvocationName | undefined
  /** These are encoded accumulate inputs. */
  readonly inputs: readonly Uint8Array[]
  readonly onLog: (message: LogMessage) => void
}

const INVOCATIONS: readonly string[] = ['is-authorized', 'refine', 'accumulate'] satisfies InvocationName[]

/** The invocation that an entry names, if it does. */
export function invocationOf(entry: string | undefined): InvocationName | undefined {
  return INVOCATIONS.includes(entry ?? '') ? (entry as InvocationName) : undefined
}

/** The host asked for; by default the stub for services, and none for plain programs and profiles without host calls. */
export function hostOf(program: Program, settings: HostSettings): HostTable | undefined {
  const { choice, invocation, inputs, onLog } = settings
  const { profile } = program
  const wanted =
    choice ?? (formatNamed(program.kind).start === 'code' || profile.hostCalls === 'free' ? 'none' : 'stub')
  if (wanted === 'none') return undefined
  if (profile.hostCalls === 'free')
    throw new CliError(`--host stub: profile ${profile.name} has no host calls of its own`)
  return createJamStub({ profile, inputs, onLog, ...(invocation && { invocation }) }).host
}
