// Conformance of a list of files, in this process or a worker. Not the report: conform.ts.
import { runTest } from '../conform/conform.ts'
import type { Verdict } from '../conform/verdict.ts'
import type { EngineKind } from '../engine/engine.ts'
import type { InstructionSetName } from '../isa/set.ts'
import type { ProfileName } from '../program/profile.ts'
import { engineOf } from './engine-of.ts'
import { eachFile, type FileTask, type SayFiles } from './file-task.ts'
import { readBytes } from './files.ts'
import { saveHeat } from './heat-cache.ts'

/** This says which files to test, and how. */
export interface ConformTask extends FileTask {
  readonly engine: EngineKind | undefined
  readonly heatCache?: string | undefined
  readonly profile: ProfileName | undefined
  readonly isa: InstructionSetName | undefined
}

/** Tests the files; says undefined of what is no test. */
export function conformFiles(
  { engine: kind, heatCache, profile, isa, ...task }: ConformTask,
  say: SayFiles<Verdict>,
): Promise<void> {
  const engine = engineOf(kind, heatCache)
  const rules = { ...(profile && { profile }), ...(isa && { instructionSet: isa }) }
  return eachFile(task, say, file => runTest(file, readBytes(file), { engine, ...rules })).finally(saveHeat)
}
