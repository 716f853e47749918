// Hosts to choose from on the command line. Not host functions: host/.
import type { HostTable } from '../engine/host-call.ts'
import type { Program } from '../program/program.ts'

/** What `--host` takes. */
export const HOST_CHOICES = ['none'] as const
export type HostChoice = (typeof HOST_CHOICES)[number]

/** The host asked for; by default a stub for services and none for plain programs. */
export function hostOf(
  _choice: HostChoice | undefined,
  _program: Program,
  _log: (line: string) => void,
): HostTable | undefined {
  return undefined
}
