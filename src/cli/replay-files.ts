// Replays of a list of traces, in this process or a worker. Not the report: replay.ts.
import { tierPolicy } from '../engine/auto.ts'
import type { EngineKind, Vm } from '../engine/engine.ts'
import { Exit } from '../engine/exit.ts'
import type { ExitReason } from '../inside/reason.ts'
import type { InstructionSetName } from '../isa/set.ts'
import type { ProfileName } from '../program/profile.ts'
import { loadProgram, type Program } from '../program/program.ts'
import { looksLikeTrace, parseTrace } from '../trace/parse.ts'
import { isStandardTrace, type Replay, replay } from '../trace/replay.ts'
import { engineOf } from './engine-of.ts'
import { inFile } from './errors.ts'
import { eachFile, type FileTask, type SayFiles } from './file-task.ts'
import { readText } from './files.ts'
import { saveHeat } from './heat-cache.ts'
import { createPatience } from './patience.ts'
import { rulesOf } from './rules.ts'
import { reasonJson, reasonLines, stopReason } from './stop-reason.ts'

/** Traces to run again, and how. */
export interface ReplayTask extends FileTask {
  readonly engine: EngineKind | undefined
  readonly heatCache?: string | undefined
  readonly profile: ProfileName | undefined
  readonly isa: InstructionSetName | undefined
  /** The program of that file runs in place of the recorded ones. */
  readonly program: { readonly path: string; readonly bytes: Uint8Array } | undefined
  /** Files that have to be traces; others are skipped unless they look like one. */
  readonly named: readonly string[]
}

/** This is what came of a trace. */
export interface ReplayRecord {
  readonly file: string
  readonly result: Replay
  readonly milliseconds: number
  /** These are lines of the trace around the difference, with their numbers. */
  readonly context: readonly (readonly [number: number, text: string])[]
  /** Why the machine stopped where the runs differ, if it panicked, faulted or ran out of gas; for people and for programs. */
  readonly reason: { readonly lines: readonly string[]; readonly json: object } | undefined
}

function contextOf(text: string, line: number): [number, string][] {
  const lines = text.split(/\r?\n/)
  const from = Math.max(line - 3, 1)
  return lines.slice(from - 1, line + 1).map((text, i) => [from + i, text])
}

const patience = createPatience(tierPolicy)

/** Runs the traces again. */
export function replayFiles(
  { engine: kind, heatCache, profile: name, isa, program: other, named, ...task }: ReplayTask,
  say: SayFiles<ReplayRecord>,
): Promise<void> {
  const engine = engineOf(kind, heatCache)
  const profile = rulesOf({ profile: name, isa }, 'gp-0.7.2')
  patience.begin(task.left)
  return eachFile(task, say, file => {
    const text = readText(file)
    if (!named.includes(file) && !looksLikeTrace(text)) return undefined
    return inFile(file, () => {
      const trace = parseTrace(text)
      let program: Program | undefined
      if (other !== undefined) {
        const kind = isStandardTrace(trace) ? {} : ({ kind: 'raw' } as const)
        program = inFile(other.path, () => loadProgram(other.bytes, { profile, instructionSet: isa, ...kind }))
      }
      const start = performance.now()
      let reason: ExitReason | undefined
      const onDifference = (vm: Vm): void => {
        // At a host call it is the recording that answers.
        if (vm.exit !== Exit.Host) reason = stopReason(vm, undefined, undefined)
      }
      const result = replay(trace, { engine, profile, onDifference, ...(program && { program }) })
      const milliseconds = performance.now() - start
      patience.ran(result.gasUsed)
      return {
        file,
        result,
        milliseconds,
        context: result.difference === undefined ? [] : contextOf(text, result.difference.line),
        reason: reason && { lines: reasonLines(reason, 'hex'), json: reasonJson(reason) },
      }
    })
  }).finally(saveHeat)
}
