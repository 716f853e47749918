// Some of many files, and the work on one after the other. Not who does it: file-jobs.ts.
import { ResourceError } from '../core/resource-error.ts'
import { CliError, isInputError } from './errors.ts'
import { ExitCode } from './exit-code.ts'

/** Some of the files, in the middle of their list. */
export interface FileTask {
  readonly files: readonly string[]
  /** This is the number of the first one. */
  readonly first: number
  /** Say of each file that it is done before the next one begins: whoever does this has died at one of them. */
  readonly careful?: boolean
  /** Where several workers share the cores: files that each of them has before it, these among them. */
  readonly left?: number
}

/** What went wrong with a file, as it goes from process to process. */
export interface FileError {
  readonly message: string
  /** This is the exit code of the command. It is undefined for a mistake of ours. */
  readonly exitCode: number | undefined
  readonly stack: string | undefined
}

/** A file is done. */
export interface FileMessage<R> {
  readonly index: number
  /** Undefined: the file is none of those that the command is for. */
  readonly result?: R | undefined
  readonly error?: FileError
}

/** It is told of every file, several at a time. */
export type SayFiles<R> = (messages: readonly FileMessage<R>[]) => void

/** Signals are seen, and results said, that often. A message costs as much as a small file. */
const LISTEN_MS = 100

function describeFailure(error: unknown): FileError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  if (ResourceError.is(error)) return { message, exitCode: ExitCode.Resource, stack }
  if (error instanceof CliError) return { message, exitCode: error.exitCode, stack }
  return { message, exitCode: isInputError(error) ? ExitCode.Usage : undefined, stack }
}

/** The error as it was, in the process that asked. */
export function rebuildError({ message, exitCode, stack }: FileError): Error {
  if (exitCode !== undefined) return new CliError(message, { exitCode })
  return Object.assign(new Error(message), { stack })
}

/** Does the work on one file after the other, and says how it went; ends at the first that fails. */
export async function eachFile<R>(
  { files, first, careful }: FileTask,
  say: SayFiles<R>,
  work: (file: string) => R | undefined,
): Promise<void> {
  let listened = performance.now()
  let done: FileMessage<R>[] = []
  for (const [i, file] of files.entries()) {
    try {
      done.push({ index: first + i, result: work(file) })
    } catch (error) {
      say([...done, { index: first + i, error: describeFailure(error) }])
      return
    }
    if (!careful && performance.now() - listened < LISTEN_MS) continue
    say(done)
    done = []
    await new Promise(resolve => setImmediate(resolve))
    listened = performance.now()
  }
  say(done)
}
